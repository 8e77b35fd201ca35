"""Course: how the loss of each direction went over the last ten to twenty minutes.

One instant says too little. Ends are read at different moments, and some radios only tell their
last quarter of an hour: what one direction loses now, the other may have lost, or will. A fault
stays where it is, layered air jumps by decibels within a minute, rain does neither: of real rain a
change of 6 dB within a minute is one in a thousand. So every direction keeps the highest and lowest
loss of two windows, and how much it moves from poll to poll.
"""

from dataclasses import dataclass
from typing import Annotated, Final

import numpy as np
from annotated_types import Gt
from numpy.typing import NDArray

from netmon.detection.readings import Flags, Floats, Integers

_PACE: Final = 0.2  # weight of a poll in how much a direction moves


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseSettings:
    """What counts as steady, as restless, as ebbing, as lost lately."""

    window_seconds: Annotated[float, Gt(0)] = 600.0  # two of them are looked back
    steady_db: Annotated[float, Gt(0)] = 2.5  # from the lowest to the highest: readings scatter
    restless_db: Annotated[float, Gt(0)] = 1.5  # from poll to poll, on average
    lately_db: Annotated[float, Gt(0)] = 2.0  # lost at least, to count as a fade as well …
    lately_share: Annotated[float, Gt(0)] = 0.4  # … and so much of what the other way lost


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Gone:
    """How the loss went; one row per direction."""

    steady: Flags  # for a whole window, and what is of the next
    restless: Flags
    other_too: Flags  # the other direction has lost something like it lately
    highest_db: Floats  # lately


class Course:
    """Highest and lowest loss of two windows, and the moves between polls."""

    def __init__(self, rows: int, settings: CourseSettings) -> None:
        self.settings = settings
        self._window = -1
        self._high: NDArray[np.float32] = np.full((2, rows), np.nan, dtype=np.float32)
        self._low: NDArray[np.float32] = np.full((2, rows), np.nan, dtype=np.float32)
        self._before: NDArray[np.float32] = np.full(rows, np.nan, dtype=np.float32)
        self._moves: NDArray[np.float32] = np.zeros(rows, dtype=np.float32)

    def look(self, loss_db: Floats, fresh: Flags, monotonic: float) -> Gone:
        """Take in this cycle's loss beyond the usual."""
        settings = self.settings
        self._turn(int(monotonic // settings.window_seconds))
        loss = np.where(fresh, loss_db, np.nan).astype(np.float32)
        self._high[0] = np.fmax(self._high[0], loss)
        self._low[0] = np.fmin(self._low[0], loss)
        moved = np.abs(loss - self._before)
        known = np.isfinite(moved)
        self._moves += np.where(known, _PACE * (moved - self._moves), 0.0).astype(np.float32)
        self._before = np.where(np.isfinite(loss), loss, self._before)
        highest = np.fmax(self._high[0], self._high[1]).astype(np.float64)
        lowest = np.fmin(self._low[0], self._low[1])
        other = highest.reshape(-1, 2)[:, ::-1].reshape(-1)
        with np.errstate(invalid="ignore"):
            steady = np.isfinite(self._high[1]) & (highest - lowest <= settings.steady_db)
            alike = np.fmin(settings.lately_share * highest, 10.0)
            other_too = other >= np.fmax(settings.lately_db, alike)
        return Gone(
            steady=steady,
            restless=self._moves >= settings.restless_db,
            other_too=other_too,
            highest_db=highest,
        )

    def taken(self, rows: Integers) -> "Course":
        """Return one with other rows; −1 where new."""
        made = Course(len(rows), self.settings)
        made._window = self._window
        kept = np.flatnonzero(rows >= 0)
        made._high[:, kept], made._low[:, kept] = (
            self._high[:, rows[kept]],
            self._low[:, rows[kept]],
        )
        made._before[kept], made._moves[kept] = self._before[rows[kept]], self._moves[rows[kept]]
        return made

    def _turn(self, window: int) -> None:
        if window == self._window:
            return
        for kept in (self._high, self._low):
            kept[1] = kept[0] if window == self._window + 1 else np.nan
            kept[0] = np.nan
        self._window = window
