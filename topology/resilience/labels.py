"""Labels: what is joined with what on the frontier, for many states at once, one word each.

A state is a 64-bit word: twelve slots of four bits, and one mark for each slot above them. A slot
holds the least slot of those joined with it, or says that it is joined to the core, has failed,
or is free. The same partition is thus always the same word. Slots are looked for within a word by
its bits (SWAR; Warren, "Hacker's Delight", 2nd ed., §6-1), never one by one.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

Words = NDArray[np.uint64]

SLOTS: Final = 12
CORE: Final = 13
DEAD: Final = 14
FREE: Final = 15

_BITS: Final = 4
_MARKS_FROM: Final = 52
_EACH: Final = np.uint64(sum(1 << (_BITS * slot) for slot in range(SLOTS)))
_NIBBLE: Final = np.uint64(15)
_ONE: Final = np.uint64(1)

START: Final = np.uint64(int(_EACH) * FREE)  # nothing introduced yet


def at(words: Words, slot: int) -> Words:
    """Return what a slot holds."""
    return (words >> np.uint64(_BITS * slot)) & _NIBBLE


def put(words: Words, slot: int, code: int) -> Words:
    """Return the states with a slot that holds a code."""
    shift = _BITS * slot
    return (words & ~np.uint64(15 << shift)) | np.uint64(code << shift)


def holders(words: Words, code: Words | np.uint64) -> Words:
    """Return a word with the lowest bit of each slot that holds a code."""
    differs = words ^ (_EACH * code)
    differs |= differs >> np.uint64(2)
    differs |= differs >> np.uint64(1)
    return ~differs & _EACH


def marked(words: Words, slot: int) -> Words:
    """Return the states with the class of a slot marked; the slot must be its own least one."""
    return words | np.uint64(1 << (_MARKS_FROM + slot))


def is_marked(words: Words) -> NDArray[np.bool_]:
    """Return whether any class is marked that is not joined to the core."""
    found: NDArray[np.bool_] = (words >> np.uint64(_MARKS_FROM)) != 0
    return found


def joined(words: Words, one: Words, other: Words) -> Words:
    """Return the states with two classes joined, given by their two different labels.

    What is joined to the core becomes core and loses its mark; else the lesser label stays.
    """
    to_core = (one == CORE) | (other == CORE)
    # CORE is above every slot, so the label that goes is the lesser one if the core is there.
    goes = np.where(to_core, np.minimum(one, other), np.maximum(one, other))
    stays = np.where(to_core, np.uint64(CORE), np.minimum(one, other))
    words = _relabelled(words, goes, stays)
    mark = (words >> (goes + np.uint64(_MARKS_FROM))) & _ONE
    words = words & ~(_ONE << (goes + np.uint64(_MARKS_FROM)))
    kept = np.where(to_core, np.uint64(0), mark << (stays + np.uint64(_MARKS_FROM)))
    return words | kept


def forgotten(words: Words, slot: int) -> tuple[Words, NDArray[np.uint8], NDArray[np.bool_]]:
    """Return the states without a slot, who stands for it from now on, and who is lost for good.

    Who stands for it is another slot of its class, or CORE; DEAD where its class ends here or has
    failed. Lost for good is a marked class that ends here.
    """
    label = at(words, slot)
    words = put(words, slot, FREE)
    was_least = label == slot
    rest = np.where(was_least, holders(words, np.uint64(slot)), np.uint64(0))
    ends = was_least & (rest == 0)
    heir = _lowest_slot(rest)
    moves = was_least & (rest != 0)
    mark = np.where(was_least, (words >> np.uint64(_MARKS_FROM + slot)) & _ONE, np.uint64(0))
    if moves.any():
        words = np.where(moves, _relabelled(words, np.uint64(slot), heir), words)
    if mark.any():
        words = words & ~(mark << np.uint64(_MARKS_FROM + slot))
        moved = np.where(moves, mark, np.uint64(0))
        words = words | (moved << (heir + np.uint64(_MARKS_FROM)))
    stands = np.where(moves, heir, np.where(ends, np.uint64(DEAD), label))
    return words, stands.astype(np.uint8), ends & (mark != 0)


def has_core(words: Words) -> NDArray[np.bool_]:
    """Return whether anything on the frontier is joined to the core."""
    found: NDArray[np.bool_] = holders(words, np.uint64(CORE)) != 0
    return found


def _relabelled(words: Words, goes: Words | np.uint64, stays: Words) -> Words:
    found = holders(words, goes)
    changed: Words = (words & ~(found * _NIBBLE)) | (found * stays)
    return changed


def _lowest_slot(found: Words) -> Words:
    """Return the slot of the lowest bit set; 0 where there is none. Powers of two are exact."""
    lowest = found & (~found + _ONE)
    powers = np.log2(np.maximum(lowest, _ONE).astype(np.float64))
    slots: Words = (powers / _BITS).astype(np.uint64)
    return slots
