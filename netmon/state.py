"""State: what was last seen of everything, in columns; one row per device and per interface.

Only `netmon.pipeline` changes it. It has no opinion: what a value means is `netmon.detection`'s
business. Column-wise arrays make remembering one indexed assignment and judging vectorised
(docs/decisions/0030-columnar-state.md).
"""

from array import array
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import median
from typing import Annotated, Final

import numpy as np
from annotated_types import Ge, Gt

from collectors.observation import EchoObservation, Layout, Observation, Outcome
from collectors.target import Target
from netmon.columns import DEVICE_GAUGES, INTERFACE_GAUGES, DeviceColumns, InterfaceColumns
from netmon.counters import (
    COUNTERS,
    IS_32_BIT,
    IS_REGISTER,
    Reading,
    ceilings,
    grown,
    has_rebooted,
    may_have_lapped,
)
from netmon.detection.readings import (
    DeviceReadings,
    Flags,
    Floats,
    Integers,
    InterfaceReadings,
    LinkReadings,
    Readings,
)
from netmon.placement import Placement, counts, floats, place
from netmon.tally import Tally
from topology.model import DeviceId, InterfaceId
from topology.network import Network

_SPEED: Final = INTERFACE_GAUGES.index("speed_bps")
_SAYS_NOTHING: Final = frozenset({Outcome.TOO_LATE, Outcome.NOT_POLLED})
STALE_AGENT_POLLS: Final = 3  # in a row with a sysUpTime that stands still: old data, served again


@dataclass(frozen=True, slots=True, kw_only=True)
class StateSettings:
    """How long a value is believed, and how much one device may bring."""

    stale_intervals: Annotated[float, Gt(1)] = 2.5  # of the device's own polling interval
    interfaces_per_device: Annotated[int, Ge(1)] = 200
    growth_rows: Annotated[int, Ge(1)] = 1024


class State:
    """What was last seen of every device and interface of one network."""

    def __init__(
        self,
        network: Network,
        targets: Mapping[DeviceId, Target],
        settings: StateSettings | None = None,
    ) -> None:
        self.tally = Tally()
        self.network = network
        self._settings = settings or StateSettings()
        self.devices = DeviceColumns(network, targets)
        self.interfaces = InterfaceColumns(network, self.devices, self._settings.growth_rows)
        self._placements: dict[int, Placement] = {}  # device row → where its values go
        self._dirty: dict[int, Placement] = {}  # those with counters to settle
        self._links = _link_readings(network, self.interfaces)

    def remember(self, observation: Observation) -> None:
        """Remember one SNMP poll; never raises for what the device said."""
        outcome, at = observation.outcome, observation.monotonic
        self.tally.snmp[outcome] += 1
        row = self.devices.rows.get(observation.device)
        if row is None:
            self.tally.strangers += 1
            return
        if outcome in _SAYS_NOTHING:
            return
        devices = self.devices
        if at <= devices.snmp_polled_at[row]:
            self.tally.belated += 1
            return
        devices.snmp_polled_at[row] = at
        devices.snmp_seconds[row] = observation.duration_seconds
        self.tally.snmp_durations.add(observation.duration_seconds)
        if outcome is Outcome.TIMEOUT:
            devices.snmp_timeouts[row] += 1
            return
        devices.snmp_timeouts[row] = 0
        devices.answered_at[row] = at
        if outcome.has_values and observation.layout is not None:
            self._take(row, at, observation.layout, observation)

    def remember_echo(self, observation: EchoObservation) -> None:
        """Remember one burst of echoes."""
        outcome, at = observation.outcome, observation.monotonic
        self.tally.ping[outcome] += 1
        devices = self.devices
        row = devices.rows.get(observation.device)
        if row is None:
            self.tally.strangers += 1
            return
        devices.echoes_late[row] += observation.late
        devices.echoes_duplicate[row] += observation.duplicates
        if outcome in _SAYS_NOTHING or observation.sent <= 0:
            return
        if at <= devices.ping_polled_at[row]:
            self.tally.belated += 1
            return
        rtts = observation.rtts_seconds
        received = min(len(rtts), observation.sent)
        devices.ping_polled_at[row] = at
        devices.echoes_sent[row] += observation.sent
        devices.echoes_received[row] += received
        devices.loss_ratio[row] = 1.0 - received / observation.sent
        devices.rtt_seconds[row] = median(rtts) if rtts else np.nan
        ipdvs = observation.ipdvs_seconds
        devices.ipdv_seconds[row] = sum(ipdvs) / len(ipdvs) if ipdvs else np.nan
        devices.echoed[row] = devices.echoed_anew[row] = True
        if received:
            devices.ping_timeouts[row] = 0
            devices.answered_at[row] = at
        else:
            devices.ping_timeouts[row] += 1  # whoever said "unreachable", it was not the device

    def settle(self, monotonic: float) -> None:
        """Make rates of the counters that came in, and forget what has become too old."""
        dirty = [self._located(p) for p in self._dirty.values() if len(p.counter_cells)]
        self._dirty.clear()
        if dirty:
            self._settle(np.concatenate([placement.counter_cells for placement in dirty]))
        self._expire(monotonic)

    def readings(self, now: float, monotonic: float) -> Readings:
        """Return what detection may know now: views, valid until the state changes.

        `updated` and `echoed` speak of the time since the last call, so there is one caller: the
        pipeline.
        """
        devices, interfaces, rows = self.devices, self.interfaces, len(self.interfaces)
        device_row, read = interfaces.device_row[:rows], interfaces.read[:rows]
        ages = monotonic - _real(devices.values_at)
        updated = devices.updated.copy()
        devices.updated[:] = False
        return Readings(
            now=now,
            monotonic=monotonic,
            devices=self._device_readings(monotonic),
            interfaces=InterfaceReadings(
                ids=interfaces.ids,
                device_row=device_row,
                updated=updated[device_row] & read,
                missing=interfaces.missing[:rows],
                age_seconds=np.where(read & devices.fresh[device_row], ages[device_row], np.inf),
                gauges={
                    name: interfaces.gauges[column, :rows]
                    for column, name in enumerate(INTERFACE_GAUGES)
                },
                rates={
                    name: interfaces.rates[column, :rows] for column, name in enumerate(COUNTERS)
                },
            ),
            links=self._links,
        )

    def replace(self, network: Network, targets: Mapping[DeviceId, Target]) -> None:
        """Go on with another network: who stays keeps what is known, who is gone leaves no trace.

        Interfaces that devices told of stay with them as long as they are polled.
        """
        old_devices, old_interfaces = self.devices, self.interfaces
        old_placements, old_dirty = self._placements, self._dirty
        self.network = network
        self.devices = DeviceColumns(network, targets)
        self.devices.inherit(old_devices)
        self.interfaces = InterfaceColumns(network, self.devices, self._settings.growth_rows)
        self._placements, self._dirty = {}, {}
        for old_row, placement in old_placements.items():
            row = self.devices.rows.get(old_devices.ids[old_row])
            if row is not None:
                self._placements[row] = self._placed(row, placement.layout)
                if old_row in old_dirty:
                    self._dirty[row] = self._placements[row]
        self.interfaces.inherit(old_interfaces)
        self._links = _link_readings(network, self.interfaces)

    def counter(self, interface: InterfaceId, quantity: str) -> int | None:
        """Return a counter as the device last told it, for people who compare."""
        row, column = self.interfaces.rows[interface], COUNTERS.index(quantity)
        known = not np.isnan(self.interfaces.now_at[column, row])
        return int(self.interfaces.now[column, row]) if known else None

    def is_misfit(self, device: DeviceId) -> bool:
        """Say whether a device last told of itself that it is not what its profile is for."""
        row = self.devices.rows.get(device)
        return row is not None and bool(self.devices.misfit[row])

    def is_missing(self, interface: InterfaceId) -> bool:
        """Say whether an interface's device last told that it has none of this name."""
        row = self.interfaces.rows.get(interface)
        return row is not None and bool(self.interfaces.missing[row])

    def missing_interfaces(self) -> Floats:
        """Return per device how many interfaces of the inventory it has not; NaN: not known."""
        interfaces, rows = self.interfaces, len(self.interfaces)
        devices = interfaces.device_row[:rows][interfaces.missing[:rows]]
        counted = np.bincount(devices, minlength=len(self.devices))
        return np.where(self.devices.fresh, counted, np.nan)

    def stale_agents(self) -> Flags:
        """Return per device whether its agent serves old data: its sysUpTime stands still."""
        flags: Flags = _whole(self.devices.frozen_polls) >= STALE_AGENT_POLLS
        return flags

    def _take(self, row: int, at: float, layout: Layout, observation: Observation) -> None:
        devices, interfaces, values = self.devices, self.interfaces, observation.values
        if len(values) != len(layout.cells):
            raise ValueError(
                f"{observation.device}: {len(values)} values for {len(layout.cells)} cells; "
                "an observation has one value, or None, for every cell of its layout"
            )
        placement = self._placements.get(row)
        if placement is None or placement.layout is not layout:
            placement = self._adopt(row, layout)
        self._located(placement)
        if placement.uptime_at >= 0:
            uptime = values[placement.uptime_at]
            if uptime is not None:
                self._watch_uptime(row, placement, uptime, at)
        devices.values_at[row] = at
        devices.fresh[row] = devices.updated[row] = True
        devices.misfit[row] = bool(observation.misfit)
        devices.flat_gauges[placement.device_cells] = floats(placement.device(values))
        interfaces.flat_gauges[placement.gauge_cells] = floats(placement.gauges(values))
        if devices.frozen_polls[row] < STALE_AGENT_POLLS:
            numbers, cells = counts(placement.counters(values), placement.counter_cells)
            interfaces.flat_now[cells] = numbers
            interfaces.flat_now_at[cells] = at
        self._dirty[row] = placement

    def _watch_uptime(self, row: int, placement: Placement, uptime: float, at: float) -> None:
        devices = self.devices
        before, elapsed = devices.uptime_seconds[row], at - devices.uptime_at[row]
        devices.uptime_seconds[row], devices.uptime_at[row] = uptime, at
        devices.frozen_polls[row] = devices.frozen_polls[row] + 1 if uptime == before else 0
        if has_rebooted(before, uptime, elapsed):
            devices.rebooted_at[row] = at
            self.tally.reboots += 1
            self._part_counters(placement.counter_cells)

    def _adopt(self, row: int, layout: Layout) -> Placement:
        """Change a device to another layout: nothing of the old one may be joined to the new."""
        interfaces = self.interfaces
        old = self._placements.get(row)
        if old is None:
            self._placements[row] = placement = self._placed(row, layout)
            return placement
        self._located(old)
        self._blank(old)
        self._part_counters(old.counter_cells)
        interfaces.read[old.interface_rows] = False
        interfaces.missing[self._missing_rows(old.layout)] = False
        self._dirty.pop(row, None)
        self._placements[row] = placement = self._placed(row, layout)
        self._located(old)
        gone = np.setdiff1d(old.counter_cells, placement.counter_cells)
        interfaces.flat_totals[gone] = np.nan
        return placement

    def _placed(self, row: int, layout: Layout) -> Placement:
        """Give the interfaces of a layout their rows, up to the cap, and find their cells."""
        interfaces = self.interfaces
        told = dict.fromkeys(cell.interface for cell in layout.cells if cell.interface is not None)
        for interface in told:
            if interface in interfaces.rows:
                continue
            if interfaces.rows_of_device[row] < self._settings.interfaces_per_device:
                interfaces.add(interface, row)
            else:
                self.tally.interfaces_refused += 1
        placement = place(
            layout,
            device_row=row,
            devices=len(self.devices),
            rows=interfaces.rows,
            capacity=interfaces.capacity,
        )
        interfaces.read[placement.interface_rows] = True
        interfaces.flat_narrow[placement.counter_cells] = placement.narrow
        interfaces.missing[self._missing_rows(layout)] = True
        return placement

    def _missing_rows(self, layout: Layout) -> list[int]:
        rows = self.interfaces.rows
        return [rows[each.interface] for each in layout.missing if each.interface in rows]

    def _located(self, placement: Placement) -> Placement:
        """Return the placement with its cells where they are since the columns last grew."""
        if placement.capacity != self.interfaces.capacity:
            placement.locate(self.interfaces.capacity)
        return placement

    def _part_counters(self, cells: Integers) -> None:
        """Let no counter be joined with what comes next."""
        self.interfaces.flat_now_at[cells] = np.nan
        self.interfaces.flat_before_at[cells] = np.nan

    def _blank(self, placement: Placement) -> None:
        """Make everything unknown that a layout brought, but keep the counters to join later."""
        self.devices.gauges[:, placement.device_row] = np.nan
        self.interfaces.flat_gauges[placement.gauge_cells] = np.nan
        self.interfaces.flat_rates[placement.counter_cells] = np.nan

    def _settle(self, cells: Integers) -> None:
        interfaces = self.interfaces
        columns, rows = np.divmod(cells, interfaces.capacity)
        given = interfaces.given_speed_bps[rows]
        speed_bps = np.where(np.isnan(given), interfaces.gauges[_SPEED, rows], given)
        before_at, now_at = interfaces.flat_before_at, interfaces.flat_now_at
        before = Reading(count=interfaces.flat_before[cells], at=before_at[cells])
        now = Reading(count=interfaces.flat_now[cells], at=now_at[cells])
        ceiling = ceilings(columns, speed_bps)
        narrow = interfaces.flat_narrow[cells]
        growth = grown(
            before,
            now,
            is_32_bit=IS_32_BIT[columns] | narrow,
            is_register=IS_REGISTER[columns],
            ceiling=ceiling,
        )
        if narrow.any():
            growth[narrow & may_have_lapped(ceiling, speed_bps, now.at - before.at)] = np.nan
        with np.errstate(invalid="ignore", divide="ignore"):
            interfaces.flat_rates[cells] = growth / (now.at - before.at)
        # A total exists, from zero, once its counter was read; what is uncertain adds nothing.
        read = ~np.isnan(now.at)
        totals = interfaces.flat_totals
        totals[cells[read]] = np.nan_to_num(totals[cells[read]]) + np.nan_to_num(growth[read])
        interfaces.flat_before[cells] = now.count
        before_at[cells] = now.at

    def _expire(self, monotonic: float) -> None:
        devices = self.devices
        believed_seconds = self._settings.stale_intervals * devices.interval_seconds
        silent = devices.fresh & (monotonic - _real(devices.values_at) > believed_seconds)
        for row in np.flatnonzero(silent).tolist():
            self._blank(self._located(self._placements[row]))
            devices.fresh[row] = False
        unpinged = devices.echoed & (monotonic - _real(devices.ping_polled_at) > believed_seconds)
        for row in np.flatnonzero(unpinged).tolist():
            devices.loss_ratio[row] = devices.rtt_seconds[row] = devices.ipdv_seconds[row] = np.nan
            devices.echoed[row] = False

    def _device_readings(self, monotonic: float) -> DeviceReadings:
        devices = self.devices
        polled_at = np.maximum(_real(devices.snmp_polled_at), _real(devices.ping_polled_at))
        echoed = devices.echoed_anew.copy()
        devices.echoed_anew[:] = False
        return DeviceReadings(
            ids=devices.ids,
            asked_snmp=devices.asked_snmp,
            asked_ping=devices.asked_ping,
            snmp_timeouts=_whole(devices.snmp_timeouts),
            ping_timeouts=_whole(devices.ping_timeouts),
            answered_age_seconds=monotonic - _real(devices.answered_at),
            polled_age_seconds=monotonic - polled_at,
            echoed=echoed,
            loss_ratio=_real(devices.loss_ratio),
            rtt_seconds=_real(devices.rtt_seconds),
            ipdv_seconds=_real(devices.ipdv_seconds),
            gauges={name: devices.gauges[column] for column, name in enumerate(DEVICE_GAUGES)},
            rebooted_age_seconds=monotonic - _real(devices.rebooted_at),
        )


def _link_readings(network: Network, interfaces: InterfaceColumns) -> LinkReadings:
    ends = [link.ends for link in network.links.values()]
    return LinkReadings(
        ids=tuple(network.links),
        a_row=np.array([interfaces.rows[a] for a, _ in ends], dtype=np.int64),
        b_row=np.array([interfaces.rows[b] for _, b in ends], dtype=np.int64),
    )


def _real(scalars: "array[float]") -> Floats:
    return np.frombuffer(scalars, dtype=np.float64)


def _whole(scalars: "array[int]") -> Integers:
    return np.frombuffer(scalars, dtype=np.int64)
