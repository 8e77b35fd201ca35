"""Emissions, maintenance, duty and satellites in the files: what is read, and what is refused."""

from datetime import datetime
from pathlib import Path

import pytest

from netmon.config import changes
from netmon.planned.schedule import Once, Span, Weekly
from tests.netmon.config.writing import NETWORK, problems, read
from topology.model import Satellite

SITES = NETWORK.replace(
    "role: core}",
    "role: core}\n"
    "  - {id: van, country: EE, position: {lat: 59.0, lon: 27.0}, role: mobile,\n"
    "     dependents: [{id: van-camera, kind: camera_mast, device: van-r1}],\n"
    "     duty: [{days: [mon, tue], at: 06:00, duration: 8h, zone: Europe/Tallinn}]}",
).replace("links:", "  - {id: van-r1, site: van, address: 10.0.0.3}\nlinks:")
PLANS = """\
  - {id: hub, ends: [tartu-r1:sat0, van-r1:sat0], medium: vsat,
     satellite: {longitude: 13.0, dish: [9 m, 1.2 m], downlink: 11.7 GHz}}
emissions:
  - id: jammer
    name: Counter-drone jammer
    site: narva
    radius: 25 km
    bands: [2.4 GHz, GNSS]
    frequency: [5.7 GHz, 5.9 GHz]
    eirp: 46 dBm
    when:
      - {start: 2026-11-25T10:00:00+02:00, end: 2026-11-25T12:00:00+02:00}
      - {at: "22:30", duration: 4h, zone: Europe/Tallinn}
maintenance:
  - {id: mast, sites: [narva], devices: [tartu-r1], links: [narva-tartu],
     when: [{start: 2026-11-26T08:00:00Z, end: 2026-11-26T10:00:00Z}]}
"""
ALL = SITES + PLANS


def moment(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


def test_an_emission_is_read_with_its_bands_its_place_and_its_times(tmp_path: Path) -> None:
    configuration = read(tmp_path, ALL)
    (emission,) = configuration.plans.emissions
    assert emission.name == "Counter-drone jammer"
    assert emission.position.latitude_deg == 59.38
    assert emission.radius_m == 25_000
    assert emission.eirp_dbm == 46
    assert emission.ranges_hz == (
        (2.4e9, 2.4835e9),
        (1.164e9, 1.3e9),
        (1.559e9, 1.61e9),
        (5.7e9, 5.9e9),
    )
    once, weekly = emission.schedule
    assert once == Once(Span(moment("2026-11-25T08:00:00Z"), moment("2026-11-25T10:00:00Z")))
    assert isinstance(weekly, Weekly)
    assert (weekly.days, weekly.at.hour, weekly.at.minute) == (frozenset(range(7)), 22, 30)
    assert (weekly.seconds, weekly.zone.key) == (14_400, "Europe/Tallinn")


def test_a_window_duty_and_a_satellite_are_read(tmp_path: Path) -> None:
    configuration = read(tmp_path, ALL)
    (window,) = configuration.plans.windows
    assert (window.name, window.sites, window.devices, window.links) == (
        "mast",
        ("narva",),
        ("tartu-r1",),
        ("narva-tartu",),
    )
    ((site, (duty,)),) = configuration.plans.duty.items()
    assert site == "van"
    assert isinstance(duty, Weekly)
    assert duty.days == {0, 1}
    link = configuration.network.links["hub"]  # type: ignore[index]
    assert link.satellite == Satellite(longitude_deg=13.0, downlink_hz=11.7e9, dishes_m=(9.0, 1.2))
    (camera,) = configuration.network.sites["van"].dependents  # type: ignore[index]
    assert camera.device == "van-r1"


def test_one_dish_is_both_and_the_downlink_is_the_links_own_frequency(tmp_path: Path) -> None:
    text = ALL.replace("dish: [9 m, 1.2 m], downlink: 11.7 GHz", "dish: 1.8 m").replace(
        "medium: vsat,", "medium: vsat, frequency: 12.5 GHz, width: 36 MHz,"
    )
    link = read(tmp_path, text).network.links["hub"]  # type: ignore[index]
    assert link.satellite == Satellite(longitude_deg=13.0, downlink_hz=12.5e9, dishes_m=(1.8, 1.8))


MISTAKES = {
    "no offset": ("10:00:00+02:00", "10:00:00", "emissions[0].when[0].start", "RFC 3339"),
    "ends first": ("25T12:00:00+02:00", "25T09:00:00+02:00", "emissions[0].when[0]", "before it"),
    "both": ("{start: 2026-11-25T10", "{days: [mon], start: 2026-11-25T10", "when[0]", "not parts"),
    "no zone": ("4h, zone: Europe/Tallinn}", "4h}", "emissions[0].when[1]", "duration and zone"),
    "zone": ("4h, zone: Europe/Tallinn", "4h, zone: Europe/Narwa", "when[1].zone", "time zone"),
    "zone path": ("4h, zone: Europe/Tallinn", "4h, zone: ../../etc", "when[1].zone", "of IANA"),
    "time": ('"22:30"', '"24:30"', "emissions[0].when[1].at", "24 hours"),
    "day": ("[mon, tue]", "[mon, die]", "sites[2].duty[0].days[1]", "must be one of mon"),
    "band": ("[2.4 GHz, GNSS]", "[2,4 GHz, GNSS]", "emissions[0].bands[0]", "unknown band"),
    "band slip": ("[2.4 GHz, GNSS]", "[2.4 GHz, GNS]", "emissions[0].bands[1]", "mean 'GNSS'"),
    "range": ("[5.7 GHz, 5.9 GHz]", "[5.9 GHz, 5.7 GHz]", "emissions[0]", "lowest"),
    "nowhere": ("    site: narva\n", "", "emissions[0]", "exactly one of site and position"),
    "site": ("    site: narva\n", "    site: narwa\n", "emissions[0].site", "mean 'narva'"),
    "window": ("sites: [narva], devices", "sites: [nrva], devices", "sites[0]", "mean 'narva'"),
    "window of nothing": (
        "sites: [narva], devices: [tartu-r1], links: [narva-tartu],",
        "",
        "maintenance[0]",
        "must name some",
    ),
    "never": ("[{start: 2026-11-26T08:00:00Z, end: 2026-11-26T10:00:00Z}]", "[]", "when", "least"),
    "duty of a post": ("role: mobile", "role: relay", "sites[2]", "only a site of role mobile"),
    "satellite of a fibre": ("medium: vsat", "medium: lte", "links[1]", "goes by no satellite"),
    "no downlink": (", downlink: 11.7 GHz", "", "links[1]", "needs a downlink"),
    "dishes": ("[9 m, 1.2 m]", "[9 m]", "links[1].satellite.dish", "two in the order of ends"),
    "longitude": ("longitude: 13.0", "longitude: 213", "satellite.longitude", "180 or less"),
    "device": ("device: van-r1", "device: van-r2", "dependents[0].device", "mean 'van-r1'"),
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(MISTAKES))
def test_a_mistake_is_told_where_it_stands_with_what_would_be_right(
    tmp_path: Path, name: str
) -> None:
    right, wrong, where, words = MISTAKES[name]
    assert right in ALL
    (problem,) = problems(tmp_path, ALL.replace(right, wrong))
    assert where in problem.where
    assert words in problem.message


def test_a_satellite_below_the_horizon_is_warned_of(tmp_path: Path) -> None:
    configuration = read(tmp_path, ALL.replace("longitude: 13.0", "longitude: -170"))
    words = [warning.message for warning in configuration.warnings]
    assert any("tartu cannot see a satellite at -170° E" in one for one in words)


def test_a_reload_says_that_plans_have_changed(tmp_path: Path) -> None:
    before = read(tmp_path, ALL)
    assert changes.diff(before, read(tmp_path, ALL)).words == "nothing changed"
    after = read(tmp_path, ALL.replace("radius: 25 km", "radius: 30 km"))
    assert changes.diff(before, after).words == "plans changed"
