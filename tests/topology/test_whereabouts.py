"""Where a transmitter is follows from who hears it, how loud, and who does not."""

import math

import numpy as np
import pytest

from topology.antennas import Antenna, antenna_of
from topology.geometry import azimuth_deg, destination, distance_m, separation_deg
from topology.model import Carrier, InterfaceId, Link, LinkId, Medium, Position
from topology.outline import rings
from topology.propagation import free_space_loss_db
from topology.whereabouts import NOISE_DBM_PER_MHZ, Hearing, whereabouts

HERE = Position(latitude_deg=58.0, longitude_deg=26.0)
ALL_ROUND = Antenna(8.0, 360.0, 390e6)
DISH = Antenna(25.0, 9.0, 5.6e9)


def hearing(
    antenna: Antenna,
    at: Position,
    azimuth: float,
    source: Position,
    power_dbm_per_mhz: float = 15.0,
) -> Hearing:
    """Return what a receiver hears of a transmitter in free space."""
    off = separation_deg(azimuth_deg(at, source), azimuth)
    arriving = (
        power_dbm_per_mhz
        + antenna.gain_dbi(off)
        - free_space_loss_db(antenna.frequency_hz, distance_m(at, source))
        - NOISE_DBM_PER_MHZ
    )
    return Hearing(
        position=at,
        azimuth_deg=azimuth,
        antenna=antenna,
        over_noise_db=arriving if arriving >= 0 else None,
    )


def test_three_receivers_all_around_find_it_near_the_one_that_hears_it_loudest() -> None:
    source = destination(HERE, 130.0, 1_500.0)
    places = [HERE, destination(HERE, 90.0, 12_000.0), destination(HERE, 180.0, 9_000.0)]
    found = whereabouts([hearing(ALL_ROUND, place, 0.0, source) for place in places])
    assert found is not None
    halves = [found.within_m(place, 0.5) for place in places]
    assert halves[0] < 6_000.0
    assert halves[0] < min(halves[1:])


def test_two_crossing_beams_find_it_where_they_cross_if_those_that_look_away_hear_nothing() -> None:
    source = destination(HERE, 60.0, 9_000.0)
    there = destination(HERE, 120.0, 8_000.0)
    facing = [(HERE, 58.0), (there, azimuth_deg(there, source) + 3.0)]
    away = [(place, azimuth + turn) for place, azimuth in facing for turn in (90.0, 180.0, 270.0)]
    hearings = [hearing(DISH, place, azimuth, source) for place, azimuth in (*facing, *away)]
    assert [one.over_noise_db is None for one in hearings] == [False] * 2 + [True] * 6
    found = whereabouts(hearings)
    assert found is not None
    bearing, within = found.bearing_deg(HERE, 0.5)
    assert separation_deg(bearing, 60.0) < 6.0
    assert within < 20.0
    assert distance_m(found.mean(), source) < 6_000.0


def test_one_beam_tells_a_bearing_but_hardly_a_distance() -> None:
    source = destination(HERE, 45.0, 7_000.0)
    found = whereabouts([hearing(DISH, HERE, 45.0, source)])
    assert found is not None
    assert separation_deg(found.bearing_deg(HERE, 0.5)[0], 45.0) < 5.0
    assert found.within_m(found.mean(), 0.9) > 7_000.0


def test_a_receiver_that_hears_nothing_speaks_against_what_it_looks_at() -> None:
    source = destination(HERE, 0.0, 5_000.0)
    loud = hearing(ALL_ROUND, HERE, 0.0, source, power_dbm_per_mhz=-10.0)
    deaf = Hearing(
        position=destination(HERE, 180.0, 5_000.0),
        azimuth_deg=0.0,
        antenna=ALL_ROUND,
        over_noise_db=None,
    )
    alone, with_deaf = whereabouts([loud]), whereabouts([loud, deaf])
    assert alone is not None
    assert with_deaf is not None
    north = np.cos(np.radians(alone.azimuths_deg)) > 0.5
    assert with_deaf.probability[north].sum() > alone.probability[north].sum() + 0.05


def test_nobody_who_hears_it_nothing_to_say() -> None:
    deaf = Hearing(position=HERE, azimuth_deg=0.0, antenna=DISH, over_noise_db=None)
    assert whereabouts([deaf]) is None


def test_probabilities_sum_to_one_and_larger_shares_hold_smaller_ones() -> None:
    found = whereabouts([hearing(ALL_ROUND, HERE, 0.0, destination(HERE, 10.0, 3_000.0))])
    assert found is not None
    assert math.isclose(found.probability.sum(), 1.0)
    half, most = found.holding(0.5), found.holding(0.9)
    assert found.probability[half].sum() >= 0.5
    assert found.probability[most].sum() >= 0.9
    assert not (half & ~most).any()


def test_the_border_of_a_ring_of_cells_is_two_rings() -> None:
    inside = np.zeros((8, 5), dtype=np.bool_)
    inside[:, 2] = True
    found = rings(inside)
    assert len(found) == 2
    assert {corner[1] for ring in found for corner in ring} == {2, 3}
    assert all(ring[0] == ring[-1] for ring in found)


def test_the_border_of_one_cell_has_its_four_corners() -> None:
    inside = np.zeros((8, 5), dtype=np.bool_)
    inside[7, 1] = True  # its far side is where counting begins anew
    (ring,) = rings(inside)
    assert set(ring) == {(7, 1), (0, 1), (0, 2), (7, 2)}
    assert len(ring) == 5


@pytest.mark.parametrize(
    ("medium", "ghz", "beam_deg"),
    [(Medium.TETRA, 0.39, 360.0), (Medium.SUB6, 5.6, 9.37), (Medium.MICROWAVE, 38.0, 0.92)],
)
def test_what_stands_on_towers_is_typical_of_medium_and_band(
    medium: Medium, ghz: float, beam_deg: float
) -> None:
    link = Link(
        id=LinkId("l"),
        a=InterfaceId("a:1"),
        b=InterfaceId("b:1"),
        medium=medium,
        carrier=Carrier(frequency_hz=ghz * 1e9, width_hz=28e6),
    )
    antenna = antenna_of(link, is_a=True)
    assert antenna is not None
    assert antenna.beamwidth_deg == pytest.approx(beam_deg, abs=0.02)


def test_fibre_has_no_antenna() -> None:
    link = Link(id=LinkId("l"), a=InterfaceId("a:1"), b=InterfaceId("b:1"), medium=Medium.FIBRE)
    assert antenna_of(link, is_a=True) is None
