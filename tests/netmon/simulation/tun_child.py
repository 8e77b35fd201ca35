"""Runs in a process of its own, as root: a namespace, the TUN network, real pings and polls.

Prints one JSON object of what it saw; `test_tun` judges it.
"""

import asyncio
import json
import socket
import subprocess
import sys
from collections import Counter
from pathlib import Path

from collectors.ping.collector import PingCollector
from collectors.ping.transport import open_transport
from collectors.snmp.engine import SnmpEngine
from collectors.target import Target
from netmon.config.load import load
from netmon.simulation.addresses import behind_tun
from netmon.simulation.agents import Agents
from netmon.simulation.clock import StoryClock
from netmon.simulation.impairment import ROUGH, Impairment
from netmon.simulation.namespace import enter_namespace
from netmon.simulation.story import QUIET
from netmon.simulation.tun import TunNetwork
from netmon.simulation.world import World
from topology.model import SiteId


async def ask_all(targets: list[Target]) -> dict[str, object]:
    engine, ping = SnmpEngine(), PingCollector(open_transport())
    polls = await asyncio.gather(*(engine.collect(each.snmp) for each in targets if each.snmp))
    bursts = await asyncio.gather(*(ping.collect(each.ping) for each in targets if each.ping))
    await engine.close()
    await ping.close()
    far = next(burst for burst in bursts if burst.device == "patrol-rut1")
    return {
        "polls": Counter(str(poll.outcome) for poll in polls),
        "bursts": Counter(str(burst.outcome) for burst in bursts),
        "far_rtt_seconds": min(far.rtts_seconds),
    }


def main(inventory: str) -> None:
    listener = socket.create_server(("127.0.0.1", 0))  # opened before: it stays outside
    enter_namespace()
    border = load([Path(inventory)], environ={"NETMON_DEMO_COMMUNITY": "made-up-for-tests"})
    clock = StoryClock()
    world = World(border.network, collector_site=SiteId("vilnius"), story=QUIET)
    targets = list(behind_tun(border.targets).values())
    agents = Agents(world, targets, clock)
    saw: dict[str, object] = {"interfaces": [name for _, name in socket.if_nameindex()]}
    with TunNetwork(agents, Impairment(world, ROUGH), targets, clock) as network:
        saw["with_tun"] = [name for _, name in socket.if_nameindex()]
        clock.begin()
        saw |= asyncio.run(ask_all(targets))
        saw["ping"] = subprocess.run(
            ["ping", "-c", "3", "-i", "0.2", "-W", "2", "198.18.9.1"],
            capture_output=True, text=True, check=False,
        ).stdout if sys.argv[2:] else ""  # fmt: skip
    saw["answered"] = network.statistics.answered
    saw["after"] = [name for _, name in socket.if_nameindex()]
    saw["listener"] = listener.getsockname()[0]
    sys.stdout.write(json.dumps(saw))


if __name__ == "__main__":
    main(sys.argv[1])
