"""Adaptive: a lower modulation than the level allows (ACM), which something else must explain.

Adaptive radios step down before errors come. At each level a direction has its usual modulation;
below it, while the level is there, the receiver hears more than noise.
"""

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from annotated_types import Gt

from netmon.detection.change import Change, ChangeSettings
from netmon.detection.expectation import Expectation
from netmon.detection.frame import Directions, gather
from netmon.detection.radio import Radio
from netmon.detection.readings import Flags, Floats, Integers, Readings


@dataclass(frozen=True, slots=True, kw_only=True)
class AdaptiveSettings:
    """In steps of modulation, as the radio counts them."""

    floor_steps: Annotated[float, Gt(0)] = 0.5
    low_steps: Annotated[float, Gt(0)] = 1.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Shortfall:
    """How far modulation is below what the level allows; one row per direction."""

    steps: Floats  # NaN: not known
    low: Flags


class Adaptive:
    """The modulation that each direction usually has at each level."""

    def __init__(self, rows: int, settings: AdaptiveSettings, change: ChangeSettings) -> None:
        self.settings = settings
        self.expectation = Expectation(rows, floor=settings.floor_steps)
        self.change = Change(rows, change)
        self._modulation: Floats = np.full(rows, np.nan)

    def look(self, readings: Readings, radio: Radio) -> Shortfall:
        """Take in this cycle."""
        self._modulation = received_modulation(readings, radio.directions)
        expected, spread = self.expectation.expect(radio.values["rsl_dbm"])
        steps = expected - self._modulation
        self.change.look(steps / spread, radio.fresh)
        return Shortfall(steps=steps, low=self.change.noted(steps, self.settings.low_steps))

    def learn(self, radio: Radio, held: Flags) -> None:
        """Learn from the rows that are beyond suspicion."""
        taken = radio.fresh & ~held & ~self.change.risen
        self.expectation.learn(radio.values["rsl_dbm"], self._modulation, taken)

    def taken(self, rows: Integers) -> "Adaptive":
        """Return one with other rows; −1 where new."""
        made = Adaptive(len(rows), self.settings, self.change.settings)
        made.expectation, made.change = self.expectation.taken(rows), self.change.taken(rows)
        return made


def received_modulation(readings: Readings, directions: Directions) -> Floats:
    """Return what each direction receives: as its own end says, else as the far end sends."""
    gauges = readings.interfaces.gauges
    received = gather(gauges.get("rx_modulation"), directions.receiving_row)
    sent = gather(gauges.get("modulation"), directions.sending_row)
    return np.where(np.isfinite(received), received, sent)
