"""Descent: one depth-first search from behind the cores, and what its tree tells of all cuts.

Everything is in the numbering of the search (preorder): number 0 is the root, and what hangs on a
vertex has the numbers from its own up to its `end`. An edge of the graph is one of the tree, or
goes back to a vertex above. Only the tree's own edge to a vertex is passed over, never another
one to the same neighbour, so that a doubled hop is no bridge (Tarjan 1972, for multigraphs).
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from topology.resilience.mesh import NONE, Mesh, Neighbours
from topology.resilience.snapshot import Flags

Numbers = NDArray[np.int64]

_UNSEEN: Final = -1


@dataclass(frozen=True, kw_only=True, eq=False)
class Descent:
    """The tree, its rows in preorder, and the back edges."""

    order: Numbers  # vertex of the mesh
    above: Numbers  # number of the parent; -1 for the root
    edge: Numbers  # edge to the parent; -1 for the root
    low: Numbers  # least number that an edge from the subtree leads to, or its own
    end: Numbers  # number behind the last of the subtree
    back: Numbers  # (back edges, 3): number below, number above, edge

    @cached_property
    def is_bridge(self) -> Flags:
        """Whether without the edge to the parent the subtree is cut off."""
        found: Flags = self.low == np.arange(len(self.low))
        found[0] = False
        return found

    @cached_property
    def is_severed(self) -> Flags:
        """Whether without the parent the subtree is cut off; never of what hangs on the root."""
        found: Flags = self.low >= self.above
        found[self.above <= 0] = False
        return found

    def depth_sum(self, steps: NDArray[np.float64]) -> NDArray[np.float64]:
        """Add up along the path from the root: each row's step counts for its whole subtree."""
        change = np.zeros(len(steps) + 1)
        change[:-1] = steps
        np.subtract.at(change, self.end, steps)
        return np.cumsum(change[:-1])

    def below(self, marked: Flags) -> Flags:
        """Return which rows are in the subtree of a marked one, itself included."""
        change = np.zeros(len(marked) + 1, np.int64)
        change[:-1] = marked
        np.subtract.at(change, self.end, marked.astype(np.int64))
        found: Flags = np.cumsum(change[:-1]) > 0
        return found


def descend(mesh: Mesh, without: int = NONE) -> Descent:
    """Search from the root; `without` is a vertex that is passed over, as if it had failed."""
    found = _search(mesh.neighbours, mesh.root, without)
    order, above, edge, low, end, back = found
    return Descent(
        order=np.array(order, np.int64),
        above=np.array(above, np.int64),
        edge=np.array(edge, np.int64),
        low=np.array(low, np.int64),
        end=np.array(end, np.int64),
        back=np.array(back, np.int64).reshape(-1, 3),
    )


def _search(
    neighbours: Neighbours, root: int, without: int
) -> tuple[list[int], list[int], list[int], list[int], list[int], list[int]]:
    """Walk the graph without recursion; back edges are told flat, three numbers each."""
    number = [_UNSEEN] * len(neighbours)
    if without != NONE:
        number[without] = len(neighbours)  # seen, and above nobody
    number[root] = 0
    order, above, edge, low, end = [root], [-1], [-1], [0], [0]
    back: list[int] = []
    pending = [iter(neighbours[root])]
    here, came_by = 0, -1
    while pending:
        for vertex, by in pending[-1]:
            known = number[vertex]
            if known == _UNSEEN:
                number[vertex] = len(order)
                above.append(here)
                here, came_by = len(order), by
                order.append(vertex)
                edge.append(by)
                low.append(here)
                end.append(0)
                pending.append(iter(neighbours[vertex]))
                break
            if known < here and by != came_by:
                back += (here, known, by)
                if known < low[here]:
                    low[here] = known
        else:
            pending.pop()
            end[here] = len(order)
            least, here = low[here], above[here]
            if here >= 0:
                came_by = edge[here]
                if least < low[here]:
                    low[here] = least
    return order, above, edge, low, end, back
