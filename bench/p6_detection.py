"""P6: one cycle of judging, from the state's columns to incidents, in the worst of hours.

A chain of radio links: devices stand in tens at sites, a link leads from each to the next. It is
judged healthy, with its far half silent, with every second device silent, and with every second
link down; each is held for many cycles, as an outage is, since a cycle during an outage must cost
what a cycle costs. Figures are CPU time of whole cycles: settle, read, judge, correlate, incidents.

    python bench/p6_detection.py [--devices 4000]
"""

import argparse
import functools
import gc
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Final

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from collectors.observation import (  # noqa: E402
    Cell,
    EchoObservation,
    Layout,
    Observation,
    Outcome,
)
from collectors.target import Community, PingTarget, SnmpTarget, Target  # noqa: E402
from netmon.correlation.memory import Memory  # noqa: E402
from netmon.correlation.rules import correlate  # noqa: E402
from netmon.detection.judge import Judge, Judgement  # noqa: E402
from netmon.incidents import Suspicion  # noqa: E402
from netmon.lives import Incidents  # noqa: E402
from netmon.pipeline import Pipeline  # noqa: E402
from netmon.state import State  # noqa: E402
from topology.model import (  # noqa: E402
    Carrier,
    Device,
    DeviceId,
    Interface,
    Link,
    LinkId,
    Medium,
    Position,
    Role,
    Site,
    SiteId,
    interface_id,
)
from topology.network import Network  # noqa: E402

PROMISE_SECONDS: Final = 1.0
SERIES: Final = 60_000
DEVICES_PER_SITE: Final = 10
INTERVAL_SECONDS: Final = 10.0
ECHOES: Final = 5
GAUGES: Final = (
    "oper_status",
    "admin_status",
    "speed_bps",
    "rsl_dbm",
    "tsl_dbm",
    "snr_db",
    "noise_floor_dbm",
)
COUNTED: Final = ("in_octets", "in_errors", "in_discards", "in_unicast_packets")
CARRIED: Final = ("in_octets", "in_unicast_packets")
USUAL: Final = (1.0, 1.0, 1e9, -41.0, 20.0, 32.0, -90.0)


def chain(devices: int) -> Network:
    """Return devices in a row, joined by radio links."""
    sites = [
        Site(
            id=SiteId(f"site-{n}"),
            country="PL",
            position=Position(latitude_deg=45 + n % 100 * 0.2, longitude_deg=22 + n // 100 * 0.5),
            role=Role.CORE if n == 0 else Role.RELAY,
        )
        for n in range(-(-devices // DEVICES_PER_SITE))
    ]
    ids = [DeviceId(f"d{n}") for n in range(devices)]
    ports = [interface_id(device, name) for device in ids for name in ("west", "east")]
    return Network.build(
        sites,
        [Device(id=one, site=sites[n // DEVICES_PER_SITE].id) for n, one in enumerate(ids)],
        [
            Interface(id=port, device=ids[n // 2], name=("west", "east")[n % 2])
            for n, port in enumerate(ports)
        ],
        [
            Link(
                id=LinkId(f"l{n}"),
                a=ports[2 * n + 1],
                b=ports[2 * n + 2],
                medium=Medium.MICROWAVE,
                carrier=Carrier(frequency_hz=23e9, width_hz=28e6),
                capacity_bps=400e6,
            )
            for n in range(devices - 1)
        ],
    )


class World:
    """The chain, a pipeline that judges it, and what is wrong with it."""

    def __init__(self, devices: int) -> None:
        self.network = chain(devices)
        self.ids = tuple(self.network.devices)
        self.silent: frozenset[int] = frozenset()
        self.cut: frozenset[int] = frozenset()  # links by number
        self._at = 1000.0
        self._rng = np.random.default_rng(6)
        self._layouts = [self._layout(device) for device in self.ids]
        state = State(self.network, {device: _target(device) for device in self.ids})
        self.pipeline: Pipeline[Judgement, Suspicion] = Pipeline(
            state=state,
            judge=Judge(self.network, collector_site=SiteId("site-0")),
            correlate=functools.partial(correlate, memory=Memory()),
            incidents=Incidents(),
            wall=lambda: 1.7e9 + self._at,
            monotonic=lambda: self._at,
        )

    def cycle(self) -> float:
        """Poll everybody and judge; return the CPU seconds of judging alone."""
        self._at += INTERVAL_SECONDS
        for number in range(len(self.ids)):
            self._poll(number)
        started = time.process_time()
        self.pipeline.judge(1.7e9 + self._at, self._at)
        return time.process_time() - started

    @property
    def series(self) -> int:
        """How many are judged."""
        return len(self.ids) * (3 + 2 * (len(GAUGES) + len(COUNTED)))

    def _poll(self, number: int) -> None:
        device, silent = self.ids[number], number in self.silent
        outcome = Outcome.TIMEOUT if silent else Outcome.OK
        at = self._at - 1.0
        rtts = () if silent else tuple((self._rng.uniform(3.9, 4.1, ECHOES) / 1e3).tolist())
        self.pipeline.advance(
            EchoObservation(
                device=device,
                at=1.7e9 + at,
                monotonic=at,
                outcome=outcome,
                sent=ECHOES,
                rtts_seconds=rtts,
                ipdvs_seconds=tuple(abs(b - a) for a, b in pairwise(rtts)),
            )
        )
        self.pipeline.advance(
            Observation(
                device=device,
                at=1.7e9 + at,
                monotonic=at,
                duration_seconds=0.01,
                outcome=outcome,
                layout=None if silent else self._layouts[number],
                values=() if silent else self._values(number),
            )
        )

    def _values(self, number: int) -> tuple[float, ...]:
        noise = self._rng.normal(0.0, 0.2, 2)
        values = [self._at + 1e6]
        for side in (0, 1):
            for name, usual in zip(GAUGES, USUAL, strict=True):
                down = name == "oper_status" and number - 1 + side in self.cut
                values.append(2.0 if down else usual + noise[side] * name.endswith("_db"))
        counted = int(self._at) * 1000
        return (*values, *(counted if name in CARRIED else 0 for name in COUNTED * 2))

    @staticmethod
    def _layout(device: DeviceId) -> Layout:
        ports = [interface_id(device, name) for name in ("west", "east")]
        return Layout(
            device,
            (
                Cell("uptime_seconds"),
                *[Cell(name, port) for port in ports for name in GAUGES],
                *[Cell(name, port) for port in ports for name in COUNTED],
            ),
        )


def _target(device: DeviceId) -> Target:
    community = Community(name="bench", secret=b"public")
    return Target(
        device=device,
        interval_seconds=INTERVAL_SECONDS,
        snmp=SnmpTarget(device=device, address="127.0.0.1", credential=community),
        ping=PingTarget(device=device, address="127.0.0.1"),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Hour:
    """One kind of hour, and how it comes about."""

    name: str
    strike: Callable[[World], None]


def _half_silent(world: World) -> None:
    world.silent = frozenset(range(len(world.ids) // 2, len(world.ids)))


def _every_second_silent(world: World) -> None:
    world.silent = frozenset(range(1, len(world.ids), 2))


def _every_second_cut(world: World) -> None:
    world.cut = frozenset(range(1, len(world.ids), 2))


HOURS: Final = (
    Hour(name="healthy", strike=lambda _: None),
    Hour(name="far half silent", strike=_half_silent),
    Hour(name="every second device silent", strike=_every_second_silent),
    Hour(name="every second link down", strike=_every_second_cut),
)


def measure(devices: int, hour: Hour, rounds: int) -> tuple[World, list[float], list[float]]:
    """Return the world, the cycles in which the hour strikes, and those in which it lasts."""
    world = World(devices)
    for _ in range(30):
        world.cycle()
    gc.collect()
    gc.freeze()  # as the app does once it runs: what stays is not looked through again and again
    hour.strike(world)
    striking = [world.cycle() for _ in range(12)]
    lasting = [world.cycle() for _ in range(rounds)]
    gc.unfreeze()
    return world, striking, lasting


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--devices", type=int, default=4000)
    parser.add_argument("--rounds", type=int, default=20)
    options = parser.parse_args()
    worst, series = 0.0, 0
    print(f"{options.devices} devices, CPU ms of a cycle")
    print(f"{'':30}{'striking, worst':>16}{'lasting, median':>16}{'worst':>8}{'open':>7}")
    for hour in HOURS:
        world, striking, lasting = measure(options.devices, hour, options.rounds)
        incidents = len(world.pipeline.open_incidents)
        print(
            f"{hour.name:30}{max(striking) * 1e3:16.0f}"
            f"{statistics.median(lasting) * 1e3:16.0f}{max(lasting) * 1e3:8.0f}{incidents:7}"
        )
        worst, series = max(worst, *striking, *lasting), world.series
    scaled = worst * SERIES / series
    print(
        f"P6 ours={scaled * 1e3:.0f} ms per {SERIES} series ({scaled / SERIES * 1e6:.2f} us each) "
        f"peer=none ratio={PROMISE_SECONDS / scaled:.1f} promise={PROMISE_SECONDS * 1e3:.0f} ms "
        f"holds={'yes' if scaled <= PROMISE_SECONDS else 'no'}"
    )
    return 0 if scaled <= PROMISE_SECONDS else 1


if __name__ == "__main__":
    sys.exit(main())
