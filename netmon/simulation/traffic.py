"""Traffic: what is offered to every direction, and the integral of it, in closed form.

A flow goes out of one interface and into another, over a link; interfaces without a link have one
flow out and one in, to what hangs on them. Offered traffic has a daily wave and two short ones, so
its integral is exact at any time, and counters need no memory. What links fail to carry is taken
off again by `ledger`.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from netmon.simulation.noise import Floats, streams, uniform
from topology.model import InterfaceId, LinkId
from topology.network import Network

Rows = NDArray[np.intp]

NONE: Final = -1  # no interface, no link
COUNTED_SINCE_SECONDS: Final = -700_000.0  # counters of devices that never failed began here
LOCAL_SPEED_BPS: Final = 1e9

# Share of the mean, period in seconds: the day, a backup every 20 minutes, the bustle of minutes.
_WAVES: Final = ((0.35, 86_400.0), (0.12, 1187.0), (0.08, 211.0))


class Flows:
    """All flows of a network as columns."""

    def __init__(self, network: Network, seed: int) -> None:
        rows = {interface: row for row, interface in enumerate(network.interfaces)}
        link_rows = {link: row for row, link in enumerate(network.links)}
        names: list[str] = []
        table: list[tuple[int, int, int, float]] = []  # out, in, link, speed
        for link in network.links.values():
            speed_bps = link.capacity_bps or LOCAL_SPEED_BPS
            for source, sink in (link.ends, link.ends[::-1]):
                names.append(f"{link.id}/{source}")
                table.append((rows[source], rows[sink], link_rows[link.id], speed_bps))
        for interface in network.interfaces.values():
            if not network.link_at(interface.id):
                speed_bps = interface.speed_bps or LOCAL_SPEED_BPS
                names += [f"{interface.id}/out", f"{interface.id}/in"]
                table.append((rows[interface.id], NONE, NONE, speed_bps))
                table.append((NONE, rows[interface.id], NONE, speed_bps))
        self.out_row: Rows = np.array([row[0] for row in table], dtype=np.intp)
        self.in_row: Rows = np.array([row[1] for row in table], dtype=np.intp)
        self.link: Rows = np.array([row[2] for row in table], dtype=np.intp)
        # (flows, interfaces): values of flows @ these are values of interfaces
        self.goes_out = _incidence(self.out_row, len(rows))
        self.comes_in = _incidence(self.in_row, len(rows))
        self.speed_bps = np.array([row[3] for row in table])
        stream = streams(seed, "flow", tuple(names))
        # 5 … 30 % of a link; an access port of a post carries little of its gigabit.
        share = 0.05 + 0.25 * uniform(stream)
        self._mean_bps = np.where(self.link == NONE, 0.1, 1.0) * share * self.speed_bps
        self._phases = [
            2 * np.pi * uniform(stream + np.uint64(10 + number)) for number in range(len(_WAVES))
        ]
        self.packet_octets = 350.0 + 600.0 * uniform(stream + np.uint64(20))

    def offered_bps(self, times: Floats) -> Floats:
        """Return what wants to go: (times, flows)."""
        wave = np.ones((len(times), len(self._mean_bps)))
        for (share, period_seconds), phase in zip(_WAVES, self._phases, strict=True):
            wave += share * np.sin(times[:, None] * (2 * np.pi / period_seconds) + phase)
        return np.asarray(self._mean_bps * wave)

    def offered_octets(self, times: Floats) -> Floats:
        """Return the integral of it since COUNTED_SINCE_SECONDS: (times, flows)."""
        total = np.broadcast_to(
            (times - COUNTED_SINCE_SECONDS)[:, None], (len(times), len(self._mean_bps))
        ).copy()
        for (share, period_seconds), phase in zip(_WAVES, self._phases, strict=True):
            pace = 2 * np.pi / period_seconds
            began = np.cos(COUNTED_SINCE_SECONDS * pace + phase)
            total += share / pace * (began - np.cos(times[:, None] * pace + phase))
        return np.asarray(self._mean_bps / 8 * total)


def _incidence(rows: Rows, width: int) -> Floats:
    matrix = np.zeros((len(rows), width))
    known = np.flatnonzero(rows != NONE)
    matrix[known, rows[known]] = 1.0
    return matrix


def speeds_bps(network: Network) -> Floats:
    """Return ifHighSpeed of all interfaces: the inventory's, else the link's, else a gigabit."""
    return np.array([_speed_bps(network, interface) for interface in network.interfaces])


def _speed_bps(network: Network, interface: InterfaceId) -> float:
    given = network.interfaces[interface].speed_bps
    if given is not None:
        return given
    links: tuple[LinkId, ...] = network.link_at(interface)
    speeds = [network.links[link].capacity_bps or LOCAL_SPEED_BPS for link in links]
    return sum(speeds) if speeds else LOCAL_SPEED_BPS
