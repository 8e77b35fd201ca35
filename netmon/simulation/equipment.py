"""What stands on the towers: antennas, power and noise of the radios of each medium and band.

Typical of the class, not of one product. By convention the base station of an LTE or TETRA link is
its end a.
"""

from dataclasses import dataclass
from typing import Final

from topology.model import Link, Medium
from topology.propagation import beamwidth_of_dish_deg, gain_of_dish_dbi

OMNI_DEG: Final = 360.0
LTE_SUBCARRIER_HZ: Final = 15e3  # 3GPP TS 36.211: RSRP is the level of one


@dataclass(frozen=True, slots=True)
class Antenna:
    """Peak gain and width of the beam; 360 degrees is omnidirectional."""

    peak_dbi: float
    beamwidth_deg: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Radio:
    """One transmitter and receiver with its antenna.

    `aim_rsl_dbm` is the level planned for the far end; a radio that `adjusts` reaches it by its
    power, the others always send all they have and the rest is houses and trees.
    """

    antenna: Antenna
    most_tsl_dbm: float
    aim_rsl_dbm: float
    noise_figure_db: float
    snr_cap_db: float
    adjusts: bool = True
    atpc_db: float = 0.0  # held back in clear sky, added in a fade
    noise_width_hz: float | None = None  # None: the channel's
    front_gain_db: float = 0.0  # before the point where the level is measured


@dataclass(frozen=True, slots=True)
class _Class:
    """Microwave radios below a frequency."""

    below_hz: float
    dish_m: float
    most_tsl_dbm: float
    aim_rsl_dbm: float
    noise_figure_db: float


_MICROWAVE: Final = (
    _Class(9e9, 1.8, 30.0, -42.0, 5.0),
    _Class(17e9, 1.2, 27.0, -40.0, 6.0),
    _Class(30e9, 0.6, 24.0, -40.0, 7.0),
    _Class(60e9, 0.6, 22.0, -40.0, 8.0),
    _Class(1e12, 0.6, 18.0, -38.0, 9.0),
)


def radio_of(link: Link, *, is_a: bool, uses_atpc: bool) -> Radio | None:
    """Return the radio at one end of a link, or None where there is none."""
    if link.carrier is None or not link.medium.is_radio:
        return None
    frequency_hz = link.carrier.frequency_hz
    match link.medium:
        case Medium.SUB6:
            return Radio(
                antenna=_dish(frequency_hz, 0.4),
                most_tsl_dbm=12.0,  # 36 dBm EIRP, ECC/REC/(06)04
                aim_rsl_dbm=-56.0,
                noise_figure_db=6.0,
                snr_cap_db=34.0,
            )
        case Medium.LTE:
            return _lte(is_a=is_a)
        case Medium.TETRA:
            return Radio(
                antenna=Antenna(8.0 if is_a else 2.0, OMNI_DEG),
                most_tsl_dbm=44.0 if is_a else 40.0,
                aim_rsl_dbm=-72.0,
                noise_figure_db=6.0,
                snr_cap_db=35.0,
                adjusts=False,
            )
        case Medium.VSAT:
            return Radio(
                antenna=_dish(frequency_hz, 1.8),
                most_tsl_dbm=-22.0,  # out of the modem; the amplifier on the dish adds its own
                aim_rsl_dbm=-45.0,  # behind the converter on the dish
                noise_figure_db=1.0,
                snr_cap_db=25.0,
                adjusts=False,
                front_gain_db=50.0,
            )
        case _:
            return _microwave(frequency_hz, uses_atpc=uses_atpc)


def _dish(frequency_hz: float, diameter_m: float) -> Antenna:
    return Antenna(
        gain_of_dish_dbi(frequency_hz, diameter_m), beamwidth_of_dish_deg(frequency_hz, diameter_m)
    )


def _lte(*, is_a: bool) -> Radio:
    return Radio(
        antenna=Antenna(15.0, 65.0) if is_a else Antenna(3.0, OMNI_DEG),
        most_tsl_dbm=46.0 if is_a else 23.0,
        aim_rsl_dbm=-92.0,  # RSRP
        noise_figure_db=7.0,
        snr_cap_db=26.0,
        adjusts=False,
        noise_width_hz=LTE_SUBCARRIER_HZ,
    )


def _microwave(frequency_hz: float, *, uses_atpc: bool) -> Radio:
    made = next(each for each in _MICROWAVE if frequency_hz < each.below_hz)
    atpc_db = 6.0 if uses_atpc else 0.0
    return Radio(
        antenna=_dish(frequency_hz, made.dish_m),
        most_tsl_dbm=made.most_tsl_dbm,
        aim_rsl_dbm=made.aim_rsl_dbm - atpc_db,
        noise_figure_db=made.noise_figure_db,
        snr_cap_db=38.0,
        atpc_db=atpc_db,
    )
