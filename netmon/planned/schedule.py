"""Schedule: when something happens, once or every week, by the clock of a place.

A weekly occasion begins at a time of day where it is (IANA time zone), whatever the season; it
lasts so many real seconds. A time that is left out when clocks go forward is taken an hour later,
one that comes twice is taken the first time (PEP 495, fold 0).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

LONGEST_SECONDS: Final = 7 * 86_400.0  # of a weekly occasion: then the next one is due
_DAY: Final = timedelta(days=1)
LATEST: Final = 253_370_764_800.0  # 9999-01-01: beyond it there is no calendar
_AHEAD_DAYS: Final = 8  # within which every weekly occasion comes again


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """From `start` to `end`, Unix seconds; the end is not in it."""

    start: float
    end: float

    def holds(self, now: float) -> bool:
        """Say whether an instant is in it."""
        return self.start <= now < self.end


@dataclass(frozen=True, slots=True)
class Once:
    """One occasion."""

    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Weekly:
    """An occasion on some days of every week; 0 is Monday."""

    days: frozenset[int]
    at: time  # of the day, there
    seconds: float
    zone: ZoneInfo


Occasion = Once | Weekly
Schedule = tuple[Occasion, ...]


def spans(schedule: Schedule, start: float, end: float) -> Iterator[Span]:
    """Yield every span that touches start … end, in no order."""
    for occasion in schedule:
        found = [occasion.span] if isinstance(occasion, Once) else _weekly(occasion, start, end)
        yield from (span for span in found if span.start < end and span.end > start)


def current(schedule: Schedule, now: float) -> Span | None:
    """Return the span that holds now, all that touch it taken together; None if none does."""
    if not any(span.holds(now) for span in spans(schedule, now, now + 1.0)):
        return None
    week = LONGEST_SECONDS
    joined = _joined(spans(schedule, now - week, now + week))
    return next(span for span in joined if span.holds(now))


def following(schedule: Schedule, now: float) -> Span | None:
    """Return the next span that begins after now; None if none is planned."""
    ahead = _AHEAD_DAYS * 86_400.0
    weekly = [span for span in spans(schedule, now, now + ahead) if span.start > now]
    once = [one.span for one in schedule if isinstance(one, Once) and one.span.start > now]
    return min((*weekly, *once), default=None)


def next_change(schedule: Schedule, now: float) -> float:
    """Return when a span begins or ends next, at the latest in a day."""
    day = now + 86_400.0
    edges = (edge for span in spans(schedule, now, day) for edge in (span.start, span.end))
    return min((edge for edge in edges if edge > now), default=day)


def _weekly(occasion: Weekly, start: float, end: float) -> Iterator[Span]:
    first = _date(start - occasion.seconds, occasion.zone) - _DAY
    last = _date(end, occasion.zone) + _DAY
    for number in range((last - first).days + 1):
        day = first + number * _DAY
        if day.weekday() in occasion.days:
            begins = datetime.combine(day, occasion.at, occasion.zone).timestamp()
            yield Span(begins, begins + occasion.seconds)


def _date(unix_seconds: float, zone: ZoneInfo) -> date:
    bounded = min(max(unix_seconds, 0.0), LATEST)  # a wild clock
    return datetime.fromtimestamp(bounded, UTC).astimezone(zone).date()


def _joined(found: Iterable[Span]) -> list[Span]:
    joined: list[Span] = []
    for span in sorted(found):
        if joined and span.start <= joined[-1].end:
            joined[-1] = Span(joined[-1].start, max(joined[-1].end, span.end))
        else:
            joined.append(span)
    return joined
