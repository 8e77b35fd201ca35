"""Which things hang together: each near the next, in space and, if wanted, in time.

Points are put in cells so small that whoever shares one is near; only cells close by are compared,
and only until a first pair is near. The work grows with the number of points, not with its square:
half a country may be in the rain at once.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise, product
from typing import Final

import numpy as np
from numpy.typing import NDArray

from topology.geometry import EARTH_RADIUS_M

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

_FEW: Final = 64  # pairs of points that are compared one by one sooner than as arrays
_SLACK: Final = 1.0 - 1e-9  # a cell's diagonal must not exceed the radius by a rounding


@dataclass(frozen=True, slots=True, kw_only=True)
class Near:
    """How near in space and time belongs together; without `seconds` time does not matter."""

    metres: float  # along the great circle
    seconds: float | None = None

    @property
    def chord_m(self) -> float:
        """The same way straight through the earth."""
        return 2.0 * EARTH_RADIUS_M * math.sin(min(self.metres / EARTH_RADIUS_M, math.pi) / 2.0)


def groups(
    places: Sequence[Sequence[tuple[float, float, float]]],
    near: Near,
    moments: Sequence[float] | None = None,
) -> list[list[int]]:
    """Return the groups that hang together, as indexes in the order given.

    `places` has for each member its points (`geometry.cartesian_m`): two members are near if any
    two points of theirs are. `moments`, in seconds, has one instant for each member.
    """
    owners = np.array([at for at, points in enumerate(places) for _ in points], dtype=np.int64)
    points = np.array([point for each in places for point in each], dtype=np.float64)
    union = _Union(len(places))
    if len(owners):
        when = np.zeros(len(owners)) if moments is None else np.asarray(moments, float)[owners]
        _join(union, owners, points.reshape(-1, 3), when, near)
    found: dict[int, list[int]] = {}
    for member in range(len(places)):
        found.setdefault(union.root(member), []).append(member)
    return list(found.values())


class _Union:
    """Disjoint sets of members (Tarjan 1975)."""

    def __init__(self, members: int) -> None:
        self._parent = list(range(members))

    def root(self, member: int) -> int:
        """Return the one that stands for the set of a member."""
        parent = self._parent
        while parent[member] != member:
            parent[member] = parent[parent[member]]
            member = parent[member]
        return member

    def join(self, one: int, other: int) -> None:
        """Make one set of two."""
        self._parent[self.root(other)] = self.root(one)


def _join(union: _Union, owners: Integers, points: Floats, when: Floats, near: Near) -> None:
    side = near.chord_m / math.sqrt(3.0) * _SLACK
    keys = np.floor(points / side).astype(np.int64)
    ages = np.zeros(len(when)) if near.seconds is None else np.floor(when / near.seconds)
    keys = np.column_stack([keys, ages.astype(np.int64)])
    cells, cell_of = np.unique(keys, axis=0, return_inverse=True)
    order = np.argsort(cell_of.reshape(-1), kind="stable")
    bounds = np.searchsorted(cell_of.reshape(-1)[order], np.arange(len(cells) + 1))
    inside = [order[a:b].tolist() for a, b in pairwise(bounds.tolist())]
    chief = [int(owners[rows[0]]) for rows in inside]
    for rows, first in zip(inside, chief, strict=True):
        for row in rows[1:]:
            union.join(first, int(owners[row]))
    # Each further joint of two cells is looked for only while they are not joined anyway.
    for one, other in _close_by(cells, in_time=near.seconds is not None):
        if union.root(chief[one]) != union.root(chief[other]):
            pair = _near_pair(inside[one], inside[other], points, when, near)
            if pair is not None:
                union.join(int(owners[pair[0]]), int(owners[pair[1]]))


def _close_by(cells: Integers, *, in_time: bool) -> Iterator[tuple[int, int]]:
    """Give the pairs of occupied cells in which there may be near points."""
    shifted = cells - cells.min(axis=0) + 2
    spans = shifted.max(axis=0) + 3
    scale = np.array([int(np.prod(spans[at + 1 :])) for at in range(4)], dtype=np.int64)
    codes = shifted @ scale  # ascending, since the cells are sorted
    reach = range(-2, 3)
    for offset in product(reach, reach, reach, (-1, 0, 1) if in_time else (0,)):
        if offset <= (0, 0, 0, 0):
            continue  # the other half of the pairs is the same pairs
        wanted = codes + int(np.dot(offset, scale))
        at = np.minimum(np.searchsorted(codes, wanted), len(codes) - 1)
        for one in np.flatnonzero(codes[at] == wanted).tolist():
            yield one, int(at[one])


def _near_pair(
    one: list[int], other: list[int], points: Floats, when: Floats, near: Near
) -> tuple[int, int] | None:
    """Return two rows that are near, one of each cell."""
    chord, seconds = near.chord_m, math.inf if near.seconds is None else near.seconds
    if len(one) * len(other) <= _FEW:
        for a, b in product(one, other):
            if abs(when[a] - when[b]) <= seconds and math.dist(points[a], points[b]) <= chord:
                return a, b
        return None
    for a in one:
        is_near = (np.linalg.norm(points[other] - points[a], axis=1) <= chord) & (
            np.abs(when[other] - when[a]) <= seconds
        )
        if is_near.any():
            return a, other[int(is_near.argmax())]
    return None
