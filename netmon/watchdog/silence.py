"""Silence: when a heartbeat that stopped is an alarm, when it is told again, when it is over.

No clock and no I/O: `now` is monotonic seconds. Never a recovery without an alarm before it.
"""

from dataclasses import dataclass
from enum import StrEnum


class News(StrEnum):
    """What has to be told."""

    SILENT = "silent"
    STILL_SILENT = "still silent"
    BACK = "back"


@dataclass(slots=True)
class Silence:
    """How long nothing was heard, and what was told of it."""

    began: float  # when watching began: who never beats is silent from then on
    limit_seconds: float = 180.0
    again_seconds: float = 3600.0
    heard: float | None = None  # the last beat
    alarmed: float | None = None  # since when the alarm is on
    told: float = 0.0  # when it was last told

    def beat(self, now: float) -> News | None:
        """Hear a heartbeat."""
        self.heard = now
        if self.alarmed is None:
            return None
        self.alarmed = None
        return News.BACK

    def look(self, now: float) -> News | None:
        """Look at the clock."""
        if self.seconds(now) < self.limit_seconds:
            return None
        if self.alarmed is None:
            self.alarmed = self.told = now
            return News.SILENT
        if now - self.told < self.again_seconds:
            return None
        self.told = now
        return News.STILL_SILENT

    def seconds(self, now: float) -> float:
        """Return for how long nothing was heard."""
        return now - (self.began if self.heard is None else self.heard)
