"""Happenings (layer D): what of the trouble that polling meets was in a story, counted."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from collectors.observation import Observation, Outcome
from collectors.quantity import QUANTITIES
from netmon.simulation.past import AnyObservation

_UPTIME = "uptime_seconds"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """How often."""

    unanswered: int = 0  # polls
    absent: int = 0  # readings: a sentinel, or no such instance
    restarts: int = 0  # of devices
    resets: int = 0  # counters that fell without a restart: cleared, or beyond their width

    def plus(self, other: "Trouble") -> "Trouble":
        """Return both together."""
        return Trouble(
            unanswered=self.unanswered + other.unanswered,
            absent=self.absent + other.absent,
            restarts=self.restarts + other.restarts,
            resets=self.resets + other.resets,
        )


def trouble(observations: Iterable[AnyObservation]) -> Trouble:
    """Count it in what the polls of a story brought."""
    counts: Counter[str] = Counter()
    last: dict[tuple[str, str, str | None], float] = {}
    for one in observations:
        if not isinstance(one, Observation):
            continue
        if one.outcome is not Outcome.OK or one.layout is None:
            counts["unanswered"] += 1
            continue
        fallen = set()
        for cell, value in zip(one.layout.cells, one.values, strict=True):
            if value is None:
                counts["absent"] += 1
                continue
            if cell.quantity == _UPTIME or QUANTITIES[cell.quantity].kind.is_counter:
                key = one.device, cell.quantity, cell.interface
                if value < last.get(key, value):
                    fallen.add(cell.quantity)
                last[key] = value
        counts["restarts"] += _UPTIME in fallen
        counts["resets"] += bool(fallen) and _UPTIME not in fallen
    return Trouble(**counts)
