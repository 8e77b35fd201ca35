"""Exporting: `topo export` and `topo netbox`, from a network of any kind to a file of a format."""

import argparse
import sys
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any, Final

from netmon import netbox
from netmon.planning.answer import Plan
from netmon.planning.options import PlanningError
from netmon.topo.reading import add_input, plan_of, plan_of_draft
from netmon.topo.visible import visible
from topology.errors import NetworkError
from topology.formats import geojson, graphml, nodelink
from topology.formats import netbox as netbox_format
from topology.model import SiteId
from topology.network import Network

EXIT_WRONG_INPUT: Final = 2


def _as_map(network: Network, unplaced: Collection[SiteId]) -> str:
    if unplaced:
        raise PlanningError(
            f"{len(unplaced)} sites have no position, {min(unplaced)!r} among them;"
            " a map needs one, --format json and graphml do not"
        )
    return geojson.write(network)


_WRITERS: Final[Mapping[str, Callable[[Network, Collection[SiteId]], str]]] = {
    "json": nodelink.write,
    "graphml": graphml.write,
    "geojson": _as_map,
}


def add_exports(questions: Any) -> None:
    """Add the two verbs beside the questions."""
    words = "write the network for other tools, on standard output"
    export = questions.add_parser("export", help=words, description=words)
    add_input(export)
    _add_format(export)
    export.set_defaults(verb=_export)
    words = "read the network of a NetBox, and write it on standard output, for --from"
    asked = questions.add_parser("netbox", help=words, description=words)
    asked.add_argument("url", metavar="URL", help="of the NetBox, as https://netbox.example/")
    asked.add_argument(
        "--token-file", type=Path, required=True, metavar="FILE", help="holds the API token alone"
    )
    asked.add_argument("--core", action="append", required=True, metavar="SITE")
    _add_format(asked)
    asked.set_defaults(verb=_netbox)


def _add_format(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--format", choices=_WRITERS, default="json", help="default json")


def _export(options: argparse.Namespace) -> int:
    """Write what an inventory or a file of others describes."""
    return _told("export", lambda: plan_of(options), options.format)


def _netbox(options: argparse.Namespace) -> int:
    """Ask a NetBox and write what it describes."""

    def plan() -> Plan:
        try:
            token = options.token_file.read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise PlanningError(f"{options.token_file}: cannot be read: {error}") from None
        try:
            draft = netbox_format.read(netbox.fetch(options.url, token), options.url)
        except NetworkError as error:
            raise PlanningError(str(error)) from error
        return plan_of_draft(draft, options.core)

    return _told("netbox", plan, options.format)


def _told(verb: str, make: Callable[[], Plan], form: str) -> int:
    try:
        plan = make()
        sys.stdout.write(_WRITERS[form](plan.network, plan.unplaced))
    except PlanningError as error:
        print(visible(f"netmon topo {verb}: {error}"), file=sys.stderr)
        return EXIT_WRONG_INPUT
    return 0
