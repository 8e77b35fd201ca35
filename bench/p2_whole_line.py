"""P2: the whole line, polled and scraped every 15 s, ours against snmp_exporter on the same agents.

Ours is a real `netmon run`: poll, state, rates, detection, incidents, store and /metrics. The
exporter polls and renders only, which is all it does. Both polls and scrapes are spread over the
interval, as cadence and Prometheus do it. Compared is process CPU. First both must return the same
values.

    python bench/p2_whole_line.py --devices 1000
"""

import argparse
import asyncio
import sys
import tempfile
import time
from pathlib import Path

import aiohttp
import uvloop

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bench.agents import address, running_agents  # noqa: E402
from bench.line import cpu_seconds_of, measure, running_netmon  # noqa: E402
from bench.p1_snmp import (  # noqa: E402
    VARBINDS,
    check_same_values,
    running_exporter,
    scrape,
)

PROMISE = 5.0
INTERVAL_SECONDS = 15.0


async def measure_peer(devices: int, seconds: float, port: int, http_port: int, pid: int) -> float:
    """Return CPU seconds a round of all devices takes the exporter, scraped as Prometheus does."""
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=64)) as session:
        for number in range(min(devices, 100)):
            await scrape(session, http_port, address(number), port)
        rounds = max(1, round(seconds / INTERVAL_SECONDS))
        before, started = cpu_seconds_of(pid), time.monotonic()
        async with asyncio.TaskGroup() as tasks:
            for number in range(devices * rounds):
                due = started + number * INTERVAL_SECONDS / devices
                await asyncio.sleep(max(0.0, due - time.monotonic()))
                host = address(number % devices)
                tasks.create_task(scrape(session, http_port, host, port))
        return (cpu_seconds_of(pid) - before) / rounds


def main() -> int:
    """Check, measure, print the table and the line a script reads."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--devices", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=30.0, help="measured, after as many warm")
    parser.add_argument("--port", type=int, default=16162)
    parser.add_argument("--http-port", type=int, default=19117)
    parser.add_argument("--web-port", type=int, default=19118)
    options = parser.parse_args()
    devices, port, http_port = options.devices, options.port, options.http_port
    with running_exporter(http_port) as pid, tempfile.TemporaryDirectory() as folder:
        with running_agents(port, is_frozen=True):
            same = uvloop.run(check_same_values(devices, http_port, port))
        with running_agents(port):
            with running_netmon(
                Path(folder),
                devices,
                port=port,
                web_port=options.web_port,
                interval_seconds=INTERVAL_SECONDS,
            ) as netmon:
                cost = measure(
                    netmon,
                    warm_seconds=max(20.0, options.seconds),
                    seconds=options.seconds,
                    scrape_every=INTERVAL_SECONDS,
                )
            peer = uvloop.run(measure_peer(devices, options.seconds, port, http_port, pid))
    if cost.good < 0.99 * cost.polls or cost.polls < 0.9 * devices * 2:
        print(f"only {cost.good:.0f} of {cost.polls:.0f} polls were good; nothing is proved")
        return 1
    ours = cost.microseconds_per_poll * devices / 1e6
    print(f"{same} values compared, all the same; {devices} devices × {VARBINDS} varbinds")
    print(f"a page of {cost.series:.0f} series, {cost.scrape_seconds * 1e3:.0f} ms CPU a scrape;")
    print(f"judging takes {cost.judge_seconds * 1e3:.0f} ms CPU a cycle, three cycles a round")
    print(f"{'':16} {'CPU s a round':>14} {'CPU s a round of 1,000':>23}")
    for name, seconds in (("netmon, all", ours), ("snmp_exporter", peer)):
        print(f"{name:16} {seconds:14.3f} {seconds / devices * 1000:23.3f}")
    ratio = peer / ours
    holds = "yes" if ratio >= PROMISE else "no"
    print(
        f"P2 ours={ours / devices * 1000:.3f} CPU-s/1000 peer={peer / devices * 1000:.3f} "
        f"CPU-s/1000 ratio={ratio:.1f} promise={PROMISE:.1f} holds={holds}"
    )
    return 0 if holds == "yes" else 1


if __name__ == "__main__":
    sys.exit(main())
