"""Bounds: between which chances each site reaches a core, without any enumeration.

Above: a site that reaches a core is behind no cut that has failed. Only cuts of one element, and
of two links, are looked at; those of different classes (`cuts`) have no link in common and fail
independently, so the chance that none of them has failed is an exact product. What larger cuts
take is left out, which makes it an upper bound. Below: one path that works is enough, and the
likeliest is taken.
"""

import heapq
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from topology.resilience.cuts import Chain, chains
from topology.resilience.failures import Walk
from topology.resilience.fallible import Cause, Fallible
from topology.resilience.snapshot import Flags, Floats


def upper(network: Fallible) -> Floats:
    """Return for each number of the search the chance that no cut of one or two has failed."""
    descent, mesh = network.descent, network.mesh
    own = np.array(network.vertex_chance)[descent.order]
    with np.errstate(divide="ignore"):  # what never works has a logarithm of minus infinity
        of_vertex = np.log(own)
        of_edge = np.log([network.edge_chance(edge) for edge in descent.edge.tolist()])
        steps = np.where(descent.is_bridge, of_edge, 0.0)
        steps += np.where(descent.is_severed, of_vertex[descent.above], 0.0)
        total = _depth_product(descent.above.tolist(), steps) + of_vertex
        for chain in chains(mesh, descent):
            if len(chain.links) > 1:
                for start, stop, chance in _of_chain(network, chain):
                    total[start:stop] += np.log(chance)
        for cause in network.causes:
            total[struck(network, cause)] += np.log(cause.chance)
    found: Floats = np.exp(total)
    return found


def _depth_product(above: list[int], steps: Floats) -> Floats:
    """Add up from the root; minus infinity stays what it is, which sums of differences spoil."""
    total: list[float] = steps.tolist()
    for number in range(1, len(total)):
        total[number] += total[above[number]]
    return np.array(total)


def _of_chain(network: Fallible, chain: Chain) -> Iterator[tuple[int, int, float]]:
    """Yield the chance that a piece still hangs on either the links before or those after it."""
    chances = [network.edge_chance(link) for link in chain.links]
    before = np.cumprod(chances)
    after = np.cumprod(chances[::-1])[::-1]
    for at, (a, b, c, d) in enumerate(chain.pieces):
        chance = 1.0 - (1.0 - float(before[at])) * (1.0 - float(after[at + 1]))
        for start, stop in ((a, b), (c, d)):
            if start < stop:
                yield start, stop, chance


def struck(network: Fallible, cause: Cause) -> Flags:
    """Return which numbers certainly do not reach a core once a common cause strikes.

    Of links that is everybody it cuts off; of vertices, themselves and whom each of them holds.
    """
    descent = network.descent
    lost = np.zeros(len(descent.order), np.bool_)
    if cause.edges:
        walk = Walk(network.snapshot, network.mesh, descent)
        for start, stop in walk.runs_without(np.array(cause.edges)):
            lost[start:stop] = True
    if cause.vertices:
        own = np.isin(descent.order, cause.vertices)
        lost |= own | descent.below(descent.is_severed & own[descent.above])
    return lost


def lower(network: Fallible) -> Floats:
    """Return for each number of the search the chance of its likeliest path (Dijkstra 1959)."""
    vertices, edges = _with_causes(network)
    neighbours, descent = network.mesh.neighbours, network.descent
    best = np.zeros(len(neighbours))
    best[network.mesh.root] = 1.0
    pending = [(-1.0, network.mesh.root)]
    while pending:
        chance, vertex = heapq.heappop(pending)
        if -chance < best[vertex]:
            continue
        for other, edge in neighbours[vertex]:
            longer = -chance * edges.get(edge, 1.0) * vertices[other]
            if longer > best[other]:
                best[other] = longer
                heapq.heappush(pending, (-longer, other))
    found: NDArray[np.float64] = best[descent.order]
    return found


def _with_causes(network: Fallible) -> tuple[list[float], dict[int, float]]:
    """Return chances that count a common cause with each thing it strikes, which is never less."""
    vertices = list(network.vertex_chance)
    edges = dict(enumerate(network.link_chance))
    for cause in network.causes:
        for vertex in cause.vertices:
            vertices[vertex] *= cause.chance
        for edge in cause.edges:
            edges[edge] *= cause.chance
    return vertices, edges
