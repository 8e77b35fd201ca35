"""P5: /metrics with 100,000 series, ours against prometheus_client, and how long the loop waits.

Before every scrape every value moves; unchanged values would cost less still (shown, not counted).
First both pages must say the same for the same series.

    python bench/p5_exposition.py
"""

import argparse
import asyncio
import statistics
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import uvloop
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.parser import text_string_to_metric_families

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from collectors.observation import Cell, Layout, Observation, Outcome  # noqa: E402
from collectors.target import Community, SnmpTarget, Target  # noqa: E402
from netmon.counters import COUNTERS  # noqa: E402
from netmon.exposition.exposition import Exposition  # noqa: E402
from netmon.exposition.families import FAMILIES  # noqa: E402
from netmon.exposition.family import Type  # noqa: E402
from netmon.exposition.published import PUBLISHED  # noqa: E402
from netmon.pipeline import PipelineStatistics  # noqa: E402
from netmon.state import State  # noqa: E402
from topology.model import (  # noqa: E402
    Device,
    DeviceId,
    Position,
    Role,
    Site,
    SiteId,
    interface_id,
)
from topology.network import Network  # noqa: E402

PROMISE_SECONDS = 0.150
PROMISE_LAG_SECONDS = 0.020
INTERFACES = 8
QUANTITIES = (
    "oper_status",
    "speed_bps",
    "rsl_dbm",
    "snr_db",
    "tsl_dbm",
    "in_octets",
    "out_octets",
    "in_errors",
    "in_discards",
    "in_unicast_packets",
)


class Source:
    """A pipeline without one."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.judgement = None
        self.open_incidents = ()
        self.statistics = PipelineStatistics()
        self.queue_depth = 0


class World:
    """Devices whose every value moves with every poll."""

    def __init__(self, devices: int) -> None:
        site = Site(
            id=SiteId("narva"),
            country="EE",
            position=Position(latitude_deg=59.4, longitude_deg=28.2),
            role=Role.CORE,
        )
        ids = [DeviceId(f"router-{n:05d}") for n in range(devices)]
        network = Network.build([site], [Device(id=device, site=site.id) for device in ids])
        community = Community(name="bench", secret=b"public")
        self.state = State(
            network,
            {
                device: Target(
                    device=device,
                    interval_seconds=15,
                    snmp=SnmpTarget(device=device, address="127.0.0.1", credential=community),
                )
                for device in ids
            },
        )
        self.layouts = [
            Layout(
                device,
                (
                    Cell("uptime_seconds"),
                    *[
                        Cell(quantity, interface_id(device, f"eth{port}"))
                        for quantity in QUANTITIES
                        for port in range(INTERFACES)
                    ],
                ),
            )
            for device in ids
        ]
        self._rng = np.random.default_rng(1)
        self._at = 0.0

    def move(self) -> None:
        """Poll everything once."""
        self._at += 15.0
        for layout in self.layouts:
            gauges = self._rng.integers(1, 7, INTERFACES).tolist()
            gauges += (self._rng.integers(1, 99, INTERFACES) * 1e8).tolist()
            gauges += np.round(self._rng.uniform(-90, -30, 3 * INTERFACES), 1).tolist()
            counters = self._rng.integers(0, 2**30, 5 * INTERFACES) + int(self._at * 1e8)
            self.state.remember(
                Observation(
                    device=layout.device,
                    at=1.7e9 + self._at,
                    monotonic=self._at,
                    duration_seconds=0.01,
                    outcome=Outcome.OK,
                    layout=layout,
                    values=(self._at + 1e6, *gauges, *counters.tolist()),
                )
            )
        self.state.settle(self._at)


class Peer:
    """The same series by prometheus_client, from the same columns."""

    def __init__(self, state: State) -> None:
        self._state = state

    def collect(self) -> list[Metric]:
        """Return the families of interfaces as custom collectors do."""
        state = self._state
        families: list[Metric] = []
        readings = state.readings(0, 0)
        labels = [
            ("narva", str(state.devices.ids[row]), interface.partition(":")[2])
            for interface, row in zip(
                readings.interfaces.ids, readings.interfaces.device_row.tolist(), strict=True
            )
        ]
        for quantity in QUANTITIES:
            published = PUBLISHED[quantity]
            known = FAMILIES[published.name]
            family: Metric
            if known.type is Type.COUNTER:
                family = CounterMetricFamily(published.name, known.help, labels=known.labels)
                values = state.interfaces.totals[COUNTERS.index(quantity), : len(labels)]
            else:
                family = GaugeMetricFamily(published.name, known.help, labels=known.labels)
                values = readings.interfaces.gauges[quantity] * published.factor
            for texts, value in zip(labels, values.tolist(), strict=True):
                family.add_metric(texts, value)
            families.append(family)
        return families


def series(page: bytes, wanted: set[str]) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    """Return the series of some families of a page."""
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(page.decode())
        for sample in family.samples
        if sample.name in wanted
    }


async def worst_lag(exposition: Exposition | None) -> tuple[float, float]:
    """Return how late the loop's timer was at most during one scrape, and the scrape's wall time.

    Without an exposition it tells how late it is on this machine anyway.
    """
    worst, tick_seconds = 0.0, 0.0005
    work = exposition.render("") if exposition is not None else asyncio.sleep(0.1)
    started = time.perf_counter()
    scraping = asyncio.ensure_future(work)
    while not scraping.done():
        asked = time.perf_counter()
        await asyncio.sleep(tick_seconds)
        worst = max(worst, time.perf_counter() - asked - tick_seconds)
    return worst, time.perf_counter() - started


def cpu_seconds(exposition: Exposition, accept_encoding: str = "") -> float:
    """Return the CPU time of one scrape."""
    started = time.process_time()
    exposition.render_now("", accept_encoding)
    return time.process_time() - started


@dataclass(kw_only=True)
class Figures:
    """CPU seconds of each scrape, and what the loop felt."""

    ours: list[float] = field(default_factory=list)
    still: list[float] = field(default_factory=list)
    packed: list[float] = field(default_factory=list)
    peer: list[float] = field(default_factory=list)
    idle_lags: list[float] = field(default_factory=list)
    lags: list[float] = field(default_factory=list)
    walls: list[float] = field(default_factory=list)


async def measure(world: World, exposition: Exposition, rounds: int) -> Figures:
    """Scrape by turns."""
    figures = Figures()
    registry = CollectorRegistry(auto_describe=False)
    registry.register(Peer(world.state))
    for _ in range(rounds):
        world.move()
        figures.ours.append(cpu_seconds(exposition))
        figures.still.append(cpu_seconds(exposition))
        world.move()
        figures.packed.append(cpu_seconds(exposition, "gzip"))
        world.move()
        lag, wall = await worst_lag(exposition)
        figures.lags.append(lag)
        figures.walls.append(wall)
        figures.idle_lags.append((await worst_lag(None))[0])
        started = time.process_time()
        generate_latest(registry)
        figures.peer.append(time.process_time() - started)
    return figures


def main() -> int:
    """Compare, measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--devices", type=int, default=1250)
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    world = World(options.devices)
    world.move()
    exposition = Exposition(Source(world.state), version="bench")
    registry = CollectorRegistry(auto_describe=False)
    registry.register(Peer(world.state))
    wanted = {PUBLISHED[quantity].name for quantity in QUANTITIES}
    page = exposition.render_now()[1]
    found = series(page, wanted)
    if found != series(generate_latest(registry), wanted):
        print("the two pages do not say the same; nothing measured")
        return 1

    figures = uvloop.run(measure(world, exposition, options.rounds))
    ours, peer = statistics.median(figures.ours), statistics.median(figures.peer)
    lag = statistics.median(figures.lags)  # other processes make single ones late
    print(f"{len(found)} series of interfaces (page: {len(page) / 1e6:.1f} MB), median of rounds")
    print(f"{'':34}{'CPU ms':>8}")
    print(f"{'netmon, every value moved':34}{ours * 1e3:8.0f}")
    print(f"{'netmon, gzip':34}{statistics.median(figures.packed) * 1e3:8.0f}")
    print(f"{'netmon, no value moved':34}{statistics.median(figures.still) * 1e3:8.0f}")
    print(f"{'prometheus_client':34}{peer * 1e3:8.0f}")
    wall = statistics.median(figures.walls)
    print(
        f"event loop late by {lag * 1e3:.1f} ms at most in a scrape of {wall * 1e3:.0f} ms (median "
        f"of rounds; worst {max(figures.lags) * 1e3:.1f}), without a scrape "
        f"{statistics.median(figures.idle_lags) * 1e3:.1f} "
        f"(worst {max(figures.idle_lags) * 1e3:.1f})"
    )
    holds = ours <= PROMISE_SECONDS and lag <= PROMISE_LAG_SECONDS
    print(
        f"P5 ours={ours * 1e3:.0f} ms peer={peer * 1e3:.0f} ms ratio={peer / ours:.1f} "
        f"promise={PROMISE_SECONDS * 1e3:.0f} ms holds={'yes' if holds else 'no'}"
    )
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())
