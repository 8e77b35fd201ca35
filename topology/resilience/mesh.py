"""Mesh: the working part of a snapshot as a graph of integers, with one root behind all cores.

Two views. By device: a vertex is a device, and a site with several devices has a hub as well,
on which they hang by edges that never fail. By site: a vertex is a site with all that stands
there. The root is joined to each core by an edge that never fails, and by device to each device
there, so that a core is lost with the last of them; what a path leads to from the root is what
reaches a core.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from topology.resilience.snapshot import Snapshot

NONE: Final = -1

Neighbours = list[list[tuple[int, int]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mesh:
    """Vertices by number, the root last. An edge below `links` is the link of that row.

    Edges from `first_root_edge` on join the root and the vertex that is the rest; those between
    are the hub edges of the device whose row is the rest.
    """

    rows: int  # devices, or sites, of the snapshot
    neighbours: Neighbours  # (vertex, edge) of each vertex; parallel links separate
    links: int
    first_root_edge: int
    site_of: list[int]  # the site whose fate hangs on a vertex, or NONE
    device_of: list[int]  # the device that a vertex is, or NONE
    vertex_of_site: list[int]  # NONE where no device of the site works

    @property
    def root(self) -> int:
        """The vertex behind all cores."""
        return len(self.neighbours) - 1

    @property
    def hubs(self) -> int:
        """How many sites have a vertex beside those of their devices; none in the view by site."""
        return self.root - self.rows


def by_site(snapshot: Snapshot) -> Mesh:
    """Return sites joined by working links; a cable inside a site joins nothing."""
    devices, links = snapshot.works
    occupied = np.zeros(len(snapshot.sites), np.bool_)
    occupied[snapshot.device_site[devices]] = True
    neighbours: Neighbours = [[] for _ in range(len(snapshot.sites) + 1)]
    ends = snapshot.device_site[snapshot.link_ends]
    _join(neighbours, np.flatnonzero(links & (ends[:, 0] != ends[:, 1])), ends)
    vertex_of_site = np.where(occupied, np.arange(len(occupied)), NONE).tolist()
    first_root_edge = len(snapshot.links) + len(snapshot.devices)
    _root(neighbours, np.flatnonzero(snapshot.core & occupied).tolist(), first_root_edge)
    return Mesh(
        rows=len(snapshot.sites),
        neighbours=neighbours,
        links=len(snapshot.links),
        first_root_edge=first_root_edge,
        site_of=[*vertex_of_site, NONE],
        device_of=[NONE] * len(neighbours),
        vertex_of_site=vertex_of_site,
    )


def by_device(snapshot: Snapshot) -> Mesh:
    """Return devices joined by working links and by the hubs of their sites.

    The one working device of a site is its own hub, so that with it the site is lost.
    """
    works, links = snapshot.works
    devices = np.flatnonzero(works)
    at = snapshot.device_site[devices]
    company = np.bincount(at, minlength=len(snapshot.sites))
    hubs = np.flatnonzero(company > 1)
    vertex_of_site = np.full(len(snapshot.sites), NONE)
    alone = company[at] == 1
    vertex_of_site[at[alone]] = devices[alone]
    vertex_of_site[hubs] = len(snapshot.devices) + np.arange(len(hubs))
    site_of = np.full(len(snapshot.devices) + len(hubs) + 1, NONE)
    site_of[devices[alone]] = at[alone]
    site_of[vertex_of_site[hubs]] = hubs
    neighbours: Neighbours = [[] for _ in site_of]
    _join(neighbours, np.flatnonzero(links), snapshot.link_ends)
    vertices: list[int] = vertex_of_site.tolist()
    for device, site in zip(devices[~alone].tolist(), at[~alone].tolist(), strict=True):
        _edge(neighbours, device, vertices[site], len(snapshot.links) + device)
    first_root_edge = len(snapshot.links) + len(snapshot.devices)
    _root(neighbours, devices[snapshot.core[at]].tolist(), first_root_edge)
    device_of = np.where(works, np.arange(len(works)), NONE).tolist()
    return Mesh(
        rows=len(snapshot.devices),
        neighbours=neighbours,
        links=len(snapshot.links),
        first_root_edge=first_root_edge,
        site_of=site_of.tolist(),
        device_of=device_of + [NONE] * (len(neighbours) - len(device_of)),
        vertex_of_site=vertices,
    )


def _join(neighbours: Neighbours, rows: np.ndarray, ends: np.ndarray) -> None:
    for row, (a, b) in zip(rows.tolist(), ends[rows].tolist(), strict=True):
        neighbours[a].append((b, row))
        neighbours[b].append((a, row))


def _root(neighbours: Neighbours, at_cores: list[int], first_edge: int) -> None:
    for vertex in at_cores:
        _edge(neighbours, len(neighbours) - 1, vertex, first_edge + vertex)


def _edge(neighbours: Neighbours, a: int, b: int, edge: int) -> None:
    neighbours[a].append((b, edge))
    neighbours[b].append((a, edge))
