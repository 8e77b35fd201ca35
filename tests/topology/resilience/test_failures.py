import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.topology.builders import make_network
from tests.topology.resilience.multigraphs import Case, cases, lost, one, reached
from topology.model import DeviceId, LinkId, SiteId
from topology.resilience.dependability import Facts
from topology.resilience.failures import Failures, single_failures
from topology.resilience.loss import Losses
from topology.resilience.snapshot import Elements
from topology.resilience.sources import of_edges, of_network

# core ══ relay (a radio at each end of the second hop) ── post ── mast, and a spur at the core.
NETWORK = make_network(
    {"c": "core", "r1": "relay", "r2": "relay", "p": "post", "m": "mast", "s": "spur"},
    {
        "main": ("c", "r1"),
        "spare": ("c", "r1"),
        "hop": ("r2", "p"),
        "last": ("p", "m"),
        "side": ("c", "s"),
    },
    cores=["core"],
    srlgs={"main": ["duct"], "spare": ["duct"], "last": ["duct"]},
)
USERS = {SiteId("post"): 12.0, SiteId("mast"): 3.0}


def found(losses: Losses, name: str) -> set[str]:
    return {str(site) for site in losses.name(losses.ids.index(name)).sites}


def every(failures: Failures) -> list[Losses]:
    return [failures.links, failures.devices, failures.sites, failures.srlgs]


def test_a_doubled_hop_is_no_single_point_and_a_lone_hop_is() -> None:
    failures = single_failures(of_network(NETWORK, Facts(users=USERS)))
    assert found(failures.links, "main") == set()
    assert found(failures.links, "spare") == set()
    assert found(failures.links, "hop") == {"post", "mast"}
    assert failures.links.users.tolist() == [0, 0, 15, 3, 0]
    worst = [failures.links.ids[row] for row in failures.links.single_points().tolist()]
    assert worst == ["hop", "last", "side"]


def test_a_device_takes_what_is_behind_it_and_its_site_only_if_it_is_the_last_there() -> None:
    failures = single_failures(of_network(NETWORK))
    assert found(failures.devices, "r1") == {"relay", "post", "mast"}
    assert found(failures.devices, "r2") == {"post", "mast"}
    assert found(failures.devices, "m") == {"mast"}
    assert found(failures.sites, "relay") == {"relay", "post", "mast"}
    assert failures.sites.elsewhere.tolist() == [4, 2, 1, 0, 0]
    assert found(failures.devices, "c") == {"core", "relay", "post", "mast", "spur"}


def test_what_one_event_takes_down_together_is_counted_together() -> None:
    failures = single_failures(of_network(NETWORK))
    assert found(failures.srlgs, "duct") == {"relay", "post", "mast"}


def test_what_is_cut_off_already_is_told_once_and_lost_by_nobody() -> None:
    down = Elements(links=frozenset({LinkId("hop")}))
    failures = single_failures(of_network(NETWORK, failed=down))
    assert failures.cut_off == ("post", "mast")
    assert found(failures.links, "last") == set()
    assert found(failures.devices, "r2") == set()


def test_a_network_without_a_core_or_without_anything_loses_nothing() -> None:
    nowhere = single_failures(of_network(make_network({"a": "x", "b": "y"}, {"l": ("a", "b")})))
    assert nowhere.cut_off == ("x", "y")
    assert [losses.sites.sum() for losses in every(nowhere)] == [0, 0, 0, 0]
    assert single_failures(of_network(make_network({}, {}))).cut_off == ()


def test_dependents_are_lost_with_their_site() -> None:
    failures = single_failures(of_edges([("core", "a"), ("a", "b")], cores=["core"]))
    assert failures.links.dependents.tolist() == [0, 0]


@given(case=cases())
@settings(max_examples=250, deadline=None)
def test_every_single_failure_takes_what_trying_it_takes(case: Case) -> None:
    network = case.network()
    failures = single_failures(of_network(network))
    assert set(network.sites) - set(failures.cut_off) == reached(network, Elements())
    for losses in every(failures):
        for row, identity in enumerate(losses.ids):
            expected = lost(network, one(losses.kind, identity))
            loss = losses.name(row)
            assert set(loss.sites) == expected, (losses.kind, identity)
            assert losses.sites[row] == len(loss.sites) == len(expected)
            home = {"device": lambda each: network.site_of(DeviceId(each)), "site": SiteId}.get(
                losses.kind, lambda _: None
            )(identity)
            assert losses.elsewhere[row] == len(expected - {home})


@given(case=cases(), seed=st.integers(0, 2**32))
@settings(max_examples=50, deadline=None)
def test_names_and_order_change_nothing(case: Case, seed: int) -> None:
    network = case.network()
    shuffled = random.Random(seed)
    devices = shuffled.sample(range(len(case.site_of)), len(case.site_of))
    at = {device: place for place, device in enumerate(devices)}
    order = shuffled.sample(range(len(case.links)), len(case.links))
    again = Case(
        tuple(case.site_of[device] for device in devices),
        tuple((at[case.links[link][1]], at[case.links[link][0]]) for link in order),
        case.cores,
        (),
    )
    before, after = (
        single_failures(of_network(network)),
        single_failures(of_network(again.network())),
    )
    for new, old in enumerate(order):
        assert set(before.links.name(old).sites) == set(after.links.name(new).sites)
    for new, old in enumerate(devices):
        assert set(before.devices.name(old).sites) == set(after.devices.name(new).sites)


@pytest.mark.parametrize("sites", [2000])
def test_a_chain_longer_than_any_stack_is_searched(sites: int) -> None:
    chain = of_edges([(str(at), str(at + 1)) for at in range(sites)], cores=["0"])
    failures = single_failures(chain)
    assert failures.links.sites.tolist() == list(range(sites, 0, -1))
