"""Which band a carrier is in, and which carriers share spectrum.

Bands are named as radio planners name them. Edges are those of the European arrangement given in
the table; what lies between two bands is a band too, named by its edges, so that every frequency
has exactly one.
"""

import math
from bisect import bisect_right
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from topology.errors import NetworkError
from topology.model import Carrier


@dataclass(frozen=True, slots=True)
class Band:
    """A range of frequencies with one name: low_hz ≤ frequency < high_hz."""

    name: str
    low_hz: float
    high_hz: float


_MHZ, _GHZ = 1e6, 1e9

BANDS: Final[tuple[Band, ...]] = (
    Band("380 MHz TETRA", 380 * _MHZ, 400 * _MHZ),  # ECC/DEC/(08)05: public safety
    Band("410 MHz TETRA", 410 * _MHZ, 430 * _MHZ),  # ECC/DEC/(19)02
    Band("450 MHz", 450 * _MHZ, 470 * _MHZ),  # ECC/DEC/(19)02; 3GPP TS 36.101 bands 31, 72
    Band("700 MHz", 694 * _MHZ, 790 * _MHZ),  # ECC/DEC/(15)01; 3GPP bands 28, 68
    Band("800 MHz", 790 * _MHZ, 862 * _MHZ),  # ECC/DEC/(09)03; 3GPP band 20
    Band("900 MHz", 880 * _MHZ, 960 * _MHZ),  # 3GPP band 8
    Band("1.8 GHz", 1710 * _MHZ, 1880 * _MHZ),  # 3GPP band 3
    Band("2.1 GHz", 1920 * _MHZ, 2170 * _MHZ),  # 3GPP band 1
    Band("2.4 GHz", 2400 * _MHZ, 2483.5 * _MHZ),  # ERC/REC 70-03 annex 3
    Band("2.6 GHz", 2500 * _MHZ, 2690 * _MHZ),  # 3GPP bands 7, 38
    Band("3.5 GHz", 3400 * _MHZ, 3800 * _MHZ),  # ECC/DEC/(11)06; 3GPP bands 42, 43, n78
    Band("4 GHz", 3800 * _MHZ, 4200 * _MHZ),  # ERC/REC 12-08
    Band("5 GHz", 5150 * _MHZ, 5875 * _MHZ),  # ECC/DEC/(04)08 RLAN, ECC/REC/(06)04 BFWA
    Band("6 GHz", 5925 * _MHZ, 7125 * _MHZ),  # ERC/REC 14-01 and 14-02: lower and upper 6 GHz
    Band("7 GHz", 7125 * _MHZ, 7725 * _MHZ),  # ECC/REC/(02)06
    Band("8 GHz", 7725 * _MHZ, 8500 * _MHZ),  # ECC/REC/(02)06
    Band("11 GHz", 10.7 * _GHZ, 11.7 * _GHZ),  # ERC/REC 12-06; also VSAT downlink
    Band("12 GHz", 11.7 * _GHZ, 12.75 * _GHZ),  # VSAT downlink
    Band("13 GHz", 12.75 * _GHZ, 13.25 * _GHZ),  # ERC/REC 12-02
    Band("14 GHz", 14.0 * _GHZ, 14.5 * _GHZ),  # VSAT uplink
    Band("15 GHz", 14.5 * _GHZ, 15.35 * _GHZ),  # ERC/REC 12-07
    Band("18 GHz", 17.7 * _GHZ, 19.7 * _GHZ),  # ERC/REC 12-03
    Band("20 GHz", 19.7 * _GHZ, 20.2 * _GHZ),  # VSAT downlink, Ka
    Band("23 GHz", 22.0 * _GHZ, 23.6 * _GHZ),  # T/R 13-02
    Band("26 GHz", 24.25 * _GHZ, 27.5 * _GHZ),  # T/R 13-02; 3GPP band n258
    Band("28 GHz", 27.5 * _GHZ, 29.5 * _GHZ),  # T/R 13-02
    Band("30 GHz", 29.5 * _GHZ, 30.0 * _GHZ),  # VSAT uplink, Ka
    Band("32 GHz", 31.8 * _GHZ, 33.4 * _GHZ),  # ERC/REC/(01)02
    Band("38 GHz", 37.0 * _GHZ, 39.5 * _GHZ),  # T/R 12-01
    Band("42 GHz", 40.5 * _GHZ, 43.5 * _GHZ),  # ECC/REC/(01)04
    Band("60 GHz", 57.0 * _GHZ, 71.0 * _GHZ),  # ECC/REC/(09)01; IEEE 802.11ay
    Band("80 GHz", 71.0 * _GHZ, 86.0 * _GHZ),  # ECC/REC/(05)07, both halves of the pair
)


def band_of(frequency_hz: float) -> Band:
    """Return the band of a frequency; raises NetworkError unless it is finite and above 0."""
    if not (math.isfinite(frequency_hz) and frequency_hz > 0):
        raise NetworkError(f"frequency {frequency_hz} Hz must be a finite number above 0")
    return _PLAN[bisect_right(_EDGES, frequency_hz) - 1]


def overlap_hz(carrier: Carrier, other: Carrier) -> float:
    """Return the width both carriers occupy; 0 if they only touch."""
    top = min(_high_hz(carrier), _high_hz(other))
    bottom = max(_low_hz(carrier), _low_hz(other))
    return max(0.0, top - bottom)


def shares_spectrum(carrier: Carrier, other: Carrier) -> bool:
    """Whether what jams one carrier reaches the other.

    Polarisation does not count: it divides power by some 30 dB between cooperating antennas on
    boresight, and not at all against an emitter elsewhere.
    """
    return overlap_hz(carrier, other) > 0


def _low_hz(carrier: Carrier) -> float:
    return carrier.frequency_hz - carrier.width_hz / 2


def _high_hz(carrier: Carrier) -> float:
    return carrier.frequency_hz + carrier.width_hz / 2


def _between(low_hz: float, high_hz: float) -> Band:
    unit, name = (_GHZ, "GHz") if low_hz >= _GHZ else (_MHZ, "MHz")
    return Band(f"{low_hz / unit:g}–{high_hz / unit:g} {name}", low_hz, high_hz)


def _without_gaps(bands: tuple[Band, ...]) -> tuple[Band, ...]:
    first, last = bands[0], bands[-1]
    plan = [Band(f"below {first.low_hz / _MHZ:g} MHz", 0.0, first.low_hz), first]
    for lower, upper in pairwise(bands):
        if lower.high_hz < upper.low_hz:
            plan.append(_between(lower.high_hz, upper.low_hz))
        plan.append(upper)
    plan.append(Band(f"above {last.high_hz / _GHZ:g} GHz", last.high_hz, math.inf))
    return tuple(plan)


_PLAN: Final = _without_gaps(BANDS)
_EDGES: Final = tuple(band.low_hz for band in _PLAN)
