"""Allowance: how many requests may be in flight, fewer while most of them go unanswered.

Where everything times out at once, the fault is likely near us: an uplink that is full, or our own
host. More requests would only make it worse. Single dead devices are far below the share that
counts here.
"""

from typing import Final

from collectors.snmp.settings import SnmpSettings, SnmpStatistics

WINDOW_TRIES: Final = 200  # looked at together
CROWDED_SHARE: Final = 0.5  # of tries without an answer, from which on it is crowded
SHRINK: Final = 0.9
GROWTH: Final = 0.05  # of the most
LEAST_SHARE: Final = 0.125  # of the most


class Allowance:
    """One for all devices; it reads what the exchange counts anyway."""

    def __init__(self, settings: SnmpSettings, statistics: SnmpStatistics) -> None:
        self._most: Final = settings.max_in_flight
        self._least: Final = max(1, int(self._most * LEAST_SHARE))
        self._statistics: Final = statistics
        self._answers = statistics.answers
        self._timeouts = statistics.timeouts
        self.requests = statistics.in_flight_limit = self._most

    def is_used_up(self, in_flight: int) -> bool:
        """Tell whether no more may be sent; look first whether more may by now."""
        self.review()
        return in_flight >= self.requests

    def review(self) -> None:
        """Shrink or grow, once enough tries have ended since the last time."""
        answers = self._statistics.answers - self._answers
        timeouts = self._statistics.timeouts - self._timeouts
        if answers + timeouts < WINDOW_TRIES:
            return
        self._answers += answers
        self._timeouts += timeouts
        if timeouts > CROWDED_SHARE * (answers + timeouts):
            self.requests = max(int(self.requests * SHRINK), self._least)
        else:
            step = max(int(self._most * GROWTH), 1)
            self.requests = min(self.requests + step, self._most)
        self._statistics.in_flight_limit = self.requests
