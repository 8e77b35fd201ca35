"""Errored: seconds with errors, summed until they are more than a direction usually has.

A pulsed or sweeping disturber falls between two polls, and SNR looks fine; its errored seconds stay
in the counters. Each poll is so many seconds, of which some erred: a binomial CUSUM sums the log-
likelihood of "as many as worth telling" against "as many as usual", so that a tenth of the seconds
alarms within a few polls and a rare burst never does. Counters of blocks and packets count as
seconds with at least one (G.826's errored second), spread evenly over the poll. What a lost level
explains is not counted.

References: Page, Biometrika 41 (1954) 100; Reynolds and Stoumbos, J. Quality Technology 31 (1999)
87, for proportions; the line is Lorden's bound (`netmon.detection.budget`).
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Final

import numpy as np
from annotated_types import Gt, Lt
from numpy.typing import NDArray

from netmon.detection.baseline import Baseline, BaselineSettings
from netmon.detection.budget import FalseAlarmBudget, likelihood_line
from netmon.detection.frame import Directions, gather, gather_flags
from netmon.detection.readings import Flags, Floats, Integers, Readings
from netmon.verdict import Evidence

DETECTOR: Final = "errored"
SECONDS: Final = ("errored_seconds", "severely_errored_seconds")
EVENTS: Final = ("background_block_errors", "lost_blocks", "in_errors")
_LONGEST_SECONDS: Final = 900.0  # one interval of performance monitoring (G.826)
ALARM_AT: Final = float(math.ceil(likelihood_line(FalseAlarmBudget(charts_per_link=2))))
_PACE: Final = 0.2  # weight of a poll in the share that people are told


@dataclass(frozen=True, slots=True, kw_only=True)
class ErroredSettings:
    """Shares of seconds: what every link may have, what is worth finding."""

    quiet_ratio: Annotated[float, Gt(0), Lt(1)] = 0.002  # the least believed to be usual
    worth_ratio: Annotated[float, Gt(0), Lt(1)] = 0.02
    worth_factor: Annotated[float, Gt(1)] = 5.0  # and so many times the usual
    explained_from_db: Annotated[float, Gt(0)] = 3.0  # a level lost so far explains errors
    loudest_share: Annotated[float, Gt(0), Lt(1)] = 0.4  # of the line, that one poll may add
    clear_share: Annotated[float, Gt(0), Lt(1)] = 0.25  # of the line
    alarm_at: Annotated[float, Gt(0)] = ALARM_AT  # nats of evidence

    def __post_init__(self) -> None:
        if not self.quiet_ratio < self.worth_ratio:
            raise ValueError("quiet_ratio must be less than worth_ratio")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Excess:
    """Errored seconds beyond the usual; one row per direction."""

    share: Floats  # of the last polls' seconds, smoothed; NaN: not counted
    usual: Floats
    risen: Flags


class Errored:
    """The sums of every direction. Nothing is kept until a quantity of errors occurs."""

    def __init__(
        self, directions: Directions, settings: ErroredSettings, memory: BaselineSettings
    ) -> None:
        self.settings = settings
        self.usual = Baseline(0, floor=settings.quiet_ratio / 2.0, settings=memory)
        self._directions = directions
        self._memory = memory
        self._line = settings.alarm_at
        self._sums: NDArray[np.float32] = np.zeros(directions.rows, dtype=np.float32)
        self._share: NDArray[np.float32] = np.full(directions.rows, np.nan, dtype=np.float32)
        self._at: Floats = np.full(directions.rows, np.nan)
        self.risen: Flags = np.zeros(directions.rows, dtype=np.bool_)

    def look(self, readings: Readings, lost_db: Floats, shaken: Flags, at_work: Flags) -> Excess:
        """Take in this cycle; `lost_db` is what each direction's level has lost.

        What `shaken` directions count, an outage explains (`netmon.detection.aftermath`). Nothing
        is learnt of directions at work: they are under maintenance.
        """
        receiving = self._directions.receiving_row
        share = errored_share(readings.interfaces.rates, receiving)
        counted = gather_flags(readings.interfaces.updated, receiving) & np.isfinite(share)
        if not counted.any():
            return self._found()
        self.occur()
        with np.errstate(invalid="ignore"):
            explained = shaken | (lost_db >= self.settings.explained_from_db)
            elapsed = np.clip(readings.monotonic - self._at, 0.0, _LONGEST_SECONDS)
        elapsed = np.where(counted & np.isfinite(elapsed), elapsed, 0.0)
        self._at = np.where(counted, readings.monotonic, self._at)
        self._sum(np.where(counted, share, 0.0), elapsed, counted & ~explained)
        self._follow(share, counted)
        self.usual.learn(share, counted, self.risen | explained | at_work, readings.monotonic)
        return self._found()

    def evidence(self, row: int, excess: Excess) -> Evidence:
        """Say in words how many seconds erred."""
        name, share = self._directions.names[row], float(excess.share[row])
        usual = float(excess.usual[row])
        return Evidence(
            detector=DETECTOR,
            finding="errored_seconds",
            words=f"at {name} {share:.1%} of the seconds have errors (usual {usual:.1%}),"
            f" which its level does not explain{self.usual.words(row)}",
            figures=(("errored_ratio", share), ("usual_errored_ratio", usual)),
            where=name,
        )

    def taken(self, directions: Directions, rows: Integers) -> "Errored":
        """Return one for other directions; −1 where new."""
        made = Errored(directions, self.settings, self._memory)
        kept = np.flatnonzero(rows >= 0)
        for ours, theirs in (
            (made._sums, self._sums),
            (made._share, self._share),
            (made._at, self._at),
            (made.risen, self.risen),
        ):
            ours[kept] = theirs[rows[kept]]
        if len(self.usual.centre):
            made.usual = self.usual.taken(rows)
        return made

    def occur(self) -> None:
        """Make room, for what is measured or what a checkpoint brings back."""
        if len(self.usual.centre) != self._directions.rows:
            self.usual = Baseline(
                self._directions.rows, floor=self.usual.floor, settings=self._memory
            )

    def _sum(self, share: Floats, seconds: Floats, counted: Flags) -> None:
        settings, line = self.settings, self._line
        usual = self._usual_share()
        worth = np.clip(settings.worth_factor * usual, settings.worth_ratio, 0.95)
        erred = np.clip(share, 0.0, 1.0) * seconds
        gain = erred * np.log(worth / usual)
        gain += (seconds - erred) * np.log((1.0 - worth) / (1.0 - usual))
        gain = np.minimum(gain, settings.loudest_share * line)
        sums = np.clip(self._sums + gain, 0.0, 1.25 * line).astype(np.float32)
        self._sums = np.where(counted, sums, self._sums)
        self.risen = (self._sums >= line) | (
            self.risen & (self._sums > settings.clear_share * line)
        )

    def _usual_share(self) -> Floats:
        """Return the share that is nothing new: the median and a spread above it."""
        upper = np.nan_to_num(self.usual.centre) + self.usual.spread
        share: Floats = np.clip(upper, self.settings.quiet_ratio, 0.18)
        return share

    def _follow(self, share: Floats, counted: Flags) -> None:
        before = np.where(np.isfinite(self._share), self._share, share)
        moved = (before + _PACE * (share - before)).astype(np.float32)
        self._share = np.where(counted, moved, self._share)

    def _found(self) -> Excess:
        rows = self._directions.rows
        usual = self.usual.centre if len(self.usual.centre) == rows else np.full(rows, np.nan)
        return Excess(
            share=self._share.astype(np.float64), usual=usual.copy(), risen=self.risen.copy()
        )


def errored_share(rates: Mapping[str, Floats], rows: Integers) -> Floats:
    """Return the share of seconds with errors at these interfaces; NaN: nothing counts them."""
    worst = np.full(len(rows), np.nan)
    for name in SECONDS:
        worst = np.fmax(worst, np.clip(gather(rates.get(name), rows), 0.0, 1.0))
    for name in EVENTS:
        worst = np.fmax(worst, -np.expm1(-np.clip(gather(rates.get(name), rows), 0.0, 50.0)))
    return worst
