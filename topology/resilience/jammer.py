"""Jammer: which radio links a transmitter of given power, band and place would take down.

A link budget at every receiver: what the jammer lays into the channel through the antenna's
pattern, against what the far end sends. In free space, so that this is the worst case: terrain,
curvature and foliage only lessen it. Where no received level is told, a typical link of its
medium is taken (`topology.antennas`), good to some decibels.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from topology import geometry, propagation
from topology.antennas import SLANT_OFF_AXIS_DEG, Antenna, antenna_of
from topology.errors import NetworkError
from topology.model import Carrier, InterfaceId, Link, LinkId, Medium, Position
from topology.network import Network
from topology.resilience.snapshot import Elements
from topology.spectrum import overlap_hz

NOISE_FIGURE_DB: Final = 5.0  # of an outdoor unit
NEAREST_M: Final = 10.0  # nearer, free space says nonsense

# Transmitted level at end a and at end b, dBm, where nobody has told of the received one:
# ITU-R F.758-7 (fixed links), 3GPP TS 36.104 and 36.101 (LTE), ETSI EN 300 392-2 (TETRA).
_TSL_DBM: Final[Mapping[Medium, tuple[float, float]]] = {
    Medium.MICROWAVE: (20.0, 20.0),
    Medium.SUB6: (20.0, 20.0),
    Medium.LTE: (46.0, 23.0),
    Medium.TETRA: (44.0, 35.0),
}
_VSAT_SNR_DB: Final = 12.0  # a satellite is out of reach of this budget: carrier over noise

# The least SINR that still carries traffic: QPSK of adaptive fixed links (ETSI EN 302 217-2,
# class 1-2), DVB-S2 QPSK 1/2 (ETSI EN 302 307), LTE's CQI 1 (3GPP TS 36.213), TETRA's dynamic
# co-channel protection ratio (ETSI EN 300 392-2 §6.6).
_REQUIRED_DB: Final[Mapping[Medium, float]] = {
    Medium.MICROWAVE: 8.0,
    Medium.SUB6: 5.0,
    Medium.VSAT: 1.0,
    Medium.LTE: -6.0,
    Medium.TETRA: 19.0,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Jammer:
    """A transmitter that spreads its power evenly over a band, all round."""

    position: Position
    eirp_dbm: float
    low_hz: float
    high_hz: float

    def __post_init__(self) -> None:
        if not (0 < self.low_hz < self.high_hz < math.inf):
            raise NetworkError(f"a band from {self.low_hz:g} to {self.high_hz:g} Hz is none")
        if not -50 <= self.eirp_dbm <= 120:
            raise NetworkError(f"an EIRP of {self.eirp_dbm:g} dBm is outside -50 … 120 dBm")

    @property
    def carrier(self) -> Carrier:
        """The band as a carrier."""
        return Carrier(
            frequency_hz=(self.low_hz + self.high_hz) / 2, width_hz=self.high_hz - self.low_hz
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class JammedEnd:
    """One receiver in the jammer's band, and what is left for it."""

    link: LinkId
    receiver: InterfaceId
    distance_m: float
    off_axis_deg: float  # between the far end and the jammer; 0 is the worst
    rsl_dbm: float
    interference_dbm: float  # in the channel, behind the antenna
    sinr_db: float
    required_db: float

    @property
    def margin_db(self) -> float:
        """How many decibels are left before traffic stops; negative: it does."""
        return self.sinr_db - self.required_db

    @property
    def is_lost(self) -> bool:
        """Whether the receiver hears its link no more."""
        return self.margin_db < 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Jamming:
    """All receivers in the band, the worst off first, and the links that are lost."""

    jammer: Jammer
    ends: tuple[JammedEnd, ...]

    @property
    def lost(self) -> Elements:
        """The links of which at least one end is deaf: both directions need to work."""
        return Elements(links=frozenset(end.link for end in self.ends if end.is_lost))


NOT_TOLD: Final[Mapping[InterfaceId, float]] = {}


def jamming(
    network: Network,
    jammer: Jammer,
    rsl_dbm: Mapping[InterfaceId, float] = NOT_TOLD,
    required_db: Mapping[LinkId, float] | None = None,
) -> Jamming:
    """Return what a jammer does to every radio link that shares spectrum with it.

    `rsl_dbm` are levels received, live or by design; `required_db` the least SINR of links whose
    modulation is fixed. Ask `whatif` with `.lost` for what that cuts off.
    """
    required = required_db or {}
    ends = [
        end
        for link in network.links.values()
        if link.carrier is not None and overlap_hz(link.carrier, jammer.carrier) > 0
        for end in _ends(network, link, link.carrier, jammer, rsl_dbm, required)
    ]
    ends.sort(key=lambda each: (each.margin_db, each.link, each.receiver))
    return Jamming(jammer=jammer, ends=tuple(ends))


def _ends(
    network: Network,
    link: Link,
    carrier: Carrier,
    jammer: Jammer,
    rsl_dbm: Mapping[InterfaceId, float],
    required: Mapping[LinkId, float],
) -> Iterator[JammedEnd]:
    noise_dbm = propagation.thermal_noise_dbm(carrier.width_hz, NOISE_FIGURE_DB)
    share = overlap_hz(carrier, jammer.carrier) / jammer.carrier.width_hz
    laid_dbm = jammer.eirp_dbm + 10 * math.log10(share)
    for is_a, end in ((True, link.a), (False, link.b)):
        antenna = antenna_of(link, is_a=is_a)
        if antenna is None:
            continue
        place = network.sites[network.site_of(network.device_of(end))].position
        distance_m = max(geometry.distance_m(place, jammer.position), NEAREST_M)
        off_axis_deg = _off_axis_deg(network, link, end, place, jammer)
        interference_dbm = (
            laid_dbm
            - propagation.free_space_loss_db(carrier.frequency_hz, distance_m)
            + antenna.gain_dbi(off_axis_deg)
        )
        level_dbm = rsl_dbm.get(end)
        if level_dbm is None:
            level_dbm = _typical_rsl_dbm(network, link, antenna, noise_dbm, is_a=is_a)
        yield JammedEnd(
            link=link.id,
            receiver=end,
            distance_m=distance_m,
            off_axis_deg=off_axis_deg,
            rsl_dbm=level_dbm,
            interference_dbm=interference_dbm,
            sinr_db=level_dbm - _sum_dbm(noise_dbm, interference_dbm),
            required_db=required.get(link.id, _REQUIRED_DB.get(link.medium, 5.0)),
        )


def _off_axis_deg(
    network: Network, link: Link, end: InterfaceId, place: Position, jammer: Jammer
) -> float:
    """Return the angle between the far end and the jammer; a satellite is above all of them."""
    if link.medium is Medium.VSAT:
        return SLANT_OFF_AXIS_DEG
    axis_deg = network.azimuth_deg(link.id, end)
    return geometry.separation_deg(axis_deg, geometry.azimuth_deg(place, jammer.position))


def _typical_rsl_dbm(
    network: Network, link: Link, antenna: Antenna, noise_dbm: float, *, is_a: bool
) -> float:
    """Return what is received from the far end by a typical link of its medium."""
    levels = _TSL_DBM.get(link.medium)
    far = antenna_of(link, is_a=not is_a)
    if levels is None or far is None:
        return noise_dbm + _VSAT_SNR_DB
    sent_dbm = levels[1] if is_a else levels[0]
    length_m = max(network.length_m(link.id), NEAREST_M)
    loss_db = propagation.free_space_loss_db(antenna.frequency_hz, length_m)
    return sent_dbm + far.peak_dbi + antenna.peak_dbi - loss_db


def _sum_dbm(one_dbm: float, other_dbm: float) -> float:
    return 10 * math.log10(10 ** (one_dbm / 10) + 10 ** (other_dbm / 10))
