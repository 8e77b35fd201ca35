"""Nearest: the links whose middles lie next to each link's, without comparing all with all.

Middles are halved along their widest axis until a box holds a few hundred. A box asks the boxes
around it, and then only those that could still hold somebody nearer.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from netmon.detection.readings import Flags, Floats, Integers

_BOX: Final = 128  # links in a box at most


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Nearest:
    """The nearest witnesses of each link, the nearest first: rows and distances.

    Both are (links, neighbours); where there are fewer witnesses, the distance is infinite.
    """

    rows: NDArray[np.int32]
    metres: NDArray[np.float32]


def nearest(middles: Floats, neighbours: int, witnesses: Flags | None = None) -> Nearest:
    """Return the nearest links by their middles, (links, xyz) in metres; never the link itself.

    Only `witnesses` are asked (all, if not given). A link that lies nowhere (NaN) has no neighbours
    and is nobody's.
    """
    links = len(middles)
    placed = np.isfinite(middles).all(axis=1)
    asked = placed if witnesses is None else placed & witnesses
    count = max(min(neighbours, int(asked.sum())), 0)
    rows = np.zeros((links, count), dtype=np.int32)
    metres = np.full((links, count), np.inf, dtype=np.float32)
    if not count:
        return Nearest(rows=rows, metres=metres)
    theirs = list(_boxes(middles, np.flatnonzero(asked)))
    lows = np.array([middles[box].min(axis=0) for box in theirs])
    highs = np.array([middles[box].max(axis=0) for box in theirs])
    sizes = np.array([len(box) for box in theirs])
    for box in _boxes(middles, np.flatnonzero(placed)):
        own = middles[box]
        outside = np.maximum(np.maximum(lows - own.max(axis=0), own.min(axis=0) - highs), 0.0)
        away = np.sqrt((outside**2).sum(axis=1))
        order = np.argsort(away, kind="stable")
        # Enough for everybody in the box, one more than asked for since one may be the link itself.
        first = int(np.searchsorted(np.cumsum(sizes[order]), count + 1)) + 1
        near = np.concatenate([theirs[at] for at in order[:first]])
        bound = np.partition(_distances(middles, box, near), count - 1, axis=1)[:, count - 1].max()
        near = np.sort(np.concatenate([theirs[at] for at in np.flatnonzero(away <= bound)]))
        apart = _distances(middles, box, near)
        found = np.argsort(apart, axis=1, kind="stable")[:, :count]
        rows[box, : found.shape[1]] = near[found]
        metres[box, : found.shape[1]] = np.take_along_axis(apart, found, axis=1)
    return Nearest(rows=rows, metres=metres)


def _distances(middles: Floats, some: Integers, others: Integers) -> Floats:
    """Return how far some links are from others, (some, others); infinite to themselves."""
    squared = ((middles[some][:, None, :] - middles[others][None, :, :]) ** 2).sum(axis=2)
    apart: Floats = np.sqrt(squared)
    apart[some[:, None] == others[None, :]] = np.inf
    return apart


def _boxes(middles: Floats, rows: Integers) -> Iterator[Integers]:
    """Halve links along their widest axis until a box holds few."""
    if len(rows) <= _BOX:
        if len(rows):
            yield rows
        return
    points = middles[rows]
    axis = int(np.argmax(points.max(axis=0) - points.min(axis=0)))
    order = np.argsort(points[:, axis], kind="stable")
    half = len(rows) // 2
    yield from _boxes(middles, rows[order[:half]])
    yield from _boxes(middles, rows[order[half:]])
