"""What can still be reached from somewhere, and which failures stand at the edge of it.

A site is a hub: a device of it that is reached reaches the site, and with it every device there
that has not failed (docs/decisions/0002). The failures that touch the reached part are its
frontier; what lies behind them is silent for their sake, so they are the candidates for the root
cause (docs/decisions/0003).
"""

from collections.abc import Collection, Hashable, Mapping
from dataclasses import dataclass
from itertools import compress
from typing import Final, TypeVar

from topology.errors import NetworkError
from topology.model import DeviceId, LinkId, SiteId
from topology.network import Network

IdT = TypeVar("IdT", bound=Hashable)

_UNSEEN: Final = 0
_REACHED: Final = 1
_FAILED: Final = 2
_FRONTIER: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """What is reached, and the failed elements that touch it."""

    sites: frozenset[SiteId]
    devices: frozenset[DeviceId]
    frontier_devices: frozenset[DeviceId]
    frontier_links: frozenset[LinkId]


class Reachability:
    """The adjacency of one network as integers, compiled once and asked many times.

    One question costs O(devices + links): each site, device and end of a link is looked at once.
    """

    __slots__ = (
        "_device_ids",
        "_device_rows",
        "_devices_at",
        "_link_ids",
        "_link_rows",
        "_neighbours",
        "_site_at",
        "_site_ids",
        "_site_rows",
    )

    def __init__(self, network: Network) -> None:
        self._site_ids = tuple(network.sites)
        self._device_ids = tuple(network.devices)
        self._link_ids = tuple(network.links)
        self._site_rows = {site: row for row, site in enumerate(self._site_ids)}
        self._device_rows = {device: row for row, device in enumerate(self._device_ids)}
        self._link_rows = {link: row for row, link in enumerate(self._link_ids)}
        self._site_at = [self._site_rows[device.site] for device in network.devices.values()]
        self._devices_at = [
            tuple(self._device_rows[device] for device in network.devices_of(site))
            for site in self._site_ids
        ]
        neighbours: list[list[tuple[int, int]]] = [[] for _ in self._device_ids]
        for row, link in enumerate(network.links.values()):
            a, b = (self._device_rows[network.device_of(end)] for end in link.ends)
            neighbours[a].append((b, row))
            neighbours[b].append((a, row))
        self._neighbours = [tuple(pairs) for pairs in neighbours]

    def reach(
        self,
        origins: Collection[SiteId],
        failed_devices: Collection[DeviceId] = (),
        failed_links: Collection[LinkId] = (),
    ) -> Reach:
        """Return what a path of not-failed devices and links leads to from any of the origins.

        An origin is reached even if everything at it has failed: whoever asks stands there.
        Raises NetworkError for an id that is not in this network.
        """
        sites = bytearray(len(self._site_ids))
        devices = _marked(self._device_rows, failed_devices, "device")
        links = _marked(self._link_rows, failed_links, "link")
        stack: list[int] = []
        for origin in origins:
            self._enter(_row(self._site_rows, origin, "site"), sites, devices, stack)
        neighbours, site_at = self._neighbours, self._site_at
        while stack:
            device = stack.pop()
            site = site_at[device]
            if not sites[site]:
                self._enter(site, sites, devices, stack)
            for neighbour, link in neighbours[device]:
                if links[link]:
                    links[link] = _FRONTIER
                    continue
                mark = devices[neighbour]
                if mark == _UNSEEN:
                    devices[neighbour] = _REACHED
                    stack.append(neighbour)
                elif mark == _FAILED:
                    devices[neighbour] = _FRONTIER
        return Reach(
            sites=frozenset(compress(self._site_ids, sites)),
            devices=_at(self._device_ids, devices, _REACHED),
            frontier_devices=_at(self._device_ids, devices, _FRONTIER),
            frontier_links=_at(self._link_ids, links, _FRONTIER),
        )

    def _enter(self, site: int, sites: bytearray, devices: bytearray, stack: list[int]) -> None:
        """Reach a site: its devices are reached, or are failures that touch the reached part."""
        sites[site] = _REACHED
        for device in self._devices_at[site]:
            mark = devices[device]
            if mark == _UNSEEN:
                devices[device] = _REACHED
                stack.append(device)
            elif mark == _FAILED:
                devices[device] = _FRONTIER


def _row(rows: Mapping[IdT, int], identity: IdT, noun: str) -> int:
    row = rows.get(identity)
    if row is None:
        raise NetworkError(f"there is no {noun} {identity!r} in this network")
    return row


def _marked(rows: Mapping[IdT, int], failed: Collection[IdT], noun: str) -> bytearray:
    marks = bytearray(len(rows))
    for identity in failed:
        marks[_row(rows, identity, noun)] = _FAILED
    return marks


def _at(ids: tuple[IdT, ...], marks: bytearray, mark: int) -> frozenset[IdT]:
    """Pick the ids that bear one mark; `translate` looks at all of them without a Python loop."""
    return frozenset(compress(ids, marks.translate(_ONLY[mark])))


_ONLY: Final = {
    mark: bytes(mark == found for found in range(256)) for mark in (_REACHED, _FRONTIER)
}
