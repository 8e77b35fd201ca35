"""Levels: how many ways lead from each site to the cores, in both meanings planners have.

To any core: the cores count as one place that does not fail, and two ways may end at the same
core. To different cores: each way ends at a core of its own, so that the loss of any one core is
survived too; that is what is meant by dual-homed. Ways are counted without a common link, and
without a common site between their ends. A site, with all that stands there, counts as one.
"""

from collections import deque
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from topology.errors import NetworkError
from topology.model import SiteId
from topology.resilience.cuts import chains
from topology.resilience.descent import Descent, Numbers, descend
from topology.resilience.mesh import NONE, Mesh, by_site
from topology.resilience.snapshot import Snapshot

MOST_LINK_WAYS: Final = 3  # what one search tells; `ways_of` counts on
MOST_SITE_WAYS: Final = 2

Counts = NDArray[np.int8]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """How many ways there are without a common link, and without a common site."""

    by_link: int
    by_site: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """The redundancy of one site. 0 is cut off, 1 hangs on something single."""

    site: SiteId
    any_core: Ways
    different_cores: Ways  # a core is itself its first way


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Levels:
    """Those of all sites, row by row; 3 by link and 2 by site mean that many or more."""

    sites: tuple[SiteId, ...]
    any_by_link: Counts
    any_by_site: Counts
    different_by_link: Counts
    different_by_site: Counts

    def of(self, row: int) -> Level:
        """Return that of one row."""
        return Level(
            site=self.sites[row],
            any_core=Ways(by_link=int(self.any_by_link[row]), by_site=int(self.any_by_site[row])),
            different_cores=Ways(
                by_link=int(self.different_by_link[row]), by_site=int(self.different_by_site[row])
            ),
        )


def levels(snapshot: Snapshot) -> Levels:
    """Return the levels of all sites, from one search."""
    mesh = by_site(snapshot)
    descent = descend(mesh)
    sites = np.array(mesh.site_of, np.int64)[descent.order]
    is_core = np.append(snapshot.core, [False])[sites]
    any_link = _link_ways(mesh, descent, cores_fail=False)
    different_link = _link_ways(mesh, descent, cores_fail=True)
    any_site = _site_ways(descent, any_link, descent.is_severed & ~is_core[descent.above])
    different_site = _site_ways(descent, different_link, descent.is_severed)

    def by_row(counts: Counts) -> Counts:
        found = np.zeros(len(snapshot.sites) + 1, np.int8)
        found[sites] = counts  # the root has no site and falls into the last place
        return found[:-1]

    return Levels(
        sites=snapshot.sites,
        any_by_link=by_row(any_link),
        any_by_site=by_row(any_site),
        different_by_link=by_row(different_link),
        different_by_site=by_row(different_site),
    )


def _link_ways(mesh: Mesh, descent: Descent, *, cores_fail: bool) -> Counts:
    fails = (descent.edge >= 0) & (descent.edge < mesh.links)
    if cores_fail:
        fails |= descent.edge >= mesh.first_root_edge
    pieces: list[int] = []
    for chain in chains(mesh, descent, cores_fail=cores_fail):
        pieces += [bound for piece in chain.pieces for bound in piece]
    bounds: Numbers = np.array(pieces, np.int64).reshape(-1, 2)
    change = np.zeros(len(descent.order) + 1, np.int64)
    np.add.at(change, bounds[:, 0], 1)
    np.add.at(change, bounds[:, 1], -1)
    ways = np.full(len(descent.order), MOST_LINK_WAYS, np.int8)
    ways[np.cumsum(change[:-1]) > 0] = 2
    ways[descent.below(descent.is_bridge & fails)] = 1
    return ways


def _site_ways(descent: Descent, by_link: Counts, severed: NDArray[np.bool_]) -> Counts:
    alone = (by_link == 1) | descent.below(severed)
    return np.where(alone, 1, MOST_SITE_WAYS).astype(np.int8)


def ways_of(snapshot: Snapshot, site: SiteId) -> Level:
    """Count all ways of one site by augmenting paths (Ford and Fulkerson 1956).

    Of a core, the ways to any core are told as those of `levels`, since it needs none.
    Raises NetworkError for a site that is not in the snapshot.
    """
    if site not in snapshot.site_rows:
        raise NetworkError(f"there is no site {site!r} in this network")
    row = snapshot.site_rows[site]
    mesh = by_site(snapshot)
    if snapshot.core[row]:
        up = mesh.vertex_of_site[row] != NONE
        any_core = Ways(by_link=MOST_LINK_WAYS * up, by_site=MOST_SITE_WAYS * up)
    else:
        any_core = _counted(snapshot, mesh, row, cores_fail=False)
    return Level(
        site=site,
        any_core=any_core,
        different_cores=_counted(snapshot, mesh, row, cores_fail=True),
    )


def _counted(snapshot: Snapshot, mesh: Mesh, row: int, *, cores_fail: bool) -> Ways:
    return Ways(
        by_link=_flow(snapshot, mesh, row, sites_fail=False, cores_fail=cores_fail),
        by_site=_flow(snapshot, mesh, row, sites_fail=True, cores_fail=cores_fail),
    )


def _flow(snapshot: Snapshot, mesh: Mesh, row: int, *, sites_fail: bool, cores_fail: bool) -> int:
    """Push one way after the other, each site split into where ways enter and where they leave."""
    plenty = len(snapshot.links) + len(snapshot.sites) + 1
    room: list[dict[int, int]] = [{} for _ in range(2 * len(mesh.neighbours))]
    for vertex, neighbours in enumerate(mesh.neighbours[:-1]):
        narrow = sites_fail and vertex != row and (cores_fail or not snapshot.core[vertex])
        room[2 * vertex][2 * vertex + 1] = 1 if narrow else plenty
        room[2 * vertex + 1].setdefault(2 * vertex, 0)
        for other, edge in neighbours:
            wide = edge >= mesh.first_root_edge and not cores_fail
            here, there = room[2 * vertex + 1], 2 * other
            here[there] = here.get(there, 0) + (plenty if wide else 1)
            room[there].setdefault(2 * vertex + 1, 0)
    ways = 0
    while _augmented(room, 2 * row + 1, 2 * mesh.root):
        ways += 1
    return ways


def _augmented(room: list[dict[int, int]], source: int, sink: int) -> bool:
    """Push one way along a shortest path with room, if there is any (Edmonds and Karp 1972)."""
    came_from = {source: source}
    pending = deque([source])
    while pending and sink not in came_from:
        here = pending.popleft()
        for there, left in room[here].items():
            if left and there not in came_from:
                came_from[there] = here
                pending.append(there)
    if sink not in came_from:
        return False
    there = sink
    while there != source:
        here = came_from[there]
        room[here][there] -= 1
        room[there][here] += 1
        there = here
    return True
