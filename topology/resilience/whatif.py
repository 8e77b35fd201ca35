"""What if: any set of links, devices, sites, SRLGs and discs fails, or is taken out for work.

Asked in bulk: every cause is answered for alone as well, and the whole counts each site once.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

import numpy as np

from topology.errors import NetworkError
from topology.model import Role, SiteId
from topology.network import Network
from topology.resilience.arcs import Arcs, loss_of
from topology.resilience.capacity import Shortage, served_demand
from topology.resilience.levels import levels
from topology.resilience.loss import Kind, Loss
from topology.resilience.region import Disc, struck
from topology.resilience.snapshot import NOTHING, Elements, Flags, Snapshot
from topology.resilience.sphere import to_points_m, unit_vectors


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is to fail together, under one name: a window, a flood, a ticket."""

    name: str
    down: Elements = NOTHING
    discs: tuple[Disc, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Stranded:
    """A mobile unit that is cut off, and the nearest site that still reaches a core."""

    unit: SiteId
    nearest: SiteId | None  # None where no site does, or nobody knows where they are
    distance_m: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """What one question alone would do."""

    name: str
    down: Elements  # with what its discs hit
    isolated: Loss


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIf:
    """What the failures do together, on top of what was down before."""

    down: Elements
    isolated: Loss  # sites that reach no core any more, and what they carry
    degraded: tuple[SiteId, ...]  # had two ways without a common link, now hang on one link
    capacity_short: tuple[Shortage, ...]  # of those that still reach a core
    stranded: tuple[Stranded, ...]
    by_cause: tuple[Cause, ...]  # in the order asked
    together: Loss  # isolated by no cause alone, only by all of them


@dataclass(frozen=True, slots=True, kw_only=True)
class Background:
    """What is known beside the snapshot: which sites move, and what sites ask for."""

    mobile: frozenset[SiteId] = frozenset()
    demand_bps: Mapping[SiteId, float] = field(default_factory=dict)


NO_BACKGROUND = Background()


def mobile_units(network: Network) -> frozenset[SiteId]:
    """Return the sites that move."""
    return frozenset(site.id for site in network.sites.values() if site.role is Role.MOBILE)


def whatif(
    snapshot: Snapshot, questions: Collection[Question], background: Background = NO_BACKGROUND
) -> WhatIf:
    """Return what all questions together do, and each alone.

    Raises NetworkError for an id that is not in the network, a name that is asked twice, and a
    disc where a site has no position.
    """
    _require_distinct(questions)
    arcs = Arcs.of(snapshot)
    before = arcs.reached(*snapshot.works)
    down, causes = NOTHING, []
    for question in questions:
        own = question.down
        for disc in question.discs:
            own |= struck(snapshot, disc)
        down |= own
        alone = arcs.loss(before, arcs.reached_without(own))
        causes.append(Cause(name=question.name, down=own, isolated=alone))
    after = arcs.reached_without(down)
    isolated = arcs.loss(before, after)
    explained = {site for cause in causes for site in cause.isolated.sites}
    rest = [snapshot.site_rows[site] for site in isolated.sites if site not in explained]
    later = snapshot.without(down)
    return WhatIf(
        down=down,
        isolated=isolated,
        degraded=_degraded(snapshot, later),
        capacity_short=_short(later, after, background),
        stranded=_stranded(snapshot, isolated, after, background.mobile),
        by_cause=tuple(causes),
        together=loss_of(snapshot, rest),
    )


def impact(
    snapshot: Snapshot, kind: Kind, identity: str, background: Background = NO_BACKGROUND
) -> WhatIf:
    """Return what the failure of one element does.

    Raises NetworkError for an id that is not in the network.
    """
    down = element(kind, identity)
    return whatif(snapshot, [Question(name=f"{kind} {identity}", down=down)], background)


def element(kind: Kind, identity: str) -> Elements:
    """Return the set of one element."""
    return Elements(**{f"{kind}s": frozenset({identity})})  # type: ignore[arg-type]


def _require_distinct(questions: Collection[Question]) -> None:
    names = [question.name for question in questions]
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        raise NetworkError(f"{min(twice)!r} is asked twice; give every question a name of its own")


def _degraded(before: Snapshot, after: Snapshot) -> tuple[SiteId, ...]:
    had, has = levels(before).any_by_link, levels(after).any_by_link
    return tuple(before.sites[row] for row in np.flatnonzero((had >= 2) & (has == 1)).tolist())


def _short(after: Snapshot, reached: Flags, background: Background) -> tuple[Shortage, ...]:
    """Return what gets through too little; what gets through not at all is isolated, not short."""
    demand_bps = {
        site: amount
        for site, amount in background.demand_bps.items()
        if site not in after.site_rows or reached[after.site_rows[site]]
    }
    return served_demand(after, demand_bps).shortages if demand_bps else ()


def _stranded(
    snapshot: Snapshot, isolated: Loss, reached: Flags, mobile: frozenset[SiteId]
) -> tuple[Stranded, ...]:
    units = [site for site in isolated.sites if site in mobile]
    places = unit_vectors(snapshot.latitude_deg, snapshot.longitude_deg)
    moving = np.array([site in mobile for site in snapshot.sites], np.bool_)
    hosts = np.flatnonzero(reached & ~moving & ~np.isnan(places).any(axis=1))
    found = []
    for unit in units:
        place = places[[snapshot.site_rows[unit]]]
        if not len(hosts) or np.isnan(place).any():
            found.append(Stranded(unit=unit, nearest=None, distance_m=None))
            continue
        away_m = to_points_m(place, places[hosts])[0]
        nearest = int(away_m.argmin())
        found.append(
            Stranded(
                unit=unit,
                nearest=snapshot.sites[hosts[nearest]],
                distance_m=float(away_m[nearest]),
            )
        )
    return tuple(found)
