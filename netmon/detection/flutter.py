"""Flutter: a series that jumps from poll to poll more than it usually does.

A pulsed or sweeping disturber is on at some polls and off at others: the mean moves little, the
difference between successive polls a lot. The ratio of the two – von Neumann's – needs no baseline
of the level, only of the jumps; fades, which are slow against a poll, do not show in it.

Reference: von Neumann, Annals of Mathematical Statistics 12 (1941) 367.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from netmon.detection.change import Change, ChangeSettings
from netmon.detection.readings import Flags, Floats, Integers

_PACE: Final = 1.0 / 512.0  # of a poll's weight in what is usual
_QUICK: Final = 0.1  # in what is now
_LOUDEST: Final = 3.0  # usual jumps, that one poll may teach


class Flutter:
    """The jumps of `rows` series."""

    def __init__(self, rows: int, *, floor: float, settings: ChangeSettings) -> None:
        """`floor` is the smallest jump worth believing, in the unit of the series."""
        self.floor = floor
        self.change = Change(rows, settings)
        self._before: NDArray[np.float32] = np.full(rows, np.nan, dtype=np.float32)
        self._usual: NDArray[np.float32] = np.full(rows, floor, dtype=np.float32)
        self._now: NDArray[np.float32] = np.full(rows, floor, dtype=np.float32)

    @property
    def ratio(self) -> Floats:
        """Jumps of the last polls over the usual ones, squared: a ratio of variances."""
        squared: Floats = ((self._now / self._usual) ** 2).astype(np.float64)
        return squared

    def look(self, values: Floats, fresh: Flags) -> Flags:
        """Take in this cycle; return the rows that flutter."""
        counted = fresh & np.isfinite(values)
        jump = np.abs(np.where(counted, values, 0.0) - self._before)
        counted_jump = counted & np.isfinite(jump)
        jump = np.where(counted_jump, jump, 0.0)
        self.change.look(jump / self._usual - 1.0, counted_jump)
        taught = np.minimum(jump, _LOUDEST * self._usual)
        learns = counted_jump & ~self.change.risen
        usual = self._usual + np.where(learns, _PACE * (taught - self._usual), 0.0)
        self._usual = np.maximum(usual, self.floor).astype(np.float32)
        now = self._now + np.where(counted_jump, _QUICK * (jump - self._now), 0.0)
        self._now = np.maximum(now, self.floor).astype(np.float32)
        self._before = np.where(counted, values, self._before).astype(np.float32)
        return self.change.risen

    def taken(self, rows: Integers) -> "Flutter":
        """Return one with other rows; −1 where new."""
        made = Flutter(len(rows), floor=self.floor, settings=self.change.settings)
        made.change = self.change.taken(rows)
        kept = np.flatnonzero(rows >= 0)
        for ours, theirs in (
            (made._before, self._before),
            (made._usual, self._usual),
            (made._now, self._now),
        ):
            ours[kept] = theirs[rows[kept]]
        return made
