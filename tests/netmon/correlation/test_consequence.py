"""Who answers for a site that is cut off."""

import gc

from netmon.correlation.consequence import EXACT_UP_TO, Failure, dependents_of, sites_cut_off
from tests.builders import make_network
from topology.model import LinkId, SiteId
from topology.network import Network


def links(*names: str) -> Failure:
    return Failure(links=frozenset(LinkId(name) for name in names))


def sites(*names: str) -> frozenset[SiteId]:
    return frozenset(SiteId(name) for name in names)


CHAIN = make_network("hq-a", "a-b", "b-c")
RING = make_network("hq-a", "a-b", "b-c", "c-hq")


def test_a_cut_of_a_chain_loses_everything_behind_it() -> None:
    assert sites_cut_off(CHAIN, [links("a-b")]) == [sites("b", "c")]


def test_one_cut_of_a_ring_loses_nothing() -> None:
    assert sites_cut_off(RING, [links("a-b")]) == [frozenset()]


def test_both_cuts_of_a_ring_answer_for_what_lies_between_them() -> None:
    assert sites_cut_off(RING, [links("hq-a"), links("b-c")]) == [sites("a", "b"), sites("a", "b")]


def test_only_who_helped_answers() -> None:
    lost = sites_cut_off(CHAIN, [links("b-c"), Failure(), links("a-b")])
    assert lost == [sites("c"), sites(), sites("b", "c")]


def test_without_a_core_nobody_is_cut_off() -> None:
    assert sites_cut_off(make_network("x-y"), [links("x-y")]) == [frozenset()]


def test_a_storm_is_not_reckoned_out_one_by_one_and_says_so() -> None:
    failures = [links("a-b")] * (EXACT_UP_TO + 1)
    assert set(sites_cut_off(CHAIN, failures)) == {None}


def test_what_still_carries_is_no_part_of_a_storm() -> None:
    calm = [Failure()] * EXACT_UP_TO  # degraded: nothing of it is out
    assert sites_cut_off(CHAIN, [*calm, links("b-c")])[-1] == sites("c")
    failures = [links("a-b")] * (EXACT_UP_TO + 1)
    assert sites_cut_off(CHAIN, [*failures, Failure()])[-1] == sites()


def test_a_lost_site_blinds_what_it_carries() -> None:
    assert dependents_of(CHAIN, [SiteId("b"), SiteId("unknown")]) == ("b-camera",)


def test_networks_in_which_a_unit_has_moved_on_are_not_kept() -> None:
    def alive() -> int:
        gc.collect()
        return sum(isinstance(each, Network) for each in gc.get_objects())

    before = alive()
    for _ in range(20):
        moved = make_network("hq-a", "a-b")
        assert sites_cut_off(moved, [links("hq-a")]) == [sites("a", "b")]
    assert alive() - before <= 3  # the last two, and `moved`
