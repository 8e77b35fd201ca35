"""Availability: what share of the time each site, and all it carries, reaches a core.

Exact where that can be worked out, else by samples between bounds; it is always said which. What
fails does so independently, but for the common causes: SRLGs and the power of sites.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Final

import numpy as np

from topology.errors import NetworkError
from topology.model import Dependent, SiteId
from topology.resilience.bounds import lower, upper
from topology.resilience.exact import to_cores, together
from topology.resilience.fallible import NEVER_FAILS, Assumed, Fallible, fallible
from topology.resilience.frontier import MOST_STATES
from topology.resilience.mesh import NONE
from topology.resilience.sampling import sampled
from topology.resilience.snapshot import Flags, Floats, Snapshot

MINUTES_A_YEAR: Final = 525_960.0  # of 365.25 days
MOST_SAMPLES: Final = 100_000_000


class Method(StrEnum):
    """How a figure was found."""

    EXACT = "exact"
    CUTS = "cuts"  # by the cuts of one and two; the value is an upper bound
    MONTE_CARLO = "monte_carlo"
    BOUNDS = "bounds"  # of several sites at once: by those of each; the value is the lower one


@dataclass(frozen=True, slots=True, kw_only=True)
class Availability:
    """A share of the time, and between which figures it lies; those are equal if it is exact.

    By samples the limits are those of a 95 % interval, drawn in by what is certain.
    """

    value: float
    low: float
    high: float
    method: Method
    samples: int | None = None
    seed: int | None = None

    @property
    def minutes_per_year(self) -> float:
        """The minutes of a mean year without."""
        return (1.0 - self.value) * MINUTES_A_YEAR


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Availabilities:
    """Those of all sites of a snapshot, row by row."""

    snapshot: Snapshot
    value: Floats
    low: Floats
    high: Floats
    is_exact: Flags
    otherwise: Method  # the method where it is not exact
    samples: int | None
    seed: int | None
    assumed: int  # elements whose own availability nobody has told

    def of(self, site: SiteId) -> Availability:
        """Return that of one site. Raises NetworkError for a site that is not in the snapshot."""
        return self._of_row(_row(self.snapshot, site))

    def dependents(self) -> Iterator[tuple[Dependent, Availability]]:
        """Yield what sites carry, each with the availability of its site."""
        for row, carried in enumerate(self.snapshot.dependents):
            for dependent in carried:
                yield dependent, self._of_row(row)

    def _of_row(self, row: int) -> Availability:
        exact = bool(self.is_exact[row])
        by_samples = not exact and self.otherwise is Method.MONTE_CARLO
        return Availability(
            value=float(self.value[row]),
            low=float(self.low[row]),
            high=float(self.high[row]),
            method=Method.EXACT if exact else self.otherwise,
            samples=self.samples if by_samples else None,
            seed=self.seed if by_samples else None,
        )


def availability(
    snapshot: Snapshot,
    *,
    method: Method | None = None,
    assumed: Assumed = NEVER_FAILS,
    samples: int = 200_000,
    seed: int = 1,
    most_states: int = MOST_STATES,
) -> Availabilities:
    """Return the availability of every site to any core.

    Without a method it is exact where `most_states` are enough, and by samples elsewhere. With
    EXACT, where they are not, it is by cuts. A site that is cut off already has 0, exactly.
    Raises NetworkError for a number of samples that is not 1 … 100 million.
    """
    if not 1 <= samples <= MOST_SAMPLES:
        raise NetworkError(f"{samples} samples; it must be 1 … {MOST_SAMPLES}")
    if method is Method.BOUNDS:
        raise NetworkError("bounds are of several sites at once; ask for cuts or monte_carlo")
    network = fallible(snapshot, assumed)
    by_number = np.full(len(network.descent.order), np.nan)
    if method in (None, Method.EXACT):
        by_number = to_cores(network, most_states)
    value = _by_site(network, by_number)
    is_exact = ~np.isnan(value)
    otherwise = Method.MONTE_CARLO if method in (None, Method.MONTE_CARLO) else Method.CUTS
    low, high, drawn = value.copy(), value.copy(), None
    if not is_exact.all():
        rest = ~is_exact
        high[rest] = _by_site(network, upper(network))[rest]
        low[rest] = _by_site(network, lower(network))[rest]
        value[rest] = high[rest]
        if otherwise is Method.MONTE_CARLO:
            found = sampled(network, samples, seed)
            drawn = found.samples
            value[rest] = np.clip(found.value, low, high)[rest]
            low[rest] = np.maximum(low, np.minimum(found.low, value))[rest]
            high[rest] = np.minimum(high, np.maximum(found.high, value))[rest]
    return Availabilities(
        snapshot=snapshot, value=value, low=low, high=high, is_exact=is_exact,
        otherwise=otherwise, samples=drawn, seed=None if drawn is None else seed,
        assumed=network.assumed,
    )  # fmt: skip


def availability_of_all(
    snapshot: Snapshot,
    sites: Collection[SiteId],
    *,
    assumed: Assumed = NEVER_FAILS,
    most_states: int = MOST_STATES,
) -> Availability:
    """Return the share of the time in which all these sites reach a core at once.

    Where it takes too many states it is between the product of their availabilities – they rise
    together (Esary, Proschan, Walkup 1967) – and the least of them, and its value is the former.
    """
    network = fallible(snapshot, assumed)
    found = _together(network, sites, most_states, fractions=False)
    if found is not None:
        chance = float(found)
        return Availability(value=chance, low=chance, high=chance, method=Method.EXACT)
    each = availability(snapshot, method=Method.EXACT, assumed=assumed, most_states=most_states)
    rows = [_row(snapshot, site) for site in sites]
    low, high = float(np.prod(each.low[rows])), float(each.high[rows].min())
    return Availability(value=low, low=low, high=high, method=Method.BOUNDS)


def exact_availability_of_all(
    snapshot: Snapshot, sites: Collection[SiteId], *, most_states: int = MOST_STATES
) -> Fraction | None:
    """Return the same as a fraction, exact for the availabilities as floats hold them.

    None where it takes too many states.
    """
    found = _together(fallible(snapshot), sites, most_states, fractions=True)
    return None if found is None else Fraction(found)


def _together(
    network: Fallible, sites: Collection[SiteId], most_states: int, *, fractions: bool
) -> float | Fraction | None:
    number_of = {vertex: at for at, vertex in enumerate(network.descent.order.tolist())}
    wanted = set()
    for site in sites:
        vertex = network.mesh.vertex_of_site[_row(network.snapshot, site)]
        if vertex == NONE or vertex not in number_of:
            return 0.0  # cut off already
        wanted.add(number_of[vertex])
    return together(network, wanted, most_states, fractions=fractions)


def _by_site(network: Fallible, by_number: Floats) -> Floats:
    """Return by row of the site what is given by number of the search; 0 for what is cut off."""
    found = np.zeros(len(network.snapshot.sites) + 1)
    found[np.array(network.mesh.site_of, np.int64)[network.descent.order]] = by_number
    return found[:-1]


def _row(snapshot: Snapshot, site: SiteId) -> int:
    row = snapshot.site_rows.get(site)
    if row is None:
        raise NetworkError(f"there is no site {site!r} in this network")
    return row
