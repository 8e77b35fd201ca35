"""The question what a jammer would take: by link budget and antenna pattern at every receiver."""

from typing import Final

from netmon.planning.answer import Answer, Plan, Row, Shapes
from netmon.planning.failing import LIMIT, named, table_of
from netmon.planning.options import Option, PlanningError, Values, number
from netmon.planning.supposing import background, taken
from topology.model import Position
from topology.resilience.jammer import Jammer, Jamming, jamming
from topology.resilience.whatif import Question, whatif


def jammed(plan: Plan, given: Values) -> Answer:
    """Answer which links a transmitter would make deaf, and what that cuts off."""
    if plan.unplaced:
        raise PlanningError(
            f"{len(plan.unplaced)} sites have no position, {min(plan.unplaced)!r} among them;"
            " a link budget needs one"
        )
    snapshot = plan.snapshot()
    jammer = Jammer(
        position=Position(latitude_deg=given["lat"], longitude_deg=given["lon"]),
        eirp_dbm=given["eirp_dbm"],
        low_hz=1e6 * given["low_mhz"],
        high_hz=1e6 * given["high_mhz"],
    )
    heard = jamming(plan.network, jammer)
    question = Question(name="jammed", down=heard.lost)
    found = whatif(snapshot, [question], background(plan, snapshot, 0.0))
    shown = heard.ends[: given["limit"]]
    rows: list[Row] = [
        (one.link, one.receiver, round(one.distance_m / 1000, 1), round(one.off_axis_deg),
         round(one.rsl_dbm, 1), round(one.interference_dbm, 1), round(one.margin_db, 1),
         "lost" if one.is_lost else "holds")
        for one in shown
    ]  # fmt: skip
    return Answer(
        question="jammer",
        base=plan.base,
        digest=snapshot.digest,
        summary=f"{_heard(heard)}; {taken(found)}",
        figure=float(len(found.isolated.sites)),
        body={
            "receivers": [
                {"of": one, "margin_db": one.margin_db, "lost": one.is_lost} for one in shown
            ],
            "whatif": found,
        },
        table=table_of(
            ("link", "receiver", "km away", "° off axis", "RSL dBm", "interference dBm",
             "margin dB", "traffic"),
            rows,
            len(heard.ends),
        ),
        shapes=Shapes(
            sites={site: {"lost": True} for site in found.isolated.sites},
            links={
                one.link: {"margin_db": one.margin_db, "lost": one.is_lost}
                for one in reversed(heard.ends)  # the end that is worst off last: it is shown
            },
        ),
    )  # fmt: skip


def _heard(heard: Jamming) -> str:
    lost = sorted(heard.lost.links)
    among = len({one.link for one in heard.ends})
    links = f": {named(lost)}" if lost else ""
    return f"{len(lost)} of {among} links in the band are lost{links}"


JAMMER: Final[tuple[Option, ...]] = (
    number("lat", "where the jammer is", -90.0, 90.0, is_required=True),
    number("lon", "where the jammer is", -180.0, 180.0, is_required=True),
    number("eirp_dbm", "its power, all round", -50.0, 120.0, default=40.0, metavar="DBM"),
    number("low_mhz", "where its band begins", 1.0, 300_000.0, is_required=True, metavar="MHZ"),
    number("high_mhz", "where its band ends", 1.0, 300_000.0, is_required=True, metavar="MHZ"),
    LIMIT,
)
