"""Frontier: the exact chance that a vertex of a part, or several at once, is joined to its head.

A state says which vertices of the frontier are joined (Hardy, Lucet, Limnios 2007; Herrmann, Soh
2009). Forwards each state gets its chance; backwards each of its vertices the chance to end up
joined to the head from there. Their product, where a vertex comes in, is the answer for it, so all
vertices take one pass each way. All states of a step are gone through together, as numpy words.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from topology.resilience import labels
from topology.resilience.elimination import Op, Part, Step, TooWideError, steps
from topology.resilience.labels import CORE, DEAD, FREE, Words

MOST_STATES: Final = 1_500_000  # of all steps together: about 60 MB and two seconds

Chances = NDArray[Any]  # float64, or Fraction as objects

_COLUMNS: Final = 16  # one for each code a slot can hold


@dataclass(frozen=True, slots=True)
class _Layer:
    """How the states of one step lead to the next: by its working and by its failing."""

    step: Step[Any]
    works: NDArray[np.int64]  # number of the next state; one too many where all is lost
    fails: NDArray[np.int64]
    stands: NDArray[np.uint8] | None  # of a vertex forgotten: which slot stands for it
    after: Chances | None  # chances of the next states, where a vertex comes in


def joined(part: Part[float], most_states: int = MOST_STATES) -> NDArray[np.float64] | None:
    """Return the chance of each vertex to work and be joined to the head, given the head works.

    None if that would take more than so many states, or a frontier wider than a state can hold.
    """
    run = _Run(part, frozenset(), most_states)
    if not run.forwards(keep=True):
        return None
    return run.backwards()


def all_joined(
    part: Part[float] | Part[Fraction], wanted: Collection[int], most_states: int = MOST_STATES
) -> float | Fraction | None:
    """Return the chance that all wanted vertices work and are joined to the head, at once.

    With fractions in the part the answer is exact to the last digit. None as for `joined`.
    """
    others = frozenset(wanted) - {0}
    if not others:
        return 1.0
    run = _Run(part, others, most_states)
    if not run.forwards(keep=False):
        return None
    total: float | Fraction = run.chances.sum() if len(run.chances) else 0.0
    return total


class _Run:
    """One pass, or two, through the steps of a part."""

    def __init__(self, part: Part[Any], wanted: frozenset[int], most_states: int) -> None:
        self._part, self._wanted, self._left = part, wanted, most_states
        exact = any(isinstance(edge.chance, Fraction) for edge in part.edges)
        self.words: Words = np.array([labels.START])
        self.chances: Chances = (
            np.array([Fraction(1)], dtype=object) if exact else np.ones(1, np.float64)
        )
        self._head_is_done = False
        self._layers: list[_Layer] = []

    def forwards(self, *, keep: bool) -> bool:
        """Take all steps; whether there was room for all states."""
        try:
            plan = steps(self._part)
        except TooWideError:
            return False
        for step in plan:
            self._left -= len(self.words)
            if self._left < 0:
                return False
            layer = self._take(step)
            if keep:
                self._layers.append(layer)
        return True

    def backwards(self) -> NDArray[np.float64]:
        """Return the answer for each vertex, from the layers kept."""
        found = np.zeros(len(self._part.vertices))
        found[0] = 1.0
        nothing = np.zeros((1, _COLUMNS))
        nothing[:, CORE] = 1.0
        ahead = np.repeat(nothing, len(self.words) + 1, axis=0)
        for layer in reversed(self._layers):
            step = layer.step
            if layer.after is not None:
                found[step.vertex] = layer.after @ ahead[: len(layer.after), step.slot]
            if layer.works is layer.fails:
                ahead = ahead[layer.works]
            else:
                chance: Any = step.chance
                ahead = chance * ahead[layer.works] + (1.0 - chance) * ahead[layer.fails]
            if layer.stands is not None:
                ahead[:, step.slot] = ahead[np.arange(len(ahead)), layer.stands]
            ahead = np.vstack([ahead, nothing])  # of what is lost
        return found

    def _take(self, step: Step[Any]) -> _Layer:
        if step.op is Op.VERTEX or step.op is Op.CAUSE:
            return self._bring_in(step)
        if step.op is Op.EDGE:
            return self._join(step)
        if step.op is Op.HEAD_DONE:
            return self._head_done(step)
        return self._forget(step)

    def _bring_in(self, step: Step[Any]) -> _Layer:
        """Let a vertex, or a common cause, work or fail; one that is wanted must not fail."""
        is_vertex, wanted = step.op is Op.VERTEX, step.vertex in self._wanted
        works = labels.put(self.words, step.slot, step.slot if is_vertex else FREE)
        if wanted:
            works = labels.marked(works, step.slot)
        fails = labels.put(self.words, step.slot, DEAD)
        layer = self._branch(step, works, fails, self._unharmed(step.causes), may_fail=not wanted)
        if not is_vertex:
            return layer
        return _Layer(step, layer.works, layer.fails, None, self.chances)

    def _join(self, step: Step[Any]) -> _Layer:
        """Let an edge work or fail, where that makes a difference."""
        one = labels.at(self.words, step.slot)
        is_head = step.other == CORE
        other = np.full_like(one, CORE) if is_head else labels.at(self.words, step.other)
        matters = (one < DEAD) & (other < DEAD) & (one != other) & self._unharmed(step.causes)
        works = self.words.copy()
        works[matters] = labels.joined(self.words[matters], one[matters], other[matters])
        return self._branch(step, works, self.words, matters, may_fail=True)

    def _branch(
        self,
        step: Step[Any],
        works: Words,
        fails: Words,
        can_work: NDArray[np.bool_],
        *,
        may_fail: bool,
    ) -> _Layer:
        """Go on with both outcomes; what cannot work has failed for certain."""
        chance: Any = step.chance
        can_fail = ~can_work if chance == 1 else np.ones(len(works), np.bool_)
        can_fail &= may_fail
        split = int(np.count_nonzero(can_work))
        at = self._settle(
            np.concatenate([works[can_work], fails[can_fail]]),
            np.concatenate([
                self.chances[can_work] * chance,
                (self.chances * np.where(can_work, 1 - chance, 1))[can_fail],
            ]),
        )  # fmt: skip
        to_work = np.full(len(works), len(self.words))
        to_fail = to_work.copy()
        to_work[can_work], to_fail[can_fail] = at[:split], at[split:]
        return _Layer(
            step,
            np.where(can_work, to_work, to_fail),
            np.where(can_fail, to_fail, to_work),
            None,
            None,
        )

    def _forget(self, step: Step[Any]) -> _Layer:
        stands: NDArray[np.uint8] | None = None
        if step.op is Op.FORGET_CAUSE:
            words = labels.put(self.words, step.slot, FREE)
            kept = np.ones(len(words), np.bool_)
        else:
            words, stands, lost = labels.forgotten(self.words, step.slot)
            kept = ~lost
        to = self._keep(words, kept & self._has_hope(words))
        return _Layer(step, to, to, stands, None)

    def _head_done(self, step: Step[Any]) -> _Layer:
        self._head_is_done = True
        to = self._keep(self.words, self._has_hope(self.words))
        return _Layer(step, to, to, None, None)

    def _has_hope(self, words: Words) -> NDArray[np.bool_]:
        """Return in which states what is on the frontier may still be, or be joined, as asked.

        Once nothing more leads to the head, it takes somebody there who is joined to it.
        """
        if not self._head_is_done:
            return np.ones(len(words), np.bool_)
        hope = labels.has_core(words)
        return hope | ~labels.is_marked(words) if self._wanted else hope

    def _keep(self, words: Words, kept: NDArray[np.bool_]) -> NDArray[np.int64]:
        at = self._settle(words[kept], self.chances[kept])
        to = np.full(len(words), len(self.words))
        to[kept] = at
        return to

    def _settle(self, ahead: Words, weights: Chances) -> NDArray[np.int64]:
        """Make one state of equal ones, and return the number of each."""
        self.words, at = np.unique(ahead, return_inverse=True)
        if weights.dtype == object:
            self.chances = np.full(len(self.words), Fraction(0), dtype=object)
            np.add.at(self.chances, at, weights)
        else:
            self.chances = np.bincount(at, weights, minlength=len(self.words))
        return at

    def _unharmed(self, causes: Sequence[int]) -> NDArray[np.bool_]:
        """Return in which states none of these common causes has struck."""
        unharmed = np.ones(len(self.words), np.bool_)
        for slot in causes:
            unharmed &= labels.at(self.words, slot) != DEAD
        return unharmed
