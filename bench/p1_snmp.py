"""P1: SNMP v2c polling, 81 varbinds a device, ours against the real snmp_exporter.

Both ask the same agents (bench/agents.py), in turn. Compared is process CPU: of our poll engine in
this process, and of the exporter's process (its HTTP client, which is us, is not counted). First
both must return the same values for the same devices, while these stand still.

    python bench/p1_snmp.py --devices 2000
"""

import argparse
import asyncio
import contextlib
import json
import re
import resource
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import aiohttp
import uvloop

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bench.agents import address, running_agents  # noqa: E402
from bench.line import cpu_seconds_of  # noqa: E402
from collectors.observation import Observation, Outcome  # noqa: E402
from collectors.snmp.ber import format_oid  # noqa: E402
from collectors.snmp.engine import SnmpEngine  # noqa: E402
from collectors.snmp.library import load_profile  # noqa: E402
from collectors.snmp.profile import Index  # noqa: E402
from collectors.target import Community, Credential, SnmpTarget  # noqa: E402
from netmon.memory import spare_the_settled  # noqa: E402
from topology.model import DeviceId  # noqa: E402

PROMISE = 10.0
INTERFACES = 8
COLUMNS = load_profile("if-mib").columns
VARBINDS = 1 + INTERFACES * sum(column.index is Index.INTERFACE for column in COLUMNS)
EXPORTER = "prometheus-snmp-exporter"


COMMUNITY = Community(name="bench", secret=b"public")
V2C: dict[str, object] = {"version": 2, "auth": {"community": "public"}}  # as the exporter says it


def exporter_module(security: dict[str, object]) -> dict[str, object]:
    """Return the exporter's configuration for exactly the objects we ask."""
    oids: list[str] = []
    metrics: list[dict[str, object]] = []
    for column in COLUMNS:
        text = format_oid(column.oid)
        kind = "counter" if column.quantity.kind.is_counter else "gauge"
        metric: dict[str, object] = {"name": column.quantity.name, "type": kind, "help": "-"}
        if column.index is Index.INTERFACE:
            oids += [f"{text}.{index}" for index in range(1, INTERFACES + 1)]
            metric["oid"] = text
            metric["indexes"] = [{"labelname": "ifIndex", "type": "gauge"}]
        else:
            oids.append(text)
            metric["oid"] = text.removesuffix(".0")
        metrics.append(metric)
    return {
        "p1": {
            "get": oids,
            "metrics": metrics,
            "max_repetitions": (VARBINDS + 1) // 2,  # so many objects in one of its GETs
            "retries": 2,
            "timeout": "5s",
            **security,
        }
    }


@contextlib.contextmanager
def running_exporter(http_port: int, security: dict[str, object] = V2C) -> Iterator[int]:
    """Run the exporter; yield its pid."""
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "snmp.yml"
        config.write_text(json.dumps(exporter_module(security)), encoding="utf-8")  # JSON is YAML
        command = [
            EXPORTER,
            f"--config.file={config}",
            f"--web.listen-address=127.0.0.1:{http_port}",
            "--log.level=error",
        ]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
            try:
                _await_port(http_port)
                yield process.pid
            finally:
                process.terminate()


def _await_port(port: int) -> None:
    for _ in range(100):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 0.1):
            return
        time.sleep(0.05)
    raise SystemExit(f"{EXPORTER} did not start")


def own_cpu_seconds() -> float:
    """Return the CPU time this process has used."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


async def each(count: int, workers: int, work: Callable[[int], Awaitable[None]]) -> None:
    """Do the work for every number below `count`, so many at a time."""
    numbers = iter(range(count))

    async def worker() -> None:
        for number in numbers:
            await work(number)

    await asyncio.gather(*(worker() for _ in range(workers)))


def targets(count: int, port: int, credential: Credential = COMMUNITY) -> list[SnmpTarget]:
    """Return the devices."""
    return [
        SnmpTarget(
            device=DeviceId(f"d{number}"), address=address(number), port=port, credential=credential
        )
        for number in range(count)
    ]


def keyed(observation: Observation) -> dict[str, float]:
    """Return an observation in the exporter's words: name{ifIndex} → raw value."""
    found: dict[str, float] = {}
    if observation.layout is None:
        return found
    for cell, value in zip(observation.layout.cells, observation.values, strict=True):
        if value is None:
            continue
        scale = {"uptime_seconds": 100.0, "speed_bps": 1e-6}.get(cell.quantity, 1.0)
        index = "" if cell.interface is None else cell.interface.rsplit("eth", 1)[1]
        found[f"{cell.quantity}{index}"] = round(value * scale)
    return found


_SAMPLE = re.compile(r'^(\w+?)(?:\{ifIndex="(\d+)"\})? (\S+)$', re.MULTILINE)


def parsed(page: str) -> dict[str, float]:
    """Return what the exporter said: name{ifIndex} → value."""
    names = {column.quantity.name for column in COLUMNS}
    return {
        f"{name}{index}": round(float(value))
        for name, index, value in _SAMPLE.findall(page)
        if name in names
    }


async def check_same_values(
    devices: int, http_port: int, port: int, credential: Credential = COMMUNITY
) -> int:
    """Compare both sides' values of some devices; return how many were the same."""
    engine = SnmpEngine()
    compared = 0
    async with aiohttp.ClientSession() as session:
        for target in targets(min(devices, 32), port, credential):
            ours = keyed(await engine.collect(target))
            theirs = parsed(await scrape(session, http_port, target.address, port))
            if ours != theirs or len(ours) != VARBINDS:
                raise SystemExit(f"{target.device}: values differ: {ours} and {theirs}")
            compared += len(ours)
    await engine.close()
    return compared


async def scrape(session: aiohttp.ClientSession, http_port: int, host: str, port: int) -> str:
    """Let the exporter poll one device."""
    url = f"http://127.0.0.1:{http_port}/snmp"
    params = {"module": "p1", "target": f"{host}:{port}"}
    async with session.get(url, params=params) as response:
        response.raise_for_status()
        return await response.text()


async def measure_ours(
    devices: int, rounds: int, port: int, credential: Credential = COMMUNITY
) -> float:
    """Return CPU seconds a round of all devices takes our engine; mapping is done before."""
    engine = SnmpEngine()
    asked = targets(devices, port, credential)
    bad: list[Outcome] = []

    async def poll(number: int) -> None:
        observation = await engine.collect(asked[number])
        if observation.outcome is not Outcome.OK:
            bad.append(observation.outcome)

    await each(devices, 256, poll)
    spare_the_settled(tidy=True)  # as `netmon run` does
    await each(devices, 256, poll)
    before = own_cpu_seconds()
    for _ in range(rounds):
        await each(devices, 256, poll)
    spent = own_cpu_seconds() - before
    strict = engine.statistics.answers_read_strictly / engine.statistics.answers
    print(
        f"ours: {strict:.1%} of the answers had a new shape; drops {engine.statistics.socket_drops}"
    )
    await engine.close()
    if bad:
        raise SystemExit(f"ours failed: {set(bad)}")
    return spent / rounds


async def measure_peer(devices: int, rounds: int, port: int, http_port: int, pid: int) -> float:
    """Return CPU seconds a round of all devices takes the exporter."""
    connector = aiohttp.TCPConnector(limit=16)
    async with aiohttp.ClientSession(connector=connector) as session:

        async def poll(number: int) -> None:
            page = await scrape(session, http_port, address(number), port)
            if "uptime_seconds" not in page:
                raise SystemExit("the exporter returned no values")

        await each(min(devices, 100), 16, poll)
        before = cpu_seconds_of(pid)
        for _ in range(rounds):
            await each(devices, 16, poll)
        return (cpu_seconds_of(pid) - before) / rounds


def main() -> int:
    """Check, measure, print the table and the line a script reads."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--devices", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--port", type=int, default=16161)
    parser.add_argument("--http-port", type=int, default=19116)
    options = parser.parse_args()
    devices, port, http_port = options.devices, options.port, options.http_port
    with running_exporter(http_port) as pid:
        with running_agents(port, interfaces=INTERFACES, is_frozen=True):
            same = uvloop.run(check_same_values(devices, http_port, port))
        with running_agents(port, interfaces=INTERFACES):
            ours = uvloop.run(measure_ours(devices, options.rounds, port))
            peer = uvloop.run(measure_peer(devices, 1, port, http_port, pid))
    varbinds = devices * VARBINDS
    print(f"{same} values compared, all the same; {devices} devices × {VARBINDS} varbinds")
    print(f"{'':16} {'CPU s a round':>14} {'µs a device':>12} {'varbinds/CPU-s':>15}")
    for name, seconds in (("netmon", ours), ("snmp_exporter", peer)):
        print(
            f"{name:16} {seconds:14.3f} {seconds / devices * 1e6:12.1f} {varbinds / seconds:15,.0f}"
        )
    ratio = peer / ours
    holds = "yes" if ratio >= PROMISE else "no"
    print(
        f"P1 ours={varbinds / ours:.0f} varbinds/CPU-s peer={varbinds / peer:.0f} varbinds/CPU-s "
        f"ratio={ratio:.1f} promise={PROMISE:.1f} holds={holds}"
    )
    return 0 if holds == "yes" else 1


if __name__ == "__main__":
    sys.exit(main())
