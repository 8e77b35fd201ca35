"""Devices that lose their time: GNSS first, then what is timed by it."""

import pytest

from netmon.verdict import Cause, Condition, Verdict
from tests.builders import Scene, make_network
from topology.model import DeviceId, LinkId, Medium


def timed_scene(medium: Medium = Medium.LTE, **gauges: float) -> Scene:
    scene = Scene(make_network("hq-a", "a-b", medium=medium))
    scene.gauges = {name: {"b-r": value} for name, value in gauges.items()}
    scene.live(polls=30)
    return scene


def device(scene: Scene, *, polls: int = 3) -> Verdict:
    return scene.live(polls=polls).devices[DeviceId("b-r")]


def test_a_fix_that_is_lost_is_told_after_three_polls() -> None:
    scene = timed_scene(gnss_fix=3.0)
    scene.gauges["gnss_fix"]["b-r"] = 0.0
    assert device(scene, polls=2).condition is Condition.HEALTHY
    told = device(scene, polls=1)
    assert told.condition is Condition.DEGRADED
    assert "b-r: its GNSS receiver has no fix any more" in told.because


def test_a_reference_that_is_lost_is_sync() -> None:
    scene = timed_scene(clock_locked=1.0, clock_holdover=0.0)
    scene.gauges["clock_holdover"]["b-r"] = 1.0
    told = device(scene)
    assert (told.condition, told.cause) == (Condition.DEGRADED, Cause.SYNC)
    assert "b-r: its clock has lost its reference" in told.because


def test_what_never_was_locked_is_not_lost() -> None:
    assert device(timed_scene(clock_locked=0.0, gnss_fix=0.0)).condition is Condition.HEALTHY


def test_a_receiver_that_says_jammed_is_believed_to_say_so() -> None:
    scene = timed_scene(gnss_jamming=0.0)
    scene.gauges["gnss_jamming"]["b-r"] = 2.0
    told = device(scene)
    assert (told.condition, told.cause) == (Condition.DEGRADED, Cause.SYNC)
    assert "its GNSS receiver says that it is jammed or spoofed" in told.because


def test_an_open_antenna_is_its_receiver_and_nobody_elses() -> None:
    scene = timed_scene(gnss_antenna_ok=1.0)
    scene.gauges["gnss_antenna_ok"]["b-r"] = 0.0
    assert device(scene).cause is Cause.RECEIVER


def test_one_bad_poll_is_none() -> None:
    scene = timed_scene(clock_locked=1.0)
    for locked in (0.0, 1.0, 0.0, 0.0, 1.0):
        scene.gauges["clock_locked"]["b-r"] = locked
        assert device(scene, polls=1).condition is Condition.HEALTHY


@pytest.mark.parametrize(
    ("medium", "cause"),
    [(Medium.LTE, Cause.SYNC), (Medium.MICROWAVE, Cause.INTERFERENCE)],
    ids=["in time slots", "always sending"],
)
def test_noise_is_the_clocks_only_where_the_air_is_shared_in_time(
    medium: Medium, cause: Cause
) -> None:
    scene = timed_scene(medium, clock_locked=1.0)
    scene.gauges["clock_locked"]["b-r"] = 0.0
    scene.live(polls=10)
    scene.link("a-b").noise_rise_db = [8.0, 8.0]
    verdict = scene.live(polls=5).links[LinkId("a-b")]
    assert verdict.cause is cause
    assert "b-r: its clock has lost its reference" in verdict.because


def test_who_had_a_reference_before_a_restart_can_lose_it_after() -> None:
    before = timed_scene(clock_locked=1.0)
    after = Scene(before.network)
    after.judge.restore(before.judge.snapshot()())
    after.gauges = {"clock_locked": {"b-r": 0.0}}
    assert device(after).condition is Condition.DEGRADED
