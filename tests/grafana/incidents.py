"""Incidents as a table: the same columns on every board that shows them."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Final

from netmon.api.first_check import FIRST_CHECK, OF_THE_KNOWN, OWN_SITE
from tests.grafana.frame import DEVICE, LINK, SITE, address
from tests.grafana.panels import INK, SEVERITIES, Column

_KEY: Final = "on (job, instance, incident)"


def queries(chosen: str = "") -> tuple[str, str, str]:
    """Return the three queries (age, sites lost, dependents lost) of the incidents chosen.

    `chosen` is an expression of `netmon_incident_open`.
    """
    opened = f"{chosen or 'netmon_incident_open'} == 1"
    age = (
        f"(time() - netmon_incident_opened_timestamp_seconds) * {_KEY} "
        f"group_left (severity, cause, site, link, device, known, subject_kind) ({opened}) * "
        f"{_KEY} group_left (title, because, phase) netmon_incident_info"
    )
    return (
        _told(age),
        f"netmon_incident_sites_lost and {_KEY} ({opened})",
        f"netmon_incident_dependents_lost and {_KEY} ({opened})",
    )


def in_trouble(most: int) -> str:
    """Return at most so many links of each condition: roots must not drown in what is behind."""
    code = "link:netmon_link_condition:code"
    return " or ".join(f"topk({most}, {code} {chosen})" for chosen in ("== 2", "== 1", "> 2"))


def _told(expression: str) -> str:
    """Add the labels `first` (a key of _FIRST: cause, what explains it, netmon) and `rank`."""
    for source, pattern, key in (
        ("cause", "(.*)", "$1"),
        ("known", "(.+)", "$1"),
        ("subject_kind", "network", "network"),
    ):
        expression = f'label_replace({expression}, "first", "{key}", "{source}", "{pattern}")'
    for severity, rank in _RANKS.items():
        expression = f'label_replace({expression}, "rank", "{rank}", "severity", "{severity}")'
    return expression


def _in_words(names: Iterable[StrEnum]) -> tuple[tuple[str, str, str], ...]:
    return tuple(
        (name.value, name.value.replace("_like", "-like").replace("_", " "), INK) for name in names
    )


_FIRST: Final = (
    *((cause.value, words, INK) for cause, words in FIRST_CHECK.items()),
    *((known.value, words, INK) for known, words in OF_THE_KNOWN.items()),
    ("network", OWN_SITE, INK),
)
_RANKS: Final = {"info": "1", "warning": "2", "critical": "3"}  # words would sort by letter
RANK: Final = Column(
    "rank",
    "Severity",
    width=110,
    words=tuple((rank, *SEVERITIES[severity]) for severity, rank in _RANKS.items()),
)
QUERIES: Final = queries()
COLUMNS: Final = (
    RANK,
    Column("title", "Incident", width=320),
    Column("Value #A", "For", unit="dtdurations", width=130),
    Column("cause", "Cause", words=_in_words(FIRST_CHECK)),
    Column("first", "First check", width=320, words=_FIRST),
    Column("site", "Root site", link=address(SITE, "site", "Root site")),
    Column("link", "Root link", link=address(LINK, "link", "Root link")),
    Column("device", "Root device", link=address(DEVICE, "device", "Root device")),
    Column("Value #B", "Sites lost"),
    Column("Value #C", "Dependents lost"),
    Column("because", "Why"),
    Column("phase", "Phase"),
    Column("known", "Known beforehand", words=_in_words(OF_THE_KNOWN)),
)
