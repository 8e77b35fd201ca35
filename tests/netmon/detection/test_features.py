"""Features are one row per direction, and know nothing of the future."""

from collections.abc import Mapping

import numpy as np
import pytest

from netmon.detection.features import features
from netmon.detection.findings import DetectionSettings, Detectors
from netmon.detection.flutter import Flutter
from netmon.detection.frame import compile_frame
from netmon.detection.interference import InterferenceSettings
from netmon.detection.readings import Floats, Readings
from tests.builders import Scene, make_network
from topology.model import SiteId

NAMES = ("hq-a", "a-b")


def story(seed: int) -> list[Readings]:
    """Return what is read in an hour of rain, interference, errors, lost polls and a lost clock."""
    scene, dice = Scene(make_network(*NAMES), seed=seed), np.random.default_rng(seed)
    scene.gauges = {"clock_locked": {"b-r": 1.0}}
    read = []
    for _ in range(360):
        link = scene.link(str(dice.choice(NAMES)))
        match int(dice.integers(0, 24)):
            case 0:
                link.fade(float(dice.uniform(0.0, 15.0)))
            case 1:
                link.jam(float(dice.uniform(0.0, 12.0)))
            case 2:
                link.rates = {"errored_seconds": float(dice.uniform(0.0, 0.5))}
            case 3:
                scene.silent = {"b-r"} if dice.random() < 0.3 else set()
            case 4:
                link.gauges = {"modulation": float(dice.integers(2, 10))}
            case 5:
                scene.gauges = {"clock_locked": {"b-r": float(dice.integers(0, 2))}}
            case 6:
                link.heal()
        scene.tick()
        read.append(scene.readings())
    return read


def looked(read: list[Readings]) -> list[Mapping[str, Floats]]:
    """Return the features of every cycle, kept as they were handed out."""
    network = make_network(*NAMES)
    detectors = Detectors(compile_frame(network, read[0]), DetectionSettings(), SiteId("hq"))
    return [features(detectors, detectors.look(readings)) for readings in read]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_features_of_a_prefix_are_the_prefix_of_the_features(seed: int) -> None:
    read = story(seed)
    whole = looked(read)
    for length in (1, 50, 200, 359):
        part = looked(read[:length])
        for ours, theirs in zip(part, whole[:length], strict=True):
            for name, values in ours.items():
                np.testing.assert_array_equal(values, theirs[name], err_msg=name)


def test_every_feature_has_a_row_for_every_direction() -> None:
    last = looked(story(1)[:30])[-1]
    assert {values.shape for values in last.values()} == {(4,)}
    assert len(last) == 13


def test_features_say_what_happens() -> None:
    scene = Scene(make_network(*NAMES))
    scene.gauges = {"clock_locked": {"b-r": 1.0}}
    read = []
    for poll in range(100):
        if poll == 80:
            scene.link("a-b").fade(6.0)
            scene.link("a-b").jam(4.0)
            scene.link("a-b").rates = {"errored_seconds": 0.1}
            scene.gauges = {"clock_locked": {"b-r": 0.0}}
            scene.rtt = {"b-r": 0.020}
        scene.tick()
        read.append(scene.readings())
    last = {name: values[3] for name, values in looked(read)[-1].items()}  # what b receives of a
    assert last["total_loss_db"] == pytest.approx(6.0, abs=0.8)
    assert last["reciprocity_db"] == pytest.approx(0.0, abs=0.8)
    assert last["quality_loss_db"] == pytest.approx(4.0, abs=0.8)
    assert last["noise_rise_db"] == pytest.approx(4.0, abs=0.1)
    assert last["rtt_rise_seconds"] == pytest.approx(0.016, abs=0.001)
    assert last["utilisation_ratio"] == pytest.approx(0.02)
    assert last["untimed"] == 1.0
    quiet = {name: values[0] for name, values in looked(read)[-1].items()}  # what hq receives of a
    assert abs(quiet["quality_loss_db"]) < 1.0
    assert quiet["untimed"] == 0.0


def polls_until_flutter(series: list[float]) -> int | None:
    flutter = Flutter(1, floor=0.5, settings=InterferenceSettings().change)
    for poll, value in enumerate(series):
        if flutter.look(np.array([value]), np.array([True]))[0]:
            return poll
    return None


def test_pulses_flutter_and_ramps_do_not() -> None:
    dice = np.random.default_rng(4)
    noise = dice.normal(0.0, 0.35, 4000)
    assert polls_until_flutter(list(noise)) is None
    ramp = noise + np.concatenate([np.zeros(2000), np.linspace(0.0, 30.0, 2000)])
    assert polls_until_flutter(list(ramp)) is None
    pulses = noise + 12.0 * (dice.random(4000) < 0.3) * (np.arange(4000) >= 2000)
    found = polls_until_flutter(list(pulses))
    assert found is not None
    assert 2000 <= found <= 2020
