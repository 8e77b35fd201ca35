"""Arcs: the edges of a mesh as arrays, and which sites reach a core when some of them fail.

For questions about many failures of one network: the mesh is compiled once, a failure is a mask.
"""

from dataclasses import dataclass

import numpy as np

from topology.model import SiteId
from topology.resilience.loss import Loss
from topology.resilience.mesh import NONE, Mesh, by_device
from topology.resilience.snapshot import Elements, Flags, Snapshot
from topology.resilience.solver import Whole, components


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Arcs:
    """The edges of the device view, each once."""

    snapshot: Snapshot
    mesh: Mesh
    tail: Whole
    head: Whole
    edge: Whole  # numbers of the mesh: below `mesh.links` the row of a link
    site_vertex: Whole  # of each site, NONE where nothing works

    @classmethod
    def of(cls, snapshot: Snapshot) -> "Arcs":
        """Compile the working part of a snapshot."""
        mesh = by_device(snapshot)
        triples = [
            (tail, head, edge)
            for tail, pairs in enumerate(mesh.neighbours)
            for head, edge in pairs
            if tail < head
        ]
        arrays = np.array(triples, np.int64).reshape(-1, 3)
        return cls(
            snapshot=snapshot,
            mesh=mesh,
            tail=arrays[:, 0],
            head=arrays[:, 1],
            edge=arrays[:, 2],
            site_vertex=np.array(mesh.vertex_of_site, np.int64),
        )

    def kept(self, devices: Flags, links: Flags) -> Flags:
        """Return which arcs are left when only these devices and links work."""
        left = np.ones(len(self.edge), np.bool_)
        is_link = self.edge < self.mesh.links
        left[is_link] = links[self.edge[is_link]]
        vertices = np.ones(len(self.mesh.neighbours), np.bool_)
        vertices[: len(devices)] = devices
        # A hub stands as long as one of its devices does.
        manned = np.bincount(self.snapshot.device_site[devices], minlength=len(self.site_vertex))
        hubs = self.site_vertex >= len(devices)
        vertices[self.site_vertex[hubs]] = manned[hubs] > 0
        left &= vertices[self.tail] & vertices[self.head]
        return left

    def in_touch(self, devices: Flags, links: Flags) -> Flags:
        """Return which vertices hang together with a core over the devices and links that work."""
        left = self.kept(devices, links)
        label = components(len(self.mesh.neighbours), self.tail[left], self.head[left])
        found: Flags = label == label[self.mesh.root]
        return found

    def reached(self, devices: Flags, links: Flags) -> Flags:
        """Return which sites reach a core over the devices and links that work."""
        found: Flags = self.site_vertex != NONE
        found &= self.in_touch(devices, links)[self.site_vertex]
        return found

    def reached_without(self, failed: Elements) -> Flags:
        """Return which sites reach a core when these fail as well."""
        return self.reached(*self.snapshot.without(failed).works)

    def loss(self, before: Flags, after: Flags) -> Loss:
        """Name what was reached before and is not after."""
        return loss_of(self.snapshot, np.flatnonzero(before & ~after).tolist())


def loss_of(snapshot: Snapshot, rows: list[int]) -> Loss:
    """Name what these rows of sites are and carry."""
    sites: tuple[SiteId, ...] = tuple(snapshot.sites[row] for row in rows)
    return Loss(
        sites=sites,
        dependents=tuple(each for row in rows for each in snapshot.dependents[row]),
        users=float(snapshot.users[rows].sum()),
    )
