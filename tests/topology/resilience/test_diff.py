from tests.topology.builders import make_network
from topology.resilience.diff import diff
from topology.resilience.fallible import Assumed
from topology.resilience.loss import Kind
from topology.resilience.snapshot import Elements
from topology.resilience.sources import of_network

DEVICES = {"hq": "hq", "relay": "relay", "post": "post"}
BEFORE = make_network(DEVICES, {"a": ("hq", "relay"), "b": ("relay", "post")}, cores=["hq"])
AFTER = make_network(
    {**DEVICES, "van": "van"},
    {"a": ("hq", "relay"), "b": ("relay", "post"), "c": ("post", "hq"), "v": ("van", "relay")},
    cores=["hq"],
)


def test_a_plan_is_told_by_what_it_adds_and_what_stops_being_a_single_point() -> None:
    found = diff(of_network(BEFORE), of_network(AFTER), assumed=Assumed(link=0.999))
    assert found.added_sites == ("van",)
    assert found.added_links == ("c", "v")
    assert found.removed_links == ()
    assert {(each.kind, each.id) for each in found.resolved_single_points} == {
        (Kind.LINK, "a"), (Kind.LINK, "b"),
    }  # fmt: skip
    assert {(each.kind, each.id) for each in found.new_single_points} == {(Kind.LINK, "v")}
    assert found.measure("two_link_ways").change == 2
    worst = found.measure("worst_single_failure")
    assert (worst.before, worst.after, worst.better) == (2, 3, -1), "the core is one"


def test_minutes_are_those_of_the_availability_of_all_sites() -> None:
    found = diff(of_network(BEFORE), of_network(AFTER), assumed=Assumed(link=0.999))
    # A link of 0.999 is down 525.96 minutes a year: relay waits for one, post for two of them.
    assert round(found.measure("site_minutes").before, 1) == round(525.96 + 525.96 * 1.999, 1)


def test_the_same_plan_does_not_differ_and_what_was_removed_is_not_resolved() -> None:
    snapshot = of_network(BEFORE)
    same = diff(snapshot, snapshot)
    assert all(each.change == 0 for each in same.measures)
    back = diff(of_network(AFTER), snapshot)
    assert back.removed_sites == ("van",)
    assert (Kind.LINK, "v") not in {(each.kind, each.id) for each in back.resolved_single_points}


def test_what_fails_is_a_plan_too() -> None:
    snapshot = of_network(AFTER)
    down = snapshot.without(Elements(sites=frozenset({snapshot.sites[1]})))
    assert diff(snapshot, down).measure("cut_off").change == 2
