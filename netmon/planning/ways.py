"""Questions about ways: disjoint paths, what they carry, what share of the time they are there."""

from typing import Final

from netmon.planning.answer import Answer, Plan, Row, Shapes, Table
from netmon.planning.failing import LIMIT
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
from topology.model import SiteId
from topology.resilience.availability import Availability, Method, availability
from topology.resilience.capacity import Served, least_cut, served_demand, served_in_failures
from topology.resilience.fallible import Assumed
from topology.resilience.paths import Cost, Disjoint, DisjointPaths, disjoint_paths
from topology.resilience.snapshot import Snapshot

SECONDS: Final = 20.0  # that a proof may take
SAMPLE_ALONE: Final = 200  # elements that a sample costs as much as, whatever it is of


def paths(plan: Plan, given: Values) -> Answer:
    """Answer how k ways lead from a site that share as little as possible."""
    snapshot = plan.snapshot()
    radius_km = given["radius_km"]
    found = disjoint_paths(
        snapshot,
        SiteId(given["source"]),
        None if given["target"] is None else SiteId(given["target"]),
        k=given["k"],
        by=Disjoint(given["by"]),
        cost=Cost(given["cost"]),
        disc_radius_m=None if radius_km is None else 1000 * radius_km,
        seconds=SECONDS,
    )
    rows: list[Row] = [
        (at, " ".join(path.sites), " ".join(path.links), round(path.cost, 3))
        for at, path in enumerate(found.paths, start=1)
    ]
    return Answer(
        question="paths",
        base=plan.base,
        digest=snapshot.digest,
        summary=_paths_words(found, given["k"]),
        figure=0.0 if found.disjoint else float(max(1, len(found.shared))),
        body=found,
        table=Table(
            columns=("way", "sites", "links", given["cost"]), rows=tuple(rows), total=len(rows)
        ),
        shapes=Shapes(
            sites={site: {"way": at} for at, path in enumerate(found.paths) for site in path.sites},
            links={link: {"way": at} for at, path in enumerate(found.paths) for link in path.links},
        ),
    )


def _paths_words(found: DisjointPaths, k: int) -> str:
    end = found.target or "the cores"
    if not found.connected:
        return f"no way leads from {found.source} to {end}"
    if found.disjoint:
        return f"{k} ways without a common {found.by.value} lead from {found.source} to {end}"
    shared = ", ".join(str(one) for one in found.shared[:8])
    return (
        f"there are no {k} ways without a common {found.by.value} from {found.source} to {end};"
        f" the most diverse ones share {shared}"
    )


def capacity(plan: Plan, given: Values) -> Answer:
    """Answer how much of the demand gets through, in every single failure, or between two sites."""
    snapshot = plan.snapshot()
    if given["source"] is not None:
        target = None if given["target"] is None else SiteId(given["target"])
        served = least_cut(snapshot, SiteId(given["source"]), target)
        summary = f"{served.served_bps / 1e6:.0f} Mbit/s fit from {given['source']}"
        return _capacity(plan, snapshot, served, (), summary)
    demand_bps = {
        site: 1e6 * given["demand_mbps"]
        for row, site in enumerate(snapshot.sites)
        if not snapshot.core[row]
    }
    usual = served_demand(snapshot, demand_bps)
    worse = served_in_failures(snapshot, demand_bps)
    rows: list[Row] = [
        (one.kind.value, one.id, round(one.served.served_bps / 1e6, 1), round(one.served.share, 4))
        for one in worse[: given["limit"]]
    ]
    summary = f"{usual.share:.1%} of the demand is served; {len(worse)} single failures lessen it"
    return _capacity(plan, snapshot, usual, tuple(rows), summary, total=len(worse), worse=worse)


def _capacity(
    plan: Plan,
    snapshot: Snapshot,
    served: Served,
    rows: tuple[Row, ...],
    summary: str,
    *,
    total: int = 0,
    worse: object = (),
) -> Answer:
    return Answer(
        question="capacity",
        base=plan.base,
        digest=snapshot.digest,
        summary=summary,
        figure=1.0 - served.share,
        body={"served": served, "in_failures": worse},
        table=Table(columns=("failure of", "id", "served Mbit/s", "share"), rows=rows, total=total),
        shapes=Shapes(
            sites={site: {"short": True} for one in served.shortages for site in one.sites},
            links={link: {"bottleneck": True} for one in served.shortages for link in one.links},
        ),
    )


def available(plan: Plan, given: Values) -> Answer:
    """Answer what share of the time each site, and all it carries, reaches a core."""
    snapshot = plan.snapshot()
    _require_affordable(plan, snapshot, given["samples"])
    every = availability(
        snapshot,
        method=None if given["method"] is None else Method(given["method"]),
        assumed=Assumed(link=given["link"], device=given["device"], site=given["power"]),
        samples=given["samples"],
        seed=given["seed"],
    )
    wanted = [SiteId(one) for one in given["site"]] or list(snapshot.sites)
    found = sorted(((one, every.of(one)) for one in wanted), key=lambda pair: pair[1].value)
    carried = {dependent.id: each for dependent, each in every.dependents()}
    rows: list[Row] = [(site, *_figures(each)) for site, each in found[: given["limit"]]]
    worst = (
        f"; {found[0][0]} is without {found[0][1].minutes_per_year:.0f} min a year" if found else ""
    )
    return Answer(
        question="availability",
        base=plan.base,
        digest=snapshot.digest,
        summary=f"{len(found)} sites, {every.assumed} elements by assumption{worst}",
        figure=max((each.minutes_per_year for _, each in found), default=0.0),
        body={
            "sites": {site: _told(each) for site, each in found[: given["limit"]]},
            "dependents": {one: _told(each) for one, each in carried.items()},
            "assumed": every.assumed,
        },
        table=Table(
            columns=("site", "available", "low", "high", "min a year without", "method"),
            rows=tuple(rows),
            total=len(found),
        ),
        shapes=Shapes(
            sites={site: {"minutes_per_year": each.minutes_per_year} for site, each in found},
            links={},
        ),
    )


def _require_affordable(plan: Plan, snapshot: Snapshot, samples: int) -> None:
    """Refuse samples that would take too long; it may come to them where exact takes too much."""
    elements = len(snapshot.sites) + len(snapshot.links)
    most = plan.most_samples // (elements + SAMPLE_ALONE)
    if samples > most:
        raise PlanningError(
            f"samples must be at most {most:.0f} here, with {elements} sites and links"
        )


def _figures(each: Availability) -> Row:
    return (
        f"{each.value:.6f}",
        f"{each.low:.6f}",
        f"{each.high:.6f}",
        round(each.minutes_per_year, 1),
        each.method.value,
    )


def _told(each: Availability) -> dict[str, object]:
    return {
        "value": each.value,
        "low": each.low,
        "high": each.high,
        "method": each.method,
        "samples": each.samples,
        "seed": each.seed,
        "minutes_per_year": each.minutes_per_year,
    }


PATHS: Final[tuple[Option, ...]] = (
    text("source", "site they begin at", is_required=True),
    text("target", "site they lead to; default: any core"),
    whole("k", "how many", 1, 16, default=2),
    choice("by", "what they must not share", [one.value for one in Disjoint], default="link"),
    choice("cost", "what makes them cheap", [one.value for one in Cost], default="hops"),
    number("radius_km", "of the disc, with by=disc", 0.001, 2000.0, metavar="KM"),
)
CAPACITY: Final[tuple[Option, ...]] = (
    number("demand_mbps", "what every site asks for", 0.0, 1e6, default=10.0, metavar="MBPS"),
    text("source", "instead: the most that fits from this site"),
    text("target", "to this one; default: the cores"),
    LIMIT,
)
AVAILABILITY: Final[tuple[Option, ...]] = (
    text("site", "this one; default: all", is_list=True),
    choice("method", "default: exact, else by samples", ["exact", "cuts", "monte_carlo"]),
    whole("samples", "of Monte Carlo", 1, 100_000_000, default=200_000),
    whole("seed", "of Monte Carlo", 0, 2**31 - 1, default=1),
    assumed("link", "link", 0.9995),
    assumed("device", "device", 0.9999),
    assumed("power", "site's power", 0.9995),
    LIMIT,
)
