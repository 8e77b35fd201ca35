"""Wetness: how likely it rains on a radio path, by its own loss and by that of its neighbours.

Five-minute means of the loss beyond the usual, the smaller of both directions (rain costs both the
same), how they rose and waver, and what links near by lose: a wet neighbourhood tells more than
anything of the link itself. A logistic rule over a handful of ramps; only what is past is used.
Wet means 0.1 mm/h and more along the path.
"""

from dataclasses import dataclass
from typing import Annotated, Final

import numpy as np
from annotated_types import Gt, Lt
from numpy.typing import NDArray

from netmon.detection.frame import Frame
from netmon.detection.nearest import Nearest, nearest
from netmon.detection.readings import Flags, Floats, Integers
from netmon.detection.wetrule import FEATURES, expanded, probability

SLOTS: Final = 12  # an hour is remembered
_SHORT_SLOTS: Final = 4  # of the shorter deviation
_RISE_SLOTS: Final = 3
_SOFT_DB: Final = (-2.0, 6.0)  # more loss is not wetter, and a gain not drier
_WET_DB: Final = (0.4, 1.6)  # a link counts as wet in part from here, in full from there
RAIN_FROM_HZ: Final = 10e9  # below, rain attenuates next to nothing (ITU-R P.838-3)
_LOUD_DB: Final = (4.0, 3.0)  # deviations end here: of the link, of its neighbours

Reals = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class WetnessSettings:
    """How long a mean is, and how many neighbours are asked."""

    slot_seconds: Annotated[float, Gt(0)] = 300.0
    neighbours: Annotated[int, Gt(0)] = 20
    near_m: Annotated[float, Gt(0)] = 4_000.0  # their weight falls to 1/e over it
    around_m: Annotated[float, Gt(0)] = 6_000.0
    wide_m: Annotated[float, Gt(0)] = 8_000.0
    far_m: Annotated[float, Gt(0)] = 12_000.0
    # Of the neighbours' weights by `far_m`, so much must be known before they are believed:
    # two links within 8 km of each other's middles, three within 13 km.
    witnessed_from: Annotated[float, Gt(0)] = 1.0
    wet_from: Annotated[float, Gt(0), Lt(1)] = 0.5  # probability
    around_wet: Annotated[float, Gt(0), Lt(1)] = 0.5  # weighted share of wet neighbours
    around_dry: Annotated[float, Gt(0), Lt(1)] = 0.1


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sky:
    """What is known of the weather on every link with two directions; one row per such link."""

    probability: Reals  # that it rains on the path, by all that is seen; NaN: not known
    wet: Flags
    around_wet: Flags  # by the neighbours alone
    around_dry: Flags
    dry: Flags  # around, at least for the most part: its neighbours are known and not wet


def nearest_of(frame: Frame, settings: WetnessSettings) -> Nearest:
    """Return the neighbours of the radio links of a frame: only those that rain dims are asked."""
    directions = frame.directions
    middles = frame.end_positions[directions.link_row[::2]].mean(axis=1)
    with np.errstate(invalid="ignore"):
        dimmed = directions.frequency_hz[::2] >= RAIN_FROM_HZ
    return nearest(middles, settings.neighbours, dimmed)


class Wetness:
    """The last hour of every link in five-minute slots; two directions make a link."""

    def __init__(self, near: Nearest, settings: WetnessSettings) -> None:
        links = len(near.rows)
        self.settings = settings
        # All of the last whole slot; the mean and the sum of weights are those of neighbours.
        self.features: Reals = np.full((links, len(FEATURES)), np.nan, dtype=np.float32)
        self.probability: Reals = np.full(links, np.nan, dtype=np.float32)
        self.witnessed: Reals = np.zeros(links, dtype=np.float32)
        self.slots_closed = 0
        self.near = near
        shape = (SLOTS, links * 2)
        self._sums, self._squares = (np.zeros(shape, dtype=np.float32) for _ in range(2))
        self._counts = np.zeros(shape, dtype=np.uint16)
        self._loss: Reals = np.full((SLOTS, links), np.nan, dtype=np.float32)
        self._slot = -1

    def look(self, excess_db: Floats, fresh: Flags, monotonic: float) -> bool:
        """Take in the loss beyond the usual, (directions,); say whether a slot has been closed."""
        slot = int(monotonic // self.settings.slot_seconds)
        closed = self._slot >= 0 and slot != self._slot
        if closed:
            self._close(slot - self._slot)
        self._slot = slot
        taken = fresh & np.isfinite(excess_db)
        excess = np.where(taken, excess_db, 0.0).astype(np.float32)
        self._sums[0] += excess
        self._squares[0] += excess**2
        self._counts[0] += taken
        return closed

    @property
    def sky(self) -> Sky:
        """What the last whole slot says."""
        settings, probability = self.settings, self.probability
        witnessed = self.witnessed >= settings.witnessed_from
        share = self.features[:, FEATURES.index("near_wet")]
        with np.errstate(invalid="ignore"):
            return Sky(
                probability=probability,
                wet=probability >= settings.wet_from,
                around_wet=witnessed & (share >= settings.around_wet),
                around_dry=witnessed & (share <= settings.around_dry),
                dry=witnessed & (share < settings.around_wet),
            )

    def taken(self, near: Nearest, rows: Integers) -> "Wetness":
        """Return one for other links with their neighbours; −1 where new."""
        made = Wetness(near, self.settings)
        made._slot, made.slots_closed = self._slot, self.slots_closed
        kept = np.flatnonzero(rows >= 0)
        theirs = rows[kept]
        for own, other in (
            (made.features, self.features),
            (made.probability, self.probability),
            (made.witnessed, self.witnessed),
        ):
            own[kept] = other[theirs]
        made._loss[:, kept] = self._loss[:, theirs]
        for end in (0, 1):
            for ring, old in (
                (made._sums, self._sums),
                (made._squares, self._squares),
                (made._counts, self._counts),
            ):
                ring[:, kept * 2 + end] = old[:, theirs * 2 + end]
        return made

    def _close(self, passed: int) -> None:
        with np.errstate(invalid="ignore", divide="ignore"):
            means = (self._sums[0] / self._counts[0]).reshape(-1, 2)
        self._loss[0] = np.fmin(means[:, 0], means[:, 1])
        self._measure()
        for _ in range(min(passed, SLOTS)):
            for ring in (self._sums, self._squares, self._counts, self._loss):
                ring[1:] = ring[:-1].copy()
            self._sums[0] = self._squares[0] = 0.0
            self._counts[0] = 0
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
        self.features = np.stack([columns[name] for name in FEATURES], axis=1).astype(np.float32)
        judged = probability(expanded(self.features.astype(np.float64)))
        self.probability = np.where(np.isfinite(loss), judged, np.nan).astype(np.float32)
        known = np.isfinite(loss[self.near.rows])
        self.witnessed = (known * np.exp(-self.near.metres / settings.far_m)).sum(axis=1)

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

    def _around(self, values: Reals, metres: float) -> Floats:
        """Return the mean of the neighbours, near ones weighing more; 0 where none is known."""
        theirs, weights = values[self.near.rows], np.exp(-self.near.metres / metres)
        known = np.isfinite(theirs)
        total = np.where(known, theirs * weights, 0.0).sum(axis=1)
        mean: Floats = total / ((known * weights).sum(axis=1) + 1e-6)
        return mean
