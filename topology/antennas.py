"""Antennas: what stands on towers by medium and band, where the inventory does not say.

Typical of the class, not of one product; whoever computes with them must allow for some decibels.
By convention the base station of an LTE or TETRA link is its end a.

Sources: dishes as planners use them by band (ITU-R F.758-7, tables of fixed systems); 5 GHz access
by ECC/REC/(06)04 (36 dBm EIRP); sectors by 3GPP TR 36.814 table A.2.1.1-2.
"""

from dataclasses import dataclass
from typing import Final

from topology.model import Link, Medium
from topology.propagation import antenna_gain_dbi, beamwidth_of_dish_deg, gain_of_dish_dbi

ALL_ROUND_DEG: Final = 360.0
SLANT_OFF_AXIS_DEG: Final = 30.0  # a dish that looks at a satellite sees the ground from aside


@dataclass(frozen=True, slots=True)
class Antenna:
    """Peak gain, width of the beam, and for which frequency."""

    peak_dbi: float
    beamwidth_deg: float
    frequency_hz: float

    def gain_dbi(self, off_axis_deg: float) -> float:
        """Return the gain towards a direction off the axis (ITU-R F.699-8 for dishes)."""
        return antenna_gain_dbi(
            self.peak_dbi, self.beamwidth_deg, off_axis_deg, frequency_hz=self.frequency_hz
        )


_DISHES_M: Final = ((9e9, 1.8), (17e9, 1.2), (60e9, 0.6), (1e12, 0.45))  # below a frequency
_SUB6_DISH_M: Final = 0.4
_VSAT_DISH_M: Final = 1.8


def antenna_of(link: Link, *, is_a: bool) -> Antenna | None:
    """Return what typically stands at one end of a radio link; None where there is no carrier."""
    if link.carrier is None or not link.medium.is_radio:
        return None
    frequency_hz = link.carrier.frequency_hz
    match link.medium:
        case Medium.LTE:
            peak_dbi, beam_deg = (15.0, 65.0) if is_a else (3.0, ALL_ROUND_DEG)
            return Antenna(peak_dbi, beam_deg, frequency_hz)
        case Medium.TETRA:
            return Antenna(8.0 if is_a else 2.0, ALL_ROUND_DEG, frequency_hz)
        case Medium.SUB6:
            return _dish(frequency_hz, _SUB6_DISH_M)
        case Medium.VSAT:
            return _dish(frequency_hz, _VSAT_DISH_M)
        case _:
            metres = next(metres for below_hz, metres in _DISHES_M if frequency_hz < below_hz)
            return _dish(frequency_hz, metres)


def _dish(frequency_hz: float, diameter_m: float) -> Antenna:
    return Antenna(
        gain_of_dish_dbi(frequency_hz, diameter_m),
        beamwidth_of_dish_deg(frequency_hz, diameter_m),
        frequency_hz,
    )
