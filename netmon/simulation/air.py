"""What events do to all receivers at some times, summed term by term.

Every event adds to terms of shape (times, receivers); a term that nobody touched is not made. The
sums become levels, noise and quality in `radio`.
"""

from collections.abc import Callable
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from netmon.simulation.noise import Floats

Rows = NDArray[np.intp]


class Term(StrEnum):
    """What can be added to a receiver."""

    PATH_DB = "path"  # lost on the way; ATPC makes up for it
    RAIN_DB = "rain"  # the part of it that turns polarisation
    TOLD_DB = "told"  # sent more, and the transmitter says so
    HIDDEN_DB = "hidden"  # sent less, and the transmitter does not say so
    RECEIVER_DB = "receiver"  # lost behind the antenna: signal and noise alike
    NOISE_FIGURE_DB = "noise figure"  # the receiver's own noise, added
    NOISE_MW = "noise"  # others' power while the channel is idle
    FRAME_MW = "frame"  # others' power while a wanted frame arrives
    SNAPSHOT_MW = "snapshot"  # pulses as a reading of a moment meets them
    PULSE_MW = "pulse"  # others' power within a pulse
    DISTORTION = "distortion"  # error power per signal power, whatever the noise
    SAID_DB = "said"  # a wrong reading of the level


class Chance(StrEnum):
    """Shares of time, which combine as independent chances do."""

    HIT = "hit"  # of the time within pulses
    HIT_SECONDS = "hit seconds"  # of the seconds with some of a pulse in them
    HELD_SECONDS = "held seconds"  # of the seconds at least 30 % within pulses
    BURST = "burst"  # of the time without a usable signal, whatever the noise
    BURST_SECONDS = "burst seconds"
    BURST_HELD_SECONDS = "burst held seconds"


class Air:
    """The sums, made for one set of times."""

    def __init__(self, count: int, receivers: int, busy: Callable[[], Floats]) -> None:
        self._shape = count, receivers
        self._terms: dict[Term, Floats] = {}
        self._kept: dict[Chance, Floats] = {}  # the chance that nothing of the kind happens
        self._busy = busy
        self._busy_now: Floats | None = None

    @property
    def busy_ratio(self) -> Floats:
        """How much of each receiver's channel is in use: (times, receivers)."""
        if self._busy_now is None:
            self._busy_now = self._busy()
        return self._busy_now

    def add(self, term: Term, rows: Rows, amount: Floats, columns: Rows | None = None) -> None:
        """Add (rows, receivers), or to some columns (rows, columns), to a term."""
        if term not in self._terms:
            self._terms[term] = np.zeros(self._shape)
        if columns is None:
            self._terms[term][rows] += amount
        else:
            self._terms[term][np.ix_(rows, columns)] += amount

    def chance(
        self, chance: Chance, rows: Rows, ratio: Floats, columns: Rows | None = None
    ) -> None:
        """Let something be so for a share of the time, beside all else."""
        if chance not in self._kept:
            self._kept[chance] = np.ones(self._shape)
        if columns is None:
            self._kept[chance][rows] *= 1 - ratio
        else:
            self._kept[chance][np.ix_(rows, columns)] *= 1 - ratio

    def of(self, term: Term) -> Floats:
        """Return a term's sum: (times, receivers), or a single zero."""
        return self._terms.get(term, np.zeros((1, 1)))

    def ratio(self, chance: Chance) -> Floats:
        """Return a share of the time: (times, receivers), or a single zero."""
        kept = self._kept.get(chance)
        return np.zeros((1, 1)) if kept is None else 1 - kept


Effect = Callable[[Floats, Air], None]
