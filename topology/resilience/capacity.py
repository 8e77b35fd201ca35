"""Capacity: how much of the demand of sites gets through to a core, also when something fails.

Traffic may split over all ways (a greatest flow, Ford and Fulkerson 1962), so that what is told
as short is short under any routing; a routing by shortest paths serves at most this. Demand is
one direction at a time: links are taken to carry as much each way.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from topology.errors import NetworkError
from topology.model import LinkId, SiteId
from topology.resilience.arcs import Arcs
from topology.resilience.loss import Kind
from topology.resilience.mesh import NONE
from topology.resilience.snapshot import Elements, Flags, Snapshot
from topology.resilience.solver import Flow, Real, Whole, components, greatest_flow

STEPS: Final = 5e8  # the whole demand in whole steps: flows are of integers
ROUNDING: Final = 1e-6  # of the demand: less than this short is served


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortage:
    """Sites that together ask for more than the links towards them carry."""

    sites: tuple[SiteId, ...]
    demand_bps: float
    served_bps: float
    links: tuple[LinkId, ...]  # the bottleneck: a least cut; none where nothing leads there


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """How much of the demand reaches a core; `assumed` links had no known capacity, so no limit."""

    demand_bps: float
    served_bps: float
    shortages: tuple[Shortage, ...]
    assumed: tuple[LinkId, ...] = ()

    @property
    def share(self) -> float:
        """Which part of the demand is served; 1 where nothing is asked for."""
        return self.served_bps / self.demand_bps if self.demand_bps else 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class FailureServed:
    """What is served while one element has failed."""

    kind: Kind
    id: str
    served: Served


def served_demand(
    snapshot: Snapshot, demand_bps: Mapping[SiteId, float], *, failed: Elements | None = None
) -> Served:
    """Return how much of what sites ask for can reach a core, and where it is stuck.

    Raises NetworkError for a site that is not there and an amount that cannot be.
    """
    pipes = _Pipes(snapshot, demand_bps)
    devices, links = (snapshot if failed is None else snapshot.without(failed)).works
    return pipes.served(devices, links)


def served_in_failures(
    snapshot: Snapshot, demand_bps: Mapping[SiteId, float]
) -> tuple[FailureServed, ...]:
    """Return what every single failure leaves short, worst first; the others serve all they did.

    Only what carries some of one greatest flow can lessen it, so only that is tried.
    """
    pipes = _Pipes(snapshot, demand_bps)
    whole = pipes.flow(*snapshot.works)
    found = []
    for kind, identity, failed in _carriers(snapshot, pipes, whole):
        devices, links = snapshot.without(failed).works
        flow = pipes.flow(devices, links)
        if flow.value < whole.value - ROUNDING * STEPS:
            served = pipes.served_of(devices, links, flow)
            found.append(FailureServed(kind=kind, id=identity, served=served))
    found.sort(key=lambda each: (each.served.served_bps, each.kind, each.id))
    return tuple(found)


def least_cut(snapshot: Snapshot, source: SiteId, target: SiteId | None = None) -> Served:
    """Return the most that fits between two sites, or from a site to all cores, and the cut.

    The demand told is the capacity of all links at the source: what could leave it at best.
    Raises NetworkError where a link in the cut, hence the answer, has no known capacity.
    """
    if source not in snapshot.site_rows:
        raise NetworkError(f"there is no site {source!r} in this network")
    here = snapshot.site_rows[source]
    if target is not None:
        core = np.zeros(len(snapshot.sites), np.bool_)
        if target not in snapshot.site_rows:
            raise NetworkError(f"there is no site {target!r} in this network")
        core[snapshot.site_rows[target]] = True
        snapshot = replace(snapshot, core=core)
    if snapshot.core[here]:
        raise NetworkError(f"site {source!r} is both ends; a cut lies between two")
    links = snapshot.works[1]
    at_source = links & (snapshot.device_site[snapshot.link_ends] == here).any(axis=1)
    known = np.nan_to_num(snapshot.capacity_bps, nan=float(np.nansum(snapshot.capacity_bps)) + 1)
    most_bps = float(known[at_source].sum())
    if most_bps == 0:
        return Served(demand_bps=0.0, served_bps=0.0, shortages=())
    # Asking for a little more than leaves the source makes the cut of all its links one as well.
    served = served_demand(snapshot, {source: most_bps * 1.001})
    cut = served.shortages[0].links
    unknown = [link for link in cut if math.isnan(snapshot.capacity_bps[snapshot.link_rows[link]])]
    if unknown:
        raise NetworkError(f"the capacity of link {unknown[0]!r} is not known; tell it")
    return replace(served, demand_bps=most_bps)


def at_modulation(
    snapshot: Snapshot,
    bits_per_symbol: Mapping[LinkId, float],
    designed_bits_per_symbol: Mapping[LinkId, float],
) -> Snapshot:
    """Return the snapshot in which radio links carry what their modulation in use leaves.

    The capacity told is that of the designed modulation; at the same symbol rate it goes with
    the bits per symbol (ETSI EN 302 217-1, adaptive modulation). 0 bits carry nothing.
    """
    capacity_bps = snapshot.capacity_bps.copy()
    link_up = snapshot.link_up.copy()
    for link, bits in bits_per_symbol.items():
        designed = designed_bits_per_symbol.get(link)
        if link not in snapshot.link_rows:
            raise NetworkError(f"there is no link {link!r} in this network")
        if designed is None or not (designed > 0 and 0 <= bits < math.inf):
            raise NetworkError(
                f"link {link!r}: {bits} of {designed} bits per symbol; "
                "both must be known, the designed ones above 0"
            )
        capacity_bps[snapshot.link_rows[link]] *= bits / designed
        if bits == 0:
            link_up[snapshot.link_rows[link]] = False
    return replace(snapshot, capacity_bps=capacity_bps, link_up=link_up)


class _Pipes:
    """Arcs with capacities, and a sink behind the sites that ask for something."""

    def __init__(self, snapshot: Snapshot, demand_bps: Mapping[SiteId, float]) -> None:
        self.snapshot, self.arcs = snapshot, Arcs.of(snapshot)
        self.sites, self.demand_bps = _demands(snapshot, demand_bps)
        self.total_bps = float(self.demand_bps.sum())
        self.step_bps = max(self.total_bps, 1.0) / STEPS
        is_link = self.arcs.edge < self.arcs.mesh.links
        told_bps = np.full(len(is_link), np.nan)
        told_bps[is_link] = snapshot.capacity_bps[self.arcs.edge[is_link]]
        # More than all that is asked for never flows anywhere, also where the limit is unknown.
        room = np.nan_to_num(told_bps / self.step_bps, nan=2 * STEPS)
        self.room: Whole = np.minimum(room, 2 * STEPS).astype(np.int64)
        unknown = self.arcs.edge[is_link & np.isnan(told_bps)]
        self.assumed = tuple(snapshot.links[row] for row in np.sort(unknown).tolist())
        self.sink = len(self.arcs.mesh.neighbours)

    def _asking(self, kept_devices: Flags) -> tuple[Whole, Whole]:
        """Return vertex and steps of each site that asks; one without a vertex cannot."""
        vertex = self.arcs.site_vertex[self.sites]
        steps = np.floor(self.demand_bps / self.step_bps).astype(np.int64)
        there = vertex != NONE  # a hub without devices is no longer joined to anything
        alone = there & (vertex < len(kept_devices))
        there[alone] &= kept_devices[vertex[alone]]
        return vertex[there], steps[there]

    def flow(self, devices: Flags, links: Flags) -> Flow:
        """Return a greatest flow from behind the cores to what asks."""
        left = self.arcs.kept(devices, links)
        tail, head, room = self.arcs.tail[left], self.arcs.head[left], self.room[left]
        vertex, steps = self._asking(devices)
        return greatest_flow(
            self.sink + 1,
            np.concatenate([tail, head, vertex]),
            np.concatenate([head, tail, np.full(len(vertex), self.sink)]),
            np.concatenate([room, room, steps]),
            source=self.arcs.mesh.root,
            sink=self.sink,
        )

    def served(self, devices: Flags, links: Flags) -> Served:
        """Return what is served over these devices and links."""
        return self.served_of(devices, links, self.flow(devices, links))

    def served_of(self, devices: Flags, links: Flags, flow: Flow) -> Served:
        """Say of a flow what it serves, and group what is short by where it is stuck."""
        shortages = self._shortages(devices, links, flow)
        short_bps = math.fsum(each.demand_bps - each.served_bps for each in shortages)
        return Served(
            demand_bps=self.total_bps,
            served_bps=self.total_bps - short_bps,
            shortages=shortages,
            assumed=self.assumed,
        )

    def _shortages(self, devices: Flags, links: Flags, flow: Flow) -> tuple[Shortage, ...]:
        """Beyond the cut next to the source, what hangs together is short together."""
        arcs = self.arcs
        left = arcs.kept(devices, links)
        far = ~flow.near[:-1]
        tail, head, edge = arcs.tail[left], arcs.head[left], arcs.edge[left]
        both = far[tail] & far[head]
        label = components(self.sink, tail[both], head[both])
        vertex = arcs.site_vertex[self.sites]
        alone = np.flatnonzero(vertex == NONE)
        groups: dict[int, list[int]] = {-1 - int(at): [int(at)] for at in alone}
        for at in np.flatnonzero(vertex != NONE).tolist():
            if far[vertex[at]]:
                groups.setdefault(int(label[vertex[at]]), []).append(at)
        crossing = np.flatnonzero(far[tail] != far[head])
        beyond = np.where(far[tail[crossing]], tail[crossing], head[crossing])
        found = []
        for group, members in groups.items():
            cut = crossing[label[beyond] == group] if group >= 0 else crossing[:0]
            rows = sorted(set(edge[cut].tolist()))
            asked_bps = float(self.demand_bps[members].sum())
            served_bps = min(asked_bps, math.fsum(self.snapshot.capacity_bps[rows].tolist()))
            if asked_bps - served_bps > ROUNDING * self.total_bps:
                found.append(
                    Shortage(
                        sites=tuple(self.snapshot.sites[self.sites[at]] for at in members),
                        demand_bps=asked_bps,
                        served_bps=served_bps,
                        links=tuple(self.snapshot.links[row] for row in rows),
                    )
                )
        found.sort(key=lambda each: (each.served_bps - each.demand_bps, each.sites))
        return tuple(found)


def _demands(snapshot: Snapshot, demand_bps: Mapping[SiteId, float]) -> tuple[Whole, Real]:
    for site, amount in demand_bps.items():
        if site not in snapshot.site_rows:
            raise NetworkError(f"there is no site {site!r} in this network, but a demand of it")
        if not (math.isfinite(amount) and amount >= 0):
            raise NetworkError(
                f"the demand of site {site!r} is {amount} bit/s; 0 or above it must be"
            )
    rows = np.array([snapshot.site_rows[site] for site in demand_bps], np.int64)
    return rows, np.array(list(demand_bps.values()), np.float64)


def _carriers(snapshot: Snapshot, pipes: _Pipes, flow: Flow) -> list[tuple[Kind, str, Elements]]:
    """Return the elements that some of a flow passes."""
    left = pipes.arcs.kept(*snapshot.works)
    count = int(left.sum())
    carried = flow.carried[:count] + flow.carried[count : 2 * count]
    edge = pipes.arcs.edge[left][carried > 0]
    ends = np.concatenate([pipes.arcs.tail[left][carried > 0], pipes.arcs.head[left][carried > 0]])
    links = np.unique(edge[edge < pipes.arcs.mesh.links])
    devices = np.unique(ends[ends < len(snapshot.devices)])
    # A core site that serves itself passes nothing over its arcs; its failure counts all the same.
    sites = np.union1d(snapshot.device_site[devices], pipes.sites)
    taken = set(links.tolist())
    found: list[tuple[Kind, str, Elements]] = []
    for row in links.tolist():
        link = snapshot.links[row]
        found.append((Kind.LINK, link, Elements(links=frozenset({link}))))
    for row in devices.tolist():
        device = snapshot.devices[row]
        found.append((Kind.DEVICE, device, Elements(devices=frozenset({device}))))
    for row in sites.tolist():
        site = snapshot.sites[row]
        found.append((Kind.SITE, site, Elements(sites=frozenset({site}))))
    for srlg, rows in zip(snapshot.srlgs, snapshot.srlg_links, strict=True):
        if not taken.isdisjoint(rows.tolist()):
            found.append((Kind.SRLG, srlg, Elements(srlgs=frozenset({srlg}))))
    return found
