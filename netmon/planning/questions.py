"""The questions: names, options, who answers. A new one is a row here; both doors then have it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from netmon.planning import (
    building,
    explaining,
    failing,
    jamming,
    ranking,
    striking,
    supposing,
    ways,
)
from netmon.planning.answer import Answer, Plan, document, geojson
from netmon.planning.elements import KIND_IDS, elements
from netmon.planning.options import Option, PlanningError, Values, text, values
from topology.errors import NetworkError


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One question that can be asked."""

    name: str
    help: str
    options: tuple[Option, ...]
    answer: Callable[[Plan, Values], Answer]
    figure: str  # what --fail-if compares, in words


QUESTIONS: Final[tuple[Asked, ...]] = (
    Asked(
        name="spof",
        help="which single failure cuts off sites elsewhere",
        options=failing.SPOF,
        answer=failing.spof,
        figure="single points of failure",
    ),
    Asked(
        name="n2",
        help="which two links (or sites) cut somebody off together",
        options=failing.N2,
        answer=failing.n2,
        figure="pairs",
    ),
    Asked(
        name="site",
        help="how many ways lead from each site to any core, and to different cores",
        options=failing.SITE,
        answer=failing.site,
        figure="sites on one link or none",
    ),
    Asked(
        name="paths",
        help="ways that share no link, site, SRLG or disc; else the most diverse ones",
        options=ways.PATHS,
        answer=ways.paths,
        figure="shared elements, 0 if disjoint",
    ),
    Asked(
        name="capacity",
        help="how much of the demand gets through, also in every single failure",
        options=ways.CAPACITY,
        answer=ways.capacity,
        figure="share of the demand that is not served",
    ),
    Asked(
        name="availability",
        help="minutes a year that each site is without a core",
        options=ways.AVAILABILITY,
        answer=ways.available,
        figure="minutes a year of the worst site",
    ),
    Asked(
        name="rank",
        help="which elements cost the sites the most minutes a year",
        options=ranking.RANK,
        answer=ranking.rank,
        figure="site-minutes a year of the dearest element",
    ),
    Asked(
        name="region",
        help="what a flood or a jammer takes: one disc, or the worst ones of a radius",
        options=striking.REGION,
        answer=striking.region,
        figure="sites lost with the worst disc",
    ),
    Asked(
        name="jammer",
        help="which radio links a jammer of a place, power and band takes",
        options=jamming.JAMMER,
        answer=jamming.jammed,
        figure="sites cut off",
    ),
    Asked(
        name="whatif",
        help="what any set of failures takes, or work on it",
        options=supposing.WHATIF,
        answer=supposing.what_if,
        figure="sites cut off",
    ),
    Asked(
        name="impact",
        help="what the failure of one element takes",
        options=supposing.IMPACT,
        answer=supposing.impact_of,
        figure="sites cut off",
    ),
    Asked(
        name="augment",
        help="which new links buy the most: per link, kilometre or euro",
        options=building.AUGMENT,
        answer=building.augmented,
        figure="what is left of the objective",
    ),
    Asked(
        name="diff",
        help="what changes with new links, or in another plan",
        options=building.DIFF,
        answer=building.different,
        figure="new single points of failure",
    ),
    Asked(
        name="explain",
        help="which failures are the likeliest behind silent devices",
        options=explaining.EXPLAIN,
        answer=explaining.explained,
        figure="faults",
    ),
)
WITHOUT: Final = text("without", f"already down before it is asked: {KIND_IDS}", is_list=True)
BY_NAME: Final[Mapping[str, Asked]] = {asked.name: asked for asked in QUESTIONS}


def options_of(asked: Asked) -> tuple[Option, ...]:
    """Return the options of a question, with those that every question has."""
    return (*asked.options, WITHOUT)


def ask(name: str, plan: Plan, given: Mapping[str, Sequence[str]]) -> Answer:
    """Answer a question whose options are text. Raises PlanningError."""
    asked = BY_NAME.get(name)
    if asked is None:
        raise PlanningError(f"there is no such question; ask one of {', '.join(BY_NAME)}")
    try:
        told = values(options_of(asked), given)
        failed = plan.failed | elements(told[WITHOUT.name], WITHOUT.name)
        return asked.answer(replace(plan, failed=failed), told)
    except NetworkError as error:
        raise PlanningError(str(error)) from error


def ask_plainly(
    name: str, plan: Plan, given: Mapping[str, Sequence[str]], *, form: str
) -> dict[str, Any]:
    """Answer as plain JSON values, for programs or (`geojson`) for maps. Raises PlanningError."""
    answer = ask(name, plan, given)
    return geojson(answer, plan.network, plan.unplaced) if form == "geojson" else document(answer)
