from tests.topology.builders import make_network
from topology.graph import HUB, device_graph, hub_of, site_graph
from topology.model import DeviceId, SiteId

NETWORK = make_network(
    {"r1": "s1", "radio1": "s1", "r2": "s2"},
    {"cable": ("r1", "radio1"), "main": ("radio1", "r2"), "spare": ("r1", "r2")},
    cores=["s3"],
)


def test_parallel_links_are_separate_edges_between_sites() -> None:
    graph = site_graph(NETWORK)
    assert set(graph.edges(keys=True)) == {("s1", "s2", "main"), ("s1", "s2", "spare")}


def test_a_site_without_links_is_in_the_graph() -> None:
    assert set(site_graph(NETWORK).nodes) == {"s1", "s2", "s3"}


def test_every_device_hangs_on_the_hub_of_its_site() -> None:
    graph = device_graph(NETWORK)
    hub = hub_of(SiteId("s1"))
    assert hub == ("site", "s1")
    assert set(graph.neighbors(hub)) == {"r1", "radio1"}
    assert graph.has_edge(DeviceId("r1"), hub, key=HUB)


def test_a_cable_inside_a_site_joins_its_devices() -> None:
    graph = device_graph(NETWORK)
    assert graph.has_edge(DeviceId("r1"), DeviceId("radio1"), key="cable")
    assert graph.number_of_edges() == 3 + 3
