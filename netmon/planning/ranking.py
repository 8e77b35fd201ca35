"""The question what costs: which elements take the most minutes a year from the sites."""

from typing import Final

from netmon.planning.answer import Answer, Plan, Row, Shapes
from netmon.planning.elements import KINDS
from netmon.planning.failing import LIMIT, table_of
from netmon.planning.options import Option, Values, assumed, choice
from topology.model import SiteId
from topology.resilience.fallible import Assumed
from topology.resilience.loss import Kind
from topology.resilience.rank import ranking


def rank(plan: Plan, given: Values) -> Answer:
    """Answer which elements would be worth the most care."""
    snapshot = plan.snapshot()
    assumed = Assumed(link=given["link"], device=given["device"], site=given["power"])
    wanted = given["kind"] or KINDS
    found = [one for one in ranking(snapshot, assumed) if one.kind.value in wanted]
    shown = found[: given["limit"]]
    rows: list[Row] = [
        (one.kind.value, one.id, round(one.minutes, 1), round(one.alone_minutes, 1),
         round(one.pair_minutes, 1), one.sites,
         "" if one.busy is None else f"{one.busy:.0%}")
        for one in shown
    ]  # fmt: skip
    dearest = (
        f"; the dearest, {shown[0].kind} {shown[0].id}, costs {shown[0].minutes:,.0f}"
        " site-minutes a year"
        if shown
        else ""
    )
    cost = {(one.kind, one.id): {"minutes": one.minutes, "busy": one.busy} for one in shown}
    return Answer(
        question="rank",
        base=plan.base,
        digest=snapshot.digest,
        summary=f"{len(found)} elements cost minutes{dearest}",
        figure=max((one.minutes for one in shown), default=0.0),
        body={"ranks": [{"minutes": one.minutes, "of": one} for one in shown]},
        table=table_of(
            ("kind", "id", "site-minutes a year", "alone", "in pairs", "sites alone", "busy"),
            rows,
            len(found),
        ),
        shapes=Shapes(
            sites={SiteId(one): told for (kind, one), told in cost.items() if kind is Kind.SITE},
            links={one: told for (kind, one), told in cost.items() if kind is Kind.LINK},
        ),
    )


RANK: Final[tuple[Option, ...]] = (
    choice("kind", "of what; default: all", KINDS, is_list=True),
    assumed("link", "link", 0.9995),
    assumed("device", "device", 0.9999),
    assumed("power", "site's power", 0.9995),
    LIMIT,
)
