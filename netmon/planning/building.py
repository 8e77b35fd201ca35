"""Questions about building: which new links buy the most, and what differs between two plans."""

from collections.abc import Sequence
from typing import Any, Final

from netmon.planning.answer import Answer, Plan, Row, Shapes
from netmon.planning.failing import table_of
from netmon.planning.options import (
    Option,
    PlanningError,
    Values,
    assumed,
    choice,
    number,
    text,
    whole,
)
from topology.model import Medium, SiteId
from topology.resilience.augment import Augmentation, Goal, Objective, Per, augment
from topology.resilience.candidates import Candidate, Price, in_sight, with_links, within_hop
from topology.resilience.diff import Diff, diff
from topology.resilience.fallible import Assumed
from topology.resilience.snapshot import Snapshot

MOST_EUR: Final = 1e12


def augmented(plan: Plan, given: Values) -> Answer:
    """Answer which new links buy the most, with the case for building them."""
    snapshot = plan.snapshot()
    radius_km = given["radius_km"]
    goal = Goal(
        objective=Objective(given["objective"]),
        per=Per(given["per"]),
        links=given["links"],
        budget_km=given["budget_km"],
        budget_eur=given["budget_eur"],
        region_radius_m=None if radius_km is None else 1000 * radius_km,
        assumed=Assumed(link=given["link"], device=given["device"]),
    )
    found = augment(snapshot, _candidates(snapshot, given), goal)
    unit = "sites" if goal.objective is Objective.REGION else "minutes a year"
    rows: list[Row] = [
        (one.candidate.a, one.candidate.b, round(one.candidate.length_m / 1000, 1),
         "unknown" if one.candidate.cost_eur is None else round(one.candidate.cost_eur),
         round(one.gain, 1))
        for one in found.choices
    ]  # fmt: skip
    return Answer(
        question="augment",
        base=plan.base,
        digest=snapshot.digest,
        summary=_case(found, unit),
        figure=found.after,
        body=found,
        table=table_of(("from", "to", "km", "€", f"gains {unit}"), rows, len(rows)),
        shapes=_new_links([one.candidate for one in found.choices]),
    )


def _case(found: Augmentation, unit: str) -> str:
    cost = "" if found.cost_eur is None else f" and {found.cost_eur:,.0f} €"
    return (
        f"{len(found.choices)} new links of {found.looked_at} looked at, {found.length_km:.1f} km"
        f"{cost}: {found.before:.1f} {unit} become {found.after:.1f}"
    )


def different(plan: Plan, given: Values) -> Answer:
    """Answer what changes when links are added and elements are taken out, or to another plan."""
    snapshot = plan.snapshot()
    new = [_pair(one) for one in given["add"]]
    if plan.against is None and not new:
        raise PlanningError("add must be given, SITE,SITE: what is to change")
    after = snapshot if plan.against is None else plan.against.snapshot()
    candidates = in_sight(after, new)
    after = with_links(after, candidates)
    found = diff(snapshot, after, assumed=Assumed(link=given["link"], device=given["device"]))
    rows: list[Row] = [
        (one.name.replace("_", " "), round(one.before, 1), round(one.after, 1),
         _sign(one.change, one.better), one.unit)
        for one in found.measures
    ]  # fmt: skip
    return Answer(
        question="diff",
        base=plan.base,
        digest=snapshot.digest,
        summary=_difference(found),
        figure=float(len(found.new_single_points)),
        body=found,
        table=table_of(("measure", "before", "after", "change", "unit"), rows, len(rows)),
        shapes=_new_links(candidates),
    )


def _difference(found: Diff) -> str:
    return (
        f"{len(found.added_links)} links added, {len(found.removed_links)} removed;"
        f" {len(found.resolved_single_points)} single points of failure resolved,"
        f" {len(found.new_single_points)} new"
    )


def _sign(change: float, better: int) -> str:
    if not change or not better:
        return f"{change:+.1f}" if change else "="
    return f"{change:+.1f} {'better' if change * better > 0 else 'worse'}"


def _new_links(candidates: Sequence[Candidate]) -> Shapes:
    new: dict[SiteId, dict[str, object]] = {}
    for one in candidates:
        new.setdefault(one.a, {"new_link_to": []})
        new.setdefault(one.b, {"new_link_to": []})
        _ways_of(new, one.a).append(one.b)
        _ways_of(new, one.b).append(one.a)
    lines = [(one.a, one.b, {"new": True, "length_m": one.length_m}) for one in candidates]
    return Shapes(sites=new, links={}, lines=lines)


def _ways_of(new: dict[SiteId, dict[str, object]], site: SiteId) -> list[Any]:
    found = new[site]["new_link_to"]
    return found if isinstance(found, list) else []


def _candidates(snapshot: Snapshot, given: Values) -> tuple[Candidate, ...]:
    medium = Medium(given["medium"])
    prices = dict(_price(one) for one in given["price"])
    if given["sight"]:
        pairs = [_pair(one) for one in given["sight"]]
        return in_sight(
            snapshot, pairs, max_hop_m=1000 * given["hop_km"], medium=medium, prices=prices
        )
    return within_hop(snapshot, 1000 * given["hop_km"], medium=medium, prices=prices)


def _pair(given: str) -> tuple[SiteId, SiteId]:
    a, comma, b = given.partition(",")
    if not comma or not a or not b:
        raise PlanningError("a pair of sites must be SITE,SITE")
    return SiteId(a), SiteId(b)


def _price(given: str) -> tuple[Medium, Price]:
    medium, _, amounts = given.partition("=")
    fixed, _, per_km = amounts.partition("+")
    try:
        return Medium(medium), Price(fixed_eur=float(fixed), per_km_eur=float(per_km or 0.0))
    except ValueError:
        raise PlanningError(
            f"price must be MEDIUM=FIXED[+PER_KM] in euros, of {', '.join(Medium)}"
        ) from None


_ASSUMED: Final = (assumed("link", "link", 0.999), assumed("device", "device", 0.9999))
AUGMENT: Final[tuple[Option, ...]] = (
    whole("links", "how many new ones", 1, 20, default=1),
    choice("objective", "what is to become less", [o.value for o in Objective], default="minutes"),
    choice("per", "for what the most is bought", [one.value for one in Per], default="link"),
    number("hop_km", "longest new link", 0.01, 2000.0, default=50.0, metavar="KM"),
    text("sight", "SITE,SITE with line of sight; default: all within a hop", is_list=True),
    choice("medium", "of the new links", [one.value for one in Medium], default="microwave"),
    text("price", "MEDIUM=FIXED[+PER_KM] in euros", is_list=True),
    number("budget_km", "at most so many kilometres", 0.01, 1e6, default=float("inf")),
    number("budget_eur", "at most so many euros", 1.0, MOST_EUR, default=float("inf")),
    number("radius_km", "of the disc, with objective=region", 0.001, 2000.0, metavar="KM"),
    *_ASSUMED,
)
DIFF: Final[tuple[Option, ...]] = (
    text("add", "a new link, SITE,SITE", is_list=True),
    *_ASSUMED,
)
