"""Supervisor: starts the receiver's process, hears what it tells, starts it again when it dies."""

import asyncio
import contextlib
import logging
import socket
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import collectors
from collectors.trap import sockets
from collectors.trap.counters import Counters
from collectors.trap.frames import (
    MAX_TOLD_OCTETS,
    Deframer,
    FrameError,
    NewBoots,
    Orders,
    Ready,
    Source,
    Warned,
    frame,
    orders,
    read_told,
)
from collectors.trap.notification import Notification
from collectors.trap.settings import TrapSettings

_log = logging.getLogger(__name__)

STEADY_SECONDS: Final = 60.0  # a life as long as this makes earlier deaths forgotten
GRACE_SECONDS: Final = 2.0  # for the receiver to end by itself
_PIECE: Final = 256 * 1024


@dataclass(slots=True)
class TrapStatistics:
    """The receiver's health, beside what it counts itself."""

    is_up: bool = False
    restarts: int = 0
    latency_seconds: float = 0.0  # of the last notification, from its arrival to netmon
    garbled: int = 0  # frames nobody on our side would have written; each ends a receiver


class TrapReceiver:
    """Receives notifications by a process of its own. `monotonic` is the system's clock."""

    def __init__(
        self,
        settings: TrapSettings,
        sources: Iterable[Source],
        *,
        hear: Callable[[Notification], None],
        warn: Callable[[Warned], None],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Bind the sockets. Raises TrapsUnavailable with what would allow it."""
        self.statistics = TrapStatistics()
        self.counters = Counters()
        self.pid: int | None = None  # of the receiver that runs now
        self._settings, self._sources = settings, tuple(sources)
        self._hear, self._warn, self._monotonic = hear, warn, monotonic
        self._sockets = sockets.open_sockets(settings)
        self._writer: asyncio.StreamWriter | None = None

    @property
    def addresses(self) -> list[tuple[str, int]]:
        """Where notifications are received."""
        return [sock.getsockname()[:2] for sock in self._sockets]

    @property
    def kernel_drops(self) -> int:
        """How many datagrams found the receive buffer full: while it grows, we are blind."""
        return sockets.kernel_drops(self._sockets)

    def know(self, sources: Iterable[Source]) -> None:
        """Take the devices of a new inventory."""
        self._sources = tuple(sources)
        self._send(self._sources)

    def admit_boots(self, engine_id: bytes, boots: int, time: int) -> None:
        """Tell the replay guard what a poll has found out about an engine."""
        self._send(NewBoots(engine_id=engine_id, boots=boots, time=time))

    async def run(self) -> None:
        """Keep a receiver running, for ever."""
        wait = self._settings.restart_seconds
        while True:
            begun = self._monotonic()
            code = await self._live()
            if self._monotonic() - begun >= STEADY_SECONDS:
                wait = self._settings.restart_seconds
            lost = self.counters.settle()
            self.statistics.restarts += 1
            _log.error(
                "the trap receiver ended with %s over %d datagrams; it is started again in %.1f s",
                code,
                lost,
                wait,
            )
            await asyncio.sleep(wait)
            wait = min(wait * 2, self._settings.restart_ceiling_seconds)

    def close(self) -> None:
        """Release the sockets; after `run` was cancelled."""
        sockets.close(self._sockets)
        self.counters.close()

    async def _live(self) -> int:
        """Run one receiver until it ends; return its exit code."""
        ours, theirs = socket.socketpair()
        with contextlib.closing(theirs):
            inherited = [each.fileno() for each in self._sockets]
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                __package__,
                str(theirs.fileno()),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.DEVNULL,
                pass_fds=(theirs.fileno(), self.counters.file, *inherited),
                # Nothing of our environment: a secret may be in it.
                env={"PYTHONPATH": str(Path(collectors.__file__).parents[1])},
            )
        self.pid = process.pid
        try:
            reader, self._writer = await asyncio.open_unix_connection(sock=ours)
            self._send(
                Orders(
                    settings=self._settings,
                    sources=self._sources,
                    sockets=tuple(inherited),
                    counters=self.counters.file,
                )
            )
            await self._listen(reader)
        finally:
            self.statistics.is_up = False
            self.pid = None
            if self._writer is not None:
                self._writer.close()
                self._writer = None
            await asyncio.shield(_ended(process))
        return process.returncode or 0

    async def _listen(self, reader: asyncio.StreamReader) -> None:
        deframer = Deframer(MAX_TOLD_OCTETS)
        while True:
            try:
                async with asyncio.timeout(self._settings.hang_seconds):
                    piece = await reader.read(_PIECE)
            except ConnectionError:
                return
            except TimeoutError:
                _log.error("the trap receiver hangs, and is ended")
                return
            if not piece:
                return
            try:
                for document in deframer.feed(piece):
                    self._take(read_told(document))
            except FrameError as error:
                self.statistics.garbled += 1
                _log.error("the trap receiver told nonsense, and is ended: %s", error)
                return

    def _take(self, item: Notification | Warned | Ready) -> None:
        if isinstance(item, Notification):
            self.statistics.latency_seconds = max(0.0, self._monotonic() - item.monotonic)
            self._hear(item)
        elif isinstance(item, Warned):
            self._warn(item)
        else:
            self.statistics.is_up = True

    def _send(self, order: Orders | NewBoots | tuple[Source, ...]) -> None:
        if self._writer is not None:
            self._writer.write(frame(orders(order)))


async def _ended(process: asyncio.subprocess.Process) -> None:
    """Wait for a receiver whose control socket is closed; end it if it does not by itself."""
    try:
        async with asyncio.timeout(GRACE_SECONDS):
            await process.wait()
    except TimeoutError:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
