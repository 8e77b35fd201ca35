"""Ways: the programs that find several paths of least cost which share as little as they can.

Numbers only; what they mean is for `paths` to say.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from topology.errors import NetworkError
from topology.resilience.mesh import NONE
from topology.resilience.solver import Program, Real, Whole, solve

MOST_UNKNOWNS: Final = 400_000  # of one program: paths × (arcs + groups)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Graph:
    """Undirected edges, each once, with the link each is; NONE is an edge that never fails."""

    vertices: int
    tail: Whole
    head: Whole
    link: Whole
    cost: Real
    start: int
    end: int

    @property
    def both(self) -> tuple[Whole, Whole]:
        """Tails and heads of each edge taken forwards, then of each backwards."""
        return np.concatenate([self.tail, self.head]), np.concatenate([self.head, self.tail])


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """Paths as rows of edges, in order from the start, and the names of what several use."""

    paths: tuple[tuple[int, ...], ...]
    shared: tuple[str, ...]


class _Rows:
    """Constraints as they are written down: entries, and the bounds of each row."""

    def __init__(self) -> None:
        self.parts: list[tuple[Real, Whole, Whole]] = []
        self.low: list[Real] = []
        self.high: list[Real] = []
        self.count = 0

    def add(self, value: Real, row: Whole, column: Whole, low: Real, high: Real) -> None:
        """Add rows; `row` counts from 0 within them."""
        self.parts.append((value, row + self.count, column))
        self.low.append(low)
        self.high.append(high)
        self.count += len(low)

    def program(self, cost: Real, most: Real, whole: NDArray[np.bool_]) -> Program:
        """Return the program of these rows."""
        value, row, column = (np.concatenate(part) for part in zip(*self.parts, strict=True))
        return Program(
            cost=cost,
            most=most,
            whole=whole,
            entries=(value, row, column),
            low=np.concatenate(self.low),
            high=np.concatenate(self.high),
        )


def by_flow(
    graph: Graph,
    k: int,
    seconds: float,
    *,
    name_link: Sequence[str],
    name_vertex: Sequence[str] | None = None,
) -> Ways | None:
    """Return k paths that share no link, and with `name_vertex` no vertex between the ends.

    A vertex is split into where one comes in and where one goes out; the first unit through an
    element is free, each further one costs more than all paths together could save. None: there
    is no path at all.
    """
    edges, both = len(graph.link), np.concatenate([graph.link, graph.link])
    tails, heads = graph.both
    vertices = graph.vertices
    inside = np.arange(vertices)
    # Variables: flow over each edge forwards and backwards, through each vertex, and what is
    # shared of each edge and of each vertex.
    count = 4 * edges - edges + 2 * vertices
    _require_size(count)
    through, over_edge, over_vertex = 2 * edges, 2 * edges + vertices, 3 * edges + vertices
    price, fine = _prices(graph, k)
    cost = np.concatenate(
        [price, price, np.zeros(vertices), np.where(graph.link == NONE, 0.0, fine),
         np.full(vertices, fine if name_vertex is not None else 0.0)]
    )  # fmt: skip
    most = np.full(count, float(k))
    rows = _Rows()
    at = np.arange(2 * edges)
    ones = np.ones
    # Into a vertex: what comes over edges, and k at the start, goes through it.
    enters = np.zeros(vertices)
    enters[graph.start] = -k
    rows.add(
        np.concatenate([ones(2 * edges), -ones(vertices)]),
        np.concatenate([heads, inside]),
        np.concatenate([at, through + inside]),
        enters,
        enters,
    )
    leaves = np.zeros(vertices)
    leaves[graph.end] = k
    rows.add(
        np.concatenate([ones(vertices), -ones(2 * edges)]),
        np.concatenate([inside, tails]),
        np.concatenate([through + inside, at]),
        leaves,
        leaves,
    )
    edge = np.arange(edges)
    rows.add(
        np.concatenate([ones(edges), ones(edges), -ones(edges)]),
        np.concatenate([edge, edge, edge]),
        np.concatenate([edge, edges + edge, over_edge + edge]),
        np.full(edges, -np.inf),
        np.where(graph.link == NONE, float(k), 1.0),
    )
    room = np.ones(vertices)
    room[[graph.start, graph.end]] = k
    rows.add(
        np.concatenate([ones(vertices), -ones(vertices)]),
        np.concatenate([inside, inside]),
        np.concatenate([through + inside, over_vertex + inside]),
        np.full(vertices, -np.inf),
        room,
    )
    whole = np.zeros(count, np.bool_)
    whole[: 2 * edges] = True  # the corners are whole anyway: this keeps the solver on them
    found = solve(rows.program(cost, most, whole), seconds)
    if found is None:
        return None
    flow = np.rint(found[: 2 * edges]).astype(np.int64)
    paths = _walks(graph, tails, heads, flow, k)
    used = Counter(int(both[arc]) for path in paths for arc in path if both[arc] != NONE)
    shared = [f"link {name_link[link]}" for link, times in sorted(used.items()) if times > 1]
    if name_vertex is not None:
        visits = Counter(int(heads[arc]) for path in paths for arc in path[:-1])
        shared += [f"site {name_vertex[at]}" for at, n in sorted(visits.items()) if n > 1]
    return Ways(paths=tuple(tuple(arc % edges for arc in path) for path in paths),
                shared=tuple(shared))  # fmt: skip


def by_groups(
    graph: Graph,
    k: int,
    seconds: float,
    *,
    groups: Mapping[str, Sequence[int]],
    single: Mapping[str, Sequence[int]],
) -> Ways | None:
    """Return k paths that share no group of links and no single link, or as few as can be.

    Groups and links on which paths cannot agree are counted alike, each further path that uses
    one as one more. First disjoint paths are asked for, which is quickly told; only where there
    are none, the fewest shared. None: there is no path at all.
    """
    named = {**groups, **single}
    disjoint = _solve_groups(graph, k, seconds, list(named.values()), may_share=False)
    arcs = disjoint
    if arcs is None:
        arcs = _solve_groups(graph, k, seconds, list(named.values()), may_share=True)
    if arcs is None:
        return None
    tails, heads = graph.both
    edges = len(graph.link)
    paths = [
        [arc % edges for arc in walk]
        for chosen in arcs
        for walk in _walks(graph, tails, heads, chosen, 1)
    ]
    links = [{int(graph.link[edge]) for edge in path} for path in paths]
    shared = [
        name for name, members in named.items()
        if sum(not used.isdisjoint(members) for used in links) > 1
    ]  # fmt: skip
    return Ways(paths=tuple(tuple(path) for path in paths), shared=tuple(shared))


def _solve_groups(
    graph: Graph, k: int, seconds: float, groups: Sequence[Sequence[int]], *, may_share: bool
) -> list[Whole] | None:
    """Return for each path which arcs it takes.

    Variables of path p: its arcs, both ways, and its groups; behind them how often each group is
    shared. An arc taken means its groups used.
    """
    edges, vertices, count = len(graph.link), graph.vertices, len(groups)
    tails, heads = graph.both
    width = 2 * edges + count
    _require_size(k * width)
    price, fine = _prices(graph, k)
    cost = np.concatenate(
        [np.tile(np.concatenate([price, price, np.zeros(count)]), k), np.full(count, fine)]
    )
    most = np.concatenate([np.ones(k * width), np.full(count, float(k) if may_share else 0.0)])
    whole = np.ones(len(cost), np.bool_)
    whole[k * width :] = False
    rows = _Rows()
    arc = np.arange(2 * edges)
    needs = np.zeros(vertices)
    needs[graph.start], needs[graph.end] = 1.0, -1.0
    edge_of_link = {int(link): edge for edge, link in enumerate(graph.link) if link != NONE}
    members = np.array(
        [(group, edge_of_link[link]) for group, links in enumerate(groups) for link in links
         if link in edge_of_link], np.int64,
    ).reshape(-1, 2)  # fmt: skip
    nth = np.arange(len(members))
    for path in range(k):
        first = path * width
        rows.add(
            np.concatenate([np.ones(2 * edges), -np.ones(2 * edges)]),
            np.concatenate([tails, heads]),
            np.concatenate([first + arc, first + arc]),
            needs,
            needs,
        )
        rows.add(
            np.concatenate([np.ones(2 * len(nth)), -np.ones(len(nth))]),
            np.concatenate([nth, nth, nth]),
            np.concatenate([first + members[:, 1], first + edges + members[:, 1],
                            first + 2 * edges + members[:, 0]]),
            np.full(len(nth), -np.inf),
            np.zeros(len(nth)),
        )  # fmt: skip
    group = np.arange(count)
    rows.add(
        np.concatenate([*[np.ones(count)] * k, -np.ones(count)]),
        np.tile(group, k + 1),
        np.concatenate([path * width + 2 * edges + group for path in range(k)]
                       + [k * width + group]),
        np.full(count, -np.inf),
        np.ones(count),
    )  # fmt: skip
    found = solve(rows.program(cost, most, whole), seconds)
    if found is None:
        return None
    return [
        np.rint(found[path * width : path * width + 2 * edges]).astype(np.int64)
        for path in range(k)
    ]


def _prices(graph: Graph, k: int) -> tuple[Real, float]:
    """Scale costs so that k whole paths cost less than sharing one element does: at most 1/2.

    Every edge costs a trifle, so that no free circle is walked.
    """
    price = graph.cost + max(graph.cost.max(initial=0.0), 1.0) * 1e-9
    return price / (2 * k * price.sum() if len(price) else 1.0), 1.0


def _require_size(unknowns: int) -> None:
    if unknowns > MOST_UNKNOWNS:
        raise NetworkError(
            f"this question has {unknowns:,} unknowns, more than {MOST_UNKNOWNS:,}; "
            "ask of a part of the network"
        )


def _walks(graph: Graph, tails: Whole, heads: Whole, flow: Whole, k: int) -> list[list[int]]:
    """Take a flow of k units apart into k paths without circles."""
    left = flow.copy()
    out: dict[int, list[int]] = {}
    for arc in np.flatnonzero(left).tolist():
        out.setdefault(int(tails[arc]), []).append(arc)
    walks = []
    for _ in range(k):
        walk: list[int] = []
        at, seen = graph.start, {graph.start: 0}
        while at != graph.end:
            arc = next(each for each in out[at] if left[each])
            left[arc] -= 1
            walk.append(arc)
            at = int(heads[arc])
            if at in seen:  # a circle that costs nothing: leave it out
                begins = seen[at]
                for dropped in walk[begins:]:
                    seen.pop(int(heads[dropped]), None)
                del walk[begins:]
            seen[at] = len(walk)
        walks.append(walk)
    return walks
