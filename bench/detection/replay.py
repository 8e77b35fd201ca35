"""Replay: real traces as the readings of a network, cycle by cycle, through the real judge."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bench.detection.traces import POLL_SECONDS, Floats, Traces
from netmon.detection.readings import DeviceReadings, InterfaceReadings, LinkReadings, Readings
from topology.model import (
    Carrier,
    Device,
    DeviceId,
    Interface,
    InterfaceId,
    Link,
    LinkId,
    Medium,
    Position,
    Role,
    Site,
    SiteId,
    interface_id,
)
from topology.network import Network

Flags = NDArray[np.bool_]
_HELD_POLLS: Final = 3  # an older value is no value
_WIDTH_HZ: Final = 28e6
_FIRST: Final = 1_525_910_400.0  # 2018-05-10 00:00 UTC


def network_of(traces: Traces) -> Network:
    """Return the links with a site and a device at each end; direction 2·n is received at a."""
    sites, devices, interfaces, links = [], [], [], []
    for n in range(traces.links):
        ends: list[InterfaceId] = []
        for end, name in enumerate("ab"):
            latitude, longitude = traces.positions_deg[n, end].tolist()
            site, device = SiteId(f"site-{n}-{name}"), DeviceId(f"radio-{n}-{name}")
            ends.append(interface_id(device, "radio"))
            at = Position(latitude_deg=latitude, longitude_deg=longitude)
            sites.append(Site(id=site, country="DE", position=at, role=Role.RELAY))
            devices.append(Device(id=device, site=site))
            interfaces.append(Interface(id=ends[-1], device=device, name="radio"))
        carrier = Carrier(frequency_hz=float(traces.frequency_hz[2 * n]), width_hz=_WIDTH_HZ)
        links.append(
            Link(
                id=LinkId(f"link-{n}"),
                a=ends[0],
                b=ends[1],
                medium=Medium.MICROWAVE,
                carrier=carrier,
            )
        )
    return Network.build(sites, devices, interfaces, links)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Film:
    """What every device reports at every poll; (directions, polls), by the receiving end."""

    network: Network
    gauges: dict[str, Floats]
    polled: Flags

    def readings(self) -> Iterator[Readings]:
        """Yield one per poll; the same tuples of ids each time, as from the state."""
        network, rows = self.network, self.polled.shape[0]
        devices = tuple(network.devices)
        interfaces = tuple(network.interfaces)
        at_a = np.arange(0, rows, 2, dtype=np.int64)
        links = LinkReadings(ids=tuple(network.links), a_row=at_a, b_row=at_a + 1)
        held = {name: np.full(rows, np.nan) for name in self.gauges}
        age = np.full(rows, np.inf)
        for poll in range(self.polled.shape[1]):
            polled = self.polled[:, poll]
            age = np.where(polled, 1.0, age + POLL_SECONDS)
            old = age > _HELD_POLLS * POLL_SECONDS
            for name, series in self.gauges.items():
                held[name] = np.where(polled, series[:, poll], held[name])
                held[name][old] = np.nan
            monotonic = (poll + 0.5) * POLL_SECONDS  # judged half a minute after the poll
            yield Readings(
                now=_FIRST + monotonic,
                monotonic=monotonic,
                devices=_devices(devices, age, polled),
                interfaces=InterfaceReadings(
                    ids=interfaces,
                    device_row=np.arange(rows, dtype=np.int64),
                    updated=polled,
                    age_seconds=age,
                    gauges={name: values.copy() for name, values in held.items()},
                    rates={},
                    missing=np.zeros(rows, dtype=np.bool_),
                ),
                links=links,
            )


def film(traces: Traces, more: dict[str, Floats], polled: Flags) -> Film:
    """Return traces as gauges of their interfaces; `more` holds further ones, such as snr_db."""
    rows, polls = traces.rsl_dbm.shape
    up = np.broadcast_to(1.0, (rows, polls))
    far_end = np.arange(rows) ^ 1
    return Film(
        network=network_of(traces),
        gauges={
            "oper_status": up,
            "admin_status": up,
            "rsl_dbm": traces.rsl_dbm,
            "tsl_dbm": traces.tsl_dbm[far_end],
            **more,
        },
        polled=polled,
    )


def _devices(ids: tuple[DeviceId, ...], age: Floats, polled: Flags) -> DeviceReadings:
    rows = len(ids)
    unknown, no = np.full(rows, np.nan), np.zeros(rows, dtype=np.bool_)
    none = np.zeros(rows, dtype=np.int64)
    return DeviceReadings(
        ids=ids,
        asked_snmp=~no,
        asked_ping=no,
        echoed=no,
        snmp_timeouts=np.where(polled, 0, 1).astype(np.int64),
        ping_timeouts=none,
        answered_age_seconds=age,
        polled_age_seconds=np.ones(rows),
        loss_ratio=unknown,
        rtt_seconds=unknown,
        ipdv_seconds=unknown,
        gauges={},
        rebooted_age_seconds=np.full(rows, np.inf),
    )
