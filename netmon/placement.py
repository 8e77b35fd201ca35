"""Placement: where the values of one layout go in the columns of the state.

Made once per layout; then remembering is one pick and one indexed assignment per sort of value.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Final

import numpy as np
from numpy.typing import NDArray

from collectors.observation import Layout
from collectors.quantity import QUANTITIES, Scope
from netmon.columns import DEVICE_GAUGES, INTERFACE_GAUGES
from netmon.counters import COUNTERS
from topology.model import InterfaceId

Values = Sequence[float | None]
Pick = Callable[[Values], Values]

_COLUMNS: Final[dict[str, int]] = {
    name: column
    for names in (DEVICE_GAUGES, INTERFACE_GAUGES, COUNTERS)
    for column, name in enumerate(names)
}
_UPTIME: Final = "uptime_seconds"


@dataclass(slots=True, kw_only=True, eq=False)
class Placement:
    """The places of one layout: which values are of a sort, and the cells they go to.

    A cell is a place in a flat, column-wise array, valid for one capacity of the columns.
    """

    layout: Layout
    device_row: int
    uptime_at: int  # its index in the values, −1: not asked for
    device: Pick
    gauges: Pick
    counters: Pick
    device_cells: NDArray[np.int64]
    gauge_cells: NDArray[np.int64]
    counter_cells: NDArray[np.int64]
    narrow: NDArray[np.bool_]  # per counter cell, whether it is read in 32 bits of 64
    capacity: int

    @property
    def interface_rows(self) -> NDArray[np.int64]:
        """The rows its interfaces have; some stand there many times."""
        rows: NDArray[np.int64] = np.concatenate([self.gauge_cells, self.counter_cells])
        return rows % self.capacity

    def locate(self, capacity: int) -> None:
        """Find the cells anew after the columns have grown."""
        self.gauge_cells = _moved(self.gauge_cells, self.capacity, capacity)
        self.counter_cells = _moved(self.counter_cells, self.capacity, capacity)
        self.capacity = capacity


def place(
    layout: Layout,
    *,
    device_row: int,
    devices: int,
    rows: Mapping[InterfaceId, int],
    capacity: int,
) -> Placement:
    """Find the places of a layout; values of interfaces without a row are left out."""
    device: list[tuple[int, int, int]] = []
    gauges: list[tuple[int, int, int]] = []
    counters: list[tuple[int, int, int]] = []
    uptime_at = -1
    for index, cell in enumerate(layout.cells):
        quantity = QUANTITIES[cell.quantity]
        column = _COLUMNS[cell.quantity]
        if quantity.scope is Scope.DEVICE:
            device.append((index, column, device_row))
            uptime_at = index if cell.quantity == _UPTIME else uptime_at
        elif cell.interface is not None and cell.interface in rows:
            part = counters if quantity.kind.is_counter else gauges
            part.append((index, column, rows[cell.interface]))
    return Placement(
        layout=layout,
        device_row=device_row,
        uptime_at=uptime_at,
        device=_pick(device),
        gauges=_pick(gauges),
        counters=_pick(counters),
        device_cells=_cells(device, devices),
        gauge_cells=_cells(gauges, capacity),
        counter_cells=_cells(counters, capacity),
        narrow=np.array([layout.cells[index] in layout.narrow for index, _, _ in counters], bool),
        capacity=capacity,
    )


def floats(values: Values) -> NDArray[np.float64]:
    """Return gauges as an array, absent ones as NaN."""
    return np.array(values, dtype=np.float64)


def counts(
    values: Sequence[object], cells: NDArray[np.int64]
) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """Return the counters that are there, and their cells."""
    if None in values:
        cells = cells[[value is not None for value in values]]
        values = [value for value in values if value is not None]
    try:
        return np.array(values, dtype=np.uint64), cells
    except (TypeError, OverflowError, ValueError):  # some are no counters at all
        sound = [isinstance(value, int) and 0 <= value < 1 << 64 for value in values]
        kept = [value for value, is_sound in zip(values, sound, strict=True) if is_sound]
        return np.array(kept, dtype=np.uint64), cells[sound]


def _cells(places: list[tuple[int, int, int]], capacity: int) -> NDArray[np.int64]:
    return np.array([column * capacity + row for _, column, row in places], dtype=np.int64)


def _moved(cells: NDArray[np.int64], before: int, capacity: int) -> NDArray[np.int64]:
    columns, rows = np.divmod(cells, before)
    moved: NDArray[np.int64] = columns * capacity + rows
    return moved


def _pick(places: list[tuple[int, int, int]]) -> Pick:
    """Return the fastest way to take these out of a sequence."""
    if not places:
        return _nothing
    indexes = [index for index, _, _ in places]
    first, last = indexes[0], indexes[-1]
    if indexes == list(range(first, last + 1)):
        return itemgetter(slice(first, last + 1))
    return itemgetter(*indexes)


def _nothing(_values: Values) -> Values:
    return ()
