"""Paths: k ways from a site to another, or to the cores, that share no link, site, SRLG or disc.

By link and by site this is a flow of least cost, for one unit on each link, whose corners are
whole numbers (Ford and Fulkerson 1962). By SRLG it is NP-complete (Hu 2003) and solved as an
integer program with proof. Where no disjoint ways exist, the answer is the most diverse ones:
those that share the fewest elements, the cheapest of them.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np

from topology.errors import NetworkError
from topology.model import LinkId, SiteId
from topology.resilience import ways
from topology.resilience.mesh import NONE, Mesh, by_site
from topology.resilience.region import Exposure, maximal_hits
from topology.resilience.snapshot import Snapshot
from topology.resilience.solver import Real, Whole
from topology.resilience.ways import Graph, Ways

MOST_PATHS: Final = 8
SECONDS: Final = 60.0


class Disjoint(StrEnum):
    """What two paths must not share; by site, SRLG and disc they share no link either."""

    LINK = "link"
    NODE = "node"  # a site between the ends; towards the cores: no core either
    SRLG = "srlg"
    DISC = "disc"  # the reach of any one disc: SRLGs that geography makes


class Cost(StrEnum):
    """What the paths have the least of, together."""

    KM = "km"
    HOPS = "hops"
    UNAVAILABILITY = "unavailability"  # −ln A summed over links


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """One way: its sites from end to end, and the links between them."""

    sites: tuple[SiteId, ...]
    links: tuple[LinkId, ...]
    cost: float  # km, hops or −ln A
    length_m: float | None  # None where the length of a link is not known


@dataclass(frozen=True, slots=True, kw_only=True)
class DisjointPaths:
    """The paths found; where `disjoint` is false they are the most diverse there are."""

    source: SiteId
    target: SiteId | None  # None: any core
    by: Disjoint
    cost: Cost
    connected: bool  # whether there is a path at all; if not, `paths` is empty
    disjoint: bool
    paths: tuple[Path, ...]
    shared: tuple[str, ...]  # links, sites, SRLGs or sets of links that more than one path uses
    total_cost: float


def disjoint_paths(
    snapshot: Snapshot,
    source: SiteId,
    target: SiteId | None = None,
    *,
    by: Disjoint = Disjoint.LINK,
    k: int = 2,
    cost: Cost = Cost.KM,
    disc_radius_m: float | None = None,
    seconds: float = SECONDS,
) -> DisjointPaths:
    """Return `k` paths that share nothing and cost least together, or the most diverse ones.

    A disc that comes within its own radius of one of the two ends threatens what leads there
    whichever way it goes, and is not counted.
    Raises NetworkError for an unknown site, a cost that is not known for some link, a radius
    missing or too many, and where no proof is found within `seconds`.
    """
    _require(k, by, disc_radius_m)
    mesh = by_site(snapshot)
    start = _vertex(snapshot, mesh, source)
    end = mesh.root if target is None else _vertex(snapshot, mesh, target)
    if start == end:
        raise NetworkError(f"site {source!r} is both ends; a path needs two")
    graph = _graph(snapshot, mesh, cost, start, end)
    found = _search(snapshot, graph, by, k, disc_radius_m, seconds)
    named = tuple(_path(snapshot, graph, path) for path in found.paths) if found else ()
    return DisjointPaths(
        source=source,
        target=target,
        by=by,
        cost=cost,
        connected=found is not None,
        disjoint=found is not None and not found.shared,
        paths=named,
        shared=found.shared if found else (),
        total_cost=math.fsum(path.cost for path in named),
    )


def _require(k: int, by: Disjoint, disc_radius_m: float | None) -> None:
    if not 1 <= k <= MOST_PATHS:
        raise NetworkError(f"k is {k}; between 1 and {MOST_PATHS} paths can be asked for")
    if (by is Disjoint.DISC) != (disc_radius_m is not None):
        raise NetworkError("paths disjoint by disc need the radius of the disc, others have none")


def _vertex(snapshot: Snapshot, mesh: Mesh, site: SiteId) -> int:
    row = snapshot.site_rows.get(site)
    if row is None:
        raise NetworkError(f"there is no site {site!r} in this network")
    if mesh.vertex_of_site[row] == NONE:
        raise NetworkError(f"site {site!r} has no working device")
    return mesh.vertex_of_site[row]


def _graph(snapshot: Snapshot, mesh: Mesh, cost: Cost, start: int, end: int) -> Graph:
    """Return the links between sites; those to the root, behind all cores, only if it is the end.

    The root is nothing to pass through: two cores are not joined by being cores.
    """
    triples = [
        (tail, head, edge)
        for tail, pairs in enumerate(mesh.neighbours)
        for head, edge in pairs
        if tail < head and (edge < mesh.links or end == mesh.root)
    ]
    arrays = np.array(triples, np.int64).reshape(-1, 3)
    link = np.where(arrays[:, 2] < mesh.links, arrays[:, 2], NONE)
    costs = np.zeros(len(link))
    costs[link != NONE] = _costs(snapshot, cost, link[link != NONE])
    return Graph(
        vertices=len(mesh.neighbours),
        tail=arrays[:, 0],
        head=arrays[:, 1],
        link=link,
        cost=costs,
        start=start,
        end=end,
    )


def _costs(snapshot: Snapshot, cost: Cost, links: Whole) -> Real:
    if cost is Cost.HOPS:
        return np.ones(len(links))
    if cost is Cost.KM:
        told, words = snapshot.length_m[links] / 1000, "length"
    else:
        told, words = snapshot.link_availability[links], "availability"
        told = -np.log(np.maximum(told, 1e-12))
    unknown = links[np.isnan(told)]
    if len(unknown):
        raise NetworkError(
            f"the {words} of link {snapshot.links[unknown[0]]!r} is not known, "
            f"nor of {len(unknown) - 1} more; tell it, or ask by hops"
        )
    return told + 0.0


def _search(
    snapshot: Snapshot, graph: Graph, by: Disjoint, k: int, radius_m: float | None, seconds: float
) -> Ways | None:
    names = snapshot.links
    if by is Disjoint.LINK:
        return ways.by_flow(graph, k, seconds, name_link=names)
    if by is Disjoint.NODE:
        return ways.by_flow(graph, k, seconds, name_link=names, name_vertex=snapshot.sites)
    groups = dict(zip(snapshot.srlgs, (rows.tolist() for rows in snapshot.srlg_links), strict=True))
    if radius_m is not None:
        groups = _groups_of_discs(snapshot, graph, radius_m)
    single = {f"link {name}": [row] for row, name in enumerate(names)}
    return ways.by_groups(graph, k, seconds, groups=groups, single=single)


def _groups_of_discs(snapshot: Snapshot, graph: Graph, radius_m: float) -> dict[str, Sequence[int]]:
    """Return what discs can cut that stay clear of both ends, as sets of links under a name."""
    exposure = Exposure.of_paths(snapshot)
    ends = [end for end in (graph.start, graph.end) if end < len(snapshot.sites)]
    hits = maximal_hits(exposure, radius_m, spared_sites=ends, spared_m=2 * radius_m)
    return {
        "disc over " + ", ".join(snapshot.links[row] for row in links): links
        for links in hits
        if len(links) > 1
    }


def _path(snapshot: Snapshot, graph: Graph, arcs: Sequence[int]) -> Path:
    rows = [row for row in graph.link[list(arcs)].tolist() if row != NONE]
    at, vertices = graph.start, [graph.start]
    for arc in arcs:
        tail, head = int(graph.tail[arc]), int(graph.head[arc])
        at = head if at == tail else tail
        vertices.append(at)
    length_m = float(snapshot.length_m[rows].sum())
    return Path(
        sites=tuple(snapshot.sites[at] for at in vertices if at < len(snapshot.sites)),
        links=tuple(snapshot.links[row] for row in rows),
        cost=math.fsum(graph.cost[list(arcs)].tolist()),
        length_m=None if math.isnan(length_m) else length_m,
    )
