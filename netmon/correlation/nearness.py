"""Nearness: which links lie and suffer together, and what is in the middle of them."""

from collections.abc import Collection, Sequence

from topology.geometry import cartesian_m, distance_m
from topology.model import LinkId, SiteId
from topology.nearness import Near, groups
from topology.network import Network


def clusters(
    network: Network,
    links: Sequence[LinkId],
    near: Near,
    *,
    sites: Sequence[Collection[SiteId]],
    moments: Sequence[float] | None = None,
) -> list[list[LinkId]]:
    """Return the links that hang together by nearness of the sites given for each of them."""
    known = {site: cartesian_m(network.sites[site].position) for each in sites for site in each}
    places = [[known[site] for site in each] for each in sites]
    return [[links[at] for at in group] for group in groups(places, near, moments)]


def middle(network: Network, sites: list[SiteId]) -> SiteId:
    """Return the site nearest to all the others."""
    if len(sites) > 20:  # a name for people: the first ones will do
        sites = sites[:20]
    return min(
        sites,
        key=lambda site: sum(
            distance_m(network.sites[site].position, network.sites[other].position)
            for other in sites
        ),
    )
