"""Consequence: which sites, and what they carry, a failure cuts off from the cores.

A failure answers for a site if it alone would cut it off, or if the site would be back were this
one repaired. Two cuts of a ring thus both answer for what lies between them.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from topology.model import DeviceId, LinkId, SiteId
from topology.network import Network
from topology.reachability import Reachability

EXACT_UP_TO: Final = 32  # failures at once; each costs two questions to the graph


@dataclass(frozen=True, slots=True)
class Failure:
    """Elements that one cause has taken down."""

    devices: frozenset[DeviceId] = frozenset()
    links: frozenset[LinkId] = frozenset()


def sites_cut_off(network: Network, failures: Iterable[Failure]) -> list[frozenset[SiteId] | None]:
    """Return for each failure the sites it answers for; None where that was not worked out."""
    failures = list(failures)
    whole = _union(failures)
    reached = _reached(network, Failure())
    lost = reached - _reached(network, whole) if reached else frozenset()
    if not lost:  # nothing is cut off by all of them, so nothing by one of them
        return [frozenset() for _ in failures]
    real = sum(1 for failure in failures if failure.devices or failure.links)
    if real > EXACT_UP_TO:  # a storm: who is silent says enough, and says it in time
        return [None if failure.devices or failure.links else frozenset() for failure in failures]
    return [_share(network, failure, failures, lost) for failure in failures]


def dependents_of(
    network: Network, sites: Iterable[SiteId], devices: Iterable[DeviceId] = ()
) -> tuple[str, ...]:
    """Return what these sites carry, and what is connected by one of these devices alone."""
    carried = [
        dependent
        for site in sites
        if site in network.sites
        for dependent in network.sites[site].dependents
    ]
    connected = [
        dependent
        for device in sorted(devices)
        for dependent in network.sites[network.site_of(device)].dependents
        if dependent.device == device
    ]
    return tuple(dict.fromkeys(dependent.id for dependent in (*carried, *connected)))


def _share(
    network: Network, failure: Failure, failures: list[Failure], lost: frozenset[SiteId]
) -> frozenset[SiteId]:
    if not failure.devices and not failure.links:
        return frozenset()
    alone = lost - _reached(network, failure)
    repaired = _union([other for other in failures if other is not failure])
    return alone | (lost & _reached(network, repaired))


def _union(failures: Iterable[Failure]) -> Failure:
    devices: set[DeviceId] = set()
    links: set[LinkId] = set()
    for failure in failures:
        devices |= failure.devices
        links |= failure.links
    return Failure(frozenset(devices), frozenset(links))


def _reached(network: Network, failure: Failure) -> frozenset[SiteId]:
    """Return the sites that reach a core; remembered, since failures last for many cycles."""
    return _reaching(network)(failure)


@lru_cache(maxsize=2)
def _reaching(network: Network) -> Callable[[Failure], frozenset[SiteId]]:
    """Return what remembers for one network; a unit that moves makes a new one every cycle."""
    reachability = Reachability(network)

    @lru_cache(maxsize=256)
    def reached(failure: Failure) -> frozenset[SiteId]:
        if not network.cores:
            return frozenset()
        reach = reachability.reach(
            network.cores, failed_devices=failure.devices, failed_links=failure.links
        )
        silent = {
            site
            for site in reach.sites
            if network.devices_of(site) and failure.devices.issuperset(network.devices_of(site))
        }
        return reach.sites - silent

    return reached
