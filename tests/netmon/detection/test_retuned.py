"""A carrier that was given other settings is no disturbed one."""

from netmon.detection.baseline import BaselineSettings
from netmon.detection.findings import DetectionSettings
from netmon.verdict import Cause, Condition, Verdict
from tests.builders import Scene, make_network
from topology.model import LinkId

GROWN = DetectionSettings(baseline=BaselineSettings(slot_seconds=60.0, slots=60))


def radio_scene(**gauges: float) -> Scene:
    scene = Scene(make_network("hq-a", "a-b"), GROWN)
    scene.link("a-b").gauges = dict(gauges)
    scene.live(polls=60)
    return scene


def verdict(scene: Scene, *, polls: int = 2) -> Verdict:
    return scene.live(polls=polls).links[LinkId("a-b")]


def test_another_frequency_is_told_as_a_configuration() -> None:
    scene = radio_scene(frequency_hz=23.1e9, bandwidth_hz=28e6)
    scene.link("a-b").gauges["frequency_hz"] = 23.128e9
    told = verdict(scene)
    assert (told.condition, told.cause) == (Condition.DEGRADED, Cause.CONFIGURATION)
    assert "was given another centre frequency: 23128 MHz, before 23100 MHz" in told.because


def test_one_odd_reading_is_no_setting() -> None:
    scene = radio_scene(frequency_hz=23.1e9)
    scene.link("a-b").gauges["frequency_hz"] = 23.128e9
    assert verdict(scene, polls=1).condition is Condition.HEALTHY
    scene.link("a-b").gauges["frequency_hz"] = 23.1e9
    assert verdict(scene, polls=3).condition is Condition.HEALTHY


def test_noise_that_rises_with_the_width_is_the_configurations() -> None:
    scene = radio_scene(bandwidth_hz=28e6)
    scene.link("a-b").gauges["bandwidth_hz"] = 112e6
    scene.link("a-b").noise_rise_db = [6.0, 6.0]
    told = verdict(scene, polls=6)
    assert told.cause is Cause.CONFIGURATION
    assert "was given another width: 112 MHz, before 28 MHz" in told.because


def test_after_an_hour_without_trouble_it_is_what_the_link_has() -> None:
    scene = radio_scene(frequency_hz=23.1e9)
    scene.link("a-b").gauges["frequency_hz"] = 23.128e9
    assert scene.live(minutes=55).links[LinkId("a-b")].condition is Condition.DEGRADED
    assert scene.live(minutes=10).links[LinkId("a-b")].condition is Condition.HEALTHY


def test_less_power_from_both_ends_at_once_was_configured() -> None:
    scene = radio_scene()
    scene.link("a-b").sent_dbm = [power - 9.0 for power in scene.link("a-b").sent_dbm]
    told = verdict(scene, polls=6)
    assert (told.condition, told.cause) == (Condition.DEGRADED, Cause.CONFIGURATION)
