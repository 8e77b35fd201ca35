"""A link that carries, but not as it should: loss, delay, errors, drops, saturation, radio."""

from collections.abc import Callable

import pytest

from netmon.detection.baseline import BaselineSettings
from netmon.detection.findings import DetectionSettings
from netmon.verdict import Cause, Condition, Evidence, Verdict
from tests.builders import Scene, make_network
from topology.model import DeviceId, LinkId, Medium

GROWN = DetectionSettings(baseline=BaselineSettings(slot_seconds=10.0, slots=60))
NAMES = ("hq-a", "a-b", "b-c", "hq-d")


def scene_of(medium: Medium = Medium.FIBRE, *, rtt: float = 0.004) -> Scene:
    scene = Scene(make_network(*NAMES, medium=medium), GROWN)
    scene.rtt = dict.fromkeys(scene.network.devices, rtt)
    scene.live(polls=40)
    return scene


def of_device(scene: Scene, name: str, *, polls: int = 4) -> Verdict:
    return scene.live(polls=polls).devices[DeviceId(name)]


def of_link(scene: Scene, name: str, *, polls: int = 4) -> Verdict:
    return scene.live(polls=polls).links[LinkId(name)]


def found(verdict: Verdict) -> dict[str, Evidence]:
    return {evidence.finding: evidence for evidence in verdict.evidence}


# --- echoes against their baseline -----------------------------------------------------------


def test_loss_beyond_the_usual_is_told_with_both_figures() -> None:
    scene = scene_of()
    scene.loss = {"d-r": 0.2}
    verdict = of_device(scene, "d-r")
    assert verdict.condition is Condition.DEGRADED
    assert verdict.because == "d-r loses 20% of its echoes (usual 0%)"
    assert dict(found(verdict)["loss"].figures) == {"loss_ratio": 0.2, "usual_loss_ratio": 0.0}


def test_rtt_beyond_the_usual_is_told_with_both_figures() -> None:
    scene = scene_of()
    scene.rtt["d-r"] = 0.030
    verdict = of_device(scene, "d-r")
    assert verdict.condition is Condition.DEGRADED
    assert "d-r RTT 30." in verdict.because or "d-r RTT 29." in verdict.because
    assert "(usual 4.0 ms)" in verdict.because
    assert dict(found(verdict)["rtt"].figures)["rtt_seconds"] == pytest.approx(0.030, abs=0.001)


def test_ipdv_beyond_the_usual_is_told_with_both_figures() -> None:
    scene = scene_of()
    scene.ipdv["d-r"] = 0.015
    verdict = of_device(scene, "d-r")
    assert verdict.condition is Condition.DEGRADED
    assert verdict.because == "d-r IPDV 15.0 ms (usual 0.2 ms)"
    assert dict(found(verdict)["ipdv"].figures) == pytest.approx(
        {"ipdv_seconds": 0.015, "usual_ipdv_seconds": 0.0002}
    )


@pytest.mark.parametrize(
    ("usual", "now", "condition"),
    [
        (0.600, 0.640, Condition.HEALTHY),  # a satellite varies so much by itself
        (0.600, 0.950, Condition.DEGRADED),
        (0.004, 0.008, Condition.HEALTHY),  # twice as long, and nobody would notice
        (0.004, 0.012, Condition.DEGRADED),
    ],
)
def test_what_is_slow_depends_on_what_is_usual(
    usual: float, now: float, condition: Condition
) -> None:
    scene = scene_of(rtt=usual)
    scene.rtt["d-r"] = now
    assert of_device(scene, "d-r").condition is condition


def test_a_day_with_a_bad_hour_still_has_the_same_baseline() -> None:
    scene = scene_of()
    scene.rtt["d-r"] = 0.030
    scene.live(polls=15)
    assert "(usual 4.0 ms)" in of_device(scene, "d-r").because


def test_two_bad_bursts_apart_are_no_degradation() -> None:
    scene = scene_of()
    for loss in (0.2, 0.0, 0.0, 0.0, 0.2, 0.0):
        scene.loss = {"d-r": loss}
        assert of_device(scene, "d-r", polls=1).condition is Condition.HEALTHY


# --- counters ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rates", "words"),
    [
        ({"in_errors": 20.0}, "1.96% of packets with errors"),
        ({"out_errors": 20.0}, "1.96% of packets with errors"),
        ({"in_discards": 20.0}, "1.96% of packets dropped"),
        ({"out_discards": 20.0}, "1.96% of packets dropped"),
        ({"out_octets": 49e6}, "carries 98% of its 400 Mbit/s"),
        ({"in_octets": 49e6}, "carries 98% of its 400 Mbit/s"),
    ],
)
def test_errors_drops_and_saturation_degrade_a_link_after_three_polls(
    rates: dict[str, float], words: str
) -> None:
    scene = scene_of()
    scene.link("hq-d").rates = rates
    assert of_link(scene, "hq-d", polls=2).condition is Condition.HEALTHY
    verdict = of_link(scene, "hq-d", polls=1)
    assert verdict.condition is Condition.DEGRADED
    assert words in verdict.because


@pytest.mark.parametrize(
    "rates",
    [
        {"in_errors": 0.5},  # one in two seconds
        {"in_errors": 2.0, "in_unicast_packets": 1e5},  # of a hundred thousand
        {"out_discards": 0.5},
        {"out_octets": 46e6},  # 92 %: busy, which by itself is what a line is for
    ],
)
def test_a_few_errors_and_a_busy_line_are_no_degradation(rates: dict[str, float]) -> None:
    scene = scene_of()
    scene.link("hq-d").rates = rates
    assert of_link(scene, "hq-d", polls=10).condition is Condition.HEALTHY


def test_a_full_line_that_drops_is_congestion() -> None:
    scene = scene_of()
    scene.link("hq-d").rates = {"out_octets": 49e6, "out_discards": 40.0}
    verdict = of_link(scene, "hq-d")
    assert (verdict.condition, verdict.cause) == (Condition.DEGRADED, Cause.CONGESTION)


def test_severely_errored_seconds_degrade_a_radio_whose_levels_are_fine() -> None:
    scene = scene_of(Medium.MICROWAVE)
    scene.link("hq-d").rates = {"severely_errored_seconds": 0.1}
    verdict = of_link(scene, "hq-d")
    assert verdict.condition is Condition.DEGRADED
    assert "severely errored for 10% of the time" in verdict.because


# --- the physical consistency of a radio link -------------------------------------------------


def level_and_quality_fall(scene: Scene) -> None:
    for loss in (3.0, 6.0, 9.0):
        scene.link("a-b").fade(loss)
        scene.live(polls=1)


def test_a_loss_that_atpc_hides_names_what_is_sent() -> None:
    scene = scene_of(Medium.MICROWAVE)
    scene.link("a-b").fade(8.0)
    scene.link("a-b").sent_dbm = [28.0, 28.0]  # 8 dB more than usual: as much arrives as ever
    evidence = found(of_link(scene, "a-b", polls=6))["level_loss"]
    assert "; the far end sends 28.0 dBm, usual 20.0 dBm)" in evidence.words
    figures = dict(evidence.figures)
    assert (figures["tsl_dbm"], figures["usual_tsl_dbm"]) == (28.0, 20.0)
    assert figures["rsl_dbm"] == pytest.approx(figures["usual_rsl_dbm"], abs=1.0)


def test_a_loss_that_shows_does_not_speak_of_what_is_sent() -> None:
    scene = scene_of(Medium.MICROWAVE)
    scene.link("a-b").fade(6.0)
    evidence = found(of_link(scene, "a-b", polls=6))["level_loss"]
    assert "the far end sends" not in evidence.words
    assert "tsl_dbm" not in dict(evidence.figures)


def quality_falls_while_the_level_holds(scene: Scene) -> None:
    scene.link("a-b").quality_loss_db = [0.0, 8.0]


def noise_rises_while_the_level_holds(scene: Scene) -> None:
    scene.link("a-b").noise_rise_db = [0.0, 8.0]  # and SNR is capped: it does not show there


@pytest.mark.parametrize(
    ("happening", "cause", "findings"),
    [
        (level_and_quality_fall, Cause.RAIN, {"level_loss"}),
        (quality_falls_while_the_level_holds, Cause.INTERFERENCE, {"quality_loss"}),
        (noise_rises_while_the_level_holds, Cause.INTERFERENCE, {"noise_rise"}),
    ],
)
def test_a_fade_is_told_from_interference_by_what_falls_together(
    happening: Callable[[Scene], None], cause: Cause, findings: set[str]
) -> None:
    scene = scene_of(Medium.MICROWAVE)
    happening(scene)
    verdict = of_link(scene, "a-b", polls=5)
    assert (verdict.condition, verdict.cause) == (Condition.DEGRADED, cause)
    told = set(found(verdict)) - {"likeliest", "undecided"}
    assert told == findings
    assert all(evidence.words and evidence.figures for evidence in verdict.evidence)
