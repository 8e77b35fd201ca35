"""Coordinated: independent failures at several places within minutes, which chance hardly brings.

Each keeps its own incident; each says that it is one of several, and how seldom chance brings so
many. Whoever is on call is woken by one of them only. What one cause may explain counts once: the
grid, a lost time, an emitter or a digger near both. Weather and what was known never count.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from netmon.correlation.case import Case
from netmon.correlation.settings import CorrelationSettings
from netmon.incidents import Severity, Suspicion
from netmon.verdict import Cause, Condition, Evidence, Subject, SubjectKind
from topology.geometry import distance_m
from topology.model import LinkId, SiteId

COUNTED: Final = frozenset({Cause.FIBRE_CUT, Cause.POWER, Cause.JAMMING_LIKE, Cause.SYNC})
FEWEST: Final = 3
MOST: Final = 32  # looked at, the last to begin: all are compared with all
APART_M: Final = 20_000.0  # nearer, one cause may have taken both
_ONE_FOR_ALL: Final = frozenset({Cause.POWER, Cause.SYNC})
_WEATHER: Final = frozenset({Cause.RAIN, Cause.MULTIPATH})
_YEAR_SECONDS: Final = 365.25 * 86_400.0
_TOLD_YEARS: Final = 1_000.0  # longer says no more


@dataclass(frozen=True, slots=True, kw_only=True)
class _Failure:
    """One suspicion that counts: since when (monotonic) and where."""

    begun: float
    subject: Subject
    at: int  # in the suspicions
    sites: tuple[SiteId, ...]
    cause: Cause


def coordinated(
    case: Case, suspicions: Sequence[Suspicion], settings: CorrelationSettings
) -> tuple[Suspicion, ...]:
    """Return the suspicions, independent failures that began together marked as such."""
    told, seconds = list(suspicions), settings.together_seconds
    found = (_failure(case, at, suspicion) for at, suspicion in enumerate(suspicions))
    failures = [one for one in found if one is not None]
    case.memory.keep_woken({one.subject for one in failures}, case.judgement.monotonic)
    for group in _together(case, failures, seconds):
        expected = len(case.network.links) * settings.failures_per_link_year
        years = years_between(len(group), expected, seconds)
        if years < settings.coordinated_years:
            continue
        said = _said(case, group, years, by_chance(len(group), expected, seconds), seconds)
        for one in group:
            old = told[one.at]
            told[one.at] = replace(old, evidence=(said, *old.evidence))
        _wake(case.memory.woken, told, group, seconds)
    for one in failures:  # who was woken by it is not told that it is less, as long as it lasts
        if one.subject in case.memory.woken:
            told[one.at] = replace(told[one.at], severity=Severity.CRITICAL)
    return tuple(told)


def by_chance(failures: int, per_year: float, seconds: float) -> float:
    """Return how probable so many or more failures are within so many seconds (Poisson)."""
    expected = per_year * seconds / _YEAR_SECONDS
    fewer = sum(expected**number / math.factorial(number) for number in range(failures))
    # 1 − e^−λ Σ loses all digits where λ is small; there the first term left out is the sum.
    first = math.exp(-expected) * expected**failures / math.factorial(failures)
    return max(1.0 - math.exp(-expected) * fewer, first)


def years_between(failures: int, per_year: float, seconds: float) -> float:
    """Return once in how many years chance brings so many failures within so many seconds.

    Each failure may be the first of such a group: it is, if all others follow within the window.
    """
    return 1.0 / max(per_year * by_chance(failures - 1, per_year, seconds), 1e-9)


def _together(case: Case, failures: Sequence[_Failure], seconds: float) -> Iterator[list[_Failure]]:
    """Yield groups of independent failures that began within a window; no failure is in two."""
    begun = sorted(failures, key=lambda one: (one.begun, one.subject))[-MOST:]
    first = 0
    while first < len(begun):
        end = begun[first].begun + seconds
        window = [one for one in begun[first:] if one.begun <= end]
        chosen = _independent(case, window)
        if len(chosen) >= FEWEST:
            yield chosen
            first += len(window)
        else:
            first += 1


def _failure(case: Case, at: int, suspicion: Suspicion) -> _Failure | None:
    """Return a suspicion as what may be counted; None for weather, for what was known, and more."""
    subject = suspicion.subject
    is_counted = (
        suspicion.cause in COUNTED
        and suspicion.runner_up not in _WEATHER
        and suspicion.known is None
        and suspicion.condition is not Condition.MAINTENANCE
    )
    now = case.judgement.monotonic
    if is_counted and subject.kind is SubjectKind.LINK:
        link = LinkId(subject.id)
        begun, sites = case.ill_since(link), tuple(case.network.sites_of(link))
    elif is_counted and subject.kind is SubjectKind.SITE:
        sites = (SiteId(subject.id),)
        begun = now - case.waited_seconds(sites[0])
    else:  # since when a single device is ill is not known by the monotonic clock
        return None
    return _Failure(begun=begun, subject=subject, at=at, sites=sites, cause=suspicion.cause)


def _independent(case: Case, window: Sequence[_Failure]) -> list[_Failure]:
    """Return those of which each is far from all before it, and none shares a grid or a time."""
    chosen: list[_Failure] = []
    for one in window:
        shared = one.cause in _ONE_FOR_ALL and any(one.cause is other.cause for other in chosen)
        if not shared and all(_are_apart(case, one, other) for other in chosen):
            chosen.append(one)
    return chosen


def _are_apart(case: Case, one: _Failure, other: _Failure) -> bool:
    sites = case.network.sites
    return all(
        distance_m(sites[here].position, sites[there].position) >= APART_M
        for here in one.sites
        for there in other.sites
    )


def _said(
    case: Case, group: Sequence[_Failure], years: float, chance: float, seconds: float
) -> Evidence:
    places = sorted({case.name(one.sites[0]) for one in group})
    countries = {case.network.sites[site].country for one in group for site in one.sites}
    across = f" in {len(countries)} countries" if len(countries) > 1 else ""
    seldom = f"{years:.0f}" if years < _TOLD_YEARS else f"more than {_TOLD_YEARS:.0f}"
    return Evidence(
        detector="correlation",
        finding="coordinated",
        words=f"one of {len(group)} independent failures{across} within {seconds / 60:.0f} min"
        f" ({', '.join(places)}): by chance once in {seldom} years; a coincidence, not an intent",
        figures=(("failures", float(len(group))), ("chance", chance)),
    )


def _wake(
    woken: dict[Subject, float],
    told: Sequence[Suspicion],
    group: Sequence[_Failure],
    seconds: float,
) -> None:
    """Choose which of a group is critical: one that is already, else the first; no second later."""
    since = group[0].begun
    is_told = any(one.subject in woken for one in group)
    if is_told or any(abs(since - moment) <= seconds for moment in woken.values()):
        return
    loud = [one for one in group if told[one.at].severity is Severity.CRITICAL]
    chosen = (loud or group)[0]
    woken[chosen.subject] = chosen.begun
