"""The Internet Topology Zoo and what others counted in it, where they are beside the repository."""

import csv
from functools import lru_cache
from pathlib import Path

import networkx as nx
import pytest

from topology.resilience.snapshot import Snapshot
from topology.resilience.sources import of_edges

FOLDER = Path(__file__).resolve().parents[4] / "shared" / "data" / "topology"
GRAPHS = FOLDER / "topologyzoo"
TABLE = FOLDER / "zoo_reference.csv"

needs_zoo = pytest.mark.skipif(
    not TABLE.is_file(), reason="the Topology Zoo is not beside the repository (../shared/data)"
)


def rows() -> list[dict[str, str]]:
    """Return the reference table; nothing where it is absent."""
    if not TABLE.is_file():
        return []
    with TABLE.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


@lru_cache(maxsize=300)
def edges(name: str) -> tuple[tuple[str, ...], tuple[tuple[str, str], ...], int]:
    """Return nodes, links (parallel ones each) and the number of links that were loops."""
    graph = nx.read_graphml(GRAPHS / f"{name}.graphml", force_multigraph=True)
    found = [(str(a), str(b)) for a, b in graph.edges()]
    links = tuple((a, b) for a, b in found if a != b)
    return tuple(str(node) for node in graph.nodes), links, len(found) - len(links)


@lru_cache(maxsize=300)
def components(name: str) -> tuple[frozenset[str], ...]:
    """Return the nodes of each component, the largest first."""
    nodes, links, _ = edges(name)
    graph: nx.Graph[str] = nx.Graph()
    graph.add_nodes_from(nodes)
    graph.add_edges_from(links)
    found = (frozenset(each) for each in nx.connected_components(graph))
    return tuple(sorted(found, key=len, reverse=True))


def backbone(
    name: str,
    *,
    cores: list[str] | None = None,
    simple: bool = False,
    link_availability: float | None = None,
) -> Snapshot:
    """Return one network, with one core in each component unless told which."""
    nodes, links, _ = edges(name)
    if simple:
        links = tuple({tuple(sorted(link)): link for link in links}.values())
    first = [min(each) for each in components(name)]
    return of_edges(
        links,
        nodes=nodes,
        cores=first if cores is None else cores,
        link_availability=link_availability,
    )
