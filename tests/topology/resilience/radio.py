"""Random networks like those of radio planners: planar, sparse, sites some 20 km apart.

The shortest tree over points in a square and then the shortest of the edges that cross nothing.
"""

import math
import random
from dataclasses import replace

import networkx as nx
import numpy as np

from topology.resilience.snapshot import Snapshot
from topology.resilience.sources import of_edges


def radio_network(sites: int, seed: int, *, links_per_site: float = 1.35) -> Snapshot:
    """Draw a network; its cores are the site in the middle and one in a corner."""
    rng = random.Random(seed)
    side = math.sqrt(sites)
    points = [(rng.uniform(0, side), rng.uniform(0, side)) for _ in range(sites)]
    near: nx.Graph[int] = nx.Graph()
    cells: dict[tuple[int, int], list[int]] = {}
    for at, (x, y) in enumerate(points):
        cells.setdefault((int(x), int(y)), []).append(at)
    for at, (x, y) in enumerate(points):
        for column in range(int(x) - 2, int(x) + 3):
            for row in range(int(y) - 2, int(y) + 3):
                for other in cells.get((column, row), ()):
                    if other > at:
                        near.add_edge(at, other, weight=math.dist(points[at], points[other]))
    tree = nx.minimum_spanning_tree(near)
    chosen = set(tree.edges)
    by_length: list[tuple[int, int, float]] = sorted(
        near.edges(data="weight"), key=lambda edge: float(edge[2])
    )
    for a, b, length in by_length:
        if len(chosen) >= links_per_site * sites:
            break
        # Gabriel graph: nobody stands in the circle over the edge; hence nothing crosses it.
        middle = tuple((p + q) / 2 for p, q in zip(points[a], points[b], strict=True))
        others = set(near[a]) | set(near[b])
        if all(math.dist(points[other], middle) >= length / 2 for other in others - {a, b}):
            chosen.add((a, b))
    edges = [(f"n{a}", f"n{b}") for a, b in sorted({(min(e), max(e)) for e in chosen})]
    centre = min(range(sites), key=lambda at: math.dist(points[at], (side / 2, side / 2)))
    corner = min(range(sites), key=lambda at: math.dist(points[at], (0, 0)))
    snapshot = of_edges(edges, cores=[f"n{centre}", f"n{corner}"])
    places = [points[int(site[1:])] for site in snapshot.sites]
    return replace(
        snapshot,
        latitude_deg=np.array([54 + y * 0.18 for _, y in places]),
        longitude_deg=np.array([23 + x * 0.3 for x, _ in places]),
    )
