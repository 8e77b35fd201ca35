"""The verb `discover`: from the command line to the report, and to the file of the proposal."""

import argparse
import json
import logging
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from collectors.errors import PingUnavailable
from collectors.ping.collector import PingCollector
from collectors.ping.transport import Transport, open_transport
from collectors.snmp.discovery.discoverer import Discoverer
from collectors.target import Credential
from netmon import loop, terminal
from netmon.config import load
from netmon.config.addresses import this_machine
from netmon.config.load import Configuration
from netmon.discovery import report
from netmon.discovery.difference import compare
from netmon.discovery.proposal import SNMP_PORT, proposal
from netmon.discovery.scope import MOST_ADDRESSES, ScopeError, addresses_of
from netmon.discovery.survey import Survey, survey_of
from netmon.discovery.sweep import Answer, Errand, errands_of, sweep

EXIT_NOBODY: Final = 1
EXIT_WRONG_INPUT: Final = 2
EXIT_INTERRUPTED: Final = 130

_log = logging.getLogger(__name__)


def add_verb(verbs: Any) -> None:
    """Add `discover` to the verbs of the command line."""
    verb = verbs.add_parser(
        "discover", help="ask addresses what is there, and compare it with the inventory"
    )
    verb.add_argument("scope", nargs="+", metavar="CIDR|HOST", help="numeric addresses, networks")
    verb.add_argument(
        "--config", nargs="+", type=Path, required=True, metavar="FILE", help="one file or several"
    )
    verb.add_argument(
        "--credentials", nargs="+", metavar="NAME", help="which to try, in order; default: all"
    )
    verb.add_argument(
        "--port", type=int, default=SNMP_PORT, help="of addresses that the inventory has not"
    )
    verb.add_argument("--json", action="store_true", help="everything, for programs")
    verb.add_argument(
        "-o", "--output", type=Path, metavar="FILE", help="write the proposal there; never over one"
    )
    verb.add_argument(
        "--large", action="store_true", help=f"more than {MOST_ADDRESSES} addresses, large files"
    )
    verb.set_defaults(verb=_discover)


def _discover(options: argparse.Namespace) -> int:
    """Ask, compare, report; the inventory's own files are only read."""
    configuration = load.load(options.config, large=options.large)
    try:
        _check_output(options.output)
        errands = errands_of(
            addresses_of(options.scope, this_machine(), large=options.large),
            configuration.targets,
            credentials_of(configuration, options.credentials),
            port=_port(options.port),
        )
    except ScopeError as error:
        print(error, file=sys.stderr)
        return EXIT_WRONG_INPUT
    try:
        answers = loop.run(ask(configuration, errands))
    except KeyboardInterrupt:
        print("interrupted; nothing was written", file=sys.stderr)
        return EXIT_INTERRUPTED
    survey = survey_of(answers, configuration.network, configuration.targets)
    return _tell(survey, configuration, options)


def credentials_of(
    configuration: Configuration, names: Sequence[str] | None
) -> tuple[Credential, ...]:
    """Return the credentials of these names, or all, in order; raise ScopeError."""
    known = configuration.credentials
    if names is None:
        return tuple(known.values())
    unknown = [name for name in names if name not in known]
    if unknown:
        # The word is not shown: people have written the community here.
        have = ", ".join(known) or "none"
        raise ScopeError(f"there are no credentials of a name given; the files define {have}")
    return tuple(known[name] for name in names)


async def ask(
    configuration: Configuration, errands: Sequence[Errand], *, transport: Transport | None = None
) -> list[Answer]:
    """Run all errands with sockets of their own, which are closed whatever happens."""
    settings = configuration.settings
    pinger = _pinger(configuration, transport)
    discoverer = Discoverer(settings=settings.discovery, snmp=settings.snmp)
    try:
        with terminal.progress("asking", len(errands)) as tell:
            return await sweep(
                errands,
                discoverer=discoverer,
                pinger=pinger,
                at_once=settings.discovery.addresses_at_once,
                tell=tell,
            )
    finally:
        await discoverer.close()
        if pinger is not None:
            await pinger.close()


def _pinger(configuration: Configuration, transport: Transport | None) -> PingCollector | None:
    settings = configuration.settings.ping
    try:
        return PingCollector(transport or open_transport(settings), settings=settings)
    except PingUnavailable as error:
        _log.warning("asking by SNMP only: %s", error)
        return None


def _tell(survey: Survey, configuration: Configuration, options: argparse.Namespace) -> int:
    difference = compare(survey, configuration.network, configuration.targets)
    text = proposal(survey, difference, configuration.network)
    if options.json:
        document = report.document(survey, difference, text)
        json.dump(document, sys.stdout, indent=2, ensure_ascii=False)
        print()
    else:
        for line in report.lines(survey, difference):
            print(line)
    if options.output is not None:
        try:
            with options.output.open("x", encoding="utf-8") as file:
                file.write(text)
        except OSError as error:
            print(f"{options.output}: {error.strerror}", file=sys.stderr)
            return EXIT_WRONG_INPUT
        print(f"the proposal is in {options.output}", file=sys.stderr)
    return 0 if survey.identities else EXIT_NOBODY


def _check_output(path: Path | None) -> None:
    if path is not None and path.exists():
        raise ScopeError(f"{path} exists, and nothing is ever overwritten; name a new file")


def _port(number: int) -> int:
    if not 1 <= number <= 65_535:
        raise ScopeError(f"--port must be 1 to 65535, not {number}")
    return number
