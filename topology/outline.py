"""Outline: the borders of a region made of cells around a point, as rings.

Cells lie in rows around (azimuth) and outwards (distance). What comes out are rings of corners,
each with the region to its left: counterclockwise around the region, clockwise around its holes.
"""

import numpy as np
from numpy.typing import NDArray

Corner = tuple[int, int]  # azimuth edge, distance edge


def rings(inside: NDArray[np.bool_]) -> list[list[Corner]]:
    """Return the borders of the cells that are inside: (azimuths, distances), going around.

    A ring ends with the corner that it begins with. Corners amid a straight radial border are left
    out.
    """
    ways = _borders(inside)
    found = []
    while ways:
        start = next(iter(ways))
        ring = [start]
        while True:
            ring.append(_leave(ways, ring))
            if ring[-1] == start:
                break
        found.append(_straight(ring))
    return found


def _borders(inside: NDArray[np.bool_]) -> dict[Corner, list[Corner]]:
    """Return for each corner to which ones borders lead from it."""
    turns = inside.shape[0]
    padded = np.pad(inside, ((0, 0), (1, 1)))
    ways: dict[Corner, list[Corner]] = {}
    for at, out in np.argwhere(inside).tolist():
        after, before = (at + 1) % turns, (at - 1) % turns
        if not padded[at, out]:  # towards the middle
            ways.setdefault((at, out), []).append((after, out))
        if not inside[after, out]:
            ways.setdefault((after, out), []).append((after, out + 1))
        if not padded[at, out + 2]:
            ways.setdefault((after, out + 1), []).append((at, out + 1))
        if not inside[before, out]:
            ways.setdefault((at, out + 1), []).append((at, out))
    return ways


def _leave(ways: dict[Corner, list[Corner]], ring: list[Corner]) -> Corner:
    """Take a border from the last corner; where two leave, the one that turns."""
    here = ring[-1]
    options = ways[here]
    chosen = options[0]
    if len(options) > 1 and len(ring) > 1:
        went = _step(ring[-2], here)
        chosen = next(one for one in options if _step(here, one) != went)
    options.remove(chosen)
    if not options:
        del ways[here]
    return chosen


def _straight(ring: list[Corner]) -> list[Corner]:
    """Leave out corners amid a radial line: those before and after share their azimuth."""
    corners = ring[:-1]
    kept = [
        corner
        for at, corner in enumerate(corners)
        if not corners[at - 1][0] == corner[0] == corners[(at + 1) % len(corners)][0]
    ]
    return [*kept, kept[0]]


def _step(one: Corner, other: Corner) -> bool:
    """Say whether a border is radial."""
    return one[0] == other[0]
