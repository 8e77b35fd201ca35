"""Mobile units: their silence matters on duty alone, and which way they take is their affair."""

from dataclasses import replace

from netmon.correlation.rules import correlate
from netmon.detection.baseline import BaselineSettings
from netmon.detection.findings import DetectionSettings
from netmon.planned.outlook import Outlook, PlannedSettings
from netmon.planned.plans import Plans
from netmon.planned.schedule import Once, Span
from netmon.verdict import Condition
from tests.builders import Scene, make_network
from topology.model import DeviceId, LinkId, Medium, Role, SiteId
from topology.network import Network

GROWN = DetectionSettings(baseline=BaselineSettings(slot_seconds=10.0, slots=60))
BEGIN = 1_795_000_000.0 + 300.0
VAN = SiteId("van")


def network() -> Network:
    """A patrol van with two uplinks, by LTE from post a and by satellite from the core."""
    made = make_network(
        *("hq-a", "a-van", "hq-van", "hq-b"), medium={"a-van": Medium.LTE, "hq-van": Medium.VSAT}
    )
    return Network.build(
        [
            replace(site, role=Role.MOBILE) if site.id == VAN else site
            for site in made.sites.values()
        ],
        made.devices.values(),
        made.interfaces.values(),
        made.links.values(),
    )


def scene_of(*, duty: tuple[float, float] | None = None, grace: float = 0.0) -> Scene:
    made = network()
    schedule = () if duty is None else (Once(Span(BEGIN + duty[0], BEGIN + duty[1])),)
    plans = Plans(duty={} if duty is None else {VAN: schedule})
    outlook = Outlook(plans, made, PlannedSettings(duty_grace_seconds=grace))
    scene = Scene(made, GROWN, agenda=outlook.agenda)
    scene.live(polls=30)
    return scene


def test_a_unit_off_duty_that_falls_silent_is_not_missed_and_says_so() -> None:
    scene = scene_of(duty=(7200.0, 14_400.0))
    scene.darken("van")
    judgement = scene.live(polls=12)
    verdict = judgement.sites[VAN]
    assert verdict.condition is Condition.UNKNOWN
    assert verdict.because.startswith("van is off duty until ")
    assert judgement.devices[DeviceId("van-r")].condition is Condition.UNKNOWN
    assert judgement.links[LinkId("a-van")].condition is Condition.UNKNOWN
    assert correlate(judgement, scene.network) == ()


def test_a_unit_that_does_not_come_on_duty_is_missed_with_what_it_carries() -> None:
    scene = scene_of(duty=(600.0, 14_400.0), grace=300.0)
    scene.darken("van")
    assert correlate(scene.live(polls=80), scene.network) == ()  # 800 s: the grace still holds
    (suspicion,) = correlate(scene.live(polls=15), scene.network)
    assert suspicion.subject.id == "van"
    assert suspicion.sites_lost == ("van",)
    assert suspicion.dependents_lost == ("van-camera",)


def test_a_unit_without_a_schedule_is_always_on_duty() -> None:
    scene = scene_of()
    scene.darken("van")
    (suspicion,) = correlate(scene.live(polls=12), scene.network)
    assert suspicion.sites_lost == ("van",)


def test_a_parked_unit_is_not_counted_among_what_another_failure_cuts_off() -> None:
    scene = scene_of(duty=(7200.0, 14_400.0))
    scene.darken("van")
    scene.live(polls=12)
    scene.darken("a")
    found = correlate(scene.live(polls=12), scene.network)
    assert {site for one in found for site in one.sites_lost} == {"a"}


def test_a_unit_that_takes_its_other_uplink_is_no_incident() -> None:
    scene = scene_of()
    scene.link("a-van").cut()
    judgement = scene.live(polls=8)
    verdict = judgement.links[LinkId("a-van")]
    assert verdict.condition is Condition.UNKNOWN
    assert verdict.because == "van is a mobile unit, and answers by another way"
    assert correlate(judgement, scene.network) == ()


def test_longer_delays_by_another_uplink_are_no_incident() -> None:
    scene = scene_of()
    scene.link("a-van").cut()
    scene.rtt["van-r"] = 0.6
    judgement = scene.live(polls=20)
    assert judgement.devices[DeviceId("van-r")].condition is Condition.HEALTHY
    assert correlate(judgement, scene.network) == ()


def test_interference_on_the_uplink_in_use_is_told_as_of_any_link() -> None:
    scene = scene_of()
    scene.link("hq-van").jam(9.0)
    (suspicion,) = correlate(scene.live(polls=6), scene.network)
    assert suspicion.subject.id == "hq-van"


def test_a_post_that_loses_its_link_to_a_fixed_site_is_no_mobile_unit() -> None:
    scene = scene_of()
    scene.link("hq-a").cut()
    judgement = scene.live(polls=8)
    assert judgement.links[LinkId("hq-a")].condition is Condition.DOWN
