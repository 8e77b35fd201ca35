"""Expectation: what SNR (or modulation) each direction has at each received level, as a map.

A radio's SNR follows its level only so far: a strong signal saturates it at 34–40 dB, a fading path
is dispersive and costs more, and each modulation has its own offset. So every direction learns its
own map: for each 2 dB of level the usual value and how much it varies. It learns in fades as well,
when all other baselines stand still, but never while quality or noise is under suspicion. Which
modulation ACM is in follows from the level, so its offset is in the map.

A cell is believed once it was seen for half an hour of polls; until then, and at levels never seen,
the caller says what to expect. Each value moves by a share of a bounded deviation (a Huber
estimate), ever more slowly: after a day of polls it takes another day to move, so that a slow
jammer is not learned.
"""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from netmon.detection.checkpoint import Arrays
from netmon.detection.readings import Flags, Floats, Integers

CELL_DB: Final = 2.0
CELLS: Final = 22  # from 36 dB below the level first seen to 8 dB above
_ABOVE_DB: Final = 8.0
BELIEVED_FROM: Final = 60  # polls: half an hour of them at 30 s
_SLOWEST: Final = 2880  # a day of them
_QUICKEST: Final = 8  # a new cell moves by a ninth of a deviation
_LOUDEST: Final = 3.0  # deviations, that one poll may count for
_SIGMA_PER_DEVIATION: Final = 1.2533  # √(π/2), of a normal distribution

Reals = NDArray[np.float32]


class Expectation:
    """The maps of `rows` directions; nothing is kept until the quantity occurs."""

    def __init__(self, rows: int, *, floor: float) -> None:
        """`floor` is the smallest spread worth believing, in the unit of the value."""
        self.floor = floor
        self._rows = rows
        self._anchor: Reals = np.full(0, np.nan, dtype=np.float32)  # the level first seen
        self._value: Reals = np.zeros((0, CELLS), dtype=np.float32)
        self._deviation: Reals = np.zeros((0, CELLS), dtype=np.float32)
        self._seen: NDArray[np.uint16] = np.zeros((0, CELLS), dtype=np.uint16)

    def expect(self, level: Floats) -> tuple[Floats, Floats]:
        """Return the value to be expected at these levels and its spread; NaN: not believed."""
        unknown = np.full(self._rows, np.nan)
        if not len(self._anchor):
            return unknown, unknown
        cell, inside = self._cells(level)
        rows = np.arange(self._rows)
        believed = inside & (self._seen[rows, cell] >= BELIEVED_FROM)
        spread = np.maximum(_SIGMA_PER_DEVIATION * self._deviation[rows, cell], self.floor)
        return (
            np.where(believed, self._value[rows, cell], np.nan),
            np.where(believed, spread, np.nan),
        )

    def learn(self, level: Floats, value: Floats, taken: Flags) -> None:
        """Take in the values of the rows that are fresh and beyond suspicion."""
        taken = taken & np.isfinite(level) & np.isfinite(value)
        if not taken.any():
            return
        self.occur()
        first = taken & ~np.isfinite(self._anchor)
        self._anchor[first] = level[first]
        cell, inside = self._cells(level)
        rows = np.flatnonzero(taken & inside)
        at = rows, cell[rows]
        seen, before, deviation = self._seen[at], self._value[at], self._deviation[at]
        before = np.where(seen == 0, value[rows], before)
        deviation = np.where(seen == 0, self.floor / _SIGMA_PER_DEVIATION, deviation)
        away = value[rows] - before
        bounded = np.clip(away, -_LOUDEST * deviation, _LOUDEST * deviation)
        # What came first has no more weight than what followed, until there is enough of it.
        pace = 1.0 / (1.0 + np.maximum(np.minimum(seen, _QUICKEST), seen.astype(float) - 30.0))
        self._value[at] = before + pace * bounded
        moved = deviation + np.where(seen == 0, 0.0, pace) * (np.abs(bounded) - deviation)
        self._deviation[at] = np.maximum(moved, self.floor / _SIGMA_PER_DEVIATION)
        self._seen[at] = np.minimum(seen + 1, _SLOWEST)

    def occur(self) -> None:
        """Make room, for what is measured or what a checkpoint brings back."""
        if len(self._anchor) != self._rows:
            self._anchor = np.full(self._rows, np.nan, dtype=np.float32)
            self._value = np.zeros((self._rows, CELLS), dtype=np.float32)
            self._deviation = np.zeros((self._rows, CELLS), dtype=np.float32)
            self._seen = np.zeros((self._rows, CELLS), dtype=np.uint16)

    def remembered(self) -> tuple[Integers, Arrays]:
        """Return the maps of the rows that have one."""
        rows = np.flatnonzero(np.isfinite(self._anchor))
        return rows, {
            "anchor": self._anchor[rows],
            "value": self._value[rows],
            "deviation": self._deviation[rows],
            "seen": self._seen[rows],
        }

    def resume(self, rows: Integers, arrays: Arrays) -> None:
        """Take maps back from another life; what is not a number there was never seen."""
        self.occur()
        anchor, value, deviation = (
            arrays[name].astype(np.float32) for name in ("anchor", "value", "deviation")
        )
        sound = np.isfinite(value) & np.isfinite(deviation) & np.isfinite(anchor)[:, None]
        self._anchor[rows] = anchor
        self._value[rows] = np.where(sound, value, 0.0)
        self._deviation[rows] = np.where(sound, np.abs(deviation), 0.0)
        self._seen[rows] = np.where(sound, np.minimum(arrays["seen"], _SLOWEST), 0)

    def copied(self) -> "Expectation":
        """Return a copy that later lessons do not touch."""
        return self.taken(np.arange(self._rows, dtype=np.int64))

    def taken(self, rows: Integers) -> "Expectation":
        """Return one with other rows; −1 where new."""
        made = Expectation(len(rows), floor=self.floor)
        if not len(self._anchor):
            return made
        made.occur()
        kept = np.flatnonzero(rows >= 0)
        pairs: tuple[tuple[NDArray[Any], NDArray[Any]], ...] = (
            (made._anchor, self._anchor),
            (made._value, self._value),
            (made._deviation, self._deviation),
            (made._seen, self._seen),
        )
        for ours, theirs in pairs:
            ours[kept] = theirs[rows[kept]]
        return made

    def _cells(self, level: Floats) -> tuple[Integers, Flags]:
        """Return the cell of each level, and whether it is one of the map's."""
        below = self._anchor + _ABOVE_DB - level
        known = np.isfinite(below)
        cell = np.floor(np.where(known, below, 0.0) / CELL_DB).astype(np.int64)
        inside = known & (cell >= 0) & (cell < CELLS)
        return np.where(inside, cell, 0), inside
