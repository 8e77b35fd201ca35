"""The sun behind a satellite: held against an independent ephemeris and against published times."""

from datetime import UTC, datetime

import pytest

from topology.model import Position
from topology.sun import declination_and_longitude_deg
from topology.sunoutage import Dish, sun_outages

MINUTE = 60.0


def moment(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


def dish(
    latitude: float, longitude: float, satellite: float, metres: float = 0.6, ghz: float = 11.7
) -> Dish:
    return Dish(
        position=Position(latitude_deg=latitude, longitude_deg=longitude),
        satellite_longitude_deg=satellite,
        diameter_m=metres,
        downlink_hz=ghz * 1e9,
    )


@pytest.mark.parametrize(
    ("when", "declination_deg", "longitude_deg"),
    [
        ("2026-03-03T12:00:00", -6.7115, 2.9703),
        ("2026-10-11T11:30:00", -7.1256, 4.1859),
        ("1992-10-13T00:00:00", -7.7840, 176.5723),
        ("2040-03-05T09:00:00", -5.7553, 47.8327),
    ],
)
def test_the_sun_stands_where_an_ephemeris_has_it(
    when: str, declination_deg: float, longitude_deg: float
) -> None:
    """Reference: astropy 8.0.2, `get_sun` (ERFA's epv00) in ITRS; Meeus promises 0.01°."""
    declination, longitude = declination_and_longitude_deg(moment(when))
    assert declination == pytest.approx(declination_deg, abs=0.01)
    assert longitude == pytest.approx(longitude_deg, abs=0.01)


def test_the_example_of_the_book() -> None:
    """Meeus, example 25.a: 1992 October 13.0 TD, apparent declination −7° 47′ 06″."""
    declination, _ = declination_and_longitude_deg(moment("1992-10-13T00:00:00") - 59.0)
    assert declination == pytest.approx(-(7 + 47 / 60 + 6 / 3600), abs=0.003)


@pytest.mark.parametrize(
    ("station", "peak", "separation_deg"),
    [
        (dish(52.0766, 23.6143, 13.0), "2026-03-03T11:24:13", 0.7247),
        (dish(59.377, 28.19, 13.0), "2026-10-11T10:59:46", 0.8515),
        (dish(50.11, 8.68, 19.2), "2012-10-12T10:25:05", 0.3541),
        (dish(1.35, 103.82, 105.5), "2027-03-21T05:04:07", 0.3815),
        (dish(-0.18, -78.47, -75.0), "2030-09-23T16:49:48", 0.3140),
    ],
    ids=["Terespol", "Narva", "Frankfurt", "Singapore", "Quito"],
)
def test_the_peak_is_when_an_ephemeris_has_the_sun_nearest(
    station: Dish, peak: str, separation_deg: float
) -> None:
    """Reference: the smallest angle of astropy 8.0.2 (WGS 84, orbit of 42 164 172 m)."""
    day = moment(peak[:10])
    (found,) = sun_outages(station, day, day + 86_400.0)
    assert found.peak == pytest.approx(moment(peak), abs=5.0)
    assert found.separation_deg == pytest.approx(separation_deg, abs=0.005)
    assert found.start < found.peak < found.end


# Braintree Electric Light Department, "Spring solar outages 2018" (beld.net/?q=node/596): start in
# EST and duration. Its dishes stand at 42.21° N, 71.00° W; these are the times of 91° W, where the
# cable channels of the C band are, seen by a 3.4 m dish.
BRAINTREE = {
    "2018-03-01": ("18:23", 6),
    "2018-03-02": ("18:21", 8),
    "2018-03-03": ("18:21", 9),
    "2018-03-04": ("18:20", 9),
    "2018-03-05": ("18:21", 8),
    "2018-03-06": ("18:23", 4),
}


def test_a_published_season_is_predicted_day_by_day_within_two_minutes() -> None:
    station = dish(42.207, -71.004, -91.0, metres=3.4, ghz=3.95)
    season = list(sun_outages(station, moment("2018-01-15"), moment("2018-05-15")))
    days = {datetime.fromtimestamp(one.start, UTC).date().isoformat(): one for one in season}
    assert set(days) == set(BRAINTREE)
    for day, (start, minutes) in BRAINTREE.items():
        assert days[day].start == pytest.approx(moment(f"{day}T{start}"), abs=2 * MINUTE), day
        assert days[day].end - days[day].start == pytest.approx(minutes * MINUTE, abs=2.6 * MINUTE)


def test_the_season_that_was_foretold_for_germany() -> None:
    """Foretold for 60 cm dishes at 19.2° E: 6 to 18 October 2012, 10:15 to 10:45 UTC.

    Source: ipbox.forumotion.com/t1968 (Satellite-Calculations' calculator), for the whole country.
    """
    for latitude, longitude in ((54.8, 9.4), (50.11, 8.68), (47.5, 10.3), (51.0, 15.0)):
        season = list(
            sun_outages(dish(latitude, longitude, 19.2), moment("2012-08-01"), moment("2012-12-01"))
        )
        assert 8 <= len(season) <= 11
        assert season[0].start >= moment("2012-10-06T00:00:00")
        assert season[-1].end <= moment("2012-10-18T23:59:59")
        for one in season:
            day = datetime.fromtimestamp(one.start, UTC).date().isoformat()
            assert moment(f"{day}T10:15") - 2 * MINUTE <= one.start
            assert one.end <= moment(f"{day}T10:45") + 2 * MINUTE


def test_a_common_dish_in_the_c_band_is_out_for_eleven_minutes_a_day() -> None:
    """Source: satoms.com/vsat-sun-outages, "a 2.4m C-band dish … about 11-minute outages"."""
    station = dish(50.0, 20.0, 13.0, metres=2.4, ghz=4.0)
    season = sun_outages(station, moment("2026-02-01"), moment("2026-05-01"))
    longest = max(one.end - one.start for one in season)
    assert longest == pytest.approx(11 * MINUTE, abs=1.5 * MINUTE)


def test_seasons_are_before_spring_and_after_autumn_in_the_north_and_the_other_way_south() -> None:
    year = moment("2026-01-01"), moment("2027-01-01")
    months = {
        name: {
            datetime.fromtimestamp(one.peak, UTC).strftime("%b")
            for one in sun_outages(station, *year)
        }
        for name, station in (("north", dish(59.0, 28.0, 13.0)), ("south", dish(-34.0, 18.0, 13.0)))
    }
    assert months == {"north": {"Feb", "Mar", "Oct"}, "south": {"Mar", "Apr", "Sep"}}


def test_an_outage_under_way_is_told_and_one_that_is_over_is_not() -> None:
    station = dish(52.0766, 23.6143, 13.0)
    peak = moment("2026-03-03T11:24:13")
    during = next(iter(sun_outages(station, peak, peak + 3600.0)))
    assert during.start < peak
    assert not list(sun_outages(station, during.end + 1.0, during.end + 3600.0))


def test_who_does_not_see_the_satellite_has_no_outage() -> None:
    station = dish(52.0, 21.0, 150.0)
    assert not station.sees_satellite
    assert not list(sun_outages(station, moment("2026-01-01"), moment("2027-01-01")))
