"""When half the network is lost: what is unchanged keeps its verdict, and a cycle stays short."""

import time
from collections.abc import Callable

import pytest

from netmon.correlation.rules import correlate
from netmon.detection.baseline import BaselineSettings
from netmon.detection.beliefs import FIGURES_RETOLD
from netmon.detection.findings import DetectionSettings
from netmon.lives import Incidents
from netmon.verdict import Cause, Condition
from tests.builders import Scene, make_network
from topology.model import DeviceId, LinkId, SiteId

YOUNG = DetectionSettings(baseline=BaselineSettings(slot_seconds=10.0, slots=20))


def star(leaves: int) -> Scene:
    """Make a core with a relay on each of its links and a post behind each relay."""
    names = [f"hq-r{n}" for n in range(leaves)] + [f"r{n}-p{n}" for n in range(leaves)]
    scene = Scene(make_network(*names), YOUNG)
    scene.live(polls=8)
    return scene


def every_second_relay_dies(scene: Scene) -> None:
    relays = [device for device in scene.network.devices if device.startswith("r")]
    scene.silent.update(relays[::2])


def every_second_branch_is_cut(scene: Scene) -> None:
    for device in scene.network.devices:
        if device[0] in "rp" and int(device[1:].removesuffix("-r")) % 2:
            scene.silent.add(device)
    for link in scene.network.links:
        if link.startswith("hq-r") and int(link.removeprefix("hq-r")) % 2:
            scene.link(link).oper_status[0] = 2.0


def it_rains_everywhere(scene: Scene) -> None:
    for link in scene.network.links:
        scene.link(link).fade(9.0)


def everything_is_jammed(scene: Scene) -> None:
    for link in scene.network.links:
        scene.link(link).jam(9.0)


STORMS = (
    every_second_relay_dies,
    every_second_branch_is_cut,
    it_rains_everywhere,
    everything_is_jammed,
)


@pytest.mark.parametrize(
    ("strike", "condition"),
    [
        (every_second_relay_dies, Condition.DOWN),
        (every_second_branch_is_cut, Condition.UNREACHABLE),
    ],
)
def test_a_lasting_silence_makes_no_new_verdict(
    strike: Callable[[Scene], None], condition: Condition
) -> None:
    scene = star(20)
    strike(scene)
    before = scene.live(polls=40)
    assert condition in {verdict.condition for verdict in before.sites.values()}
    after = scene.live(polls=3)
    assert after.links is before.links
    assert after.devices is before.devices
    assert after.sites is before.sites


def test_an_unchanged_suspicion_moves_no_incident() -> None:
    scene = star(20)
    every_second_relay_dies(scene)
    incidents = Incidents()
    incidents.apply(correlate(scene.live(polls=40), scene.network), scene.now)
    before = incidents.open
    assert len(before) == 10
    assert incidents.apply(correlate(scene.live(polls=3), scene.network), scene.now) == ()
    assert all(one is other for one, other in zip(before, incidents.open, strict=True))


@pytest.mark.parametrize("strike", STORMS)
def test_the_cost_of_a_cycle_grows_with_the_network_not_with_its_square(
    strike: Callable[[Scene], None],
) -> None:
    def cpu_seconds(leaves: int) -> float:
        scene = star(leaves)
        incidents = Incidents()
        strike(scene)
        spent = []
        for _ in range(8):
            scene.tick()
            readings = scene.readings()
            started = time.process_time()
            incidents.apply(correlate(scene.judge.judge(readings), scene.network), scene.now)
            spent.append(time.process_time() - started)
        assert incidents.open
        return sum(sorted(spent)[:-1])  # the one in which garbage was collected left aside

    assert cpu_seconds(400) < 9 * cpu_seconds(100)  # four times as many; sixteen would be a square


def test_figures_are_retold_in_turn_in_a_storm() -> None:
    leaves = FIGURES_RETOLD  # twice as many links
    scene = star(leaves)
    it_rains_everywhere(scene)
    before = scene.live(polls=6)
    assert {v.condition for v in before.links.values()} == {Condition.DEGRADED}
    once = scene.live(polls=1)
    retold = {link for link, verdict in once.links.items() if verdict is not before.links[link]}
    assert len(retold) == FIGURES_RETOLD
    twice = scene.live(polls=1)
    retold |= {link for link, verdict in twice.links.items() if verdict is not once.links[link]}
    assert len(retold) == 2 * leaves  # everybody had its turn


def test_in_a_storm_what_a_link_shows_anew_is_told_at_once() -> None:
    scene = star(FIGURES_RETOLD)
    it_rains_everywhere(scene)
    scene.live(polls=6)
    for link in scene.network.links:
        scene.link(link).jam(15.0)
    after = scene.live(polls=3)
    told = [any(e.finding == "noise_rise" for e in v.evidence) for v in after.links.values()]
    assert all(told)


def test_who_is_silent_behind_another_failure_than_before_says_so() -> None:
    scene = Scene(make_network("hq-a", "a-b", "b-c", "hq-d"), YOUNG)
    scene.live(polls=8)
    scene.silent.add("c-r")
    scene.silent.add("b-r")
    scene.link("a-b").oper_status[0] = 2.0
    first = scene.live(polls=8).sites[SiteId("c")]
    assert (first.condition, first.because) == (Condition.UNREACHABLE, "silent behind link a-b")
    scene.silent.add("a-r")
    scene.link("hq-a").oper_status[0] = 2.0
    later = scene.live(polls=8)
    assert later.sites[SiteId("c")].because == "silent behind link hq-a"
    assert later.devices[DeviceId("c-r")].because == "silent behind link hq-a"
    assert later.links[LinkId("b-c")].because == "silent behind link hq-a"
    assert later.sites[SiteId("c")].since == first.since


def test_a_fault_that_changes_its_face_changes_its_cause() -> None:
    scene = star(2)
    scene.link("hq-r0").jam(12.0)
    assert scene.live(polls=4).links[LinkId("hq-r0")].cause is Cause.INTERFERENCE
    scene.link("hq-r0").heal()
    scene.live(polls=20)
    scene.link("hq-r0").cut()
    verdict = scene.live(polls=3).links[LinkId("hq-r0")]
    assert verdict.condition is Condition.DOWN
    assert "say down" in verdict.because
