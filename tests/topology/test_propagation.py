import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from topology.errors import NetworkError
from topology.model import Polarisation
from topology.propagation import (
    antenna_gain_dbi,
    beamwidth_of_dish_deg,
    free_space_loss_db,
    gain_of_dish_dbi,
    rain_attenuation_db_per_km,
    rain_coefficients,
    thermal_noise_dbm,
)

V, H = Polarisation.VERTICAL, Polarisation.HORIZONTAL

# ITU-R P.838-3, to the digits printed; cross-checked elsewhere against itur 0.4.0.
P838 = [
    (6, 0.00049, 1.573, 0.00071, 1.590, (0.01, 0.05, 0.23, 0.68)),
    (7.5, 0.00229, 1.427, 0.00287, 1.434, (0.02, 0.16, 0.61, 1.63)),
    (11, 0.01731, 1.162, 0.01772, 1.214, (0.11, 0.56, 1.63, 3.64)),
    (15, 0.05008, 1.044, 0.04481, 1.123, (0.27, 1.14, 2.97, 6.13)),
    (18, 0.07708, 1.003, 0.07078, 1.082, (0.39, 1.55, 3.89, 7.80)),
    (23, 0.12836, 0.963, 0.12864, 1.021, (0.60, 2.30, 5.55, 10.8)),
    (28, 0.19645, 0.928, 0.20509, 0.968, (0.87, 3.16, 7.40, 14.1)),
    (32, 0.26458, 0.898, 0.27776, 0.930, (1.12, 3.90, 8.88, 16.6)),
    (38, 0.38440, 0.855, 0.40011, 0.882, (1.52, 4.98, 10.9, 19.7)),
    (60, 0.85152, 0.749, 0.86061, 0.766, (2.84, 8.02, 15.9, 26.8)),
    (80, 1.16683, 0.702, 1.17045, 0.712, (3.61, 9.56, 18.2, 29.6)),
]


@pytest.mark.parametrize(
    ("ghz", "k_v", "alpha_v", "k_h", "alpha_h", "losses"),
    P838,
    ids=[f"{row[0]} GHz" for row in P838],
)
def test_rain_coefficients_are_those_of_p838(
    ghz: float, k_v: float, alpha_v: float, k_h: float, alpha_h: float, losses: tuple[float, ...]
) -> None:
    for polarisation, k, alpha in ((V, k_v, alpha_v), (H, k_h, alpha_h)):
        found_k, found_alpha = rain_coefficients(ghz * 1e9, polarisation)
        assert found_k == pytest.approx(k, abs=6e-6)
        assert found_alpha == pytest.approx(alpha, abs=6e-4)
    for rain, loss in zip((5, 20, 50, 100), losses, strict=True):
        half_a_digit = 0.0051 if loss < 10 else 0.055  # three digits are printed
        found = rain_attenuation_db_per_km(ghz * 1e9, V, rain)
        assert found == pytest.approx(loss, abs=half_a_digit)


def test_rain_at_38_ghz_is_2_2_times_that_at_23_ghz() -> None:
    ratio = rain_attenuation_db_per_km(38e9, V, 20) / rain_attenuation_db_per_km(23e9, V, 20)
    assert ratio == pytest.approx(2.2, abs=0.05)


def test_rain_does_nothing_to_tetra_and_a_dry_sky_to_nobody() -> None:
    assert rain_attenuation_db_per_km(390e6, V, 150) == 0.0
    assert rain_attenuation_db_per_km(80e9, V, 0) == 0.0


@given(st.floats(1e9, 1e11), st.sampled_from([V, H]), st.floats(0, 200), st.floats(0, 200))
def test_more_rain_never_attenuates_less(
    frequency_hz: float, polarisation: Polarisation, one: float, other: float
) -> None:
    less, more = sorted((one, other))
    assert rain_attenuation_db_per_km(
        frequency_hz, polarisation, less
    ) <= rain_attenuation_db_per_km(frequency_hz, polarisation, more)


@pytest.mark.parametrize(
    ("frequency_hz", "rain"),
    [(math.nan, 1.0), (0.0, 1.0), (2e12, 1.0), (7e9, -1.0), (7e9, math.nan)],
)
def test_impossible_rain_is_refused(frequency_hz: float, rain: float) -> None:
    with pytest.raises(NetworkError):
        rain_attenuation_db_per_km(frequency_hz, V, rain)


def test_free_space_loss_is_92_45_db_at_one_gigahertz_and_one_kilometre() -> None:
    assert free_space_loss_db(1e9, 1000.0) == pytest.approx(92.45, abs=0.005)  # P.525-4 (4)


def test_twice_the_distance_costs_6_db() -> None:
    more = free_space_loss_db(7e9, 40_000) - free_space_loss_db(7e9, 20_000)
    assert more == pytest.approx(6.02, abs=0.005)


def test_free_space_loss_at_no_distance_is_refused() -> None:
    with pytest.raises(NetworkError, match=r"distance_m is 0.0; it must be"):
        free_space_loss_db(7e9, 0.0)


def test_thermal_noise_is_minus_174_dbm_per_hertz() -> None:
    assert thermal_noise_dbm(1.0) == pytest.approx(-173.98, abs=0.005)
    assert thermal_noise_dbm(28e6, noise_figure_db=6.0) == pytest.approx(-93.5, abs=0.05)


def test_a_dish_of_1_8_metres_at_7_ghz_has_40_dbi_and_a_beam_of_1_7_degrees() -> None:
    assert gain_of_dish_dbi(7e9, 1.8) == pytest.approx(40.17, abs=0.01)
    assert beamwidth_of_dish_deg(7e9, 1.8) == pytest.approx(1.67, abs=0.01)


@pytest.mark.parametrize(
    ("diameter", "off_axis_deg", "frequency_hz", "expected_dbi"),
    [
        # Written out from F.699-8 §2.1 (D/λ = 200) and §2.2 (D/λ = 50).
        (200, 0.0, 23e9, 53.7),
        (200, 0.2, 23e9, 49.7),
        (200, 0.6, 23e9, 36.52),
        (200, 10.0, 23e9, 7.0),
        (200, 48.0, 23e9, -10.03),
        (200, 180.0, 23e9, -10.03),
        (200, 100.0, 80e9, -18.0),
        (200, 180.0, 80e9, -19.98),
        (50, 1.9, 7e9, 27.48),
        (50, 10.0, 7e9, 10.01),
        (50, 180.0, 7e9, -7.02),
    ],
)
def test_a_dish_hears_from_aside_what_f699_says(
    diameter: float, off_axis_deg: float, frequency_hz: float, expected_dbi: float
) -> None:
    peak_dbi = 7.7 + 20 * math.log10(diameter)
    gain = antenna_gain_dbi(peak_dbi, 70 / diameter, off_axis_deg, frequency_hz=frequency_hz)
    assert gain == pytest.approx(expected_dbi, abs=0.05)


@given(st.floats(0.2, 359), st.floats(0, 180), st.floats(0, 180))
def test_gain_never_rises_away_from_the_axis(
    beamwidth_deg: float, one_deg: float, other_deg: float
) -> None:
    peak_dbi = 44.5 - 20 * math.log10(beamwidth_deg)  # F.699-8 §4.2
    near, far = sorted((one_deg, other_deg))
    # §2.1 meets its main lobe with a step of up to a decibel; no more is allowed.
    assert (
        antenna_gain_dbi(peak_dbi, beamwidth_deg, far)
        <= antenna_gain_dbi(peak_dbi, beamwidth_deg, near) + 1.0
    )


@given(st.floats(-10, 60), st.floats(0.1, 400), st.floats(-720, 720))
def test_no_direction_beats_the_axis(peak_dbi: float, beamwidth: float, off_axis: float) -> None:
    assert antenna_gain_dbi(peak_dbi, beamwidth, off_axis) <= peak_dbi


def test_an_omnidirectional_antenna_hears_all_around() -> None:
    assert antenna_gain_dbi(8.0, 360.0, 180.0) == 8.0


def test_a_sector_is_half_as_loud_at_the_edge_of_its_beam() -> None:
    assert antenna_gain_dbi(17.0, 90.0, 45.0) == pytest.approx(14.0)
    assert antenna_gain_dbi(17.0, 90.0, 180.0) == pytest.approx(-8.0)
