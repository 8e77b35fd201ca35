"""Figures: what a result is worth – agreement, exact bounds of rates, bootstrap by whole groups."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import exp, lgamma, log, sqrt
from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray

Flags = NDArray[np.bool_]
GroupT = TypeVar("GroupT")
_CONFIDENCE: Final = 0.95


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure and its 95 % interval."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.3g} ({self.low:.2g}–{self.high:.2g})"


def mcc(said: Flags, true: Flags) -> float:
    """Return Matthews' correlation of two flags; 0 where one side never or always says yes."""
    hit, right_no = int((said & true).sum()), int((~said & ~true).sum())
    false, missed = int((said & ~true).sum()), int((~said & true).sum())
    product = float(hit + false) * (hit + missed) * (right_no + false) * (right_no + missed)
    return (float(hit) * right_no - float(false) * missed) / sqrt(product) if product else 0.0


def poisson_rate(count: int, exposure: float) -> Interval:
    """Return count / exposure with its exact Poisson interval (Garwood 1936)."""
    tail = (1.0 - _CONFIDENCE) / 2.0
    low = 0.0 if count == 0 else _mean_where(lambda mean: 1.0 - _cdf(count - 1, mean), tail, count)
    # At no events, the one-sided bound: the rule of three.
    upper_tail = 2.0 * tail if count == 0 else tail
    high = _mean_where(lambda mean: 1.0 - _cdf(count, mean), 1.0 - upper_tail, count)
    return Interval(count / exposure, low / exposure, high / exposure)


def bootstrap(
    groups: Sequence[GroupT],
    measure: Callable[[Sequence[GroupT]], float],
    *,
    seed: int,
    rounds: int = 400,
) -> Interval:
    """Return `measure` of all groups with the interval of drawing whole groups again and again."""
    if not groups:
        return Interval(float("nan"), float("nan"), float("nan"))
    drawn = np.random.default_rng(seed).integers(len(groups), size=(rounds, len(groups)))
    values = [measure([groups[at] for at in row]) for row in drawn.tolist()]
    tail = (1.0 - _CONFIDENCE) / 2.0
    low, high = np.nanquantile(values, [tail, 1.0 - tail])
    return Interval(measure(groups), float(low), float(high))


def _cdf(count: int, mean: float) -> float:
    """Return the chance of at most `count` events where `mean` are expected."""
    if mean <= 0.0:
        return 1.0
    return min(1.0, sum(exp(k * log(mean) - mean - lgamma(k + 1)) for k in range(count + 1)))


def _mean_where(rising: Callable[[float], float], wanted: float, count: int) -> float:
    low, high = 0.0, count + 10.0 * sqrt(count + 1.0) + 10.0
    for _ in range(80):
        middle = (low + high) / 2.0
        low, high = (middle, high) if rising(middle) < wanted else (low, middle)
    return (low + high) / 2.0
