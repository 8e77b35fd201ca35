"""What hangs together by nearness: the same groups as by comparing everybody with everybody."""

import time

from hypothesis import given
from hypothesis import strategies as st

from topology.geometry import cartesian_m, destination, distance_m
from topology.model import Position
from topology.nearness import Near, groups

NARVA = Position(latitude_deg=59.377, longitude_deg=28.19)


def east_of_narva(*kilometres: float) -> list[list[tuple[float, float, float]]]:
    return [[cartesian_m(destination(NARVA, 90.0, km * 1e3))] for km in kilometres]


def test_who_is_near_the_next_hangs_together() -> None:
    assert groups(east_of_narva(0, 9, 18, 29, 38), Near(metres=10e3)) == [[0, 1, 2], [3, 4]]


def test_nobody_is_near_nobody() -> None:
    assert groups([], Near(metres=10e3)) == []


def test_one_point_of_each_suffices() -> None:
    a, b, c = (point for (point,) in east_of_narva(0, 50, 55))
    assert groups([[a, b], [c]], Near(metres=10e3)) == [[0, 1]]


def test_near_in_space_but_not_in_time_is_apart() -> None:
    near = Near(metres=10e3, seconds=600.0)
    assert groups(east_of_narva(0, 1, 2), near, [0.0, 700.0, 1400.0]) == [[0], [1], [2]]
    assert groups(east_of_narva(0, 1, 2), near, [0.0, 600.0, 1200.0]) == [[0, 1, 2]]


def test_near_in_time_but_not_in_space_does_not_bridge() -> None:
    near = Near(metres=10e3, seconds=600.0)
    assert groups(east_of_narva(0, 80, 1), near, [0.0, 500.0, 1000.0]) == [[0], [1], [2]]


@given(
    st.lists(
        st.tuples(st.floats(0, 359), st.floats(0, 120e3), st.floats(0, 3000)),
        max_size=40,
    ),
    st.floats(1e3, 40e3),
)
def test_the_groups_are_those_of_comparing_all_pairs(
    members: list[tuple[float, float, float]], metres: float
) -> None:
    places = [destination(NARVA, azimuth, away) for azimuth, away, _ in members]
    moments = [moment for *_, moment in members]
    group_of = list(range(len(members)))
    for a in range(len(members)):
        for b in range(a):
            near = abs(moments[a] - moments[b]) <= 600 and distance_m(places[a], places[b])
            if near is not False and near <= metres:
                kept, dropped = group_of[b], group_of[a]
                group_of = [kept if group == dropped else group for group in group_of]
    expected = [
        [at for at, group in enumerate(group_of) if group == one] for one in dict.fromkeys(group_of)
    ]
    near_enough = Near(metres=metres, seconds=600.0)
    assert groups([[cartesian_m(place)] for place in places], near_enough, moments) == expected


def test_four_times_as_many_take_about_four_times_as_long() -> None:
    def cpu_seconds(members: int) -> float:
        crowd = east_of_narva(*(at * 0.05 for at in range(members)))  # each near 300 others
        started = time.process_time()
        assert len(groups(crowd, Near(metres=15e3))) == 1
        return time.process_time() - started

    cpu_seconds(500)
    assert min(cpu_seconds(8000) for _ in range(3)) < 8 * min(cpu_seconds(2000) for _ in range(3))
