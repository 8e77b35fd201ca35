"""Fallible: everything in a snapshot that can fail by itself, with its chance to work.

What nobody has told of is taken as `Assumed` says, and counted. The power of a site takes down
all its devices at once; where no way can pass the site but by its hub, it is enough that the hub
fails with it, and else it is a common cause, as an SRLG is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from topology.errors import NetworkError
from topology.resilience.descent import Descent, descend
from topology.resilience.mesh import NONE, Mesh, by_device, by_site
from topology.resilience.snapshot import Floats, Snapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumed:
    """The availability of what nobody has told of; by itself such a thing never fails."""

    link: float = 1.0
    device: float = 1.0
    site: float = 1.0
    srlg: float = 1.0

    def __post_init__(self) -> None:
        for noun in ("link", "device", "site", "srlg"):
            if not 0 <= getattr(self, noun) <= 1:
                raise NetworkError(f"{noun} availability {getattr(self, noun)} is outside 0 … 1")


NEVER_FAILS: Final = Assumed()


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """Something that takes down several things at once, by numbers of the mesh."""

    chance: float  # that it does not strike
    vertices: tuple[int, ...] = ()
    edges: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Fallible:
    """A snapshot as a graph whose parts fail independently."""

    snapshot: Snapshot
    mesh: Mesh
    descent: Descent
    vertex_chance: Sequence[float]  # by vertex of the mesh
    link_chance: Sequence[float]  # by row of the link; every other edge never fails
    causes: tuple[Cause, ...]
    assumed: int  # elements whose availability nobody has told

    def edge_chance(self, edge: int) -> float:
        """Return the chance of an edge of the mesh to work."""
        return self.link_chance[edge] if 0 <= edge < self.mesh.links else 1.0


def fallible(snapshot: Snapshot, assumed: Assumed = NEVER_FAILS) -> Fallible:
    """Return a snapshot as a graph of what can fail; by site where no device can, as it is less."""
    devices = filled(snapshot.device_availability, assumed.device)
    power = filled(snapshot.site_availability, assumed.site)
    links = filled(snapshot.link_availability, assumed.link)
    groups = filled(snapshot.srlg_availability, assumed.srlg)
    mesh = by_site(snapshot) if (devices == 1).all() else by_device(snapshot)
    at_vertex = np.append(power, 1.0)[mesh.site_of]
    at_vertex *= np.append(devices, 1.0)[mesh.device_of]
    causes = list(_powers(snapshot, mesh, power, at_vertex)) if mesh.hubs else []
    for chance, members in zip(groups.tolist(), snapshot.srlg_links, strict=True):
        working = [row for row in members.tolist() if snapshot.works[1][row]]
        if len(working) == 1:
            links[working[0]] *= chance
        elif working and chance < 1:
            causes.append(Cause(chance=chance, edges=tuple(working)))
    told = (
        snapshot.device_availability, snapshot.site_availability, snapshot.link_availability,
        snapshot.srlg_availability,
    )  # fmt: skip
    return Fallible(
        snapshot=snapshot,
        mesh=mesh,
        descent=descend(mesh),
        vertex_chance=at_vertex.tolist(),
        link_chance=links.tolist(),
        causes=tuple(causes),
        assumed=sum(int(np.isnan(column).sum()) for column in told),
    )


def _powers(snapshot: Snapshot, mesh: Mesh, power: Floats, at_vertex: Floats) -> Sequence[Cause]:
    """Make a common cause of the power of each site that a way could pass without its hub.

    Such a way needs a device with two links. The power is then taken off the hub's own chance.
    """
    found = []
    for vertex in range(mesh.rows, mesh.root):
        site = mesh.site_of[vertex]
        if site == NONE or power[site] == 1:
            continue
        devices = [other for other, edge in mesh.neighbours[vertex] if edge < mesh.first_root_edge]
        passing = [device for device in devices if len(mesh.neighbours[device]) > 2]
        if passing:
            at_vertex[vertex] = 1.0
            found.append(Cause(chance=float(power[site]), vertices=(vertex, *passing)))
    return found


def filled(told: Floats, assumed: float) -> Floats:
    """Return availabilities with what is assumed in place of what nobody has told."""
    return np.where(np.isnan(told), assumed, told)
