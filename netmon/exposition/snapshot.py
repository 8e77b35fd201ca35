"""Snapshot: everything a scrape tells, taken at one instant on the event loop in well under 1 ms.

What changes is copied; what is frozen is only referred to. The text is made of it in a thread.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from netmon.incidents import Incident, Severity
from netmon.pipeline import Judged, PipelineStatistics
from netmon.state import State
from netmon.verdict import Cause
from topology.model import InterfaceId
from topology.network import Network

Floats = NDArray[np.float64]


class Source(Protocol):
    """What is exported; `netmon.pipeline.Pipeline` is one."""

    @property
    def state(self) -> State:
        """What was last seen."""

    @property
    def judgement(self) -> Judged | None:
        """What is believed; None before the first cycle."""

    @property
    def open_incidents(self) -> Sequence[Incident]:
        """What is wrong."""

    @property
    def statistics(self) -> PipelineStatistics:
        """How the pipeline is."""

    @property
    def queue_depth(self) -> int:
        """How many observations wait."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Snapshot:
    """One instant. Device columns are (devices,), interface columns (quantity, interfaces)."""

    network: Network
    judgement: Judged | None
    incidents: tuple[Incident, ...]
    opened: Counter[tuple[Cause, Severity]]
    interface_ids: tuple[InterfaceId, ...]
    device_row: NDArray[np.int64]
    device_gauges: Floats
    interface_gauges: Floats
    interface_totals: Floats  # NaN while their device is silent
    snmp_timeouts: Floats
    snmp_seconds: Floats
    ping_timeouts: Floats
    answer_age_seconds: Floats
    stale_agent: Floats
    profile_mismatch: Floats
    interfaces_missing: Floats
    loss_ratio: Floats
    rtt_seconds: Floats
    ipdv_seconds: Floats
    echoes_sent: Floats
    echoes_received: Floats
    echoes_duplicate: Floats
    echoes_late: Floats


def take(source: Source, monotonic: float) -> Snapshot:
    """Copy what is known now."""
    state = source.state
    devices, interfaces, rows = state.devices, state.interfaces, len(state.interfaces)
    device_row = interfaces.device_row[:rows].copy()
    totals = interfaces.totals[:, :rows].copy()
    totals[:, ~devices.fresh[device_row]] = np.nan
    return Snapshot(
        network=state.network,
        judgement=source.judgement,
        incidents=tuple(source.open_incidents),
        opened=source.statistics.opened.copy(),
        interface_ids=interfaces.ids,
        device_row=device_row,
        device_gauges=devices.gauges.copy(),
        interface_gauges=interfaces.gauges[:, :rows].copy(),
        interface_totals=totals,
        snmp_timeouts=np.where(devices.asked_snmp, np.array(devices.snmp_timeouts), np.nan),
        snmp_seconds=np.array(devices.snmp_seconds),
        ping_timeouts=np.where(devices.asked_ping, np.array(devices.ping_timeouts), np.nan),
        answer_age_seconds=monotonic - np.array(devices.answered_at),
        profile_mismatch=np.where(devices.fresh, devices.misfit, np.nan),
        interfaces_missing=state.missing_interfaces(),
        stale_agent=np.where(devices.fresh, state.stale_agents(), np.nan),
        loss_ratio=np.array(devices.loss_ratio),
        rtt_seconds=np.array(devices.rtt_seconds),
        ipdv_seconds=np.array(devices.ipdv_seconds),
        echoes_sent=_asked(devices.asked_ping, devices.echoes_sent),
        echoes_received=_asked(devices.asked_ping, devices.echoes_received),
        echoes_duplicate=_asked(devices.asked_ping, devices.echoes_duplicate),
        echoes_late=_asked(devices.asked_ping, devices.echoes_late),
    )


def _asked(asked: NDArray[np.bool_], counts: Sequence[int]) -> Floats:
    """Return counters from zero on for those who are asked, and none for the others."""
    return np.where(asked, np.array(counts, np.float64), np.nan)
