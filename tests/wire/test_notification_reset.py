"""HT-05 with a real agent: a device that lost its boots is believed when a poll has found it so."""

import asyncio
import shutil
import socket
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from collectors.trap.counters import Count, Drop
from netmon.app import App, Surroundings
from netmon.config import load
from netmon.config.addresses import Machine
from tests.collectors.snmp.snmpd import Snmpd, snmpd
from tests.servers import free_port, require
from tests.wire.traps import COLD_START, snmptrap, v3

ENGINE = "0x80001f8804726164696f2d3700"


def lines(trap_port: int) -> list[str]:
    """Return the configuration of an agent that tells its start by a v3 trap."""
    keys = '-a SHA-256 -A "correct horse" -x AES -X "battery staple"'
    return [
        f"exactEngineID {ENGINE}",
        'createUser watch SHA-256 "correct horse" AES "battery staple"',
        "rouser watch priv",
        f"trapsess -v 3 -u watch -l authPriv {keys} 127.0.0.1:{trap_port}",
    ]


def written(folder: Path, agent_port: int, trap_port: int) -> Path:
    """Write a network of the one agent."""
    for name, secret in (("auth", "correct horse"), ("privacy", "battery staple")):
        (folder / name).write_text(secret, "utf-8")
        (folder / name).chmod(0o400)
    path = folder / "netmon.yaml"
    path.write_text(
        f"""
settings:
  collector_site: centre
  api: {{port: {free_port()}}}
  store: {{path: {folder}/netmon.sqlite}}
  traps: {{listen: [127.0.0.1], port: {trap_port}, directory: {folder}/traps}}
  notices: {{again_seconds: 2, spacing_seconds: 0.5}}
credentials:
  watch:
    {{user: watch, auth: sha256, auth_key_file: auth, privacy: aes128, privacy_key_file: privacy}}
intervals: {{default: 10m}}
sites: [{{id: centre, country: LT, position: {{lat: 54.7, lon: 25.3}}, role: core}}]
devices:
  - {{id: radio-7, site: centre, address: 127.0.0.1, port: {agent_port}, credentials: watch,
      ping: false}}
""",
        "utf-8",
    )
    return path


async def until(condition: Callable[[], object], what: str) -> None:
    """Wait for what must come true soon."""
    try:
        async with asyncio.timeout(20):
            while not condition():  # noqa: ASYNC110 - the other side is a process
                await asyncio.sleep(0.02)
    except TimeoutError:
        raise AssertionError(f"{what} did not come true") from None


def factory_reset(agent: Snmpd) -> None:
    """Let the agent forget its boots, and start."""
    agent.stop()
    shutil.rmtree(agent.folder / "kept", ignore_errors=True)
    agent.start()


@pytest.mark.conformance(
    "HT-05", "engineBoots went back: security event; accepted only after a poll confirms it"
)
def test_ht05_a_reset_agent_is_believed_after_netmon_has_polled_it(folder: Path) -> None:
    require("snmptrap")

    async def story(agent: Snmpd, trap_port: int) -> None:
        path = written(folder, agent.port, trap_port)
        app = App(load.load([path], machine=Machine()), Surroundings())
        running = asyncio.create_task(app.run())
        await until(lambda: app.traps and app.traps.receiver.statistics.is_up, "the receiver")
        assert app.traps is not None
        counters = app.traps.receiver.counters
        for start in range(2):  # net-snmp tells its start and its end
            agent.start()
            await until(lambda n=start: counters[Count.TOLD] >= 2 * n + 1, "a start")  # type: ignore[misc]
            agent.stop()
            await until(lambda n=start: counters[Count.TOLD] >= 2 * n + 2, "an end")  # type: ignore[misc]
        told = counters[Count.TOLD]
        factory_reset(agent)
        await until(lambda: counters[Drop.BOOTS_BACK] > 0, "the refusal of boots that went back")
        assert counters[Count.TOLD] == told
        begun = time.monotonic()
        while counters[Count.TOLD] == told:  # until the poll has been made, refused; then told
            assert time.monotonic() - begun < 20
            await asyncio.sleep(0.3)
            engine_id, boots, seconds = app.native.engine_of("radio-7") or (b"", 0, 0)
            if boots == 1:
                options = v3(engine=ENGINE, boots=boots, time=seconds + 1)
                await snmptrap(trap_port, *options, trap=("", COLD_START))
        assert engine_id.hex() == ENGINE[2:]
        app.stop()
        await running

    trap_port = free_port(socket.SOCK_DGRAM)
    begun = time.monotonic()
    with snmpd(lines(trap_port)) as agent:
        agent.stop()
        asyncio.run(story(agent, trap_port))
    assert time.monotonic() - begun < 50
