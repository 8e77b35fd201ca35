"""Questions about causes: which failures explain what is silent."""

from typing import Final

from netmon.planning.answer import Answer, Plan, Row, Shapes
from netmon.planning.failing import named, table_of
from netmon.planning.options import Option, PlanningError, Values, text
from topology.model import DeviceId, LinkId, SiteId
from topology.resilience.explain import Observed, explain
from topology.resilience.loss import Kind


def explained(plan: Plan, given: Values) -> Answer:
    """Answer which failures are the likeliest behind the silence of some devices."""
    snapshot = plan.snapshot()
    down = frozenset(DeviceId(one) for one in given["silent"])
    unasked = frozenset(DeviceId(one) for one in given["unasked"])
    if not down:
        raise PlanningError("silent must be given: the devices that do not answer")
    found = explain(
        snapshot,
        Observed(
            up=frozenset(snapshot.devices) - down - unasked,
            down=down,
            links_down=frozenset(LinkId(one) for one in given["links_down"]),
        ),
    )
    rows: list[Row] = [
        (at, suspect.kind.value, suspect.id, f"{suspect.likelihood:.0%}")
        for at, fault in enumerate(found.faults, start=1)
        for suspect in fault.suspects
    ]
    likeliest = [f"{one.likeliest.kind.value} {one.likeliest.id}" for one in found.faults]
    behind = f"; {len(found.unreachable)} devices are only behind it" if found.unreachable else ""
    return Answer(
        question="explain",
        base=plan.base,
        digest=snapshot.digest,
        summary=f"{named(likeliest) or 'no failure'} explains {len(down)} silent devices{behind}",
        figure=float(len(found.faults)),
        body=found,
        table=table_of(("fault", "kind", "id", "likelihood"), rows, len(rows)),
        shapes=Shapes(
            sites={
                SiteId(one.likeliest.id): {"fault": True}
                for one in found.faults
                if one.likeliest.kind is Kind.SITE
            },
            links={
                one.likeliest.id: {"fault": True}
                for one in found.faults
                if one.likeliest.kind is Kind.LINK
            },
        ),
    )


EXPLAIN: Final[tuple[Option, ...]] = (
    text("silent", "a device that does not answer", is_list=True),
    text("unasked", "a device nobody has asked; all others answer", is_list=True),
    text("links_down", "a link that an end says is down", is_list=True),
)
