"""One incident for each cause, with everything it explains; and never one too many."""

import pytest
from hypothesis import given
from hypothesis import settings as law
from hypothesis import strategies as st

from netmon.correlation.rules import correlate
from netmon.correlation.settings import CorrelationSettings
from netmon.detection.baseline import BaselineSettings
from netmon.detection.findings import DetectionSettings
from netmon.incidents import Severity, Suspicion
from netmon.verdict import Cause, Condition
from tests.builders import Scene, make_network
from topology.model import Medium

NAMES = ("hq-a", "a-b", "b-c", "hq-d", "d-e", "e-hq")
GROWN = DetectionSettings(baseline=BaselineSettings(slot_seconds=10.0, slots=60))


def scene_of(*names: str, **arguments: object) -> Scene:
    scene = Scene(make_network(*(names or NAMES), **arguments), GROWN)  # type: ignore[arg-type]
    scene.live(polls=30)
    return scene


def suspected(scene: Scene, *, polls: int) -> tuple[Suspicion, ...]:
    return correlate(scene.live(polls=polls), scene.network)


def members(suspicion: Suspicion) -> set[str]:
    return {member.id for member in suspicion.members}


def test_three_jammed_links_are_one_jamming_like_incident() -> None:
    scene = scene_of()
    for name in ("hq-a", "a-b", "d-e"):
        scene.link(name).jam(9.0)
    (suspicion,) = suspected(scene, polls=3)
    assert suspicion.cause is Cause.JAMMING_LIKE
    assert suspicion.runner_up is Cause.INTERFERENCE
    assert members(suspicion) == {"hq-a", "a-b", "d-e"}
    assert suspicion.severity is Severity.CRITICAL
    assert suspicion.title.startswith("jamming-like interference on 3 links in 23 GHz around ")
    assert "a pattern, not an intent" in suspicion.evidence[0].words


JUMPS = pytest.mark.parametrize("jump", [-3600.0, 30 * 86400.0])


@JUMPS
def test_a_jammer_that_spoils_the_clock_as_well_is_still_one_incident(jump: float) -> None:
    """GNSS is jammed with the rest: the wall clock is stepped between one victim and the next."""
    scene = scene_of()
    scene.link("hq-a").jam(9.0)
    (first,) = suspected(scene, polls=3)
    assert first.cause is Cause.INTERFERENCE
    scene.now += jump
    for name in ("a-b", "d-e"):
        scene.link(name).jam(9.0)
    (suspicion,) = suspected(scene, polls=3)
    assert suspicion.cause is Cause.JAMMING_LIKE
    assert members(suspicion) == {"hq-a", "a-b", "d-e"}


@JUMPS
def test_a_clock_that_is_set_during_a_cut_does_not_make_two_of_it(jump: float) -> None:
    scene = scene_of(*NAMES, medium=Medium.FIBRE, srlgs={"duct-7": ["hq-a", "d-e"]})
    scene.link("hq-a").cut()
    scene.live(polls=4)
    scene.now += jump
    scene.link("d-e").cut()
    (suspicion,) = suspected(scene, polls=4)
    assert suspicion.title == "fibre cut: 2 links of duct-7 are down"


def test_one_disturbed_receiver_stays_interference() -> None:
    scene = scene_of()
    scene.link("a-b").jam(12.0, end=0)
    (suspicion,) = suspected(scene, polls=3)
    assert suspicion.cause is Cause.INTERFERENCE
    assert suspicion.severity is Severity.WARNING
    assert "jam" not in suspicion.title


def test_receivers_of_different_bands_are_not_one_jammer() -> None:
    scene = scene_of(*NAMES, ghz={"a-b": 7.5, "d-e": 38.0})
    for name in ("a-b", "d-e"):
        scene.link(name).jam(9.0)
    assert [one.cause for one in suspected(scene, polls=3)] == [Cause.INTERFERENCE] * 2


def test_receivers_far_from_each_other_are_not_one_jammer() -> None:
    scene = scene_of(*NAMES, spacing_m=150_000.0, ghz=1.8)
    for name in ("a-b", "d-e"):
        scene.link(name).jam(9.0)
    assert [one.cause for one in suspected(scene, polls=3)] == [Cause.INTERFERENCE] * 2


def test_an_old_interferer_does_not_join_a_new_one() -> None:
    scene = scene_of()
    scene.link("a-b").jam(9.0)
    scene.live(minutes=20)
    scene.link("d-e").jam(9.0)
    assert [one.cause for one in suspected(scene, polls=3)] == [Cause.INTERFERENCE] * 2


def test_rain_on_four_links_is_one_rain_and_no_jamming_and_pages_nobody() -> None:
    scene = scene_of()
    for loss in (2.0, 4.0, 6.0, 8.0, 10.0, 11.0):
        for name in ("hq-a", "a-b", "b-c", "d-e"):
            scene.link(name).fade(loss)
        found = suspected(scene, polls=1)
    (suspicion,) = found
    assert suspicion.cause is Cause.RAIN
    assert members(suspicion) == {"hq-a", "a-b", "b-c", "d-e"}
    assert suspicion.severity is Severity.INFO
    assert suspicion.title.startswith("rain on 4 links around ")


@law(max_examples=8)
@given(st.floats(5.0, 25.0), st.floats(0.5, 4.0), st.integers(0, 99))
def test_rain_is_never_called_jamming_however_it_comes(
    depth_db: float, rise_db: float, seed: int
) -> None:
    scene = Scene(make_network(*NAMES), GROWN, seed=seed)
    scene.live(polls=20)
    loss = 0.0
    while loss < depth_db:
        loss += rise_db
        for name in NAMES:
            scene.link(name).fade(loss)
        causes = {one.cause for one in suspected(scene, polls=1)}
        assert not causes & {Cause.JAMMING_LIKE, Cause.INTERFERENCE}


def test_rain_that_cuts_a_site_off_is_critical_and_names_the_site() -> None:
    scene = scene_of()
    for loss in (3.0, 6.0, 9.0, 12.0, 16.0, 20.0):
        for name in ("a-b", "b-c"):
            scene.link(name).fade(loss)
        scene.live(polls=1)
    scene.darken("c")
    (suspicion,) = suspected(scene, polls=5)
    assert suspicion.cause is Cause.RAIN
    assert suspicion.severity is Severity.CRITICAL
    assert suspicion.sites_lost == ("c",)
    assert suspicion.dependents_lost == ("c-camera",)
    assert {"c", "c-r", "b-c", "a-b"} <= members(suspicion)


def test_a_duct_cut_takes_all_its_fibres_in_one_incident() -> None:
    scene = scene_of(*NAMES, medium=Medium.FIBRE, srlgs={"duct-7": ["hq-d", "e-hq"]})
    for name in ("hq-d", "e-hq"):
        scene.link(name).cut()
    scene.silent |= {"d-r", "e-r"}
    (suspicion,) = suspected(scene, polls=12)
    assert suspicion.cause is Cause.FIBRE_CUT
    assert suspicion.title == "fibre cut: 2 links of duct-7 are down"
    assert suspicion.sites_lost == ("d", "e")
    assert {"hq-d", "e-hq", "d", "e", "d-r", "e-r", "d-e"} <= members(suspicion)
    assert suspicion.severity is Severity.CRITICAL


def test_a_duct_cut_that_cuts_nobody_off_is_a_warning() -> None:
    scene = scene_of(*NAMES, "a-e", medium=Medium.FIBRE, srlgs={"duct-7": ["a-b", "d-e"]})
    for name in ("d-e", "a-b"):
        scene.link(name).cut()
    scene.silent |= {"b-r", "c-r"}
    (suspicion,) = suspected(scene, polls=6)
    assert suspicion.cause is Cause.FIBRE_CUT
    assert suspicion.sites_lost == ("b", "c")


def test_links_of_a_duct_that_went_down_hours_apart_are_two_incidents() -> None:
    scene = scene_of(*NAMES, medium=Medium.FIBRE, srlgs={"duct-7": ["hq-a", "d-e"]})
    scene.link("d-e").cut()
    scene.live(minutes=30)
    scene.link("hq-a").oper_status = [2.0, 2.0]
    found = suspected(scene, polls=8)
    assert not any("duct-7" in one.title for one in found)


def test_a_site_without_power_is_one_incident_with_its_links_and_devices() -> None:
    scene = scene_of(*NAMES, devices_per_site=3)
    scene.darken("e")
    (suspicion,) = suspected(scene, polls=5)
    assert suspicion.cause is Cause.POWER
    assert members(suspicion) == {"e", "e-r", "e-d1", "e-d2", "d-e", "e-hq"}
    assert suspicion.title == "site e power lost: 3 devices silent"
    assert suspicion.sites_lost == ("e",)
    assert suspicion.dependents_lost == ("e-camera",)


def test_a_site_that_a_restart_would_hide_as_well_pages_once_that_would_be_over() -> None:
    scene = scene_of(*NAMES, devices_per_site=3)
    scene.darken("e")
    assert [one.severity for one in suspected(scene, polls=5)] == [Severity.WARNING]
    assert [one.severity for one in suspected(scene, polls=26)] == [Severity.WARNING]
    assert [one.severity for one in suspected(scene, polls=5)] == [Severity.CRITICAL]


def test_what_hangs_on_a_lost_site_is_no_other_way_to_it() -> None:
    """a-b leads in at one device, b-c leads on; the loss of both is one restart of b."""
    scene = scene_of()
    scene.darken("b")
    scene.silent.add("c-r")
    (told,) = suspected(scene, polls=6)
    assert told.sites_lost == ("b", "c")
    assert told.severity is Severity.WARNING


def test_a_site_whose_last_word_was_that_it_ran_on_battery_pages_at_once() -> None:
    scene = scene_of()
    scene.battery = {"e-r": 1.0}
    scene.live(polls=3)
    scene.darken("e")
    assert [one.severity for one in suspected(scene, polls=5)] == [Severity.CRITICAL]


def test_more_sites_lost_than_one_post_has_page_at_once() -> None:
    scene = scene_of()
    scene.darken("a")
    scene.silent |= {"b-r", "c-r"}
    settings = CorrelationSettings(restart_sites=2)
    (told,) = correlate(scene.live(polls=6), scene.network, settings)
    assert told.severity is Severity.CRITICAL


def test_what_is_out_of_sight_belongs_to_what_hides_it() -> None:
    scene = scene_of()
    scene.darken("a")
    scene.silent |= {"b-r", "c-r"}
    (suspicion,) = suspected(scene, polls=6)
    assert suspicion.subject.id == "a"
    assert {"a", "b", "c", "b-r", "c-r", "b-c"} <= members(suspicion)
    assert suspicion.sites_lost == ("a", "b", "c")


def test_own_uplink_lost_is_one_incident_and_nothing_else() -> None:
    scene = scene_of()
    scene.link("a-b").jam(12.0)
    scene.live(polls=3)
    scene.silent = {device for device in scene.network.devices if device != "hq-r"}
    (suspicion,) = suspected(scene, polls=6)
    assert suspicion.cause is Cause.UPSTREAM
    assert suspicion.subject.kind == "network"
    assert suspicion.severity is Severity.CRITICAL


def test_a_dead_device_takes_its_links_along() -> None:
    scene = scene_of(*NAMES, devices_per_site=2)
    scene.silent.add("e-r")
    for name, end in (("d-e", 0), ("e-hq", 1)):
        scene.link(name).oper_status[end] = 2.0
    found = suspected(scene, polls=8)
    (suspicion,) = found
    assert suspicion.subject.id == "e-r"
    assert members(suspicion) == {"e-r", "d-e", "e-hq"}


def test_works_on_a_link_that_hides_a_site_are_told_but_do_not_page() -> None:
    scene = scene_of()
    scene.link("b-c").admin_status = [2.0, 2.0]
    scene.link("b-c").cut()
    scene.silent.add("c-r")
    (suspicion,) = suspected(scene, polls=10)
    assert suspicion.condition is Condition.MAINTENANCE
    assert suspicion.severity is Severity.INFO
    assert suspicion.sites_lost == ("c",)


def test_two_causes_at_once_are_two_incidents() -> None:
    scene = scene_of()
    scene.darken("e")
    for name in ("hq-a", "a-b"):
        scene.link(name).jam(10.0)
    assert {one.cause for one in suspected(scene, polls=6)} == {Cause.POWER, Cause.JAMMING_LIKE}


def test_a_jammed_link_that_goes_down_stays_with_the_jamming() -> None:
    scene = scene_of()
    for name in ("hq-d", "d-e", "e-hq"):
        scene.link(name).jam(10.0)
    scene.live(polls=4)
    scene.link("d-e").cut()
    (suspicion,) = suspected(scene, polls=4)
    assert suspicion.cause is Cause.JAMMING_LIKE
    assert members(suspicion) == {"hq-d", "d-e", "e-hq"}


@law(max_examples=8)
@given(st.integers(0, 2**16))
def test_what_is_healthy_is_never_suspected(seed: int) -> None:
    scene = Scene(make_network(*NAMES, devices_per_site=2), GROWN, seed=seed)
    for _ in range(60):
        assert suspected(scene, polls=1) == ()


@pytest.mark.parametrize("happening", ["power", "jam", "cut", "rain"])
def test_no_member_belongs_to_two_incidents(happening: str) -> None:
    scene = scene_of(*NAMES, srlgs={"mast": ["d-e", "b-c"]})
    for name in ("d-e", "b-c"):
        if happening == "jam":
            scene.link(name).jam(10.0)
        elif happening == "rain":
            scene.link(name).fade(10.0)
        elif happening == "cut":
            scene.link(name).cut()
    if happening == "power":
        scene.darken("a")
    for _ in range(10):
        found = suspected(scene, polls=1)
        named = [member for one in found for member in one.members]
        assert len(named) == len(set(named))
