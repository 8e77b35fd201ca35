from itertools import combinations

import networkx as nx
import pytest
from hypothesis import given, settings

from tests.topology.resilience.multigraphs import Case, cases, links, lost
from topology.resilience.availability import MINUTES_A_YEAR
from topology.resilience.busy import busy
from topology.resilience.fallible import Assumed
from topology.resilience.rank import ranking
from topology.resilience.sources import of_edges, of_network

# core ── a ── b ══ c : a hop of which two hang, and a doubled hop.
CHAIN = [("core", "a"), ("a", "b"), ("b", "c"), ("b", "c")]


def test_the_dearest_element_is_the_one_that_takes_most_for_longest() -> None:
    found = ranking(of_edges(CHAIN, cores=["core"], link_availability=0.999))
    assert [(rank.kind.value, rank.id) for rank in found] == [
        ("link", "0"),
        ("link", "1"),
        ("link", "2"),
        ("link", "3"),
    ]
    assert found[0].alone_minutes == pytest.approx(0.001 * 3 * MINUTES_A_YEAR)
    assert found[0].sites == 3
    assert found[2].alone_minutes == 0
    assert found[2].pair_minutes == pytest.approx(0.001**2 * MINUTES_A_YEAR)
    assert found[2].minutes == found[2].pair_minutes


def test_what_is_busy_may_strand_nobody() -> None:
    # Everything goes through x by the short way, and could go round by y and z.
    edges = [("core", "x"), ("x", "hub"), ("core", "y"), ("y", "z"), ("z", "hub"), ("hub", "far")]
    snapshot = of_edges(edges, cores=["core"], link_availability=0.99)
    shares, _ = busy(snapshot)
    by_id = {rank.id: rank for rank in ranking(snapshot)}
    assert by_id["0"].busy == pytest.approx(shares[0])
    assert shares[0] == pytest.approx(3 / 6)
    assert by_id["0"].alone_minutes == 0
    assert by_id["5"].busy == pytest.approx(1 / 6)
    assert by_id["5"].alone_minutes > 0
    assert next(iter(by_id)) == "5"


def test_traffic_to_the_core_is_shared_as_networkx_does() -> None:
    graph = nx.petersen_graph()
    snapshot = of_edges([(str(a), str(b)) for a, b in graph.edges], cores=["0"])
    found = dict(zip(snapshot.sites, busy(snapshot)[1], strict=True))
    expected = nx.betweenness_centrality_subset(graph, list(range(1, 10)), [0])
    for node in range(1, 10):
        # networkx halves what is undirected, and leaves out what begins at the node itself.
        assert 10 * found[str(node)] == pytest.approx(2 * expected[node] + 1)


def test_what_cannot_fail_costs_nothing() -> None:
    assert ranking(of_edges(CHAIN, cores=["core"])) == ()
    assumed = ranking(of_edges(CHAIN, cores=["core"]), Assumed(site=0.99))
    assert [(rank.kind.value, rank.id) for rank in assumed] == [
        ("site", "core"),
        ("site", "a"),
        ("site", "b"),
        ("site", "c"),
    ]


@given(case=cases(most_links=9))
@settings(max_examples=80, deadline=None)
def test_minutes_are_those_of_trying_every_link_and_every_pair(case: Case) -> None:
    network = case.network()
    found = {rank.id: rank for rank in ranking(of_network(network), Assumed(link=0.9))}
    alone = {link: lost(network, links(link)) for link in network.links}
    pairs = dict.fromkeys(network.links, 0.0)
    for a, b in combinations(network.links, 2):
        if not alone[a] and not alone[b]:
            for each in (a, b):
                pairs[each] += len(lost(network, links(a, b))) * 0.1 * 0.1 * MINUTES_A_YEAR
    for link in network.links:
        rank = found.get(link)
        assert (rank.alone_minutes if rank else 0) == pytest.approx(
            0.1 * len(alone[link]) * MINUTES_A_YEAR
        )
        assert (rank.pair_minutes if rank else 0) == pytest.approx(pairs[link])
