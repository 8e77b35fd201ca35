"""What falls between two polls stays in the counters: pulsed and sweeping disturbers."""

import numpy as np
import pytest

from netmon.detection.baseline import BaselineSettings
from netmon.detection.findings import DetectionSettings
from netmon.verdict import Cause, Condition, Verdict
from tests.builders import Scene, make_network
from topology.model import LinkId

POLL = 30.0
GROWN = DetectionSettings(baseline=BaselineSettings(slot_seconds=60.0, slots=60))


def healthy_scene(**rates: float) -> Scene:
    scene = Scene(make_network("hq-a", "a-b"), GROWN, interval=POLL)
    scene.link("a-b").rates = {"errored_seconds": 0.0, **rates}
    scene.live(polls=60)
    return scene


def verdict(scene: Scene, *, polls: int) -> Verdict:
    return scene.live(polls=polls).links[LinkId("a-b")]


def polls_until_told(scene: Scene, *, most: int = 60) -> int | None:
    for poll in range(1, most + 1):
        if verdict(scene, polls=1).condition is Condition.DEGRADED:
            return poll
    return None


def test_a_tenth_of_the_seconds_errored_is_told_in_minutes_though_snr_is_fine() -> None:
    scene = healthy_scene()
    scene.link("a-b").rates = {"errored_seconds": 0.1}  # a sweep that passes one second in ten
    assert polls_until_told(scene) == 3
    told = verdict(scene, polls=30)
    assert told.cause is Cause.INTERFERENCE
    assert told.odds >= 3.0
    words = "10.0% of the seconds have errors (usual 0.0%), which its level does not explain"
    assert words in told.because


@pytest.mark.parametrize(
    "quantity", ["errored_seconds", "background_block_errors", "lost_blocks", "in_errors"]
)
def test_any_counter_of_errors_will_do(quantity: str) -> None:
    scene = healthy_scene(**{quantity: 0.0})
    scene.link("a-b").rates = {quantity: 0.1}
    assert polls_until_told(scene) == 3


def test_one_bad_poll_alone_is_never_told() -> None:
    scene = healthy_scene()
    scene.link("a-b").rates = {"errored_seconds": 1.0}
    assert verdict(scene, polls=1).condition is Condition.HEALTHY
    scene.link("a-b").rates = {"errored_seconds": 0.0}
    assert polls_until_told(scene) is None


def test_a_link_that_always_erred_a_little_goes_on_as_usual() -> None:
    scene = healthy_scene(errored_seconds=0.03)
    assert verdict(scene, polls=200).condition is Condition.HEALTHY


def test_rain_explains_its_errors() -> None:
    scene = healthy_scene()
    for loss in (3.0, 6.0, 9.0, 12.0):
        scene.link("a-b").fade(loss)
        verdict(scene, polls=1)
    scene.link("a-b").rates = {"errored_seconds": 0.3}
    told = verdict(scene, polls=20)
    assert told.cause is Cause.RAIN
    assert "have errors" not in told.because


def test_the_alarm_ends_when_the_seconds_are_clean_again() -> None:
    scene = healthy_scene()
    scene.link("a-b").rates = {"errored_seconds": 0.1}
    verdict(scene, polls=10)
    scene.link("a-b").rates = {"errored_seconds": 0.0}
    assert verdict(scene, polls=40).condition is Condition.HEALTHY


def test_what_was_usual_outlives_a_restart() -> None:
    before = healthy_scene(errored_seconds=0.03)
    after = Scene(before.network, GROWN, interval=POLL)
    after.judge.restore(before.judge.snapshot()())
    after.link("a-b").rates = {"errored_seconds": 0.03}
    assert verdict(after, polls=20).condition is Condition.HEALTHY


def test_random_errors_at_the_usual_rate_keep_the_budget() -> None:
    """1,000 polls with one second in five hundred errored, as rare as every link may have."""
    scene, dice = healthy_scene(), np.random.default_rng(3)
    told = 0
    for _ in range(1000):
        scene.link("a-b").rates = {"errored_seconds": float(dice.binomial(30, 0.002)) / 30.0}
        told += verdict(scene, polls=1).condition is not Condition.HEALTHY
    assert told == 0
