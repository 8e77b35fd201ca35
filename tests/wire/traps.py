"""A receiver in its own process on loopback, and net-snmp's senders of notifications."""

import asyncio
import contextlib
import os
import socket
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path

from collectors.target import AuthProtocol, PrivacyProtocol, SecurityLevel, UsmUser
from collectors.trap.counters import FATES, Count
from collectors.trap.frames import Source, Warned
from collectors.trap.notification import Notification
from collectors.trap.settings import TrapSettings
from collectors.trap.supervisor import TrapReceiver
from tests.servers import free_port, require
from topology.model import DeviceId

LINK_DOWN, LINK_UP = "1.3.6.1.6.3.1.1.5.3", "1.3.6.1.6.3.1.1.5.4"
COLD_START = "1.3.6.1.6.3.1.1.5.1"
IF_INDEX = "1.3.6.1.2.1.2.2.1.1.4"
ENGINE = "0x80001f8804726164696f2d37"
RADIO = DeviceId("radio-7")
WATCH = UsmUser(
    name="watch",
    user=b"watch",
    level=SecurityLevel.AUTH_PRIV,
    auth=AuthProtocol.SHA256,
    auth_secret=b"correct horse",
    privacy=PrivacyProtocol.AES128,
    privacy_secret=b"battery staple",
)
PATIENCE_SECONDS = 60.0


def device(
    name: str = RADIO,
    address: str = "127.0.0.1",
    *,
    community: bytes = b"secret",
    user: UsmUser | None = WATCH,
) -> Source:
    """Return a device that may send."""
    return Source(device=DeviceId(name), address=address, community=community, user=user)


class Ear:
    """A receiver, and what it told."""

    def __init__(self, receiver: TrapReceiver) -> None:
        self.receiver = receiver
        self.heard: list[Notification] = []
        self.warned: list[Warned] = []

    @property
    def port(self) -> int:
        """Where it listens."""
        return self.receiver.addresses[0][1]

    @property
    def drops(self) -> dict[str, int]:
        """What was dropped, by reason; only reasons that occurred."""
        return {
            str(reason): count for reason, count in self.receiver.counters.drops.items() if count
        }

    @property
    def settled(self) -> int:
        """How many datagrams have met their fate."""
        counters = self.receiver.counters
        return sum(counters[fate] for fate in FATES) + sum(counters.drops.values())

    async def until(self, condition: Callable[[], object], what: str) -> None:
        """Wait for a condition, which must come true soon."""
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                while not condition():  # noqa: ASYNC110 - the other side is a process
                    await asyncio.sleep(0.01)
        except TimeoutError:
            raise AssertionError(
                f"{what} did not come true: {self.drops}, {len(self.heard)} heard,"
                f" {self.receiver.counters[Count.RECEIVED]} received"
            ) from None

    def throw(self, data: bytes, source: str = "127.0.0.1") -> None:
        """Send octets from an address of loopback."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.bind((source, 0))
            sock.sendto(data, ("127.0.0.1", self.port))


@contextlib.asynccontextmanager
async def receiving(
    directory: Path, *sources: Source, settings: TrapSettings | None = None
) -> AsyncIterator[Ear]:
    """Run a receiver; by default of one device with all credentials."""
    chosen = settings or TrapSettings(
        listen=("127.0.0.1",), port=free_port(socket.SOCK_DGRAM), directory=str(directory / "traps")
    )
    heard: list[Notification] = []
    warned: list[Warned] = []
    receiver = TrapReceiver(chosen, sources or (device(),), hear=heard.append, warn=warned.append)
    ear = Ear(receiver)
    ear.heard, ear.warned = heard, warned
    running = asyncio.create_task(receiver.run())
    try:
        await ear.until(lambda: receiver.statistics.is_up, "the receiver's start")
        yield ear
    finally:
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running
        receiver.close()


def settings_for(directory: Path, **changes: object) -> TrapSettings:
    """Return settings on a free port of loopback."""
    fields: dict[str, object] = {
        "listen": ("127.0.0.1",),
        "port": free_port(socket.SOCK_DGRAM),
        "directory": str(directory / "traps"),
    }
    return TrapSettings(**(fields | changes))  # type: ignore[arg-type]


V2C = ("-v2c", "-c", "secret")


def v3(
    user: UsmUser = WATCH,
    *,
    engine: str | None = ENGINE,
    boots: int | None = None,
    time: int = 1000,
    level: str = "authPriv",
    authentication: str = "SHA-256",
    privacy: str = "AES",
) -> tuple[str, ...]:
    """Return net-snmp's options of a v3 user; `engine` None: as for an inform, ours is asked."""
    options = ["-v3", "-u", user.user.decode(), "-l", level]
    if level != "noAuthNoPriv":
        options += ["-a", authentication, "-A", user.auth_secret.decode()]
    if level == "authPriv":
        options += ["-x", privacy, "-X", user.privacy_secret.decode()]
    if engine is not None:
        options += ["-e", engine]
    if boots is not None:
        options += ["-Z", f"{boots},{time}"]
    return tuple(options)


async def snmptrap(
    port: int,
    *options: str,
    trap: Sequence[str] = ("", LINK_DOWN, IF_INDEX, "i", "4"),
    source: str = "127.0.0.1",
    program: str = "snmptrap",
) -> int:
    """Send one notification by net-snmp; return the exit code, 0 of an inform: acknowledged."""
    process = await asyncio.create_subprocess_exec(
        require(program),
        *options,
        f"--clientaddr={source}",
        f"127.0.0.1:{port}",
        *trap,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
        env={"SNMP_PERSISTENT_DIR": "/nonexistent", "SNMPCONFPATH": "/nonexistent", "MIBS": ""},
    )
    return await process.wait()


async def snmpinform(port: int, *options: str, source: str = "127.0.0.1") -> int:
    """Send one inform by net-snmp; 0: it was acknowledged."""
    return await snmptrap(port, "-r", "3", "-t", "1", *options, source=source, program="snmpinform")


@contextlib.asynccontextmanager
async def losing_answers(port: int, *lost: int) -> AsyncIterator[int]:
    """Stand between a sender and the receiver, and lose answers by number, from 1."""
    loop = asyncio.get_running_loop()
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as near,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as far,
    ):
        for sock in (near, far):
            sock.bind(("127.0.0.1", 0))
            sock.setblocking(False)
        far.connect(("127.0.0.1", port))
        sender: list[tuple[str, int]] = []

        async def inward() -> None:
            while True:
                data, address = await loop.sock_recvfrom(near, 65_507)
                sender[:] = [address]
                await loop.sock_sendall(far, data)

        async def outward() -> None:
            number = 0
            while True:
                data = await loop.sock_recv(far, 65_507)
                number += 1
                if number not in lost:
                    await loop.sock_sendto(near, data, sender[0])

        tasks = [asyncio.create_task(inward()), asyncio.create_task(outward())]
        try:
            yield near.getsockname()[1]
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


async def captured(*options: str, **how: object) -> bytes:
    """Return the datagram net-snmp sends for a trap."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        sock.setblocking(False)
        await snmptrap(sock.getsockname()[1], *options, **how)  # type: ignore[arg-type]
        return await asyncio.get_running_loop().sock_recv(sock, 65_507)


def is_alive(pid: int) -> bool:
    """Return whether a process still runs."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
