"""Every receiver of the network: where it stands, what it hears with, what it should hear.

A link has two receivers, one at each end. Both directions use the carrier's centre: the duplex
distance is not modelled.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from netmon.simulation.equipment import Radio, radio_of
from netmon.simulation.noise import streams, uniform
from topology.geometry import azimuth_deg
from topology.model import Carrier, InterfaceId, Link, LinkId, Medium, Position, SiteId
from topology.network import Network
from topology.propagation import free_space_loss_db, thermal_noise_dbm

Rows = NDArray[np.intp]

TIME_SHARING = frozenset({Medium.SUB6, Medium.LTE})  # both directions on one channel, in turn
MOST_BEAM_DEG = 33.0


@dataclass(frozen=True, slots=True)
class Receiver:
    """One receiver."""

    link: Link
    carrier: Carrier
    interface: InterfaceId
    far_interface: InterfaceId
    site: SiteId
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
        return self.radio.noise_width_hz or self.carrier.width_hz


class Receivers:
    """All receivers of a network, in the order of the links, end a first."""

    def __init__(self, network: Network, seed: int) -> None:
        self.each = tuple(_receivers(network, seed))
        link_rows = {link: row for row, link in enumerate(network.links)}
        rows = {interface: row for row, interface in enumerate(network.interfaces)}
        each = self.each
        self.link: Rows = np.array([link_rows[one.link.id] for one in each], dtype=np.intp)
        self.interface: Rows = np.array([rows[one.interface] for one in each], dtype=np.intp)
        self.far_interface: Rows = np.array([rows[one.far_interface] for one in each], np.intp)
        names = tuple(f"{one.link.id}/{one.interface}" for one in each)
        self.own = streams(seed, "receiver", names)
        self.shared = streams(seed, "path", tuple(str(one.link.id) for one in each))
        self.clear_rsl_dbm = np.array([one.rsl_dbm for one in each])
        self.clear_tsl_dbm = np.array([one.tsl_dbm for one in each])
        self.clear_noise_dbm = np.array([one.noise_dbm for one in each])
        self.cap_db = np.array([one.radio.snr_cap_db for one in each])
        self.atpc_db = np.array([one.radio.atpc_db for one in each])

    def of_links(self, *links: LinkId) -> Rows:
        """Return the receivers of some links; links without radio have none."""
        return np.array(
            [row for row, one in enumerate(self.each) if one.link.id in links], dtype=np.intp
        )

    def at(self, interface: InterfaceId) -> Rows:
        """Return the receivers at an interface."""
        return np.array(
            [row for row, one in enumerate(self.each) if one.interface == interface], dtype=np.intp
        )

    def hearing(self, interface: InterfaceId) -> Rows:
        """Return the receivers that hear the transmitter at an interface."""
        return np.array(
            [row for row, one in enumerate(self.each) if one.far_interface == interface],
            dtype=np.intp,
        )


def _receivers(network: Network, seed: int) -> list[Receiver]:
    found: list[Receiver] = []
    for link in network.links.values():
        if link.carrier is None:
            continue
        # Half of the microwave links use ATPC, drawn per link (detection must look at total loss).
        drawn = uniform(streams(seed, "atpc", (str(link.id),)))[0] < 0.5
        sites = network.sites_of(link.id)
        positions = [network.sites[site].position for site in sites]
        for side in (0, 1):
            here = radio_of(link, is_a=side == 0, uses_atpc=drawn)
            there = radio_of(link, is_a=side == 1, uses_atpc=drawn)
            if here is None or there is None:
                continue
            tsl_dbm, rsl_dbm = _clear_sky(link.carrier, network.length_m(link.id), here, there)
            found.append(
                Receiver(
                    link=link,
                    carrier=link.carrier,
                    interface=link.ends[side],
                    far_interface=link.ends[1 - side],
                    site=sites[side],
                    position=positions[side],
                    far_position=positions[1 - side],
                    radio=here,
                    azimuth_deg=azimuth_deg(positions[side], positions[1 - side]),
                    tsl_dbm=tsl_dbm,
                    rsl_dbm=rsl_dbm,
                )
            )
    return found


def _clear_sky(carrier: Carrier, length_m: float, here: Radio, there: Radio) -> tuple[float, float]:
    """Return the far transmitter's power and the level here: the link budget."""
    if not here.adjusts:
        return there.most_tsl_dbm, here.aim_rsl_dbm
    path_db = (
        free_space_loss_db(carrier.frequency_hz, max(length_m, 1.0))
        - here.antenna.peak_dbi
        - there.antenna.peak_dbi
    )
    most_dbm = there.most_tsl_dbm - there.atpc_db
    tsl_dbm = min(max(here.aim_rsl_dbm + path_db, most_dbm - 30.0), most_dbm)
    return tsl_dbm, tsl_dbm - path_db
