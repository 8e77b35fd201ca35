"""Questions that suppose a failure: of one element, or of all that somebody names."""

from typing import Final

from netmon.planning.answer import Answer, Plan, Row, Shapes, Table
from netmon.planning.elements import KIND_IDS, disc, elements, kind_and_id, questions
from netmon.planning.failing import count_sites, named, table_of
from netmon.planning.options import Option, PlanningError, Values, number, text
from topology.resilience.region import Disc
from topology.resilience.snapshot import NOTHING, Snapshot
from topology.resilience.whatif import Background, Question, WhatIf, impact, mobile_units, whatif

ASKED: Final = "asked"  # the name of what is given without one


def what_if(plan: Plan, given: Values) -> Answer:
    """Answer what any set of failures, or work on it, takes: together, and each cause alone."""
    snapshot = plan.snapshot()
    own = Question(
        name=ASKED,
        down=elements(given["down"], "down"),
        discs=tuple(disc(one) for one in given["disc"]),
    )
    causes = questions(given["cause"])
    if own.discs or own.down != NOTHING:
        causes = (own, *causes)
    if not causes:
        raise PlanningError("down, disc or cause must be given: what is to fail")
    found = whatif(snapshot, causes, background(plan, snapshot, given["demand_mbps"]))
    discs = [(one, cause.name) for cause in causes for one in cause.discs]
    return supposed(plan, snapshot, "whatif", found, discs)


def impact_of(plan: Plan, given: Values) -> Answer:
    """Answer what the failure of one element takes."""
    snapshot = plan.snapshot()
    kind, identity = kind_and_id(given["element"], "element")
    told = background(plan, snapshot, given["demand_mbps"])
    return supposed(plan, snapshot, "impact", impact(snapshot, kind, identity, told), [])


def background(plan: Plan, snapshot: Snapshot, demand_mbps: float) -> Background:
    """Return which sites move, and that every site asks for the same."""
    demand_bps = dict.fromkeys(snapshot.sites, 1e6 * demand_mbps) if demand_mbps else {}
    return Background(mobile=mobile_units(plan.network), demand_bps=demand_bps)


def supposed(
    plan: Plan,
    snapshot: Snapshot,
    question: str,
    found: WhatIf,
    discs: list[tuple[Disc, str]],
) -> Answer:
    """Return the answer that what was supposed makes."""
    return Answer(
        question=question,
        base=plan.base,
        digest=snapshot.digest,
        summary=taken(found),
        figure=float(len(found.isolated.sites)),
        body=found,
        table=_table(plan, found),
        shapes=Shapes(
            sites={
                **{s: {"left_on_one_way": True} for s in found.degraded},
                **{s: {"lost": True} for s in found.isolated.sites},
            },
            links={link: {"down": True} for link in found.down.links},
            discs=[(one, {"asked": True, "cause": name}) for one, name in discs],
        ),
    )


def taken(found: WhatIf) -> str:
    """Say how much is taken."""
    return (
        f"{count_sites(found.isolated)} cut off, {len(found.degraded)} left on one way,"
        f" {len(found.isolated.dependents)} dependents lost"
    )


def _table(plan: Plan, found: WhatIf) -> Table:
    rows: list[Row] = [
        ("cut off", one, named([d.id for d in plan.network.sites[one].dependents]))
        for one in found.isolated.sites
    ]
    rows += [("left on one way", one, "") for one in found.degraded]
    rows += [
        ("capacity short", named(one.sites), f"{one.served_bps / 1e6:.0f} of"
         f" {one.demand_bps / 1e6:.0f} Mbit/s over {named(one.links)}")
        for one in found.capacity_short
    ]  # fmt: skip
    rows += [
        ("stranded", one.unit, f"nearest {one.nearest}, {one.distance_m / 1000:.1f} km")
        for one in found.stranded
        if one.nearest is not None and one.distance_m is not None
    ]
    if len(found.by_cause) > 1:
        rows += [
            (f"by {one.name} alone", count_sites(one.isolated), named(one.isolated.sites))
            for one in found.by_cause
        ]
        together = found.together
        rows.append(("only by all together", count_sites(together), named(together.sites)))
    return table_of(("what", "where", "with it"), rows, len(rows))


_DEMAND: Final = number(
    "demand_mbps", "what every site asks for", 0.0, 1e6, default=0.0, metavar="MBPS"
)
WHATIF: Final[tuple[Option, ...]] = (
    text("down", KIND_IDS, is_list=True),
    text("disc", "LAT,LON,RADIUS_KM[,path|rx|site]", is_list=True),
    text(
        "cause",
        f"several at once, each told alone as well: NAME={KIND_IDS} or NAME=disc:LAT,LON,RADIUS_KM",
        is_list=True,
    ),
    _DEMAND,
)
IMPACT: Final[tuple[Option, ...]] = (text("element", KIND_IDS, is_required=True), _DEMAND)
