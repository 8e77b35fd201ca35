from dataclasses import replace
from itertools import combinations, combinations_with_replacement

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.topology.builders import make_network
from tests.topology.resilience.multigraphs import Case, cases
from topology.errors import NetworkError
from topology.model import LinkId, SiteId
from topology.network import Network
from topology.resilience.dependability import Dependability, Facts
from topology.resilience.paths import Cost, Disjoint, DisjointPaths, disjoint_paths
from topology.resilience.snapshot import Elements, Snapshot
from topology.resilience.sources import of_edges, of_network

Walk = tuple[tuple[str, ...], tuple[str, ...]]  # sites and links


def simple_paths(network: Network, source: str, target: str | None) -> list[Walk]:
    """List every path that visits no site twice; towards the cores it ends at any of them."""
    ends = [(str(link), *map(str, network.sites_of(link))) for link in network.links]
    found: list[Walk] = []

    def grow(sites: tuple[str, ...], links: tuple[str, ...]) -> None:
        at = sites[-1]
        if at == target or (target is None and at in network.cores):
            found.append((sites, links))
        if at == target:
            return
        for link, a, b in ends:
            for here, there in ((a, b), (b, a)):
                if here == at and there not in sites:
                    grow((*sites, there), (*links, link))

    grow((source,), ())
    return found


def shared_by(network: Network, by: Disjoint, walks: tuple[Walk, ...], target: str | None) -> int:
    """Count how many paths too many use each thing that must not be shared."""
    uses: list[set[str]] = []
    for sites, links in walks:
        used = {f"link {link}" for link in links}
        if by is Disjoint.NODE:
            used |= set(sites[1:] if target is None else sites[1:-1])
        if by is Disjoint.SRLG:
            used |= {
                srlg
                for srlg, members in network.srlgs.items()
                if not set(members).isdisjoint(links)
            }
        uses.append(used)
    return sum(max(0, sum(thing in used for used in uses) - 1) for thing in set().union(*uses))


def brute(
    network: Network, by: Disjoint, source: str, target: str | None, k: int
) -> tuple[int, int] | None:
    """Return the fewest shared and then the fewest hops of any k paths."""
    paths = simple_paths(network, source, target)
    return min(
        (
            (shared_by(network, by, walks, target), sum(len(links) for _, links in walks))
            for walks in combinations_with_replacement(paths, k)
        ),
        default=None,
    )


def ask(case: Case, by: Disjoint, target: str | None, k: int = 2) -> DisjointPaths:
    to = None if target is None else SiteId(target)
    return disjoint_paths(of_network(case.network()), SiteId("s0"), to, by=by, k=k, cost=Cost.HOPS)


@given(cases(most_links=8), st.sampled_from(["s1", None]), st.sampled_from([1, 2, 3]))
@settings(max_examples=120, deadline=None)
def test_paths_by_link_and_by_site_share_least_and_are_shortest(
    case: Case, target: str | None, k: int
) -> None:
    network = case.network()
    for by in (Disjoint.LINK, Disjoint.NODE):
        expected = brute(network, by, "s0", target, k)
        found = ask(case, by, target, k)
        assert found.connected == (expected is not None)
        if expected is None:
            continue
        walks = tuple((path.sites, path.links) for path in found.paths)
        assert len(walks) == k
        real = simple_paths(network, "s0", target)
        assert all(walk in real for walk in walks), walks
        assert (shared_by(network, by, walks, target), round(found.total_cost)) == expected
        assert found.disjoint == (expected[0] == 0)
        assert bool(found.shared) == (expected[0] > 0)


@given(cases(most_links=8), st.sampled_from(["s1", None]))
@settings(max_examples=80, deadline=None)
def test_paths_by_srlg_share_least_and_are_shortest(case: Case, target: str | None) -> None:
    network = case.network()
    expected = brute(network, Disjoint.SRLG, "s0", target, 2)
    found = ask(case, Disjoint.SRLG, target)
    assert found.connected == (expected is not None)
    if expected is not None:
        walks = tuple((path.sites, path.links) for path in found.paths)
        shared = shared_by(network, Disjoint.SRLG, walks, target)
        assert (shared, round(found.total_cost)) == expected
        assert found.disjoint == (expected[0] == 0)


LADDER = make_network(
    {name: name for name in "abcdef"},
    {"ab": ("a", "b"), "bc": ("b", "c"), "cf": ("c", "f"), "ad": ("a", "d"), "de": ("d", "e"),
     "ef": ("e", "f"), "be": ("b", "e")},
    cores=["f"],
    srlgs={"bc": ["duct"], "de": ["duct"]},
)  # fmt: skip


def test_a_shared_duct_forces_the_pair_apart_or_is_named() -> None:
    found = disjoint_paths(
        of_network(LADDER), SiteId("a"), SiteId("f"), by=Disjoint.SRLG, cost=Cost.HOPS
    )
    assert found.connected
    assert not found.disjoint
    assert found.shared == ("duct",)
    assert {path.links for path in found.paths} == {("ab", "bc", "cf"), ("ad", "de", "ef")}


def test_a_doubled_hop_is_two_ways_by_link_and_one_by_site() -> None:
    network = make_network(
        {"a": "a", "m": "m", "z": "z"},
        {"1": ("a", "m"), "2": ("a", "m"), "3": ("m", "z"), "4": ("m", "z")},
    )
    snapshot = of_network(network)
    ends = SiteId("a"), SiteId("z")
    assert disjoint_paths(snapshot, *ends, by=Disjoint.LINK, cost=Cost.HOPS).disjoint
    by_site = disjoint_paths(snapshot, *ends, by=Disjoint.NODE, cost=Cost.HOPS)
    assert not by_site.disjoint
    assert by_site.shared == ("site m",)


def test_two_cores_are_two_ways_and_one_core_is_one() -> None:
    links = {"1": ("a", "x"), "2": ("a", "y"), "3": ("x", "y")}
    two = make_network({name: name for name in "axy"}, links, cores=["x", "y"])
    found = disjoint_paths(of_network(two), SiteId("a"), by=Disjoint.NODE, cost=Cost.HOPS)
    assert {path.sites for path in found.paths} == {("a", "x"), ("a", "y")}
    one = make_network({name: name for name in "axy"}, links, cores=["x"])
    found = disjoint_paths(of_network(one), SiteId("a"), by=Disjoint.NODE, cost=Cost.HOPS)
    assert found.shared == ("site x",)


def test_the_dearest_pair_is_not_taken_and_failed_links_are_no_way() -> None:
    facts = Facts(links={LinkId(link): Dependability(0.999) for link in LADDER.links})
    snapshot = of_network(LADDER, facts)
    found = disjoint_paths(
        snapshot, SiteId("a"), SiteId("f"), by=Disjoint.NODE, cost=Cost.UNAVAILABILITY
    )
    assert found.total_cost == pytest.approx(-6 * np.log(0.999))
    down = snapshot.without(Elements(links=frozenset({LinkId("de")})))
    found = disjoint_paths(down, SiteId("a"), SiteId("f"), by=Disjoint.LINK, cost=Cost.HOPS)
    assert not found.disjoint
    assert found.shared == ("link ab",)


def test_ways_that_one_disc_cuts_together_are_not_disjoint_by_disc() -> None:
    snapshot = of_edges(
        [("a", "n"), ("n", "z"), ("a", "m"), ("m", "z"), ("a", "s"), ("s", "z")], cores=["z"]
    )
    # n and m are 5 km apart, s is 100 km south of both; a and z are 98 km apart.
    latitude = {"a": 54.0, "z": 54.0, "n": 54.50, "m": 54.45, "s": 53.50}
    longitude = {"a": 23.0, "z": 24.5, "n": 23.75, "m": 23.75, "s": 23.75}
    placed = _placed(snapshot, latitude, longitude)
    found = disjoint_paths(
        placed, SiteId("a"), SiteId("z"), by=Disjoint.DISC, disc_radius_m=10_000, cost=Cost.HOPS
    )
    assert found.disjoint
    assert ("a", "s", "z") in {path.sites for path in found.paths}
    north = placed.without(Elements(links=frozenset({LinkId("4")})))
    found = disjoint_paths(
        north, SiteId("a"), SiteId("z"), by=Disjoint.DISC, disc_radius_m=10_000, cost=Cost.HOPS
    )
    assert not found.disjoint
    assert found.shared == ("disc over 0, 1, 2, 3",)


def _placed(
    snapshot: Snapshot, latitude: dict[str, float], longitude: dict[str, float]
) -> Snapshot:
    return replace(
        snapshot,
        latitude_deg=np.array([latitude[site] for site in snapshot.sites]),
        longitude_deg=np.array([longitude[site] for site in snapshot.sites]),
    )


def test_what_cannot_be_asked_is_refused_in_words() -> None:
    snapshot = of_edges([("a", "b")], cores=["b"])
    with pytest.raises(NetworkError, match="there is no site 'x'"):
        disjoint_paths(snapshot, SiteId("x"))
    with pytest.raises(NetworkError, match="the length of link '0' is not known"):
        disjoint_paths(snapshot, SiteId("a"))
    with pytest.raises(NetworkError, match="k is 9; between 1 and 8"):
        disjoint_paths(snapshot, SiteId("a"), k=9)
    with pytest.raises(NetworkError, match="need the radius"):
        disjoint_paths(snapshot, SiteId("a"), by=Disjoint.DISC)
    with pytest.raises(NetworkError, match="is both ends"):
        disjoint_paths(snapshot, SiteId("a"), SiteId("a"))


@pytest.mark.parametrize("pair", list(combinations("abf", 2)))
def test_asked_the_other_way_round_the_answer_costs_the_same(pair: tuple[str, str]) -> None:
    snapshot = of_network(LADDER)
    here, there = map(SiteId, pair)
    one = disjoint_paths(snapshot, here, there, cost=Cost.HOPS)
    other = disjoint_paths(snapshot, there, here, cost=Cost.HOPS)
    assert (one.total_cost, one.disjoint) == (other.total_cost, other.disjoint)
