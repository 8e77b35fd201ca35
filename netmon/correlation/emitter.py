"""Emitter: where a jamming-like transmitter probably is, from who hears it and who does not.

Asked only when other receivers hear it, or hear it by some decibels otherwise; in between the
answer stands. Receivers of its channels that stay well speak against places they look at.
"""

import math
from collections.abc import Iterable
from itertools import pairwise
from typing import Final

from netmon.area import Area, Bearing, Ring, Shape
from netmon.correlation.case import Case
from netmon.correlation.memory import Spell
from netmon.verdict import Condition
from topology.antennas import antenna_of
from topology.geometry import azimuth_deg, distance_m
from topology.model import InterfaceId, Medium, Position, SiteId
from topology.network import Network
from topology.outline import rings
from topology.spectrum import overlap_hz
from topology.whereabouts import Hearing, Whereabouts, whereabouts

_CLEAN_AT_MOST: Final = 16  # the nearest; more change little and cost as much
_CLEAN_WITHIN_M: Final = 40_000.0
_STEP_DB: Final = 3.0  # a change of less is no other answer
_HALF, _MOST = 0.5, 0.9
_DIGITS: Final = 5  # of a degree: a metre
_FAINTEST_DB: Final = 0.5  # of a rise, that still says how strong it is


def area_of(case: Case, spells: Iterable[Spell]) -> Area | None:
    """Return where the transmitter behind some spells probably is; None where nobody can say."""
    told = sorted(spells, key=lambda spell: spell.link)
    heard = {
        end: strength
        for spell in told
        if case.network.links[spell.link].medium is not Medium.VSAT  # they look at the sky
        for end, strength in _heard(case, spell).items()
    }
    key = tuple(sorted((end, round(most / _STEP_DB)) for end, (most, _) in heard.items()))
    known = case.memory.areas.get(key)
    if known is None and heard:
        clean = _clean(case, told, set(heard))
        known = _estimated(case.network, heard, clean)
        case.memory.keep_area(key, known)
    return known


def _heard(case: Case, spell: Spell) -> dict[InterfaceId, tuple[float, bool]]:
    """Return by how much each receiver of a link is disturbed, and whether that is vague."""
    found = {}
    for end, each in spell.receivers.items():
        if end not in case.network.links[spell.link].ends:
            continue
        noise, quality = each.get("noise_rise"), each.get("quality_loss")
        if noise is not None:
            found[end] = noise.most_db, False
        elif quality is not None:
            found[end] = quality.most_db, True
    return {end: (most, vague) for end, (most, vague) in found.items() if most > _FAINTEST_DB}


def _clean(case: Case, spells: list[Spell], heard: set[InterfaceId]) -> list[InterfaceId]:
    """Return the nearest receivers of the same channels whose links are well."""
    network, verdicts = case.network, case.judgement.links
    carriers = [c for spell in spells if (c := network.links[spell.link].carrier) is not None]
    sites = {_site(network, end) for end in heard}
    places = [network.sites[site].position for site in sites]
    disturbed = {spell.link for spell in spells} | set(case.memory.disturbed)
    found = []
    for link_id, link in network.links.items():
        carrier, verdict = link.carrier, verdicts.get(link_id)
        if carrier is None or verdict is None or link_id in disturbed:
            continue
        if verdict.condition is not Condition.HEALTHY or link.medium is Medium.VSAT:
            continue
        if not any(overlap_hz(carrier, other) > 0 for other in carriers):
            continue
        for end in link.ends:
            place = network.sites[_site(network, end)].position
            away = min(distance_m(place, other) for other in places)
            if away <= _CLEAN_WITHIN_M:
                found.append((away, end))
    return [end for _, end in sorted(found)[:_CLEAN_AT_MOST]]


def _estimated(
    network: Network, heard: dict[InterfaceId, tuple[float, bool]], clean: list[InterfaceId]
) -> Area | None:
    link_of = {end: link for link in network.links.values() for end in link.ends}
    hearings, receivers = [], []
    for end in (*heard, *clean):
        link = link_of[end]
        antenna = antenna_of(link, is_a=end == link.a)
        if antenna is None:
            continue
        most, vague = heard.get(end, (None, False))
        far = link.b if end == link.a else link.a
        place = network.sites[_site(network, end)].position
        hearings.append(
            Hearing(
                position=place,
                azimuth_deg=azimuth_deg(place, network.sites[_site(network, far)].position),
                antenna=antenna,
                over_noise_db=None if most is None else over_noise_db(most),
                is_vague=vague,
            )
        )
        receivers.append(end)
    found = whereabouts(hearings)
    return None if found is None else _area(network, found, [e for e in receivers if e in heard])


def over_noise_db(rise_db: float) -> float:
    """Return how far a disturber is over the noise, from how far the sum of both is: I/N."""
    return 10 * math.log10(10 ** (max(rise_db, _FAINTEST_DB) / 10) - 1)


def _area(network: Network, found: Whereabouts, receivers: list[InterfaceId]) -> Area:
    best = found.mean()
    sites = {_site(network, end) for end in receivers}
    away = {site: distance_m(network.sites[site].position, best) for site in sites}
    near = min(away, key=lambda site: (away[site], site))
    bearings = []
    for end in receivers:
        site = network.sites[_site(network, end)]
        azimuth, within = found.bearing_deg(site.position, _MOST)
        bearings.append(
            Bearing(
                receiver=end,
                site=site.name or site.id,
                azimuth_deg=azimuth,
                within_deg=within,
            )
        )
    surest = {one.site: one for one in sorted(bearings, key=lambda one: -one.within_deg)}
    return Area(
        likeliest=_point(best),
        near=network.sites[near].name or near,
        near_m=away[near],
        within_m=found.within_m(best, _MOST),
        half=_shapes(found, _HALF),
        most=_shapes(found, _MOST),
        bearings=tuple(sorted(surest.values(), key=lambda one: one.within_deg)),
    )


def _shapes(found: Whereabouts, share: float) -> tuple[Shape, ...]:
    """Return the area that holds a share of the probability, as polygons with their holes."""
    outlines: list[Ring] = [
        tuple(_point(found.corner(at, out)) for at, out in ring)
        for ring in rings(found.holding(share))
    ]
    outer = [ring for ring in outlines if _twice_area(ring) > 0]
    holes = [ring for ring in outlines if _twice_area(ring) < 0]
    return tuple((ring, *(hole for hole in holes if _owner(hole, outer) is ring)) for ring in outer)


def _owner(hole: Ring, outer: list[Ring]) -> Ring | None:
    """Return the smallest outer ring around a hole."""
    around = [ring for ring in outer if is_inside(hole[0], ring)]
    return min(around, key=_twice_area, default=None)


def _twice_area(ring: Ring) -> float:
    """Return twice the area a ring goes around, in square degrees: above 0 counterclockwise."""
    east, north = ring[0]
    return sum(
        (a[0] - east) * (b[1] - north) - (b[0] - east) * (a[1] - north) for a, b in pairwise(ring)
    )


def is_inside(point: tuple[float, float], ring: Ring) -> bool:
    """Say whether a ring goes around a point (even-odd rule)."""
    x, y = point
    inside = False
    for (ax, ay), (bx, by) in pairwise(ring):
        if (ay > y) != (by > y) and x < (bx - ax) * (y - ay) / (by - ay) + ax:
            inside = not inside
    return inside


def _point(position: Position) -> tuple[float, float]:
    return round(position.longitude_deg, _DIGITS), round(position.latitude_deg, _DIGITS)


def _site(network: Network, end: InterfaceId) -> SiteId:
    return network.site_of(network.device_of(end))
