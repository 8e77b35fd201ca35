"""The command line: check, run, schema, profile, discover, sun-outages, demo, version.

Exit codes: 0 well, 1 the run itself failed (a demo that missed an incident), 2 wrong input, told in
full on standard error, with nothing started.
"""

import argparse
import json
import logging
import math
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from collectors.snmp import profile_keys
from netmon import demo, drill, profiles, sunoutages
from netmon.api.server import ListenError
from netmon.api.wording import count
from netmon.app import run_app
from netmon.config import load, schema
from netmon.config.problem import ConfigurationError
from netmon.discovery import verb as discovery
from netmon.simulation.story import SECONDS
from netmon.store import StoreError
from netmon.topo import entry as topo
from netmon.version import VERSION
from netmon.watchdog import verb as watchdog

EXIT_WRONG_INPUT: Final = 2
MOST_SECONDS: Final = 86_400.0
DESCRIPTION: Final = (
    "Watches the links of a border communication network over SNMP and ICMP and says which is"
    " degraded or down, and why. It only ever reads."
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one verb and return its exit code."""
    words = sys.argv[1:] if arguments is None else arguments
    options = _parser(words).parse_args(words)
    logging.basicConfig(
        level=logging.DEBUG if options.verbose else logging.INFO,
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
        stream=sys.stderr,
    )
    logging.getLogger("apscheduler").setLevel(logging.WARNING)
    verb: Callable[[argparse.Namespace], int] = options.verb
    try:
        return verb(options)
    except (ConfigurationError, ListenError, StoreError) as error:
        print(error, file=sys.stderr)
        return EXIT_WRONG_INPUT
    except BrokenPipeError:
        sys.stderr.close()  # whoever read has seen enough; nothing more can be said
        return 0


def _check(options: argparse.Namespace) -> int:
    """Read the files, report every mistake at once, start nothing."""
    configuration = load.load(options.files, large=options.large)
    for warning in configuration.warnings:
        print(f"warning: {warning}", file=sys.stderr)
    network = configuration.network
    print(
        f"ok: {count(len(network.sites), 'site')}, {count(len(network.devices), 'device')}, "
        f"{count(len(network.links), 'link')}; {len(configuration.targets)} polled"
    )
    return 0


def _run(options: argparse.Namespace) -> int:
    """Monitor a real network until told to stop."""
    return run_app(options.config, large=options.large)


def _schema(options: argparse.Namespace) -> int:
    """Print the JSON Schema of the configuration files, or of profiles, for editors."""
    wanted = profile_keys.json_schema() if options.profile else schema.json_schema()
    json.dump(wanted, sys.stdout, indent=2, sort_keys=True)
    print()
    return 0


def _demo(options: argparse.Namespace) -> int:
    """Monitor the simulated border network."""
    return demo.run(
        demo.DemoSettings(
            seconds=options.seconds,
            headless=options.headless,
            tun=options.tun,
            seed=options.seed,
            port=options.port,
        )
    )


def _version(_options: argparse.Namespace) -> int:
    """Print the version."""
    print(f"netmon {VERSION}")
    return 0


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not SECONDS <= seconds <= MOST_SECONDS:
        raise argparse.ArgumentTypeError(
            f"the story takes {SECONDS:g} seconds; give that or more, up to a day, not {text!r}"
        )
    return seconds


def _port(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or int(text[:6]) > 65535:
        raise argparse.ArgumentTypeError(f"must be 1 to 65535, or 0 for any free one, not {text!r}")
    return int(text)


def _seed(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or len(text) > 9:
        raise argparse.ArgumentTypeError(f"must be a whole number of up to 9 digits, not {text!r}")
    return int(text)


def _parser(words: Sequence[str]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="netmon", description=DESCRIPTION)
    parser.add_argument("--verbose", action="store_true", help="log every decision")
    verbs = parser.add_subparsers(required=True, metavar="VERB")

    check = verbs.add_parser("check", help="read configuration files and report every mistake")
    check.add_argument("files", nargs="+", type=Path, metavar="FILE")
    check.add_argument("--large", action="store_true", help="allow files over 1 MB")
    check.set_defaults(verb=_check)

    run = verbs.add_parser("run", help="monitor a network")
    run.add_argument(
        "--config", nargs="+", type=Path, required=True, metavar="FILE", help="one file or several"
    )
    run.add_argument("--large", action="store_true", help="allow files over 1 MB")
    run.set_defaults(verb=_run)

    schema_verb = verbs.add_parser("schema", help="print the JSON Schema of the files")
    schema_verb.add_argument("--profile", action="store_true", help="of a profile's file")
    schema_verb.set_defaults(verb=_schema)

    profiles.add_verbs(verbs)
    discovery.add_verb(verbs)
    sunoutages.add_verb(verbs)
    topo.add_verb(verbs, words)

    demo_verb = verbs.add_parser("demo", help="monitor a simulated border network")
    demo_verb.add_argument(
        "--seconds", type=_seconds, help="stop after so long (90 or more); default: Ctrl-C"
    )
    demo_verb.add_argument("--headless", action="store_true", help="no table; a report at the end")
    demo_verb.add_argument("--tun", action="store_true", help="through the kernel (needs root)")
    demo_verb.add_argument("--seed", type=_seed, default=1, help="same seed, same story")
    demo_verb.add_argument("--port", type=_port, default=9877, help="of /metrics and the page")
    demo_verb.set_defaults(verb=_demo)

    drill.add_verbs(verbs)
    watchdog.add_verb(verbs)

    version = verbs.add_parser("version", help="print the version")
    version.set_defaults(verb=_version)
    return parser
