"""HT: hostile traps and informs, sent by net-snmp to a receiver in its own process."""

import asyncio
import os
import pwd
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Coroutine
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from collectors.errors import TrapsUnavailable
from collectors.snmp.ber import Tag, parse_oid
from collectors.snmp.message import Value, Varbind
from collectors.target import AuthProtocol, PrivacyProtocol
from collectors.trap.counters import Count, Drop
from collectors.trap.notification import Event, Level
from collectors.trap.settings import TrapSettings
from collectors.trap.sockets import open_sockets
from tests.collectors.trap.datagrams import v2c
from tests.wire.engines import LOOPS
from tests.wire.traps import (
    COLD_START,
    IF_INDEX,
    LINK_DOWN,
    RADIO,
    V2C,
    WATCH,
    Ear,
    captured,
    device,
    is_alive,
    losing_answers,
    receiving,
    settings_for,
    snmpinform,
    snmptrap,
    v3,
)

ROOT = Path(__file__).resolve().parents[2]
Run = Callable[[Coroutine[Any, Any, None]], None]


@pytest.fixture(params=LOOPS)
def run(request: pytest.FixtureRequest) -> Run:
    """Both event loops."""
    return LOOPS[request.param]


@pytest.mark.conformance("HT-01", "source in no inventory: not acted on, counted, one log line")
def test_ht01_a_trap_of_a_stranger_is_counted_and_goes_no_further(folder: Path) -> None:
    async def story() -> None:
        async with receiving(folder, device(address="127.0.0.5")) as ear:
            for _ in range(5):
                await snmptrap(ear.port, *V2C, source="127.0.0.6")
            await snmptrap(ear.port, *V2C, source="127.0.0.5")
            await ear.until(lambda: ear.heard, "the known device's trap")
            assert ear.drops == {"unknown_source": 5}
            assert [(each.source, each.device) for each in ear.warned] == [("127.0.0.6", None)]

    asyncio.run(story())


@pytest.mark.parametrize("version", [("-v1", "-c", "secret"), V2C, v3()], ids=["v1", "v2c", "v3"])
def test_traps_of_all_versions_are_told(version: tuple[str, ...], folder: Path, run: Run) -> None:
    async def story() -> None:
        trap = ("", LINK_DOWN, IF_INDEX, "i", "4")
        if version[0] == "-v1":
            trap = ("1.3.6.1.6.3.1.1.5", "10.9.8.7", "2", "0", "4711", IF_INDEX, "i", "4")  # type: ignore[assignment]
        async with receiving(folder) as ear:
            assert await snmptrap(ear.port, *version, trap=trap) == 0
            await ear.until(lambda: ear.heard, "the trap")
            (told,) = ear.heard
            assert (told.device, told.event, told.if_index) == (RADIO, Event.LINK_DOWN, 4)
            assert told.level is {"-v1": Level.V1, "-v2c": Level.V2C, "-v3": Level.PRIV}[version[0]]
            assert abs(told.received_at - time.time()) < 5
            assert ear.drops == {}

    run(story())


@pytest.mark.parametrize(
    ("net_snmp", "ours"),
    [
        (("MD5", "DES"), ("md5", "des")),
        (("SHA", "AES"), ("sha", "aes128")),
        (("SHA-224", "AES"), ("sha224", "aes128")),
        (("SHA-256", "AES"), ("sha256", "aes128")),
        (("SHA-384", "AES-192"), ("sha384", "aes192")),
        (("SHA-512", "AES-256"), ("sha512", "aes256")),
        (("SHA-512", "AES-256-C"), ("sha512", "aes256c")),
    ],
    ids="-".join,
)
def test_v3_traps_and_informs_of_every_algorithm_of_net_snmp(
    net_snmp: tuple[str, str], ours: tuple[str, str], folder: Path
) -> None:
    async def story() -> None:
        user = replace(WATCH, auth=AuthProtocol(ours[0]), privacy=PrivacyProtocol(ours[1]))
        names = {"authentication": net_snmp[0], "privacy": net_snmp[1]}
        async with receiving(folder, device(user=user)) as ear:
            await snmptrap(ear.port, *v3(user, **names))  # type: ignore[arg-type]
            assert await snmpinform(ear.port, *v3(user, engine=None, **names)) == 0  # type: ignore[arg-type]
            await ear.until(lambda: len(ear.heard) == 2, "trap and inform")
            assert [(each.level, each.is_inform) for each in ear.heard] == [
                (Level.PRIV, False),
                (Level.PRIV, True),
            ]

    asyncio.run(story())


@pytest.mark.conformance(
    "HT-03", "v3 replay at once, late, after boots + 1, after our restart: 0 accepted"
)
def test_ht03_a_captured_v3_trap_is_never_accepted_again(folder: Path) -> None:
    async def story() -> None:
        settings = settings_for(folder, per_source_burst=10_000)
        old = await captured(*v3(boots=4, time=900))
        async with receiving(folder, settings=settings) as ear:
            ear.throw(old)
            await ear.until(lambda: ear.heard, "the first")
            for _ in range(400):
                ear.throw(old)
            await ear.until(lambda: ear.settled == 401, "replays at once")
            for later in (1020, 1140):  # its clock moves on
                ear.throw(await captured(*v3(boots=4, time=later)))
            for _ in range(200):
                ear.throw(old)
            await ear.until(lambda: ear.settled == 603, "replays beyond the window")
            ear.throw(await captured(*v3(boots=5, time=3)))
            for _ in range(200):
                ear.throw(old)
            await ear.until(lambda: ear.settled == 804, "replays after a reboot")
            assert len(ear.heard) == 4
            assert ear.drops == {"replayed": 400, "not_in_time": 200, "boots_back": 200}
            assert {each.reason for each in ear.warned} == {"replayed", "not_in_time", "boots_back"}
        last = await captured(*v3(boots=5, time=60))
        accepted = 0
        for _ in range(3):  # restarts of ours
            async with receiving(folder, settings=settings) as ear:
                for data in [old] * 50 + [last] * 50:
                    ear.throw(data)
                await ear.until(lambda: ear.settled == 100, "replays after our restart")
                accepted += len(ear.heard)
                assert ear.drops["boots_back"] == 50
        assert accepted == 1  # the one that was new

    asyncio.run(story())


@pytest.mark.conformance(
    "HT-04", "v3 below the user's level, unknown user, wrong digest, wrong key: rejected, by reason"
)
@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (v3(level="noAuthNoPriv"), Drop.SECURITY_LEVEL),
        (v3(level="authNoPriv"), Drop.SECURITY_LEVEL),
        (v3(replace(WATCH, user=b"other")), Drop.UNKNOWN_USER),
        (v3(authentication="SHA-512"), Drop.WRONG_DIGEST),
        (v3(replace(WATCH, auth_secret=b"wrong horse")), Drop.WRONG_DIGEST),
        (v3(replace(WATCH, privacy_secret=b"wrong staple")), Drop.UNDECODABLE),
    ],
    ids=["noAuth", "noPriv", "user", "digest", "auth key", "priv key"],
)
def test_ht04_what_does_not_prove_itself_is_rejected_by_reason(
    options: tuple[str, ...], reason: Drop, folder: Path
) -> None:
    async def story() -> None:
        async with receiving(folder) as ear:
            await snmptrap(ear.port, *options)
            await ear.until(lambda: ear.settled, "the trap's fate")
            assert ear.drops == {str(reason): 1}
            assert ear.heard == []

    asyncio.run(story())


@pytest.mark.conformance(
    "HT-05", "engineBoots went back: security event; accepted only after a poll confirms it"
)
def test_ht05_a_device_that_was_reset_is_believed_after_a_poll_of_it(folder: Path) -> None:
    async def story() -> None:
        async with receiving(folder) as ear:
            await snmptrap(ear.port, *v3(boots=40, time=500))
            await ear.until(lambda: ear.heard, "the trap before the reset")
            await snmptrap(ear.port, *v3(boots=1, time=20), trap=("", COLD_START))
            await ear.until(lambda: ear.warned, "the security event")
            (warned,) = ear.warned
            assert (warned.reason, warned.device, warned.boots) == ("boots_back", RADIO, 1)
            assert len(ear.heard) == 1
            ear.receiver.admit_boots(bytes.fromhex(warned.engine_id), 1, 22)  # as a poll found
            await asyncio.sleep(0.2)
            await snmptrap(ear.port, *v3(boots=1, time=30), trap=("", COLD_START))
            await ear.until(lambda: len(ear.heard) == 2, "the trap after the poll")

    asyncio.run(story())


@pytest.mark.conformance("HT-06", "inform sent again: exactly one event, always acknowledged")
@pytest.mark.parametrize(
    ("version", "answer"),
    [(V2C, 1), (v3(engine=None), 2)],  # of v3 the first answer is our engine id
    ids=["v2c", "v3"],
)
def test_ht06_an_inform_whose_acknowledgement_was_lost_is_one_event(
    version: tuple[str, ...], answer: int, folder: Path
) -> None:
    async def story() -> None:
        async with receiving(folder) as ear, losing_answers(ear.port, answer) as port:
            assert await snmpinform(port, *version) == 0
            assert [each.is_inform for each in ear.heard] == [True]
            assert ear.receiver.counters[Count.REPEATED] == 1
            assert await snmpinform(port, *version) == 0  # another one
            await ear.until(lambda: len(ear.heard) == 2, "the next inform")

    asyncio.run(story())


@pytest.mark.conformance(
    "HT-09", "60-kB trap, 3,200 varbinds: dropped by size before it is decoded, no stall"
)
def test_ht09_giants_are_dropped_unread_while_others_are_heard(folder: Path) -> None:
    async def story() -> None:
        giant = v2c(more=[Varbind(parse_oid("1.3.6.1.2.1.1.5.0"), Value(Tag.INTEGER, 1))] * 3200)
        assert len(giant) > 48_000
        async with receiving(folder, device(), device("giant", "127.0.0.66")) as ear:
            begun = _cpu_seconds(ear)
            for _ in range(200):
                ear.throw(giant, "127.0.0.66")
            await snmptrap(ear.port, *V2C)
            await ear.until(lambda: ear.heard, "the good trap")
            await ear.until(
                lambda: ear.settled + ear.receiver.kernel_drops == 201, "the giants' fate"
            )
            assert ear.drops == {"oversized": 200 - ear.receiver.kernel_drops}
            # pysnmp would take 0.2 s for each of them
            assert _cpu_seconds(ear) - begun < 200 * 0.02

    asyncio.run(story())


def _proc(ear: Ear, name: str) -> bytes:
    return Path(f"/proc/{ear.receiver.pid}/{name}").read_bytes()


def _cpu_seconds(ear: Ear) -> float:
    fields = _proc(ear, "stat").rsplit(b")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@pytest.mark.conformance(
    "HT-10", "v1 trap with a foreign agent address: both shown, the source is the identity"
)
def test_ht10_a_v1_trap_is_of_its_source_whatever_it_calls_itself(folder: Path) -> None:
    async def story() -> None:
        devices = device(address="127.0.0.5"), device("victim", "127.0.0.7")
        trap = ("1.3.6.1.4.1.2281", "127.0.0.7", "6", "17", "4711", IF_INDEX, "i", "4")
        async with receiving(folder, *devices) as ear:
            await snmptrap(ear.port, "-v1", "-c", "secret", trap=trap, source="127.0.0.5")
            await ear.until(lambda: ear.heard, "the trap")
            (told,) = ear.heard
            assert (told.device, told.source) == (RADIO, "127.0.0.5")
            assert told.agent_address == "127.0.0.7"
            assert told.trap_oid == "1.3.6.1.4.1.2281.0.17"  # RFC 3584 §3.1

    asyncio.run(story())


@pytest.mark.conformance(
    "HT-11", "traps that come late and out of order: stamped when received, not taken as new"
)
def test_ht11_late_traps_keep_their_stamp_and_too_late_ones_are_dropped(folder: Path) -> None:
    async def story() -> None:
        async with receiving(folder) as ear:
            datagrams = [
                await captured(*v3(boots=4, time=seconds)) for seconds in (5000, 4900, 1400)
            ]
            for data in datagrams:  # the second is late by 100 s, the third by an hour
                ear.throw(data)
            await ear.until(lambda: ear.settled == 3, "all three")
            assert len(ear.heard) == 2
            assert ear.drops == {"not_in_time": 1}
            # netmon may be slow to hear: the stamps are the receiver's
            before = time.time()
            await snmptrap(ear.port, *V2C)
            time.sleep(0.5)  # noqa: ASYNC251 - netmon stalls
            await ear.until(lambda: len(ear.heard) == 3, "the trap told late")
            assert before <= ear.heard[2].received_at < before + 0.5

    asyncio.run(story())


@pytest.mark.conformance(
    "HT-12", "receive buffer overrun: counted to the datagram, alert NetmonBlindToTraps"
)
def test_ht12_what_the_kernel_drops_is_counted_to_the_datagram(folder: Path) -> None:
    async def story() -> None:
        settings = settings_for(folder, receive_buffer_octets=65_536)
        async with receiving(folder, settings=settings) as ear:
            pid = ear.receiver.pid or 0
            os.kill(pid, signal.SIGSTOP)
            sent = 3000
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
                for _ in range(sent):
                    sock.sendto(b"x" * 200, ("127.0.0.1", ear.port))
            os.kill(pid, signal.SIGCONT)
            await ear.until(
                lambda: ear.settled + ear.receiver.kernel_drops == sent, "an exact account"
            )
            assert ear.receiver.kernel_drops > 1000

    asyncio.run(story())


@pytest.mark.conformance(
    "HT-13", "receiver dies: restarted in less than 2 s, nothing else affected"
)
def test_ht13_a_receiver_that_was_killed_is_back_and_what_came_meanwhile_is_heard(
    folder: Path, run: Run
) -> None:
    async def story() -> None:
        async with receiving(folder) as ear:
            took = []
            for number in range(1, 4):
                pid = ear.receiver.pid or 0
                os.kill(pid, signal.SIGKILL)
                begun = time.monotonic()
                await ear.until(lambda: not ear.receiver.statistics.is_up, "its death")
                await snmptrap(ear.port, *V2C)
                await ear.until(lambda n=number: len(ear.heard) == n, "the trap sent meanwhile")  # type: ignore[misc]
                assert ear.receiver.pid != pid
                assert ear.receiver.statistics.restarts == number
                took.append(time.monotonic() - begun)
            assert min(took) < 2.0  # of three, for this machine may be busy with something else
            assert ear.drops == {}

    run(story())


def test_a_receiver_that_hangs_is_ended_and_another_one_started(folder: Path) -> None:
    async def story() -> None:
        async with receiving(folder, settings=settings_for(folder, hang_seconds=2.0)) as ear:
            hung = ear.receiver.pid or 0
            os.kill(hung, signal.SIGSTOP)
            await snmptrap(ear.port, *V2C)
            await ear.until(lambda: ear.heard, "the trap, heard by another receiver")
            assert not is_alive(hung)
            assert ear.receiver.pid != hung

    asyncio.run(story())


def test_a_receiver_ends_when_netmon_is_gone(folder: Path) -> None:
    async def story() -> None:
        async with receiving(folder) as ear:
            pid = ear.receiver.pid or 0
            assert ear.receiver._writer is not None
            ear.receiver._writer.transport.abort()  # as the kernel does when netmon is killed
            await ear.until(lambda: not is_alive(pid), "its end")

    asyncio.run(story())


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give up root")
def test_where_root_starts_it_the_receiver_is_nobody(folder: Path) -> None:
    async def story() -> None:
        async with receiving(folder) as ear:
            status = _proc(ear, "status").decode("utf-8")
            fields = dict(line.split(":\t", 1) for line in status.splitlines())
            nobody = str(pwd.getpwnam("nobody").pw_uid)
            assert fields["Uid"].split() == [nobody] * 4
            assert fields["Groups"].strip() == ""
            assert int(fields["CapEff"], 16) == int(fields["CapPrm"], 16) == 0
            environment = _proc(ear, "environ")
            assert environment.startswith(b"PYTHONPATH=")
            assert environment.count(b"\0") == 1
            assert b"secret" not in _proc(ear, "cmdline")

    asyncio.run(story())


@pytest.mark.conformance("HT-14", "1,000 datagrams in 1 s from one host: a burst of 200 passes")
def test_ht14_one_host_may_say_two_hundred_things_at_once(folder: Path) -> None:
    async def story() -> None:
        async with receiving(folder, device(), device("loud", "127.0.0.66")) as ear:
            data = v2c()
            for _ in range(1000):
                ear.throw(data, "127.0.0.66")
            await ear.until(lambda: ear.settled == 1000, "all fates")
            passed = ear.receiver.counters[Count.TOLD]
            assert 200 <= passed <= 200 + 20 * 20  # and 20 for every second it took
            assert ear.drops == {"limited": 1000 - passed}
            (warned,) = ear.warned
            assert (warned.reason, warned.device) == ("limited", "loud")

    asyncio.run(story())


def test_a_slow_netmon_loses_the_oldest_and_it_is_counted(folder: Path) -> None:
    async def story() -> None:
        settings = settings_for(folder, queue_size=10, per_source_burst=100_000)
        async with receiving(folder, settings=settings) as ear:
            sent = 4000
            for number in range(sent):  # netmon does not get to listen in between
                ear.throw(v2c(index=number))
                if number % 50 == 0:
                    time.sleep(0.02)  # noqa: ASYNC251
            lost = ear.receiver.counters[Count.LOST]
            assert lost > 0
            counters = ear.receiver.counters
            await ear.until(
                lambda: counters[Count.LOST] + len(ear.heard) == sent, "told + lost = sent"
            )
            assert ear.heard[-1].if_index == sent - 1

    asyncio.run(story())


def test_a_port_that_nobody_may_bind_is_told_in_words() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        settings = TrapSettings(listen=("127.0.0.1",), port=port)
        with pytest.raises(TrapsUnavailable, match=r"cannot be received on 127\.0\.0\.1 port"):
            open_sockets(settings)
    with pytest.raises(TrapsUnavailable, match="ListenDatagram=162"):
        open_sockets(TrapSettings(listen=("systemd",)), environ={})
    with pytest.raises(ValueError, match="neither a numeric address"):
        TrapSettings(listen=("localhost",))


def test_a_socket_that_systemd_hands_over_is_taken() -> None:
    program = (
        "import os, sys\n"
        "from collectors.trap.settings import TrapSettings\n"
        "from collectors.trap.sockets import open_sockets\n"
        "environ = {'LISTEN_PID': str(os.getpid()), 'LISTEN_FDS': '1'}\n"
        "(sock,) = open_sockets(TrapSettings(listen=('systemd',)), environ)\n"
        "print(sock.getsockname()[1])\n"
    )
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as handed:
        handed.bind(("127.0.0.1", 0))
        port = handed.getsockname()[1]
        shell = f'exec 3<&{handed.fileno()}; exec {sys.executable} -c "$0"'
        found = subprocess.run(
            ["bash", "-c", shell, program],
            pass_fds=(handed.fileno(),),
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
    assert int(found.stdout) == port


def test_ipv6_sources_are_told_apart(folder: Path) -> None:
    async def story() -> None:
        settings = settings_for(folder, listen=("127.0.0.1", "::1"))
        async with receiving(folder, device("six", "::1"), settings=settings) as ear:
            with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as sock:
                sock.sendto(v2c(), ("::1", ear.port))
            await ear.until(lambda: ear.heard, "the trap")
            assert (ear.heard[0].device, ear.heard[0].source) == ("six", "::1")

    asyncio.run(story())
