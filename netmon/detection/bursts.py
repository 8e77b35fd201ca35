"""Bursts: single polls that stand out, oftener than a series has them of itself.

A pulsed or sweeping disturber is on at some polls and off at most: its mean is no change, and a sum
with a dead band forgets between two pulses what it saw. So polls are counted that stand out by a
stated amount and by several spreads: a Bernoulli CUSUM sums the log-likelihood of "one in five"
against this series' own share of such polls, learned over a day. One poll never alarms, nor do
polls in a row, which are one. The line follows from the false-alarm budget: two chance polls must
not lie so close that they reach it.

References: Page, Biometrika 41 (1954) 100; Reynolds and Stoumbos, J. Quality Technology 31 (1999)
87, for proportions.
"""

import math
from dataclasses import dataclass, field
from typing import Annotated, Final

import numpy as np
from annotated_types import Ge, Gt, Lt
from numpy.typing import NDArray

from netmon.detection.budget import FalseAlarmBudget
from netmon.detection.readings import Flags, Floats, Integers

Reals = NDArray[np.float32]
_PACE: Final = 1.0 / 2880.0  # of a poll's weight in the usual share: a day of them at 30 s
_QUICK: Final = 0.05  # in the share that people are told
_GAP_PACE: Final = 0.3  # of a gap in the usual gap
_MOST_USUAL: Final = 0.1  # a share above this is never taken for usual


@dataclass(frozen=True, slots=True, kw_only=True)
class BurstBudget(FalseAlarmBudget):
    """What noise alone may cost, in bursts."""

    charts_per_link: Annotated[int, Ge(1)] = 4  # of both directions: quality and noise


@dataclass(frozen=True, slots=True, kw_only=True)
class BurstSettings:
    """What stands out, and how often that is nothing new."""

    spreads: Annotated[float, Gt(0)] = 3.0
    quiet_ratio: Annotated[float, Gt(0), Lt(0.1)] = 0.0002  # the least believed to be usual
    worth_ratio: Annotated[float, Gt(0.1), Lt(1)] = 0.2  # between a sweep and a pulse of 30 %
    # It is over after so many quiet polls, and so many times the usual way between two.
    clear_polls: Annotated[float, Gt(0)] = 6.0
    clear_gaps: Annotated[float, Gt(1)] = 5.0
    budget: BurstBudget = field(default_factory=BurstBudget)

    @property
    def gains(self) -> tuple[float, float]:
        """What a poll that stands out adds at the least usual share, and what another takes."""
        return (
            math.log(self.worth_ratio / self.quiet_ratio),
            -math.log((1.0 - self.worth_ratio) / (1.0 - self.quiet_ratio)),
        )

    @property
    def alarm_at(self) -> float:
        """The line, in nats.

        Chance polls come with the quiet share p; two within k polls alarm p² · k times a poll,
        which the budget bounds. So the line is what two of them reach with k others between them.
        """
        added, taken = self.gains
        apart = 1.0 / (self.budget.run_length * self.quiet_ratio**2)
        return max(2.0 * added - apart * taken, 1.25 * added)


class Bursts:
    """The sums of `rows` series."""

    def __init__(self, rows: int, settings: BurstSettings) -> None:
        self.settings = settings
        self.risen: Flags = np.zeros(rows, dtype=np.bool_)
        self.usual: Reals = np.full(rows, settings.quiet_ratio, dtype=np.float32)
        self.share: Reals = np.zeros(rows, dtype=np.float32)  # of the last polls
        self.latest: Reals = np.full(rows, np.nan, dtype=np.float32)  # amount of the latest one
        self._line = settings.alarm_at
        self._sums: Reals = np.zeros(rows, dtype=np.float32)
        self._above: Flags = np.zeros(rows, dtype=np.bool_)  # at the latest poll
        self._quiet: Reals = np.zeros(rows, dtype=np.float32)  # polls since the latest one
        self._gap: Reals = np.zeros(rows, dtype=np.float32)  # polls from one to the next; 0: unseen

    def look(self, amounts: Floats, spreads: Floats, least: float, fresh: Flags) -> Flags:
        """Take in fresh amounts and their spreads; return the rows that have bursts of `least`."""
        settings, line = self.settings, self._line
        counted = fresh & np.isfinite(amounts)
        with np.errstate(invalid="ignore"):
            above = counted & (amounts >= np.maximum(least, settings.spreads * spreads))
        stands_out = above & ~self._above  # what goes on is one; a sum of amounts sees to it
        self._above = np.where(counted, above, self._above)
        usual = np.clip(self.usual, settings.quiet_ratio, _MOST_USUAL)
        worth = settings.worth_ratio
        gain = np.where(stands_out, np.log(worth / usual), np.log((1.0 - worth) / (1.0 - usual)))
        self._pace(stands_out, counted)
        over = self.risen & (
            self._quiet >= np.maximum(settings.clear_polls, settings.clear_gaps * self._gap)
        )
        sums = np.where(counted, np.clip(self._sums + gain, 0.0, line), self._sums)
        self._sums = np.where(over, 0.0, sums).astype(np.float32)
        self.risen = (self._sums >= line) | (self.risen & ~over)
        self.usual += np.where(counted & ~self.risen, _PACE * (stands_out - self.usual), 0.0)
        self.share += np.where(counted, _QUICK * (stands_out - self.share), 0.0)
        self.latest = np.where(stands_out, amounts, self.latest).astype(np.float32)
        return self.risen.copy()

    def _pace(self, stands_out: Flags, counted: Flags) -> None:
        """Follow how many polls lie between two that stand out, within one series of them."""
        quiet = self._quiet + counted
        going = stands_out & (self._sums > 0.0)
        known = self._gap > 0.0
        gap = np.where(known, self._gap + _GAP_PACE * (quiet - self._gap), quiet)
        gap = np.where(going, gap, np.where(stands_out, 0.0, self._gap))
        self._gap = gap.astype(np.float32)
        self._quiet = np.where(stands_out, 0.0, quiet).astype(np.float32)

    def taken(self, rows: Integers) -> "Bursts":
        """Return one with other rows; −1 where new."""
        made = Bursts(len(rows), self.settings)
        kept = np.flatnonzero(rows >= 0)
        for ours, theirs in (
            (made.risen, self.risen),
            (made.usual, self.usual),
            (made.share, self.share),
            (made.latest, self.latest),
            (made._sums, self._sums),
            (made._above, self._above),
            (made._quiet, self._quiet),
            (made._gap, self._gap),
        ):
            ours[kept] = theirs[rows[kept]]
        return made
