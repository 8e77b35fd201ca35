"""Busy: what share of all sites' shortest ways to the cores passes each link and each site.

That is betweenness for traffic to the cores (Brandes 2001, one source, by hops; what has several
shortest ways is shared out evenly). It says what carries much, and nothing of what would be lost:
what is busy may have a spare, and what is idle may be the only way of many in an hour.
"""

from collections import deque

import numpy as np
from numpy.typing import NDArray

from topology.resilience.mesh import by_site
from topology.resilience.snapshot import Snapshot

Shares = NDArray[np.float64]


def busy(snapshot: Snapshot) -> tuple[Shares, Shares]:
    """Return the share, 0 … 1, of each link and of each site, its own traffic included."""
    mesh = by_site(snapshot)
    neighbours, root = mesh.neighbours, mesh.root
    steps = [-1] * len(neighbours)
    ways = [0] * len(neighbours)
    steps[root], ways[root] = 0, 1
    order, pending = [], deque([root])
    while pending:
        vertex = pending.popleft()
        order.append(vertex)
        for other, _ in neighbours[vertex]:
            if steps[other] < 0:
                steps[other] = steps[vertex] + 1
                pending.append(other)
            if steps[other] == steps[vertex] + 1:
                ways[other] += ways[vertex]
    passing = [1.0] * len(neighbours)
    links = np.zeros(len(snapshot.links))
    for vertex in reversed(order[1:]):
        for other, edge in neighbours[vertex]:
            if steps[other] == steps[vertex] - 1:
                share = passing[vertex] * ways[other] / ways[vertex]
                passing[other] += share
                if edge < mesh.links:
                    links[edge] += share
    sites = np.zeros(len(snapshot.sites))
    reached = order[1:]
    sites[reached] = [passing[vertex] for vertex in reached]
    total = max(len(reached), 1)
    return links / total, sites / total
