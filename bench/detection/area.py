"""Area: how often a jammer of a story is where netmon says that it probably is, and how far off.

The antennas that netmon assumes are nearly those of the simulation and its free space is the
simulation's: the shares are those of a model that is right, the margin for terrain is on top.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from statistics import median
from typing import Final

from bench.detection.page import config_hash, table, verdict
from bench.detection.simulated import many
from bench.detection.stories import BEGAN, Course, make, named, watch
from netmon.area import Shape
from netmon.correlation.emitter import is_inside
from netmon.correlation.settings import CorrelationSettings
from netmon.detection.findings import DetectionSettings
from netmon.incidents import Incident
from netmon.simulation.emitters import Jammer
from netmon.simulation.trial import Trial
from netmon.verdict import Cause
from topology.geometry import azimuth_deg, distance_m, separation_deg
from topology.model import Position
from topology.network import Network

_SHARE: Final = 0.9
_LEEWAY: Final = 0.1  # of some dozen events


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """One estimate held against the truth."""

    links: int
    moves: bool
    error_m: float
    within_m: float
    in_half: bool
    in_most: bool
    bearing_error_deg: float  # of the surest one
    bearing_within_deg: float


def sightings(seed: int, course: Course) -> list[Sighting]:
    """Return the last estimate of every incident that a jammer of a seed's story caused."""
    made = make(seed, course)
    lives = watch(made, course.seconds, poll_seconds=course.poll_seconds)
    naming = named(made, lives, course)
    told = []
    for event, incidents in naming.pairs:
        if event.cause is not Cause.JAMMING_LIKE:
            continue
        jammer = _jammer(made, event.span.start)
        for incident in incidents:
            versions = [one for one in lives if one.id == incident.id and one.area is not None]
            if versions:
                told.append(_sighting(made.border.network, jammer, versions))
    return told


def _jammer(made: Trial, onset_seconds: float) -> Jammer:
    """Return the jammer whose effects begin then: none is felt before it sends."""
    jammers = [event for event in made.story.events if isinstance(event, Jammer)]
    begun = [one for one in jammers if one.start_seconds <= onset_seconds <= one.end_seconds]
    return max(begun, key=lambda one: one.start_seconds)


def _sighting(network: Network, jammer: Jammer, versions: Sequence[Incident]) -> Sighting:
    last = versions[-1]
    area = last.area
    if area is None:
        raise ValueError("an incident without an area is no sighting")
    first = next(one for one in versions if one.area == area)
    truth = _position(jammer, first.changed_at - BEGAN)
    east, north = area.likeliest
    bearing = area.bearings[0]
    site = next(one for one in network.sites.values() if bearing.site in (one.name, one.id))
    true_deg = azimuth_deg(site.position, truth)
    return Sighting(
        links=len(last.members),
        moves=bool(jammer.track),
        error_m=distance_m(Position(latitude_deg=north, longitude_deg=east), truth),
        within_m=area.within_m,
        in_half=_holds(area.half, truth),
        in_most=_holds(area.most, truth),
        bearing_error_deg=separation_deg(true_deg, bearing.azimuth_deg),
        bearing_within_deg=bearing.within_deg,
    )


def _position(jammer: Jammer, seconds: float) -> Position:
    """Return where a jammer is at a time of the story: it moves evenly along its track."""
    points = [jammer.position, *jammer.track]
    way = (seconds - jammer.start_seconds) / (jammer.end_seconds - jammer.start_seconds)
    place = min(max(way, 0.0), 1.0) * (len(points) - 1)
    at = min(int(place), max(len(points) - 2, 0))
    a, b, part = points[at], points[min(at + 1, len(points) - 1)], place - at
    return Position(
        latitude_deg=a.latitude_deg + part * (b.latitude_deg - a.latitude_deg),
        longitude_deg=a.longitude_deg + part * (b.longitude_deg - a.longitude_deg),
    )


def _holds(shapes: Iterable[Shape], position: Position) -> bool:
    point = (position.longitude_deg, position.latitude_deg)
    return any(
        is_inside(point, outer) and not any(is_inside(point, hole) for hole in holes)
        for outer, *holes in shapes
    )


def section(seeds: range, course: Course, jobs: int) -> str:
    """Return the section about areas, on the stories of layer C."""
    played = many(partial(sightings, course=course), seeds, jobs)
    digest = config_hash(DetectionSettings(), CorrelationSettings(), course, list(seeds))
    note = f"The stories of layer C, seeds {seeds[0]}–{seeds[-1]}; config {digest}."
    return body([one for told in played for one in told], note=note)


def body(told: Sequence[Sighting], *, note: str) -> str:
    """Return the section about areas."""
    kinds = (
        ("all", told),
        ("one link", [one for one in told if one.links == 1]),
        ("several links", [one for one in told if one.links > 1]),
        ("moving", [one for one in told if one.moves]),
    )
    rows = [
        (
            kind,
            str(len(some)),
            f"{_share(one.in_most for one in some):.2f}",
            f"{_share(one.in_half for one in some):.2f}",
            f"{median(one.error_m for one in some) / 1000:.1f} km",
            f"{median(one.within_m for one in some) / 1000:.1f} km",
            f"{median(one.bearing_error_deg for one in some):.0f}°"
            f" ({_share(one.bearing_error_deg <= one.bearing_within_deg for one in some):.2f})",
        )
        for kind, some in kinds
        if some
    ]
    heads = (
        "victims",
        "estimates",
        "in the 90 % area",
        "in the 50 % area",
        "median error",
        "median radius of 90 %",
        "median error of the surest bearing (within what it says)",
    )
    share = _share(one.in_most for one in told)
    held = abs(share - _SHARE) <= _LEEWAY
    return (
        f"{note}\n\n{table(heads, rows)}\n\n"
        f"Target: the 90 % area holds 0.80 to 1.00 of the true positions {verdict(held)}"
        f" ({share:.2f})."
    )


def _share(flags: Iterable[bool]) -> float:
    told = list(flags)
    return sum(told) / len(told) if told else float("nan")
