"""Nearness: which links and sites lie together."""

from collections.abc import Callable
from typing import TypeVar

from topology.geometry import distance_m
from topology.model import LinkId, SiteId
from topology.network import Network

MemberT = TypeVar("MemberT")


def clusters(
    members: list[MemberT], near: Callable[[MemberT, MemberT], bool]
) -> list[list[MemberT]]:
    """Return the groups that hang together by nearness, in the order given."""
    groups: list[list[MemberT]] = []
    left = list(members)
    while left:
        group = [left.pop(0)]
        for member in group:  # grows while it is walked
            group.extend(other for other in left if near(member, other))
            left = [other for other in left if other not in group]
        groups.append(group)
    return groups


def apart_m(network: Network, one: LinkId, other: LinkId) -> float:
    """Return the shortest way between an end of one link and an end of the other."""
    return min(
        distance_m(network.sites[a].position, network.sites[b].position)
        for a in network.sites_of(one)
        for b in network.sites_of(other)
    )


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
