"""Region: what one disc on the earth takes with it, a flood or a jammer, and the worst discs.

Worst discs are exact, not sampled: which links a disc of one radius hits changes only where its
centre crosses the edge of some link's surroundings, so that where edges meet every greatest set
is found (Neumayer, Zussman, Cohen and Modiano, ToN 2011; Tapolcai, Rónyai, Vass and Gyimóthi,
INFOCOM 2017). The greatest sets are the SRLGs that geography makes.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np

from topology.errors import NetworkError
from topology.model import LinkId, SiteId
from topology.resilience.arcs import Arcs, loss_of
from topology.resilience.loss import Loss
from topology.resilience.meetings import candidate_centres
from topology.resilience.snapshot import Elements, Flags, Snapshot
from topology.resilience.solver import Real, Whole
from topology.resilience.sphere import place_of, to_arcs_m, to_points_m, unit_vectors

MOST_RADIUS_M: Final = 2_000_000.0
MOST_CENTRES: Final = 2_000_000
EDGE_SHARE: Final = 1e-6  # of the radius: what is this near to the edge is on it

_CHUNK: Final = 4_000_000  # distances at once: 32 MB


class Mode(StrEnum):
    """What of a link must lie in the disc for it to fail."""

    PATH = "path"  # any point of it: flood, fire, something in the way
    RECEIVER = "rx"  # an end of a radio link: a jammer deafens the receiver there
    SITE = "site"  # the site itself with all that stands there: loss of power, a strike


@dataclass(frozen=True, slots=True, kw_only=True)
class Disc:
    """All within one distance of a place."""

    latitude_deg: float
    longitude_deg: float
    radius_m: float
    mode: Mode = Mode.PATH

    def __post_init__(self) -> None:
        if not (-90 <= self.latitude_deg <= 90 and -180 <= self.longitude_deg <= 180):
            raise NetworkError(
                f"a disc at {self.latitude_deg}, {self.longitude_deg} is not on the earth"
            )
        require_radius(self.radius_m)


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscLoss:
    """What one disc hits, and what then reaches no core: inside the disc and outside it."""

    disc: Disc
    hit: Elements
    inside: Loss
    outside: Loss
    covers_cores: tuple[SiteId, ...]  # cores inside: such a disc says little about the network


@dataclass(frozen=True, kw_only=True, eq=False)
class Exposure:
    """Whatever a disc can hit in one mode, as rows, each a point or an arc, and where it lies."""

    of_sites: bool  # whether a row is a site, or a link
    rows: Whole
    starts: Real
    ends: Real  # equal to `starts` where all rows are points
    places: Real  # all sites
    is_arc: bool

    @classmethod
    def of_paths(cls, snapshot: Snapshot) -> "Exposure":
        """Return working links by their whole path, the great circle between their sites."""
        return _exposure(snapshot, Mode.PATH)

    def distances_m(self, centres: Real) -> Real:
        """Return how far each centre is from each row (centres, rows)."""
        if self.is_arc:
            return to_arcs_m(centres, self.starts, self.ends)
        nearest: Real = np.minimum(
            to_points_m(centres, self.starts), to_points_m(centres, self.ends)
        )
        return nearest


def require_radius(radius_m: float) -> None:
    """Refuse what is no radius of a region."""
    if not 0 < radius_m <= MOST_RADIUS_M:
        raise NetworkError(f"a radius of {radius_m} m is outside 0 … {MOST_RADIUS_M:,.0f} m")


def struck(snapshot: Snapshot, disc: Disc) -> Elements:
    """Return the links, or in mode `site` the sites, that a disc hits."""
    exposure = _exposure(snapshot, disc.mode)
    centre = _centre(disc)
    hit = exposure.rows[exposure.distances_m(centre)[0] <= disc.radius_m * (1 + EDGE_SHARE)]
    return _elements(snapshot, exposure, hit.tolist())


def disc_loss(snapshot: Snapshot, disc: Disc) -> DiscLoss:
    """Return what one disc takes."""
    return _losses(snapshot, [(disc, struck(snapshot, disc))])[0]


def worst_discs(
    snapshot: Snapshot,
    radius_m: float,
    mode: Mode = Mode.PATH,
    *,
    top: int = 10,
    exclude_core: bool = False,
    clearance_m: float = 0.0,
) -> tuple[DiscLoss, ...]:
    """Return the discs of one radius that take most, worst first: all of them, none sampled.

    Each is one greatest set of what a disc can hit. `exclude_core` leaves out discs that a core
    lies in, or is nearer than `clearance_m` to, and looks for the greatest sets among the others:
    a disc right beside a core can hit all that leaves it on that side, whatever is built.
    """
    require_radius(radius_m)
    exposure = _exposure(snapshot, mode)
    spared = np.flatnonzero(snapshot.core).tolist() if exclude_core else []
    # Smaller by two millionths beside a core, so that a core on the edge is not half in it.
    away_m = radius_m + clearance_m
    radius_m *= 1 - 2 * EDGE_SHARE * exclude_core
    discs = []
    for centre, rows in _greatest(exposure, radius_m, spared, away_m):
        latitude_deg, longitude_deg = place_of(centre)
        disc = Disc(
            latitude_deg=latitude_deg, longitude_deg=longitude_deg, radius_m=radius_m, mode=mode
        )
        discs.append((disc, _elements(snapshot, exposure, list(rows))))
    losses = _losses(snapshot, discs)
    losses.sort(key=_severity)
    return tuple(losses[:top])


def induced_srlgs(
    snapshot: Snapshot, radius_m: float, mode: Mode = Mode.PATH
) -> tuple[tuple[LinkId, ...], ...]:
    """Return the greatest sets of links that one disc of this radius can hit together."""
    if mode is Mode.SITE:
        raise NetworkError("SRLGs are sets of links; ask by path or by receiver")
    require_radius(radius_m)
    hits = maximal_hits(_exposure(snapshot, mode), radius_m)
    return tuple(tuple(snapshot.links[row] for row in rows) for rows in hits)


def maximal_hits(
    exposure: Exposure,
    radius_m: float,
    *,
    spared_sites: Collection[int] = (),
    spared_m: float | None = None,
) -> tuple[tuple[int, ...], ...]:
    """Return the greatest sets of rows that a disc hits.

    Only discs count whose middle is at least `spared_m` (the radius, if not told) away from each
    of the spared sites.
    """
    require_radius(radius_m)
    away_m = radius_m if spared_m is None else spared_m
    return tuple(rows for _, rows in _greatest(exposure, radius_m, sorted(spared_sites), away_m))


def _greatest(
    exposure: Exposure, radius_m: float, spared: Sequence[int], spared_m: float
) -> list[tuple[Real, tuple[int, ...]]]:
    """Return the greatest sets with one centre each."""
    if not len(exposure.rows):
        return []
    places = exposure.places[list(spared)]
    centres = candidate_centres(
        exposure.starts,
        exposure.ends,
        radius_m,
        arcs=exposure.is_arc,
        spared=places,
        spared_m=spared_m,
    )
    if len(centres) > MOST_CENTRES:
        raise NetworkError(
            f"a radius of {radius_m:g} m makes {len(centres):,} places to look at, more than "
            f"{MOST_CENTRES:,}; ask for a smaller one, or of a part of the network"
        )
    if len(places):
        outside = to_points_m(centres, places).min(axis=1) >= spared_m * (1 - EDGE_SHARE / 10)
        centres = centres[outside]
    found: dict[bytes, int] = {}
    step = max(1, _CHUNK // len(exposure.rows))
    for first in range(0, len(centres), step):
        hit = exposure.distances_m(centres[first : first + step]) <= radius_m * (1 + EDGE_SHARE)
        packed = np.packbits(hit, axis=1)
        for at, row in enumerate(packed):
            found.setdefault(row.tobytes(), first + at)
    return [
        (centres[at], tuple(exposure.rows[members].tolist()))
        for at, members in _maximal(found, len(exposure.rows))
    ]


def _maximal(found: dict[bytes, int], count: int) -> list[tuple[int, Whole]]:
    """Keep the sets that no other one contains, largest first."""
    sets = sorted(
        ((int.from_bytes(words, "big"), at) for words, at in found.items()),
        key=lambda each: (-each[0].bit_count(), each[1]),
    )
    kept: list[tuple[int, int]] = []
    containing: dict[int, list[int]] = {}  # kept sets by each bit in them
    for words, at in sets:
        if not words:
            continue
        lowest = (words & -words).bit_length()
        if any(words & other == words for other in containing.get(lowest, ())):
            continue
        kept.append((words, at))
        for bit in _bits(words):
            containing.setdefault(bit + 1, []).append(words)
    width = (count + 7) // 8 * 8
    return [
        (at, np.array(sorted(width - 1 - bit for bit in _bits(words)), np.int64))
        for words, at in kept
    ]


def _bits(words: int) -> Iterable[int]:
    while words:
        lowest = words & -words
        yield lowest.bit_length() - 1
        words ^= lowest


def _exposure(snapshot: Snapshot, mode: Mode) -> Exposure:
    places = unit_vectors(snapshot.latitude_deg, snapshot.longitude_deg)
    if np.isnan(places).any():
        at = int(np.flatnonzero(np.isnan(places).any(axis=1))[0])
        raise NetworkError(f"site {snapshot.sites[at]!r} has no position; discs need one")
    if mode is Mode.SITE:
        rows = np.unique(snapshot.device_site[snapshot.works[0]]).astype(np.int64)
        starts = ends = places[rows]
    else:
        exposed: Flags = snapshot.works[1].copy()
        if mode is Mode.RECEIVER:
            exposed &= np.array([each is None or each.is_radio for each in snapshot.medium], bool)
        rows = np.flatnonzero(exposed)
        sites = snapshot.device_site[snapshot.link_ends[rows]].reshape(-1, 2)
        starts, ends = places[sites[:, 0]], places[sites[:, 1]]
    return Exposure(
        of_sites=mode is Mode.SITE,
        rows=rows,
        starts=starts,
        ends=ends,
        places=places,
        is_arc=mode is Mode.PATH,
    )


def _elements(snapshot: Snapshot, exposure: Exposure, rows: list[int]) -> Elements:
    if exposure.of_sites:
        return Elements(sites=frozenset(snapshot.sites[row] for row in rows))
    return Elements(links=frozenset(snapshot.links[row] for row in rows))


def _losses(snapshot: Snapshot, discs: Sequence[tuple[Disc, Elements]]) -> list[DiscLoss]:
    arcs = Arcs.of(snapshot)
    before = arcs.reached(*snapshot.works)
    places = unit_vectors(snapshot.latitude_deg, snapshot.longitude_deg)
    losses = []
    for disc, hit in discs:
        lost = before & ~arcs.reached_without(hit)
        away_m = to_points_m(_centre(disc), places)[0]
        # A core on the very edge is outside: the disc next to this one leaves it alone.
        covered = snapshot.core & (away_m < disc.radius_m * (1 - EDGE_SHARE))
        within = away_m <= disc.radius_m * (1 + EDGE_SHARE)
        losses.append(
            DiscLoss(
                disc=disc,
                hit=hit,
                inside=loss_of(snapshot, np.flatnonzero(lost & within).tolist()),
                outside=loss_of(snapshot, np.flatnonzero(lost & ~within).tolist()),
                covers_cores=tuple(snapshot.sites[row] for row in np.flatnonzero(covered)),
            )
        )
    return losses


def _centre(disc: Disc) -> Real:
    return unit_vectors(np.array([disc.latitude_deg]), np.array([disc.longitude_deg]))


def _severity(loss: DiscLoss) -> tuple[float, float, float, float, float]:
    both = len(loss.inside.sites) + len(loss.outside.sites)
    carried = len(loss.inside.dependents) + len(loss.outside.dependents)
    users = loss.inside.users + loss.outside.users
    return -both, -len(loss.outside.sites), -users, -carried, loss.disc.latitude_deg
