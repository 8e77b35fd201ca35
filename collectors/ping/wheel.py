"""Wheel: what is due when, in slots of ten milliseconds.

Ten thousand bursts have ten thousand deadlines, but few distinct ones: a slot is a list, and only
slots are in the heap. Precision is not lost by it, because whether an echo was in time is told by
the kernel's stamp, never by our timer.
"""

import heapq
import math
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Final, Generic, TypeVar

ItemT = TypeVar("ItemT")

_SLOTS_PER_SECOND: Final = 100


class Wheel(Generic[ItemT]):
    """Items by due time (monotonic seconds)."""

    __slots__ = ("_heap", "_slots")

    def __init__(self) -> None:
        self._slots: dict[int, list[ItemT]] = {}
        self._heap: list[int] = []

    def __len__(self) -> int:
        return sum(len(items) for items in self._slots.values())

    def __iter__(self) -> Iterator[ItemT]:
        return chain.from_iterable(self._slots.values())

    @property
    def next_due(self) -> float:
        """When the first slot falls due; infinity while there is none."""
        return self._heap[0] / _SLOTS_PER_SECOND if self._heap else math.inf

    def add(self, due: float, items: Iterable[ItemT]) -> None:
        """Put items into the first slot that ends at or after `due`."""
        slot = math.ceil(due * _SLOTS_PER_SECOND)
        waiting = self._slots.get(slot)
        if waiting is None:
            waiting = self._slots[slot] = []
            heapq.heappush(self._heap, slot)
        waiting += items

    def take(self, now: float) -> list[ItemT]:
        """Remove and return what is due, in order."""
        taken: list[ItemT] = []
        while self._heap and self._heap[0] / _SLOTS_PER_SECOND <= now:
            taken += self._slots.pop(heapq.heappop(self._heap))
        return taken
