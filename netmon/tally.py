"""Tally: how our own polls ended and how long they took; netmon's health, not the network's."""

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from collectors.observation import Outcome

COLLECTORS: Final = ("snmp", "ping")
DURATION_BOUNDS_SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


@dataclass(slots=True)
class Durations:
    """A histogram: how many fell at or below each bound, the last being above all."""

    bounds: tuple[float, ...] = DURATION_BOUNDS_SECONDS
    counts: list[int] = field(default_factory=list)
    total_seconds: float = 0.0

    def __post_init__(self) -> None:
        self.counts = self.counts or [0] * (len(self.bounds) + 1)

    def add(self, seconds: float) -> None:
        """Count one."""
        self.counts[bisect_left(self.bounds, seconds)] += 1
        self.total_seconds += seconds


@dataclass(slots=True)
class Tally:
    """Every outcome of every collector, from zero, and the durations of what took any."""

    snmp: dict[Outcome, int] = field(default_factory=lambda: dict.fromkeys(Outcome, 0))
    ping: dict[Outcome, int] = field(default_factory=lambda: dict.fromkeys(Outcome, 0))
    snmp_durations: Durations = field(default_factory=Durations)
    strangers: int = 0  # observations of devices that had just left the inventory
    belated: int = 0  # observations older than one already remembered
    interfaces_refused: int = 0  # above the cap of interfaces of one device
    reboots: int = 0

    @property
    def outcomes(self) -> Mapping[str, Mapping[Outcome, int]]:
        """Collector → outcome → how often."""
        return {"snmp": self.snmp, "ping": self.ping}
