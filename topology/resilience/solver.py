"""Solver: the one door to scipy – components, flows, integer programs and near pairs, typed."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import breadth_first_order, connected_components
from scipy.sparse.csgraph import maximum_flow as _maximum_flow
from scipy.spatial import cKDTree

from topology.errors import NetworkError

Whole = NDArray[np.int64]
Real = NDArray[np.float64]

MOST_FLOW: Final = 2**30  # of an arc: scipy counts in 32 bits, and what flows back comes on top

_OPTIMAL: Final = 0
_INFEASIBLE: Final = 2


def components(vertices: int, one: Whole, other: Whole) -> Whole:
    """Return a number for each vertex, the same for all that hang together by the pairs."""
    joined = csr_matrix((np.ones(len(one), np.bool_), (one, other)), shape=(vertices, vertices))
    labels: Whole = connected_components(joined, directed=False)[1].astype(np.int64)
    return labels


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Flow:
    """A greatest flow, how much of it each arc carries, and the cut next to the source."""

    value: int
    carried: Whole  # (arcs,) the net flow between its ends, parallel arcs together; 0 or above
    near: NDArray[np.bool_]  # (vertices,) what the source could still send more to


def greatest_flow(
    vertices: int, tails: Whole, heads: Whole, capacity: Whole, *, source: int, sink: int
) -> Flow:
    """Return a greatest flow (Dinic); arcs are one-way, parallel ones add up."""
    shape = (vertices, vertices)
    room = csr_matrix((capacity, (tails, heads)), shape=shape)
    room.data = np.minimum(room.data, MOST_FLOW)
    found = _maximum_flow(room.astype(np.int32), source, sink)
    residual = (room - found.flow.astype(np.int64)).tocsr()
    residual.eliminate_zeros()
    near = np.zeros(vertices, np.bool_)
    near[breadth_first_order(residual, source, return_predecessors=False)] = True
    carried = np.zeros(len(tails), np.int64)
    if len(tails):
        carried[:] = np.asarray(found.flow[tails, heads]).ravel()
    return Flow(value=int(found.flow_value), carried=np.maximum(carried, 0), near=near)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Program:
    """Least cost over 0 ≤ x ≤ most, whole where told, with low ≤ A·x ≤ high."""

    cost: Real
    most: Real
    whole: NDArray[np.bool_]
    entries: tuple[Real, Whole, Whole]  # of A: value, row, column
    low: Real
    high: Real


def solve(program: Program, seconds: float) -> Real | None:
    """Return the best x, proven best (HiGHS, branch and cut); None if there is none at all.

    Raises NetworkError if that could not be told within `seconds` of computing.
    """
    value, row, column = program.entries
    if not len(program.cost):
        return program.cost if (program.low <= 0).all() and (program.high >= 0).all() else None
    matrix = csr_matrix((value, (row, column)), shape=(len(program.low), len(program.cost)))
    found = milp(
        program.cost,
        integrality=program.whole.astype(np.int64),
        bounds=Bounds(np.zeros(len(program.cost)), program.most),
        constraints=LinearConstraint(matrix, program.low, program.high),
        options={"time_limit": seconds, "mip_rel_gap": 0.0},
    )
    if found.status == _OPTIMAL:
        best: Real = np.asarray(found.x, np.float64)
        return best
    if found.status == _INFEASIBLE:
        return None
    raise NetworkError(f"no proven answer within {seconds:g} s; ask for less, or give it more time")


def near_pairs(points: Real, reach: float) -> Whole:
    """Return all pairs of rows, the lower first, whose points are at most `reach` apart."""
    found: Whole = cKDTree(points).query_pairs(reach, output_type="ndarray").astype(np.int64)
    return found[np.lexsort((found[:, 1], found[:, 0]))]
