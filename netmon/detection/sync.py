"""Sync: devices that have lost the time they kept: no GNSS fix, no reference, holdover.

GNSS goes first, whole areas at once and in every band; hours later what is timed by it (TDD radio,
TETRA simulcast) disturbs itself. What a device never had it cannot lose: a clock that was never
locked is how somebody built it. Two devices' own words count from the start: that the GNSS receiver
is jammed or spoofed, which it says and we do not know, and that its antenna is open or short.
"""

from dataclasses import dataclass
from typing import Annotated, Final

import numpy as np
from annotated_types import Ge
from numpy.typing import NDArray

from netmon.detection.checkpoint import Arrays
from netmon.detection.readings import Flags, Floats, Integers, Readings
from netmon.verdict import Evidence
from topology.model import DeviceId

DETECTOR: Final = "sync"

# What is told, by which quantity, and whether its value is a bad one.
FIX, LOCK, TOLD, ANTENNA = range(4)
FINDINGS: Final = ("gnss_lost", "clock_unlocked", "gnss_told", "gnss_antenna")
WORDS: Final = (
    "its GNSS receiver has no fix any more",
    "its clock has lost its reference",
    "its GNSS receiver says that it is jammed or spoofed",
    "its GNSS antenna is open, short or absent",
)
_MUST_HAVE_BEEN_WELL: Final = (FIX, LOCK)


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncSettings:
    """How long it must last."""

    polls: Annotated[int, Ge(1)] = 3  # in a row


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Untimed:
    """Which devices are without time, and why; shape (findings, devices)."""

    found: Flags

    @property
    def any(self) -> Flags:
        """Devices with any of the findings."""
        flags: Flags = np.logical_or.reduce(self.found, axis=0)
        return flags


class Sync:
    """How many polls in a row each device was without time, and who ever had it."""

    def __init__(self, rows: int, settings: SyncSettings) -> None:
        self.settings = settings
        self._polls: NDArray[np.int16] = np.zeros((len(FINDINGS), rows), dtype=np.int16)
        self._was_well: Flags = np.zeros((len(FINDINGS), rows), dtype=np.bool_)

    def look(self, readings: Readings) -> Untimed:
        """Take in this cycle; a device that tells nothing keeps what it told."""
        polls, settings = self._polls, self.settings
        for at, told in enumerate(_told(readings)):
            if told is None:
                continue
            known = np.isfinite(told)
            self._was_well[at] |= known & (told == 0.0)
            bad = known & (told > 0.0) & (self._was_well[at] | (at not in _MUST_HAVE_BEEN_WELL))
            counted = np.where(bad, np.minimum(polls[at] + 1, 1000), 0)
            polls[at] = np.where(known, counted, polls[at])
        return Untimed(found=polls >= settings.polls)

    def evidence(self, row: int, untimed: Untimed, device: DeviceId) -> tuple[Evidence, ...]:
        """Say in words how a device is without time."""
        return tuple(
            Evidence(
                detector=DETECTOR,
                finding=FINDINGS[at],
                words=f"{device}: {WORDS[at]}",
                figures=(("polls", float(self._polls[at, row])),),
                where=device,
            )
            for at in np.flatnonzero(untimed.found[:, row]).tolist()
        )

    def remembered(self) -> tuple[Integers, Arrays]:
        """Return which devices have ever kept time."""
        rows = np.flatnonzero(self._was_well.any(axis=0))
        return rows, {"was_well": self._was_well[:, rows].T}

    def resume(self, rows: Integers, arrays: Arrays) -> None:
        """Take back who kept time in another life."""
        self._was_well[:, rows] |= arrays["was_well"].astype(np.bool_).T

    def copied(self) -> "Sync":
        """Return a copy that later cycles do not touch."""
        return self.taken(np.arange(self._polls.shape[1], dtype=np.int64))

    def taken(self, rows: Integers) -> "Sync":
        """Return one with other rows; −1 where new."""
        made = Sync(len(rows), self.settings)
        kept = np.flatnonzero(rows >= 0)
        made._polls[:, kept] = self._polls[:, rows[kept]]
        made._was_well[:, kept] = self._was_well[:, rows[kept]]
        return made


def _told(readings: Readings) -> tuple[Floats | None, ...]:
    """Return for every finding what devices say: above 0 bad, 0 well, NaN nothing."""
    gauges = readings.devices.gauges
    fix, locked = gauges.get("gnss_fix"), gauges.get("clock_locked")
    antenna = gauges.get("gnss_antenna_ok")
    return (
        None if fix is None else np.where(np.isfinite(fix), fix < 1.0, np.nan),
        _worst(None if locked is None else 1.0 - locked, gauges.get("clock_holdover")),
        _worst(gauges.get("gnss_jamming"), gauges.get("gnss_spoofing"), least=2.0),
        None if antenna is None else 1.0 - antenna,
    )


def _worst(*told: Floats | None, least: float = 1.0) -> Floats | None:
    """Return 1 where any says bad, 0 where all that say anything say well."""
    worst: Floats | None = None
    for column in told:
        if column is not None:
            bad = np.where(np.isfinite(column), column >= least, np.nan)
            worst = bad if worst is None else np.fmax(worst, bad)
    return worst
