"""Diff: what changes from one plan to another, measure by measure."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, TypeVar

import numpy as np

from topology.model import LinkId, SiteId
from topology.resilience.availability import MINUTES_A_YEAR, Method, availability
from topology.resilience.failures import single_failures
from topology.resilience.fallible import NEVER_FAILS, Assumed
from topology.resilience.levels import levels
from topology.resilience.loss import Kind, Losses
from topology.resilience.snapshot import Floats, Snapshot

IdT = TypeVar("IdT", bound=str)

STATES: Final = 20_000  # of one exact availability: some tens of milliseconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One figure of both plans; `better` is the sign of a change for the better."""

    name: str
    unit: str
    before: float
    after: float
    better: int  # +1 more is better, -1 less is better, 0 neither

    @property
    def change(self) -> float:
        """After minus before."""
        return self.after - self.before


@dataclass(frozen=True, slots=True, kw_only=True)
class SinglePoint:
    """An element whose failure alone takes sites elsewhere."""

    kind: Kind
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Diff:
    """Two plans beside each other."""

    measures: tuple[Measure, ...]
    added_sites: tuple[SiteId, ...]
    removed_sites: tuple[SiteId, ...]
    added_links: tuple[LinkId, ...]
    removed_links: tuple[LinkId, ...]
    new_single_points: tuple[SinglePoint, ...]
    resolved_single_points: tuple[SinglePoint, ...]  # not those of what was removed

    def measure(self, name: str) -> Measure:
        """Return one measure by its name; KeyError: there is none."""
        found = {each.name: each for each in self.measures}
        return found[name]


def diff(before: Snapshot, after: Snapshot, *, assumed: Assumed = NEVER_FAILS) -> Diff:
    """Return what differs; minutes are exact, or by cuts where exact takes too much."""
    one, other = _Figures(before, assumed), _Figures(after, assumed)
    measures = tuple(
        Measure(name=name, unit=unit, before=one.values[name], after=other.values[name],
                better=better)
        for name, unit, better in _MEASURES
    )  # fmt: skip
    gone = {(Kind.LINK, str(link)) for link in before.links if link not in after.link_rows}
    gone |= {(Kind.SITE, str(site)) for site in before.sites if site not in after.site_rows}
    gone |= {(Kind.DEVICE, str(each)) for each in before.devices if each not in after.device_rows}
    return Diff(
        measures=measures,
        added_sites=_missing(after.sites, before.sites),
        removed_sites=_missing(before.sites, after.sites),
        added_links=_missing(after.links, before.links),
        removed_links=_missing(before.links, after.links),
        new_single_points=_points(other.single_points - one.single_points),
        resolved_single_points=_points(one.single_points - other.single_points - gone),
    )


# Name, unit, and the sign of a change for the better.
_MEASURES: Final = (
    ("sites", "", 0),
    ("links", "", 0),
    ("length", "km", 0),
    ("cut_off", "sites", -1),
    ("single_points_link", "links", -1),
    ("single_points_device", "devices", -1),
    ("single_points_site", "sites", -1),
    ("single_points_srlg", "SRLGs", -1),
    ("worst_single_failure", "sites", -1),
    ("two_link_ways", "sites", 1),
    ("two_site_ways", "sites", 1),
    ("two_cores", "sites", 1),
    ("site_minutes", "min/year", -1),
    ("user_minutes", "min/year", -1),
    ("dependent_minutes", "min/year", -1),
)


class _Figures:
    """What one plan measures."""

    def __init__(self, snapshot: Snapshot, assumed: Assumed) -> None:
        failures = single_failures(snapshot)
        kinds = (failures.links, failures.devices, failures.sites, failures.srlgs)
        redundancy = levels(snapshot)
        rows = {each.kind: each.single_points().tolist() for each in kinds}
        self.single_points = {
            (each.kind, str(each.ids[row])) for each in kinds for row in rows[each.kind]
        }
        minutes = minutes_without(snapshot, assumed)
        self.values: dict[str, float] = {
            "sites": len(snapshot.sites),
            "links": len(snapshot.links),
            "length": float(np.nansum(snapshot.length_m)) / 1000,
            "cut_off": len(failures.cut_off),
            "worst_single_failure": max(_worst(each) for each in kinds),
            "two_link_ways": int((redundancy.any_by_link >= 2).sum()),
            "two_site_ways": int((redundancy.any_by_site >= 2).sum()),
            "two_cores": int((redundancy.different_by_site >= 2).sum()),
            "site_minutes": float(minutes.sum()),
            "user_minutes": float(minutes @ snapshot.users),
            "dependent_minutes": float(minutes @ dependents_at(snapshot)),
            **{f"single_points_{kind}": len(found) for kind, found in rows.items()},
        }


def minutes_without(snapshot: Snapshot, assumed: Assumed, most_states: int = STATES) -> Floats:
    """Return for each site the expected minutes of a year in which it reaches no core."""
    found = availability(snapshot, method=Method.EXACT, assumed=assumed, most_states=most_states)
    minutes: Floats = (1.0 - found.value) * MINUTES_A_YEAR
    return minutes


def dependents_at(snapshot: Snapshot) -> Floats:
    """Return how many dependents each site carries."""
    return np.array([len(each) for each in snapshot.dependents], np.float64)


def _worst(losses: Losses) -> int:
    return int(losses.elsewhere.max(initial=0))


def _missing(ids: Iterable[IdT], among: Iterable[IdT]) -> tuple[IdT, ...]:
    known = set(among)
    return tuple(each for each in ids if each not in known)


def _points(found: set[tuple[Kind, str]]) -> tuple[SinglePoint, ...]:
    return tuple(SinglePoint(kind=kind, id=identity) for kind, identity in sorted(found))
