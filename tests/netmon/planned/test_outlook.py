"""What holds now of all that is planned; made anew only when something changes."""

from dataclasses import replace
from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest

from netmon.planned.agenda import NOTHING
from netmon.planned.outlook import Outlook, PlannedSettings
from netmon.planned.plans import BAND_RANGES_HZ, Emission, Plans, Window
from netmon.planned.schedule import Once, Span, Weekly
from netmon.verdict import Subject, SubjectKind
from tests.builders import NARVA, make_network
from topology.model import DeviceId, LinkId, Medium, Satellite, SiteId
from topology.network import Network

TALLINN = ZoneInfo("Europe/Tallinn")
HOUR = 3600.0


def moment(text: str) -> float:
    return datetime.fromisoformat(text).astimezone(UTC).timestamp()


NOON = moment("2026-11-25T12:00:00+00:00")  # a Wednesday
WORKS = Window(
    id="works",
    name="Mast works",
    devices=(DeviceId("a-r"),),
    links=(LinkId("gone"),),
    schedule=(Once(Span(NOON, NOON + HOUR)),),
)


def test_a_window_is_open_from_its_start_to_its_end_and_names_what_ends_at_its_devices() -> None:
    outlook = Outlook(Plans(windows=(WORKS,)), make_network("hq-a", "a-b"))
    assert outlook.agenda(NOON - 1) is NOTHING
    (window,) = outlook.agenda(NOON).windows
    assert window.words == "Mast works, 12:00–13:00 UTC"
    assert window.subjects == {
        Subject(SubjectKind.DEVICE, "a-r"),
        Subject(SubjectKind.SITE, "a"),  # nothing else stands there
        Subject(SubjectKind.LINK, "hq-a"),
        Subject(SubjectKind.LINK, "a-b"),
    }
    assert outlook.agenda(NOON + HOUR - 1) is outlook.agenda(NOON + 10)
    assert outlook.agenda(NOON + HOUR).windows == ()


def test_a_clock_that_is_set_back_is_followed() -> None:
    outlook = Outlook(Plans(windows=(WORKS,)), make_network("hq-a", "a-b"))
    assert outlook.agenda(NOON).windows
    assert outlook.agenda(NOON - HOUR).windows == ()
    assert outlook.agenda(NOON).windows


def test_new_plans_hold_at_once() -> None:
    network = make_network("hq-a", "a-b")
    outlook = Outlook(Plans(), network)
    assert outlook.agenda(NOON) is NOTHING
    outlook.replace(Plans(windows=(WORKS,)), network)
    assert [window.id for window in outlook.agenda(NOON).windows] == ["works"]


def test_an_emission_may_be_felt_a_little_early_and_a_little_late() -> None:
    emission = Emission(
        id="e",
        name="Exercise",
        position=NARVA,
        radius_m=1e4,
        ranges_hz=BAND_RANGES_HZ["GNSS"],
        eirp_dbm=None,
        schedule=(Once(Span(NOON, NOON + HOUR)),),
    )
    settings = PlannedSettings(lead_seconds=60.0, grace_seconds=120.0)
    outlook = Outlook(Plans(emissions=(emission,)), make_network("hq-a"), settings)
    felt = {
        at: bool(outlook.agenda(NOON + at).emissions)
        for at in (-61.0, -60.0, 0.0, HOUR, HOUR + 119.0, HOUR + 120.0)
    }
    assert list(felt.values()) == [False, True, True, True, True, False]


def test_a_unit_is_off_duty_until_its_shift_has_begun_and_a_grace_is_over() -> None:
    days = frozenset({0, 1, 2, 3, 4})
    duty = (Weekly(days=days, at=time(6, 0), seconds=8 * HOUR, zone=TALLINN),)
    outlook = Outlook(Plans(duty={SiteId("a"): duty}), make_network("hq-a"))
    friday_evening = moment("2026-11-27T20:00:00+02:00")
    monday_six = moment("2026-11-30T06:00:00+02:00")
    assert outlook.agenda(friday_evening).off_duty == {"a": "off duty until Mon 30 Nov 04:00 UTC"}
    starting = outlook.agenda(monday_six + 60.0).off_duty["a"]  # type: ignore[index]
    assert starting == "on duty since Mon 30 Nov 04:00 UTC, and may still be starting"
    assert outlook.agenda(monday_six + 900.0).off_duty == {}
    assert outlook.agenda(monday_six + 8 * HOUR).off_duty != {}


def satellite_network() -> Network:
    network = make_network("hq-v", medium=Medium.VSAT, ghz=11.7)
    satellite = Satellite(longitude_deg=13.0, downlink_hz=11.7e9, dishes_m=(9.0, 1.2))
    return Network.build(
        network.sites.values(),
        network.devices.values(),
        network.interfaces.values(),
        [replace(link, satellite=satellite) for link in network.links.values()],
    )


def test_the_next_sun_outage_is_foretold_from_any_day_and_holds_when_it_comes() -> None:
    outlook = Outlook(Plans(), satellite_network())
    coming = outlook.next_suns(NOON)[LinkId("hq-v")]
    assert datetime.fromtimestamp(coming.outage.start, UTC).strftime("%Y-%m") in (
        "2027-02",
        "2027-03",
    )
    under_way = outlook.next_suns(coming.outage.peak)[LinkId("hq-v")]
    assert under_way.outage.start == pytest.approx(coming.outage.start, abs=1.0)
    margin = outlook.settings.sun_margin_seconds
    assert outlook.agenda(coming.outage.start - margin - 1).suns == {}
    (sun, *_) = outlook.agenda(coming.outage.peak).suns[LinkId("hq-v")]
    assert sun.words.startswith("predicted sun outage ")
    assert outlook.agenda(coming.outage.end + margin + 1).suns == {}
