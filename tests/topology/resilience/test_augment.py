from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings

from tests.topology.builders import make_network
from tests.topology.resilience.multigraphs import Case, cases
from tests.topology.resilience.radio import radio_network
from topology.errors import NetworkError
from topology.model import LinkId, Medium, SiteId
from topology.resilience.arcs import Arcs
from topology.resilience.augment import Augmentation, Goal, Objective, Per, augment
from topology.resilience.availability import MINUTES_A_YEAR
from topology.resilience.candidates import Candidate, Price, in_sight, with_links, within_hop
from topology.resilience.diff import minutes_without
from topology.resilience.fallible import Assumed
from topology.resilience.gains import first_order_gains
from topology.resilience.region import worst_discs
from topology.resilience.snapshot import Elements, Floats, Snapshot
from topology.resilience.sources import of_edges, of_network

LINKS_FAIL = Assumed(link=0.99)


def candidate(a: str, b: str, length_m: float = 1000.0) -> Candidate:
    return Candidate(a=SiteId(a), b=SiteId(b), length_m=length_m)


def lost_by_single_links(snapshot: Snapshot, weights: Floats) -> float:
    """Add up what each link takes, times its share of downtime, by trying."""
    arcs = Arcs.of(snapshot)
    before = arcs.reached(*snapshot.works)
    return sum(
        float(weights[before & ~arcs.reached_without(Elements(links=frozenset({link})))].sum())
        * 0.01
        * MINUTES_A_YEAR
        for link in snapshot.links
    )


@given(cases())
@settings(max_examples=60, deadline=None)
def test_the_gain_of_every_candidate_is_what_building_it_saves(case: Case) -> None:
    snapshot = of_network(case.network())
    weights = np.arange(1.0, len(snapshot.sites) + 1)
    reached = Arcs.of(snapshot).reached(*snapshot.works)
    pairs = [
        (a, b)
        for a, b in combinations(snapshot.sites, 2)
        if reached[snapshot.site_rows[a]] and reached[snapshot.site_rows[b]]
    ]
    gains = first_order_gains(snapshot, pairs, weights, LINKS_FAIL)
    before = lost_by_single_links(snapshot, weights)
    for (a, b), gain in zip(pairs, gains.tolist(), strict=True):
        after = lost_by_single_links(with_links(snapshot, [candidate(a, b)]), weights)
        assert gain == pytest.approx(before - after, abs=1e-6)


# A chain of five relays from the core, 10 km apart, and a spur.
CHAIN = replace(
    of_edges(
        [("hq", "r1"), ("r1", "r2"), ("r2", "r3"), ("r3", "r4"), ("r2", "spur")], cores=["hq"]
    ),
    latitude_deg=np.array([54.0, 54.09, 54.18, 54.27, 54.36, 54.18]),
    longitude_deg=np.array([23.0, 23.0, 23.0, 23.0, 23.0, 23.15]),
)  # fmt: skip


def asked(
    goal: Goal, candidates: tuple[Candidate, ...], snapshot: Snapshot = CHAIN
) -> Augmentation:
    return augment(snapshot, candidates, goal)


def ends(found: Augmentation) -> list[tuple[str, str]]:
    return [(choice.candidate.a, choice.candidate.b) for choice in found.choices]


def test_one_link_closes_the_longest_ring_and_two_leave_no_single_link() -> None:
    everything = tuple(candidate(a, b) for a, b in combinations(CHAIN.sites, 2))
    first = asked(Goal(assumed=LINKS_FAIL), everything)
    assert ends(first) == [("hq", "r4")]
    both = asked(Goal(links=2, assumed=LINKS_FAIL), everything)
    assert both.report.measure("single_points_link").after == 0
    assert both.report.measure("single_points_link").before == 5
    assert both.report.added_links == tuple(LinkId(f"new {a} – {b}") for a, b in ends(both))
    assert both.before == pytest.approx(float(minutes_without(CHAIN, LINKS_FAIL).sum()))
    assert both.gain == pytest.approx(-both.report.measure("site_minutes").change)


def test_by_the_kilometre_a_short_link_is_better_than_a_long_one() -> None:
    found = asked(
        Goal(per=Per.KM, assumed=LINKS_FAIL),
        (candidate("hq", "r4", 40_000), candidate("r1", "spur", 12_000)),
    )
    assert ends(found) == [("r1", "spur")]


def test_a_budget_in_euros_is_kept_and_needs_prices() -> None:
    prices = {Medium.MICROWAVE: Price(fixed_eur=30_000, per_km_eur=0)}
    near = within_hop(CHAIN, 25_000, prices=prices)
    assert {each.cost_eur for each in near} == {30_000}
    assert ("hq", "r2") in {each.ends for each in near}
    assert ("hq", "r1") not in {each.ends for each in near}, "they are joined already"
    found = asked(Goal(links=3, per=Per.EURO, budget_eur=60_000, assumed=LINKS_FAIL), near)
    assert len(found.choices) == 2
    assert found.cost_eur == 60_000
    with pytest.raises(NetworkError, match="has no cost; give a price for microwave"):
        asked(Goal(budget_eur=1, assumed=LINKS_FAIL), (candidate("hq", "r4"),))


def test_only_lines_of_sight_within_a_hop_are_candidates() -> None:
    pairs = [
        (SiteId("hq"), SiteId("r4")),
        (SiteId("r3"), SiteId("spur")),
        (SiteId("r1"), SiteId("hq")),
    ]
    assert [each.ends for each in in_sight(CHAIN, pairs)] == [("hq", "r4"), ("r3", "spur")]
    assert [each.ends for each in in_sight(CHAIN, pairs, max_hop_m=20_000)] == [("r3", "spur")]
    blocked = within_hop(CHAIN, 25_000, no_line_of_sight=[(SiteId("r2"), SiteId("hq"))])
    assert ("hq", "r2") not in {each.ends for each in blocked}
    with pytest.raises(NetworkError, match="line of sight 'hq' – 'x': there is no site 'x'"):
        in_sight(CHAIN, [(SiteId("hq"), SiteId("x"))])


def test_users_and_dependents_draw_the_link_to_where_they_are() -> None:
    crowded = replace(CHAIN, users=np.array([0, 0, 0, 0, 0, 900.0]))
    everything = tuple(candidate(a, b) for a, b in combinations(CHAIN.sites, 2))
    found = asked(Goal(objective=Objective.USERS, assumed=LINKS_FAIL), everything, crowded)
    assert ends(found) == [("hq", "spur")]
    assert found.before == pytest.approx(float(minutes_without(crowded, LINKS_FAIL)[5] * 900))


def test_a_link_against_regions_leads_around_the_worst_disc() -> None:
    snapshot = replace(
        of_edges([("hq", "w"), ("w", "n"), ("n", "nn"), ("hq", "e")], cores=["hq"]),
        latitude_deg=np.array([54.0, 54.2, 54.4, 54.6, 54.2]),
        longitude_deg=np.array([23.0, 22.6, 23.0, 23.0, 23.4]),
    )
    goal = Goal(objective=Objective.REGION, region_radius_m=3_000)
    found = asked(goal, (candidate("w", "nn"), candidate("n", "e"), candidate("w", "e")), snapshot)
    assert ends(found) == [("n", "e")]
    # Before, a disc on hq – w takes w, n and nn. After, one on n takes n with all its links, and
    # nn behind it.
    assert (found.before, found.after) == (3, 2)
    (worst,) = worst_discs(snapshot, 3_000, top=1, exclude_core=True, clearance_m=3_000)
    assert {*worst.inside.sites, *worst.outside.sites} == {"w", "n", "nn"}


@pytest.mark.parametrize("seed", range(2))
def test_greed_and_exchange_find_the_best_pair_that_trying_all_finds(seed: int) -> None:
    snapshot = radio_network(14, seed, links_per_site=1.1)
    candidates = within_hop(snapshot, 60_000)[:20]
    goal = Goal(links=2, assumed=LINKS_FAIL)
    found = augment(snapshot, candidates, goal)
    best = min(
        float(minutes_without(with_links(snapshot, list(pair)), LINKS_FAIL).sum())
        for pair in combinations(candidates, 2)
    )
    assert found.after <= best * 1.02


def test_what_cannot_be_asked_is_refused() -> None:
    with pytest.raises(NetworkError, match="there is no candidate"):
        augment(CHAIN, (), Goal())
    with pytest.raises(NetworkError, match="0 new links; 1 to 20"):
        Goal(links=0)
    with pytest.raises(NetworkError, match="needs the radius"):
        Goal(objective=Objective.REGION)
    empty = make_network({"a": "hq"}, {}, cores=["hq", "x"])
    with pytest.raises(NetworkError, match="cannot end at site 'x': no device is there"):
        with_links(of_network(empty), [candidate("hq", "x")])
