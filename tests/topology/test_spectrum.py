import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from topology.errors import NetworkError
from topology.model import Carrier, Polarisation
from topology.spectrum import BANDS, band_of, overlap_hz, shares_spectrum

carriers = st.builds(Carrier, frequency_hz=st.floats(1e8, 1e11), width_hz=st.floats(1e3, 2e9))


@pytest.mark.parametrize(
    ("frequency_hz", "expected"),
    [
        (382.5e6, "380 MHz TETRA"),
        (806e6, "800 MHz"),
        (2.437e9, "2.4 GHz"),
        (5.785e9, "5 GHz"),
        (7.442e9, "7 GHz"),
        (14.55e9, "15 GHz"),
        (22.4e9, "23 GHz"),
        (38.5e9, "38 GHz"),
        (71.125e9, "80 GHz"),
        (83.5e9, "80 GHz"),
    ],
)
def test_a_frequency_is_in_the_band_planners_name(frequency_hz: float, expected: str) -> None:
    assert band_of(frequency_hz).name == expected


def test_a_frequency_between_bands_is_named_by_the_edges() -> None:
    assert band_of(9.4e9).name == "8.5–10.7 GHz"
    assert band_of(50e6).name == "below 380 MHz"
    assert band_of(1e11).name == "above 86 GHz"


@given(st.floats(1e-3, 1e15))
def test_every_frequency_has_one_band_and_is_inside_it(frequency_hz: float) -> None:
    band = band_of(frequency_hz)
    assert band.low_hz <= frequency_hz < band.high_hz


def test_bands_are_in_order_do_not_overlap_and_have_different_names() -> None:
    for lower, upper in pairwise(BANDS):
        assert lower.low_hz < lower.high_hz <= upper.low_hz
    assert len({band.name for band in BANDS}) == len(BANDS)


@pytest.mark.parametrize("frequency_hz", [0.0, -1.0, math.nan, math.inf])
def test_an_impossible_frequency_has_no_band(frequency_hz: float) -> None:
    with pytest.raises(NetworkError, match="must be a finite number above 0"):
        band_of(frequency_hz)


@given(carriers, carriers)
def test_overlap_is_the_same_both_ways_and_within_the_narrower(a: Carrier, b: Carrier) -> None:
    assert overlap_hz(a, b) == overlap_hz(b, a)
    narrower_hz = min(a.width_hz, b.width_hz)
    assert 0.0 <= overlap_hz(a, b) <= narrower_hz or overlap_hz(a, b) == pytest.approx(narrower_hz)


def test_half_a_neighbour_channel_overlaps_by_half() -> None:
    here = Carrier(frequency_hz=7.0e9, width_hz=28e6)
    there = Carrier(frequency_hz=7.014e9, width_hz=28e6)
    assert overlap_hz(here, there) == pytest.approx(14e6)


def test_adjacent_channels_share_nothing() -> None:
    here = Carrier(frequency_hz=7.000e9, width_hz=28e6)
    there = Carrier(frequency_hz=7.028e9, width_hz=28e6)
    assert not shares_spectrum(here, there)


def test_crossed_polarisations_share_what_a_jammer_uses() -> None:
    here = Carrier(frequency_hz=7e9, width_hz=28e6, polarisation=Polarisation.VERTICAL)
    there = Carrier(frequency_hz=7e9, width_hz=28e6, polarisation=Polarisation.HORIZONTAL)
    assert shares_spectrum(here, there)
