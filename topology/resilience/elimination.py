"""Elimination: in which order a part of a network is gone through, so that its frontier is small.

The frontier are the vertices that are in already and still have links to come; everything a state
must remember is on it. The order is greedy: whoever leaves the smallest frontier comes next, and of
those the one that was seen first. Several beginnings are tried and the cheapest is taken.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Final, Generic, TypeVar

from topology.resilience.labels import CORE, SLOTS

NumberT = TypeVar("NumberT")

_GROWTH: Final = 3.0  # by what a further vertex on the frontier multiplies the states, roughly


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge(Generic[NumberT]):
    """Joins two vertices while it works and each common cause of it does."""

    a: int
    b: int
    chance: NumberT
    causes: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Part(Generic[NumberT]):
    """A part of a network that hangs on its vertex 0, the head, which works.

    Chances are those of working, and independent of each other. No edge leads from a vertex to
    itself, and every vertex is reached from the head.
    """

    vertices: Sequence[NumberT]  # that of the head is not looked at
    edges: Sequence[Edge[NumberT]]
    causes: Sequence[NumberT] = ()
    vertex_causes: Sequence[tuple[int, ...]] = field(default_factory=tuple)  # empty: none has any

    def causes_of(self, vertex: int) -> tuple[int, ...]:
        """Return the common causes of a vertex."""
        return self.vertex_causes[vertex] if self.vertex_causes else ()


class Op(Enum):
    """What one step does with the states."""

    CAUSE = auto()  # a common cause begins to matter
    VERTEX = auto()  # a vertex comes in
    EDGE = auto()
    FORGET_CAUSE = auto()
    FORGET_VERTEX = auto()
    HEAD_DONE = auto()  # nothing more leads to the head


@dataclass(frozen=True, slots=True, kw_only=True)
class Step(Generic[NumberT]):
    """One step; slots in place of vertices and causes."""

    op: Op
    slot: int = -1
    other: int = -1  # of an edge: the second slot, or CORE
    chance: NumberT | None = None
    causes: tuple[int, ...] = ()
    vertex: int = -1


class TooWideError(Exception):
    """The frontier has more vertices than a state has slots; only known inside this room."""


def steps(part: Part[NumberT]) -> list[Step[NumberT]]:
    """Return the steps through a part. Raises TooWideError if no order found is narrow enough."""
    graph = _Graph(part)
    orders = [graph.order(start) for start in graph.beginnings()]
    best = min(orders, key=graph.cost)
    return list(_steps(part, best))


class _Graph:
    """Who is next to whom, without the head."""

    def __init__(self, part: Part[NumberT]) -> None:
        self.size = len(part.vertices)
        self.beside: list[list[int]] = [[] for _ in range(self.size)]
        self.at_head: list[int] = []
        self.causes = [set(part.causes_of(vertex)) for vertex in range(self.size)]
        seen: set[tuple[int, int]] = set()
        for edge in part.edges:
            a, b = min(edge.a, edge.b), max(edge.a, edge.b)
            for end in (a, b):
                self.causes[end].update(edge.causes)
            if (a, b) in seen:
                continue
            seen.add((a, b))
            if a == 0:
                self.at_head.append(b)
            else:
                self.beside[a].append(b)
                self.beside[b].append(a)

    def beginnings(self) -> list[int]:
        """Return where to begin: beside the head, and as far from it as can be, twice."""
        near = self.at_head[0]
        if self.size <= 4:
            return [near]
        far = self._farthest(near)
        return list(dict.fromkeys((near, far, self._farthest(far))))

    def _farthest(self, start: int) -> int:
        seen, row = {start}, [start]
        for vertex in row:
            for other in self.beside[vertex]:
                if other not in seen:
                    seen.add(other)
                    row.append(other)
        return row[-1]

    def order(self, start: int) -> list[int]:
        """Return all vertices but the head."""
        to_come = [len(beside) for beside in self.beside]
        waiting: dict[int, None] = {start: None}
        rest = dict.fromkeys([*self.at_head, *range(1, self.size)])
        found: list[int] = []
        inside = [False] * self.size
        open_causes: set[int] = set()

        def grows(vertex: int) -> int:
            """Return by how much the frontier grows with a vertex."""
            leaving = sum(inside[other] and to_come[other] == 1 for other in self.beside[vertex])
            return len(self.causes[vertex] - open_causes) - leaving - (to_come[vertex] == 0)

        while rest:
            chosen = min(waiting, key=grows) if waiting else next(iter(rest))
            waiting.pop(chosen, None)
            del rest[chosen]
            found.append(chosen)
            inside[chosen] = True
            open_causes.update(self.causes[chosen])
            for other in self.beside[chosen]:
                to_come[other] -= 1
                if not inside[other]:
                    waiting[other] = None
        return found

    def cost(self, order: list[int]) -> float:
        """Estimate how many states an order makes."""
        place = {vertex: at for at, vertex in enumerate(order)}
        leaves = [0] * (len(order) + 1)
        for vertex in order:
            leaves[max(place[other] for other in [*self.beside[vertex], vertex])] += 1
        total, width = 0.0, 0
        for at in range(len(order)):
            width += 1
            total += _GROWTH**width
            width -= leaves[at]
        return total


def _steps(part: Part[NumberT], order: Sequence[int]) -> Iterator[Step[NumberT]]:
    slots = _Slots()
    place = {vertex: at for at, vertex in enumerate(order)}
    place[0] = -1
    last_use = _last_uses(part, place)
    due: list[list[Edge[NumberT]]] = [[] for _ in order]
    for edge in part.edges:
        due[max(place[edge.a], place[edge.b])].append(edge)
    head_until = max(place[max(edge.a, edge.b)] for edge in part.edges if 0 in (edge.a, edge.b))
    leaving: list[list[tuple[str, int]]] = [[] for _ in order]
    for thing, until in last_use.items():
        leaving[until].append(thing)
    for now, vertex in enumerate(order):
        needed = {*part.causes_of(vertex), *(cause for edge in due[now] for cause in edge.causes)}
        for cause in sorted(needed):
            if ("cause", cause) not in slots.of:
                slot = slots.take(("cause", cause))
                yield Step(op=Op.CAUSE, slot=slot, chance=part.causes[cause])
        yield Step(
            op=Op.VERTEX,
            slot=slots.take(("vertex", vertex)),
            chance=part.vertices[vertex],
            causes=slots.causes(part.causes_of(vertex)),
            vertex=vertex,
        )
        for edge in due[now]:
            other = edge.a if edge.b == vertex else edge.b
            yield Step(
                op=Op.EDGE,
                slot=slots.of["vertex", vertex],
                other=CORE if other == 0 else slots.of["vertex", other],
                chance=edge.chance,
                causes=slots.causes(edge.causes),
            )
        if now == head_until:
            yield Step(op=Op.HEAD_DONE)
        for thing in leaving[now]:
            op = Op.FORGET_CAUSE if thing[0] == "cause" else Op.FORGET_VERTEX
            yield Step(op=op, slot=slots.give(thing))


def _last_uses(part: Part[NumberT], place: dict[int, int]) -> dict[tuple[str, int], int]:
    """Return when each vertex and each cause is needed for the last time."""
    last = {("vertex", vertex): at for vertex, at in place.items() if vertex}
    for vertex, at in place.items():
        for cause in part.causes_of(vertex) if vertex else ():
            last["cause", cause] = max(last.get(("cause", cause), 0), at)
    for edge in part.edges:
        at = max(place[edge.a], place[edge.b])
        things = [("vertex", end) for end in (edge.a, edge.b) if end]
        for thing in [*things, *(("cause", cause) for cause in edge.causes)]:
            last[thing] = max(last.get(thing, 0), at)
    return last


class _Slots:
    """Which slot is whose; a slot that was given back is taken again."""

    def __init__(self) -> None:
        self.of: dict[tuple[str, int], int] = {}
        self._free = list(range(SLOTS))

    def take(self, thing: tuple[str, int]) -> int:
        if not self._free:
            raise TooWideError
        self.of[thing] = self._free.pop(0)
        return self.of[thing]

    def give(self, thing: tuple[str, int]) -> int:
        slot = self.of.pop(thing)
        self._free.insert(0, slot)
        return slot

    def causes(self, causes: tuple[int, ...]) -> tuple[int, ...]:
        return tuple(self.of["cause", cause] for cause in causes)
