"""The network behind the TUN device: every packet crosses the kernel and is answered here.

A process of its own reads IPv4 packets, answers echoes and SNMP as the devices would, and gives the
answers back when the world's round trip is over: delayed, lost, doubled or damaged. A process, not
a thread: what the monitor measures here is time, and a shared interpreter would add to it.
"""

import ctypes
import heapq
import itertools
import logging
import multiprocessing
import os
import select
import signal
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address
from multiprocessing.context import ForkProcess
from typing import Final

from collectors.ping.packet import V4_ECHO_REQUEST, reply_to
from collectors.target import Target
from netmon.simulation.addresses import TUN_NETWORK, TUN_OWN
from netmon.simulation.agents import Agents
from netmon.simulation.datagram import ICMP, UDP, Packet, answer_to, parse
from netmon.simulation.impairment import Impairment
from netmon.simulation.namespace import NamespaceUnavailable, open_tun
from topology.model import DeviceId

_log = logging.getLogger(__name__)
_FORK: Final = multiprocessing.get_context("fork")

DEVICE_NAME: Final = "netmon0"
PACKET_OCTETS: Final = 65_536
PACKETS_PER_WAKE: Final = 256
IDLE_SECONDS: Final = 0.05
PR_SET_PDEATHSIG: Final = 1  # <linux/prctl.h>
STOP_SECONDS: Final = 5.0
LATE_SECONDS: Final = 0.005  # an answer so much after its time is the host's delay, not the way's
LATE_SHARE: Final = 0.01  # of all answers: the host was too busy to be punctual


@dataclass(slots=True)
class TunStatistics:
    """What passed through the device."""

    received: int = 0
    answered: int = 0
    unanswered: int = 0  # not ours, to nobody, lost on the way, or the device is dark
    corrupted: int = 0
    late: int = 0  # answered more than LATE_SECONDS after its time: this process had to wait
    latest_seconds: float = 0.0  # the worst of them

    @property
    def host_was_late(self) -> bool:
        """Whether the host added delays of its own, which no story knows of."""
        return self.late > LATE_SHARE * self.answered

    @property
    def words(self) -> str:
        """How punctual the host was."""
        return (
            f"{self.late} of {self.answered} packets came more than {LATE_SECONDS * 1e3:.0f} ms"
            f" late from the simulated network, {self.latest_seconds * 1e3:.0f} ms at worst"
        )


class TunNetwork:
    """198.18.0.0/15 behind a TUN device in the namespace of the process that calls `start`.

    It is forked at `start`, so call that while there is one thread; the clock must be one that a
    forked process can read (`clock.StoryClock`). It ends with `stop` or with its parent.
    """

    def __init__(
        self,
        agents: Agents,
        impairment: Impairment,
        targets: Iterable[Target],
        clock: Callable[[], float],
        *,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._agents = agents
        self._impairment = impairment
        self._devices = _by_address(targets)
        self._clock = clock
        self._monotonic = monotonic
        self._order = itertools.count()
        self._under_way: list[tuple[float, int, bytes]] = []  # due, order, packet
        self._tun = -1
        self._ours, self._theirs = _FORK.Pipe()
        self._process: ForkProcess | None = None
        self.statistics = TunStatistics()  # complete after `stop`

    def start(self) -> None:
        """Make the device and answer; raises NamespaceUnavailable where that cannot be."""
        if threading.active_count() > 1:
            raise NamespaceUnavailable(
                "the simulated network is forked: start it before there are other threads"
            )
        self._tun = open_tun(DEVICE_NAME, TUN_OWN, TUN_NETWORK)
        self._process = _FORK.Process(target=self._run, name="simulated-network", daemon=True)
        self._process.start()
        os.close(self._tun)  # the device lives as long as the process that answers

    def stop(self) -> None:
        """End the process; the device goes with it."""
        if self._process is None:
            return
        self._ours.send(None)
        if self._ours.poll(STOP_SECONDS):
            self.statistics = self._ours.recv()
        else:
            self._process.kill()
        self._process.join(STOP_SECONDS)
        self._process = None

    def __enter__(self) -> "TunNetwork":
        self.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self.stop()

    def _run(self) -> None:
        signal.set_wakeup_fd(-1)  # the parent's event loop is not to hear of our signals
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which stops us
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        watched = [self._tun, self._theirs.fileno()]
        while True:
            # Early in each tick the world is asked once, so that a packet seldom waits for it.
            self._impairment.refresh(self._clock())
            # Not poll(2): its timeout is in milliseconds, which is more than some RTTs.
            ready, _, _ = select.select(watched, [], [], self._wait_seconds())
            if self._tun in ready:
                self._read()
            self._write()
            if self._theirs.fileno() in ready:
                self._theirs.send(self.statistics)
                return

    def _wait_seconds(self) -> float:
        if not self._under_way:
            return IDLE_SECONDS
        return min(max(self._under_way[0][0] - self._monotonic(), 0.0), IDLE_SECONDS)

    def _read(self) -> None:
        now = self._monotonic()
        for _ in range(PACKETS_PER_WAKE):
            try:
                octets = os.read(self._tun, PACKET_OCTETS)
            except BlockingIOError:
                return
            except OSError as error:  # the device was taken away from under us
                _log.warning("%s: %s", DEVICE_NAME, error.strerror)
                return
            self.statistics.received += 1
            packet = parse(octets)
            if packet is not None:
                self._take(packet, now)
            else:
                self.statistics.unanswered += 1

    def _take(self, packet: Packet, now: float) -> None:
        device = self._devices.get(packet.destination)
        time_of_world = self._clock()
        payload = None if device is None else self._reply(packet, time_of_world)
        if device is None or payload is None:
            self.statistics.unanswered += 1
            return
        arrivals = self._impairment.arrivals(device, time_of_world)
        self.statistics.unanswered += not arrivals
        for arrival in arrivals:
            answer = answer_to(packet, payload)
            if arrival.is_corrupt:  # after the checksums: it is for the receiver to see
                self.statistics.corrupted += 1
                answer = answer[:-1] + bytes((answer[-1] ^ 0x10,))
            due = now + arrival.delay_seconds
            heapq.heappush(self._under_way, (due, next(self._order), answer))

    def _reply(self, packet: Packet, time_of_world: float) -> bytes | None:
        if packet.protocol == ICMP:
            return reply_to(packet.payload) if packet.payload[0] == V4_ECHO_REQUEST else None
        if packet.protocol != UDP:
            return None
        address = str(IPv4Address(packet.destination))
        return self._agents.answer(address, packet.destination_port, packet.payload, time_of_world)

    def _write(self) -> None:
        now = self._monotonic()
        while self._under_way and self._under_way[0][0] <= now:
            due, _, answer = heapq.heappop(self._under_way)
            if now - due > LATE_SECONDS:
                self.statistics.late += 1
                self.statistics.latest_seconds = max(self.statistics.latest_seconds, now - due)
            try:
                os.write(self._tun, answer)
            except OSError as error:
                _log.warning("%s: answer not written: %s", DEVICE_NAME, error.strerror)
                continue
            self.statistics.answered += 1


def _by_address(targets: Iterable[Target]) -> dict[bytes, DeviceId]:
    devices: dict[bytes, DeviceId] = {}
    for target in targets:
        for asked in (target.snmp, target.ping):
            if asked is not None:
                devices[IPv4Address(asked.address).packed] = target.device
    return devices
