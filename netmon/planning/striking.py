"""Questions about what strikes a place: a flood, a fire, as a disc on the earth."""

from collections.abc import Sequence
from typing import Final

from netmon.planning.answer import Answer, Plan, Row, Shapes
from netmon.planning.failing import LIMIT, named, table_of
from netmon.planning.options import Option, PlanningError, Values, choice, number
from topology.resilience.region import Disc, DiscLoss, Mode, disc_loss, worst_discs


def region(plan: Plan, given: Values) -> Answer:
    """Answer what one disc takes, or which discs of a radius take most."""
    snapshot = plan.snapshot()
    mode = Mode(given["mode"])
    radius_m = given["radius_km"] * 1000
    places = given["lat"], given["lon"]
    if all(place is not None for place in places):
        disc = Disc(latitude_deg=places[0], longitude_deg=places[1], radius_m=radius_m, mode=mode)
        found: Sequence[DiscLoss] = [disc_loss(snapshot, disc)]
    elif any(place is not None for place in places):
        raise PlanningError("lat and lon go together; without both the worst discs are looked for")
    else:
        found = worst_discs(
            snapshot, radius_m, mode, top=min(given["limit"], 100),
            exclude_core=given["spare_cores"] == "yes",
        )  # fmt: skip
    worst = max((len(one.inside.sites) + len(one.outside.sites) for one in found), default=0)
    rows: list[Row] = [
        (
            f"{one.disc.latitude_deg:.4f}, {one.disc.longitude_deg:.4f}",
            len(one.hit.links) + len(one.hit.sites),
            len(one.inside.sites),
            len(one.outside.sites),
            len(one.inside.dependents) + len(one.outside.dependents),
            named(one.covers_cores) or "no",
            named((*one.outside.sites, *one.inside.sites)),
        )
        for one in found
    ]
    return Answer(
        question="region",
        base=plan.base,
        digest=snapshot.digest,
        summary=f"a disc of {given['radius_km']:g} km takes up to {worst} sites",
        figure=float(worst),
        body={"discs": found},
        table=table_of(
            ("centre", "hit", "sites lost inside", "outside", "dependents lost", "covers a core",
             "which"),
            rows,
            len(rows),
        ),
        shapes=Shapes(
            sites={s: {"lost": True} for one in found for s in one.outside.sites},
            links={link: {"hit": True} for one in found for link in one.hit.links},
            discs=[(one.disc, {"sites_lost": len(one.outside.sites)}) for one in found],
        ),
    )  # fmt: skip


REGION: Final[tuple[Option, ...]] = (
    number("radius_km", "of the disc", 0.001, 2000.0, default=10.0, metavar="KM"),
    number("lat", "of the disc's centre; default: the worst discs", -90.0, 90.0),
    number("lon", "of the disc's centre", -180.0, 180.0),
    choice("mode", "what must lie inside", [mode.value for mode in Mode], default="path"),
    choice("spare_cores", "look only at discs without a core", ("yes", "no"), default="no"),
    LIMIT,
)
