"""Weathers: one happening of each kind that the sky sends, drawn for a network.

Ranges are those of the literature and of measured links. A kind for which a network has nothing
(no satellite link, no long hop) draws nothing.
"""

from typing import Final

from netmon.simulation.draws import HOUR, MIN, Draw, Events
from netmon.simulation.emitters import Interferer
from netmon.simulation.showers import front
from netmon.simulation.skies import Multipath, RadomeSnow, SunOutage, WindSway
from topology.geometry import distance_m
from topology.model import Medium, Role

LONG_HOP_M: Final = 14e3
LOW_BAND_HZ: Final = 15.5e9


def rain(draw: Draw) -> Events:
    """A front somewhere over the border."""
    chance = draw.chance
    site = draw.border.network.sites[draw.site()]
    seconds = draw.between(40 * MIN, 4 * HOUR) / draw.pace
    return front(
        chance,
        over=site.position,
        reach_m=draw.between(15e3, 60e3),
        start_seconds=draw.start_seconds,
        seconds=seconds,
        pace=draw.pace,
    )


def multipath(draw: Draw) -> Events:
    """A night of layered air over the long, low-band hops of a region.

    In a third of such nights the layers also bring in a distant transmitter on the channel.
    """
    network = draw.border.network
    middle = network.sites[draw.site()].position
    links = tuple(
        link.id
        for link in network.links.values()
        if link.medium is Medium.MICROWAVE
        and link.carrier is not None
        and link.carrier.frequency_hz < LOW_BAND_HZ
        and network.length_m(link.id) > LONG_HOP_M
        and distance_m(network.sites[network.sites_of(link.id)[0]].position, middle) < 80e3
    )
    if not links:
        return ()
    end = draw.end(2 * HOUR, 6 * HOUR)
    distant: Events = ()
    if draw.chance.random() < 0.33:
        link = network.links[draw.chance.choice(links)]
        distant = (
            Interferer(
                start_seconds=draw.start_seconds,
                end_seconds=end,
                interface=draw.chance.choice(link.ends),
                rise_db=draw.between(2.0, 8.0),
            ),
        )
    return (
        *distant,
        Multipath(
            start_seconds=draw.start_seconds,
            end_seconds=end,
            links=links,
            depth_db=draw.between(7.0, 14.0),
            burst_seconds=draw.between(60.0, 240.0) / draw.pace,
            is_dispersive=draw.chance.random() < 0.5,
        ),
    )


def wind(draw: Draw) -> Events:
    """A storm at one mast."""
    return (
        WindSway(
            start_seconds=draw.start_seconds,
            end_seconds=draw.end(1 * HOUR, 6 * HOUR),
            site=draw.site(Role.RELAY, Role.BORDER_POST),
            sway_deg=draw.between(0.3, 1.2),
        ),
    )


def snow(draw: Draw) -> Events:
    """Wet snow on one antenna."""
    interface = draw.end_of(Medium.MICROWAVE)
    if interface is None:
        return ()
    return (
        RadomeSnow(
            start_seconds=draw.start_seconds,
            end_seconds=draw.end(2 * HOUR, 8 * HOUR),
            interface=interface,
            depth_db=draw.between(3.0, 15.0),
            ramp_seconds=draw.between(20 * MIN, 1 * HOUR) / draw.pace,
        ),
    )


def sun(draw: Draw) -> Events:
    """The sun behind the satellite, for all dishes that look at it."""
    links = draw.border.network.links.values()
    dishes = tuple(link.id for link in links if link.medium is Medium.VSAT)
    if not dishes:
        return ()
    end = draw.end(6 * MIN, 14 * MIN)
    span = {"start_seconds": draw.start_seconds, "end_seconds": end}
    return (SunOutage(**span, links=dishes, peak_db=draw.between(5.0, 14.0)),)
