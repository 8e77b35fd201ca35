"""Augment: which new links buy the most, for the kilometre or the euro, by what planners care for.

Every candidate's gain from single failures costs O(log sites), from one search (Brand, Cohen,
Barzel and Haber 2023 use the same measure: expected consumers cut from the source). The best of
them are scored again by the exact objective, taken greedily – a cover by new links has
diminishing returns, so that this is not far from the best (Nemhauser, Wolsey, Fisher 1978) – and
then exchanged one by one as long as that helps.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np

from topology.errors import NetworkError
from topology.resilience.candidates import Candidate, with_links
from topology.resilience.diff import Diff, dependents_at, diff, minutes_without
from topology.resilience.fallible import Assumed
from topology.resilience.gains import first_order_gains
from topology.resilience.region import worst_discs
from topology.resilience.snapshot import Floats, Snapshot

MOST_LINKS: Final = 20
SHORTLIST: Final = 30
PASSES: Final = 3  # of exchanging all
USUAL: Final = Assumed(link=0.999, device=0.9999)  # where nobody has told; days, hours a year


class Objective(StrEnum):
    """What is to become less."""

    MINUTES = "minutes"  # site-minutes of a year without a core
    USERS = "users"  # user-minutes
    DEPENDENTS = "dependents"  # minutes of cameras, radars and the like
    REGION = "region"  # sites lost to the worst disc that stays a radius clear of the cores


class Per(StrEnum):
    """For what the most is bought."""

    LINK = "link"
    KM = "km"
    EURO = "euro"


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """What is wanted, and what may be spent."""

    objective: Objective = Objective.MINUTES
    per: Per = Per.LINK
    links: int = 1
    budget_km: float = math.inf
    budget_eur: float = math.inf
    region_radius_m: float | None = None  # for the objective `region`
    assumed: Assumed = USUAL

    def __post_init__(self) -> None:
        if not 1 <= self.links <= MOST_LINKS:
            raise NetworkError(f"{self.links} new links; 1 to {MOST_LINKS} can be asked for")
        if not (self.budget_km > 0 and self.budget_eur > 0):
            raise NetworkError("a budget must be above 0; leave it out if there is none")
        if (self.objective is Objective.REGION) != (self.region_radius_m is not None):
            raise NetworkError("the objective region needs the radius of its discs, others none")


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A new link, and what it gains on top of the others that were chosen."""

    candidate: Candidate
    gain: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Augmentation:
    """The links to build, and the network before and after: a case for funding."""

    goal: Goal
    choices: tuple[Choice, ...]
    before: float  # the objective: minutes a year, or sites
    after: float
    length_km: float
    cost_eur: float | None  # None where one is not known
    looked_at: int  # candidates
    scored: int  # exact scores that were worked out
    report: Diff

    @property
    def gain(self) -> float:
        """What all of them gain together."""
        return self.before - self.after


def augment(snapshot: Snapshot, candidates: Sequence[Candidate], goal: Goal) -> Augmentation:
    """Return the best new links among the candidates, as good as greed and exchange find them.

    Raises NetworkError where there is nothing to choose from, and for candidates without a cost
    where euros count.
    """
    _require(candidates, goal)
    search = _Search(snapshot, candidates, goal)
    chosen = search.exchanged(search.greedy())
    whole = search.score(chosen)
    choices = tuple(
        Choice(
            candidate=candidates[at],
            gain=search.score([other for other in chosen if other != at]) - whole,
        )
        for at in chosen
    )
    costs = [candidates[at].cost_eur for at in chosen]
    known = [cost for cost in costs if cost is not None]
    return Augmentation(
        goal=goal,
        choices=choices,
        before=search.score([]),
        after=whole,
        length_km=math.fsum(candidates[at].length_m for at in chosen) / 1000,
        cost_eur=math.fsum(known) if len(known) == len(costs) else None,
        looked_at=len(candidates),
        scored=len(search.scores),
        report=diff(snapshot, search.augmented(chosen), assumed=goal.assumed),
    )


def _require(candidates: Sequence[Candidate], goal: Goal) -> None:
    if not candidates:
        raise NetworkError("there is no candidate; allow longer hops, or list lines of sight")
    if goal.per is Per.EURO or goal.budget_eur < math.inf:
        unknown = [each for each in candidates if each.cost_eur is None]
        if unknown:
            raise NetworkError(
                f"candidate {unknown[0].a!r} – {unknown[0].b!r} has no cost; "
                f"give a price for {unknown[0].medium.value}"
            )


class _Search:
    """Scores of sets of candidates, each worked out once."""

    def __init__(self, snapshot: Snapshot, candidates: Sequence[Candidate], goal: Goal) -> None:
        self.snapshot, self.candidates, self.goal = snapshot, candidates, goal
        self.scores: dict[frozenset[int], float] = {}
        self.weigh = _weighing(goal)
        self.seen: set[int] = set()  # all that was ever on a shortlist

    def augmented(self, chosen: Iterable[int]) -> Snapshot:
        """Return the network with these candidates built."""
        return with_links(self.snapshot, [self.candidates[at] for at in chosen])

    def score(self, chosen: Iterable[int]) -> float:
        """Return the objective with these candidates built; less is better."""
        key = frozenset(chosen)
        if key not in self.scores:
            self.scores[key] = self.weigh(self.augmented(sorted(key)))
        return self.scores[key]

    def greedy(self) -> list[int]:
        """Take what gains most for its price, again and again, while it gains at all."""
        chosen: list[int] = []
        while len(chosen) < self.goal.links:
            now = self.score(chosen)
            worth = {
                at: (now - self.score([*chosen, at])) / self._price(at)
                for at in self._shortlist(chosen)
            }
            best = max(worth, key=lambda at: (worth[at], -at), default=None)
            if best is None or worth[best] <= 0:
                break
            chosen.append(best)
        return chosen

    def exchanged(self, chosen: list[int]) -> list[int]:
        """Replace one by another while all together gain more, for no more of what counts."""
        for _ in range(PASSES):
            before = list(chosen)
            for place in range(len(chosen)):
                for at in sorted(self.seen - set(chosen)):
                    trial = [*chosen[:place], at, *chosen[place + 1 :]]
                    dearer = self._price(at) > self._price(chosen[place])
                    if dearer or not self._is_affordable(trial):
                        continue
                    if self.score(trial) < self.score(chosen) * (1 - 1e-12):
                        chosen = trial
            if chosen == before:
                break
        return chosen

    def _shortlist(self, chosen: list[int]) -> list[int]:
        """Return the candidates that promise most for their price, the first first."""
        left = [
            at
            for at in range(len(self.candidates))
            if at not in chosen and self._is_affordable([*chosen, at])
        ]
        if not left:
            return []
        now = self.augmented(chosen)
        weights = _weights(now, self.goal.objective)
        promise = first_order_gains(
            now, [self.candidates[at].ends for at in left], weights, self.goal.assumed
        )
        price = np.array([self._price(at) for at in left])
        # Where no single failure hurts any more, what ends at the worst-off sites comes first.
        minutes = minutes_without(now, self.goal.assumed) * weights
        need = np.array(
            [
                minutes[now.site_rows[a]] + minutes[now.site_rows[b]]
                for a, b in (self.candidates[at].ends for at in left)
            ]
        )
        order = np.lexsort((np.arange(len(left)), -need / price, -promise / price))
        needy = np.lexsort((np.arange(len(left)), -need / price))
        both = dict.fromkeys(
            [*order[: SHORTLIST * 2 // 3].tolist(), *needy[: SHORTLIST // 3].tolist()]
        )
        found = [left[at] for at in both]
        self.seen.update(found)
        return found

    def _price(self, at: int) -> float:
        candidate = self.candidates[at]
        if self.goal.per is Per.KM:
            return candidate.length_m / 1000
        if self.goal.per is Per.EURO:
            return max(candidate.cost_eur or 0.0, 1.0)
        return 1.0

    def _is_affordable(self, chosen: list[int]) -> bool:
        km = math.fsum(self.candidates[at].length_m for at in chosen) / 1000
        eur = math.fsum(self.candidates[at].cost_eur or 0.0 for at in chosen)
        return km <= self.goal.budget_km and eur <= self.goal.budget_eur


def _weighing(goal: Goal) -> Callable[[Snapshot], float]:
    radius_m = goal.region_radius_m

    def minutes(snapshot: Snapshot) -> float:
        weights = _weights(snapshot, goal.objective)
        return float(minutes_without(snapshot, goal.assumed) @ weights)

    def sites_of_worst_disc(snapshot: Snapshot) -> float:
        radius = radius_m or 0.0
        worst = worst_discs(snapshot, radius, top=1, exclude_core=True, clearance_m=radius)
        return float(sum(len(each.inside.sites) + len(each.outside.sites) for each in worst))

    return minutes if radius_m is None else sites_of_worst_disc


def _weights(snapshot: Snapshot, objective: Objective) -> Floats:
    if objective is Objective.USERS:
        return snapshot.users
    if objective is Objective.DEPENDENTS:
        return dependents_at(snapshot)
    return np.ones(len(snapshot.sites))
