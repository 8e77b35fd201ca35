"""Answer: what a question is answered with – values, a table of them, and what a map shows."""

import math
from collections.abc import Collection, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, fields, is_dataclass
from enum import Enum
from typing import Any, Final

import numpy as np

from topology.errors import NetworkError
from topology.geometry import destination
from topology.model import Position, SiteId
from topology.network import Network
from topology.resilience.dependability import Facts
from topology.resilience.region import Disc
from topology.resilience.snapshot import NOTHING, Elements, Snapshot
from topology.resilience.sources import NO_FACTS, of_network

Row = tuple[object, ...]
DISC_CORNERS: Final = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is asked about: a network, what is known beside it, and what of it has failed."""

    network: Network
    base: str = "design"  # design, live, or an instant
    facts: Facts = NO_FACTS
    failed: Elements = NOTHING
    against: "Plan | None" = None  # another plan to compare with
    unplaced: frozenset[SiteId] = frozenset()  # sites of which nobody knows where they are
    most_samples: float = math.inf  # times elements, that sampling may take here

    def snapshot(self) -> Snapshot:
        """Return it as arrays."""
        return of_network(self.network, self.facts, failed=self.failed, unplaced=self.unplaced)


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Columns and rows, worst or best first; `total` where rows were left out."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Shapes:
    """What a map shows of an answer."""

    sites: Mapping[SiteId, Mapping[str, object]]
    links: Mapping[str, Mapping[str, object]]
    discs: Sequence[tuple[Disc, Mapping[str, object]]] = ()
    lines: Sequence[tuple[SiteId, SiteId, Mapping[str, object]]] = ()  # links not built yet


NO_SHAPES: Final = Shapes(sites={}, links={})


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The answer to one question; `body` are values of `topology.resilience`."""

    question: str
    base: str
    digest: str  # of the snapshot: equal digests, equal networks
    summary: str  # a sentence for people
    figure: float  # what --fail-if compares
    body: object
    table: Table
    shapes: Shapes = NO_SHAPES


def document(answer: Answer) -> dict[str, Any]:
    """Return an answer as plain JSON values; what is unknown is null."""
    return {
        "question": answer.question,
        "base": answer.base,
        "digest": answer.digest,
        "summary": answer.summary,
        "figure": plain(answer.figure),
        "answer": plain(answer.body),
        "total": answer.table.total,
    }


def plain(value: object) -> Any:
    """Return dataclasses, sets, arrays and enumerations as JSON has them."""
    if is_dataclass(value) and not isinstance(value, type):
        shown = {f.name: plain(getattr(value, f.name)) for f in fields(value)}
        return {name: one for name, one in shown.items() if not name.startswith("_")}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Mapping):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, AbstractSet):
        return sorted(plain(one) for one in value)
    if isinstance(value, np.ndarray | np.generic):
        return plain(value.tolist())
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, str) or value is None or isinstance(value, int):
        return value
    if isinstance(value, Sequence):
        return [plain(one) for one in value]
    raise TypeError(f"{type(value).__name__} has no place in an answer")


def geojson(answer: Answer, network: Network, unplaced: Collection[SiteId] = ()) -> dict[str, Any]:
    """Return what a map shows (RFC 7946): sites as points, links as lines, discs as polygons.

    What lies at a site that is not placed has no geometry (RFC 7946 §3.2).
    """
    shapes = answer.shapes
    features = [
        _feature("Point", _line(network, [site], unplaced), {"site": site, **properties})
        for site, properties in shapes.sites.items()
    ]
    for link, properties in shapes.links.items():
        line = _line(network, _ends(network, link), unplaced)
        features.append(_feature("LineString", line, {"link": link, **properties}))
    for a, b, properties in shapes.lines:
        line = _line(network, [a, b], unplaced)
        features.append(_feature("LineString", line, {"from": a, "to": b, **properties}))
    for disc, properties in shapes.discs:
        features.append(_feature("Polygon", [_ring(disc)], dict(properties)))
    return {"type": "FeatureCollection", "features": features}


def _line(
    network: Network, sites: Sequence[SiteId], unplaced: Collection[SiteId]
) -> list[Any] | None:
    if not set(sites).isdisjoint(unplaced):
        return None
    places = [_place(network.sites[site].position) for site in sites]
    return places[0] if len(places) == 1 else places


def _feature(kind: str, coordinates: object, properties: Mapping[str, object]) -> dict[str, Any]:
    return {
        "type": "Feature",
        "geometry": None if coordinates is None else {"type": kind, "coordinates": coordinates},
        "properties": plain(properties),
    }


def _place(position: Position) -> list[float]:
    return [round(position.longitude_deg, 6), round(position.latitude_deg, 6)]


def _ends(network: Network, link: str) -> list[SiteId]:
    found = network.links.get(link)  # type: ignore[call-overload]
    if found is None:
        raise NetworkError(f"there is no link {link!r} in this network")
    return [network.site_of(network.device_of(end)) for end in found.ends]


def _ring(disc: Disc) -> list[list[float]]:
    """Return a disc's edge, counter-clockwise, as RFC 7946 §3.1.6 has it."""
    centre = Position(latitude_deg=disc.latitude_deg, longitude_deg=disc.longitude_deg)
    turns = [-360.0 * corner / DISC_CORNERS % 360.0 for corner in range(DISC_CORNERS)]
    ring = [_place(destination(centre, turn, disc.radius_m)) for turn in turns]
    return [*ring, ring[0]]
