"""How planned times read: the time of day in UTC, with the date where one day is not enough."""

from datetime import UTC, datetime

from netmon.planned.schedule import LATEST, Span


def hours(span: Span) -> str:
    """Write a span: 11:32–11:41 UTC, or 25 Nov 22:00 – 26 Nov 02:00 UTC."""
    start, end = _utc(span.start), _utc(span.end)
    if start.date() == end.date():
        return f"{start:%H:%M}–{end:%H:%M} UTC"
    return f"{start:%d %b %H:%M} – {end:%d %b %H:%M} UTC"


def moment(unix_seconds: float) -> str:
    """Write an instant: Mon 23 Nov 06:00 UTC."""
    return f"{_utc(unix_seconds):%a %d %b %H:%M} UTC"


def _utc(unix_seconds: float) -> datetime:
    return datetime.fromtimestamp(min(max(unix_seconds, 0.0), LATEST), UTC)
