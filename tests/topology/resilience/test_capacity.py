from dataclasses import replace

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.topology.builders import make_network
from tests.topology.resilience.multigraphs import Case, cases, one
from topology.errors import NetworkError
from topology.model import LinkId, SiteId
from topology.network import Network
from topology.resilience.capacity import (
    at_modulation,
    least_cut,
    served_demand,
    served_in_failures,
)
from topology.resilience.snapshot import NOTHING, Elements, Snapshot
from topology.resilience.sources import of_network

MEGABIT = 1e6


def with_capacity(network: Network, megabits: list[float]) -> Snapshot:
    return replace(of_network(network), capacity_bps=np.array(megabits) * MEGABIT)


def plain_flow(
    network: Network, megabits: list[float], demand: dict[str, float], failed: Elements
) -> float:
    """Ask networkx of sites joined by what is left, added up; devices do not fail here."""
    down = set(failed.links) | {link for srlg in failed.srlgs for link in network.srlgs[srlg]}
    graph: nx.DiGraph[str] = nx.DiGraph()
    graph.add_nodes_from(["source", "sink"])
    for link, room in zip(network.links, megabits, strict=True):
        a, b = network.sites_of(link)
        gone = link in down or {a, b} & failed.sites
        if a == b or gone:
            continue
        for tail, head in ((a, b), (b, a)):
            before = graph.get_edge_data(tail, head, {"capacity": 0.0})["capacity"]
            graph.add_edge(tail, head, capacity=before + room)
    for core in network.cores:
        if core not in failed.sites:
            graph.add_edge("source", core)
    for site, amount in demand.items():
        if site not in failed.sites:
            graph.add_edge(site, "sink", capacity=amount)
    value: float = nx.maximum_flow_value(graph, "source", "sink")
    return value


@given(cases(), st.data())
@settings(max_examples=60, deadline=None)
def test_what_is_served_is_the_greatest_flow_also_in_every_single_failure(
    case: Case, data: st.DataObject
) -> None:
    network = case.network()
    amounts = st.integers(1, 9).map(float)
    megabits = data.draw(
        st.lists(amounts, min_size=len(network.links), max_size=len(network.links))
    )
    demand = data.draw(st.dictionaries(st.sampled_from(list(map(str, network.sites))), amounts))
    snapshot = with_capacity(network, megabits)
    asked = {SiteId(site): amount * MEGABIT for site, amount in demand.items()}
    usual = plain_flow(network, megabits, demand, NOTHING)
    assert served_demand(snapshot, asked).served_bps / MEGABIT == pytest.approx(usual, abs=1e-3)
    worse = {(each.kind.value, each.id): each for each in served_in_failures(snapshot, asked)}
    for kind, ids in (("link", network.links), ("site", network.sites), ("srlg", network.srlgs)):
        for name in ids:
            expected = plain_flow(network, megabits, demand, one(kind, name))
            if expected < usual:
                served = worse.pop((kind, name)).served
                assert served.served_bps / MEGABIT == pytest.approx(expected, abs=1e-3)
    assert all(kind == "device" for kind, _ in worse), worse


CHAIN = make_network(
    {"hq": "hq", "relay": "relay", "p1": "p1", "p2": "p2"},
    {"main": ("hq", "relay"), "spare": ("hq", "relay"), "x": ("relay", "p1"), "y": ("relay", "p2")},
    cores=["hq"],
)
SNAPSHOT = with_capacity(CHAIN, [100, 50, 400, 400])


def test_the_bottleneck_is_named_with_those_behind_it() -> None:
    asked = {SiteId("p1"): 90 * MEGABIT, SiteId("p2"): 90 * MEGABIT}
    served = served_demand(SNAPSHOT, asked)
    assert served.served_bps == 150 * MEGABIT
    (short,) = served.shortages
    assert short.sites == ("p1", "p2")
    assert short.links == ("main", "spare")
    assert served.share == pytest.approx(150 / 180)


def test_a_modulation_that_fell_back_leaves_its_share_of_the_capacity() -> None:
    fallen = at_modulation(SNAPSHOT, {LinkId("main"): 2}, {LinkId("main"): 8})
    assert fallen.capacity_bps[0] == 25 * MEGABIT
    assert served_demand(fallen, {SiteId("p1"): 90 * MEGABIT}).served_bps == 75 * MEGABIT
    with pytest.raises(NetworkError, match=r"link 'main': 2 of None bits per symbol"):
        at_modulation(SNAPSHOT, {LinkId("main"): 2}, {})


def test_the_least_cut_of_a_site_is_what_fits_out_of_it() -> None:
    cut = least_cut(SNAPSHOT, SiteId("p1"))
    assert cut.served_bps == pytest.approx(150 * MEGABIT)
    assert cut.shortages[0].links == ("main", "spare")
    near = least_cut(SNAPSHOT, SiteId("p1"), SiteId("p2"))
    assert near.served_bps == pytest.approx(400 * MEGABIT)


def test_what_a_site_passes_on_between_its_own_devices_is_not_lost() -> None:
    network = make_network(
        {"hq": "hq", "r1": "relay", "r2": "relay", "p": "post", "p2": "post"},
        {"a": ("hq", "r1"), "b": ("hq", "r2"), "c": ("r1", "p")},
        cores=["hq"],
    )
    asked = {SiteId("relay"): MEGABIT, SiteId("post"): 2 * MEGABIT}
    served = served_demand(with_capacity(network, [1, 1, 1]), asked)
    assert served.served_bps == pytest.approx(2 * MEGABIT)


def test_links_of_unknown_capacity_are_told() -> None:
    served = served_demand(of_network(CHAIN), {SiteId("p1"): 1.0})
    assert served.served_bps == 1.0
    assert served.assumed == ("main", "spare", "x", "y")


def test_a_demand_that_cannot_be_is_refused() -> None:
    with pytest.raises(NetworkError, match="no site 'p9' in this network, but a demand"):
        served_demand(SNAPSHOT, {SiteId("p9"): 1.0})
    with pytest.raises(NetworkError, match="demand of site 'p1' is -1"):
        served_demand(SNAPSHOT, {SiteId("p1"): -1.0})
