"""Questions about what strikes: a disc on the earth, or all that somebody names."""

from collections.abc import Sequence
from typing import Any, Final

from netmon.planning.answer import Answer, Plan, Row, Shapes, Table
from netmon.planning.failing import KINDS, LIMIT, count_sites, named, table_of
from netmon.planning.options import Option, PlanningError, Values, choice, number, text
from topology.resilience.loss import Kind
from topology.resilience.region import Disc, DiscLoss, Mode, disc_loss, worst_discs
from topology.resilience.snapshot import Elements
from topology.resilience.whatif import Background, Question, WhatIf, mobile_units, whatif

DEMAND: Final = number(
    "demand_mbps", "what every site asks for", 0.0, 1e6, default=0.0, metavar="MBPS"
)


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


def what_if(plan: Plan, given: Values) -> Answer:
    """Answer what any set of failures, or work on it, takes."""
    snapshot = plan.snapshot()
    down = _elements(given["down"])
    discs = tuple(_disc(one) for one in given["disc"])
    if not discs and down == Elements():
        raise PlanningError("down or disc must be given: what is to fail")
    demand_bps = dict.fromkeys(snapshot.sites, 1000000.0 * given["demand_mbps"])
    background = Background(
        mobile=mobile_units(plan.network), demand_bps=demand_bps if given["demand_mbps"] else {}
    )
    found = whatif(snapshot, [Question(name="asked", down=down, discs=discs)], background)
    return Answer(
        question="whatif",
        base=plan.base,
        digest=snapshot.digest,
        summary=(
            f"{count_sites(found.isolated)} cut off, {len(found.degraded)} left on one way,"
            f" {len(found.isolated.dependents)} dependents lost"
        ),
        figure=float(len(found.isolated.sites)),
        body=found,
        table=_whatif_table(plan, found),
        shapes=Shapes(
            sites={
                **{s: {"left_on_one_way": True} for s in found.degraded},
                **{s: {"lost": True} for s in found.isolated.sites},
            },
            links={link: {"down": True} for link in found.down.links},
            discs=[(disc, {"asked": True}) for disc in discs],
        ),
    )


def _whatif_table(plan: Plan, found: WhatIf) -> Table:
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
    return table_of(("what", "where", "with it"), rows, len(rows))


def _elements(given: Sequence[str]) -> Elements:
    """Return what `kind:id` names; a bare id is a link."""
    found: dict[str, set[str]] = {kind: set() for kind in KINDS}
    for one in given:
        kind, colon, identity = one.partition(":")
        if not colon or kind not in found:
            kind, identity = Kind.LINK.value, one
        if not identity:
            raise PlanningError("down must be link:ID, device:ID, site:ID or srlg:ID")
        found[kind].add(identity)
    named: dict[str, Any] = {f"{kind}s": frozenset(ids) for kind, ids in found.items()}
    return Elements(**named)


def _disc(given: str) -> Disc:
    parts = given.split(",")
    try:
        latitude_deg, longitude_deg, radius_km = (float(part) for part in parts[:3])
        mode = Mode(parts[3]) if len(parts) == 4 else Mode.PATH
    except ValueError:
        raise PlanningError(
            "disc must be LATITUDE,LONGITUDE,RADIUS_KM[,path|rx|site] in degrees and kilometres"
        ) from None
    return Disc(
        latitude_deg=latitude_deg, longitude_deg=longitude_deg, radius_m=1000 * radius_km, mode=mode
    )


REGION: Final[tuple[Option, ...]] = (
    number("radius_km", "of the disc", 0.001, 2000.0, default=10.0, metavar="KM"),
    number("lat", "of the disc's centre; default: the worst discs", -90.0, 90.0),
    number("lon", "of the disc's centre", -180.0, 180.0),
    choice("mode", "what must lie inside", [mode.value for mode in Mode], default="path"),
    choice("spare_cores", "look only at discs without a core", ("yes", "no"), default="no"),
    LIMIT,
)
WHATIF: Final[tuple[Option, ...]] = (
    text("down", "link:ID, device:ID, site:ID or srlg:ID", is_list=True),
    text("disc", "LAT,LON,RADIUS_KM[,path|rx|site]", is_list=True),
    DEMAND,
)
