"""Readings: what detection looks at, columns of numpy arrays over devices, interfaces and links.

`netmon.state` makes one per judging cycle (views, no copies); detection never sees a device.
A value that is not known, or older than it may be, is NaN.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from topology.model import DeviceId, InterfaceId, LinkId

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DeviceReadings:
    """One row per device, in the order of `ids`; shapes are (devices,)."""

    ids: tuple[DeviceId, ...]
    asked_snmp: Flags  # whether SNMP (ICMP) polling is configured
    asked_ping: Flags
    snmp_timeouts: Integers  # consecutive; an undecodable answer ends the row of timeouts
    ping_timeouts: Integers  # consecutive bursts without any reply
    answered_age_seconds: Floats  # since the last sign of life of any kind; inf: never
    polled_age_seconds: Floats  # since the last poll that we really made; inf: never
    echoed: Flags  # a burst was over since the last cycle: the three below are its figures
    loss_ratio: Floats  # of the last burst
    rtt_seconds: Floats  # median of the last burst
    ipdv_seconds: Floats  # mean |difference| of consecutive RTTs of the last burst
    gauges: Mapping[str, Floats]  # by quantity name (Scope.DEVICE)
    rebooted_age_seconds: Floats  # since sysUpTime last fell; inf: never seen


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class InterfaceReadings:
    """One row per interface, in the order of `ids`; shapes are (interfaces,)."""

    ids: tuple[InterfaceId, ...]
    device_row: Integers  # row in DeviceReadings
    updated: Flags  # a poll brought new values since the last cycle
    missing: Flags  # its device answers, and says that it has no such interface
    age_seconds: Floats  # of the values; inf: never
    gauges: Mapping[str, Floats]  # by quantity name (gauges of Scope.INTERFACE)
    rates: Mapping[str, Floats]  # counters per second, by quantity name, e.g. "in_octets"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LinkReadings:
    """One row per link: rows of its ends in InterfaceReadings; shapes are (links,)."""

    ids: tuple[LinkId, ...]
    a_row: Integers
    b_row: Integers


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Readings:
    """Everything detection may know at one instant."""

    now: float  # wall clock, Unix seconds: stamps only
    monotonic: float  # seconds: ages and intervals
    devices: DeviceReadings
    interfaces: InterfaceReadings
    links: LinkReadings
