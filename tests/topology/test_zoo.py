"""Real backbones of the Internet Topology Zoo, where the reference data is at hand."""

from pathlib import Path

import networkx as nx
import pytest

from tests.topology.builders import make_network
from topology.graph import site_graph
from topology.model import LinkId, SiteId
from topology.network import Network
from topology.reachability import Reachability

ZOO = Path(__file__).resolve().parents[3] / "shared" / "data" / "topology" / "topologyzoo"

pytestmark = pytest.mark.skipif(
    not ZOO.is_dir(), reason="the Topology Zoo is not beside the repository (../shared/data)"
)

# Name, sites, links, bridges with parallel links counted as two (what networkx gets wrong).
BACKBONES = [
    ("Abilene", 11, 14, 0),
    ("Nsfnet", 13, 15, 3),
    ("Geant2012", 40, 61, 8),
    ("Garr201201", 61, 89, 30),
    ("Colt", 153, 191, 48),
]


def load(name: str) -> Network:
    """One router per site; links numbered, since the files name them inconsistently."""
    graph = nx.read_graphml(ZOO / f"{name}.graphml", force_multigraph=True)
    links = {
        f"l{number}": (f"router {a}", f"router {b}")
        for number, (a, b) in enumerate(graph.edges())
        if a != b
    }
    return make_network({f"router {node}": str(node) for node in graph.nodes}, links)


@pytest.mark.parametrize(("name", "sites", "links", "bridges"), BACKBONES)
def test_reach_under_any_one_failed_link_is_that_of_networkx(
    name: str, sites: int, links: int, bridges: int
) -> None:
    network = load(name)
    assert (len(network.sites), len(network.links)) == (sites, links)
    origin = next(iter(network.sites))
    reachability, graph = Reachability(network), site_graph(network)
    assert reachability.reach([origin]).sites == nx.node_connected_component(graph, origin)
    cutting = 0
    for link in network.links:
        a, b = network.sites_of(link)
        graph.remove_edge(a, b, key=link)
        expected: set[SiteId] = nx.node_connected_component(graph, origin)
        found = reachability.reach([origin], [], [link])
        assert found.sites == expected
        assert found.frontier_links == ({link} if not expected.isdisjoint((a, b)) else set())
        cutting += not nx.has_path(graph, a, b)
        graph.add_edge(a, b, key=link)
    assert cutting == bridges


def test_a_doubled_hop_of_colt_is_no_single_point_of_failure() -> None:
    network = load("Colt")
    graph = site_graph(network)
    doubled = [
        LinkId(link) for a, b, link in graph.edges(keys=True) if graph.number_of_edges(a, b) > 1
    ]
    assert doubled
    reachability = Reachability(network)
    for link in doubled:
        site, _ = network.sites_of(link)
        everything = reachability.reach([site]).sites
        assert reachability.reach([site], [], [link]).sites == everything
