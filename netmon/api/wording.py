"""How conditions, severities, times and figures read: text for people and for JSON.

All text that came from a device was cleaned by collectors; it is still escaped where it is put out.
"""

import math
from datetime import UTC, datetime
from typing import Final

from netmon.incidents import Severity
from netmon.verdict import Condition
from topology import spectrum
from topology.model import Link, Medium

# Worst first: the order of every list that people read.
CONDITION_ORDER: Final[tuple[Condition, ...]] = (
    Condition.DOWN,
    Condition.UNREACHABLE,
    Condition.DEGRADED,
    Condition.UNKNOWN,
    Condition.MAINTENANCE,
    Condition.HEALTHY,
)
SEVERITY_ORDER: Final[tuple[Severity, ...]] = (Severity.CRITICAL, Severity.WARNING, Severity.INFO)

MEDIUM_WORDS: Final[dict[Medium, str]] = {
    Medium.MICROWAVE: "microwave",
    Medium.SUB6: "sub-6 GHz",
    Medium.FIBRE: "fibre",
    Medium.VSAT: "VSAT",
    Medium.LTE: "LTE",
    Medium.TETRA: "TETRA",
    Medium.COPPER: "copper",
}

NO_CORE: Final = "not known: no site of the inventory is a core"
NOT_WORKED_OUT: Final = "not worked out: too much failed at once"

_MINUTE, _HOUR, _DAY = 60, 3600, 86400
_LATEST = 253_402_300_799.0  # 9999-12-31T23:59:59Z: RFC 3339 has four digits for the year


def rfc3339(unix_seconds: float) -> str:
    """Write an instant as RFC 3339 in UTC, in milliseconds; a wild clock is written as its edge."""
    if not math.isfinite(unix_seconds):
        unix_seconds = 0.0
    instant = datetime.fromtimestamp(min(max(unix_seconds, 0.0), _LATEST), UTC)
    return instant.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def clock(unix_seconds: float, now: float) -> str:
    """Write an instant for people: the time of day, with the date when it is not within a day."""
    stamp = rfc3339(unix_seconds)
    time_of_day = f"{stamp[11:19]} UTC"
    return time_of_day if abs(now - unix_seconds) < _DAY else f"{stamp[:10]} {time_of_day}"


def duration(seconds: float) -> str:
    """Write how long: 42 s, 12 min, 3 h 05 min, 2 d 4 h. The wall clock may step: never below 0."""
    whole = max(0, int(seconds)) if math.isfinite(seconds) else 0
    if whole < _MINUTE:
        return f"{whole} s"
    if whole < _HOUR:
        return f"{whole // _MINUTE} min"
    if whole < _DAY:
        return f"{whole // _HOUR} h {whole % _HOUR // _MINUTE:02d} min"
    return f"{whole // _DAY} d {whole % _DAY // _HOUR} h"


def count(number: int, noun: str, plural: str = "") -> str:
    """Write a number with its noun: 1 incident, 3 incidents."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}".replace(",", " ")


def band(link: Link) -> str:
    """Write what carries a link and where in the spectrum: microwave 7 GHz, fibre."""
    if link.carrier is None:
        return MEDIUM_WORDS[link.medium]
    name = spectrum.band_of(link.carrier.frequency_hz).name
    words = MEDIUM_WORDS[link.medium]
    if words in name or link.medium is Medium.SUB6:
        return name
    return f"{words} {name}"


def decibels(value: float | None, unit: str) -> str:
    """Write a level to a tenth with a true minus sign; – when unknown."""
    return "–" if value is None else f"{value:.1f} {unit}".replace("-", "\N{MINUS SIGN}")


def percent(ratio: float | None) -> str:
    """Write a ratio in per cent; the smallest loss is never shown as none."""
    if ratio is None:
        return "–"
    if 0 < ratio < 0.001:
        return "< 0.1 %"
    return f"{ratio * 100:.1f} %" if 0 < ratio < 0.1 else f"{ratio * 100:.0f} %"


def milliseconds(seconds: float | None) -> str:
    """Write a delay in milliseconds with the digits that mean something."""
    if seconds is None:
        return "–"
    value = seconds * 1000
    return (
        f"{value:.2f} ms" if value < 1 else f"{value:.1f} ms" if value < 100 else f"{value:.0f} ms"
    )
