"""ICMP of the simulated devices, in this process: a Transport whose network is the world.

Replies are due after the world's round trip and carry the instant they were due as the kernel's
time, so a busy loop blurs no RTT. It plays `collectors.ping.transport.Transport`.
"""

import asyncio
import heapq
import ipaddress
import itertools
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from collectors.ping import packet
from collectors.ping.transport import Receiver, TransportStatistics
from collectors.target import Target
from netmon.simulation.impairment import Impairment
from netmon.simulation.world import World

IDENTIFIER: Final = 0x6E65


class EchoTransport:
    """Answers echoes to the targets' addresses as their devices would; nobody else answers."""

    def __init__(
        self,
        world: World,
        targets: Iterable[Target],
        clock: Callable[[], float],
        *,
        impairment: Impairment | None = None,
        monotonic: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._devices = {
            target.ping.address: target.device for target in targets if target.ping is not None
        }
        self._impairment = impairment or Impairment(world)
        self._clock = clock
        self._monotonic = monotonic
        self._wall = wall
        self._statistics = TransportStatistics()
        self._receiver: Receiver | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._order = itertools.count()
        # (due, order, kernel time, address, reply): the order keeps equals from being compared
        self._under_way: list[tuple[float, int, int, str, bytes]] = []

    @property
    def name(self) -> str:
        """What it is, for logs."""
        return "simulated echo"

    @property
    def statistics(self) -> TransportStatistics:
        """Counters; nothing is ever dropped here."""
        return self._statistics

    def canonical(self, address: str) -> str:
        """Return the address as answers will carry it."""
        return str(ipaddress.ip_address(address))

    def identifier(self, *, ipv6: bool) -> int:
        """Return the ICMP identifier requests must carry."""
        return IDENTIFIER

    def listen(self, receiver: Receiver) -> None:
        """Start to deliver replies."""
        self._receiver = receiver
        self._loop = asyncio.get_running_loop()

    def send(
        self,
        addresses: Sequence[str],
        requests: Sequence[bytes],
        departures: list[float],
        now: Callable[[], float],
    ) -> None:
        """Take echo requests; what comes back of them will be delivered when it is due."""
        done = len(departures)
        for address, request in zip(addresses[done:], requests[done:], strict=True):
            departures.append(now())
            self._take(address, request)

    def _take(self, address: str, request: bytes) -> None:
        self._statistics.packets_sent += 1
        device = self._devices.get(address)
        if device is None:
            return
        sent, stamp = self._monotonic(), self._wall()
        for arrival in self._impairment.arrivals(device, self._clock()):
            kernel_ns = round((stamp + arrival.delay_seconds) * 1e9)
            reply = packet.reply_to(request)
            if arrival.is_corrupt:
                reply = reply[:-1] + bytes((reply[-1] ^ 1,))
            due = sent + arrival.delay_seconds
            entry = (due, next(self._order), kernel_ns, address, reply)
            heapq.heappush(self._under_way, entry)
        self._arm()

    def drain(self) -> None:
        """Deliver all that is due by now."""
        now = self._monotonic()
        while self._under_way and self._under_way[0][0] <= now:
            _, _, kernel_ns, address, reply = heapq.heappop(self._under_way)
            if self._receiver is not None:
                self._statistics.packets_received += 1
                self._receiver([address], [reply], [kernel_ns])

    def close(self) -> None:
        """Deliver nothing more."""
        self._receiver = None
        self._under_way.clear()
        if self._timer is not None:
            self._timer.cancel()

    def _arm(self) -> None:
        if self._timer is None and self._under_way and self._loop is not None:
            delay = max(self._under_way[0][0] - self._monotonic(), 0.0)
            self._timer = self._loop.call_later(delay, self._tick)

    def _tick(self) -> None:
        self._timer = None
        self.drain()
        self._arm()
