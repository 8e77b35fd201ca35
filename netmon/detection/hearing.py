"""Hearing: SNMP agents that answer nothing for long while their devices answer echoes.

Agents miss polls, one in a hundred to one in ten, alone or in bursts. That is a matter of how much
netmon sees, and wrong with the device only once it has lasted, by polls and by time.
"""

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from annotated_types import Ge

from netmon.detection.readings import DeviceReadings, Flags, Floats, Integers


@dataclass(frozen=True, slots=True, kw_only=True)
class HearingSettings:
    """How long an agent may be silent."""

    polls: Annotated[int, Ge(1)] = 10  # in a row, and …
    seconds: Annotated[float, Ge(0)] = 900.0  # … for so long


class Hearing:
    """Since when each agent has been silent."""

    def __init__(self, rows: int, settings: HearingSettings) -> None:
        self.settings = settings
        self._since: Floats = np.full(rows, np.inf)  # monotonic

    def look(self, devices: DeviceReadings, heard: Flags, now: float) -> Flags:
        """Return the agents that are deaf; `heard` are the devices that answer by any way."""
        silent = heard & devices.asked_snmp & devices.asked_ping & (devices.snmp_timeouts > 0)
        self._since = np.where(silent, np.minimum(self._since, now), np.inf)
        deaf: Flags = (
            silent
            & (devices.ping_timeouts == 0)
            & (devices.snmp_timeouts >= self.settings.polls)
            & (now - self._since >= self.settings.seconds)
        )
        return deaf

    def taken(self, rows: Integers) -> "Hearing":
        """Return one with other rows; −1 where new."""
        made = Hearing(len(rows), self.settings)
        kept = np.flatnonzero(rows >= 0)
        made._since[kept] = self._since[rows[kept]]
        return made
