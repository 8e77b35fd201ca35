import functools
import random

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.topology.builders import make_network
from tests.topology.resilience.multigraphs import Case, cases, one, reached
from tests.topology.resilience.radio import radio_network
from topology.errors import NetworkError
from topology.model import DeviceId, LinkId
from topology.network import Network
from topology.resilience.explain import Explanation, Observed, explain
from topology.resilience.snapshot import Elements, Snapshot
from topology.resilience.sources import of_network


def devices(*names: str) -> frozenset[DeviceId]:
    return frozenset(DeviceId(name) for name in names)


def told(found: Explanation) -> list[set[tuple[str, str]]]:
    return [{(each.kind.value, each.id) for each in fault.suspects} for fault in found.faults]


RING = make_network(
    {"hq": "hq", "r1": "r1", "r2": "r2", "r3": "r3", "post": "post"},
    {
        "a": ("hq", "r1"),
        "b": ("r1", "r2"),
        "c": ("r2", "r3"),
        "d": ("r3", "hq"),
        "p": ("r2", "post"),
    },
    cores=["hq"],
    srlgs={"a": ["duct"], "d": ["duct"]},
)


def test_a_silent_post_is_its_link_or_itself_and_nobody_can_tell_which() -> None:
    found = explain(
        of_network(RING), Observed(up=devices("hq", "r1", "r2", "r3"), down=devices("post"))
    )
    assert told(found) == [{("link", "p"), ("device", "post")}]
    assert sum(each.likelihood for each in found.faults[0].suspects) == pytest.approx(1)
    assert found.unreachable == ()


def test_what_an_end_that_answers_says_of_the_link_decides() -> None:
    seen = Observed(up=devices("hq", "r1", "r2", "r3"), down=devices("post"))
    up = Observed(up=seen.up, down=seen.down, links_up=frozenset({LinkId("p")}))
    found = explain(of_network(RING), up)
    assert told(found) == [{("device", "post")}]


def test_a_relay_that_is_the_only_way_answers_for_what_lies_behind_it() -> None:
    found = explain(
        of_network(RING), Observed(up=devices("hq", "r1", "r3"), down=devices("r2", "post"))
    )
    assert told(found) == [{("device", "r2")}]
    assert found.unreachable == ("post",)


def test_both_ends_of_a_ring_in_one_duct_are_one_cause() -> None:
    found = explain(
        of_network(RING), Observed(up=devices("hq"), down=devices("r1", "r2", "r3", "post"))
    )
    assert told(found) == [{("srlg", "duct")}]
    assert found.unreachable == ("r1", "r2", "r3", "post")


def test_an_old_answer_from_behind_a_failure_does_not_hide_it() -> None:
    found = explain(
        of_network(RING),
        Observed(up=devices("hq", "r2"), down=devices("r1", "r3", "post")),
    )
    assert told(found) == [{("srlg", "duct")}]
    assert found.false_answers == ("r2",)


def test_an_observation_of_what_is_not_there_is_refused() -> None:
    snapshot = of_network(RING)
    with pytest.raises(NetworkError, match="there is no device 'x' in this network"):
        explain(snapshot, Observed(up=devices("x"), down=frozenset()))
    with pytest.raises(NetworkError, match="device 'hq' is observed both up and down"):
        explain(snapshot, Observed(up=devices("hq"), down=devices("hq")))


@given(cases(most_links=10), st.data())
@settings(max_examples=100, deadline=None)
def test_one_fault_without_noise_is_among_the_suspects_of_one_fault(
    case: Case, data: st.DataObject
) -> None:
    network = case.network()
    everything: list[tuple[str, str]] = [
        *(("link", link) for link in network.links),
        *(("device", device) for device in network.devices),
    ]
    kind, name = data.draw(st.sampled_from(everything))
    seen = _answering(network, one(kind, str(name)))
    before = _answering(network, Elements())
    silent = before - seen
    found = explain(of_network(network), Observed(up=frozenset(seen), down=frozenset(silent)))
    if not silent:
        assert found.faults == ()
    else:
        explained = [suspects for suspects in told(found) if (kind, name) in suspects]
        assert len(found.faults) == 1
        assert explained or silent == before - _answering(
            network, one(found.faults[0].likeliest.kind.value, found.faults[0].likeliest.id)
        )


def _answering(network: Network, failed: Elements) -> set[DeviceId]:
    """Devices at sites that reach a core, unless they failed themselves."""
    sites = reached(network, failed)
    return {
        device
        for device in network.devices
        if network.site_of(device) in sites and device not in failed.devices
    }


def trial(
    snapshot: Snapshot, graph: "nx.Graph[str]", count: int, noisy: bool, seed: int
) -> bool | None:
    """Break `count` things, poll, explain; whether exactly these were found. None: not visible."""
    rng = random.Random(seed)
    everything: list[tuple[str, str]] = [
        *(("link", at) for at in snapshot.links),
        *(("device", at) for at in snapshot.devices),
    ]
    cores: set[str] = {snapshot.sites[row] for row in snapshot.core.nonzero()[0]}
    broken = rng.sample([each for each in everything if each[1] not in cores], count)
    lost = _silent(graph, cores, broken)
    for each in broken:
        if _silent(graph, cores, [other for other in broken if other != each]) == lost:
            return None  # one of them changes nothing beside the other: nobody could see it
    down: set[str] = set(lost)
    if noisy:
        for device in snapshot.devices:
            if device in lost and rng.random() < 0.02:
                down.discard(device)
            elif device not in lost and rng.random() < 1e-5:
                down.add(device)
    silent = devices(*down)
    seen = Observed(up=frozenset(snapshot.devices) - silent, down=silent)
    suspects = told(explain(snapshot, seen))
    return len(suspects) == count and all(
        sum(each in group for group in suspects) == 1 for each in broken
    )


def _silent(
    graph: "nx.Graph[str]", cores: set[str], broken: list[tuple[str, str]]
) -> frozenset[str]:
    dead = {name for kind, name in broken if kind == "device"}
    cut = {name for kind, name in broken if kind == "link"}
    found = cores - dead
    todo = list(found)
    while todo:
        for other, edge in graph.adj[todo.pop()].items():
            if other not in found and other not in dead and edge["link"] not in cut:
                found.add(other)
                todo.append(other)
    return frozenset(set(graph) - found)


@functools.cache
def simulated(number: int) -> tuple[Snapshot, "nx.Graph[str]"]:
    """Draw a network; also as a graph whose edges know their link."""
    snapshot = radio_network(200, seed=number)
    graph: nx.Graph[str] = nx.Graph()
    graph.add_nodes_from(snapshot.devices)
    for link, (a, b) in zip(snapshot.links, snapshot.link_ends.tolist(), strict=True):
        graph.add_edge(snapshot.devices[a], snapshot.devices[b], link=link)
    return snapshot, graph


@pytest.mark.timeout(180)
@pytest.mark.parametrize(
    ("count", "noisy", "least"),
    [(1, False, 1.0), (2, False, 1.0), (1, True, 0.95), (2, True, 0.95)],
)
def test_the_exact_faults_are_found_on_simulated_networks(
    count: int, noisy: bool, least: float
) -> None:
    right = tried = 0
    for number in range(5):
        snapshot, graph = simulated(number)
        for seed in range(110):
            outcome = trial(snapshot, graph, count, noisy, seed)
            if outcome is not None:
                tried += 1
                right += outcome
    assert tried >= 100
    assert right >= least * tried, f"{right} of {tried}"
