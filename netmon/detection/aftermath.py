"""Aftermath: links whose counters still tell of an outage, or of a restart, that is over.

The first polls after it bring what was counted while the link was down: seconds with errors that no
disturber made. They are explained, and what looks like trouble for one poll more is none.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from netmon.detection.frame import Frame, gather_flags
from netmon.detection.reachability import Standing
from netmon.detection.readings import Flags, Integers, Readings

POLLS: Final = 2  # of an end: the first spans the end of the outage, a rate is taken over both
RESTARTED_SECONDS: Final = 120.0


class Aftermath:
    """For each end of each link how many polls have passed since it was last out."""

    def __init__(self, links: int) -> None:
        self._polls: NDArray[np.int8] = np.full((2, links), POLLS, dtype=np.int8)

    def look(self, readings: Readings, frame: Frame, standing: Standing) -> Flags:
        """Take in this cycle; return the links that are out, or were until just now."""
        out = standing.link_down | standing.link_off
        restarted = readings.devices.rebooted_age_seconds <= RESTARTED_SECONDS
        for device in (frame.a_device, frame.b_device):
            out = out | gather_flags(standing.silent | restarted, device)
        shaken, updated = out.copy(), readings.interfaces.updated
        for end, row in enumerate((frame.a_row, frame.b_row)):
            polled = gather_flags(updated, row)
            after = np.minimum(self._polls[end] + polled, POLLS).astype(np.int8)
            self._polls[end] = np.where(out, 0, after)
            # An end that nobody reads counts nothing, and never heals.
            shaken |= (self._polls[end] < POLLS) & (row >= 0)
        return shaken

    def taken(self, links: Integers) -> "Aftermath":
        """Return one with other rows; −1 where new."""
        made = Aftermath(len(links))
        kept = np.flatnonzero(links >= 0)
        made._polls[:, kept] = self._polls[:, links[kept]]
        return made
