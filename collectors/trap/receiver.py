"""Receiver: the process that strangers talk to; sockets in, frames to netmon out, nothing else.

It is started by `supervisor` with the sockets already bound. It gives up root before it reads the
first datagram, has no asyncio and no netmon in it, and ends when netmon does.
"""

import contextlib
import gc
import logging
import os
import pwd
import resource
import selectors
import socket
import sqlite3
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from collectors.trap import replay
from collectors.trap.counters import Count, Counters
from collectors.trap.frames import (
    MAX_ORDER_OCTETS,
    Deframer,
    NewBoots,
    Orders,
    Ready,
    Warned,
    frame,
    read_orders,
    told,
)
from collectors.trap.intake import Datagram, Intake
from collectors.trap.notification import Notification
from collectors.trap.replay import ReplayGuard
from collectors.trap.settings import TrapSettings

_log = logging.getLogger(__name__)

DATABASE: Final = "replay.sqlite"
BATCH: Final = 64  # datagrams between two looks at netmon, and for one write to the disk
NICENESS: Final = 5  # in a storm, polls come first
TICK_SECONDS: Final = 1.0
_PIECE: Final = 256 * 1024
_BEYOND: Final = 1  # octets read above the cap: enough to see that a datagram is larger


class Ended(Exception):  # noqa: N818 - the usual end
    """netmon is gone."""


class Outbox:
    """Frames waiting for netmon; a slow reader loses the oldest."""

    def __init__(self, control: socket.socket, counters: Counters, size: int) -> None:
        self._control, self._counters, self._size = control, counters, size
        self._waiting: deque[bytes] = deque()
        self._rest = b""  # of the frame that is being written

    def put(self, item: Notification | Warned | Ready) -> None:
        """Queue what is to be told."""
        if isinstance(item, Ready) and self._waiting:
            return  # anything else says as well that we live
        if len(self._waiting) >= self._size:
            self._waiting.popleft()
            self._counters.add(Count.LOST)
        self._waiting.append(frame(told(item)))

    def flush(self) -> bool:
        """Write what can be written; return whether something waits. Raises Ended."""
        try:
            while self._rest or self._waiting:
                piece = self._rest or self._waiting.popleft()
                self._rest = piece
                self._rest = piece[self._control.send(piece) :]
        except BlockingIOError:
            pass
        except OSError as error:
            raise Ended from error
        self._counters.put(Count.QUEUED, len(self._waiting))
        return bool(self._rest or self._waiting)


class Receiver:
    """The loop."""

    def __init__(self, control: socket.socket, first: Orders, *, wall: Callable[[], float]) -> None:
        self._wall = wall
        self._control, self._settings = control, first.settings
        self._counters = Counters(first.counters)
        self._sockets = [socket.socket(fileno=each) for each in first.sockets]
        self._outbox = Outbox(control, self._counters, first.settings.queue_size)
        account = _account(first.settings)
        self._guard = _guard(first.settings, account)
        self._intake = Intake(
            first.settings,
            self._counters,
            self._guard,
            identity=self._guard.begin_boots(_new_engine_id),
            warn=self._outbox.put,
            now=time.monotonic,
        )
        if self._guard.set_aside is not None:
            self._outbox.put(_forgotten(self._guard.set_aside))
        self._intake.know(first.sources)
        gc.freeze()  # pysnmp's tables stay: to look through them again and again takes 40 ms
        if account is not None:  # only now: pysnmp reads its files where root alone may
            _become(account)
        self._orders = Deframer(MAX_ORDER_OCTETS)

    def run(self) -> None:
        """Receive until netmon closes the control socket."""
        with selectors.DefaultSelector() as selector:
            for each in self._sockets:
                each.setblocking(False)
                selector.register(each, selectors.EVENT_READ)
            self._control.setblocking(False)
            selector.register(self._control, selectors.EVENT_READ)
            watched = selectors.EVENT_READ
            due = time.monotonic()
            while True:
                for key, ready in selector.select(TICK_SECONDS):
                    if key.fileobj is not self._control:
                        self._receive(key.fileobj)
                    elif ready & selectors.EVENT_READ:
                        self._obey()
                now = time.monotonic()
                if now >= due:
                    self._intake.alarms.tick(now)
                    self._outbox.put(Ready())
                    due = now + TICK_SECONDS
                wanted = selectors.EVENT_READ
                if self._outbox.flush():
                    wanted |= selectors.EVENT_WRITE
                if wanted != watched:
                    selector.modify(self._control, wanted)
                    watched = wanted

    def close(self) -> None:
        """Let go of the files."""
        self._guard.close()

    def _receive(self, sock: Any) -> None:
        """Take a batch of datagrams; what is accepted is on the disk before it is told."""
        arrived: list[Datagram] = []
        addresses = []
        most = self._settings.max_datagram_octets + _BEYOND
        for _ in range(BATCH):
            try:
                data, address = sock.recvfrom(most)
            except BlockingIOError:
                break
            except OSError:  # such as an ICMP error for an acknowledgement
                continue
            arrived.append(Datagram(data, address[0], self._wall(), time.monotonic()))
            addresses.append(address)
        taken = self._intake.take(arrived)
        for each, address in zip(taken, addresses, strict=True):
            for reply in each.replies:
                with contextlib.suppress(OSError):  # the sender asks again
                    sock.sendto(reply, address)
            if each.notification is not None:
                self._outbox.put(each.notification)

    def _obey(self) -> None:
        try:
            piece = self._control.recv(_PIECE)
        except BlockingIOError:
            return
        except OSError as error:
            raise Ended from error
        if not piece:
            raise Ended
        for document in self._orders.feed(piece):
            order = read_orders(document)
            if isinstance(order, NewBoots):
                self._intake.admit_boots(order.engine_id, order.boots, order.time)
            elif not isinstance(order, Orders):
                self._intake.know(order)


def serve(file: int, *, wall: Callable[[], float] = time.time) -> None:
    """Be the receiver whose control socket this file descriptor is, until netmon ends."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core would hold the communities
    with contextlib.closing(socket.socket(fileno=file)) as control:
        first = _first(control)
        receiver = Receiver(control, first, wall=wall)
        with contextlib.suppress(OSError):
            os.nice(NICENESS)
        try:
            receiver.run()
        except Ended:
            _log.debug("netmon is gone, and so is its trap receiver")
        finally:
            receiver.close()


def _account(settings: TrapSettings) -> pwd.struct_passwd | None:
    """Return whom to become; None where this is not root, and may become nobody."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam(settings.user)
    except KeyError:
        raise SystemExit(f"traps.user: there is no user {settings.user!r} here") from None


def _become(account: pwd.struct_passwd) -> None:
    """Give up root for good."""
    os.setgroups([])
    os.setresgid(account.pw_gid, account.pw_gid, account.pw_gid)
    os.setresuid(account.pw_uid, account.pw_uid, account.pw_uid)


def _guard(settings: TrapSettings, account: pwd.struct_passwd | None) -> ReplayGuard:
    """Open what must survive a restart, as the user who will write it."""
    directory = Path(settings.directory)
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        if account is not None:
            # Not through a link: the directory may be the work of that user.
            os.chown(directory, account.pw_uid, account.pw_gid, follow_symlinks=False)
            os.setegid(account.pw_gid)
            os.seteuid(account.pw_uid)
        try:
            return ReplayGuard(directory / DATABASE, machine=replay.machine())
        finally:
            if account is not None:
                os.seteuid(0)
                os.setegid(0)
    except (OSError, sqlite3.Error) as error:
        who = "this user" if account is None else account.pw_name
        raise SystemExit(
            f"traps.directory: {directory.absolute()} cannot be used by {who}: {error};"
            " it and the directories above must be open to it"
        ) from error


def _first(control: socket.socket) -> Orders:
    """Wait for the first frame."""
    deframer = Deframer(MAX_ORDER_OCTETS)
    while True:
        piece = control.recv(_PIECE)
        if not piece:
            raise SystemExit(0)
        for document in deframer.feed(piece):
            found = read_orders(document)
            if isinstance(found, Orders):
                return found


def _new_engine_id() -> bytes:
    """Return an engine id of octets (format 5, RFC 3411 §5) below net-snmp's random prefix.

    The enterprise is 0: netmon has none, and an engine id must only be unique.
    """
    return b"\x80\x00\x00\x00\x05" + os.urandom(12)


def _forgotten(aside: Path) -> Warned:
    return Warned(
        reason="replay_memory_lost", source="", device=None, count=1, detail=f"kept as {aside.name}"
    )
