"""Rain: what share of a year a radio hop works as far as rain lets it (ITU-R P.530-18 §2.4.1).

The rate of rain exceeded for 0.01 % of an average year is for the caller to know (ITU-R P.837, or
a gauge on the spot). The method holds up to 100 GHz and 60 km, and between 1 % and 0.001 % of the
year: a hop with more margin than that is never said to be better, one with less is refused.
"""

import math
from typing import Final

from topology.errors import NetworkError
from topology.model import Carrier
from topology.propagation import rain_attenuation_db_per_km, rain_coefficients
from topology.resilience.dependability import Dependability

MOST_HZ: Final = 100e9
MOST_M: Final = 60_000.0
RAREST_PERCENT: Final = 0.001
OFTENEST_PERCENT: Final = 1.0

_LEAST_HZ: Final = 1e9  # below it P.838-3 knows no rain
_LONGEST_FACTOR: Final = 2.5  # that an effective path may be longer than the path


def fade_exceeded_db(
    carrier: Carrier, length_m: float, rain_mm_per_h: float, percent: float = 0.01
) -> float:
    """Return the attenuation by rain that is exceeded for some percent of the year, 0.001 … 1.

    Raises NetworkError outside what the method covers.
    """
    _require_covered(carrier, length_m, rain_mm_per_h)
    if not RAREST_PERCENT <= percent <= OFTENEST_PERCENT:
        raise NetworkError(
            f"{percent} % of the year is outside {RAREST_PERCENT} … {OFTENEST_PERCENT} %"
        )
    c1, c2, c3 = _shape(carrier.frequency_hz)
    rarity = math.log10(percent)
    at_a_hundredth = _hundredth_db(carrier, length_m, rain_mm_per_h)
    return at_a_hundredth * c1 * 10 ** -(c2 * rarity + c3 * rarity**2)


def availability_in_rain(
    carrier: Carrier, length_m: float, rain_mm_per_h: float, margin_db: float
) -> Dependability:
    """Return the availability of a hop whose receiver can lose so many decibels to rain.

    Raises NetworkError outside what the method covers, and for a margin that rain exceeds for
    more than 1 % of the year.
    """
    if not (math.isfinite(margin_db) and margin_db > 0):
        raise NetworkError(f"margin_db is {margin_db}; it must be a finite number above 0")
    if carrier.frequency_hz < _LEAST_HZ or rain_mm_per_h == 0:
        return Dependability(1.0)
    if margin_db >= fade_exceeded_db(carrier, length_m, rain_mm_per_h, RAREST_PERCENT):
        return Dependability(1.0 - RAREST_PERCENT / 100)
    often = fade_exceeded_db(carrier, length_m, rain_mm_per_h, OFTENEST_PERCENT)
    if margin_db < often:
        raise NetworkError(
            f"a margin of {margin_db:g} dB is less than the {often:.1f} dB that rain takes for "
            f"{OFTENEST_PERCENT:g} % of the year; that is more rain than ITU-R P.530 covers"
        )
    c1, c2, c3 = _shape(carrier.frequency_hz)
    level = math.log10(margin_db / (c1 * _hundredth_db(carrier, length_m, rain_mm_per_h)))
    # The equation of fade_exceeded_db, a quadratic in the logarithm of the percentage.
    rarity = (-c2 + math.sqrt(max(c2**2 - 4 * c3 * level, 0.0))) / (2 * c3)
    return Dependability(1.0 - 10**rarity / 100)


def _hundredth_db(carrier: Carrier, length_m: float, rain_mm_per_h: float) -> float:
    """Return the attenuation exceeded for 0.01 % of the year: steps 2 to 4."""
    if carrier.frequency_hz < _LEAST_HZ or rain_mm_per_h == 0:
        return 0.0
    length_km, ghz = length_m / 1e3, carrier.frequency_hz / 1e9
    _, alpha = rain_coefficients(carrier.frequency_hz, carrier.polarisation)
    spread = 0.477 * length_km**0.633 * rain_mm_per_h ** (0.073 * alpha) * ghz**0.123
    spread -= 10.579 * (1 - math.exp(-0.024 * length_km))
    factor = _LONGEST_FACTOR if spread <= 1 / _LONGEST_FACTOR else 1 / spread
    specific = rain_attenuation_db_per_km(carrier.frequency_hz, carrier.polarisation, rain_mm_per_h)
    return specific * length_km * factor


def _shape(frequency_hz: float) -> tuple[float, float, float]:
    """Return C1, C2 and C3 of step 5."""
    c0 = 0.12 + 0.4 * math.log10(max(frequency_hz / 10e9, 1.0) ** 0.8)
    return (
        0.07**c0 * 0.12 ** (1 - c0),
        0.855 * c0 + 0.546 * (1 - c0),
        0.139 * c0 + 0.043 * (1 - c0),
    )


def _require_covered(carrier: Carrier, length_m: float, rain_mm_per_h: float) -> None:
    if carrier.frequency_hz > MOST_HZ:
        raise NetworkError(f"{carrier.frequency_hz:g} Hz is above 100 GHz, where P.530 ends")
    if not 0 < length_m <= MOST_M:
        raise NetworkError(f"length_m is {length_m}; ITU-R P.530 covers hops of up to 60 km")
    if not (math.isfinite(rain_mm_per_h) and rain_mm_per_h >= 0):
        raise NetworkError(f"rain {rain_mm_per_h} mm/h must be a finite number, 0 or above")
