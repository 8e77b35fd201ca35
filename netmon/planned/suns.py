"""Suns: the predicted sun outages of every satellite link, at both of its dishes."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from topology.model import LinkId, SiteId
from topology.network import Network
from topology.sunoutage import Dish, SunOutage, sun_outages


@dataclass(frozen=True, slots=True, kw_only=True)
class Predicted:
    """One outage of one link, as the dish at one of its ends sees it."""

    link: LinkId
    site: SiteId
    outage: SunOutage


def dishes_of(network: Network, link: LinkId) -> tuple[tuple[SiteId, Dish], ...]:
    """Return the dishes of a link, its a end's first; none if it is no satellite link."""
    satellite = network.links[link].satellite
    if satellite is None:
        return ()
    return tuple(
        (
            site,
            Dish(
                position=network.sites[site].position,
                satellite_longitude_deg=satellite.longitude_deg,
                diameter_m=diameter_m,
                downlink_hz=satellite.downlink_hz,
            ),
        )
        for site, diameter_m in zip(network.sites_of(link), satellite.dishes_m, strict=True)
    )


def predicted(network: Network, start: float, end: float) -> list[Predicted]:
    """Return every outage not over at `start` that begins before `end`, soonest first."""
    found = [
        Predicted(link=link, site=site, outage=outage)
        for link in network.links
        for site, dish in dishes_of(network, link)
        for outage in sun_outages(dish, start, end)
    ]
    return sorted(found, key=lambda one: (one.outage.start, one.link, one.site))


def next_of_each(network: Network, now: float, ahead_seconds: float) -> Iterator[Predicted]:
    """Yield for every satellite link its outage under way, or else its next one."""
    for link in network.links:
        firsts: Iterable[Predicted] = (
            Predicted(link=link, site=site, outage=outage)
            for site, dish in dishes_of(network, link)
            for outage in _first(dish, now, now + ahead_seconds)
        )
        soonest = min(firsts, key=lambda one: one.outage.start, default=None)
        if soonest is not None:
            yield soonest


def _first(dish: Dish, start: float, end: float) -> Iterator[SunOutage]:
    for outage in sun_outages(dish, start, end):
        yield outage
        return
