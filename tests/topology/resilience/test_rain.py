import pytest

from topology.errors import NetworkError
from topology.model import Carrier, Polarisation
from topology.resilience.rain import availability_in_rain, fade_exceeded_db

HOP = Carrier(frequency_hz=23e9, width_hz=28e6, polarisation=Polarisation.VERTICAL)


def carrier(ghz: float) -> Carrier:
    return Carrier(frequency_hz=ghz * 1e9, width_hz=28e6, polarisation=Polarisation.HORIZONTAL)


def test_the_attenuation_follows_the_steps_of_the_recommendation() -> None:
    # By hand: 10 km at 20 GHz horizontal, 30 mm/h. k = 0.09164, alpha = 1.0568 (P.838-3), so
    # 3.336 dB/km; r = 1 / (0.477·10^0.633·30^(0.073·1.0568)·20^0.123 − 10.579·(1 − e^−0.24))
    #           = 1 / (3.855 − 2.257) = 0.6259.
    found = fade_exceeded_db(carrier(20), 10_000, 30)
    assert found == pytest.approx(3.336 * 10 * 0.6259, rel=0.01)


@pytest.mark.parametrize("ghz", [6.0, 11.0, 23.0, 38.0, 80.0])
def test_a_hundredth_of_a_percent_is_where_the_curve_is_anchored(ghz: float) -> None:
    one, other = fade_exceeded_db(carrier(ghz), 5000, 30), fade_exceeded_db(carrier(ghz), 5000, 60)
    assert fade_exceeded_db(carrier(ghz), 5000, 30, 0.01) == one
    assert fade_exceeded_db(carrier(ghz), 5000, 30, 0.1) < one < other
    assert fade_exceeded_db(carrier(ghz), 5000, 30, 0.001) > one


@pytest.mark.parametrize("percent", [0.002, 0.01, 0.05, 0.3, 0.99])
@pytest.mark.parametrize("ghz", [7.0, 23.0, 80.0])
def test_the_margin_that_rain_exceeds_gives_back_the_share_of_the_year(
    ghz: float, percent: float
) -> None:
    margin = fade_exceeded_db(carrier(ghz), 8000, 35, percent)
    found = availability_in_rain(carrier(ghz), 8000, 35, margin)
    assert 100 * (1 - found.availability) == pytest.approx(percent, rel=1e-6)


def test_short_hops_are_longer_to_rain_by_two_and_a_half_at_most() -> None:
    short, half = (fade_exceeded_db(HOP, length, 30) for length in (200.0, 100.0))
    assert short == pytest.approx(2 * half)


def test_much_margin_is_never_said_to_be_better_than_the_method_knows() -> None:
    assert availability_in_rain(HOP, 5000, 30, 1000).availability == 0.99999
    assert availability_in_rain(HOP, 5000, 0, 10).availability == 1
    vhf = Carrier(frequency_hz=400e6, width_hz=25e3)
    assert availability_in_rain(vhf, 20_000, 30, 10).availability == 1


def test_what_the_method_does_not_cover_is_refused() -> None:
    with pytest.raises(NetworkError, match=r"more rain than ITU-R P\.530 covers"):
        availability_in_rain(carrier(80), 20_000, 60, 3)
    with pytest.raises(NetworkError, match="hops of up to 60 km"):
        fade_exceeded_db(HOP, 61_000, 30)
    with pytest.raises(NetworkError, match="above 100 GHz"):
        fade_exceeded_db(carrier(120), 1000, 30)
    with pytest.raises(NetworkError, match=r"2 % of the year is outside 0\.001"):
        fade_exceeded_db(HOP, 1000, 30, 2)
    with pytest.raises(NetworkError, match="margin_db is 0"):
        availability_in_rain(HOP, 1000, 30, 0)
