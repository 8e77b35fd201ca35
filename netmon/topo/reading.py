"""Reading: what is asked about, from the inventory or from a file in a format of others."""

import argparse
import sys
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Final

from netmon.config import load
from netmon.planning.answer import Plan
from netmon.planning.options import PlanningError
from netmon.topo.visible import visible
from topology.errors import NetworkError
from topology.formats import geojson, graphml, nodelink, permits, sndlib
from topology.formats.draft import MOST_OCTETS, NULL, Draft
from topology.formats.naming import by_name
from topology.model import Role
from topology.resilience.dependability import Facts
from topology.resilience.sources import NO_FACTS

FORMATS: Final[Mapping[str, Callable[[str, str], Draft]]] = {
    "graphml": graphml.read,  # Topology Zoo as well
    "json": nodelink.read,  # TopoHub as well
    "geojson": geojson.read,
    "sndlib": sndlib.read,
    "permits": permits.read,
}
_EXTENSIONS: Final[Mapping[str, str]] = {
    ".graphml": "graphml",
    ".json": "json",
    ".geojson": "geojson",
    ".txt": "sndlib",
    ".xml": "sndlib",
    ".csv": "permits",
}
MOST_TOLD: Final = 3  # of what was left out


def add_input(parser: argparse.ArgumentParser) -> argparse._MutuallyExclusiveGroup:
    """Add the options that say what is asked about; return the group of which one is needed."""
    given = parser.add_mutually_exclusive_group(required=True)
    given.add_argument(
        "--config", nargs="+", type=Path, metavar="FILE", help="the inventory: one or several files"
    )
    given.add_argument(
        "--from", dest="drawn", type=Path, metavar="FILE", help="a network in a format of others"
    )
    parser.add_argument(
        "--from-format", choices=FORMATS, help="of --from; default: by the file's extension"
    )
    parser.add_argument(
        "--core", action="append", default=[], metavar="SITE",
        help="with --from: a site that traffic must reach, where the file names none; repeatable",
    )  # fmt: skip
    parser.add_argument(
        "--by-name", action="store_true", help="with --from: call sites by name instead of by id"
    )
    parser.add_argument(
        "--only-placed", action="store_true", help="with --from: leave out sites without position"
    )
    parser.add_argument("--large", action="store_true", help="allow inventory files over 1 MB")
    return given


def plan_of(options: argparse.Namespace, facts: Facts = NO_FACTS) -> Plan:
    """Return what is asked about. Raises PlanningError, and ConfigurationError of an inventory."""
    if options.drawn is not None:
        return _drawn(options.drawn, options, facts)
    refuse_drawn(options)
    return _configured(options.config, options, facts)


def other_of(options: argparse.Namespace, facts: Facts) -> Plan | None:
    """Return the plan to compare with, of the same kind as the first; None where none is told."""
    files: Sequence[Path] | None = getattr(options, "against", None)
    if not files:
        return None
    if options.drawn is None:
        return _configured(files, options, facts)
    if len(files) != 1:
        raise PlanningError("--against is one file where --from is given")
    return _drawn(files[0], options, facts)


def refuse_drawn(options: argparse.Namespace) -> None:
    """Refuse options that mean nothing without --from. Raises PlanningError."""
    for given, name in (
        (options.from_format, "--from-format"),
        (options.core, "--core"),
        (options.by_name, "--by-name"),
        (options.only_placed, "--only-placed"),
    ):
        if given:
            raise PlanningError(f"{name} goes with --from")


def plan_of_draft(draft: Draft, cores: Collection[str], facts: Facts = NO_FACTS) -> Plan:
    """Return the plan of a draft; what was left out is told on standard error.

    Raises PlanningError for what is wrong in it, with its places, and where it has no core.
    """
    draft = draft.without_loops()
    for line in draft.left_out[:MOST_TOLD]:
        print(visible(f"left out: {line}"), file=sys.stderr)
    if len(draft.left_out) > MOST_TOLD:
        print(f"left out: {len(draft.left_out) - MOST_TOLD} more", file=sys.stderr)
    if not cores and not any(node.role is Role.CORE for node in draft.nodes):
        some = ", ".join(f"{node.id} {node.name}".strip() for node in draft.nodes[:5])
        raise PlanningError(
            f"{draft.source}: no site is a core; name where traffic must arrive with --core SITE"
            f" (its sites begin with {some})"
        )
    try:
        network = draft.network(cores=cores, unplaced=NULL)
    except NetworkError as error:
        raise PlanningError(str(error)) from error
    return Plan(network=network, facts=facts, unplaced=draft.unplaced)


def _configured(files: Sequence[Path], options: argparse.Namespace, facts: Facts) -> Plan:
    return Plan(network=load.load(files, large=options.large).network, facts=facts)


def _drawn(path: Path, options: argparse.Namespace, facts: Facts) -> Plan:
    name = options.from_format or _EXTENSIONS.get(path.suffix.lower())
    if name is None:
        raise PlanningError(
            f"{path}: the format is not known by {path.suffix or 'no extension'};"
            f" add --from-format {'|'.join(FORMATS)}"
        )
    try:
        if path.stat().st_size > MOST_OCTETS:
            raise PlanningError(f"{path}: larger than {MOST_OCTETS // 2**20} MB; split the file")
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise PlanningError(f"{path}: cannot be read: {error}") from None
    try:
        draft = FORMATS[name](text, str(path))
    except NetworkError as error:
        raise PlanningError(str(error)) from error
    if options.only_placed:
        draft = draft.only_placed()
    return plan_of_draft(by_name(draft) if options.by_name else draft, options.core, facts)
