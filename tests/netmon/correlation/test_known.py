"""What was planned or predicted is told with its reason; what goes beyond it pages."""

from dataclasses import replace

import pytest

from netmon.correlation.memory import Memory
from netmon.correlation.rules import correlate
from netmon.detection.baseline import BaselineSettings
from netmon.detection.findings import DetectionSettings
from netmon.incidents import Severity, Suspicion
from netmon.planned.outlook import Outlook
from netmon.planned.plans import BAND_RANGES_HZ, Emission, Plans, Window
from netmon.planned.schedule import Once, Schedule, Span
from netmon.planned.suns import predicted
from netmon.verdict import Cause, Condition, Known
from tests.builders import NARVA, Scene, make_network
from topology.geometry import destination
from topology.model import DeviceId, LinkId, Medium, Position, Satellite, SiteId
from topology.network import Network

NAMES = ("hq-a", "a-b", "b-c", "hq-d", "d-e", "e-hq")
GROWN = DetectionSettings(baseline=BaselineSettings(slot_seconds=10.0, slots=60))
LEARNT = 300.0  # seconds that every scene lives before anything happens
BEGIN = 1_795_000_000.0 + LEARNT
MINUTE = 60.0


def once(start: float, end: float) -> Schedule:
    return (Once(Span(BEGIN + start, BEGIN + end)),)


def emission(
    start: float = 0.0,
    end: float = 3600.0,
    *,
    bands: tuple[str, ...] = ("23 GHz",),
    radius_m: float = 60_000.0,
    position: Position = NARVA,
) -> Plans:
    return Plans(
        emissions=(
            Emission(
                id="jammer",
                name="Exercise Boar",
                position=position,
                radius_m=radius_m,
                ranges_hz=tuple(each for band in bands for each in BAND_RANGES_HZ[band]),
                eirp_dbm=46.0,
                schedule=once(start, end),
            ),
        )
    )


def window(start: float = 0.0, end: float = 3600.0, **named: tuple[str, ...]) -> Plans:
    return Plans(
        windows=(
            Window(
                id="works",
                name="Mast works",
                sites=tuple(map(SiteId, named.get("sites", ()))),
                devices=tuple(map(DeviceId, named.get("devices", ()))),
                links=tuple(map(LinkId, named.get("links", ()))),
                schedule=once(start, end),
            ),
        )
    )


def scene_of(plans: Plans, network: Network | None = None) -> Scene:
    network = network or make_network(*NAMES)
    scene = Scene(network, GROWN, agenda=Outlook(plans, network).agenda)
    scene.live(polls=int(LEARNT / scene.interval))
    return scene


def suspected(scene: Scene, *, polls: int) -> tuple[Suspicion, ...]:
    return correlate(scene.live(polls=polls), scene.network)


def members(suspicion: Suspicion) -> set[str]:
    return {member.id for member in suspicion.members}


def test_interference_that_fits_an_own_emitter_is_told_with_its_name_and_pages_nobody() -> None:
    scene = scene_of(emission())
    for name in ("hq-a", "a-b", "d-e"):
        scene.link(name).jam(9.0)
    (suspicion,) = suspected(scene, polls=3)
    assert suspicion.known is Known.EMISSION
    assert suspicion.severity is Severity.INFO
    assert suspicion.cause is Cause.JAMMING_LIKE
    assert members(suspicion) == {"hq-a", "a-b", "d-e"}
    assert suspicion.title == (
        "jamming-like on 3 subjects, explained by planned emission Exercise Boar"
    )
    said = suspicion.evidence[0]
    assert "explained by planned emission Exercise Boar, " in said.words
    assert "band, place and time fit" in said.words
    assert dict(said.figures)["free_space_dbm"] < 46.0


def test_one_link_in_the_own_emitters_band_is_interference_and_known() -> None:
    scene = scene_of(emission())
    scene.link("a-b").jam(12.0)
    (suspicion,) = suspected(scene, polls=3)
    assert (suspicion.cause, suspicion.known) == (Cause.INTERFERENCE, Known.EMISSION)


def test_another_band_than_that_of_the_own_emitter_pages_as_usual() -> None:
    scene = scene_of(emission(bands=("2.4 GHz", "5 GHz")))
    for name in ("hq-a", "a-b", "d-e"):
        scene.link(name).jam(9.0)
    (suspicion,) = suspected(scene, polls=3)
    assert suspicion.known is None
    assert suspicion.severity is Severity.CRITICAL


def test_what_is_further_away_than_the_own_emitter_reaches_pages_as_usual() -> None:
    far = destination(NARVA, 90.0, 500_000.0)
    scene = scene_of(emission(position=far, radius_m=20_000.0))
    for name in ("hq-a", "a-b", "d-e"):
        scene.link(name).jam(9.0)
    (suspicion,) = suspected(scene, polls=3)
    assert (suspicion.known, suspicion.severity) == (None, Severity.CRITICAL)


def test_of_two_jammed_places_only_the_planned_one_is_known() -> None:
    network = make_network(*NAMES, spacing_m=30_000.0)
    near = network.sites[SiteId("d")].position
    scene = scene_of(emission(position=near, radius_m=1_000.0), network)
    scene.link("hq-d").jam(12.0, end=1)  # received at d
    scene.link("b-c").jam(12.0, end=1)  # received at c
    found = {one.subject.id: one for one in suspected(scene, polls=3)}
    assert found["hq-d"].known is Known.EMISSION
    assert found["b-c"].known is None
    assert found["b-c"].severity is Severity.WARNING


def test_interference_that_was_there_before_the_emission_is_not_its() -> None:
    scene = scene_of(emission(start=600.0))
    for name in ("hq-a", "a-b", "d-e"):
        scene.link(name).jam(9.0)
    before = suspected(scene, polls=12)
    after = suspected(scene, polls=60)
    assert [one.known for one in (*before, *after)] == [None, None]


def test_interference_that_outlasts_plan_and_grace_pages() -> None:
    scene = scene_of(emission(end=600.0))
    for name in ("hq-a", "a-b", "d-e"):
        scene.link(name).jam(9.0)
    (during,) = suspected(scene, polls=30)
    assert during.known is Known.EMISSION
    (in_grace,) = suspected(scene, polls=50)  # 800 s: 200 s longer than planned
    assert in_grace.known is Known.EMISSION
    (beyond,) = suspected(scene, polls=20)  # 1000 s
    assert (beyond.known, beyond.severity) == (None, Severity.CRITICAL)
    assert beyond.cause is Cause.JAMMING_LIKE


def test_an_exercise_makes_nobody_look_jammed_afterwards() -> None:
    memory = Memory()
    scene = scene_of(emission(end=300.0))
    for name in ("hq-a", "a-b", "d-e"):
        scene.link(name).jam(9.0)
    scene.live(polls=3)
    for _ in range(20):
        (during,) = correlate(scene.live(polls=1), scene.network, None, memory)
        assert during.known is Known.EMISSION
    assert memory.disturbed == {}  # else the next trouble would look like a part of it
    for name in ("hq-a", "a-b", "d-e"):
        scene.link(name).heal()
    scene.live(polls=60)
    scene.link("b-c").jam(9.0)
    (after,) = correlate(scene.live(polls=3), scene.network, None, memory)
    assert (after.cause, after.known) == (Cause.INTERFERENCE, None)
    assert members(after) == {"b-c"}


def test_rain_during_an_exercise_stays_rain() -> None:
    scene = scene_of(emission())
    for loss in (2.0, 4.0, 6.0, 8.0, 10.0, 11.0):
        for name in ("hq-a", "a-b", "b-c", "d-e"):
            scene.link(name).fade(loss)
        found = suspected(scene, polls=1)
    (suspicion,) = found
    assert (suspicion.cause, suspicion.known) == (Cause.RAIN, None)


def test_a_site_in_maintenance_that_goes_dark_pages_nobody() -> None:
    scene = scene_of(window(sites=("e",)))
    scene.darken("e")
    judgement = scene.live(polls=6)
    assert judgement.sites[SiteId("e")].condition is Condition.MAINTENANCE
    assert judgement.links[LinkId("d-e")].condition is Condition.MAINTENANCE
    assert judgement.devices[DeviceId("e-r")].condition is Condition.MAINTENANCE
    (suspicion,) = correlate(judgement, scene.network)
    assert suspicion.known is Known.MAINTENANCE
    assert suspicion.condition is Condition.MAINTENANCE
    assert suspicion.severity is Severity.INFO
    assert suspicion.title == "maintenance Mast works: 1 site out, 1 device out, 2 links out"
    assert suspicion.sites_lost == ("e",)
    assert suspicion.dependents_lost == ("e-camera",)
    assert "under planned maintenance: Mast works" in suspicion.evidence[0].words


def test_maintenance_of_what_goes_on_working_is_shown_and_no_incident() -> None:
    scene = scene_of(window(sites=("e",)))
    judgement = scene.live(polls=6)
    verdict = judgement.sites[SiteId("e")]
    assert verdict.condition is Condition.MAINTENANCE
    assert "Mast works" in verdict.because
    assert correlate(judgement, scene.network) == ()


def test_what_maintenance_plainly_cuts_off_behind_it_is_its() -> None:
    scene = scene_of(window(links=("a-b",)))
    scene.link("a-b").cut()
    scene.silent |= {"b-r", "c-r"}
    (suspicion,) = suspected(scene, polls=8)
    assert suspicion.known is Known.MAINTENANCE
    assert suspicion.severity is Severity.INFO
    assert suspicion.sites_lost == ("b", "c")
    assert {"a-b", "b", "c", "b-r", "c-r"} <= members(suspicion)


def test_what_is_hurt_beside_the_maintenance_pages_as_usual() -> None:
    scene = scene_of(window(sites=("e",)))
    scene.darken("e")
    scene.darken("c")
    found = {one.known: one for one in suspected(scene, polls=6)}
    assert set(found) == {Known.MAINTENANCE, None}
    assert found[None].sites_lost == ("c",)
    assert found[None].severity is not Severity.INFO  # and critical once it can be no restart
    assert found[Known.MAINTENANCE].sites_lost == ("e",)


def test_a_second_fault_that_together_with_the_works_cuts_a_site_off_pages() -> None:
    """The ring hq-d-e: works on one side, a cut on the other; e is out only by both."""
    scene = scene_of(window(links=("hq-d",)))
    scene.link("hq-d").cut()
    scene.live(polls=4)
    scene.link("e-hq").cut()
    scene.silent |= {"d-r", "e-r"}
    found = suspected(scene, polls=40)  # none of them is a restart
    pages = [one for one in found if one.known is None]
    assert pages
    assert max(pages, key=lambda one: len(one.sites_lost)).severity is Severity.CRITICAL


def test_what_is_still_down_when_the_window_closes_pages() -> None:
    scene = scene_of(window(sites=("e",), end=300.0))
    scene.darken("e")
    (during,) = suspected(scene, polls=20)
    assert during.known is Known.MAINTENANCE
    (after,) = suspected(scene, polls=45)  # and is no restart
    assert after.known is None
    assert after.severity is Severity.CRITICAL
    assert after.subject.id == "e"


def test_nothing_is_learnt_from_what_is_worked_on() -> None:
    """An antenna turned away for two hours is not what is usual afterwards."""
    scene = scene_of(window(links=("a-b",), end=7200.0))
    scene.link("a-b").loss_db = [9.0, 9.0]
    scene.live(minutes=115)
    scene.link("a-b").loss_db = [0.0, 0.0]
    judgement = scene.live(minutes=10)
    assert judgement.links[LinkId("a-b")].condition is Condition.HEALTHY
    scene.link("a-b").loss_db = [9.0, 9.0]
    assert scene.live(polls=4).links[LinkId("a-b")].condition is Condition.DEGRADED


def satellite_network() -> Network:
    network = make_network("hq-v", "hq-w", medium=Medium.VSAT, ghz=11.7)
    satellite = Satellite(longitude_deg=13.0, downlink_hz=11.7e9, dishes_m=(9.0, 1.2))
    return Network.build(
        network.sites.values(),
        network.devices.values(),
        network.interfaces.values(),
        [replace(link, satellite=satellite) for link in network.links.values()],
    )


def at_the_sun(*, before: float = 0.0) -> tuple[Scene, float]:
    """Return a scene that has lived until the sun comes to site v, and when it leaves."""
    network = satellite_network()
    season = predicted(network, 1_798_000_000.0, 1_809_000_000.0)
    longest = max(
        (one for one in season if one.link == "hq-v" and one.site == "v"),
        key=lambda one: one.outage.end - one.outage.start,
    )
    scene = Scene(network, GROWN, agenda=Outlook(Plans(), network).agenda)
    scene.now = longest.outage.start - LEARNT - before
    scene.live(polls=int(LEARNT / scene.interval))
    return scene, longest.outage.end


@pytest.mark.parametrize("is_lost", [False, True], ids=["degraded", "lost"])
def test_a_satellite_link_that_suffers_while_the_sun_is_behind_it_pages_nobody(
    is_lost: bool,
) -> None:
    scene, _ = at_the_sun()
    if is_lost:
        scene.link("hq-v").cut()
        scene.silent.add("v-r")
    else:
        scene.link("hq-v").jam(9.0, end=1)
    (suspicion,) = suspected(scene, polls=8)
    assert suspicion.known is Known.SUN
    assert suspicion.severity is Severity.INFO
    assert suspicion.cause is Cause.INTERFERENCE
    assert suspicion.evidence[0].words.startswith("predicted sun outage ")
    assert "beside the satellite as v sees it" in suspicion.evidence[0].words
    assert suspicion.sites_lost == (("v",) if is_lost else ())


def test_what_began_well_before_the_sun_came_is_not_its() -> None:
    scene, _ = at_the_sun(before=600.0)
    scene.link("hq-v").jam(9.0, end=1)
    found = suspected(scene, polls=70)
    assert [one.known for one in found] == [None]


def test_what_outlasts_the_sun_pages() -> None:
    scene, end = at_the_sun()
    scene.link("hq-v").cut()
    scene.silent.add("v-r")
    polls = int((end - scene.now + 240.0) / scene.interval)
    found = suspected(scene, polls=polls)
    assert [one.known for one in found] == [None]
    assert found[0].severity is Severity.CRITICAL


def test_a_device_in_maintenance_is_the_maintenances() -> None:
    scene = scene_of(window(devices=("d-r",)))
    scene.silent.add("d-r")
    found = suspected(scene, polls=6)
    assert [one.known for one in found] == [Known.MAINTENANCE]
    assert "d" in members(found[0])  # nothing else stands there


def connected_by(device: str) -> Network:
    """Let what site e carries be connected by one of its devices alone."""
    made = make_network(*NAMES, devices_per_site=2)
    sites = [
        replace(
            site,
            dependents=tuple(replace(each, device=DeviceId(device)) for each in site.dependents),
        )
        if site.id == "e"
        else site
        for site in made.sites.values()
    ]
    return Network.build(
        sites, made.devices.values(), made.interfaces.values(), made.links.values()
    )


@pytest.mark.parametrize(("device", "lost"), [("e-d1", ("e-camera",)), ("e-r", ())])
def test_a_device_that_dies_takes_what_is_connected_by_it_alone(
    device: str, lost: tuple[str, ...]
) -> None:
    """The site itself is only degraded: something there still answers."""
    scene = scene_of(Plans(), connected_by(device))
    scene.silent.add("e-d1")
    judgement = scene.live(polls=6)
    assert judgement.sites[SiteId("e")].condition is Condition.DEGRADED
    (suspicion,) = correlate(judgement, scene.network)
    assert suspicion.subject.id == "e-d1"
    assert suspicion.sites_lost == ()
    assert suspicion.dependents_lost == lost


def test_what_is_behind_a_cut_link_blinds_what_it_carries() -> None:
    scene = scene_of(Plans(), connected_by("e-d1"))
    scene.link("d-e").cut()
    scene.link("e-hq").cut()
    scene.silent |= {"e-r", "e-d1"}
    found = suspected(scene, polls=10)
    assert {one for suspicion in found for one in suspicion.dependents_lost} == {"e-camera"}
