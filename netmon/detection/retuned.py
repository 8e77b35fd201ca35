"""Retuned: a carrier that was given another centre or width, or another limit of power.

Such settings do not drift: a value that stands otherwise for two polls was set by somebody, or by a
radio that left a channel by itself. Told for an hour, or for as long as the link is in trouble;
then it is what the link has.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Final

import numpy as np
from annotated_types import Ge, Gt
from numpy.typing import NDArray

from netmon.detection.frame import Directions, gather, gather_flags
from netmon.detection.readings import Flags, Floats, Integers, Readings
from netmon.verdict import Evidence

DETECTOR: Final = "retuned"
# What is set, how far readings of the same setting may differ, the words, and their unit.
SETTINGS: Final[Mapping[str, tuple[float, str, float, str]]] = {
    "frequency_hz": (1e-5, "centre frequency", 1e6, "MHz"),
    "rx_frequency_hz": (1e-5, "centre of the received carrier", 1e6, "MHz"),
    "bandwidth_hz": (0.01, "width", 1e6, "MHz"),
    "tsl_limit_dbm": (0.02, "limit of power", 1.0, "dBm"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RetunedSettings:
    """How long a setting must stand, and how long it is told."""

    polls: Annotated[int, Ge(1)] = 2  # in a row, before it is believed
    told_seconds: Annotated[float, Gt(0)] = 3600.0


@dataclass(slots=True, eq=False)
class _Setting:
    """One kind of setting of every direction."""

    usual: NDArray[np.float32]
    polls: NDArray[np.int8]  # in a row that it stood otherwise
    since: NDArray[np.float64]  # monotonic

    @classmethod
    def blank(cls, rows: int) -> "_Setting":
        return cls(
            np.full(rows, np.nan, dtype=np.float32),
            np.zeros(rows, dtype=np.int8),
            np.full(rows, np.inf),
        )

    def taken(self, rows: Integers) -> "_Setting":
        made, kept = _Setting.blank(len(rows)), np.flatnonzero(rows >= 0)
        made.usual[kept] = self.usual[rows[kept]]
        made.polls[kept] = self.polls[rows[kept]]
        made.since[kept] = self.since[rows[kept]]
        return made


@dataclass(slots=True, eq=False)
class Retuned:
    """What each receiving end was set to; nothing is kept of settings that nobody tells."""

    directions: Directions
    settings: RetunedSettings
    changed: Flags = field(init=False)
    _kept: dict[str, _Setting] = field(init=False, default_factory=dict)
    _now: dict[str, Floats] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.changed = np.zeros(self.directions.rows, dtype=np.bool_)

    def look(self, readings: Readings, troubled: Flags) -> Flags:
        """Take in this cycle; return which directions end where something was set anew.

        Of `troubled` directions nothing becomes usual.
        """
        receiving = self.directions.receiving_row
        fresh = gather_flags(readings.interfaces.updated, receiving)
        changed = np.zeros(self.directions.rows, dtype=np.bool_)
        for name, (tolerance, *_) in SETTINGS.items():
            told = readings.interfaces.gauges.get(name)
            if told is None or (name not in self._kept and not np.isfinite(told).any()):
                continue
            values = gather(told, receiving)
            kept = self._kept.setdefault(name, _Setting.blank(self.directions.rows))
            self._now[name] = values
            changed |= self._one(kept, values, fresh, tolerance, readings.monotonic, troubled)
        self.changed = changed
        return changed

    def evidence(self, row: int) -> tuple[Evidence, ...]:
        """Say in words what was set anew at the receiving end of a direction."""
        name, told = self.directions.names[row], []
        for quantity, kept in self._kept.items():
            if not self._stands_otherwise(kept)[row]:
                continue
            _, words, unit, unit_words = SETTINGS[quantity]
            now, before = float(self._now[quantity][row]), float(kept.usual[row])
            told.append(
                Evidence(
                    detector=DETECTOR,
                    finding="set_anew",
                    words=f"{name} was given another {words}:"
                    f" {now / unit:g} {unit_words}, before {before / unit:.6g} {unit_words}",
                    figures=((quantity, now), (f"usual_{quantity}", before)),
                    where=name,
                )
            )
        return tuple(told)

    def taken(self, directions: Directions, rows: Integers) -> "Retuned":
        """Return one for other directions; −1 where new."""
        made = Retuned(directions, self.settings)
        made._kept = {name: kept.taken(rows) for name, kept in self._kept.items()}
        made._now = {name: gather(values, rows) for name, values in self._now.items()}
        return made

    def _one(
        self,
        kept: _Setting,
        values: Floats,
        fresh: Flags,
        tolerance: float,
        monotonic: float,
        troubled: Flags,
    ) -> Flags:
        known = fresh & np.isfinite(values)
        first = known & ~np.isfinite(kept.usual)
        kept.usual = np.where(first, values, kept.usual).astype(np.float32)
        away = known & (np.abs(values - kept.usual) > tolerance * np.abs(kept.usual))
        polls = np.where(away, np.minimum(kept.polls + 1, 100), np.where(known, 0, kept.polls))
        kept.polls = polls.astype(np.int8)
        otherwise = self._stands_otherwise(kept)
        kept.since = np.where(otherwise, np.minimum(kept.since, monotonic), np.inf)
        old = monotonic - kept.since >= self.settings.told_seconds
        accepted = otherwise & old & ~troubled & known
        kept.usual = np.where(accepted, values, kept.usual).astype(np.float32)
        kept.polls = np.where(accepted, 0, kept.polls).astype(np.int8)
        return otherwise & ~accepted

    def _stands_otherwise(self, kept: _Setting) -> Flags:
        flags: Flags = kept.polls >= self.settings.polls
        return flags
