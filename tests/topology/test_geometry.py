import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from topology.geometry import (
    EARTH_RADIUS_M,
    azimuth_deg,
    destination,
    distance_m,
    separation_deg,
)
from topology.model import Position

positions = st.builds(
    Position,
    latitude_deg=st.floats(-90, 90),
    longitude_deg=st.floats(-180, 180),
)
bearings = st.floats(-720, 720)

NARVA = Position(latitude_deg=59.3772, longitude_deg=28.1903)
TALLINN = Position(latitude_deg=59.4370, longitude_deg=24.7536)


def at(latitude_deg: float, longitude_deg: float) -> Position:
    return Position(latitude_deg=latitude_deg, longitude_deg=longitude_deg)


def test_one_degree_of_a_meridian_is_111_195_metres() -> None:
    assert distance_m(at(0, 0), at(1, 0)) == pytest.approx(111_195.08, abs=0.01)


def test_narva_to_tallinn_is_within_half_a_percent_of_the_ellipsoid() -> None:
    geodesic_m = 195_280.64  # Vincenty's inverse formula on WGS 84
    assert distance_m(NARVA, TALLINN) == pytest.approx(geodesic_m, rel=0.005)


def test_antipodes_are_half_the_circumference_apart() -> None:
    assert distance_m(at(10, 20), at(-10, -160)) == pytest.approx(math.pi * EARTH_RADIUS_M)


def test_the_shortest_hop_is_measured_to_the_millimetre() -> None:
    near = destination(NARVA, 45.0, 1.0)
    assert distance_m(NARVA, near) == pytest.approx(1.0, abs=1e-3)


def test_distance_across_the_date_line_is_short() -> None:
    assert distance_m(at(0, 179.5), at(0, -179.5)) == pytest.approx(111_195.08, abs=0.01)


@given(positions, positions)
def test_distance_is_the_same_both_ways(a: Position, b: Position) -> None:
    assert distance_m(a, b) == pytest.approx(distance_m(b, a), abs=1e-6)


@given(positions)
def test_a_place_is_no_distance_from_itself(place: Position) -> None:
    assert distance_m(place, place) == pytest.approx(0.0, abs=1e-6)


@given(positions, positions, positions)
def test_a_detour_is_never_shorter(a: Position, b: Position, c: Position) -> None:
    assert distance_m(a, c) <= distance_m(a, b) + distance_m(b, c) + 1e-3


@given(positions, bearings, st.floats(0, math.pi * EARTH_RADIUS_M))
def test_a_destination_is_as_far_away_as_asked(
    start: Position, bearing_deg: float, length_m: float
) -> None:
    there = destination(start, bearing_deg, length_m)
    assert distance_m(start, there) == pytest.approx(length_m, abs=1e-3)


@given(
    st.builds(Position, latitude_deg=st.floats(-80, 80), longitude_deg=st.floats(-180, 180)),
    st.floats(0, 359.99),
    st.floats(100, 1e6),
)
def test_a_destination_lies_in_the_direction_asked(
    start: Position, bearing_deg: float, length_m: float
) -> None:
    there = destination(start, bearing_deg, length_m)
    assert separation_deg(azimuth_deg(start, there), bearing_deg) < 1e-4


@given(positions, positions)
def test_a_bearing_is_at_least_0_and_below_360_degrees(a: Position, b: Position) -> None:
    assert 0.0 <= azimuth_deg(a, b) < 360.0


@pytest.mark.parametrize(
    ("there", "expected_deg"),
    [(at(1, 0), 0.0), (at(0, 1), 90.0), (at(-1, 0), 180.0), (at(0, -1), 270.0)],
    ids=["north", "east", "south", "west"],
)
def test_bearings_turn_clockwise_from_north(there: Position, expected_deg: float) -> None:
    assert azimuth_deg(at(0, 0), there) == pytest.approx(expected_deg)


@given(bearings, bearings)
def test_the_angle_between_bearings_is_symmetric_and_at_most_180(a: float, b: float) -> None:
    assert separation_deg(a, b) == separation_deg(b, a)
    assert 0.0 <= separation_deg(a, b) <= 180.0


def test_350_and_10_degrees_are_20_apart() -> None:
    assert separation_deg(350.0, 10.0) == pytest.approx(20.0)
