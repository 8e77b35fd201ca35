"""Candidates: links that could be built, with what they cost, and the network that has them."""

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np

from topology.errors import NetworkError
from topology.geometry import EARTH_RADIUS_M
from topology.model import LinkId, Medium, SiteId
from topology.resilience.snapshot import Snapshot
from topology.resilience.solver import Real, near_pairs
from topology.resilience.sphere import to_points_m, unit_vectors

MOST_CANDIDATES: Final = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """What a link of one medium costs: both ends, and each kilometre between."""

    fixed_eur: float
    per_km_eur: float = 0.0

    def __post_init__(self) -> None:
        for name in ("fixed_eur", "per_km_eur"):
            amount = getattr(self, name)
            if not (math.isfinite(amount) and amount >= 0):
                raise NetworkError(f"{name} is {amount}; it must be finite, 0 or above")

    def of(self, length_m: float) -> float:
        """Return the cost in euros."""
        return self.fixed_eur + self.per_km_eur * length_m / 1000


NO_PRICES: Final[Mapping[Medium, Price]] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A link that could be built between two sites."""

    a: SiteId
    b: SiteId
    length_m: float
    medium: Medium = Medium.MICROWAVE
    cost_eur: float | None = None
    availability: float | None = None  # None: as assumed of all that is unknown
    srlgs: frozenset[str] = field(default_factory=frozenset)  # existing ones it would share

    @property
    def ends(self) -> tuple[SiteId, SiteId]:
        """Both sites."""
        return self.a, self.b

    @property
    def link(self) -> LinkId:
        """The id it gets once it is in a plan."""
        return LinkId(f"new {self.a} – {self.b}")


def within_hop(
    snapshot: Snapshot,
    max_hop_m: float,
    *,
    medium: Medium = Medium.MICROWAVE,
    prices: Mapping[Medium, Price] = NO_PRICES,
    no_line_of_sight: Collection[tuple[SiteId, SiteId]] = (),
) -> tuple[Candidate, ...]:
    """Return all pairs of sites within one hop that no link joins yet.

    Sites without a position or a device are left out, and so are the pairs known to have no
    line of sight. Raises NetworkError for a hop that is no length and where pairs are too many.
    """
    if not 0 < max_hop_m < math.inf:
        raise NetworkError(f"a hop of {max_hop_m} m is no length")
    places = unit_vectors(snapshot.latitude_deg, snapshot.longitude_deg)
    manned = np.zeros(len(snapshot.sites), np.bool_)
    manned[snapshot.device_site] = True
    rows = np.flatnonzero(manned & ~np.isnan(places).any(axis=1))
    chord = 2 * math.sin(min(max_hop_m / EARTH_RADIUS_M, math.pi) / 2)
    pairs = rows[near_pairs(places[rows], chord)] if len(rows) else np.zeros((0, 2), np.int64)
    if len(pairs) > MOST_CANDIDATES:
        raise NetworkError(
            f"hops of {max_hop_m:g} m join {len(pairs):,} pairs of sites, more than "
            f"{MOST_CANDIDATES:,}; allow shorter ones"
        )
    left_out = {frozenset(pair) for pair in no_line_of_sight} | _joined(snapshot)
    named = ((snapshot.sites[a], snapshot.sites[b]) for a, b in pairs.tolist())
    wanted = [pair for pair in named if frozenset(pair) not in left_out]
    return _made(snapshot, wanted, medium, prices, places)


def in_sight(
    snapshot: Snapshot,
    lines_of_sight: Iterable[tuple[SiteId, SiteId]],
    *,
    max_hop_m: float = math.inf,
    medium: Medium = Medium.MICROWAVE,
    prices: Mapping[Medium, Price] = NO_PRICES,
) -> tuple[Candidate, ...]:
    """Return the pairs of a list of lines of sight that no link joins yet and one hop reaches.

    Raises NetworkError for a site that is not there, has no position, or is both ends.
    """
    places = unit_vectors(snapshot.latitude_deg, snapshot.longitude_deg)
    joined = _joined(snapshot)
    wanted: dict[frozenset[SiteId], tuple[SiteId, SiteId]] = {}
    for a, b in lines_of_sight:
        for site in (a, b):
            row = snapshot.site_rows.get(site)
            if row is None:
                raise NetworkError(f"line of sight {a!r} – {b!r}: there is no site {site!r}")
            if np.isnan(places[row]).any():
                raise NetworkError(f"line of sight {a!r} – {b!r}: {site!r} has no position")
        if a == b:
            raise NetworkError(f"line of sight {a!r} – {b!r}: both ends are one site")
        if frozenset((a, b)) not in joined:
            wanted.setdefault(frozenset((a, b)), (a, b))
    made = _made(snapshot, list(wanted.values()), medium, prices, places)
    return tuple(each for each in made if each.length_m <= max_hop_m)


def with_links(snapshot: Snapshot, candidates: Sequence[Candidate]) -> Snapshot:
    """Return the network with these links built.

    A new link ends at the device of its site that has most links. Raises NetworkError for a site
    without a device and an SRLG that is not there.
    """
    if not candidates:
        return snapshot
    degree = np.bincount(snapshot.link_ends.ravel(), minlength=len(snapshot.devices))
    port: dict[SiteId, int] = {}
    order = np.lexsort((np.arange(len(degree)), -degree))
    for row in order.tolist():
        port.setdefault(snapshot.sites[snapshot.device_site[row]], row)
    ends = []
    for each in candidates:
        missing = [site for site in each.ends if site not in port]
        if missing:
            raise NetworkError(f"a new link cannot end at site {missing[0]!r}: no device is there")
        ends.append([port[each.a], port[each.b]])
    first, count = len(snapshot.links), len(candidates)
    unknown = np.full(count, np.nan)
    told = [np.nan if each.availability is None else each.availability for each in candidates]
    return replace(
        snapshot,
        links=(*snapshot.links, *(each.link for each in candidates)),
        link_ends=np.concatenate([snapshot.link_ends, np.array(ends, np.int32)]),
        length_m=np.append(snapshot.length_m, [each.length_m for each in candidates]),
        capacity_bps=np.append(snapshot.capacity_bps, unknown),
        medium=(*snapshot.medium, *(each.medium for each in candidates)),
        link_availability=np.append(snapshot.link_availability, told),
        link_mtbf_hours=np.append(snapshot.link_mtbf_hours, unknown),
        link_up=np.append(snapshot.link_up, np.ones(count, np.bool_)),
        srlg_links=_srlgs_with(snapshot, candidates, first),
    )


def _srlgs_with(
    snapshot: Snapshot, candidates: Sequence[Candidate], first: int
) -> tuple[np.ndarray, ...]:
    members = [rows.tolist() for rows in snapshot.srlg_links]
    for at, each in enumerate(candidates, first):
        for srlg in sorted(each.srlgs):
            if srlg not in snapshot.srlg_rows:
                raise NetworkError(f"there is no SRLG {srlg!r} in this network")
            members[snapshot.srlg_rows[srlg]].append(at)
    return tuple(np.array(rows, np.int32) for rows in members)


def _joined(snapshot: Snapshot) -> set[frozenset[SiteId]]:
    ends = snapshot.device_site[snapshot.link_ends].reshape(-1, 2).tolist()
    return {frozenset((snapshot.sites[a], snapshot.sites[b])) for a, b in ends}


def _made(
    snapshot: Snapshot,
    pairs: Sequence[tuple[SiteId, SiteId]],
    medium: Medium,
    prices: Mapping[Medium, Price],
    places: Real,
) -> tuple[Candidate, ...]:
    price = prices.get(medium)
    found = []
    for a, b in pairs:
        one, other = snapshot.site_rows[a], snapshot.site_rows[b]
        length_m = max(float(to_points_m(places[[one]], places[[other]])[0, 0]), 1.0)
        cost = None if price is None else price.of(length_m)
        found.append(Candidate(a=a, b=b, length_m=length_m, medium=medium, cost_eur=cost))
    return tuple(found)
