"""Rank: which elements cost the sites the most minutes a year, and would be worth the most care.

To first and second order: how long an element is down, times the sites it takes alone; and for
links how long two of a class are down at once, times what both take. Both links of a pair have
its minutes in full, since either would save them by never failing.
"""

from dataclasses import dataclass

import numpy as np

from topology.resilience.availability import MINUTES_A_YEAR
from topology.resilience.busy import busy
from topology.resilience.cuts import LinkClass, link_classes
from topology.resilience.failures import single_failures
from topology.resilience.fallible import NEVER_FAILS, Assumed, filled
from topology.resilience.loss import Kind, Losses
from topology.resilience.snapshot import Floats, Snapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class Rank:
    """One element and what it costs."""

    kind: Kind
    id: str
    unavailability: float
    sites: int  # taken when it fails alone
    alone_minutes: float  # expected site-minutes a year, by itself
    pair_minutes: float  # by two links at once, this one among them
    busy: float | None  # share of traffic to the cores; of devices and SRLGs it is not worked out

    @property
    def minutes(self) -> float:
        """The site-minutes a year that are saved if it never fails."""
        return self.alone_minutes + self.pair_minutes


def ranking(snapshot: Snapshot, assumed: Assumed = NEVER_FAILS) -> tuple[Rank, ...]:
    """Return all elements that cost anything, the dearest first."""
    failures, (busy_links, busy_sites) = single_failures(snapshot), busy(snapshot)
    links = 1.0 - filled(snapshot.link_availability, assumed.link)
    nothing = np.zeros(0)
    found = [
        *_ranks(failures.links, links, _pair_minutes(snapshot, links), busy_links),
        *_ranks(
            failures.devices, 1.0 - filled(snapshot.device_availability, assumed.device),
            nothing, None,
        ),
        *_ranks(
            failures.sites, 1.0 - filled(snapshot.site_availability, assumed.site),
            nothing, busy_sites,
        ),
        *_ranks(
            failures.srlgs, 1.0 - filled(snapshot.srlg_availability, assumed.srlg), nothing, None
        ),
    ]  # fmt: skip
    return tuple(sorted(found, key=lambda rank: (-rank.minutes, rank.kind, rank.id)))


def _ranks(
    losses: Losses, unavailability: Floats, pairs: Floats, share: Floats | None
) -> list[Rank]:
    alone = unavailability * losses.sites * MINUTES_A_YEAR
    pairs = pairs if len(pairs) else np.zeros(len(alone))
    return [
        Rank(
            kind=losses.kind,
            id=losses.ids[row],
            unavailability=float(unavailability[row]),
            sites=int(losses.sites[row]),
            alone_minutes=float(alone[row]),
            pair_minutes=float(pairs[row]),
            busy=None if share is None else float(share[row]),
        )
        for row in np.flatnonzero((alone > 0) | (pairs > 0)).tolist()
    ]


def _pair_minutes(snapshot: Snapshot, unavailability: Floats) -> Floats:
    """Return for each link the site-minutes of all pairs it is in."""
    found = np.zeros(len(snapshot.links))
    for each in link_classes(snapshot):
        rows = [snapshot.link_rows[link] for link in each.links]
        found[rows] += _within(each, unavailability[rows]) * MINUTES_A_YEAR
    return found


def _within(each: LinkClass, down: Floats) -> Floats:
    """Return expected sites lost by pairs with each link: all partners at once, by prefix sums.

    With S the sites before each link along its class, links i and j take |S_i - S_j|.
    """
    before = np.concatenate([[0.0], np.cumsum(each.sites)])
    weight, moment = np.cumsum(down), np.cumsum(down * before)
    nearer = before * weight - moment
    farther = (moment[-1] - moment) - before * (weight[-1] - weight)
    found: Floats = down * (nearer + farther)
    return found
