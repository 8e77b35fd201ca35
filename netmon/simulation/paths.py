"""Which way packets go from the collector to a device, and how long they take.

Routing is by delay over what works now: Dijkstra over the devices, a site being a hub that joins
all of its devices. It agrees with `topology.reachability` on who is reached (a test compares).
"""

import heapq
import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from topology.model import Link, Medium, SiteId
from topology.network import Network
from topology.propagation import LIGHT_METRES_PER_SECOND

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

REMEMBERED: Final = 256  # trees; a story has a few dozen states
FIBRE_METRES_PER_SECOND: Final = LIGHT_METRES_PER_SECOND / 1.468  # ITU-T G.652 at 1550 nm
INSIDE_SITE_SECONDS: Final = 20e-6
EQUIPMENT_SECONDS: Final = {  # one way through both ends: interleaving, framing, scheduling
    Medium.MICROWAVE: 150e-6,
    Medium.SUB6: 900e-6,
    Medium.FIBRE: 30e-6,
    Medium.COPPER: 10e-6,
    Medium.VSAT: 278e-3,  # 2 × 38,500 km up and down, and the modems' frames
    Medium.LTE: 14e-3,
    Medium.TETRA: 95e-3,
}


@dataclass(frozen=True, slots=True, eq=False)
class Tree:
    """The ways to all devices while the same things work: seconds one way (inf: none), links."""

    delay_seconds: Floats  # (devices,)
    uses: Floats  # (devices, links): 1 where the way to a device takes a link


class Paths:
    """The graph of one network, compiled once."""

    def __init__(self, network: Network, collector_site: SiteId) -> None:
        devices = tuple(network.devices)
        rows = {device: row for row, device in enumerate(devices)}
        self._links = len(network.links)
        self._start = [rows[device] for device in network.devices_of(collector_site)]
        self._mates = [
            [rows[mate] for mate in network.devices_of(network.site_of(device)) if mate != device]
            for device in devices
        ]
        self._hops: list[list[tuple[int, int, float]]] = [[] for _ in devices]  # far, link, seconds
        for number, link in enumerate(network.links.values()):
            a, b = (rows[network.device_of(end)] for end in link.ends)
            seconds = delay_seconds(link, network.length_m(link.id))
            self._hops[a].append((b, number, seconds))
            self._hops[b].append((a, number, seconds))
        self._trees: dict[bytes, Tree] = {}

    def tree(self, links_up: Flags, powered: Flags) -> Tree:
        """Return the ways while these links and devices work."""
        key = links_up.tobytes() + powered.tobytes()
        tree = self._trees.get(key)
        if tree is None:
            if len(self._trees) >= REMEMBERED:
                self._trees.clear()
            tree = self._trees[key] = self._grow(links_up.tolist(), powered.tolist())
        return tree

    def _grow(self, links_up: list[bool], powered: list[bool]) -> Tree:
        count = len(self._hops)
        delays = [math.inf] * count
        ways: list[tuple[int, ...]] = [()] * count
        heap = [(INSIDE_SITE_SECONDS, row, ()) for row in self._start if powered[row]]
        waiting: list[tuple[float, int, tuple[int, ...]]] = list(heap)
        heapq.heapify(waiting)
        while waiting:
            delay, row, way = heapq.heappop(waiting)
            if delays[row] <= delay:
                continue
            delays[row], ways[row] = delay, way
            for mate in self._mates[row]:
                if powered[mate]:
                    heapq.heappush(waiting, (delay + INSIDE_SITE_SECONDS, mate, way))
            for far, link, seconds in self._hops[row]:
                if links_up[link] and powered[far]:
                    heapq.heappush(waiting, (delay + seconds, far, (*way, link)))
        uses = np.zeros((count, self._links))
        for row, way in enumerate(ways):
            uses[row, list(way)] = 1.0
        return Tree(np.array(delays), uses)


def delay_seconds(link: Link, length_m: float) -> float:
    """Return the delay of one link, one way, without queues."""
    if link.medium is Medium.VSAT:
        return EQUIPMENT_SECONDS[Medium.VSAT]
    is_guided = link.medium in (Medium.FIBRE, Medium.COPPER)
    speed = FIBRE_METRES_PER_SECOND if is_guided else LIGHT_METRES_PER_SECOND
    return EQUIPMENT_SECONDS[link.medium] + length_m / speed
