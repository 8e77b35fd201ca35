"""Redundancy: how much of it is left with what is down now, worked out whenever that changes.

A search of the whole network takes longer than a cycle of judging may, so it runs in a thread and
the last result stays until the next. Losing redundancy is what a failure brings about, not a fault
of its own: it has alerts of its own (prometheus/rules), and no incident beside that of its cause.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from netmon.detection.judge import Judgement
from netmon.verdict import Condition
from topology.model import SiteId
from topology.network import Network
from topology.resilience.failures import single_failures
from topology.resilience.levels import levels
from topology.resilience.snapshot import Elements, Snapshot
from topology.resilience.sources import of_network

_OUT: Final = frozenset({Condition.DOWN, Condition.MAINTENANCE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Redundancy:
    """What is left, and what the design has."""

    components: int  # pieces that sites with a working device fall into
    single_points: Mapping[str, int]  # by kind: elements that alone take sites elsewhere
    designed_single_points: Mapping[str, int]
    site_paths: Mapping[SiteId, int]  # without a common link, to any core; 3 is 3 or more
    designed_site_paths: Mapping[SiteId, int]


class Follower:
    """Follows judgements; `last` is what was worked out last."""

    def __init__(self) -> None:
        self.last: Redundancy | None = None
        self._wanted: tuple[Network, Elements] | None = None
        self._changed = asyncio.Event()
        self._settled = asyncio.Event()
        self._design: _Design | None = None

    def note(self, judgement: Judgement, network: Network) -> None:
        """Take in what is down; only a change is worth a search."""
        wanted = network, down(judgement, network)
        if wanted != self._wanted:
            self._wanted = wanted
            self._settled.clear()
            self._changed.set()

    async def settled(self) -> None:
        """Wait until what was noted last is worked out."""
        await self._settled.wait()

    async def run(self) -> None:
        """Work out each change, the latest first; those between are passed over."""
        while True:
            await self._changed.wait()
            self._changed.clear()
            if self._wanted is not None:
                self.last = await asyncio.to_thread(self.measure, *self._wanted)
            if not self._changed.is_set():
                self._settled.set()

    def measure(self, network: Network, failed: Elements) -> Redundancy:
        """Return what is left of a network in which these have failed."""
        if self._design is None or self._design.network is not network:
            self._design = _Design(network)
        design = self._design
        live = design.snapshot.without(failed)
        return Redundancy(
            components=_pieces(live),
            single_points=_single_points(live),
            designed_single_points=design.single_points,
            site_paths=_paths(live),
            designed_site_paths=design.paths,
        )


def down(judgement: Judgement, network: Network) -> Elements:
    """Return what carries nothing now; what is only unreachable behind it may be well."""
    return Elements(
        links=frozenset(
            link
            for link, verdict in judgement.links.items()
            if verdict.condition in _OUT and link in network.links
        ),
        devices=frozenset(
            device
            for device, verdict in judgement.devices.items()
            if verdict.condition in _OUT and device in network.devices
        ),
    )


@dataclass(slots=True)
class _Design:
    """What is worked out once for each network."""

    network: Network
    snapshot: Snapshot = field(init=False)
    single_points: Mapping[str, int] = field(init=False)
    paths: Mapping[SiteId, int] = field(init=False)

    def __post_init__(self) -> None:
        self.snapshot = of_network(self.network)
        self.single_points, self.paths = _single_points(self.snapshot), _paths(self.snapshot)


def _single_points(snapshot: Snapshot) -> dict[str, int]:
    found = single_failures(snapshot)
    kinds = (found.links, found.devices, found.sites, found.srlgs)
    return {losses.kind.value: len(losses.single_points()) for losses in kinds}


def _paths(snapshot: Snapshot) -> dict[SiteId, int]:
    found = levels(snapshot)
    return {
        site: ways
        for site, ways, core in zip(
            found.sites, found.any_by_link.tolist(), snapshot.core.tolist(), strict=True
        )
        if not core
    }


def _pieces(snapshot: Snapshot) -> int:
    devices, links = snapshot.works
    manned = np.zeros(len(snapshot.sites), np.bool_)
    manned[snapshot.device_site[devices]] = True
    piece = list(range(len(snapshot.sites)))
    for a, b in snapshot.device_site[snapshot.link_ends[links]].reshape(-1, 2).tolist():
        piece[_head(piece, a)] = _head(piece, b)
    return len({_head(piece, site) for site in np.flatnonzero(manned).tolist()})


def _head(piece: list[int], site: int) -> int:
    """Return what stands for all joined with a site, and shorten the way to it (Tarjan 1975)."""
    while piece[site] != site:
        piece[site] = piece[piece[site]]
        site = piece[site]
    return site
