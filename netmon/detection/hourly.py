"""Hourly: how far a series usually is from its median at this hour of the day.

For what follows people's days: delays, which grow with traffic, and the noise of bands that anybody
may use. What came back at the same hour on three days belongs to that hour. It is learned under an
alarm as well – a busy evening would else alarm for ever – but only up to a limit, so that an hour
much worse than that is told on every day.

Hours are those of the wall clock, in UTC. Where that steps, an hour ends early; nothing else does.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from netmon.detection.checkpoint import Arrays
from netmon.detection.readings import Flags, Floats, Integers

HOURS: Final = 24
BELIEVED_FROM: Final = 3  # days
_MOST_DAYS: Final = 14  # after them each day weighs a fourteenth
_LEAST_POLLS: Final = 3  # an hour with fewer says nothing

Reals = NDArray[np.float32]


class Hourly:
    """What each hour adds to `rows` series; nothing is kept until something is learned."""

    def __init__(self, rows: int) -> None:
        self._rows = rows
        self._added: Reals = np.zeros((HOURS, 0), dtype=np.float32)
        self._days: NDArray[np.uint8] = np.zeros((HOURS, 0), dtype=np.uint8)
        self._sum: Reals = np.zeros(0, dtype=np.float32)
        self._count: NDArray[np.int32] = np.zeros(0, dtype=np.int32)
        self._hour = -1  # under way

    def added(self, now: float) -> Floats:
        """Return what this hour adds; 0 where it is not known yet."""
        if not len(self._sum):
            return np.zeros(self._rows)
        hour = _hour_of(now)
        believed = self._days[hour] >= BELIEVED_FROM
        return np.where(believed, self._added[hour], 0.0).astype(np.float64)

    def learn(self, above: Floats, fresh: Flags, now: float) -> None:
        """Take in by how much the fresh values are above their median of the day."""
        taken = fresh & np.isfinite(above)
        if not taken.any():
            return
        self.occur()
        hour = _hour_of(now)
        if hour != self._hour:
            self._close()
            self._hour = hour
        self._sum += np.where(taken, above, 0.0).astype(np.float32)
        self._count += taken

    def occur(self) -> None:
        """Make room, for what is measured or what a checkpoint brings back."""
        if len(self._sum) != self._rows:
            self._added = np.zeros((HOURS, self._rows), dtype=np.float32)
            self._days = np.zeros((HOURS, self._rows), dtype=np.uint8)
            self._sum = np.zeros(self._rows, dtype=np.float32)
            self._count = np.zeros(self._rows, dtype=np.int32)

    def remembered(self) -> tuple[Integers, Arrays]:
        """Return the hours of the rows of which any is known."""
        rows = np.flatnonzero(self._days.any(axis=0))
        return rows, {"added": self._added[:, rows].T, "days": self._days[:, rows].T}

    def resume(self, rows: Integers, arrays: Arrays) -> None:
        """Take hours back from another life."""
        self.occur()
        added = arrays["added"].astype(np.float32).T
        sound = np.isfinite(added)
        self._added[:, rows] = np.where(sound, added, 0.0)
        self._days[:, rows] = np.where(sound, np.minimum(arrays["days"].T, _MOST_DAYS), 0)

    def copied(self) -> "Hourly":
        """Return a copy that later lessons do not touch."""
        return self.taken(np.arange(self._rows, dtype=np.int64))

    def taken(self, rows: Integers) -> "Hourly":
        """Return one with other rows; −1 where new."""
        made = Hourly(len(rows))
        if not len(self._sum):
            return made
        made.occur()
        kept = np.flatnonzero(rows >= 0)
        made._added[:, kept] = self._added[:, rows[kept]]
        made._days[:, kept] = self._days[:, rows[kept]]
        made._sum[kept], made._count[kept] = self._sum[rows[kept]], self._count[rows[kept]]
        made._hour = self._hour
        return made

    def _close(self) -> None:
        """Let the hour that is over count as one of its days."""
        rows = np.flatnonzero(self._count >= _LEAST_POLLS)
        if rows.size and self._hour >= 0:
            hour, mean = self._hour, self._sum[rows] / self._count[rows]
            days = np.minimum(self._days[hour, rows], _MOST_DAYS - 1) + 1
            self._added[hour, rows] += (mean - self._added[hour, rows]) / days
            self._days[hour, rows] = days
        self._sum[:] = 0.0
        self._count[:] = 0


def _hour_of(now: float) -> int:
    return int(now // 3600.0) % HOURS
