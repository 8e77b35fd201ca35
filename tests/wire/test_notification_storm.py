"""Forged traps, storms and flapping ports, from the wire to the polls that they must not harm."""

import asyncio
import contextlib
import itertools
import socket
import sys
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from collectors.snmp.ber import parse_oid
from collectors.snmp.engine import SnmpEngine
from collectors.target import Target
from netmon.app import App, Surroundings
from netmon.cadence import LATENESS_BOUNDS_SECONDS, Cadence, CadenceStatistics
from netmon.config import load
from netmon.config.addresses import Machine
from netmon.notices import Kind
from tests.collectors.trap.datagrams import LINK_DOWN, LINK_UP, v1, v2c
from tests.servers import free_port
from tests.wire.agent import Agent, device_objects, running_agent
from tests.wire.traps import V2C, device, receiving, snmptrap
from topology.model import DeviceId

STORM_PER_SECOND, STORM_SECONDS = 5000, 10
GOOD = 50
LATEST_SECONDS = 2.0

STORM = """
import socket, sys, time
sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sock.bind(("127.0.0.66", 0))
sock.connect(("127.0.0.1", int(sys.argv[1])))
data, sent, begun = bytes.fromhex(sys.argv[2]), 0, time.monotonic()
rate, seconds = int(sys.argv[3]), float(sys.argv[4])
while (passed := time.monotonic() - begun) < seconds:
    while sent < passed * rate:
        sock.send(data)
        sent += 1
    time.sleep(0.002)
print(sent)
"""


def share_late(statistics: CadenceStatistics, bound_seconds: float) -> float:
    """Return the share of polls that began later than a bound of the histogram."""
    within = LATENESS_BOUNDS_SECONDS.index(bound_seconds) + 1
    late = sum(statistics.lateness_buckets[within:])
    return late / max(1, sum(statistics.lateness_buckets))


@pytest.mark.timeout(240)
@pytest.mark.conformance(
    "HT-07",
    "storm of 5,000/s for 10 s from one source: 50 good traps of others heard within 2 s,"
    " sent = processed + dropped, polls on time",
)
def test_ht07_a_storm_of_one_hides_nothing_of_the_others_and_delays_no_poll(
    folder: Path,
) -> None:
    async def story() -> None:
        others = [device(f"radio-{n}", f"127.0.1.{n}") for n in range(1, GOOD + 1)]
        engine = SnmpEngine()
        async with (
            running_agent() as agent,
            receiving(folder, device("storm", "127.0.0.66"), *others) as ear,
        ):
            targets = [
                Target(
                    device=DeviceId(f"polled-{n}"),
                    interval_seconds=1.0,
                    snmp=agent.target(device=DeviceId(f"polled-{n}")),
                )
                for n in range(100)
            ]

            async def poll(target: Target) -> bool:
                assert target.snmp is not None
                return (await engine.collect(target.snmp)).outcome.has_values

            cadence = Cadence(targets, poll)
            polling = asyncio.create_task(cadence.run())
            storm = await asyncio.create_subprocess_exec(
                sys.executable,
                "-c",
                STORM,
                str(ear.port),
                v2c(LINK_DOWN).hex(),
                str(STORM_PER_SECOND),
                str(STORM_SECONDS),
                stdout=asyncio.subprocess.PIPE,
            )
            await asyncio.sleep(1.0)
            begun: dict[DeviceId, float] = {}
            for source in others:
                begun[source.device] = time.monotonic()
                await snmptrap(ear.port, *V2C, source=source.address)
            output, _ = await storm.communicate()
            sent = int(output) + GOOD
            assert sent > STORM_PER_SECOND * STORM_SECONDS * 0.9
            await ear.until(
                lambda: ear.settled + ear.receiver.kernel_drops == sent,
                "sent = processed + dropped",
            )
            heard = {each.device: each.monotonic for each in ear.heard if each.device in begun}
            assert len(heard) == GOOD
            assert max(heard[each] - at for each, at in begun.items()) < LATEST_SECONDS
            assert ear.receiver.statistics.restarts == 0
            storms = [each for each in ear.warned if each.reason == "limited"]
            assert [each.device for each in storms] == ["storm"]  # one event
            polling.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await polling
            assert cadence.statistics.polls > 500
            assert share_late(cadence.statistics, 1.0) <= 0.01
        await engine.close()

    asyncio.run(story())


def configuration(directory: Path, agent_port: int, trap_port: int) -> Path:
    """Write a network of one polled device whose traps are received."""
    secret = directory / "community"
    secret.write_text("public", "utf-8")
    secret.chmod(0o400)
    path = directory / "netmon.yaml"
    path.write_text(
        f"""
settings:
  collector_site: centre
  api: {{port: {free_port()}}}
  pipeline: {{judge_interval_seconds: 0.2}}
  store: {{path: {directory}/netmon.sqlite}}
  traps: {{listen: [127.0.0.1], port: {trap_port}, directory: {directory}/traps}}
  notices: {{again_seconds: 1.5, spacing_seconds: 0.2}}
credentials: {{lab: {{community_file: {secret}}}}}
intervals: {{default: 10m}}
sites: [{{id: centre, country: LT, position: {{lat: 54.7, lon: 25.3}}, role: core}}]
devices:
  - {{id: radio-7, site: centre, address: 127.0.0.1, port: {agent_port}, credentials: lab,
      ping: false}}
""",
        "utf-8",
    )
    return path


@contextlib.asynccontextmanager
async def watching(directory: Path, agent: Agent, trap_port: int) -> AsyncIterator[App]:
    """Run the whole of netmon with its trap receiver, after the first poll."""
    path = configuration(directory, agent.port, trap_port)
    app = App(load.load([path], machine=Machine()), Surroundings())
    running = asyncio.create_task(app.run())
    await until(lambda: app.traps is not None and app.traps.receiver.statistics.is_up)
    app.cadence.poll_now(DeviceId("radio-7"))
    await until(lambda: app.pipeline.judgement is not None and oper_status(app) == 1)
    agent.requests.clear()
    try:
        yield app
    finally:
        app.stop()
        await running


async def until(condition: Callable[[], object]) -> None:
    """Wait for what must come true soon."""
    async with asyncio.timeout(15):
        while not condition():  # noqa: ASYNC110 - the other side is a process
            await asyncio.sleep(0.01)


def oper_status(app: App) -> float | None:
    """Return what netmon believes of the port."""
    readings = app.pipeline.readings
    if readings is None:
        return None
    column = readings.interfaces.gauges["oper_status"]
    for identity, value in zip(readings.interfaces.ids, column, strict=True):
        if identity == "radio-7:eth0":
            return float(value)
    return None


@pytest.mark.conformance(
    "HT-02", "forged linkDown of a known device: state untouched, polled at once and again"
)
@pytest.mark.parametrize(
    "data", [v1(2, community=b"public"), v2c(community=b"public")], ids=["v1", "v2c"]
)
def test_ht02_a_forged_link_down_only_makes_netmon_look(data: bytes, folder: Path) -> None:
    async def story() -> None:
        port = free_port(socket.SOCK_DGRAM)
        async with (
            running_agent(device_objects({4: b"eth0"})) as agent,
            watching(folder, agent, port) as app,
        ):
            begun = time.monotonic()
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
                sock.bind(("127.0.0.1", 0))
                sock.sendto(data, ("127.0.0.1", port))
            await until(lambda: agent.requests)
            assert time.monotonic() - begun < 1.0  # at once, though the interval is ten minutes
            assert app.traps is not None
            assert app.traps.notices.recent[0].kind is Kind.NOTIFIED
            first = len(agent.requests)
            await until(lambda: len(agent.requests) > first)  # and once more
            assert time.monotonic() - begun >= 1.5
            await asyncio.sleep(0.5)
            assert oper_status(app) == 1
            assert app.incidents.open == ()
            assert app.traps.notices.statistics.polls == 2

    asyncio.run(story())


def test_a_true_link_down_is_known_from_the_poll_it_asked_for(folder: Path) -> None:
    async def story() -> None:
        port = free_port(socket.SOCK_DGRAM)
        async with (
            running_agent(device_objects({4: b"eth0"})) as agent,
            watching(folder, agent, port) as app,
        ):
            status = (*parse_oid("1.3.6.1.2.1.2.2.1.8"), 4)
            agent.objects[status] = agent.objects[status]._replace(content=2)
            begun = time.monotonic()
            await snmptrap(port, "-v2c", "-c", "public")
            await until(lambda: oper_status(app) == 2)
            assert time.monotonic() - begun < 3.0

    asyncio.run(story())


@pytest.mark.conformance("HT-08", "one port flaps 100 times/s: one flap event, state from polls")
def test_ht08_a_port_that_flaps_a_hundred_times_a_second_is_one_event(folder: Path) -> None:
    async def story() -> None:
        port = free_port(socket.SOCK_DGRAM)
        async with (
            running_agent(device_objects({4: b"eth0"})) as agent,
            watching(folder, agent, port) as app,
        ):
            assert app.traps is not None
            changes = itertools.cycle((LINK_DOWN, LINK_UP))
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
                sock.bind(("127.0.0.1", 0))
                for _ in range(150):
                    data = v2c(next(changes), community=b"public")
                    sock.sendto(data, ("127.0.0.1", port))
                    await asyncio.sleep(0.01)
            notices = app.traps.notices
            await until(lambda: notices.statistics.heard == 150)
            kinds = [notice.kind for notice in notices.recent]
            assert kinds.count(Kind.FLAPPING) == 1
            assert notices.flapping.ports == (("radio-7", 4),)
            assert notices.statistics.polls <= 4  # of 150
            await asyncio.sleep(0.5)
            assert oper_status(app) == 1
            assert app.incidents.open == ()

    asyncio.run(story())


def test_what_became_of_traps_is_in_the_metrics(folder: Path) -> None:
    async def story() -> None:
        port = free_port(socket.SOCK_DGRAM)
        async with (
            running_agent(device_objects({4: b"eth0"})) as agent,
            watching(folder, agent, port) as app,
        ):
            assert app.traps is not None
            await snmptrap(port, "-v2c", "-c", "public")
            await snmptrap(port, "-v2c", "-c", "wrong")
            traps = app.traps
            await until(lambda: sum(traps.processed.values()) == 1)
            await until(lambda: traps.drops["wrong_community"] == 1)
            _, body, _ = await app.source.render_metrics("text/plain", "")
            lines = set(body.decode("utf-8").splitlines())
            assert {
                "netmon_traps_up 1",
                "netmon_traps_received_total 2",
                'netmon_traps_processed_total{outcome="told"} 1',
                'netmon_traps_dropped_total{reason="wrong_community"} 1',
                'netmon_traps_dropped_total{reason="kernel"} 0',
                'netmon_traps_security_events_total{kind="wrong_community"} 1',
                'netmon_traps_security_events_total{kind="replayed"} 0',
            } <= lines

    asyncio.run(story())


def test_a_receiver_that_cannot_listen_leaves_the_polls_alone(folder: Path) -> None:
    async def story() -> None:
        async with running_agent(device_objects({4: b"eth0"})) as agent:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
                taken.bind(("127.0.0.1", 0))
                path = configuration(folder, agent.port, taken.getsockname()[1])
                app = App(load.load([path], machine=Machine()), Surroundings())
                running = asyncio.create_task(app.run())
                await until(lambda: app.server is not None)
                app.cadence.poll_now(DeviceId("radio-7"))
                await until(lambda: oper_status(app) == 1)
                _, body, _ = await app.source.render_metrics("text/plain", "")
                assert "netmon_traps_up 0" in body.decode("utf-8").splitlines()
                app.stop()
                await running

    asyncio.run(story())
