"""History: the last hour of everything measured, on an even grid, in a memory of fixed size.

For people and reports; detectors keep what they need themselves. Values are float32: 7 digits are
more than any radio tells. A quantity that was never measured takes no memory.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Generic, TypeVar

import numpy as np
from annotated_types import Ge, Gt
from numpy.typing import NDArray

from topology.model import DeviceId, InterfaceId

IdT = TypeVar("IdT", bound=str)
Columns = Mapping[str, NDArray[np.float64]]


@dataclass(frozen=True, slots=True, kw_only=True)
class HistorySettings:
    """How far back, and how fine."""

    hours: Annotated[float, Gt(0)] = 1.0
    step_seconds: Annotated[float, Ge(1)] = 30.0  # of the grid: the default polling interval

    @property
    def slots(self) -> int:
        """How many steps are kept."""
        return max(1, round(self.hours * 3600 / self.step_seconds))


class Ring(Generic[IdT]):
    """One row per id, one slot per step; the oldest slot is overwritten."""

    def __init__(self, settings: HistorySettings) -> None:
        self._slots = settings.slots
        self._step_seconds = settings.step_seconds
        self._ids: tuple[IdT, ...] = ()
        self._rows: dict[IdT, int] = {}
        self._values: dict[str, NDArray[np.float32]] = {}
        self._at = np.full(self._slots, np.nan)  # wall clock, for display
        self._tick: int | None = None

    def record(self, now: float, monotonic: float, ids: tuple[IdT, ...], columns: Columns) -> None:
        """Take the values into the slot of this step; a step is taken once, the first time."""
        tick = int(monotonic // self._step_seconds)
        if self._tick is not None and tick <= self._tick:
            return
        if ids is not self._ids:
            self._follow(ids)
        self._skip_to(tick)
        slot = tick % self._slots
        self._at[slot] = now
        for name, values in columns.items():
            kept = self._values.get(name)
            if kept is None:
                if np.isnan(values).all():
                    continue
                kept = np.full((self._slots, len(ids)), np.nan, np.float32)
                self._values[name] = kept
            kept[slot] = values

    def series(
        self, identity: IdT, quantity: str
    ) -> tuple[NDArray[np.float64], NDArray[np.float32]]:
        """Return when (Unix seconds) and what, oldest first; gaps are NaN. Unknown: empty."""
        kept, row = self._values.get(quantity), self._rows.get(identity)
        if kept is None or row is None or self._tick is None:
            return np.empty(0), np.empty(0, np.float32)
        order = np.arange(self._tick + 1, self._tick + 1 + self._slots) % self._slots
        order = order[~np.isnan(self._at[order])]
        return self._at[order], kept[order, row]

    @property
    def quantities(self) -> Sequence[str]:
        """What has ever been measured."""
        return tuple(self._values)

    @property
    def octets(self) -> int:
        """How much memory it takes when full."""
        return sum(kept.nbytes for kept in self._values.values())

    def _skip_to(self, tick: int) -> None:
        """Empty the slots of the steps that nobody recorded."""
        if self._tick is not None:
            skipped = np.arange(max(self._tick + 1, tick - self._slots + 1), tick + 1) % self._slots
            self._at[skipped] = np.nan
            for kept in self._values.values():
                kept[skipped] = np.nan
        self._tick = tick

    def _follow(self, ids: tuple[IdT, ...]) -> None:
        """Take other rows: who stays keeps its past."""
        rows = {identity: row for row, identity in enumerate(ids)}
        kept_ids = [identity for identity in ids if identity in self._rows]
        new = [rows[identity] for identity in kept_ids]
        old = [self._rows[identity] for identity in kept_ids]
        for name, values in self._values.items():
            moved = np.full((self._slots, len(ids)), np.nan, np.float32)
            moved[:, new] = values[:, old]
            self._values[name] = moved
        self._ids, self._rows = ids, rows


class History:
    """The past of devices (echoes, gauges) and of interfaces (gauges, rates)."""

    def __init__(self, settings: HistorySettings | None = None) -> None:
        settings = settings or HistorySettings()
        self.devices: Ring[DeviceId] = Ring(settings)
        self.interfaces: Ring[InterfaceId] = Ring(settings)

    @property
    def octets(self) -> int:
        """How much memory the values take."""
        return self.devices.octets + self.interfaces.octets
