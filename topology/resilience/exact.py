"""Exact: the chance of each site to reach a core, and of several to do so at once, by blocks."""

from collections.abc import Collection
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from topology.resilience.blocks import Block, blocks
from topology.resilience.elimination import Edge, Part
from topology.resilience.fallible import Fallible
from topology.resilience.frontier import MOST_STATES, all_joined, joined


def to_cores(network: Fallible, most_states: int = MOST_STATES) -> NDArray[np.float64]:
    """Return the chance of each number of the search to reach a core.

    NaN where a part on the way has too many states; the others are exact all the same.
    """
    chance = np.full(len(network.descent.order), np.nan)
    chance[0] = 1.0
    for block in blocks(network):
        head = chance[block.head]
        if np.isnan(head):
            continue
        found = _small(block.part)
        if found is None:
            found = joined(block.part, most_states)
        if found is not None:
            chance[list(block.numbers[1:])] = head * found[1:]
    return chance


def _small(part: Part[float]) -> NDArray[np.float64] | None:
    """Answer at once for two vertices and one edge: most blocks are just a spur."""
    if len(part.vertices) > 2 or len(part.edges) > 1 or part.causes:
        return None
    return np.array([1.0, part.edges[0].chance * part.vertices[1]])


def together(
    network: Fallible,
    wanted: Collection[int],
    most_states: int = MOST_STATES,
    *,
    fractions: bool = False,
) -> float | Fraction | None:
    """Return the chance that all these numbers of the search reach a core at the same time.

    A part must join to its head whoever is wanted in it, and the heads of parts where somebody
    is. None where one of them has too many states. With fractions it is exact to the last digit
    for the availabilities as the machine holds them.
    """
    needed = set(wanted)
    total: float | Fraction = Fraction(1) if fractions else 1.0
    for block in reversed(list(blocks(network))):
        inside = [at for at, number in enumerate(block.numbers) if at and number in needed]
        if not inside:
            continue
        needed.add(block.head)
        part = _as_fractions(block) if fractions else block.part
        found = all_joined(part, inside, most_states)
        if found is None:
            return None
        total = total * found
    return total


def _as_fractions(block: Block) -> Part[Fraction]:
    part = block.part
    return Part(
        vertices=[Fraction(chance) for chance in part.vertices],
        edges=[
            Edge(a=edge.a, b=edge.b, chance=Fraction(edge.chance), causes=edge.causes)
            for edge in part.edges
        ],
        causes=[Fraction(chance) for chance in part.causes],
        vertex_causes=part.vertex_causes,
    )
