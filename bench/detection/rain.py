"""Rain (layer A1): wet or dry on held-out links in the held-out half, by netmon's own wet rule.

The levels pass through netmon's detectors poll by poll, so the excess is that of its own frozen
baselines, and the rule sees nothing of the future. Truth is radar rain along the path. Neighbours
of a held-out link may be development links: their levels are inputs, their rain is never looked at.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bench.detection.figures import Interval, bootstrap, mcc
from bench.detection.replay import film
from bench.detection.splits import LinkAndTime
from bench.detection.traces import POLLS_PER_RAIN, Floats, Traces
from netmon.detection.findings import DetectionSettings, Detectors
from netmon.detection.frame import compile_frame
from netmon.detection.wetrule import FEATURES, expanded, probability

Flags = NDArray[np.bool_]
WET_MM_PER_HOUR: Final = 0.1
WARM_UP_SLOTS: Final = 288  # a day: baselines are learned
SLOTS_PER_HOUR: Final = 12
_RIDGE: Final = 1.0  # keeps weights of ramps that lie nearly alike from running apart


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Watched:
    """What netmon made of the levels; (links, slots, features)."""

    features: Floats
    known: Flags  # (links, slots)


def watch(traces: Traces) -> Watched:
    """Let netmon's detectors and its wetness see every poll."""
    shown = film(traces, {}, np.isfinite(traces.rsl_dbm))
    detectors: Detectors | None = None
    slots = traces.polls // POLLS_PER_RAIN
    features = np.full((traces.links, slots, len(FEATURES)), np.nan, dtype=np.float32)
    known = np.zeros((traces.links, slots), dtype=np.bool_)
    for poll, readings in enumerate(shown.readings()):
        if detectors is None:
            frame = compile_frame(shown.network, readings)
            detectors = Detectors(frame, DetectionSettings(), None)
        wetness = detectors.wetness
        before = wetness.slots_closed
        detectors.look(readings)
        if wetness.slots_closed > before:
            slot = poll // POLLS_PER_RAIN - 1
            features[:, slot] = wetness.features
            known[:, slot] = np.isfinite(wetness.probability)
    return Watched(features=features.astype(np.float64), known=known)


def fit(watched: Watched, traces: Traces, split: LinkAndTime) -> tuple[float, Floats]:
    """Return intercept and weights fitted on development links and the first half (Newton)."""
    half = watched.known.shape[1] // 2
    some = np.s_[split.development, WARM_UP_SLOTS:half]
    rain = traces.rain_mm_per_hour[some]
    used = watched.known[some] & np.isfinite(rain)
    ramps = expanded(watched.features[some][used])
    wet = (rain[used] >= WET_MM_PER_HOUR).astype(np.float64)
    design = np.concatenate([np.ones((len(ramps), 1)), ramps], axis=1)
    weights = np.zeros(design.shape[1])
    penalty = np.full(design.shape[1], _RIDGE)
    penalty[0] = 0.0
    for _ in range(25):
        said = 1.0 / (1.0 + np.exp(-np.clip(design @ weights, -30.0, 30.0)))
        slope = design.T @ (wet - said) - penalty * weights
        curve = (design * (said * (1.0 - said))[:, None]).T @ design + np.diag(penalty)
        step = np.linalg.solve(curve, slope)
        weights += step
        if np.abs(step).max() < 1e-6:
            break
    return float(weights[0]), weights[1:]


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """One rule against radar on the held-out side: Matthews' correlation."""

    name: str
    hourly: Interval
    five_minutes: Interval
    five_minutes_1mm: Interval  # wet from 1 mm/h


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sides:
    """The two sides of A1."""

    traces: Traces
    split: LinkAndTime
    seed: int

    def agreement(self, name: str, scores: Floats, fixed: float | None = None) -> Agreement:
        """Score (links, slots); the line is `fixed` or the best on the development side."""
        rain = self.traces.rain_mm_per_hour
        hours = _hourly(scores), _hourly(rain)
        warm = WARM_UP_SLOTS // SLOTS_PER_HOUR
        return Agreement(
            name=name,
            hourly=self._held_out(*hours, WET_MM_PER_HOUR, warm, fixed),
            five_minutes=self._held_out(scores, rain, WET_MM_PER_HOUR, WARM_UP_SLOTS, fixed),
            five_minutes_1mm=self._held_out(scores, rain, 1.0, WARM_UP_SLOTS, fixed),
        )

    def _held_out(
        self, scores: Floats, rain: Floats, wet_from: float, warm: int, fixed: float | None
    ) -> Interval:
        half = scores.shape[1] // 2
        known = np.isfinite(scores) & np.isfinite(rain)
        wet = rain >= wet_from
        line = fixed
        if line is None:
            early = np.zeros_like(known)
            early[self.split.development, warm:half] = True
            line = best_line(scores[known & early], wet[known & early])
        said = scores > line
        links = [
            (said[link, half:][known[link, half:]], wet[link, half:][known[link, half:]])
            for link in self.split.held_out
        ]
        return bootstrap(links, _agreement_of, seed=self.seed, rounds=200)


def _agreement_of(links: Sequence[tuple[Flags, Flags]]) -> float:
    said, true = zip(*links, strict=True)
    return mcc(np.concatenate(said), np.concatenate(true))


def best_line(scores: Floats, wet: Flags) -> float:
    """Return the line over which saying wet agrees best."""
    lines = np.quantile(scores, np.linspace(0.6, 0.995, 80))
    return float(max(lines, key=lambda line: mcc(scores > line, wet)))


def ours(watched: Watched) -> Floats:
    """Return the probabilities of netmon's table, (links, slots)."""
    return np.where(watched.known, probability(expanded(watched.features)), np.nan)


def scored(watched: Watched, intercept: float, weights: Floats) -> Floats:
    """Return the probabilities by other weights than those of netmon's table, (links, slots)."""
    odds = np.exp(np.clip(expanded(watched.features) @ weights + intercept, -30.0, 30.0))
    return np.where(watched.known, odds / (1.0 + odds), np.nan)


def _hourly(values: Floats) -> Floats:
    hours = values.shape[1] // SLOTS_PER_HOUR
    cut = values[:, : hours * SLOTS_PER_HOUR].reshape(-1, hours, SLOTS_PER_HOUR)
    known = np.isfinite(cut)
    count = known.sum(axis=2)
    sums = np.where(known, cut, 0.0).sum(axis=2)
    return np.where(count > 0, sums / np.maximum(count, 1), np.nan)
