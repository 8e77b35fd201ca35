"""The verb `sun-outages`: when the sun comes behind the satellites of the inventory's links."""

import argparse
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from netmon.app import Surroundings
from netmon.config import load
from netmon.planned.suns import Predicted, predicted
from netmon.terminal import print_table
from topology.network import Network

DAYS: Final = 30
MOST_DAYS: Final = 400
DAY_SECONDS: Final = 86_400.0
HEADINGS: Final = ("link", "dish at", "day", "UTC", "minutes", "beside the satellite")
NONE_KNOWN: Final = (
    "no link has a satellite; give one, such as satellite: {longitude: 13, dish: 1.2 m}\n"
)


def add_verb(verbs: Any) -> None:
    """Add the verb to the command line."""
    verb = verbs.add_parser(
        "sun-outages", help="list when the sun will be behind the satellites of links"
    )
    verb.add_argument("files", nargs="+", type=Path, metavar="FILE")
    verb.add_argument("--large", action="store_true", help="allow files over 1 MB")
    verb.add_argument(
        "--days", type=_days, default=DAYS, help=f"how far ahead, up to {MOST_DAYS}; {DAYS}"
    )
    verb.set_defaults(verb=_list)


def rows(found: list[Predicted]) -> Iterator[tuple[str, ...]]:
    """Yield each outage as a row of text, its seconds rounded to where it surely is."""
    for one in found:
        outage = one.outage
        start, end = (datetime.fromtimestamp(each, UTC) for each in (outage.start, outage.end))
        yield (
            one.link,
            one.site,
            f"{start:%Y-%m-%d}",
            f"{start:%H:%M:%S}–{end:%H:%M:%S}",
            f"{(outage.end - outage.start) / 60:.1f}",
            f"{outage.separation_deg:.2f}°",
        )


def _list(options: argparse.Namespace) -> int:
    """Print the predicted outages of the days ahead."""
    network = load.load(options.files, large=options.large).network
    now = Surroundings().wall()
    if not _has_satellites(network):
        sys.stderr.write(NONE_KNOWN)
        return 0
    found = predicted(network, now, now + options.days * DAY_SECONDS)
    title = f"Sun outages of the next {options.days} days"
    print_table(title if found else f"{title}: none", HEADINGS, list(rows(found)))
    return 0


def _has_satellites(network: Network) -> bool:
    return any(link.satellite is not None for link in network.links.values())


def _days(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or not 1 <= int(text[:6]) <= MOST_DAYS:
        raise argparse.ArgumentTypeError(f"must be 1 to {MOST_DAYS} days, not {text!r}")
    return int(text)
