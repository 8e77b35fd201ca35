"""Sampling: how often each site reaches a core, in many random states of the network at once.

A word holds 64 states, one in each bit, and one sweep from the cores settles them all (bit-sliced
Monte Carlo). What no failure or a single one does is not left to chance: it is known exactly, and
only states with two failures and more are drawn, so that chances of one in a million are seen too
(stratified by the number of failures; Fishman 1996, §4).
"""

from collections import deque
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from topology.resilience.descent import descend
from topology.resilience.failures import Walk
from topology.resilience.fallible import Fallible
from topology.resilience.loss import Runs
from topology.resilience.mesh import NONE, by_site
from topology.resilience.snapshot import Floats

Words = NDArray[np.uint64]
Numbers = NDArray[np.int64]

_CHUNK: Final = 65_536  # states at a time: 8 KB for each thing that can fail
_WORD: Final = 64
_OFTEN: Final = 0.1  # from here on failures are drawn state by state
_Z: Final = 1.959964  # of 95 %


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sampled:
    """Chances of sites to reach a core with their interval of 95 % (Wilson 1927), by row."""

    value: Floats
    low: Floats
    high: Floats
    samples: int


@dataclass(frozen=True, slots=True)
class _Thing:
    """Something that can fail: what it takes with it directly."""

    chance: float
    vertices: tuple[int, ...]
    edges: tuple[int, ...]


def sampled(network: Fallible, samples: int, seed: int) -> Sampled:
    """Return the chances by at least so many samples; the same seed gives the same answer."""
    things = _things(network)
    chances = np.array([thing.chance for thing in things])
    stratified = bool((chances > 0).all())
    draw = _Draw(chances, np.random.default_rng(seed), stratified=stratified)
    rounds = max(1, -(-samples // _CHUNK)) if draw.share > 0 else 0
    size = min(_CHUNK, -(-samples // _WORD) * _WORD)
    lost = np.zeros(len(network.snapshot.sites), np.int64)
    for _ in range(rounds):
        lost += _lost(network, things, draw.failures(size), size)
    drawn = rounds * size
    alone = _by_one(network, things, chances) if stratified else np.zeros(len(lost))
    low, high = _wilson(lost, max(drawn, 1))
    share = draw.share
    reached = np.array(network.mesh.vertex_of_site) != NONE
    reached &= _is_reached(network)
    value = 1.0 - alone - share * lost / max(drawn, 1)
    return Sampled(
        value=np.where(reached, value, 0.0),
        low=np.where(reached, 1.0 - alone - share * high, 0.0),
        high=np.where(reached, 1.0 - alone - share * low, 0.0),
        samples=drawn,
    )


def _things(network: Fallible) -> list[_Thing]:
    """Return what can fail at all and is joined to a core; the rest changes nothing."""
    descent, mesh = network.descent, network.mesh
    vertices = descent.order.tolist()
    edges = [*descent.edge[1:].tolist(), *descent.back[:, 2].tolist()]
    things = [
        *(_Thing(network.vertex_chance[at], (at,), ()) for at in vertices if at != mesh.root),
        *(_Thing(network.edge_chance(edge), (), (edge,)) for edge in edges),
        *(_Thing(cause.chance, cause.vertices, cause.edges) for cause in network.causes),
    ]
    return [thing for thing in things if thing.chance < 1]


def _is_reached(network: Fallible) -> NDArray[np.bool_]:
    sites = np.array(network.mesh.site_of, np.int64)[network.descent.order]
    found = np.zeros(len(network.snapshot.sites) + 1, np.bool_)
    found[sites] = True
    return found[:-1]


class _Draw:
    """Random failures of independent things: of all states, or of those with two and more.

    `share` is the chance of a state of the kind that is drawn.
    """

    def __init__(self, chances: Floats, random: np.random.Generator, *, stratified: bool) -> None:
        self._fail, self._random, self._stratified = 1.0 - chances, random, stratified
        self.share = 1.0
        if stratified:
            # Sums of logarithms: the chance that the first so many all work.
            self._all_work = np.concatenate([[0.0], np.cumsum(np.log(chances))])
            first_fails = np.exp(self._all_work[:-1]) * self._fail
            another = -np.expm1(self._all_work[-1] - self._all_work[1:])
            self._first = np.cumsum(first_fails * another)
            self.share = float(self._first[-1]) if len(chances) else 0.0

    def failures(self, states: int) -> NDArray[np.uint8]:
        """Return for each thing in which states it fails, as bits."""
        found = np.zeros((len(self._fail), states // 8), np.uint8)
        first = second = np.full(states, -1)
        if self._stratified:
            first, second = self._first_two(states)
        for thing, chance in enumerate(self._fail.tolist()):
            fails = self._alone(chance, states)
            if self._stratified:
                # Before the second failure nothing but the first has failed.
                fails &= second < thing
                fails |= (first == thing) | (second == thing)
            found[thing] = np.packbits(fails)
        return found

    def _first_two(self, states: int) -> tuple[Numbers, Numbers]:
        """Draw which things fail first and second, in the order of the things."""
        last = len(self._fail) - 1
        at = self._random.random(states) * self.share
        first = np.minimum(np.searchsorted(self._first, at, side="right"), last - 1)
        from_there = self._all_work[first + 1]
        until = self._random.random(states) * np.expm1(self._all_work[-1] - from_there)
        passed = from_there + np.log1p(until)
        second = np.searchsorted(-self._all_work, -passed, side="left") - 1
        return first, np.clip(second, first + 1, last)

    def _alone(self, chance: float, states: int) -> NDArray[np.bool_]:
        """Draw in which states one thing fails, by the gaps between failures where it is rare."""
        if chance > _OFTEN:
            often: NDArray[np.bool_] = self._random.random(states) < chance
            return often
        fails = np.zeros(states, np.bool_)
        if chance <= 0:
            return fails
        expected = chance * states
        at = -1
        while at < states:
            gaps = self._random.geometric(chance, int(expected + 4 * expected**0.5) + 4)
            places = at + np.cumsum(gaps)
            fails[places[places < states]] = True
            at = int(places[-1])
        return fails


def _lost(
    network: Fallible, things: list[_Thing], failures: NDArray[np.uint8], states: int
) -> Numbers:
    """Count for each site in how many states it does not reach a core."""
    down: dict[tuple[str, int], Words] = {}
    for thing, bits in zip(things, failures, strict=True):
        words: Words = bits.view(np.uint64)
        if not words.any():
            continue
        for noun, members in (("vertex", thing.vertices), ("edge", thing.edges)):
            for member in members:
                before = down.get((noun, member))
                down[noun, member] = words if before is None else before | words
    reach = _swept(network, down, states)
    lost = np.zeros(len(network.snapshot.sites), np.int64)
    for site, vertex in enumerate(network.mesh.vertex_of_site):
        if vertex != NONE:
            lost[site] = states - int(np.bitwise_count(reach[vertex]).sum())
    return lost


def _swept(network: Fallible, down: dict[tuple[str, int], Words], states: int) -> Words:
    """Spread from the root until nothing new is reached in any state."""
    neighbours, root = network.mesh.neighbours, network.mesh.root
    reach = np.zeros((len(neighbours), states // _WORD), np.uint64)
    reach[root] = ~np.uint64(0)
    pending = deque([root])
    waits = [False] * len(neighbours)
    while pending:
        vertex = pending.popleft()
        waits[vertex] = False
        for other, edge in neighbours[vertex]:
            new = reach[vertex] & ~reach[other]
            for key in (("edge", edge), ("vertex", other)):
                failed = down.get(key)
                if failed is not None:
                    new &= ~failed
            if new.any():
                reach[other] |= new
                if not waits[other]:
                    waits[other] = True
                    pending.append(other)
    return reach


def _by_one(network: Fallible, things: list[_Thing], chances: Floats) -> Floats:
    """Return for each site the chance that exactly one thing has failed and cuts it off."""
    descent = network.descent
    walk = Walk(network.snapshot, network.mesh, descent)
    none_fails = float(np.exp(np.log(chances).sum()))
    only = (none_fails * (1.0 - chances) / chances).tolist()
    of_vertex = np.zeros(len(network.mesh.neighbours))
    of_edge: dict[int, float] = {}
    found = np.zeros(len(descent.order))
    power = np.zeros(len(network.snapshot.sites))
    for thing, chance in zip(things, only, strict=True):
        if len(thing.vertices) > 1:
            power[network.mesh.site_of[thing.vertices[0]]] = chance
        elif thing.vertices:
            of_vertex[thing.vertices[0]] = chance
        elif len(thing.edges) > 1:
            _add(found, walk.runs_without(np.array(thing.edges)), chance)
        else:
            of_edge[thing.edges[0]] = chance
    in_order = of_vertex[descent.order]
    steps = np.where(descent.is_bridge, [of_edge.get(by, 0.0) for by in descent.edge.tolist()], 0)
    steps += np.where(descent.is_severed, in_order[descent.above], 0.0)
    found += descent.depth_sum(steps) + in_order
    by_row = np.zeros(len(network.snapshot.sites) + 1)
    by_row[walk.weights.site_at] = found
    return by_row[:-1] + (_by_power(network, power) if power.any() else 0.0)


def _by_power(network: Fallible, power: Floats) -> Floats:
    """Return the same of whole sites, in the view where a site is one vertex."""
    mesh = by_site(network.snapshot)
    descent = descend(mesh)
    sites = np.array(mesh.site_of, np.int64)[descent.order]
    in_order = np.append(power, 0.0)[sites]
    steps = np.where(descent.is_severed, in_order[descent.above], 0.0)
    by_row = np.zeros(len(power) + 1)
    by_row[sites] = descent.depth_sum(steps) + in_order
    return by_row[:-1]


def _add(found: Floats, runs: Runs, chance: float) -> None:
    for start, stop in runs:
        found[start:stop] += chance


def _wilson(successes: Numbers, samples: int) -> tuple[Floats, Floats]:
    """Return the score interval of a proportion (Wilson 1927)."""
    share = successes / samples
    widened = _Z**2 / samples
    middle = (share + widened / 2) / (1 + widened)
    half = _Z * np.sqrt(share * (1 - share) / samples + widened / (4 * samples)) / (1 + widened)
    return np.maximum(middle - half, 0.0), np.minimum(middle + half, 1.0)
