"""Wetness: how likely it rains on a radio path, by its own loss and by that of its neighbours.

Five-minute means of the loss beyond the usual, the smaller of both directions (rain costs both the
same), how they rose and waver, and what links near by lose: a wet neighbourhood tells more than
anything of the link itself. A logistic rule over a handful of ramps; only what is past is used.
Wet means 0.1 mm/h and more along the path.
"""

from dataclasses import dataclass
from typing import Annotated, Final

import numpy as np
from annotated_types import Gt

from netmon.detection.readings import Flags, Floats, Integers
from netmon.detection.wetrule import FEATURES, expanded, probability

SLOTS: Final = 12  # an hour is remembered
_SHORT_SLOTS: Final = 4  # of the shorter deviation
_RISE_SLOTS: Final = 3
_SOFT_DB: Final = (-2.0, 6.0)  # more loss is not wetter, and a gain not drier
_WET_DB: Final = (0.4, 1.6)  # a link counts as wet in part from here, in full from there
_LOUD_DB: Final = (4.0, 3.0)  # deviations end here: of the link, of its neighbours


@dataclass(frozen=True, slots=True, kw_only=True)
class WetnessSettings:
    """How long a mean is, and how many neighbours are asked."""

    slot_seconds: Annotated[float, Gt(0)] = 300.0
    neighbours: Annotated[int, Gt(0)] = 20
    near_m: Annotated[float, Gt(0)] = 4_000.0  # their weight falls to 1/e over it
    around_m: Annotated[float, Gt(0)] = 6_000.0
    wide_m: Annotated[float, Gt(0)] = 8_000.0
    far_m: Annotated[float, Gt(0)] = 12_000.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Nearest:
    """The nearest other links of each link: rows and distances, (links, neighbours)."""

    rows: Integers
    metres: Floats


def nearest(middles: Floats, neighbours: int) -> Nearest:
    """Return the nearest links by their middles, (links, xyz) in metres; in slices of links."""
    links = len(middles)
    count = min(neighbours, links - 1)
    rows = np.zeros((links, max(count, 0)), dtype=np.int64)
    metres = np.zeros((links, max(count, 0)))
    for start in range(0, links if count > 0 else 0, 256):
        some = middles[start : start + 256]
        apart = np.sqrt(((some[:, None, :] - middles[None, :, :]) ** 2).sum(axis=2))
        apart[np.arange(len(some)), np.arange(start, start + len(some))] = np.inf  # itself
        order = np.argsort(apart, axis=1, kind="stable")[:, :count]
        rows[start : start + 256] = order
        metres[start : start + 256] = np.take_along_axis(apart, order, axis=1)
    return Nearest(rows=rows, metres=metres)


class Wetness:
    """The last hour of every link in five-minute slots; two directions make a link."""

    def __init__(self, near: Nearest, settings: WetnessSettings) -> None:
        links = len(near.rows)
        self.settings = settings
        self.features: Floats = np.full((links, len(FEATURES)), np.nan)  # of the last whole slot
        self.probability: Floats = np.full(links, np.nan)
        self.slots_closed = 0
        self._near = near
        self._weights = {
            metres: np.exp(-near.metres / metres)
            for metres in (settings.near_m, settings.around_m, settings.wide_m, settings.far_m)
        }
        shape = (SLOTS, links * 2)
        self._sums, self._squares, self._counts = (np.zeros(shape) for _ in range(3))
        self._loss: Floats = np.full((SLOTS, links), np.nan)  # newest first, as all of these
        self._slot = -1

    def look(self, excess_db: Floats, fresh: Flags, monotonic: float) -> bool:
        """Take in the loss beyond the usual, (directions,); say whether a slot has been closed."""
        slot = int(monotonic // self.settings.slot_seconds)
        closed = self._slot >= 0 and slot != self._slot
        if closed:
            self._close(slot - self._slot)
        self._slot = slot
        taken = fresh & np.isfinite(excess_db)
        self._sums[0, taken] += excess_db[taken]
        self._squares[0, taken] += excess_db[taken] ** 2
        self._counts[0, taken] += 1.0
        return closed

    def _close(self, passed: int) -> None:
        with np.errstate(invalid="ignore", divide="ignore"):
            means = (self._sums[0] / self._counts[0]).reshape(-1, 2)
        self._loss[0] = np.fmin(means[:, 0], means[:, 1])
        self._measure()
        for _ in range(min(passed, SLOTS)):
            for ring in (self._sums, self._squares, self._counts, self._loss):
                ring[1:] = ring[:-1].copy()
            self._sums[0] = self._squares[0] = self._counts[0] = 0.0
            self._loss[0] = np.nan
        self.slots_closed += passed

    def _measure(self) -> None:
        settings, loss = self.settings, self._loss[0]
        soft = np.clip(loss, *_SOFT_DB)
        rise = soft - np.clip(self._loss[_RISE_SLOTS], *_SOFT_DB)
        low, high = _WET_DB
        wet = np.clip((loss - low) / (high - low), 0.0, 1.0)
        known = np.isfinite(self._loss)
        hour = np.where(known, self._loss, 0.0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
        columns = {
            "loss": soft,
            "hour_loss": np.clip(hour, *_SOFT_DB),
            "rise": np.clip(loss - self._loss[_RISE_SLOTS], *_SOFT_DB),
            "deviation": np.minimum(self._deviation(_SHORT_SLOTS), _LOUD_DB[0]),
            "near_wet": self._around(wet, settings.near_m),
            "far_wet": self._around(wet, settings.far_m),
            "near_loss": self._around(soft, settings.near_m),
            "near_rise": self._around(rise, settings.around_m),
            "near_deviation": self._around(
                np.minimum(self._deviation(SLOTS), _LOUD_DB[1]), settings.wide_m
            ),
        }
        self.features = np.stack([columns[name] for name in FEATURES], axis=1)
        judged = probability(expanded(self.features))
        self.probability = np.where(np.isfinite(loss), judged, np.nan)

    def _deviation(self, slots: int) -> Floats:
        """Return the smaller deviation of both directions; NaN where half of it is missing."""
        counts = self._counts[:slots].sum(axis=0)
        enough = (self._counts[:slots] > 0).sum(axis=0) * 2 >= slots
        with np.errstate(invalid="ignore", divide="ignore"):
            mean = self._sums[:slots].sum(axis=0) / counts
            variance = self._squares[:slots].sum(axis=0) / counts - mean**2
        deviation = np.where(enough, np.sqrt(np.maximum(variance, 0.0)), np.nan).reshape(-1, 2)
        smaller: Floats = np.fmin(deviation[:, 0], deviation[:, 1])
        return smaller

    def _around(self, values: Floats, metres: float) -> Floats:
        """Return the mean of the neighbours, near ones weighing more; 0 where none is known."""
        theirs, weights = values[self._near.rows], self._weights[metres]
        known = np.isfinite(theirs)
        total = np.where(known, theirs * weights, 0.0).sum(axis=1)
        mean: Floats = total / ((known * weights).sum(axis=1) + 1e-6)
        return mean
