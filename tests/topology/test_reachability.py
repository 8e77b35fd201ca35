import random
import time

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.topology.builders import make_network
from topology.errors import NetworkError
from topology.model import DeviceId, LinkId, SiteId
from topology.network import Network
from topology.reachability import Reach, Reachability

# post ── relay ══ core: two parallel hops into the core, one onwards to the post.
CHAIN = make_network(
    {"core-r": "core", "relay-r": "relay", "post-r": "post"},
    {
        "main": ("core-r", "relay-r"),
        "spare": ("core-r", "relay-r"),
        "onwards": ("relay-r", "post-r"),
    },
    cores=["core"],
)


def reach(
    network: Network, origin: str, devices: tuple[str, ...] = (), links: tuple[str, ...] = ()
) -> Reach:
    return Reachability(network).reach(
        [SiteId(origin)],
        [DeviceId(device) for device in devices],
        [LinkId(link) for link in links],
    )


def test_everything_is_reached_while_nothing_fails() -> None:
    found = reach(CHAIN, "core")
    assert found.sites == {"core", "relay", "post"}
    assert found.devices == {"core-r", "relay-r", "post-r"}
    assert not found.frontier_devices
    assert not found.frontier_links


def test_one_of_two_parallel_hops_may_fail() -> None:
    found = reach(CHAIN, "core", links=("main",))
    assert found.sites == {"core", "relay", "post"}
    assert found.frontier_links == {"main"}


def test_both_parallel_hops_failing_cuts_off_what_lies_behind() -> None:
    found = reach(CHAIN, "core", links=("main", "spare"))
    assert found.sites == {"core"}
    assert found.frontier_links == {"main", "spare"}


def test_the_frontier_is_the_failure_in_front_and_not_what_is_silent_behind_it() -> None:
    found = reach(CHAIN, "core", devices=("relay-r", "post-r"), links=("onwards",))
    assert found.frontier_devices == {"relay-r"}
    assert not found.frontier_links


def test_a_failed_link_hides_the_failed_device_behind_it() -> None:
    found = reach(CHAIN, "core", devices=("post-r",), links=("onwards",))
    assert found.frontier_links == {"onwards"}
    assert not found.frontier_devices


def test_a_site_is_a_hub_that_outlives_one_of_its_devices() -> None:
    network = make_network(
        {
            "core-r": "core",
            "radio-in": "relay",
            "router": "relay",
            "radio-out": "relay",
            "p": "post",
        },
        {"in": ("core-r", "radio-in"), "out": ("radio-out", "p")},
    )
    found = reach(network, "core", devices=("router",))
    assert found.sites == {"core", "relay", "post"}
    assert found.devices == {"core-r", "radio-in", "radio-out", "p"}
    assert found.frontier_devices == {"router"}


def test_an_origin_is_reached_even_if_all_its_devices_failed() -> None:
    found = reach(CHAIN, "core", devices=("core-r",))
    assert found.sites == {"core"}
    assert found.devices == frozenset()
    assert found.frontier_devices == {"core-r"}


def test_without_an_origin_nothing_is_reached() -> None:
    found = Reachability(CHAIN).reach([], [], [])
    assert found == Reach(
        sites=frozenset(),
        devices=frozenset(),
        frontier_devices=frozenset(),
        frontier_links=frozenset(),
    )


def test_two_questions_to_one_compiled_network_do_not_disturb_each_other() -> None:
    reachability = Reachability(CHAIN)
    before = reachability.reach([SiteId("core")])
    reachability.reach([SiteId("core")], [DeviceId("relay-r")], [LinkId("main")])
    assert reachability.reach([SiteId("core")]) == before


@pytest.mark.parametrize(
    ("origin", "device", "link", "expected"),
    [
        ("nowhere", "core-r", "main", "there is no site 'nowhere'"),
        ("core", "nobody", "main", "there is no device 'nobody'"),
        ("core", "core-r", "nothing", "there is no link 'nothing'"),
    ],
)
def test_an_id_from_another_network_is_refused(
    origin: str, device: str, link: str, expected: str
) -> None:
    with pytest.raises(NetworkError, match=expected):
        reach(CHAIN, origin, (device,), (link,))


@st.composite
def damaged_networks(
    draw: st.DrawFn,
) -> tuple[Network, list[SiteId], set[DeviceId], set[LinkId]]:
    site_names = [f"s{number}" for number in range(draw(st.integers(1, 5)))]
    device_names = [f"d{number}" for number in range(draw(st.integers(2, 9)))]
    devices = {name: draw(st.sampled_from(site_names)) for name in device_names}
    pair = st.lists(st.sampled_from(device_names), min_size=2, max_size=2, unique=True)
    pairs = draw(st.lists(pair, max_size=14))
    links = {f"l{number}": (ends[0], ends[1]) for number, ends in enumerate(pairs)}
    network = make_network(devices, links)
    some_devices = draw(st.sets(st.sampled_from(list(network.devices))))
    some_links = draw(st.sets(st.sampled_from(list(network.links)))) if links else set()
    origins = draw(st.lists(st.sampled_from(list(network.sites)), max_size=3))
    return network, origins, some_devices, some_links


def brute_force(
    network: Network, origins: list[SiteId], devices: set[DeviceId], links: set[LinkId]
) -> Reach:
    """The definition, word by word, on networkx."""
    ends = {
        link.id: [network.device_of(end) for end in link.ends] for link in network.links.values()
    }
    graph: nx.MultiGraph[str] = nx.MultiGraph()
    graph.add_nodes_from(f"site {site}" for site in network.sites)
    graph.add_edges_from((device.id, f"site {device.site}") for device in network.devices.values())
    for link, (a, b) in ends.items():
        if link not in links:
            graph.add_edge(a, b, key=link)
    graph.remove_nodes_from(devices)
    reached: set[str] = set()
    for origin in origins:
        reached |= nx.node_connected_component(graph, f"site {origin}")
    sites = {site for site in network.sites if f"site {site}" in reached}
    return Reach(
        sites=frozenset(sites),
        devices=frozenset(device for device in network.devices if device in reached),
        frontier_devices=frozenset(
            device
            for device in devices
            if network.site_of(device) in sites
            or any(
                link not in links and not reached.isdisjoint(ends[link])
                for link in network.links_of(device)
            )
        ),
        frontier_links=frozenset(link for link in links if not reached.isdisjoint(ends[link])),
    )


@given(damaged_networks())
def test_reach_and_frontier_are_what_the_definition_says(
    case: tuple[Network, list[SiteId], set[DeviceId], set[LinkId]],
) -> None:
    network, origins, devices, links = case
    found = Reachability(network).reach(origins, devices, links)
    assert found == brute_force(network, origins, devices, links)


def test_ten_thousand_devices_are_judged_in_20_milliseconds() -> None:
    # CPU time of the best of a few runs: a busy machine is not our fault.
    seeded = random.Random(2)
    devices = {f"d{number}": f"s{number // 2}" for number in range(10_000)}
    links = {
        f"t{number}": (f"d{number}", f"d{seeded.randrange(number)}") for number in range(1, 10_000)
    }
    links |= {f"x{number}": (f"d{number}", f"d{number + 4_000}") for number in range(2_000)}
    network = make_network(devices, links)
    reachability = Reachability(network)
    failed = [DeviceId(f"d{number}") for number in range(50, 10_000, 100)]
    spent = []
    for _ in range(15):
        began = time.process_time()
        found = reachability.reach([SiteId("s0")], failed, [])
        spent.append(time.process_time() - began)
    assert len(found.devices) > 5_000
    assert min(spent) <= 0.020
