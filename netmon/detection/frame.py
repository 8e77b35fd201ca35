"""Frame: who belongs to whom, as rows of arrays, compiled once per network and set of readings.

Every detector works on these rows; none looks up an id in the hot path. A *direction* is one radio
link seen from the end that receives: row 2·n is n's a end, row 2·n + 1 its b end.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from netmon.detection.readings import Flags, Floats, Integers, Readings
from topology.model import DeviceId, InterfaceId, Link, LinkId, SiteId
from topology.network import Network

EARTH_RADIUS_M: Final = 6_371_008.8  # mean radius R1 (IUGG)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Directions:
    """One row per direction of a radio link; the other direction of row d is row d ^ 1."""

    link_row: Integers
    receiving_row: Integers  # rows of InterfaceReadings; −1: not read
    sending_row: Integers
    frequency_hz: Floats  # by design; NaN where the inventory gives none
    length_m: Floats
    keys: tuple[str, ...]  # "link|receiving interface"
    names: tuple[InterfaceId, ...]  # the receiving interface

    @property
    def rows(self) -> int:
        """How many there are."""
        return len(self.keys)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Frame:
    """The rows of one network: devices, interfaces and links as in its readings, and sites."""

    network: Network
    device_ids: tuple[DeviceId, ...]
    interface_ids: tuple[InterfaceId, ...]
    link_ids: tuple[LinkId, ...]
    site_ids: tuple[SiteId, ...]
    device_row: dict[DeviceId, int]
    link_row: dict[LinkId, int]
    site_row: dict[SiteId, int]
    site_of_device: Integers
    interface_device: Integers
    a_row: Integers  # of each link's ends in InterfaceReadings; −1: not read
    b_row: Integers
    a_device: Integers
    b_device: Integers
    link_of_interface: Integers  # the first link at it; −1: none
    design_bps: Floats  # capacity of each interface by the inventory, NaN: not said
    end_positions: Floats  # links × ends × xyz, metres from the middle of the earth
    directions: Directions

    @property
    def devices(self) -> int:
        """How many devices there are."""
        return len(self.device_ids)


def compile_frame(network: Network, readings: Readings) -> Frame:
    """Put the network and the rows of its readings together; rows of strangers belong nowhere."""
    devices, interfaces, links = readings.devices, readings.interfaces, readings.links
    device_row = {device: row for row, device in enumerate(devices.ids)}
    site_ids = tuple(network.sites)
    site_row = {site: row for row, site in enumerate(site_ids)}
    known = [network.links.get(link) for link in links.ids]
    a_device, b_device = _end_devices(network, known, device_row)
    a_row, b_row = links.a_row.astype(np.int64), links.b_row.astype(np.int64)
    link_of_interface = np.full(len(interfaces.ids), -1, dtype=np.int64)
    for rows in (a_row, b_row):
        at = np.flatnonzero(rows >= 0)
        link_of_interface[rows[at]] = at
    return Frame(
        network=network,
        device_ids=devices.ids,
        interface_ids=interfaces.ids,
        link_ids=links.ids,
        site_ids=site_ids,
        device_row=device_row,
        link_row={link: row for row, link in enumerate(links.ids)},
        site_row=site_row,
        site_of_device=_integers(
            site_row[network.site_of(device)] if device in network.devices else -1
            for device in devices.ids
        ),
        interface_device=interfaces.device_row.astype(np.int64),
        a_row=a_row,
        b_row=b_row,
        a_device=a_device,
        b_device=b_device,
        link_of_interface=link_of_interface,
        design_bps=_design_bps(network, interfaces.ids, known, link_of_interface),
        end_positions=_end_positions(network, known),
        directions=_directions(network, known, a_row, b_row),
    )


def gather(values: Floats | None, rows: Integers) -> Floats:
    """Return the values at rows, NaN where the row is −1 or the quantity is not measured."""
    if values is None or not len(values):
        return np.full(len(rows), np.nan)
    picked: Floats = np.where(rows >= 0, values[rows], np.nan)
    return picked


def gather_flags(flags: Flags, rows: Integers) -> Flags:
    """Return the flags at rows, False where the row is −1."""
    if not len(flags):
        return np.zeros(len(rows), dtype=np.bool_)
    picked: Flags = flags[rows] & (rows >= 0)
    return picked


def gather_rows(rows: Integers, at: Integers) -> Integers:
    """Return the rows that rows point to, −1 where the row is −1."""
    if not len(rows):
        return np.full(len(at), -1, dtype=np.int64)
    return np.where(at >= 0, rows[at], -1)


def old_rows(old: Sequence[str], new: Sequence[str]) -> Integers:
    """Return for each new key its row in `old`, −1 where it is new."""
    place = {key: row for row, key in enumerate(old)}
    return _integers(place.get(key, -1) for key in new)


def _integers(values: Iterable[int]) -> Integers:
    return np.fromiter(values, dtype=np.int64)


def _end_devices(
    network: Network, links: Sequence[Link | None], device_row: dict[DeviceId, int]
) -> tuple[Integers, Integers]:
    ends = [
        tuple(device_row.get(network.device_of(end), -1) for end in link.ends)
        if link is not None
        else (-1, -1)
        for link in links
    ]
    pairs = np.array(ends, dtype=np.int64).reshape(len(ends), 2)
    return pairs[:, 0].copy(), pairs[:, 1].copy()


def _end_positions(network: Network, links: Sequence[Link | None]) -> Floats:
    """Return where the ends are in space: chords between them are distances, near enough."""
    positions = [
        network.sites[site].position
        for link in links
        if link is not None
        for site in network.sites_of(link.id)
    ]
    angles = np.radians([(at.latitude_deg, at.longitude_deg) for at in positions]).reshape(-1, 2)
    latitude, longitude = angles[:, 0], angles[:, 1]
    xyz = np.stack(
        [
            np.cos(latitude) * np.cos(longitude),
            np.cos(latitude) * np.sin(longitude),
            np.sin(latitude),
        ],
        axis=1,
    )
    placed = np.full((len(links), 2, 3), np.nan)
    known = [row for row, link in enumerate(links) if link is not None]
    placed[known] = (xyz * EARTH_RADIUS_M).reshape(-1, 2, 3)
    return placed


def _design_bps(
    network: Network,
    interfaces: Sequence[InterfaceId],
    links: Sequence[Link | None],
    link_of_interface: Integers,
) -> Floats:
    designed = np.full(len(interfaces), np.nan)
    for row, interface in enumerate(interfaces):
        known = network.interfaces.get(interface)
        speed = known.speed_bps if known is not None else None
        link = links[link_of_interface[row]] if link_of_interface[row] >= 0 else None
        capacity = link.capacity_bps if link is not None else None
        given = [value for value in (speed, capacity) if value is not None and value > 0]
        if given:
            designed[row] = min(given)
    return designed


def _directions(
    network: Network, links: Sequence[Link | None], a_row: Integers, b_row: Integers
) -> Directions:
    radio = [(row, link) for row, link in enumerate(links) if link and link.medium.is_radio]
    both = [(row, link, end) for row, link in radio for end in (0, 1)]
    rows = np.array([row for row, _, _ in both], dtype=np.int64)
    end = np.array([end for _, _, end in both], dtype=np.int64)
    return Directions(
        link_row=rows,
        receiving_row=np.where(end == 0, a_row[rows], b_row[rows]),
        sending_row=np.where(end == 0, b_row[rows], a_row[rows]),
        frequency_hz=np.array(
            [link.carrier.frequency_hz if link.carrier else np.nan for _, link, _ in both],
            dtype=np.float64,
        ),
        length_m=np.array([network.length_m(link.id) for _, link, _ in both], dtype=np.float64),
        keys=tuple(f"{link.id}|{link.ends[end]}" for _, link, end in both),
        names=tuple(link.ends[end] for _, link, end in both),
    )
