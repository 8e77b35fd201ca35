import numpy as np
import pytest

from tests.topology.builders import make_network
from topology.errors import NetworkError
from topology.model import DeviceId, LinkId, SiteId
from topology.resilience.dependability import Dependability, Facts
from topology.resilience.mesh import by_device, by_site
from topology.resilience.snapshot import Elements
from topology.resilience.sources import of_edges, of_network

DEVICES = {"core-r": "core", "relay-r": "relay", "relay-x": "relay", "post-r": "post"}
LINKS = {
    "main": ("core-r", "relay-r"),
    "spare": ("core-r", "relay-r"),
    "onwards": ("relay-x", "post-r"),
}
NETWORK = make_network(DEVICES, LINKS, cores=["core"], srlgs={"main": ["mast"], "spare": ["mast"]})


def test_parallel_links_stay_two_links() -> None:
    snapshot = of_network(NETWORK)
    assert snapshot.links == ("main", "spare", "onwards")
    assert snapshot.link_ends.tolist() == [[0, 1], [0, 1], [2, 3]]
    at = [[link for _, link in pairs if link < 3] for pairs in by_site(snapshot).neighbours]
    assert at == [[0, 1], [0, 1, 2], [2], []]


def test_a_site_of_two_devices_has_a_hub_and_a_site_of_one_is_that_device() -> None:
    mesh = by_device(of_network(NETWORK))
    core, relay, post = mesh.vertex_of_site
    assert (core, relay, post) == (0, 4, 3)
    assert mesh.device_of == [0, 1, 2, 3, -1, -1]
    assert mesh.site_of == [0, -1, -1, 2, 1, -1]
    assert sorted(neighbour for neighbour, _ in mesh.neighbours[relay]) == [1, 2]
    assert [neighbour for neighbour, _ in mesh.neighbours[mesh.root]] == [core]


def test_what_has_failed_keeps_its_row_and_takes_with_it_what_stands_on_it() -> None:
    whole = of_network(NETWORK)
    snapshot = whole.without(Elements(sites=frozenset({SiteId("post")})))
    devices, links = snapshot.works
    assert devices.tolist() == [True, True, True, False]
    assert links.tolist() == [True, True, False]
    assert whole.works[1].all(), "the snapshot it was made from is as it was"
    assert by_site(snapshot).vertex_of_site == [0, 1, -1]
    group = whole.without(Elements(srlgs=frozenset({"mast"})))
    assert group.link_up.tolist() == [False, False, True]


def test_the_last_working_device_of_a_site_is_its_hub() -> None:
    snapshot = of_network(NETWORK, failed=Elements(devices=frozenset({DeviceId("relay-x")})))
    assert by_device(snapshot).vertex_of_site == [0, 1, 3]


def test_the_root_is_joined_to_every_device_of_a_core() -> None:
    network = make_network(DEVICES, LINKS, cores=["relay"])
    mesh = by_device(of_network(network))
    assert [neighbour for neighbour, _ in mesh.neighbours[mesh.root]] == [1, 2]


def test_its_arrays_cannot_be_written() -> None:
    snapshot = of_network(NETWORK)
    with pytest.raises(ValueError, match="read-only"):
        snapshot.link_ends[0, 0] = 3
    with pytest.raises(ValueError, match="read-only"):
        snapshot.link_up[0] = False


def test_the_digest_is_of_the_content_and_not_of_the_order() -> None:
    facts = Facts(links={LinkId("main"): Dependability(0.999)})
    snapshot = of_network(NETWORK, facts)
    backwards = make_network(
        dict(reversed(DEVICES.items())),
        dict(reversed(LINKS.items())),
        cores=["core"],
        srlgs={"spare": ["mast"], "main": ["mast"]},
    )
    assert of_network(backwards, facts).digest == snapshot.digest
    assert len(snapshot.digest) == 32
    others = [
        of_network(NETWORK),
        of_network(NETWORK, Facts(links={LinkId("spare"): Dependability(0.999)})),
        of_network(NETWORK, Facts(users={SiteId("post"): 3})),
        snapshot.without(Elements(links=frozenset({LinkId("main")}))),
        of_network(make_network(DEVICES, LINKS, cores=["relay"]), facts),
    ]
    assert len({other.digest for other in (snapshot, *others)}) == len(others) + 1


def test_facts_and_failures_of_what_is_not_there_are_refused() -> None:
    with pytest.raises(NetworkError, match="there is no link 'mian' in this network, but a fact"):
        of_network(NETWORK, Facts(links={LinkId("mian"): Dependability(0.9)}))
    with pytest.raises(NetworkError, match="there is no SRLG 'duct'"):
        of_network(NETWORK, failed=Elements(srlgs=frozenset({"duct"})))


def test_facts_stand_in_the_row_of_their_element_and_the_rest_is_unknown() -> None:
    facts = Facts(
        links={LinkId("spare"): Dependability.of_repair(8748, 12)},
        users={SiteId("post"): 40},
    )
    snapshot = of_network(NETWORK, facts)
    np.testing.assert_array_equal(snapshot.link_availability, [np.nan, 8748 / 8760, np.nan])
    np.testing.assert_array_equal(snapshot.link_mtbf_hours, [np.nan, 8748, np.nan])
    assert snapshot.users.tolist() == [0, 0, 40]


def test_availability_is_told_observed_or_made_of_repairs() -> None:
    assert Dependability.observed(86_313.6, 86_400).availability == pytest.approx(0.999)
    assert Dependability.of_repair(999, 1).availability == pytest.approx(0.999)
    with pytest.raises(NetworkError, match=r"availability 99\.9 is outside 0 … 1"):
        Dependability(99.9)
    with pytest.raises(NetworkError, match="mtbf_hours is 0"):
        Dependability.of_repair(0, 1)
    with pytest.raises(NetworkError, match="up for 2 s of 1 s watched"):
        Dependability.observed(2, 1)


def test_a_graph_of_the_literature_is_a_snapshot_too() -> None:
    graph = of_edges(
        [("a", "b"), ("b", "c"), ("a", "b")],
        nodes=["z"],
        cores=["a"],
        link_availability=0.9,
        node_availability={"b": 0.95},
        srlgs={"duct": [0, 2]},
        srlg_availability={"duct": 0.99},
    )
    assert graph.sites == ("z", "a", "b", "c")
    assert graph.link_availability.tolist() == [0.9, 0.9, 0.9]
    np.testing.assert_array_equal(graph.device_availability, [np.nan, np.nan, 0.95, np.nan])
    assert [rows.tolist() for rows in graph.srlg_links] == [[0, 2]]
    with pytest.raises(NetworkError, match="edge 0 leads from node 'a' to itself"):
        of_edges([("a", "a")], cores=["a"])
    with pytest.raises(NetworkError, match="core 'x' is no node"):
        of_edges([("a", "b")], cores=["x"])
