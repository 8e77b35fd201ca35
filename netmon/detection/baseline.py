"""Baseline: what a series usually is – robust median and spread of its last healthy day.

Every row keeps a ring of five-minute means. A row closes its slot at its own moment (they are
staggered), so that a cycle pays only for the few rows that close in it and nothing grows with
history. Rows under an alarm are frozen: a slow jammer must not become the new normal as it
does of a running mean (Page-Hinkley).
"""

from dataclasses import dataclass
from typing import Annotated, Final

import numpy as np
from annotated_types import Gt
from numpy.typing import NDArray

from netmon.detection.checkpoint import Arrays
from netmon.detection.readings import Flags, Floats, Integers

SIGMA_PER_MAD: Final = 1.4826  # of a normal distribution
_GOLDEN: Final = 0.6180339887498949  # spreads rows evenly over a slot, whatever their number
_KEPT: Final = 24  # order statistics a checkpoint keeps of each row
_STRIDE: Final = 11  # coprime with _KEPT: restored values leave the ring in mixed order
_SIGMA_PER_DEVIATION: Final = 1.2533  # √(π/2): of a normal distribution's mean deviation
_SCATTER_PACE: Final = 1.0 / 256.0  # of a poll's weight: two hours of them at 30 s
_LOUDEST: Final = 3.0  # a poll counts for no more, in scatters: one shower widens nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class BaselineSettings:
    """How long a memory is, and how wide it is while it is young."""

    slot_seconds: Annotated[float, Gt(0)] = 300.0  # one mean per slot
    slots: Annotated[int, Gt(1)] = 288  # a day of them
    young_slots: Annotated[int, Gt(0)] = 6  # single polls count as slots until there are so many
    grown_slots: Annotated[int, Gt(0)] = 18  # below: the spread is taken `young_factor` wide
    young_factor: Annotated[float, Gt(0)] = 2.5
    freeze_seconds: Annotated[float, Gt(0)] = (
        7 * 86400.0
    )  # an alarm older than this is a new normal


class Baseline:
    """Median and spread of `rows` series; all methods work on all rows at once."""

    def __init__(self, rows: int, *, floor: float, settings: BaselineSettings) -> None:
        """`floor` is the smallest spread worth believing, in the unit of the series."""
        self.settings = settings
        self.floor = floor
        self.centre: Floats = np.full(rows, np.nan)
        self.spread: Floats = np.full(rows, floor * settings.young_factor)
        self._ring = np.full((rows, settings.slots), np.nan, dtype=np.float32)
        self._written = np.zeros(rows, dtype=np.int64)  # slots ever written to the row
        self._sum = np.zeros(rows)
        self._count = np.zeros(rows, dtype=np.int64)
        self._slot = np.full(rows, -1, dtype=np.int64)
        # Means of slots hide how much single polls vary, and it is polls that a CUSUM sums.
        self._scatter = np.full(rows, floor / _SIGMA_PER_DEVIATION, dtype=np.float32)
        self._frozen_seconds = np.zeros(rows)
        self._last = float("nan")
        self._offset = np.arange(rows) * _GOLDEN % 1.0 * settings.slot_seconds

    @property
    def slots_seen(self) -> Integers:
        """How many slots each row's figures rest on."""
        return np.minimum(self._written, self.settings.slots)

    def words(self, row: int) -> str:
        """How far the baseline of a row may be trusted: empty once it is grown."""
        seen = int(self.slots_seen[row])
        return "" if seen >= self.settings.grown_slots else f" (young baseline: {seen} points)"

    def learn(self, values: Floats, fresh: Flags, frozen: Flags, monotonic: float) -> None:
        """Take in the fresh values of rows that are not frozen; NaN teaches nothing."""
        self._age_frozen(frozen, monotonic)
        held = frozen & (self._frozen_seconds < self.settings.freeze_seconds)
        if held.any():
            self._sum[held] = 0.0  # what came in before the alarm was seen is suspect as well
            self._count[held] = 0
        taken = fresh & ~held & np.isfinite(values)
        self._sum[taken] += values[taken]
        self._count[taken] += 1
        self._scatter_of(values, taken)
        slot = ((monotonic + self._offset) // self.settings.slot_seconds).astype(np.int64)
        young = self._written < self.settings.young_slots
        closing = np.flatnonzero((self._count > 0) & (young | (slot != self._slot)))
        self._slot = slot
        if closing.size:
            self._close(closing)

    def forget(self, rows: Flags) -> None:
        """Start afresh where the series itself has changed its meaning."""
        self._ring[rows] = np.nan
        self._written[rows] = 0
        self._sum[rows] = 0.0
        self._count[rows] = 0
        self.centre[rows] = np.nan
        self.spread[rows] = self.floor * self.settings.young_factor
        self._scatter[rows] = self.floor / _SIGMA_PER_DEVIATION

    def taken(self, old_rows: Integers) -> "Baseline":
        """Return one with a row for each of `old_rows`; −1 makes a new, empty row."""
        made = Baseline(len(old_rows), floor=self.floor, settings=self.settings)
        kept = np.flatnonzero(old_rows >= 0)
        source = old_rows[kept]
        made._ring[kept] = self._ring[source]
        made._written[kept] = self._written[source]
        made.centre[kept] = self.centre[source]
        made.spread[kept] = self.spread[source]
        made._scatter[kept] = self._scatter[source]
        made._frozen_seconds[kept] = self._frozen_seconds[source]
        made._last = self._last
        return made

    def copied(self) -> "Baseline":
        """Return a copy that later lessons do not touch."""
        return self.taken(np.arange(len(self.centre), dtype=np.int64))

    def _age_frozen(self, frozen: Flags, monotonic: float) -> None:
        elapsed = max(0.0, monotonic - self._last) if np.isfinite(self._last) else 0.0
        self._last = monotonic
        self._frozen_seconds = np.where(frozen, self._frozen_seconds + elapsed, 0.0)

    def _scatter_of(self, values: Floats, taken: Flags) -> None:
        """Follow the mean deviation of single polls from the centre, slowly."""
        with np.errstate(invalid="ignore"):
            deviation = np.minimum(np.abs(values - self.centre), _LOUDEST * self._scatter)
        step = np.where(taken & np.isfinite(deviation), deviation - self._scatter, 0.0)
        self._scatter += (_SCATTER_PACE * step).astype(np.float32)

    def _close(self, rows: Integers) -> None:
        place = self._written[rows] % self.settings.slots
        self._ring[rows, place] = self._sum[rows] / self._count[rows]
        self._written[rows] += 1
        self._sum[rows] = 0.0
        self._count[rows] = 0
        self._measure(rows)

    def _measure(self, rows: Integers) -> None:
        seen = self.slots_seen[rows]
        width = int(seen.max())
        held = self._ring[rows, :width]  # rows with less have NaN at their end, which sorts last
        centre = _median(held, seen)
        mad = _median(np.abs(held - centre[:, None]), seen)
        scatter = _SIGMA_PER_DEVIATION * self._scatter[rows]
        spread = np.maximum(np.maximum(SIGMA_PER_MAD * mad, scatter), self.floor)
        wide = np.where(seen < self.settings.grown_slots, self.settings.young_factor, 1.0)
        self.centre[rows] = centre
        self.spread[rows] = spread * wide

    def remembered(self) -> tuple[Integers, Arrays]:
        """Return of each row that has seen anything `_KEPT` order statistics, and its scatter."""
        rows = np.flatnonzero(self._written)
        seen = self.slots_seen[rows]
        ordered = np.sort(self._ring[rows], axis=1)
        ranks = (np.arange(_KEPT) + 0.5) / _KEPT * seen[:, None]
        return rows, {
            "statistics": np.take_along_axis(ordered, ranks.astype(np.int64), axis=1),
            "seen": seen.astype(np.int32),
            "scatter": self._scatter[rows],
        }

    def resume(self, rows: Integers, arrays: Arrays) -> None:
        """Refill rows from another life's order statistics, as if as much had been seen again."""
        statistics = arrays["statistics"].astype(np.float32)
        sound = np.isfinite(statistics).all(axis=1)
        counts = np.where(sound, np.clip(arrays["seen"].astype(np.int64), 0, None), 0)
        counts = np.minimum(counts, self.settings.slots)
        order = np.arange(self.settings.slots) * _STRIDE % _KEPT
        filled = statistics[:, order]
        filled[np.arange(self.settings.slots)[None, :] >= counts[:, None]] = np.nan
        self._ring[rows] = filled
        self._written[rows] = counts
        scatter = arrays.get("scatter", self._scatter[rows])
        self._scatter[rows] = np.where(np.isfinite(scatter), np.abs(scatter), self._scatter[rows])
        known = rows[counts > 0]
        if known.size:
            self._measure(known)


def _median(values: NDArray[np.float32], counts: Integers) -> Floats:
    """Return the median of the first `counts` ordered values of each row; NaN sorts last."""
    ordered = np.sort(values, axis=1)
    rows = np.arange(len(ordered))
    low, high = (counts - 1) // 2, counts // 2
    return (ordered[rows, low].astype(np.float64) + ordered[rows, high]) / 2.0
