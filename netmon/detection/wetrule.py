"""Wet rule: the table that makes a probability of rain of nine features of a link.

Logistic: the log odds are WEIGHTS · ramps + INTERCEPT. Each feature comes as itself and as what it
exceeds some corners by. The weights were fitted by `bench.detection.rain` on 250 of the 500 links
of pycomlink's public sample and the first half of its eleven days against radar rain; they are
checked on the other links and the other half (docs/detection.md).
"""

from collections.abc import Sequence
from typing import Final

import numpy as np

from netmon.detection.readings import Floats

# Feature: its corners. In dB, but for the shares of wet neighbours.
CORNERS: Final[dict[str, tuple[float, ...]]] = {
    "loss": (0.0, 0.6, 1.2, 2.0, 3.0),
    "hour_loss": (0.5, 1.5),
    "rise": (0.0, 1.0),
    "deviation": (0.5, 1.0),
    "near_wet": (0.3, 0.6),
    "far_wet": (0.3, 0.6),
    "near_loss": (0.5, 1.5, 3.0),
    "near_rise": (0.0, 0.5),
    "near_deviation": (0.5, 1.0),
}
FEATURES: Final[Sequence[str]] = tuple(CORNERS)

# Feature: its weight, then those of its corners.
WEIGHTS: Final[dict[str, tuple[float, ...]]] = {
    "loss": (0.614, 1.274, -0.678, -0.83, 0.175, -0.253),
    "hour_loss": (-0.297, -0.472, 0.836),
    "rise": (-0.293, 1.626, -1.421),
    "deviation": (2.121, -1.689, -0.19),
    "near_wet": (0.892, 2.121, 1.067),
    "far_wet": (1.114, 0.11, 1.063),
    "near_loss": (2.208, -2.497, 0.0, -0.8),
    "near_rise": (-0.158, 1.456, -1.821),
    "near_deviation": (10.097, -9.694, -0.285),
}
INTERCEPT: Final = -8.84


def expanded(features: Floats) -> Floats:
    """Return the ramps of features (…, features): themselves and beyond their corners; NaN is 0."""
    known = np.nan_to_num(features, nan=0.0)
    ramps = []
    for at, corners in enumerate(CORNERS.values()):
        ramps.append(known[..., at])
        ramps.extend(np.maximum(known[..., at] - corner, 0.0) for corner in corners)
    return np.stack(ramps, axis=-1)


def probability(ramps: Floats) -> Floats:
    """Return how likely it rains, 0 to 1, for ramps (…, ramps)."""
    weights = np.array([weight for row in WEIGHTS.values() for weight in row])
    odds: Floats = np.exp(np.clip(ramps @ weights + INTERCEPT, -30.0, 30.0))
    return odds / (1.0 + odds)
