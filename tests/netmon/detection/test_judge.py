"""Readings in, verdicts out: what happens to a small network, and what is believed of it."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as law
from hypothesis import strategies as st

from netmon.detection.baseline import BaselineSettings
from netmon.detection.findings import DetectionSettings
from netmon.detection.judge import Judge, Judgement
from netmon.verdict import Cause, Condition, Verdict
from tests.builders import Scene, make_network
from topology.model import DeviceId, LinkId, Medium, SiteId

# A ring hq-d-e and a chain hq-a-b-c, all 23 GHz microwave.
NAMES = ("hq-a", "a-b", "b-c", "hq-d", "d-e", "e-hq")
GROWN = DetectionSettings(baseline=BaselineSettings(slot_seconds=10.0, slots=60))


def healthy_scene(**arguments: object) -> Scene:
    scene = Scene(make_network(*NAMES, **arguments), GROWN)  # type: ignore[arg-type]
    scene.live(polls=30)
    return scene


def link(judgement: Judgement, name: str) -> Verdict:
    return judgement.links[LinkId(name)]


def site(judgement: Judgement, name: str) -> Verdict:
    return judgement.sites[SiteId(name)]


def not_healthy(judgement: Judgement) -> set[str]:
    verdicts = (*judgement.links.values(), *judgement.devices.values(), *judgement.sites.values())
    return {v.subject.id for v in verdicts if v.condition is not Condition.HEALTHY}


def test_everything_healthy_is_believed_healthy_and_costs_no_new_verdict() -> None:
    scene = healthy_scene()
    before = scene.live(polls=1)
    after = scene.live(polls=1)
    assert not not_healthy(after)
    assert after.links is before.links
    assert after.devices is before.devices


def test_nothing_is_known_before_the_first_poll() -> None:
    scene = Scene(make_network(*NAMES))
    judgement = scene.judge.judge(scene.readings())
    conditions = {v.condition for v in (*judgement.links.values(), *judgement.devices.values())}
    assert conditions == {Condition.UNKNOWN}


# --- radio: what happens, what it is ------------------------------------------------------------


def rain(scene: Scene) -> None:
    for loss in (2.0, 4.0, 6.0, 8.0, 9.0, 10.0):
        scene.link("a-b").fade(loss)
        scene.live(polls=1)


def jam(scene: Scene) -> None:
    scene.link("a-b").jam(12.0)


def quiet_jam(scene: Scene) -> None:
    scene.link("a-b").noise_rise_db[0] = 6.0  # a strong link's SNR is capped: only noise shows it


def dying_transmitter(scene: Scene) -> None:
    scene.link("a-b").sent_dbm[0] = 12.0


def deaf_receiver(scene: Scene) -> None:
    scene.link("a-b").loss_db[1] = 8.0
    scene.link("a-b").quality_loss_db[1] = 6.0
    scene.live(polls=80)


def knocked_antenna(scene: Scene) -> None:
    scene.link("a-b").fade(9.0)
    scene.live(polls=80)


def pulses(scene: Scene) -> None:
    scene.link("a-b").rates = {"severely_errored_seconds": 0.2}


def full(scene: Scene) -> None:
    scene.link("a-b").rates = {"out_octets": 48e6, "out_discards": 40.0}


RADIO: dict[Callable[[Scene], None], Cause] = {
    rain: Cause.RAIN,
    jam: Cause.INTERFERENCE,
    quiet_jam: Cause.INTERFERENCE,
    dying_transmitter: Cause.TRANSMITTER,
    deaf_receiver: Cause.RECEIVER,
    knocked_antenna: Cause.MISALIGNMENT,
    pulses: Cause.INTERFERENCE,
    full: Cause.CONGESTION,
}


@pytest.mark.parametrize("happens", RADIO, ids=lambda happens: happens.__name__)
def test_a_link_is_degraded_by_its_cause_and_nothing_else_is(
    happens: Callable[[Scene], None],
) -> None:
    scene = healthy_scene()
    happens(scene)
    judgement = scene.live(polls=4)
    verdict = link(judgement, "a-b")
    assert (verdict.condition, verdict.cause) == (Condition.DEGRADED, RADIO[happens])
    assert verdict.odds >= 3.0
    assert not_healthy(judgement) == {"a-b"}


def test_a_jammer_is_found_within_three_polls() -> None:
    scene = healthy_scene()
    jam(scene)
    judgement = scene.live(polls=3)
    assert link(judgement, "a-b").cause is Cause.INTERFERENCE


def test_evidence_is_in_words_and_numbers() -> None:
    scene = healthy_scene()
    jam(scene)
    verdict = link(scene.live(polls=3), "a-b")
    assert "while RSL -4" in verdict.because
    assert "under its usual 32.0 dB" in verdict.because or "under its usual 31.9 dB" in (
        verdict.because
    )
    assert "jam" not in verdict.because
    figures = dict(verdict.evidence[0].figures)
    assert figures["quality_loss_db"] == pytest.approx(12.0, abs=1.0)


def test_one_noisy_sample_is_no_alarm() -> None:
    scene = healthy_scene()
    scene.link("a-b").jam(20.0)
    assert not not_healthy(scene.live(polls=1))
    scene.link("a-b").heal()
    for _ in range(6):
        assert not not_healthy(scene.live(polls=1))


def test_a_level_that_fell_is_not_said_to_hold() -> None:
    scene = healthy_scene()
    deaf_receiver(scene)
    told = link(scene.live(polls=1), "a-b").evidence
    (quality,) = (each.words for each in told if each.finding == "quality_loss")
    assert "dB more than RSL " in quality
    assert "holds" not in quality


def test_atpc_hides_no_fade() -> None:
    scene = healthy_scene()
    story = scene.link("a-b")
    story.fade(10.0)
    story.sent_dbm = [30.0, 30.0]  # the loop makes up for all of it: RSL stays
    judgement = scene.live(polls=4)
    assert link(judgement, "a-b").condition is Condition.DEGRADED
    assert "more are lost than usual" in link(judgement, "a-b").because


def test_a_verdict_keeps_its_since_while_the_condition_stays() -> None:
    scene = healthy_scene()
    jam(scene)
    first = link(scene.live(polls=3), "a-b")
    later = link(scene.live(polls=30), "a-b")
    assert later.since == first.since
    scene.link("a-b").heal()
    healed = link(scene.live(polls=12), "a-b")
    assert healed.condition is Condition.HEALTHY
    assert healed.since > first.since
    assert healed.cause is None


def test_a_slow_jammer_does_not_become_the_new_normal() -> None:
    scene = healthy_scene()
    jam(scene)
    assert link(scene.live(polls=300), "a-b").cause is Cause.INTERFERENCE


def test_fading_on_a_long_low_hop_is_not_called_rain() -> None:
    scene = Scene(make_network("hq-a", "a-b", ghz=7.0, spacing_m=30_000.0), GROWN)
    scene.live(polls=30)
    for loss in (5.0, 12.0, 4.0, 15.0, 6.0, 13.0, 3.0, 16.0, 9.0):
        scene.link("a-b").fade(loss)
        judgement = scene.live(polls=1)
    assert link(judgement, "a-b").cause is Cause.MULTIPATH


# --- silence -----------------------------------------------------------------------------------


def test_a_dead_device_beside_a_living_one_is_down_and_its_site_degraded() -> None:
    scene = Scene(make_network(*NAMES, devices_per_site=2), GROWN)
    scene.live(polls=10)
    scene.silent.add("a-d1")
    judgement = scene.live(polls=5)
    assert judgement.devices[DeviceId("a-d1")].condition is Condition.DOWN
    assert site(judgement, "a").condition is Condition.DEGRADED
    assert "1 of its 2 devices" in site(judgement, "a").because


def test_two_timeouts_are_not_silence() -> None:
    scene = healthy_scene()
    scene.silent.add("c-r")
    assert not not_healthy(scene.live(polls=2))


def test_a_device_that_is_not_polled_is_not_down() -> None:
    """A stalled netmon (SIGSTOP) polls nobody: nothing goes down."""
    scene = healthy_scene()
    scene.unpolled = set(scene.network.devices)
    for _ in range(30):
        judgement = scene.live(polls=1)
        assert not not_healthy(judgement)


def test_a_device_not_polled_for_long_is_unknown_never_down() -> None:
    scene = healthy_scene()
    scene.unpolled = {"c-r"}
    assert scene.live(minutes=20).devices[DeviceId("c-r")].condition is Condition.UNKNOWN


def test_what_is_behind_a_dead_site_is_unreachable_for_its_sake() -> None:
    scene = healthy_scene()
    scene.silent |= {"a-r", "b-r", "c-r"}
    scene.link("hq-a").cut()
    judgement = scene.live(polls=5)
    assert site(judgement, "a").condition is Condition.DOWN
    for name in ("b", "c"):
        assert site(judgement, name).condition is Condition.UNREACHABLE
        assert "behind link hq-a" in site(judgement, name).because
    assert link(judgement, "b-c").condition is Condition.UNREACHABLE
    assert link(judgement, "hq-a").condition is Condition.DOWN


def test_a_device_that_answers_proves_its_path_whatever_the_graph_says() -> None:
    scene = healthy_scene()
    scene.silent.add("a-r")  # a relay's agent dies; what is behind it still answers
    judgement = scene.live(polls=5)
    assert site(judgement, "a").condition is Condition.DOWN
    assert site(judgement, "b").condition is Condition.HEALTHY
    assert judgement.devices[DeviceId("c-r")].condition is Condition.HEALTHY


def test_silence_is_down_where_the_graph_knows_no_way() -> None:
    scene = Scene(make_network("hq-a", "x-y", "a-b"), GROWN)
    scene.live(polls=10)
    scene.silent |= {"x-r", "y-r"}
    judgement = scene.live(polls=12)
    assert site(judgement, "x").condition is Condition.DOWN
    assert site(judgement, "y").condition is Condition.DOWN


def test_without_a_collector_site_silence_is_down() -> None:
    scene = Scene(make_network(*NAMES), GROWN, collector_site=None)
    scene.live(polls=10)
    scene.silent.add("c-r")
    assert scene.live(polls=6).devices[DeviceId("c-r")].condition is Condition.DOWN


def test_power_is_lost_where_all_links_go_at_once() -> None:
    scene = healthy_scene()
    scene.darken("e")
    judgement = scene.live(polls=5)
    verdict = site(judgement, "e")
    assert (verdict.condition, verdict.cause) == (Condition.DOWN, Cause.POWER)
    assert "2 of 2 links to it are down, all within one cycle" in verdict.because
    assert {link(judgement, name).cause for name in ("d-e", "e-hq")} == {Cause.POWER}


def test_a_radio_that_still_says_up_while_it_hears_nothing_counts_as_lost() -> None:
    scene = healthy_scene()
    scene.silent.add("e-r")
    for name, end in (("d-e", 0), ("e-hq", 1)):
        scene.link(name).loss_db[end] = 60.0
    judgement = scene.live(polls=6)
    assert site(judgement, "e").cause is Cause.POWER
    assert {link(judgement, name).condition for name in ("d-e", "e-hq")} == {Condition.DOWN}


def test_the_battery_had_the_last_word() -> None:
    scene = Scene(make_network("hq-a", "a-b", "a-c", medium=Medium.FIBRE), GROWN)
    scene.battery["b-r"] = 1.0
    scene.live(polls=10)
    scene.darken("b")
    verdict = site(scene.live(polls=5), "b")
    assert verdict.cause is Cause.POWER
    assert "ran on battery" in verdict.because


def test_a_site_on_one_fibre_alone_may_have_lost_either() -> None:
    scene = Scene(make_network("hq-a", "a-b", "a-c", medium=Medium.FIBRE), GROWN)
    scene.live(polls=10)
    scene.darken("b")
    verdict = site(scene.live(polls=5), "b")
    assert (verdict.condition, verdict.cause) == (Condition.DOWN, Cause.UNKNOWN)
    assert "power or fibre cut" in verdict.because


@pytest.mark.parametrize(("before", "cause"), [("rain", Cause.RAIN), ("jam", Cause.INTERFERENCE)])
def test_a_site_behind_one_troubled_link_is_lost_by_that_link(before: str, cause: Cause) -> None:
    scene = healthy_scene()
    story = scene.link("b-c")
    for step in range(8):
        story.fade(3.0 * step) if before == "rain" else story.jam(15.0, end=0)
        scene.live(polls=1)
    scene.darken("c")
    judgement = scene.live(polls=6)
    assert (link(judgement, "b-c").condition, link(judgement, "b-c").cause) == (
        Condition.DOWN,
        cause,
    )
    assert site(judgement, "c").condition is Condition.UNREACHABLE
    assert SiteId("c") in judgement.cut_off


def test_a_lost_site_shows_nothing_before_its_silence_is_believed() -> None:
    scene = healthy_scene()
    scene.darken("e")
    for _ in range(2):
        assert not not_healthy(scene.live(polls=1))


def test_own_uplink_lost_is_one_verdict_and_everything_else_unknown() -> None:
    scene = healthy_scene()
    scene.silent = {device for device in scene.network.devices if device != "hq-r"}
    seen = [scene.live(polls=1) for _ in range(6)]
    assert all(judgement.network is None for judgement in seen[:2])
    assert not any(
        verdict.condition is Condition.DOWN
        for judgement in seen
        for verdict in (*judgement.devices.values(), *judgement.sites.values())
    )
    last = seen[-1]
    assert last.network is not None
    assert last.network.cause is Cause.UPSTREAM
    assert "none of the 5 devices beyond hq answers" in last.network.because
    assert {link.condition for link in last.links.values()} == {Condition.UNKNOWN}
    assert last.devices[DeviceId("hq-r")].condition is Condition.HEALTHY


def test_own_links_that_are_down_say_so_before_three_polls_have_ended_in_silence() -> None:
    scene = healthy_scene()
    for name in ("hq-a", "hq-d", "e-hq"):
        scene.link(name).cut()
    scene.silent = {device for device in scene.network.devices if device != "hq-r"}
    lost = scene.live(polls=1).network
    assert lost is not None
    assert lost.cause is Cause.UPSTREAM


def test_when_the_uplink_is_back_nobody_is_called_down_on_the_way() -> None:
    scene = healthy_scene()
    away = {device for device in scene.network.devices if device != "hq-r"}
    scene.silent = set(away)
    scene.live(polls=6)
    for device in sorted(away):  # they come back one by one, as they are polled
        scene.silent.discard(device)
        scene.unpolled = scene.silent.copy()
        judgement = scene.live(polls=1)
        assert Condition.DOWN not in {v.condition for v in judgement.devices.values()}
    assert judgement.network is None


def test_a_hub_that_dies_does_not_make_its_leaves_down_first() -> None:
    """Leaves are polled before their hub: their silence waits for its word."""
    scene = healthy_scene()
    scene.silent |= {"a-r", "b-r", "c-r"}
    scene.live(polls=1)
    scene.unpolled = {"a-r"}  # the hub is polled late
    conditions = [site(scene.live(polls=1), "b").condition for _ in range(2)]
    scene.unpolled = set()
    conditions += [site(scene.live(polls=1), "b").condition for _ in range(6)]
    assert Condition.DOWN not in conditions
    assert conditions[-1] is Condition.UNREACHABLE


def test_an_agent_that_misses_some_polls_is_nothing_worth_telling() -> None:
    scene = healthy_scene()
    for _ in range(5):
        scene.snmp_silent.add("c-r")
        assert not not_healthy(scene.live(polls=9))
        scene.snmp_silent.clear()
        scene.live(polls=1)


def test_an_agent_that_is_silent_while_the_device_answers_echoes_is_no_outage() -> None:
    scene = healthy_scene()
    scene.snmp_silent.add("c-r")
    assert not not_healthy(scene.live(minutes=14))
    verdict = scene.live(minutes=2).devices[DeviceId("c-r")]
    assert verdict.condition is Condition.DEGRADED
    assert "SNMP agent of c-r is silent while c-r answers echoes" in verdict.because


# --- links --------------------------------------------------------------------------------------


def test_a_fibre_dark_at_both_ends_is_down_by_a_cut() -> None:
    scene = Scene(make_network(*NAMES, medium=Medium.FIBRE), GROWN)
    scene.live(polls=10)
    scene.link("d-e").cut()
    verdict = link(scene.live(polls=2), "d-e")
    assert (verdict.condition, verdict.cause) == (Condition.DOWN, Cause.FIBRE_CUT)
    assert "d-r:to-e and e-r:to-d say down" in verdict.because


def test_one_end_that_says_down_is_enough() -> None:
    scene = healthy_scene()
    scene.link("d-e").oper_status[0] = 2.0
    assert link(scene.live(polls=2), "d-e").condition is Condition.DOWN


@pytest.mark.parametrize("status", [4.0, 5.0])
def test_a_status_that_is_unknown_or_dormant_is_not_down(status: float) -> None:
    scene = healthy_scene()
    scene.link("d-e").oper_status = [status, status]
    assert link(scene.live(polls=3), "d-e").condition is Condition.HEALTHY


def test_a_link_switched_off_on_purpose_is_in_maintenance() -> None:
    scene = healthy_scene()
    scene.link("d-e").cut()
    scene.link("d-e").admin_status[0] = 2.0
    verdict = link(scene.live(polls=3), "d-e")
    assert (verdict.condition, verdict.cause) == (Condition.MAINTENANCE, Cause.CONFIGURATION)


def test_devices_that_grow_slow_together_point_at_the_link_they_share() -> None:
    scene = healthy_scene()
    scene.rtt = {"b-r": 0.060, "c-r": 0.065}
    judgement = scene.live(polls=5)
    assert not_healthy(judgement) == {"a-b"}
    assert "2 devices behind it grew worse together" in link(judgement, "a-b").because


def test_a_device_that_is_slow_alone_is_slow_itself() -> None:
    scene = healthy_scene()
    scene.loss = {"b-r": 0.4}
    judgement = scene.live(polls=5)
    assert not_healthy(judgement) == {"b-r"}
    assert "b-r loses 40% of its echoes (usual 0%)" in judgement.devices[DeviceId("b-r")].because


def test_errors_on_a_fibre_degrade_it() -> None:
    scene = Scene(make_network(*NAMES, medium=Medium.FIBRE), GROWN)
    scene.live(polls=10)
    scene.link("d-e").rates = {"in_errors": 20.0}
    verdict = link(scene.live(polls=4), "d-e")
    assert verdict.condition is Condition.DEGRADED
    assert "1.96% of packets with errors" in verdict.because


# --- the frame around it ------------------------------------------------------------------------


@law(max_examples=10)
@given(st.integers(0, 2**16))
def test_what_is_healthy_is_never_suspected_whatever_the_noise(seed: int) -> None:
    scene = Scene(make_network(*NAMES), GROWN, seed=seed)
    for _ in range(80):
        assert not not_healthy(scene.live(polls=1)) or scene.monotonic < 1020.0


@pytest.mark.parametrize("jump", [-3600.0, 30 * 86400.0])
def test_a_step_of_the_wall_clock_changes_no_condition(jump: float) -> None:
    scene = healthy_scene()
    jam(scene)
    before = scene.live(polls=5)
    scene.now += jump
    after = scene.live(polls=5)
    assert not_healthy(before) == not_healthy(after) == {"a-b"}
    assert link(after, "a-b").since == link(before, "a-b").since


def test_what_survives_a_new_inventory_keeps_its_verdict_and_its_baseline() -> None:
    scene = healthy_scene()
    jam(scene)
    before = link(scene.live(polls=4), "a-b")
    bigger = Scene(make_network(*NAMES, "c-f"), GROWN)
    bigger.now, bigger.monotonic = scene.now, scene.monotonic
    bigger.judge = scene.judge
    bigger.judge.replace(bigger.network)
    bigger.link("a-b").jam(12.0)
    after = bigger.live(polls=1)
    assert link(after, "a-b").since == before.since
    assert link(after, "a-b").cause is Cause.INTERFERENCE
    assert link(after, "c-f").condition is Condition.HEALTHY
    smaller = Scene(make_network("hq-a"), GROWN)
    smaller.judge = scene.judge
    smaller.judge.replace(smaller.network)
    smaller.now, smaller.monotonic = bigger.now, bigger.monotonic
    assert set(smaller.live(polls=1).links) == {"hq-a"}


def test_a_restart_remembers_what_was_usual() -> None:
    scene = healthy_scene()
    blob = scene.judge.snapshot()()
    scene.judge = Judge(scene.network, GROWN, SiteId("hq"))
    scene.judge.restore(blob)
    jam(scene)  # it is there from the first poll on: without a past it would be the usual
    judgement = scene.live(polls=3)
    assert link(judgement, "a-b").cause is Cause.INTERFERENCE


def test_a_checkpoint_is_of_its_moment_whatever_is_learnt_while_it_is_packed() -> None:
    scene = healthy_scene()
    packed = scene.judge.snapshot()
    before = packed()
    scene.rtt = dict.fromkeys(scene.network.devices, 0.020)
    scene.live(polls=30)
    assert packed() == before
    assert scene.judge.snapshot()() != before


def test_a_restart_in_the_rain_remembers_how_much_the_way_usually_costs() -> None:
    scene = healthy_scene()
    blob = scene.judge.snapshot()()
    scene.judge = Judge(scene.network, GROWN, SiteId("hq"))
    scene.judge.restore(blob)
    rain(scene)
    verdict = link(scene.live(polls=3), "a-b")
    assert verdict.cause is Cause.RAIN
    assert "young baseline" not in " ".join(evidence.words for evidence in verdict.evidence)


def test_a_checkpoint_before_the_first_reading_is_the_one_that_was_restored() -> None:
    scene = healthy_scene()
    blob = scene.judge.snapshot()()
    judge = Judge(scene.network, GROWN, SiteId("hq"))
    judge.restore(blob)
    assert judge.snapshot()() == blob


def test_a_network_with_nothing_in_it_can_be_judged() -> None:
    scene = Scene(make_network())
    judgement = scene.judge.judge(scene.readings())
    assert not judgement.links
    assert judgement.network is None


def test_interfaces_that_no_inventory_names_are_no_trouble() -> None:
    scene = healthy_scene()
    readings = scene.readings()
    interfaces = readings.interfaces
    stranger = replace(
        readings,
        interfaces=replace(
            interfaces,
            ids=(*interfaces.ids, "hq-r:lo0"),  # type: ignore[arg-type]
            device_row=np.append(interfaces.device_row, 0),
            updated=np.append(interfaces.updated, True),
            age_seconds=np.append(interfaces.age_seconds, 1.0),
            gauges={name: np.append(column, 2.0) for name, column in interfaces.gauges.items()},
            rates={name: np.append(column, 0.0) for name, column in interfaces.rates.items()},
        ),
    )
    assert not not_healthy(scene.judge.judge(stranger))


def test_a_link_whose_ends_no_device_has_is_not_called_healthy_for_its_pings() -> None:
    scene = healthy_scene()
    ends = scene.network.links[LinkId("a-b")].ends
    scene.missing.update(ends)
    assert link(scene.live(polls=2), "a-b").condition is Condition.UNKNOWN
    scene.missing.clear()
    assert link(scene.live(polls=2), "a-b").condition is Condition.HEALTHY


def test_a_link_of_which_one_end_is_not_read_goes_by_the_word_of_the_other() -> None:
    scene = healthy_scene()
    scene.missing.add(scene.network.links[LinkId("a-b")].a)
    assert link(scene.live(polls=2), "a-b").condition is Condition.HEALTHY
    scene.link("a-b").cut()
    assert link(scene.live(polls=9), "a-b").condition is Condition.DOWN
