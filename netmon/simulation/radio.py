"""Every receiver of the network as columns: level, noise and quality at any time.

A link has two receivers, one at each end. Level is the link budget less rain; noise is thermal plus
what jammers put through this antenna's pattern; quality is their ratio under the modem's own
ceiling. Both directions use the carrier's centre: the duplex distance is not modelled.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from netmon.simulation.equipment import Radio, radio_of
from netmon.simulation.events import Jammer, RainCell
from netmon.simulation.noise import Floats, drift, streams, uniform, white
from topology.geometry import azimuth_deg, distance_m, separation_deg
from topology.model import InterfaceId, Link, Medium, Position
from topology.network import Network
from topology.propagation import (
    antenna_gain_dbi,
    free_space_loss_db,
    rain_coefficients,
    thermal_noise_dbm,
)
from topology.spectrum import overlap_hz

Rows = NDArray[np.intp]

RAIN_POINTS: Final = 12  # of a path, at which the rain is taken
SLANT_KM: Final = 4.5  # of a satellite's path below the rain height, at 30 degrees elevation
SLANT_OFF_AXIS_DEG: Final = 30.0  # a dish that looks at a satellite sees the ground from aside
KM_PER_DEGREE: Final = 111.195


@dataclass(frozen=True, slots=True)
class Receiver:
    """One receiver: where it stands, what it hears with, and what it should hear."""

    link: Link
    interface: InterfaceId
    far_interface: InterfaceId
    position: Position
    far_position: Position
    radio: Radio
    azimuth_deg: float
    tsl_dbm: float  # of the far transmitter, in clear sky
    rsl_dbm: float  # here, in clear sky

    @property
    def noise_dbm(self) -> float:
        """The noise floor where the level is measured, with nobody disturbing."""
        return (
            thermal_noise_dbm(self.noise_width_hz, self.radio.noise_figure_db)
            + self.radio.front_gain_db
        )

    @property
    def noise_width_hz(self) -> float:
        """The width in which level and noise are measured."""
        assert self.link.carrier is not None  # noqa: S101 - radio_of saw to it
        return self.radio.noise_width_hz or self.link.carrier.width_hz


@dataclass(frozen=True, slots=True, kw_only=True)
class RadioSample:
    """All receivers at some times; shapes are (times, receivers)."""

    rsl_dbm: Floats
    tsl_dbm: Floats  # of the far transmitter
    snr_db: Floats
    noise_floor_dbm: Floats
    xpd_db: Floats
    noise_rise_db: Floats  # what jammers add


class Receivers:
    """All receivers of a network, in the order of the links, end a first."""

    def __init__(self, network: Network, seed: int) -> None:
        self.each = tuple(_receivers(network, seed))
        link_rows = {link: row for row, link in enumerate(network.links)}
        rows = {interface: row for row, interface in enumerate(network.interfaces)}
        self.link: Rows = np.array([link_rows[one.link.id] for one in self.each], dtype=np.intp)
        self.interface: Rows = np.array([rows[one.interface] for one in self.each], dtype=np.intp)
        self.far_interface: Rows = np.array(
            [rows[one.far_interface] for one in self.each], dtype=np.intp
        )
        names = tuple(f"{one.link.id}/{one.interface}" for one in self.each)
        self._own = streams(seed, "receiver", names)
        self._shared = streams(seed, "path", tuple(str(one.link.id) for one in self.each))
        self._clear_dbm = np.array([one.rsl_dbm for one in self.each])
        self._tsl_dbm = np.array([one.tsl_dbm for one in self.each])
        self._noise_dbm = np.array([one.noise_dbm for one in self.each])
        self._cap_db = np.array([one.radio.snr_cap_db for one in self.each])
        self._atpc_db = np.array([one.radio.atpc_db for one in self.each])
        self._rain = _RainPaths(self.each)

    @property
    def clear_rsl_dbm(self) -> Floats:
        """The planned level of each receiver."""
        return self._clear_dbm

    @property
    def clear_noise_dbm(self) -> Floats:
        """The undisturbed noise floor of each receiver."""
        return self._noise_dbm

    def jamming_dbm(self, jammer: Jammer) -> Floats:
        """Return what each receiver hears of a jammer that is on, -inf where nothing."""
        return np.array([_heard_dbm(one, jammer) for one in self.each])

    def sample(
        self,
        times: Floats,
        events: Floats,
        cells: Sequence[RainCell],
        jammers: Mapping[Jammer, Floats],
    ) -> RadioSample:
        """Return all receivers at `times`; `events` are the same instants on the story's clock."""
        rain_db = self._rain.attenuation_db(events, cells)
        raised_db = np.minimum(rain_db, self._atpc_db)
        rsl_dbm = self._clear_dbm - rain_db + raised_db + self._scintillation_db(times)
        noise_mw = np.broadcast_to(10 ** (self._noise_dbm / 10), rsl_dbm.shape).copy()
        for jammer, heard_dbm in jammers.items():
            is_on = (events >= jammer.start_seconds) & (events < jammer.end_seconds)
            noise_mw += is_on[:, None] * 10 ** (heard_dbm / 10)
        noise_dbm = 10 * np.log10(noise_mw)
        signal_db = rsl_dbm - noise_dbm + 0.1 * white(self._own + np.uint64(1), times, 1.0)
        snr_db = -10 * np.log10(10 ** (-signal_db / 10) + 10 ** (-self._cap_db / 10))
        return RadioSample(
            rsl_dbm=rsl_dbm,
            tsl_dbm=self._tsl_dbm + raised_db,
            snr_db=snr_db,
            noise_floor_dbm=noise_dbm + 0.25 * white(self._own + np.uint64(2), times, 1.0),
            xpd_db=np.clip(28.0 - 0.6 * rain_db, 8.0, 28.0),
            noise_rise_db=noise_dbm - self._noise_dbm,
        )

    def _scintillation_db(self, times: Floats) -> Floats:
        """Clear air: both directions wander together, each receiver flickers by itself.

        Real links scatter by 0.3 … 0.8 dB in dry weather.
        """
        return (
            0.30 * drift(self._shared, times, 1800.0)
            + 0.15 * drift(self._shared + np.uint64(7), times, 240.0)
            + 0.12 * white(self._own, times, 1.0)
        )


class _RainPaths:
    """Where each receiver's signal runs, to take the rain along it (ITU-R P.838-3)."""

    def __init__(self, receivers: tuple[Receiver, ...]) -> None:
        part = (np.arange(RAIN_POINTS) + 0.5) / RAIN_POINTS
        ends = [(one.position, _rain_end(one)) for one in receivers]
        self._latitude = np.array(
            [a.latitude_deg + (b.latitude_deg - a.latitude_deg) * part for a, b in ends]
        ).reshape(-1, RAIN_POINTS)
        self._longitude = np.array(
            [a.longitude_deg + (b.longitude_deg - a.longitude_deg) * part for a, b in ends]
        ).reshape(-1, RAIN_POINTS)
        self._km = np.array([_rain_km(one) for one in receivers])
        pairs = [_coefficients(one) for one in receivers]
        self._k = np.array([k for k, _ in pairs])
        self._alpha = np.array([alpha for _, alpha in pairs])

    def attenuation_db(self, times: Floats, cells: Sequence[RainCell]) -> Floats:
        total = np.zeros((len(times), len(self._km)))
        for cell in cells:
            strength = _envelope(cell, times)
            falling = np.flatnonzero(strength > 0)
            if falling.size:
                rain = strength[falling, None, None] * self._shape(cell, times[falling])
                gamma = self._k[:, None] * rain ** self._alpha[:, None]
                total[falling] += gamma.mean(axis=2) * self._km
        return total

    def _shape(self, cell: RainCell, times: Floats) -> Floats:
        """Return the rain in mm/h at (times, receivers, points) at full strength."""
        way = (times - cell.start_seconds) / (cell.end_seconds - cell.start_seconds)
        a, b = cell.begins_at, cell.ends_at
        latitude = a.latitude_deg + (b.latitude_deg - a.latitude_deg) * way
        longitude = a.longitude_deg + (b.longitude_deg - a.longitude_deg) * way
        north_km = (self._latitude - latitude[:, None, None]) * KM_PER_DEGREE
        east_km = (
            (self._longitude - longitude[:, None, None])
            * KM_PER_DEGREE
            * np.cos(np.radians(latitude))[:, None, None]
        )
        radius_km = cell.radius_m / 1000
        return np.asarray(cell.peak_mm_per_h * 0.5 ** ((north_km**2 + east_km**2) / radius_km**2))


def _envelope(cell: RainCell, times: Floats) -> Floats:
    rising = (times - cell.start_seconds) / cell.ramp_seconds
    falling = (cell.end_seconds - times) / cell.ramp_seconds
    return np.clip(np.minimum(rising, falling), 0.0, 1.0)


def _receivers(network: Network, seed: int) -> list[Receiver]:
    found: list[Receiver] = []
    for link in network.links.values():
        # Half of the microwave links use ATPC, drawn per link (detection must look at total loss).
        drawn = uniform(streams(seed, "atpc", (str(link.id),)))[0] < 0.5
        positions = [network.sites[site].position for site in network.sites_of(link.id)]
        for side in (0, 1):
            here = radio_of(link, is_a=side == 0, uses_atpc=drawn)
            there = radio_of(link, is_a=side == 1, uses_atpc=drawn)
            if here is None or there is None:
                continue
            tsl_dbm, rsl_dbm = _clear_sky(link, network.length_m(link.id), here, there)
            found.append(
                Receiver(
                    link=link,
                    interface=link.ends[side],
                    far_interface=link.ends[1 - side],
                    position=positions[side],
                    far_position=positions[1 - side],
                    radio=here,
                    azimuth_deg=azimuth_deg(positions[side], positions[1 - side]),
                    tsl_dbm=tsl_dbm,
                    rsl_dbm=rsl_dbm,
                )
            )
    return found


def _clear_sky(link: Link, length_m: float, here: Radio, there: Radio) -> tuple[float, float]:
    """Return the far transmitter's power and the level here: the link budget."""
    assert link.carrier is not None  # noqa: S101 - radio_of saw to it
    if not here.adjusts:
        return there.most_tsl_dbm, here.aim_rsl_dbm
    path_db = (
        free_space_loss_db(link.carrier.frequency_hz, max(length_m, 1.0))
        - here.antenna.peak_dbi
        - there.antenna.peak_dbi
    )
    most_dbm = there.most_tsl_dbm - there.atpc_db
    tsl_dbm = min(max(here.aim_rsl_dbm + path_db, most_dbm - 30.0), most_dbm)
    return tsl_dbm, tsl_dbm - path_db


def _heard_dbm(receiver: Receiver, jammer: Jammer) -> float:
    """Return what comes out of this receiver's antenna, in its own noise width."""
    assert receiver.link.carrier is not None  # noqa: S101 - radio_of saw to it
    shared_hz = overlap_hz(receiver.link.carrier, jammer.carrier)
    if shared_hz <= 0:
        return -np.inf
    metres = max(distance_m(receiver.position, jammer.position), 10.0)
    off_axis_deg = SLANT_OFF_AXIS_DEG
    if receiver.link.medium is not Medium.VSAT:
        bearing_deg = azimuth_deg(receiver.position, jammer.position)
        off_axis_deg = separation_deg(bearing_deg, receiver.azimuth_deg)
    antenna = receiver.radio.antenna
    frequency_hz = receiver.link.carrier.frequency_hz
    gain_dbi = antenna_gain_dbi(
        antenna.peak_dbi, antenna.beamwidth_deg, off_axis_deg, frequency_hz=frequency_hz
    )
    # Of the jammer's power only the part in the shared spectrum counts, spread over the channel.
    share_db = 10 * np.log10(shared_hz / jammer.carrier.width_hz)
    width_db = 10 * np.log10(receiver.noise_width_hz / receiver.link.carrier.width_hz)
    return float(
        jammer.eirp_dbm
        - free_space_loss_db(jammer.carrier.frequency_hz, metres)
        - jammer.obstruction_db
        + gain_dbi
        + share_db
        + width_db
        + receiver.radio.front_gain_db
    )


def _rain_end(receiver: Receiver) -> Position:
    is_slant = receiver.link.medium is Medium.VSAT
    return receiver.position if is_slant else receiver.far_position


def _rain_km(receiver: Receiver) -> float:
    if receiver.link.medium is Medium.VSAT:
        return SLANT_KM
    return distance_m(receiver.position, receiver.far_position) / 1000


def _coefficients(receiver: Receiver) -> tuple[float, float]:
    assert receiver.link.carrier is not None  # noqa: S101 - radio_of saw to it
    if receiver.link.carrier.frequency_hz < 1e9:  # where P.838-3 ends, rain is nothing
        return 0.0, 1.0
    return rain_coefficients(receiver.link.carrier.frequency_hz, receiver.link.carrier.polarisation)
