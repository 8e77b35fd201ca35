"""The simulation's clock: seconds since the story began, the same in every thread and process.

It lives in shared memory, so a process forked before the story begins learns of it too.
"""

import math
import mmap
import struct
import time
from collections.abc import Callable
from typing import Final

BEFORE_SECONDS: Final = -1e-3  # what it says until the story begins: the end of the past

_double = struct.Struct("d")


class StoryClock:
    """Says how long the story has been running."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._shared = mmap.mmap(-1, _double.size)
        _double.pack_into(self._shared, 0, math.nan)

    def begin(self) -> None:
        """Let the story begin now."""
        _double.pack_into(self._shared, 0, self._monotonic())

    def __call__(self) -> float:
        """Return the seconds since the beginning."""
        (began,) = _double.unpack_from(self._shared, 0)
        return BEFORE_SECONDS if math.isnan(began) else self._monotonic() - began
