"""Questions about failures: of one element, of two, and how many ways each site has left."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from netmon.planning.answer import Answer, Plan, Row, Shapes, Table
from netmon.planning.elements import KINDS
from netmon.planning.options import Option, Values, choice, text, whole
from topology.model import LinkId, SiteId
from topology.resilience.cuts import link_classes
from topology.resilience.failures import single_failures
from topology.resilience.levels import Levels, levels, ways_of
from topology.resilience.loss import Kind, Loss, Losses
from topology.resilience.pairs import Pair, site_pairs
from topology.resilience.snapshot import Snapshot

MOST_ROWS: Final = 10_000
NAMED: Final = 8  # sites named in a row; the rest is counted
LIMIT: Final = whole("limit", "rows at most", 1, MOST_ROWS, default=25)


@dataclass(frozen=True, slots=True, kw_only=True)
class SinglePoint:
    """One element that alone cuts off sites beside its own."""

    kind: Kind
    id: str
    loss: Loss


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkPair:
    """Links of which any two cut somebody off, and what the worst two take."""

    any_two_of: tuple[LinkId, ...]
    worst: Loss


def spof(plan: Plan, given: Values) -> Answer:
    """Answer which single failure cuts off sites elsewhere."""
    snapshot = plan.snapshot()
    failures = single_failures(snapshot)
    wanted = given["kind"] or KINDS
    found = [
        SinglePoint(kind=losses.kind, id=losses.ids[row], loss=losses.name(row))
        for losses in (failures.srlgs, failures.sites, failures.devices, failures.links)
        if losses.kind.value in wanted
        for row in _worst(losses, given["limit"])
    ]
    found.sort(key=lambda one: (-len(one.loss.sites), -len(one.loss.dependents), one.kind, one.id))
    total = sum(
        len(losses.single_points())
        for losses in (failures.srlgs, failures.sites, failures.devices, failures.links)
        if losses.kind.value in wanted
    )
    shown = found[: given["limit"]]
    worst = (
        f"; the worst, {shown[0].kind} {shown[0].id}, takes {count_sites(shown[0].loss)}"
        if shown
        else ""
    )
    return Answer(
        question="spof",
        base=plan.base,
        digest=snapshot.digest,
        summary=f"{total} single points of failure{worst}",
        figure=float(total),
        body={"single_points": shown, "cut_off_already": failures.cut_off},
        table=table_of(
            ("kind", "id", "sites lost", "dependents lost", "users lost", "which"),
            [(one.kind.value, one.id, *amounts(one.loss), named(one.loss.sites)) for one in shown],
            total,
        ),
        shapes=_shapes(plan, [(one.kind, one.id, one.loss) for one in shown]),
    )


def n2(plan: Plan, given: Values) -> Answer:
    """Answer which two links, or which two sites, together cut somebody off."""
    snapshot = plan.snapshot()
    if given["site"]:
        return _site_pairs(plan, snapshot, given)
    classes = link_classes(snapshot)
    shown = [LinkPair(any_two_of=one.links, worst=one.worst) for one in classes[: given["limit"]]]
    pairs = sum(len(one.links) * (len(one.links) - 1) // 2 for one in classes)
    return Answer(
        question="n2",
        base=plan.base,
        digest=snapshot.digest,
        summary=f"{pairs} pairs of links in {len(classes)} classes cut sites off together",
        figure=float(pairs),
        body={"classes": shown, "pairs": pairs},
        table=table_of(
            ("any two of", "links", "sites lost at worst", "dependents", "users", "which"),
            [
                (named(one.any_two_of), len(one.any_two_of), *amounts(one.worst),
                 named(one.worst.sites))
                for one in shown
            ],
            len(classes),
        ),
        shapes=Shapes(
            sites={s: {"at_stake": True} for one in shown for s in one.worst.sites},
            links={
                link: {"class": at} for at, one in enumerate(shown) for link in one.any_two_of
            },
        ),
    )  # fmt: skip


def _site_pairs(plan: Plan, snapshot: Snapshot, given: Values) -> Answer:
    pairs: list[Pair] = sorted(
        site_pairs(snapshot, [SiteId(site) for site in given["site"]]),
        key=lambda pair: (-pair.more, pair.site, pair.kind, pair.other),
    )
    shown = pairs[: given["limit"]]
    return Answer(
        question="n2",
        base=plan.base,
        digest=snapshot.digest,
        summary=f"{len(pairs)} elements cut off more together with {named(given['site'])}",
        figure=float(len(pairs)),
        body={"site_pairs": shown},
        table=table_of(
            ("site", "with", "id", "more sites lost"),
            [(pair.site, pair.kind.value, pair.other, pair.more) for pair in shown],
            len(pairs),
        ),
    )


def site(plan: Plan, given: Values) -> Answer:
    """Answer how many ways lead from each site to the cores."""
    snapshot = plan.snapshot()
    every = levels(snapshot)
    if given["site"]:
        found = [ways_of(snapshot, SiteId(one)) for one in given["site"]]
    else:
        found = [every.of(row) for row in range(len(every.sites)) if not snapshot.core[row]]
    found.sort(key=lambda one: (one.any_core.by_link, one.any_core.by_site, one.site))
    single = sum(one.any_core.by_link < 2 for one in found)
    return Answer(
        question="site",
        base=plan.base,
        digest=snapshot.digest,
        summary=f"{single} of {len(found)} sites hang on one link or none",
        figure=float(single),
        body={"levels": found[: given["limit"]]},
        table=table_of(
            ("site", "ways to any core, by link", "by site", "to different cores, by link",
             "by site "),
            [
                (one.site, one.any_core.by_link, one.any_core.by_site,
                 one.different_cores.by_link, one.different_cores.by_site)
                for one in found[: given["limit"]]
            ],
            len(found),
        ),
        shapes=_level_shapes(snapshot, every),
    )  # fmt: skip


def _worst(losses: Losses, limit: int) -> list[int]:
    rows: list[int] = losses.single_points()[:limit].tolist()
    return rows


def amounts(loss: Loss) -> tuple[int, int, float]:
    """How much a loss is, as the cells of a row."""
    return len(loss.sites), len(loss.dependents), loss.users


def count_sites(loss: Loss) -> str:
    """How many sites a loss has, in words."""
    return f"{len(loss.sites)} site{'' if len(loss.sites) == 1 else 's'}"


def named(ids: Sequence[str]) -> str:
    """Return the first few ids, and how many more there are."""
    rest = len(ids) - NAMED
    return ", ".join(ids[:NAMED]) + (f" and {rest} more" if rest > 0 else "")


def table_of(columns: tuple[str, ...], rows: Sequence[Row], total: int) -> Table:
    """Make a table."""
    return Table(columns=columns, rows=tuple(rows), total=total)


def _shapes(plan: Plan, found: Sequence[tuple[Kind, str, Loss]]) -> Shapes:
    links: dict[str, Mapping[str, object]] = {}
    sites: dict[SiteId, Mapping[str, object]] = {}
    for kind, identity, loss in reversed(found):  # the worst last, so that it is what is shown
        properties = {"kind": kind, "id": identity, "sites_lost": len(loss.sites)}
        if kind is Kind.LINK:
            links[identity] = properties
        elif kind is Kind.SRLG:
            links.update(dict.fromkeys(plan.network.srlgs[identity], properties))
        elif kind is Kind.SITE:
            sites[SiteId(identity)] = properties
    return Shapes(sites=sites, links=links)


def _level_shapes(snapshot: Snapshot, every: Levels) -> Shapes:
    return Shapes(
        sites={
            one: {"ways": int(every.any_by_link[row]), "core": bool(snapshot.core[row])}
            for row, one in enumerate(snapshot.sites)
        },
        links={},
    )


SPOF: Final[tuple[Option, ...]] = (
    choice("kind", "of what; default: all", KINDS, is_list=True),
    LIMIT,
)
N2: Final[tuple[Option, ...]] = (
    text("site", "pairs with this site, instead of pairs of links", is_list=True),
    LIMIT,
)
SITE: Final[tuple[Option, ...]] = (text("site", "this one; default: all", is_list=True), LIMIT)
