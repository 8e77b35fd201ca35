"""What counters tell of an outage that is over is no disturbance."""

from netmon.detection.baseline import BaselineSettings
from netmon.detection.findings import DetectionSettings
from netmon.verdict import Cause, Condition
from tests.builders import Scene, make_network
from topology.model import LinkId

GROWN = DetectionSettings(baseline=BaselineSettings(slot_seconds=60.0, slots=60))
AB = LinkId("a-b")


def erring_outage() -> Scene:
    scene = Scene(make_network("hq-a", "a-b"), GROWN)
    link = scene.link("a-b")
    link.rates = {"errored_seconds": 0.0, "severely_errored_seconds": 0.0}
    scene.live(polls=60)
    link.oper_status = [2.0, 2.0]
    link.rates = {"errored_seconds": 1.0, "severely_errored_seconds": 1.0}
    scene.live(polls=20)
    link.oper_status = [1.0, 1.0]
    return scene


def test_seconds_counted_while_a_link_was_down_are_explained() -> None:
    scene = erring_outage()
    scene.link("a-b").rates = {"errored_seconds": 0.5, "severely_errored_seconds": 0.5}
    assert scene.live(polls=1).links[AB].condition is Condition.HEALTHY
    scene.link("a-b").rates = {"errored_seconds": 0.0, "severely_errored_seconds": 0.0}
    assert scene.live(polls=3).links[AB].condition is Condition.HEALTHY


def test_seconds_that_go_on_erring_after_an_outage_are_told() -> None:
    scene = erring_outage()
    told = scene.live(polls=8).links[AB]
    assert (told.condition, told.cause) == (Condition.DEGRADED, Cause.INTERFERENCE)
