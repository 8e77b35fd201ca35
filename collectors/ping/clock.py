"""KernelClock: the round trip between our monotonic send time and a kernel receive stamp.

The kernel stamps arrivals with CLOCK_REALTIME, which GNSS or an operator may step at any moment; we
send by CLOCK_MONOTONIC, which never steps. Both are slewed alike, so their difference is constant
but for steps. Reading the two together turns the stamp into an age, and the age into a monotonic
arrival: sent ≤ arrival ≤ now must hold. Where it does not, or where the difference has changed
while the echo was in flight, the stamp is not believed and the time of reading counts instead: an
upper bound, wrong by no more than our own lateness, and never negative.
"""

import math
from collections.abc import Callable
from typing import Final

_STEP_SECONDS: Final = 1e-3  # below it a difference is our being preempted between two readings
_CONFIRMATIONS: Final = 3
_PAIR_SECONDS: Final = 20e-6  # readings further apart are read again: the error of every RTT


class KernelClock:
    """Two clocks, read in pairs; `steps` counts the times the wall clock jumped."""

    __slots__ = ("_lead", "_now", "_offset", "_read_at", "_stepped_at", "_wall", "steps")

    def __init__(self, now: Callable[[], float], wall: Callable[[], float]) -> None:
        self._now = now
        self._wall = wall
        self._offset = wall() - now()  # of the clocks, as last confirmed
        self._read_at = now()
        self._lead = self._offset  # of the wall clock, as last read
        self._stepped_at = -math.inf
        self.steps = 0

    def read(self) -> None:
        """Read both clocks: once for all that has arrived so far, and after it has."""
        for _ in range(_CONFIRMATIONS):
            before = self._now()
            wall = self._wall()
            self._read_at = self._now()
            if self._read_at - before < _PAIR_SECONDS:
                break
        self._lead = wall - before
        if not -_STEP_SECONDS < self._lead - self._offset < _STEP_SECONDS:
            self.look()

    def rtt_seconds(self, sent: float, kernel_time_ns: int | None) -> float:
        """Return the round trip of an echo sent at `sent` (monotonic); ≥ 0 whatever clocks do."""
        longest = self._read_at - sent
        if kernel_time_ns is not None and sent > self._stepped_at:
            # A double resolves a quarter of a microsecond at today's Unix time: enough here.
            rtt = kernel_time_ns * 1e-9 - self._lead - sent
            if 0.0 <= rtt <= longest:
                return rtt
        return longest if longest > 0.0 else 0.0

    def look(self) -> None:
        """Note a step of the wall clock, once it is no mere preemption between two readings."""
        for _ in range(_CONFIRMATIONS):
            before = self._now()
            offset = self._wall() - before
            if abs(offset - self._offset) <= _STEP_SECONDS:
                return
        self._offset = offset
        self._stepped_at = self._now()
        self.steps += 1
