"""Meetings: all places where a disc of one radius can begin to hit something else."""

import numpy as np

from topology.geometry import EARTH_RADIUS_M
from topology.resilience.solver import Real, Whole, near_pairs
from topology.resilience.sphere import Circles, meeting_points, poles_of


def candidate_centres(
    starts: Real, ends: Real, radius_m: float, *, arcs: bool, spared: Real, spared_m: float
) -> Real:
    """Return centres, unit vectors (n, 3), among which every greatest set of hits is found.

    What can be hit are the points `starts` and `ends`, and with `arcs` all between them as well;
    centres nearer than `spared_m` to a point of `spared` are not wanted. Edges of surroundings
    are circles about points, and for arcs lines beside them: where any two meet is a candidate,
    and so is the middle of everything, for what no edge crosses.
    """
    points = np.unique(np.concatenate([starts, ends]), axis=0)
    angle = radius_m / EARTH_RADIUS_M
    # A circle, and a ball that contains the part of it that is an edge.
    axis = middle = np.concatenate([points, spared])
    reach = np.repeat([angle, spared_m / EARTH_RADIUS_M], [len(points), len(spared)])
    cosine, sine = np.cos(reach), np.sin(reach)
    if arcs:
        poles = poles_of(starts, ends)
        real = np.flatnonzero(np.abs(poles).sum(axis=1) > 0)
        halves = np.linalg.norm(ends[real] - starts[real], axis=1) / 2
        centre = starts[real] + ends[real]
        centre /= np.linalg.norm(centre, axis=1, keepdims=True)
        axis = np.concatenate([axis, poles[real], -poles[real]])
        cosine = np.concatenate([cosine, np.full(2 * len(real), np.sin(angle))])
        sine = np.concatenate([sine, np.full(2 * len(real), np.cos(angle))])
        middle = np.concatenate([middle, centre, centre])
        reach = np.concatenate([reach, np.tile(np.arcsin(np.minimum(halves, 1)) + angle, 2)])
    one, other = _near(middle, reach)
    circles = Circles(axis=axis, cosine=cosine, sine_squared=sine**2)
    met, pair = meeting_points(circles, one, other)
    # Circles go on where edges end: only a place on both edges counts.
    on_both = np.ones(len(met), np.bool_)
    for ball in (one[pair], other[pair]):
        on_both &= np.linalg.norm(met - middle[ball], axis=1) <= reach[ball] * 1.001
    met = met[on_both]
    centres = starts + ends
    length = np.linalg.norm(centres, axis=1, keepdims=True)
    return np.concatenate([points, centres / np.where(length > 0, length, 1.0), met])


def _near(middle: Real, reach: Real) -> tuple[Whole, Whole]:
    """Return the pairs of balls that touch.

    Balls differ much in size – a long hop, a short one – so pairs are looked for size by size.
    """
    order = np.argsort(reach, kind="stable")
    found = []
    step = max(1, (len(order) + 7) // 8)
    for first in range(0, len(order), step):
        # Pairs whose larger ball is in this class: both are among all up to its end.
        rows = order[: first + step]
        pairs = near_pairs(middle[rows], 2 * float(reach[rows[-1]]) * 1.001)
        pairs = pairs[pairs[:, 1] >= first] if first else pairs
        found.append(rows[pairs])
    pairs = np.concatenate(found)
    apart = np.linalg.norm(middle[pairs[:, 0]] - middle[pairs[:, 1]], axis=1)
    touch = apart <= (reach[pairs[:, 0]] + reach[pairs[:, 1]]) * 1.001
    return pairs[touch, 0], pairs[touch, 1]
