"""A jamming-like incident says where the transmitter probably is, as polygons any map takes."""

from itertools import pairwise

from netmon.area import Area, Ring
from tests.netmon.correlation.test_jamming import Watch
from topology.model import Medium


def area_of_three() -> Area:
    watch = Watch(medium=Medium.TETRA, ghz=0.391)
    for link, rise_db in (("hq-a", 20.0), ("a-b", 14.0), ("d-e", 9.0)):
        watch.jam(link, rise_db)
    (suspicion,) = watch.live(3)
    assert suspicion.area is not None
    return suspicion.area


def twice_area(ring: Ring) -> float:
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise(ring))


def test_several_victims_have_an_area_with_closed_rings_that_follow_the_right_hand_rule() -> None:
    area = area_of_three()
    assert area.most
    assert area.half
    for outer, *holes in (*area.most, *area.half):
        assert outer[0] == outer[-1]
        assert len(outer) >= 4
        assert twice_area(outer) > 0  # counterclockwise
        assert all(hole[0] == hole[-1] and twice_area(hole) < 0 for hole in holes)


def test_the_area_names_the_nearest_victim_and_its_bearings_the_surest_first() -> None:
    area = area_of_three()
    assert area.near in {"a", "b", "e", "hq", "d"}
    assert 100.0 < area.within_m < 45_000.0
    widths = [bearing.within_deg for bearing in area.bearings]
    assert widths == sorted(widths)
    assert area.words.startswith("probably within ")


def test_the_estimate_stands_while_the_same_receivers_hear_as_much() -> None:
    watch = Watch(medium=Medium.TETRA, ghz=0.391)
    for link in ("hq-a", "a-b"):
        watch.jam(link, 12.0)
    (before,) = watch.live(6)
    (after,) = watch.live(6)
    assert before.area is not None
    assert after.area is before.area


def test_satellite_dishes_look_at_the_sky_and_have_no_area() -> None:
    watch = Watch(medium=Medium.VSAT, ghz=11.5)
    watch.jam("hq-a", 25.0)
    watch.jam("a-b", 25.0)
    (suspicion,) = watch.live(100)
    assert suspicion.area is None
