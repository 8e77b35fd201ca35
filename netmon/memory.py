"""Memory: what allocator and garbage collector are told before a run of months."""

import ctypes
import gc
from typing import Final

# glibc, malloc.h: numbers of mallopt(3).
_TRIM_THRESHOLD: Final = -1
_MMAP_THRESHOLD: Final = -3
_ARENA_MAX: Final = -8
_LARGE_OCTETS: Final = 128 * 1024  # glibc's own beginning
_GC_THRESHOLDS: Final = (20_000, 10, 10)


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


def spare_the_settled() -> None:
    """Let the garbage collector look at what is new, not at what stays until the end.

    Inventory, topology and state are hundreds of thousands of objects that a full collection walks
    through while no poll goes on. And the few objects of each poll that wait to be judged are no
    reason to collect after every 700 of them.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_GC_THRESHOLDS)
