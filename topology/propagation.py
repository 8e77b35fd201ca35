"""What the air does to a radio signal between two antennas, and what an antenna hears from aside.

Formulas of ITU-R and textbooks, each cited; no state. Gaseous absorption (P.676) is not here: it
is constant on a hop, so a baseline contains it, and it matters only around 60 GHz.
"""

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from topology.errors import NetworkError
from topology.model import Polarisation

LIGHT_METRES_PER_SECOND: Final = 299_792_458.0
BOLTZMANN_JOULES_PER_KELVIN: Final = 1.380649e-23
REFERENCE_KELVIN: Final = 290.0  # IEEE standard noise temperature

RAIN_LOW_HZ: Final = 1e9  # P.838-3 is defined from 1 to 1000 GHz
RAIN_HIGH_HZ: Final = 1e12


def free_space_loss_db(frequency_hz: float, distance_m: float) -> float:
    """Return the loss between isotropic antennas (ITU-R P.525-4)."""
    _require_positive(frequency_hz=frequency_hz, distance_m=distance_m)
    return 20 * math.log10(4 * math.pi * distance_m * frequency_hz / LIGHT_METRES_PER_SECOND)


def thermal_noise_dbm(width_hz: float, noise_figure_db: float = 0.0) -> float:
    """Return the noise floor of a receiver: kTB at 290 K, −174 dBm/Hz, plus its noise figure."""
    _require_positive(width_hz=width_hz)
    watts = BOLTZMANN_JOULES_PER_KELVIN * REFERENCE_KELVIN * width_hz
    return 10 * math.log10(watts * 1000) + noise_figure_db


def rain_attenuation_db_per_km(
    frequency_hz: float, polarisation: Polarisation, rain_mm_per_h: float
) -> float:
    """Return the specific attenuation γ = k·R^α of a horizontal path (ITU-R P.838-3).

    Below 1 GHz, where P.838-3 ends, rain is nothing: less than 0.01 dB/km in a cloudburst.
    """
    _require_positive(frequency_hz=frequency_hz)
    if frequency_hz > RAIN_HIGH_HZ:
        raise NetworkError(f"frequency {frequency_hz:g} Hz is above 1 THz, where P.838-3 ends")
    if not (math.isfinite(rain_mm_per_h) and rain_mm_per_h >= 0):
        raise NetworkError(f"rain {rain_mm_per_h} mm/h must be a finite number, 0 or above")
    if frequency_hz < RAIN_LOW_HZ or rain_mm_per_h == 0:
        return 0.0
    k, alpha = rain_coefficients(frequency_hz, polarisation)
    return k * float(rain_mm_per_h**alpha)


def rain_mm_per_h(
    frequency_hz: float, polarisation: Polarisation, db_per_km: float
) -> float | None:
    """Return the rain that attenuates a path so: R = (γ/k)^(1/α), P.838-3 turned round.

    None below 1 GHz, where rain attenuates nothing and a loss tells none.
    """
    if not (math.isfinite(db_per_km) and db_per_km >= 0):
        raise NetworkError(f"attenuation {db_per_km} dB/km must be a finite number, 0 or above")
    if not RAIN_LOW_HZ <= frequency_hz <= RAIN_HIGH_HZ:
        return None
    k, alpha = rain_coefficients(frequency_hz, polarisation)
    return float((db_per_km / k) ** (1 / alpha))


@dataclass(frozen=True, slots=True)
class _Curve:
    """One column of P.838-3: a sum of bells over log10 of the frequency in GHz, and a line."""

    bells: tuple[tuple[float, float, float], ...]  # (a, b, c) of equations (2) and (3)
    slope: float  # m
    offset: float  # c

    def at(self, log_ghz: float) -> float:
        return (
            sum(a * math.exp(-(((log_ghz - b) / c) ** 2)) for a, b, c in self.bells)
            + self.slope * log_ghz
            + self.offset
        )


# ITU-R P.838-3 (03/2005), tables 1 to 4.
_LOG_K: Final = {
    Polarisation.HORIZONTAL: _Curve(
        (
            (-5.33980, -0.10008, 1.13098),
            (-0.35351, 1.26970, 0.45400),
            (-0.23789, 0.86036, 0.15354),
            (-0.94158, 0.64552, 0.16817),
        ),
        -0.18961,
        0.71147,
    ),
    Polarisation.VERTICAL: _Curve(
        (
            (-3.80595, 0.56934, 0.81061),
            (-3.44965, -0.22911, 0.51059),
            (-0.39902, 0.73042, 0.11899),
            (0.50167, 1.07319, 0.27195),
        ),
        -0.16398,
        0.63297,
    ),
}
_ALPHA: Final = {
    Polarisation.HORIZONTAL: _Curve(
        (
            (-0.14318, 1.82442, -0.55187),
            (0.29591, 0.77564, 0.19822),
            (0.32177, 0.63773, 0.13164),
            (-5.37610, -0.96230, 1.47828),
            (16.1721, -3.29980, 3.43990),
        ),
        0.67849,
        -1.95537,
    ),
    Polarisation.VERTICAL: _Curve(
        (
            (-0.07771, 2.33840, -0.76284),
            (0.56727, 0.95545, 0.54039),
            (-0.20238, 1.14520, 0.26809),
            (-48.2991, 0.791669, 0.116226),
            (48.5833, 0.791459, 0.116479),
        ),
        -0.053739,
        0.83433,
    ),
}


@lru_cache(maxsize=4096)
def rain_coefficients(frequency_hz: float, polarisation: Polarisation) -> tuple[float, float]:
    """Return k and α of P.838-3, 1 … 1000 GHz."""
    log_ghz = math.log10(frequency_hz / 1e9)
    return 10 ** _LOG_K[polarisation].at(log_ghz), _ALPHA[polarisation].at(log_ghz)


def beamwidth_of_dish_deg(frequency_hz: float, diameter_m: float) -> float:
    """Return the 3 dB beamwidth of a dish: 70 wavelengths per diameter (ITU-R F.699-8 §4.1)."""
    _require_positive(frequency_hz=frequency_hz, diameter_m=diameter_m)
    return 70 * LIGHT_METRES_PER_SECOND / (frequency_hz * diameter_m)


def gain_of_dish_dbi(frequency_hz: float, diameter_m: float) -> float:
    """Return the peak gain of a dish: 7.7 dBi + 20 log D/λ (ITU-R F.699-8 §3)."""
    return 7.7 + 20 * math.log10(70 / beamwidth_of_dish_deg(frequency_hz, diameter_m))


def antenna_gain_dbi(
    peak_dbi: float, beamwidth_deg: float, off_axis_deg: float, *, frequency_hz: float = 1e10
) -> float:
    """Return what an antenna gains towards a direction off its axis.

    A beam up to 33 degrees wide follows the envelope of a fixed-link antenna (ITU-R F.699-8); a
    wider one that of a sector (3GPP TR 36.814 table A.2.1.1-2); 360 degrees and more is an
    omnidirectional antenna. Envelopes, not measurements: the lobes beneath them are lower.
    The frequency only tells whether the rules of 70 … 86 GHz hold.
    """
    _require_positive(beamwidth_deg=beamwidth_deg)
    off_axis_deg = abs(math.remainder(off_axis_deg, 360.0))
    if beamwidth_deg >= 360:
        return peak_dbi
    if beamwidth_deg > WIDEST_DISH_DEG:
        return peak_dbi - min(12 * (off_axis_deg / beamwidth_deg) ** 2, SECTOR_FRONT_TO_BACK_DB)
    return _dish_gain_dbi(peak_dbi, 70 / beamwidth_deg, off_axis_deg, frequency_hz)


WIDEST_DISH_DEG: Final = 33.0  # wider, the side lobes of F.699 §2.2 would begin behind their end
SECTOR_FRONT_TO_BACK_DB: Final = 25.0


def _dish_gain_dbi(
    peak_dbi: float, diameter: float, off_axis_deg: float, frequency_hz: float
) -> float:
    """Follow ITU-R F.699-8 §2.1 and §2.2; the diameter is in wavelengths.

    A peak below the envelope (a lossy antenna) is never exceeded.
    """
    first_lobe_dbi = min(peak_dbi, 2 + 15 * math.log10(diameter))
    main_lobe_ends_deg = 20 / diameter * math.sqrt(peak_dbi - first_lobe_dbi)
    if off_axis_deg < main_lobe_ends_deg:
        return peak_dbi - 2.5e-3 * (diameter * off_axis_deg) ** 2
    if diameter > 100:
        decay_begins_deg, decay_dbi = 15.85 * diameter**-0.6, 32.0
    else:
        decay_begins_deg, decay_dbi = 100 / diameter, 52 - 10 * math.log10(diameter)
    if off_axis_deg < decay_begins_deg:
        return first_lobe_dbi
    decay_ends_deg = 120.0 if frequency_hz > 70e9 else 48.0
    return min(peak_dbi, decay_dbi - 25 * math.log10(min(off_axis_deg, decay_ends_deg)))


def _require_positive(**amounts: float) -> None:
    for name, amount in amounts.items():
        if not (math.isfinite(amount) and amount > 0):
            raise NetworkError(f"{name} is {amount}; it must be a finite number above 0")
