"""Pairs: two sites, or a site and a link, that together cut off more than each does alone.

One search for each site that is passed over, so this is asked for and not always on: 10,000
sites take minutes. For pairs of links see `cuts`, which needs one search for all of them.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

import numpy as np

from topology.errors import NetworkError
from topology.model import SiteId
from topology.resilience.descent import Numbers, descend
from topology.resilience.failures import Walk
from topology.resilience.loss import Kind, Losses
from topology.resilience.mesh import NONE, by_site
from topology.resilience.snapshot import Snapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A site and a second element, and what only both together cut off."""

    site: SiteId
    kind: Kind  # of the second
    other: str
    more: int  # sites that reach a core without either, but not without both


def site_pairs(
    snapshot: Snapshot, sites: Collection[SiteId] | None = None, *, least: int = 1
) -> Iterator[Pair]:
    """Yield the pairs that begin with one of `sites`, or with any, as they are found.

    A pair of two sites comes once; `least` leaves out what cuts off fewer. Sites that either
    takes alone, and the two themselves, do not count. The caller may stop at any time.
    Raises NetworkError for a site that is not in the snapshot.
    """
    wanted = snapshot.sites if sites is None else tuple(sites)
    unknown = [site for site in wanted if site not in snapshot.site_rows]
    if unknown:
        raise NetworkError(
            faults=[f"there is no site {site!r} in this network" for site in unknown]
        )
    mesh = by_site(snapshot)
    whole = Walk(snapshot, mesh, descend(mesh))
    alone = _both(whole)
    number_of = np.full(len(snapshot.sites) + 1, NONE)
    number_of[whole.weights.site_at] = np.arange(len(whole.weights.site_at))
    done: set[int] = set()
    for site in wanted:
        row = snapshot.site_rows[site]
        at = int(number_of[row])
        if at == NONE or len(mesh.neighbours[row]) < 2:
            continue  # cut off already, or nothing is behind it
        done.add(row)
        together = _both(Walk(snapshot, mesh, descend(mesh, without=row)))
        taken = int(alone[0].sites[row])
        above = _above(whole, at)
        for left, before, holders in zip(together, alone, above, strict=True):
            more = left.sites - before.sites
            more[holders] += taken  # these take the site alone, and all that it takes
            for other in np.flatnonzero(more >= least).tolist():
                if not (left.kind is Kind.SITE and other in done):
                    yield Pair(
                        site=site, kind=left.kind, other=left.ids[other], more=int(more[other])
                    )


def _both(walk: Walk) -> tuple[Losses, Losses]:
    return walk.vertices(Kind.SITE, walk.mesh.site_of, walk.snapshot.sites), walk.links()


def _above(walk: Walk, at: int) -> tuple[Numbers, Numbers]:
    """Return the rows of the sites and of the links that alone cut off one number."""
    descent = walk.descent
    holds = (np.arange(len(descent.end)) <= at) & (at < descent.end)
    sites = walk.weights.site_at[descent.above[holds & descent.is_severed]]
    links = descent.edge[holds & descent.is_bridge & (descent.edge < walk.mesh.links)]
    return sites, links
