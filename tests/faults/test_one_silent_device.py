"""One device that does not answer, among a thousand that do, costs nobody else a moment."""

import asyncio
import dataclasses
import itertools
import socket
import statistics
import time
from collections import defaultdict
from dataclasses import dataclass, field

import uvloop

from bench.agents import address, running_agents
from collectors.observation import Outcome
from collectors.snmp.engine import SnmpEngine
from collectors.target import Community, SnmpTarget, Target
from netmon.cadence import Cadence
from tests.scenarios.running import udp_port
from topology.model import DeviceId

DEVICES = 1000
INTERVAL_SECONDS = 2.0
WARM_SECONDS = 5.0  # the first polls find out about interfaces
LOOK_SECONDS = 5.0
SILENT = DeviceId("d500")
QUIETEST_SECONDS = 0.25  # a difference below is a busy machine's


@dataclass(slots=True)
class Seen:
    """A stretch of polling: per device, when polls began, how long they took, how they ended."""

    begun: dict[DeviceId, list[float]] = field(default_factory=lambda: defaultdict(list))
    durations: dict[DeviceId, list[float]] = field(default_factory=lambda: defaultdict(list))
    outcomes: dict[DeviceId, set[Outcome]] = field(default_factory=lambda: defaultdict(set))

    def gaps(self) -> list[float]:
        """Return the times between two polls of one device, of all but the silent one."""
        return sorted(
            after - before
            for device, begun in self.begun.items()
            if device != SILENT
            for before, after in itertools.pairwise(begun)
        )

    def took(self) -> list[float]:
        return sorted(
            seconds
            for device, durations in self.durations.items()
            if device != SILENT
            for seconds in durations
        )


def targets(port: int) -> dict[DeviceId, SnmpTarget]:
    community = Community(name="lab", secret=b"public")
    return {
        DeviceId(f"d{number}"): SnmpTarget(
            device=DeviceId(f"d{number}"), address=address(number), port=port, credential=community
        )
        for number in range(DEVICES)
    }


async def live(port: int, silent_port: int) -> tuple[Seen, Seen]:
    """Poll a thousand that answer; then the same with one that is silent. Return both."""
    asked, engine = targets(port), SnmpEngine()
    stretches = Seen(), Seen(), Seen()
    now = iter(stretches)
    seen = next(now)

    async def poll(target: Target) -> bool:
        assert target.snmp is not None
        stretch, started = seen, time.monotonic()
        observation = await engine.collect(target.snmp)
        stretch.begun[target.device].append(started)
        stretch.durations[target.device].append(observation.duration_seconds)
        stretch.outcomes[target.device].add(observation.outcome)
        return observation.outcome.has_values

    def timed() -> list[Target]:
        return [
            Target(device=device, interval_seconds=INTERVAL_SECONDS, snmp=snmp)
            for device, snmp in asked.items()
        ]

    cadence = Cadence(timed(), poll)
    running = asyncio.create_task(cadence.run())
    await asyncio.sleep(WARM_SECONDS)
    seen = next(now)
    await asyncio.sleep(LOOK_SECONDS)
    asked[SILENT] = dataclasses.replace(asked[SILENT], port=silent_port, timeout_seconds=0.6)
    cadence.replace(timed())
    seen = next(now)
    await asyncio.sleep(LOOK_SECONDS)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await engine.close()
    return stretches[1], stretches[2]


def quantile(ordered: list[float], share: float) -> float:
    return ordered[int(share * (len(ordered) - 1))]


def test_one_silent_device_among_a_thousand_changes_nobody_elses_poll_time() -> None:
    port, silent_port = udp_port(), udp_port()
    with running_agents(port), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as nobody:
        nobody.bind((address(500), silent_port))  # hears, and says nothing
        alone, beside = uvloop.run(live(port, silent_port))

    for seen in (alone, beside):
        others = {device: found for device, found in seen.outcomes.items() if device != SILENT}
        assert len(others) == DEVICES - 1
        assert all(found == {Outcome.OK} for found in others.values())
    assert beside.outcomes[SILENT] == {Outcome.TIMEOUT}
    assert min(beside.durations[SILENT]) > 1.5  # three tries
    # Every poll begins in its slot. The others are all asked as often as before …
    before, after = alone.gaps(), beside.gaps()
    assert len(after) > 0.8 * len(before)
    assert abs(statistics.median(after) - INTERVAL_SECONDS) < 0.05
    assert quantile(after, 0.99) < quantile(before, 0.99) + QUIETEST_SECONDS
    # … and answer as quickly: nothing of the silent one's waiting is in their polls.
    before, after = alone.took(), beside.took()
    assert statistics.median(after) < statistics.median(before) + 0.05
    assert quantile(after, 0.99) < quantile(before, 0.99) + QUIETEST_SECONDS
