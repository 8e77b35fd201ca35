"""What the counters of all flows have counted, at any time, though the story takes its toll.

Before the story all that is offered is carried, in closed form (`traffic`). Within it, time is cut
into steps, one of which ends at every edge of an event; in each a direction carries a share of what
is offered and loses a share of that in the air. Running sums stand at the steps' ends, and within a
step the offered integral is exact: so a counter never falls, and stands still while nothing is
carried. A story that repeats has the same shares in every round; sums of a round are made when
somebody first asks beyond it.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from netmon.simulation.conditions import Physics
from netmon.simulation.noise import Floats
from netmon.simulation.traffic import NONE

STEPS: Final = 2000  # evenly, at most, besides the edges of events
EDGES: Final = 2000  # of events, at most; a story with more has them blurred by a step
SHORTEST_STEP_SECONDS: Final = 0.5
ROUNDS: Final = 8  # remembered in full
AT_ONCE: Final = 512  # steps computed together
UNAVAILABLE: Final = 0.999  # of the seconds severely errored: ten in a row among them (G.826)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entries:
    """What has been counted: (times, flows)."""

    sent_octets: Floats
    received_octets: Floats
    spoilt_octets: Floats  # arrived with errors: a line that swallows packets makes none
    dropped_octets: Floats  # offered while the way was open, but too much for it
    sent_packets: Floats
    received_packets: Floats
    errored_seconds: Floats
    severe_seconds: Floats
    unavailable_seconds: Floats


class Ledger:
    """The book of one story."""

    def __init__(self, physics: Physics, length_seconds: float) -> None:
        self._flows = physics.flows
        self._length = max(length_seconds, SHORTEST_STEP_SECONDS)
        self._repeats = physics.period_seconds is not None
        steps = min(STEPS, int(np.ceil(self._length / SHORTEST_STEP_SECONDS)))
        even = np.arange(steps + 1, dtype=np.float64) * (self._length / steps)
        edges = np.array([e for e in physics.edges if 0 < e < self._length][:EDGES])
        self._grid = np.unique(np.concatenate([even, edges]))
        self._shares, self._seconds = self._told(physics)
        # What had been counted when each round began; the shares sum to it (6, flows).
        self._before = [self._calm(np.zeros(1))[0]]
        self._sums: dict[int, Floats] = {}

    def entries(self, times: Floats) -> Entries:
        """Return what has been counted at these times of the simulation's clock."""
        rounds = np.zeros(len(times), dtype=np.intp)
        if self._repeats:
            rounds = np.maximum(times // self._length, 0.0).astype(np.intp)
        octets = self._calm(times)  # (times, 6, flows)
        seconds = np.zeros((len(times), 3, octets.shape[2]))
        for number in np.unique(rounds).tolist():
            rows = np.flatnonzero((rounds == number) & (times >= 0))
            if rows.size:
                octets[rows], seconds[rows] = self._within(number, times[rows])
        return Entries(
            sent_octets=octets[:, 0],
            received_octets=octets[:, 1],
            spoilt_octets=octets[:, 2],
            dropped_octets=octets[:, 3],
            sent_packets=octets[:, 4],
            received_packets=octets[:, 5],
            errored_seconds=seconds[:, 0],
            severe_seconds=seconds[:, 1],
            unavailable_seconds=seconds[:, 2],
        )

    def _within(self, number: int, times: Floats) -> tuple[Floats, Floats]:
        """Return octets and seconds at times in or after one round."""
        local = times - number * self._length
        steps = len(self._grid) - 1
        place = np.searchsorted(self._grid, local, side="right") - 1
        place = np.clip(place, 0, steps)  # steps: the story is over
        since = self._flows.offered_octets(times) - self._flows.offered_octets(
            self._grid[place] + number * self._length
        )
        octets = self._round(number)[place] + self._shares[place] * since[:, None]
        next_ = np.minimum(place + 1, steps)
        width = np.maximum(self._grid[next_] - self._grid[place], 1e-9)
        part = np.where(place < steps, (local - self._grid[place]) / width, 0.0)
        seconds = self._seconds[place] + part[:, None, None] * (
            self._seconds[next_] - self._seconds[place]
        )
        return octets, seconds + number * self._seconds[-1]

    def _round(self, number: int) -> Floats:
        """Return the running sums of one round: (steps + 1, 6, flows)."""
        while len(self._before) <= number:
            self._before.append(self._summed(len(self._before) - 1)[-1])
        sums = self._sums.get(number)
        if sums is None:
            if len(self._sums) >= ROUNDS:
                self._sums.clear()
            sums = self._sums[number] = self._summed(number)
        return sums

    def _summed(self, number: int) -> Floats:
        offered = self._flows.offered_octets(self._grid + number * self._length)
        steps = self._shares[:-1] * np.diff(offered, axis=0)[:, None]
        return np.cumsum(np.concatenate([self._before[number][None], steps]), axis=0)

    def _calm(self, times: Floats) -> Floats:
        """Return what is counted while nothing happens: (times, 6, flows)."""
        offered = self._flows.offered_octets(times)
        nothing = np.zeros_like(offered)
        packets = offered / self._flows.packet_octets
        return np.stack([offered, offered, nothing, nothing, packets, packets], axis=1)

    def _told(self, physics: Physics) -> tuple[Floats, Floats]:
        """Return the shares of each step, the last being that of after the story, and seconds."""
        widths = np.diff(self._grid)
        chunks = [
            self._of_steps(physics, (self._grid[:-1] + widths / 2)[first : first + AT_ONCE])
            for first in range(0, len(widths), AT_ONCE)
        ]
        shares = np.concatenate([part for part, _ in chunks])
        ratios = np.concatenate([part for _, part in chunks])
        after = np.zeros_like(shares[:1])
        after[:, :2] = 1.0
        after[:, 4:] = 1.0 / self._flows.packet_octets
        spent = np.cumsum(ratios * widths[:, None, None], axis=0)
        return (
            np.concatenate([shares, after]),
            np.concatenate([np.zeros_like(spent[:1]), spent]),
        )

    def _of_steps(self, physics: Physics, middles: Floats) -> tuple[Floats, Floats]:
        """Return what is carried of what is usually offered, and the shares of bad seconds."""
        middle = physics.at(middles)
        usual = self._flows.offered_bps(middles)
        carried = middle.carried_bps / usual
        loss = np.where(self._flows.link != NONE, middle.loss_ratio, 0.0)
        # Below a packet in ten million loss is not worth a counter's rounding.
        lost = np.where(loss > 1e-7, carried * loss, 0.0)
        spoilt = np.where(middle.spoilt_ratio > 1e-7, carried * middle.spoilt_ratio, 0.0)
        offered = middle.offered_bps / usual
        dropped = np.where(middle.carried_bps > 0, offered - carried, 0.0)
        sent_packets = carried / middle.packet_octets
        received_packets = (carried - lost) / middle.packet_octets
        shares = [carried, carried - lost, spoilt, dropped, sent_packets, received_packets]
        bad = [
            middle.errored_ratio,
            middle.severe_ratio,
            (middle.severe_ratio >= UNAVAILABLE).astype(np.float64),
        ]
        return np.stack(shares, axis=1), np.stack(bad, axis=1)
