import itertools
import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.topology.builders import make_network
from tests.topology.resilience.multigraphs import Case, cases, one, reached
from topology.errors import NetworkError
from topology.model import DeviceId, LinkId, SiteId
from topology.network import Network
from topology.resilience.availability import (
    MINUTES_A_YEAR,
    Method,
    availability,
    availability_of_all,
    exact_availability_of_all,
)
from topology.resilience.dependability import Dependability, Facts
from topology.resilience.fallible import Assumed
from topology.resilience.snapshot import NOTHING, Elements
from topology.resilience.sources import of_edges, of_network

RING = [("core", "a"), ("a", "b"), ("b", "core")]


def facts_of(chances: dict[tuple[str, str], float]) -> Facts:
    """Make facts of (kind, id) → availability."""
    by_kind: dict[str, dict[str, Dependability]] = {
        kind: {name: Dependability(p) for (noun, name), p in chances.items() if noun == kind}
        for kind in ("link", "device", "site", "srlg")
    }
    return Facts(
        links={LinkId(name): fact for name, fact in by_kind["link"].items()},
        devices={DeviceId(name): fact for name, fact in by_kind["device"].items()},
        sites={SiteId(name): fact for name, fact in by_kind["site"].items()},
        srlgs=by_kind["srlg"],
    )


def tried(
    network: Network, chances: dict[tuple[str, str], float]
) -> tuple[dict[str, float], float]:
    """Try every combination of failures: the chance of each site, and of all sites at once."""
    found, everybody = dict.fromkeys(map(str, network.sites), 0.0), 0.0
    for works in itertools.product((False, True), repeat=len(chances)):
        chance, failed = 1.0, NOTHING
        for (element, p), up in zip(chances.items(), works, strict=True):
            chance *= p if up else 1 - p
            failed = failed if up else failed | one(*element)
        left = reached(network, failed)
        for site in left:
            found[site] += chance
        everybody += chance * (len(left) == len(network.sites))
    return found, everybody


def test_a_site_on_a_ring_is_lost_only_with_both_its_ways() -> None:
    found = availability(of_edges(RING, cores=["core"], link_availability=0.99))
    a = found.of(SiteId("a"))
    assert a.value == pytest.approx(1 - 0.01 * (1 - 0.99**2), abs=1e-15)
    assert (a.low, a.high, a.method, a.samples, a.seed) == (
        a.value,
        a.value,
        Method.EXACT,
        None,
        None,
    )
    assert a.minutes_per_year == pytest.approx(0.01 * (1 - 0.99**2) * 525_960)
    assert found.of(SiteId("core")).value == 1


def test_what_nobody_told_of_never_fails_unless_told_what_to_assume() -> None:
    snapshot = of_edges([("core", "a")], cores=["core"])
    assert availability(snapshot).value.tolist() == [1, 1]
    assert availability(snapshot).assumed == 5
    assumed = Assumed(link=0.9, device=0.8, site=0.5)
    assert availability(snapshot, assumed=assumed).value.tolist() == pytest.approx([0.4, 0.144])


def test_the_power_of_a_site_takes_all_ways_through_it() -> None:
    # Two radios and a router at the relay; one way passes the router, none passes the hub alone.
    network = make_network(
        {"c": "core", "r1": "relay", "r2": "relay", "router": "relay", "p": "post"},
        {"x": ("c", "r1"), "y": ("r2", "p"), "u": ("c", "router"), "v": ("router", "p")},
        cores=["core"],
    )
    chances = {
        ("site", "relay"): 0.9,
        ("device", "r1"): 0.95,
        ("device", "r2"): 0.97,
        ("device", "router"): 0.8,
    }
    found = availability(of_network(network, facts_of(chances)))
    expected, _ = tried(network, chances)
    assert found.of(SiteId("post")).value == pytest.approx(expected["post"], abs=1e-14)
    assert found.of(SiteId("post")).value < 0.9


def test_links_of_one_duct_fail_together() -> None:
    snapshot = of_edges(
        RING, cores=["core"], link_availability=0.99, srlgs={"duct": [0, 2]},
        srlg_availability={"duct": 0.999},
    )  # fmt: skip
    value = availability(snapshot).of(SiteId("a")).value
    assert value == pytest.approx(0.999 * (1 - 0.01 * (1 - 0.99**2)), abs=1e-15)


def test_a_duct_under_links_to_two_cores_is_one_cause() -> None:
    snapshot = of_edges(
        [("west", "a"), ("east", "b"), ("b", "c")],
        cores=["west", "east"],
        link_availability=0.9,
        srlgs={"duct": [0, 2], "road": [0, 1]},
        srlg_availability={"duct": 0.8, "road": 0.7},
    )
    found = availability(snapshot)
    assert found.of(SiteId("a")).value == pytest.approx(0.9 * 0.8 * 0.7)
    assert found.of(SiteId("c")).value == pytest.approx(0.9 * 0.9 * 0.8 * 0.7)
    together = availability_of_all(snapshot, [SiteId("a"), SiteId("c")])
    assert together.value == pytest.approx(0.9**3 * 0.8 * 0.7)


def test_a_site_that_is_cut_off_has_no_availability_for_certain() -> None:
    snapshot = of_edges(RING, cores=["core"], nodes=["lone"], link_availability=0.9)
    for method in (None, Method.CUTS, Method.MONTE_CARLO):
        lone = availability(snapshot, method=method, samples=1000).of(SiteId("lone"))
        assert (lone.value, lone.low, lone.high) == (0, 0, 0)
    assert availability_of_all(snapshot, [SiteId("a"), SiteId("lone")]).value == 0


def test_a_part_with_too_many_states_is_sampled_and_the_rest_stays_exact() -> None:
    edges = [*RING, ("core", "spur"), ("b", "behind")]
    snapshot = of_edges(edges, cores=["core"], link_availability=0.9)
    found = availability(snapshot, samples=200_000, seed=7, most_states=3)
    exact = availability(snapshot)
    assert found.of(SiteId("spur")).method is Method.EXACT
    behind = found.of(SiteId("behind"))
    assert (behind.method, behind.samples, behind.seed) == (Method.MONTE_CARLO, 262_144, 7)
    assert behind.low < exact.of(SiteId("behind")).value <= behind.high + 1e-12
    by_cuts = availability(snapshot, method=Method.EXACT, most_states=3).of(SiteId("behind"))
    assert (by_cuts.method, by_cuts.value) == (Method.CUTS, by_cuts.high)


def test_the_same_seed_gives_the_same_figures_and_another_one_others() -> None:
    snapshot = of_edges(RING, cores=["core"], link_availability=0.9)

    def values(seed: int) -> list[float]:
        found = availability(snapshot, method=Method.MONTE_CARLO, samples=10_000, seed=seed)
        return [float(value) for value in found.value]

    assert values(1) == values(1)
    assert values(1) != values(2)


def test_a_chance_of_one_in_a_million_is_seen_by_few_samples() -> None:
    snapshot = of_edges(RING, cores=["core"], link_availability=0.999)
    found = availability(snapshot, method=Method.MONTE_CARLO, samples=20_000, seed=3)
    expected = 0.001 * (1 - 0.999**2)
    assert 1 - found.of(SiteId("a")).value == pytest.approx(expected, rel=0.03)
    a = found.of(SiteId("a"))
    assert a.low <= 1 - expected <= a.high


def test_what_cannot_be_asked_is_refused() -> None:
    snapshot = of_edges(RING, cores=["core"])
    with pytest.raises(NetworkError, match="0 samples; it must be 1"):
        availability(snapshot, samples=0)
    with pytest.raises(NetworkError, match="there is no site 'x'"):
        availability(snapshot).of(SiteId("x"))
    with pytest.raises(NetworkError, match="bounds are of several sites"):
        availability(snapshot, method=Method.BOUNDS)
    with pytest.raises(NetworkError, match=r"link availability 1\.1 is outside"):
        Assumed(link=1.1)


@st.composite
def fallible_cases(draw: st.DrawFn) -> tuple[Case, dict[tuple[str, str], float]]:
    """Draw a case and up to eight elements of all kinds that can fail."""
    case = draw(cases(most_links=8))
    elements = [
        *(("link", f"l{at}") for at in range(len(case.links))),
        *(("device", f"d{at}") for at in range(len(case.site_of))),
        *(("site", f"s{at}") for at in sorted(set(case.site_of))),
        *(("srlg", f"g{at}") for at in range(len(case.srlgs))),
    ]
    chosen = draw(st.lists(st.sampled_from(elements), unique=True, max_size=8))
    odds = st.sampled_from([0.5, 0.9, 0.99, 0.3])
    return case, {element: draw(odds) for element in chosen}


@given(drawn=fallible_cases())
@settings(max_examples=120, deadline=None)
def test_the_exact_figures_are_those_of_trying_every_combination(
    drawn: tuple[Case, dict[tuple[str, str], float]],
) -> None:
    case, chances = drawn
    network = case.network()
    snapshot = of_network(network, facts_of(chances))
    expected, everybody = tried(network, chances)
    found = availability(snapshot)
    assert found.is_exact.all()
    np.testing.assert_allclose(found.value, [expected[site] for site in snapshot.sites], atol=1e-13)
    together = availability_of_all(snapshot, snapshot.sites)
    assert together.value == pytest.approx(everybody, abs=1e-13)
    by_fractions = exact_availability_of_all(snapshot, snapshot.sites)
    assert by_fractions is not None
    assert float(by_fractions) == pytest.approx(everybody, abs=1e-13)
    by_cuts = availability(snapshot, method=Method.CUTS)
    assert (by_cuts.low <= found.value + 1e-12).all()
    assert (found.value <= by_cuts.high + 1e-12).all()


@given(drawn=fallible_cases())
@settings(max_examples=40, deadline=None)
def test_samples_agree_with_the_exact_figures(
    drawn: tuple[Case, dict[tuple[str, str], float]],
) -> None:
    case, chances = drawn
    snapshot = of_network(case.network(), facts_of(chances))
    exact = availability(snapshot).value
    found = availability(snapshot, method=Method.MONTE_CARLO, samples=65_536, seed=11)
    error = np.abs(found.value - exact)
    spread = np.sqrt(exact * (1 - exact) / 65_536)
    assert (error <= 5 * spread + 1e-9).all()


@given(case=cases(), seed=st.integers(0, 2**32))
@settings(max_examples=40, deadline=None)
def test_order_changes_no_availability(case: Case, seed: int) -> None:
    order = random.Random(seed).sample(range(len(case.links)), len(case.links))
    again = Case(case.site_of, tuple(case.links[at][::-1] for at in order), case.cores, ())
    assumed = Assumed(link=0.9, device=0.95, site=0.99)
    before = availability(of_network(case.network()), assumed=assumed)
    after = availability(of_network(again.network()), assumed=assumed)
    np.testing.assert_allclose(before.value, after.value, atol=1e-13)


def test_everything_failed_is_nothing_reached() -> None:
    network = make_network({"c": "core", "p": "post"}, {"l": ("c", "p")}, cores=["core"])
    down = of_network(network, failed=Elements(sites=frozenset({SiteId("core")})))
    assert availability(down).value.tolist() == [0, 0]
    assert MINUTES_A_YEAR == 365.25 * 24 * 60
