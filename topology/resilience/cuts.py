"""Cuts: all pairs of links whose loss cuts somebody off though either alone does not, as classes.

Two links are a cut pair if the same back edges bridge both of them in the search's tree. Where one
hangs below the other that is so exactly if as many back edges bridge both, and the deepest upper
end of those that bridge the lower one is above the upper one (compare high and M in Georgiadis,
Kosinas, "Linear-time algorithms for computing twinless strong articulation points and related
problems", 2020; Tsin 2023, arXiv 2306.14103). So one pass finds them, without any chance in it.

Links that are pairwise cut pairs form a class: any two of them cut off what lies between. In a
class they are ordered from the cores outwards, like the links of a ring.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from topology.model import LinkId
from topology.resilience.descent import Descent, Numbers, descend
from topology.resilience.loss import Loss, Weights
from topology.resilience.mesh import NONE, Mesh, by_site
from topology.resilience.snapshot import Snapshot

Piece = tuple[int, int, int, int]  # two runs of a search's numbering, the second may be empty


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LinkClass:
    """Links of which any two cut off the pieces between them; none of them alone cuts anybody.

    Piece `i` lies between link `i` and link `i + 1`. The worst pair is the first and the last.
    """

    links: tuple[LinkId, ...]
    sites: NDArray[np.int64]  # of each piece, one less than links
    dependents: NDArray[np.int64]
    users: NDArray[np.float64]
    _pieces: tuple[Piece, ...]
    _weights: Weights

    def between(self, first: int, last: int) -> Loss:
        """Name what is lost with link number `first` and link number `last` of this class."""
        pieces = self._pieces[first:last]
        return self._weights.of_runs(
            tuple(run for a, b, c, d in pieces for run in ((a, b), (c, d)))
        )

    @property
    def worst(self) -> Loss:
        """What the worst pair takes."""
        return self.between(0, len(self.links) - 1)


def link_classes(snapshot: Snapshot) -> tuple[LinkClass, ...]:
    """Return all classes, that with the most sites at stake first; O(sites + links · log links)."""
    mesh = by_site(snapshot)
    descent = descend(mesh)
    weights = Weights(snapshot, mesh, descent)
    found = [chain for chain in chains(mesh, descent) if len(chain.links) > 1]
    runs = np.array([piece for chain in found for piece in chain.pieces], np.int64).reshape(-1, 4)
    a, b, c, d = (weights.before[column] for column in runs.T)
    amounts = b - a + d - c
    counts, carried = amounts[:, :2].astype(np.int64), amounts[:, 2]
    classes, start = [], 0
    for chain in found:
        stop = start + len(chain.pieces)
        classes.append(
            LinkClass(
                links=tuple(snapshot.links[row] for row in chain.links),
                sites=counts[start:stop, 0],
                dependents=counts[start:stop, 1],
                users=carried[start:stop],
                _pieces=chain.pieces,
                _weights=weights,
            )
        )
        start = stop
    return tuple(sorted(classes, key=lambda each: (-int(each.sites.sum()), each.links)))


@dataclass(frozen=True, slots=True)
class Chain:
    """One class in the numbering of a search, from the root downwards.

    A link that goes back up, if there is one, is the last of them.
    """

    links: tuple[int, ...]  # rows of links; or edges of the root, where those can fail
    pieces: tuple[Piece, ...]  # between each and the next


def chains(mesh: Mesh, descent: Descent, *, cores_fail: bool = False) -> Iterator[Chain]:
    """Yield the classes of one search, classes of one link included.

    With `cores_fail` the edge between a core and the root counts as a link that can fail, and is
    told by the number of the edge: two links that end at two cores are then no longer enough.
    """
    bridging, single = _bridging(descent)
    high, end = _high(descent), descent.end.tolist()
    candidates = np.flatnonzero(bridging > 0)
    order = candidates[np.lexsort((candidates, bridging[candidates], high[candidates]))]
    keys = zip(high[order].tolist(), bridging[order].tolist(), strict=True)
    sole: list[int] = single.tolist()
    edge: list[int] = descent.edge.tolist()
    chain: list[int] = []
    last_key = (NONE, NONE)

    def fails(by: int) -> bool:
        return 0 <= by < mesh.links or (cores_fail and by >= mesh.first_root_edge)

    def finished() -> Chain:
        tree = [number for number in chain if fails(edge[number])]
        links = [edge[number] for number in tree]
        pieces = [(upper, lower, end[lower], end[upper]) for upper, lower in pairwise(tree)]
        if fails(sole[chain[-1]]):
            links.append(sole[chain[-1]])
            pieces += [(each, end[each], end[each], end[each]) for each in tree[-1:]]
        return Chain(tuple(links), tuple(pieces))

    for number, key in zip(order.tolist(), keys, strict=True):
        if chain and not (key == last_key and end[chain[-1]] > number):
            yield finished()
            chain = []
        chain.append(number)
        last_key = key
    if chain:
        yield finished()


def _bridging(descent: Descent) -> tuple[Numbers, Numbers]:
    """Return how many back edges bridge each tree edge, and which one where it is only one."""
    below, above, edge = descent.back.T
    count = np.zeros(len(descent.order) + 1, np.int64)
    total = np.zeros(len(descent.order) + 1, np.int64)
    for ends, sign in ((below, 1), (above, -1)):
        np.add.at(count, ends + 1, sign)
        np.add.at(total, ends + 1, sign * edge)
    count, total = np.cumsum(count), np.cumsum(total)
    start = np.arange(len(descent.order))
    bridging: Numbers = count[descent.end] - count[start]
    bridging[0] = 0
    return bridging, np.where(bridging == 1, total[descent.end] - total[start], NONE)


def _high(descent: Descent) -> Numbers:
    """Return the deepest upper end of the back edges that bridge each tree edge.

    Back edges are laid from the deepest upper end to the highest; each gives its end to the tree
    edges it bridges that have none yet, and jumps over those that have (union and find).
    """
    above = descent.above.tolist()
    high = [0] * len(above)
    jump = list(range(len(above)))  # where to look on: itself, as long as it has no end
    back = descent.back[np.argsort(-descent.back[:, 1], kind="stable")]
    for lower, upper, _ in back.tolist():
        number = lower
        while number > upper:
            if jump[number] != number:
                jump[number] = jump[jump[number]]
                number = jump[number]
                continue
            high[number] = upper
            jump[number] = number = above[number]
    return np.array(high, np.int64)
