"""Columns: the arrays of the state, one row per device or interface, one column per quantity.

Only storage, growth and inheritance. What may be written when is `netmon.state`'s business.
"""

from array import array
from collections.abc import Mapping
from typing import Any, Final, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from collectors.quantity import TABLE, Kind, Scope
from collectors.target import Target
from netmon.counters import COUNTERS, Counts, Floats
from topology.model import DeviceId, InterfaceId
from topology.network import Network

DEVICE_GAUGES: Final = tuple(
    quantity.name
    for quantity in TABLE
    if quantity.kind is Kind.GAUGE and quantity.scope is Scope.DEVICE
)
INTERFACE_GAUGES: Final = tuple(
    quantity.name
    for quantity in TABLE
    if quantity.kind is Kind.GAUGE and quantity.scope is Scope.INTERFACE
)
_NEVER: Final = float("-inf")

KeyT = TypeVar("KeyT")
ColumnsT = TypeVar("ColumnsT", bound=NDArray[Any])


class DeviceColumns:
    """One row per device of the network, in its order.

    What is touched one by one is in plain arrays, which are quicker at that than numpy's; numpy
    reads them without a copy. Instants are monotonic seconds.
    """

    def __init__(self, network: Network, targets: Mapping[DeviceId, Target]) -> None:
        self.ids = tuple(network.devices)
        self.rows = {device: row for row, device in enumerate(self.ids)}
        size = len(self.ids)
        asked = [targets.get(device) for device in self.ids]
        self.asked_snmp = np.array([t is not None and t.snmp is not None for t in asked], bool)
        self.asked_ping = np.array([t is not None and t.ping is not None for t in asked], bool)
        self.interval_seconds = np.array(
            [np.inf if t is None else t.interval_seconds for t in asked], np.float64
        )
        self.gauges = np.full((len(DEVICE_GAUGES), size), np.nan)
        self.flat_gauges = self.gauges.reshape(-1)
        self.updated = np.zeros(size, bool)  # new values since the last readings
        self.fresh = np.zeros(size, bool)  # its SNMP values are not too old
        self.misfit = np.zeros(size, bool)  # it is not what its profile is for
        self.echoed = np.zeros(size, bool)  # its last burst is not too old
        self.echoed_anew = np.zeros(size, bool)  # a burst was over since the last readings
        self.snmp_timeouts = _integers(size)
        self.ping_timeouts = _integers(size)
        self.snmp_polled_at = _instants(size)
        self.snmp_seconds = _unknown(size)  # how long the last poll took
        self.ping_polled_at = _instants(size)
        self.answered_at = _instants(size)
        self.values_at = _instants(size)
        self.rebooted_at = _instants(size)
        self.uptime_at = _instants(size)
        self.uptime_seconds = _unknown(size)
        self.frozen_polls = _integers(size)  # with a sysUpTime that stood still
        self.loss_ratio = _unknown(size)
        self.rtt_seconds = _unknown(size)
        self.ipdv_seconds = _unknown(size)
        self.echoes_sent = _integers(size)
        self.echoes_received = _integers(size)
        self.echoes_duplicate = _integers(size)
        self.echoes_late = _integers(size)

    def __len__(self) -> int:
        return len(self.ids)

    def inherit(self, old: "DeviceColumns") -> None:
        """Take over what was known of the devices that are still there."""
        new_rows, old_rows = _survivors(self.rows, old.rows)
        self.gauges[:, new_rows] = old.gauges[:, old_rows]
        for name, mine in vars(self).items():
            if name in ("updated", "fresh", "misfit", "echoed", "echoed_anew"):
                mine[new_rows] = getattr(old, name)[old_rows]
            elif isinstance(mine, array):
                theirs = getattr(old, name)
                for new, row in zip(new_rows, old_rows, strict=True):
                    mine[new] = theirs[row]


class InterfaceColumns:
    """One row per interface: first those of the network, then those that devices told of."""

    def __init__(self, network: Network, devices: DeviceColumns, growth_rows: int) -> None:
        self._network = network
        self._growth_rows = growth_rows
        self._ids: tuple[InterfaceId, ...] | None = None
        self.rows: dict[InterfaceId, int] = {}
        self.rows_of_device = [0] * len(devices)  # how many
        self.device_row = np.empty(0, np.int64)
        self.given_speed_bps = np.empty(0)
        self.read = np.empty(0, bool)  # whether its device's layout has it now
        self.missing = np.empty(0, bool)  # whether its device has no such interface
        self.gauges: Floats = np.empty((len(INTERFACE_GAUGES), 0))
        self.now: Counts = np.empty((len(COUNTERS), 0), np.uint64)  # counters as last read
        self.now_at: Floats = np.empty((len(COUNTERS), 0))
        self.before: Counts = np.empty((len(COUNTERS), 0), np.uint64)  # as last settled
        self.before_at: Floats = np.empty((len(COUNTERS), 0))
        self.narrow = np.empty((len(COUNTERS), 0), bool)  # read in 32 bits, and not in 64
        self.rates: Floats = np.empty((len(COUNTERS), 0))
        self.totals: Floats = np.empty((len(COUNTERS), 0))  # counted since netmon first saw it
        self._flatten()
        for interface in network.interfaces.values():
            self.add(interface.id, devices.rows[interface.device])

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def capacity(self) -> int:
        """How many rows there is room for; the cells of a placement depend on it."""
        return len(self.device_row)

    @property
    def ids(self) -> tuple[InterfaceId, ...]:
        """Every interface in the order of rows; the same object until a row is added."""
        if self._ids is None:
            self._ids = tuple(self.rows)
        return self._ids

    def add(self, interface: InterfaceId, device_row: int) -> None:
        """Give an interface a row."""
        row = len(self.rows)
        if row >= self.capacity:
            self._grow(row + max(self._growth_rows, row // 8))
        self.rows[interface] = row
        self._ids = None
        self.rows_of_device[device_row] += 1
        self.device_row[row] = device_row
        known = self._network.interfaces.get(interface)
        if known is not None and known.speed_bps is not None:
            self.given_speed_bps[row] = known.speed_bps

    def inherit(self, old: "InterfaceColumns") -> None:
        """Take over what was known of the interfaces that are still there."""
        new_rows, old_rows = _survivors(self.rows, old.rows)
        for name in ("gauges", "now", "now_at", "before", "before_at", "rates", "totals"):
            getattr(self, name)[:, new_rows] = getattr(old, name)[:, old_rows]

    def _grow(self, capacity: int) -> None:
        self.device_row = _wider(self.device_row, capacity, 0)
        self.given_speed_bps = _wider(self.given_speed_bps, capacity, np.nan)
        self.read = _wider(self.read, capacity, False)
        self.missing = _wider(self.missing, capacity, False)
        self.now = _wider(self.now, capacity, 0)
        self.before = _wider(self.before, capacity, 0)
        self.narrow = _wider(self.narrow, capacity, False)
        for name in ("gauges", "now_at", "before_at", "rates", "totals"):
            setattr(self, name, _wider(getattr(self, name), capacity, np.nan))
        self._flatten()

    def _flatten(self) -> None:
        """Look at the same memory without rows: one index is quicker than two."""
        self.flat_gauges = self.gauges.reshape(-1)
        self.flat_now = self.now.reshape(-1)
        self.flat_now_at = self.now_at.reshape(-1)
        self.flat_before = self.before.reshape(-1)
        self.flat_before_at = self.before_at.reshape(-1)
        self.flat_narrow = self.narrow.reshape(-1)
        self.flat_rates = self.rates.reshape(-1)
        self.flat_totals = self.totals.reshape(-1)


def _wider(columns: ColumnsT, capacity: int, filling: float) -> ColumnsT:
    wider = np.full((*columns.shape[:-1], capacity), filling, columns.dtype)
    wider[..., : columns.shape[-1]] = columns
    return cast(ColumnsT, wider)


def _survivors(new: Mapping[KeyT, int], old: Mapping[KeyT, int]) -> tuple[list[int], list[int]]:
    """Return the new rows of what was there before, and their old rows."""
    keys = [key for key in new if key in old]
    return [new[key] for key in keys], [old[key] for key in keys]


def _integers(size: int) -> "array[int]":
    return array("q", bytes(8 * size))


def _instants(size: int) -> "array[float]":
    return array("d", [_NEVER]) * size


def _unknown(size: int) -> "array[float]":
    return array("d", [np.nan]) * size
