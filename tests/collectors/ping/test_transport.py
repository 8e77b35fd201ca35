"""The real sockets: loopback here, and network namespaces of the test's own where it must break."""

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
import uvloop

from collectors.errors import PingUnavailable
from collectors.observation import EchoObservation, Outcome
from collectors.ping.collector import PingCollector
from collectors.ping.transport import PingSettings, SocketTransport, open_transport
from collectors.target import PingTarget
from tests.servers import require
from topology.model import DeviceId

ROOT = Path(__file__).parents[3]
NOBODY = 65_534

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root (a network namespace)")


def opened(settings: PingSettings | None = None) -> SocketTransport:
    try:
        return open_transport(settings or PingSettings())
    except PingUnavailable as error:
        pytest.skip(str(error))


def make_target(address: str, *, echoes: int = 3, timeout: float = 0.5) -> PingTarget:
    return PingTarget(
        device=DeviceId(address),
        address=address,
        echoes=echoes,
        spacing_seconds=0.02,
        timeout_seconds=timeout,
    )


async def ping(*addresses: str) -> list[EchoObservation]:
    collector = PingCollector(opened())
    seen = await asyncio.gather(*(collector.collect(make_target(each)) for each in addresses))
    await collector.close()
    return seen


Run = Callable[[Coroutine[Any, Any, list[EchoObservation]]], list[EchoObservation]]


@pytest.mark.parametrize("run", [asyncio.run, uvloop.run], ids=["asyncio", "uvloop"])
@pytest.mark.parametrize("address", ["127.0.0.1", "127.9.8.7", "::1"])
def test_loopback_answers_every_echo(run: Run, address: str) -> None:
    if ":" in address and not Path("/proc/net/if_inet6").exists():
        pytest.skip("IPv6 is off on this host")
    (seen,) = run(ping(address))
    assert (seen.outcome, seen.sent, len(seen.rtts_seconds)) == (Outcome.OK, 3, 3)
    assert 0.0 <= max(seen.rtts_seconds) < 0.5


def test_a_thousand_targets_answer_at_once() -> None:
    seen = asyncio.run(ping(*(f"127.1.{index // 200}.{1 + index % 200}" for index in range(1_000))))
    assert {each.outcome for each in seen} == {Outcome.OK}
    assert sum(len(each.rtts_seconds) for each in seen) == 3_000


def test_a_stalled_loop_does_not_lengthen_the_rtt() -> None:
    async def main() -> EchoObservation:
        collector = PingCollector(opened())
        burst = asyncio.create_task(collector.collect(make_target("127.0.0.1", echoes=1)))
        while not collector.statistics.sent:  # noqa: ASYNC110 - the stall must come right after
            await asyncio.sleep(0)
        time.sleep(0.3)  # noqa: ASYNC251 - this is the stall
        seen = await burst
        await collector.close()
        return seen

    seen = asyncio.run(main())
    assert seen.outcome is Outcome.OK
    assert seen.rtts_seconds[0] < 0.1


def test_a_stall_beyond_the_timeout_is_rescued_by_the_kernels_stamp() -> None:
    async def main() -> EchoObservation:
        collector = PingCollector(opened())
        target = make_target("127.0.0.1", echoes=1, timeout=0.1)
        burst = asyncio.create_task(collector.collect(target))
        while not collector.statistics.sent:  # noqa: ASYNC110
            await asyncio.sleep(0)
        time.sleep(0.6)  # noqa: ASYNC251
        seen = await burst
        await collector.close()
        return seen

    seen = asyncio.run(main())
    assert seen.outcome is Outcome.OK
    assert seen.rtts_seconds[0] < 0.1


def test_replies_to_others_never_reach_a_raw_socket_of_ours() -> None:
    async def main() -> tuple[int, int]:
        ours, theirs = opened(), opened()
        if ours.name != "raw socket":
            pytest.skip("needs CAP_NET_RAW")
        first, second = PingCollector(ours), PingCollector(theirs)
        await asyncio.gather(
            first.collect(make_target("127.0.0.1")), second.collect(make_target("127.0.0.1"))
        )
        await first.close()
        await second.close()
        return ours.statistics.packets_received, theirs.statistics.packets_received

    assert asyncio.run(main()) == (3, 3)


def test_an_overrun_receive_buffer_is_counted_and_nobody_is_called_silent() -> None:
    async def main() -> tuple[list[EchoObservation], int]:
        settings = PingSettings(
            receive_buffer_octets=4_096, packets_at_once=1_000, packets_per_second=1e6
        )
        transport = opened(settings)
        collector = PingCollector(transport, settings=settings)
        targets = [
            make_target(f"127.2.0.{1 + index}", echoes=1, timeout=0.1) for index in range(200)
        ]
        seen = await asyncio.gather(*(collector.collect(target) for target in targets))
        await collector.close()
        return seen, transport.statistics.drops

    seen, drops = asyncio.run(main())
    outcomes = [each.outcome for each in seen]
    assert set(outcomes) == {Outcome.OK, Outcome.TOO_LATE}
    # A full raw socket may count what its filters would have kept out: our own requests, here.
    assert 0 < outcomes.count(Outcome.TOO_LATE) <= drops


def test_a_family_the_host_lacks_is_refused_not_silent() -> None:
    async def main() -> EchoObservation:
        transport = opened()
        transport._endpoints.pop(True).socket.close()
        collector = PingCollector(transport)
        seen = await collector.collect(make_target("::1"))
        await collector.close()
        return seen

    seen = asyncio.run(main())
    assert seen.outcome is Outcome.REFUSED
    assert "IPv6 is off on this host" in seen.detail


def in_namespace(script: str, *arguments: str) -> dict[str, Any]:
    """Run the pinger in a network of its own, prepared by a shell script."""
    require("ip")
    pinger = [sys.executable, "-m", "tests.collectors.ping.pinger", *arguments]
    completed = subprocess.run(
        ["unshare", "--net", "sh", "-ec", f'ip link set lo up\n{script}\nexec "$@"', "sh", *pinger],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert completed.returncode == 0, completed.stderr
    document: dict[str, Any] = json.loads(completed.stdout)
    return document


CLOSED = "echo '1 0' > /proc/sys/net/ipv4/ping_group_range"
OPEN = "echo '0 2147483647' > /proc/sys/net/ipv4/ping_group_range"


@pytest.mark.root
@needs_root
def test_without_any_right_to_ping_both_remedies_are_named() -> None:
    document = in_namespace(CLOSED, "--uid", str(NOBODY))
    text = document["unavailable"]
    assert "CAP_NET_RAW" in text
    assert 'net.ipv4.ping_group_range = "1 0"' in text
    assert f'sysctl -w net.ipv4.ping_group_range="{NOBODY} {NOBODY}"' in text


@pytest.mark.root
@needs_root
def test_without_cap_net_raw_ping_sockets_do() -> None:
    addresses = ["127.0.0.1", "127.0.0.2", "::1"]
    document = in_namespace(OPEN, "--uid", str(NOBODY), *addresses)
    assert document["transport"] == "ping socket"
    for address in addresses:
        seen = document["seen"][address]
        assert (seen["outcome"], seen["sent"], seen["answered"]) == ("ok", 3, 3)
        assert 0.0 <= seen["slowest"] < 0.5


# Echoes to 127.0.0.9 and ::9 meet a firewall that answers with an ICMP error.
REJECTING = """
nft add table inet t
nft add chain inet t input '{ type filter hook input priority 0; }'
nft add rule inet t input ip daddr 127.0.0.9 icmp type echo-request \\
  reject with icmp type host-unreachable
ip -6 addr add fd00::9/128 dev lo
nft add rule inet t input ip6 daddr fd00::9 icmpv6 type echo-request \\
  reject with icmpv6 type admin-prohibited
"""


@pytest.mark.root
@needs_root
@pytest.mark.parametrize("rights", ["raw socket", "ping socket"])
def test_an_unreachable_is_told_and_still_a_timeout(rights: str) -> None:
    require("nft")
    uid = ("--uid", str(NOBODY)) if rights == "ping socket" else ()
    document = in_namespace(
        OPEN + REJECTING, *uid, "--timeout", "0.2", "127.0.0.9", "fd00::9", "127.0.0.1"
    )
    assert document["transport"] == rights
    seen = document["seen"]["127.0.0.9"]
    assert (seen["outcome"], seen["sent"]) == ("timeout", 3)
    assert seen["detail"] == "host unreachable from 127.0.0.9"
    seen = document["seen"]["fd00::9"]
    assert (seen["outcome"], seen["sent"]) == ("timeout", 3)
    assert seen["detail"] == "administratively prohibited from fd00::9"
    assert document["seen"]["127.0.0.1"]["answered"] == 3


@pytest.mark.root
@needs_root
def test_what_our_own_routes_forbid_is_refused_not_silent() -> None:
    document = in_namespace(
        "ip route add unreachable 198.51.100.0/24", "198.51.100.1", "203.0.113.1", "127.0.0.1"
    )
    for address in ("198.51.100.1", "203.0.113.1"):
        seen = document["seen"][address]
        assert (seen["outcome"], seen["sent"]) == ("refused", 0)
        assert seen["detail"].startswith("not sent: ")
    assert document["seen"]["127.0.0.1"]["outcome"] == "ok"


@pytest.mark.root
@needs_root
@pytest.mark.parametrize("uid", [(), ("--uid", str(NOBODY))], ids=["raw", "ping socket"])
def test_a_link_local_address_is_pinged_in_its_zone(uid: tuple[str, ...]) -> None:
    script = (
        f"{OPEN}\nip link add near type veth peer name far\n"
        "ip link set near up\nip link set far up\nip -6 addr add fe80::77/64 dev near nodad"
    )
    document = in_namespace(script, *uid, "fe80::77%near", "fe80::77%nowhere")
    assert document["seen"]["fe80::77%near"]["answered"] == 3
    assert document["seen"]["fe80::77%nowhere"]["outcome"] == "refused"
