"""What the counters of all flows have counted, at any time, though the story takes its toll.

Before the story all that is offered is carried, in closed form (`traffic`). Within it, time is cut
into steps; in each a direction carries a share of what is offered and loses a share of that in the
air. Running sums stand at the steps' ends, and within a step the offered integral is exact: so a
counter never falls, and stands still while nothing is carried. A story that repeats has the same
shares in every round; sums of a round are made when somebody first asks beyond it.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from netmon.simulation.conditions import Physics
from netmon.simulation.noise import Floats
from netmon.simulation.traffic import NONE

STEPS: Final = 1200  # at most; a step is at least half a second
SHORTEST_STEP_SECONDS: Final = 0.5
ROUNDS: Final = 8  # remembered in full
ERRORED_LOSS_RATIO: Final = 1e-3  # blocks are short: a second with this loss has an errored one
SEVERE_LOSS_RATIO: Final = 0.3  # G.826: ≥ 30 % errored blocks


@dataclass(frozen=True, slots=True, kw_only=True)
class Entries:
    """What has been counted: (times, flows)."""

    sent_octets: Floats
    received_octets: Floats
    lost_octets: Floats  # sent, not received
    dropped_octets: Floats  # offered while the way was open, but too much for it
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
        self._step = self._length / steps
        self._grid = np.arange(steps + 1, dtype=np.float64) * self._step
        self._shares, self._seconds = self._told(physics)
        # What had been counted when each round began; the shares sum to it (4, flows).
        self._before = [self._calm(np.zeros(1))[0]]
        self._sums: dict[int, Floats] = {}

    def entries(self, times: Floats) -> Entries:
        """Return what has been counted at these times of the simulation's clock."""
        rounds = np.zeros(len(times), dtype=np.intp)
        if self._repeats:
            rounds = np.maximum(times // self._length, 0.0).astype(np.intp)
        octets = self._calm(times)  # (times, 4, flows)
        seconds = np.zeros((len(times), 3, octets.shape[2]))
        for number in np.unique(rounds).tolist():
            rows = np.flatnonzero((rounds == number) & (times >= 0))
            if rows.size:
                octets[rows], seconds[rows] = self._within(number, times[rows])
        return Entries(
            sent_octets=octets[:, 0],
            received_octets=octets[:, 1],
            lost_octets=octets[:, 2],
            dropped_octets=octets[:, 3],
            errored_seconds=seconds[:, 0],
            severe_seconds=seconds[:, 1],
            unavailable_seconds=seconds[:, 2],
        )

    def _within(self, number: int, times: Floats) -> tuple[Floats, Floats]:
        """Return octets and seconds at times in or after one round."""
        local = times - number * self._length
        steps = len(self._grid) - 1
        place = np.minimum((local / self._step).astype(np.intp), steps)  # steps: the story is over
        since = self._flows.offered_octets(times) - self._flows.offered_octets(
            self._grid[place] + number * self._length
        )
        octets = self._round(number)[place] + self._shares[place] * since[:, None]
        part = np.where(place < steps, local / self._step - place, 0.0)
        seconds = self._seconds[place] + part[:, None, None] * (
            self._seconds[np.minimum(place + 1, steps)] - self._seconds[place]
        )
        return octets, seconds + number * self._seconds[-1]

    def _round(self, number: int) -> Floats:
        """Return the running sums of one round: (steps + 1, 4, flows)."""
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
        """Return what is counted while nothing happens: (times, 4, flows)."""
        offered = self._flows.offered_octets(times)
        nothing = np.zeros_like(offered)
        return np.stack([offered, offered, nothing, nothing], axis=1)

    def _told(self, physics: Physics) -> tuple[Floats, Floats]:
        """Return the shares of each step, the last being that of after the story, and seconds."""
        middle = physics.at((self._grid[:-1] + self._grid[1:]) / 2)
        carried = middle.carried_bps / middle.offered_bps
        loss = np.where(self._flows.link != NONE, middle.loss_ratio, 0.0)
        # Below a packet in ten million loss is not worth a counter's rounding.
        lost = np.where(loss > 1e-7, carried * loss, 0.0)
        dropped = np.where(middle.carried_bps > 0, 1 - carried, 0.0)
        shares = np.stack([carried, carried - lost, lost, dropped], axis=1)
        after = np.zeros_like(shares[:1])
        after[:, :2] = 1.0
        flags = [loss >= ERRORED_LOSS_RATIO, loss >= SEVERE_LOSS_RATIO, loss >= 1.0]
        spent = np.cumsum(np.stack(flags, axis=1) * self._step, axis=0)
        return (
            np.concatenate([shares, after]),
            np.concatenate([np.zeros_like(spent[:1]), spent]),
        )
