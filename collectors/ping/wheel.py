"""Wheel: what is due when, in slots of ten milliseconds.

Ten thousand bursts have ten thousand deadlines, but few distinct ones: a slot is a list, and only
slots are in the heap. Precision is not lost by it, because whether an echo was in time is told by
the kernel's stamp, never by our timer.
"""

import heapq
import math
from collections.abc import Iterator
from itertools import chain
from typing import Final, Generic, TypeVar

ItemT = TypeVar("ItemT")

_SLOTS_PER_SECOND: Final = 100


class Wheel(Generic[ItemT]):
    """Items by due time (monotonic seconds)."""

    __slots__ = ("_heap", "_last", "_last_items", "_slots")

    def __init__(self) -> None:
        self._slots: dict[int, list[ItemT]] = {}
        self._heap: list[int] = []
        self._last = -1  # the slot added to last: most often the next one too
        self._last_items: list[ItemT] = []

    def __len__(self) -> int:
        return sum(len(items) for items in self._slots.values())

    def __iter__(self) -> Iterator[ItemT]:
        return chain.from_iterable(self._slots.values())

    @property
    def next_due(self) -> float:
        """When the first slot falls due; infinity while there is none."""
        return self._heap[0] / _SLOTS_PER_SECOND if self._heap else math.inf

    def add(self, due: float, item: ItemT) -> None:
        """Put an item into the first slot that ends at or after `due`."""
        slot = math.ceil(due * _SLOTS_PER_SECOND)
        if slot != self._last:
            items = self._slots.get(slot)
            if items is None:
                items = self._slots[slot] = []
                heapq.heappush(self._heap, slot)
            self._last, self._last_items = slot, items
        self._last_items.append(item)

    def take(self, now: float) -> list[ItemT]:
        """Remove and return what is due, in order."""
        taken: list[ItemT] = []
        while self._heap and self._heap[0] / _SLOTS_PER_SECOND <= now:
            taken += self._slots.pop(heapq.heappop(self._heap))
            self._last = -1
        return taken
