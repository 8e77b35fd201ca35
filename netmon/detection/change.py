"""Change: two-sided CUSUM over many series at once; persistence, not one loud sample, alarms.

Page (1954): sum what exceeds a dead band. The residuals come in units of their own spread; a
single one may add at most `loudest`, which is less than the alarm line, so one noisy sample never
alarms and a strong change does at the second. The alarm line follows from a budget of false alarms
(`netmon.detection.budget`).
"""

import math
from dataclasses import dataclass
from typing import Annotated, Final

import numpy as np
from annotated_types import Gt

from netmon.detection.budget import FalseAlarmBudget, alarm_line
from netmon.detection.readings import Flags, Floats, Integers

# Spreads are 0.8 dB at least: 1.2 dB are ignored, half of the 2.4 dB worth finding (Page 1954).
DEAD_BAND: Final = 1.5
ALARM_AT: Final = float(math.ceil(alarm_line(DEAD_BAND, FalseAlarmBudget())))


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeSettings:
    """In spreads of the series: what is ignored, what counts, what alarms, what clears."""

    dead_band: Annotated[float, Gt(0)] = DEAD_BAND
    loudest: Annotated[float, Gt(0)] = 6.0  # one sample counts for no more than this
    alarm_at: Annotated[float, Gt(0)] = ALARM_AT
    clear_at: Annotated[float, Gt(0)] = 2.0
    full_at: Annotated[float, Gt(0)] = 10.0  # the sums end here, so that clearing takes few polls

    def __post_init__(self) -> None:
        if not self.loudest - self.dead_band < self.alarm_at:
            raise ValueError(
                "loudest - dead_band must be less than alarm_at, or one sample alarms: "
                f"{self.loudest} - {self.dead_band} is not less than {self.alarm_at}"
            )
        if not self.clear_at < self.alarm_at <= self.full_at:
            raise ValueError("clear_at < alarm_at <= full_at must hold")


class Change:
    """Which of `rows` series have moved up or down and stay there."""

    def __init__(self, rows: int, settings: ChangeSettings) -> None:
        self.settings = settings
        self.risen: Flags = np.zeros(rows, dtype=np.bool_)
        self.fallen: Flags = np.zeros(rows, dtype=np.bool_)
        self._noted: Flags = np.zeros(rows, dtype=np.bool_)
        self._up: Floats = np.zeros(rows)
        self._down: Floats = np.zeros(rows)

    @property
    def stirred(self) -> Flags:
        """The rows with something summed upwards: more than noise lately, not yet an alarm."""
        stirred: Flags = self._up > 0.0
        return stirred

    def look(self, residuals: Floats, fresh: Flags) -> None:
        """Take in fresh residuals, in spreads; NaN or a stale row changes nothing."""
        limit = self.settings.loudest
        counted = fresh & np.isfinite(residuals)
        clipped = np.clip(np.where(counted, residuals, 0.0), -limit, limit)
        self._up = self._step(self._up, clipped, counted)
        self._down = self._step(self._down, -clipped, counted)
        self.risen = self._flag(self.risen, self._up)
        self.fallen = self._flag(self.fallen, self._down)

    def noted(self, amounts: Floats, least: Floats | float) -> Flags:
        """Return the risen rows whose amount is worth telling; told once, half of it keeps it."""
        with np.errstate(invalid="ignore"):
            self._noted = self.risen & (
                (amounts >= least) | (self._noted & (amounts >= np.multiply(least, 0.5)))
            )
        return self._noted

    def taken(self, old_rows: Integers) -> "Change":
        """Return one with a row for each of `old_rows`; −1 makes a new, quiet row."""
        made = Change(len(old_rows), self.settings)
        kept = np.flatnonzero(old_rows >= 0)
        for ours, theirs in (
            (made.risen, self.risen),
            (made.fallen, self.fallen),
            (made._noted, self._noted),
            (made._up, self._up),
            (made._down, self._down),
        ):
            ours[kept] = theirs[old_rows[kept]]
        return made

    def _step(self, sums: Floats, residuals: Floats, counted: Flags) -> Floats:
        moved = np.clip(sums + residuals - self.settings.dead_band, 0.0, self.settings.full_at)
        return np.where(counted, moved, sums)

    def _flag(self, flags: Flags, sums: Floats) -> Flags:
        return (sums >= self.settings.alarm_at) | (flags & (sums > self.settings.clear_at))
