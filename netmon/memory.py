"""Memory: what allocator and garbage collector are told before a run of months."""

import ctypes
import gc
from typing import Final

# glibc, malloc.h: numbers of mallopt(3).
_TRIM_THRESHOLD: Final = -1
_MMAP_THRESHOLD: Final = -3
_ARENA_MAX: Final = -8
_LARGE_OCTETS: Final = 128 * 1024  # glibc's own beginning
_GC_THRESHOLDS: Final = (5_000, 10, 10)


def return_what_is_free() -> None:
    """Let large arrays go back to the kernel when they are freed, whoever's thread freed them.

    By itself glibc raises the size from which it maps memory as soon as a large array was freed,
    and has arenas per thread; then copies made for a scrape and columns that grew leave holes that
    stay ours: a tenth of the memory of 1,000 devices (docs/performance.md, P8). Other C libraries
    have no mallopt, and are left as they are.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is None:
        return
    for option, value in (
        (_MMAP_THRESHOLD, _LARGE_OCTETS),
        (_TRIM_THRESHOLD, _LARGE_OCTETS),
        (_ARENA_MAX, 1),
    ):
        mallopt(option, value)


def give_back() -> None:
    """Give the kernel the pages that are free between those in use; milliseconds, in any thread.

    What a checkpoint and a scrape have copied leaves holes that glibc keeps: 3.5 MB of 1,000
    devices after an hour.
    """
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)


def spare_the_settled(*, tidy: bool = False) -> None:
    """Let the garbage collector look at what is new, not at what stays until the end.

    Inventory, topology and plans are hundreds of thousands of objects, and no poll goes on while a
    full collection walks through them: 1,000 devices, 113 ms; with what stood at the start spared,
    59 ms; and in the first 40 seconds four of them, 395 ms, now none. The few objects of each poll
    that wait to be judged are no reason either to collect after every 700 of them: polls without a
    pause (P1) cost 77 µs instead of 93.

    `tidy` collects before, which only pays while nothing runs. What is spared and becomes part of
    a dead cycle is never freed: one old inventory at most, for this is called a few times only.
    """
    if tidy:
        gc.collect()
    gc.freeze()
    gc.set_threshold(*_GC_THRESHOLDS)
