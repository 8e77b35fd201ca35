"""Failures: what each single link, device, site and SRLG takes with it, all from one search each.

A link cuts off its subtree if no edge leads from there past it; a device or site cuts off each
subtree that reaches no higher than itself (Tarjan 1972; Hopcroft and Tarjan 1973). An SRLG leaves
the tree in pieces, which the edges that are left join again or not.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from topology.model import SiteId
from topology.resilience.descent import Descent, Numbers, descend
from topology.resilience.loss import Kind, Loss, Losses, Runs, Weights
from topology.resilience.mesh import NONE, Mesh, by_device, by_site
from topology.resilience.snapshot import Snapshot


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Failures:
    """All N-1 of one snapshot. What is cut off already counts nowhere but in `cut_off`."""

    snapshot: Snapshot
    links: Losses
    devices: Losses
    sites: Losses
    srlgs: Losses
    cut_off: tuple[SiteId, ...]  # sites that reach no core although nothing more has failed


def single_failures(snapshot: Snapshot) -> Failures:
    """Return what fails with each element; O(sites + devices + links), for each SRLG again."""
    mesh = by_device(snapshot)
    walk = Walk(snapshot, mesh, descend(mesh))
    # Where no site has a hub, a device is its site, and one search tells of both.
    of_site = walk
    if mesh.hubs:
        places = by_site(snapshot)
        of_site = Walk(snapshot, places, descend(places))
    reached = np.zeros(len(snapshot.sites), np.bool_)
    reached[walk.weights.site_at[walk.weights.site_at >= 0]] = True
    return Failures(
        snapshot=snapshot,
        links=walk.links(),
        devices=walk.vertices(Kind.DEVICE, mesh.device_of, snapshot.devices),
        sites=of_site.vertices(Kind.SITE, of_site.mesh.site_of, snapshot.sites),
        srlgs=walk.srlgs(),
        cut_off=tuple(snapshot.sites[row] for row in np.flatnonzero(~reached).tolist()),
    )


class Walk:
    """One search over one view of a snapshot, and what it tells of single failures."""

    def __init__(self, snapshot: Snapshot, mesh: Mesh, descent: Descent) -> None:
        self.snapshot, self.mesh, self.descent = snapshot, mesh, descent
        self.weights = Weights(snapshot, mesh, self.descent)

    def links(self) -> Losses:
        """Return what each link takes."""
        descent = self.descent
        bridges = np.flatnonzero(descent.is_bridge & (descent.edge < self.mesh.links))
        start = np.full(self.mesh.links, NONE)
        start[descent.edge[bridges]] = bridges
        lost = np.zeros((self.mesh.links, 3))
        lost[descent.edge[bridges]] = self.weights.of_subtree[bridges]

        def name(row: int) -> Loss:
            at = int(start[row])
            return self.weights.of_runs(() if at == NONE else ((at, int(descent.end[at])),))

        return Losses(
            kind=Kind.LINK,
            ids=self.snapshot.links,
            sites=lost[:, 0].astype(np.int64),
            elsewhere=lost[:, 0].astype(np.int64),
            dependents=lost[:, 1].astype(np.int64),
            users=lost[:, 2],
            name=name,
        )

    def vertices(self, kind: Kind, row_of: list[int], ids: tuple[str, ...]) -> Losses:
        """Return what each device, or each site, takes: itself, and the subtrees it holds."""
        descent, weights = self.descent, self.weights
        severed = np.flatnonzero(descent.is_severed)
        behind = np.zeros((len(descent.order), 3))
        np.add.at(behind, descent.above[severed], weights.of_subtree[severed])
        rows = np.array(row_of, np.int64)[descent.order]
        numbers = np.flatnonzero(rows >= 0)
        lost, elsewhere = np.zeros((len(ids), 3)), np.zeros(len(ids))
        lost[rows[numbers]] = (behind + weights.of_each)[numbers]
        elsewhere[rows[numbers]] = behind[numbers, 0]
        elsewhere[rows[numbers]] -= self._holds_own_hub(numbers, severed)
        number_of = np.full(len(ids), NONE)
        number_of[rows[numbers]] = numbers

        def name(row: int) -> Loss:
            at = int(number_of[row])
            return weights.of_runs(() if at == NONE else self._runs_with(at))

        return Losses(
            kind=kind,
            ids=ids,
            sites=lost[:, 0].astype(np.int64),
            elsewhere=elsewhere.astype(np.int64),
            dependents=lost[:, 1].astype(np.int64),
            users=lost[:, 2],
            name=name,
        )

    def _holds_own_hub(self, numbers: Numbers, severed: Numbers) -> NDArray[np.bool_]:
        """Return which devices cut off the hub of their own site, by the subtree the hub is in."""
        descent, mesh = self.descent, self.mesh
        device = np.array(mesh.device_of, np.int64)[descent.order[numbers]]
        if not mesh.hubs or not len(severed):
            return np.zeros(len(numbers), np.bool_)
        number_of = np.full(len(mesh.neighbours), NONE)
        number_of[descent.order] = np.arange(len(descent.order))
        home = self.snapshot.device_site[device]
        hub = number_of[np.array(mesh.vertex_of_site)[home]]
        keys = np.sort(descent.above[severed] * len(descent.order) + severed)
        at = np.searchsorted(keys, numbers * len(descent.order) + hub, side="right") - 1
        parent, child = np.divmod(keys[at], len(descent.order))
        found: NDArray[np.bool_] = (at >= 0) & (parent == numbers) & (descent.end[child] > hub)
        return found

    def _runs_with(self, at: int) -> Runs:
        """Return a vertex and the subtrees it holds."""
        descent = self.descent
        children = np.flatnonzero(descent.is_severed & (descent.above == at))
        ends = descent.end[children]
        return ((at, at + 1), *zip(children.tolist(), ends.tolist(), strict=True))

    def srlgs(self) -> Losses:
        """Return what each SRLG takes."""
        groups = self.snapshot.srlg_links
        runs = [self.runs_without(links) for links in groups]
        lost = np.array([self._amount(each) for each in runs]).reshape(-1, 3)
        return Losses(
            kind=Kind.SRLG,
            ids=self.snapshot.srlgs,
            sites=lost[:, 0].astype(np.int64),
            elsewhere=lost[:, 0].astype(np.int64),
            dependents=lost[:, 1].astype(np.int64),
            users=lost[:, 2],
            name=lambda row: self.weights.of_runs(runs[row]),
        )

    def runs_without(self, links: NDArray[np.int32] | Numbers) -> Runs:
        """Return what is cut off when all of these links fail together, as runs of numbers.

        The tree falls into the subtrees below them; each edge left joins the pieces of its ends.
        """
        descent = self.descent
        cut = np.flatnonzero(np.isin(descent.edge, links))
        if not len(cut):
            return ()
        piece = np.zeros(len(descent.order), np.int64)
        for number, start in enumerate(cut.tolist(), 1):
            piece[start : descent.end[start]] = number
        left = descent.back[~np.isin(descent.back[:, 2], links)]
        joined = _joined(len(cut) + 1, piece[left[:, 0]], piece[left[:, 1]])
        lost = np.concatenate([[False], ~joined[piece], [False]])
        edges = np.flatnonzero(np.diff(lost.astype(np.int8)))
        return tuple(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))

    def _amount(self, runs: Runs) -> NDArray[np.float64]:
        before = self.weights.before
        total: NDArray[np.float64] = sum(
            (before[end] - before[start] for start, end in runs), np.zeros(3)
        )
        return total


def _joined(pieces: int, one: Numbers, other: Numbers) -> NDArray[np.bool_]:
    """Return which pieces hang together with piece 0, by pairs that are joined."""
    across = one != other
    pairs = np.unique(np.column_stack([one[across], other[across]]), axis=0).tolist()
    with_root = np.zeros(pieces, np.bool_)
    with_root[0] = True
    neighbours: list[list[int]] = [[] for _ in range(pieces)]
    for a, b in pairs:
        neighbours[a].append(b)
        neighbours[b].append(a)
    pending = [0]
    while pending:
        for piece in neighbours[pending.pop()]:
            if not with_root[piece]:
                with_root[piece] = True
                pending.append(piece)
    return with_root
