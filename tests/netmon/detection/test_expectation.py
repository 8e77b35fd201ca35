"""Which SNR goes with which level is learned from each radio, and from fades most of all."""

import numpy as np
import pytest

from netmon.detection.baseline import BaselineSettings
from netmon.detection.checkpoint import freeze_dry, thaw
from netmon.detection.expectation import BELIEVED_FROM, CELLS, Expectation
from netmon.detection.findings import DetectionSettings
from netmon.verdict import Cause, Condition
from tests.builders import Scene, make_network
from topology.model import LinkId

ROWS = 3
ALL = np.ones(ROWS, dtype=bool)
GROWN = DetectionSettings(baseline=BaselineSettings(slot_seconds=10.0, slots=600))


def snr_of(level: float) -> float:
    """A radio that is saturated at 36 dB, with a noise floor of −90 dBm."""
    return min(36.0, level + 90.0)


def learned(levels: list[float], *, polls: int = BELIEVED_FROM, noise: float = 0.2) -> Expectation:
    expectation, dice = Expectation(ROWS, floor=0.5), np.random.default_rng(2)
    for level in levels:
        for _ in range(polls):
            snr = snr_of(level) + dice.normal(0.0, noise, ROWS)
            expectation.learn(np.full(ROWS, level), snr, ALL)
    return expectation


def expected(expectation: Expectation, level: float) -> tuple[float, float]:
    value, spread = expectation.expect(np.full(ROWS, level))
    return float(value[0]), float(spread[0])


def test_saturation_is_learned_as_it_is() -> None:
    expectation = learned([-41.0, -47.0, -53.0, -59.0, -65.0])
    assert [expected(expectation, level)[0] for level in (-41.0, -47.0, -53.0, -59.0, -65.0)] == (
        pytest.approx([36.0, 36.0, 36.0, 31.0, 25.0], abs=0.2)
    )


def test_a_level_never_seen_is_not_guessed() -> None:
    expectation = learned([-41.0])
    assert np.isnan(expected(expectation, -50.0)[0])
    assert np.isnan(expected(expectation, np.nan)[0])
    assert np.isnan(expected(expectation, -140.0)[0])
    assert np.isnan(expected(Expectation(ROWS, floor=0.5), -41.0)[0])


def test_a_cell_is_believed_after_half_an_hour_of_polls() -> None:
    assert np.isnan(expected(learned([-41.0], polls=BELIEVED_FROM - 1), -41.0)[0])
    assert expected(learned([-41.0], polls=BELIEVED_FROM), -41.0)[0] == pytest.approx(36.0, abs=0.1)


def test_a_radio_whose_snr_varies_at_a_level_is_taken_as_wide_there() -> None:
    expectation = learned([-41.0], polls=2000, noise=2.0)
    assert expected(expectation, -41.0)[1] == pytest.approx(2.0, rel=0.15)
    assert expected(learned([-41.0]), -41.0)[1] == 0.5  # the floor


def test_a_bad_first_value_is_forgotten_before_the_cell_is_believed() -> None:
    expectation = Expectation(ROWS, floor=0.5)
    for snr in [20.0, *[36.0] * BELIEVED_FROM]:
        expectation.learn(np.full(ROWS, -41.0), np.full(ROWS, snr), ALL)
    assert expected(expectation, -41.0)[0] == pytest.approx(36.0, abs=0.5)


def test_an_hour_of_something_else_hardly_moves_a_day() -> None:
    expectation = learned([-41.0], polls=2880)
    for _ in range(120):
        expectation.learn(np.full(ROWS, -41.0), np.full(ROWS, 20.0), ALL)
    assert expected(expectation, -41.0)[0] == pytest.approx(36.0, abs=0.1)


def test_maps_outlive_a_restart_by_their_keys() -> None:
    old = learned([-41.0, -59.0])
    new = Expectation(2, floor=0.5)
    blob = freeze_dry([("snr_at_level", ["a", "b", "c"], old)])
    assert thaw([("snr_at_level", ["new", "c"], new)], blob) == 1
    value, _ = new.expect(np.array([-59.0, -59.0]))
    assert np.isnan(value[0])
    assert value[1] == pytest.approx(31.0, abs=0.2)


def test_a_map_that_was_stored_damaged_was_never_seen() -> None:
    new = Expectation(1, floor=0.5)
    cells = np.full((1, CELLS), np.nan)
    arrays = {"anchor": np.array([-41.0]), "value": cells, "deviation": cells}
    new.resume(np.array([0]), {**arrays, "seen": np.full((1, CELLS), 2880)})
    assert np.isnan(new.expect(np.array([-41.0]))[0][0])


# --- in a link's life --------------------------------------------------------------------------


def saturated_scene(*, rained_before: bool) -> Scene:
    scene = Scene(make_network("hq-a", "a-b"), GROWN)
    scene.link("a-b").saturated_db = 9.0
    scene.live(polls=120)
    if rained_before:
        for loss in (2.0, 4.0, 6.0, 8.0):
            scene.link("a-b").fade(loss)
            scene.live(polls=100)
        scene.link("a-b").fade(0.0)
        scene.live(polls=60)
    for loss in (2.0, 4.0, 6.0, 8.0):
        scene.link("a-b").fade(loss)
        scene.live(polls=4)
    return scene


def findings(scene: Scene) -> set[str]:
    verdict = scene.live(polls=6).links[LinkId("a-b")]
    return {evidence.finding for evidence in verdict.evidence}


def test_a_fade_that_costs_no_quality_is_a_fade() -> None:
    for rained_before in (False, True):
        scene = saturated_scene(rained_before=rained_before)
        assert "quality_loss" not in findings(scene)
        assert scene.live(polls=1).links[LinkId("a-b")].condition is Condition.DEGRADED


@pytest.mark.parametrize("rained_before", [False, True], ids=["never rained on", "rained on"])
def test_interference_during_rain_is_seen_by_a_radio_that_knows_rain(
    rained_before: bool,
) -> None:
    scene = saturated_scene(rained_before=rained_before)
    scene.link("a-b").quality_loss_db = [0.0, 6.0]
    assert ("quality_loss" in findings(scene)) is rained_before


def test_a_map_is_not_learned_from_interference() -> None:
    scene = Scene(make_network("hq-a", "a-b"), GROWN)
    scene.live(polls=120)
    scene.link("a-b").quality_loss_db = [0.0, 6.0]
    verdict = scene.live(polls=2000).links[LinkId("a-b")]
    assert (verdict.condition, verdict.cause) == (Condition.DEGRADED, Cause.INTERFERENCE)


def test_a_step_of_modulation_that_the_level_does_not_explain_makes_it_likelier() -> None:
    odds = []
    for modulation in (8.0, 6.0):
        scene = Scene(make_network("hq-a", "a-b"), GROWN)
        scene.link("a-b").gauges = {"modulation": 8.0}
        scene.live(polls=120)
        scene.link("a-b").gauges = {"modulation": modulation}
        assert scene.live(polls=6).links[LinkId("a-b")].condition is Condition.HEALTHY
        scene.link("a-b").quality_loss_db = [0.0, 6.0]
        verdict = scene.live(polls=6).links[LinkId("a-b")]
        assert verdict.cause is Cause.INTERFERENCE
        odds.append(verdict.odds)
    assert odds[1] > odds[0]
