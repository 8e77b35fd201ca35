"""Blocks: the parts of a network that hang on one vertex each and fail independently of the rest.

A part is a biconnected block (Hopcroft and Tarjan 1973), or several that a common cause ties
together, with the blocks between them. The head is the vertex nearest to the cores; who is joined
to it, and it to the cores, is joined to the cores.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from topology.resilience.descent import Descent
from topology.resilience.elimination import Edge, Part
from topology.resilience.fallible import Fallible


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A part, with the numbers of its vertices in the search: the head first."""

    numbers: tuple[int, ...]
    part: Part[float]

    @property
    def head(self) -> int:
        """The number of the head."""
        return self.numbers[0]


def block_starts(descent: Descent) -> list[int]:
    """Return for each number the first number of its block, head not counted; 0 for the root.

    A tree edge begins a block where nothing below it leads past its upper end.
    """
    above, low = descent.above.tolist(), descent.low.tolist()
    start = [0] * len(above)
    for number in range(1, len(above)):
        start[number] = number if low[number] >= above[number] else start[above[number]]
    return start


def blocks(network: Fallible) -> Iterator[Block]:
    """Yield the parts; the head of each is in a part before it, or is the root."""
    descent = network.descent
    above = descent.above.tolist()
    start = _tied(network, block_starts(descent), above)
    members: dict[int, list[int]] = {}
    for number in range(1, len(above)):
        members.setdefault(start[number], []).append(number)
    edges: dict[int, list[tuple[int, int, int]]] = {first: [] for first in members}
    for number, by in enumerate(descent.edge.tolist()):
        if number:
            edges[start[number]].append((number, above[number], by))
    for lower, upper, by in descent.back.tolist():
        edges[start[lower]].append((lower, upper, by))
    vertex_causes, edge_causes = _causes(network)
    for first, numbers in members.items():
        yield _block(network, (above[first], *numbers), edges[first], vertex_causes, edge_causes)


def _tied(network: Fallible, start: list[int], above: list[int]) -> list[int]:
    """Return the first number of the part of each number, with tied blocks made one part."""
    number_of = {vertex: number for number, vertex in enumerate(network.descent.order.tolist())}
    edge_at = {
        edge: number for number, edge in enumerate(network.descent.edge.tolist()) if edge >= 0
    }
    edge_at.update((edge, lower) for lower, _, edge in network.descent.back.tolist())
    into = {first: first for first in start}

    def part(first: int) -> int:
        while into[first] != first:
            into[first] = into[into[first]]
            first = into[first]
        return first

    for cause in network.causes:
        tied = {part(start[number_of[each]]) for each in cause.vertices if each in number_of}
        tied |= {part(start[edge_at[each]]) for each in cause.edges if each in edge_at}
        while len(tied) > 1:  # who hangs deepest goes up, or joins who hangs beside it
            *_, beside, deepest = sorted(tied, key=lambda first: (above[first], first))
            hang_together = above[beside] == above[deepest]
            into[deepest] = beside if hang_together else part(start[above[deepest]])
            tied = {part(first) for first in tied}
    return [part(first) for first in start]


def _causes(
    network: Fallible,
) -> tuple[dict[int, tuple[int, ...]], dict[int, tuple[int, ...]]]:
    vertices: dict[int, tuple[int, ...]] = {}
    edges: dict[int, tuple[int, ...]] = {}
    for row, cause in enumerate(network.causes):
        for members, found in ((cause.vertices, vertices), (cause.edges, edges)):
            for each in members:
                found[each] = (*found.get(each, ()), row)
    return vertices, edges


def _block(
    network: Fallible,
    numbers: tuple[int, ...],
    edges: Sequence[tuple[int, int, int]],
    vertex_causes: dict[int, tuple[int, ...]],
    edge_causes: dict[int, tuple[int, ...]],
) -> Block:
    """Make a part with numbers of its own; parallel edges without a common cause become one."""
    place = {number: at for at, number in enumerate(numbers)}
    order = network.descent.order
    vertices = [int(order[number]) for number in numbers]
    single: dict[tuple[int, int], float] = {}
    tied: list[tuple[int, int, float, tuple[int, ...]]] = []
    for lower, upper, by in edges:
        a, b, chance = place[lower], place[upper], network.edge_chance(by)
        if by in edge_causes:
            tied.append((a, b, chance, edge_causes[by]))
        else:
            beside = single.get((a, b))
            single[a, b] = chance if beside is None else 1.0 - (1.0 - beside) * (1.0 - chance)
    used = sorted(
        {row for *_, rows in tied for row in rows}
        | {row for vertex in vertices[1:] for row in vertex_causes.get(vertex, ())}
    )
    local = {row: at for at, row in enumerate(used)}
    part = Part(
        vertices=[network.vertex_chance[vertex] for vertex in vertices],
        edges=[
            *(Edge(a=a, b=b, chance=chance) for (a, b), chance in single.items()),
            *(
                Edge(a=a, b=b, chance=chance, causes=tuple(local[row] for row in rows))
                for a, b, chance, rows in tied
            ),
        ],
        causes=[network.causes[row].chance for row in used],
        vertex_causes=tuple(
            tuple(local[row] for row in vertex_causes.get(vertex, ())) if at else ()
            for at, vertex in enumerate(vertices)
        ),
    )
    return Block(numbers=numbers, part=part)
