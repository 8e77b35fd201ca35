"""How fast and whither something moves follows from when it arrived where."""

import pytest

from topology.geometry import destination
from topology.model import Position
from topology.motion import compass, motion

HERE = Position(latitude_deg=58.0, longitude_deg=26.0)


def places() -> list[Position]:
    return [destination(HERE, azimuth, 9_000.0) for azimuth in (10, 80, 150, 220, 300)]


def test_a_front_that_goes_east_at_36_kmh_is_seen_to() -> None:
    east_km = [0.9e4 * x for x in (0.17365, 0.98481, 0.5, -0.64279, -0.86603)]
    found = motion(places(), [metres / 10.0 for metres in east_km])  # 10 m/s
    assert found is not None
    assert found.heading_deg == pytest.approx(90.0, abs=1.0)
    assert found.metres_per_second == pytest.approx(10.0, rel=0.02)
    assert found.explained == pytest.approx(1.0, abs=0.01)
    assert found.words == "east at 36 km/h"


def test_arrivals_without_order_explain_nothing() -> None:
    found = motion(places(), [0.0, 600.0, 10.0, 700.0, 5.0])
    assert found is not None
    assert found.explained < 0.6


def test_three_arrivals_and_arrivals_at_one_instant_show_no_motion() -> None:
    assert motion(places()[:3], [0.0, 1.0, 2.0]) is None
    assert motion(places(), [5.0] * 5) is None


def test_places_on_one_line_show_no_direction() -> None:
    on_a_line = [destination(HERE, 0.0, metres) for metres in (0.0, 4e3, 8e3, 12e3)]
    assert motion(on_a_line, [0.0, 1.0, 2.0, 3.0]) is None


def test_every_place_needs_its_time() -> None:
    with pytest.raises(ValueError, match="5 places need as many times, not 1"):
        motion(places(), [1.0])


def test_the_winds_are_eight() -> None:
    assert [compass(azimuth) for azimuth in (0, 44, 91, 203, 359)] == [
        "north", "northeast", "east", "southwest", "north",
    ]  # fmt: skip
