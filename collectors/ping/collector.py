"""PingCollector: bursts of echoes to many devices at once, on one timer, paced for all together.

The order of things in a tick is the order of blame: first what has arrived is read (the kernel's
stamp says whether it came in time), then our own failures are noted (a stalled loop, an overrun
buffer, a stepped clock), and only then may a burst be found silent.
"""

import asyncio
import errno
import math
import time
from collections import deque
from collections.abc import Callable

from collectors.observation import EchoObservation, Outcome
from collectors.ping.burst import Burst, OnDone
from collectors.ping.clock import KernelClock
from collectors.ping.flight import Flight, FlightStatistics
from collectors.ping.mint import Mint
from collectors.ping.transport import PingSettings, Transport
from collectors.ping.wheel import Wheel
from collectors.target import PingTarget
from topology.model import DeviceId

_ADDRESSES = 100_000  # remembered: reloads may bring new addresses for ever
_WAIT_SECONDS = 0.002  # while the send buffer is full


class PingCollector:
    """Pings targets; never raises for what the network does. Lives in one event loop."""

    def __init__(
        self,
        transport: Transport,
        now: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
        settings: PingSettings = PingSettings(),  # noqa: B008 - frozen
    ) -> None:
        self._transport = transport
        self._now = now
        self._wall = wall
        self._settings = settings
        self._flight = Flight(KernelClock(now, wall), payload_octets=settings.payload_octets)
        self._wheel: Wheel[Burst] = Wheel()
        self._ready: deque[Burst] = deque()  # bursts whose next echo is due
        self._allowance = float(settings.packets_at_once)
        self._paced_at = now()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._armed_for = 0.0
        self._canonical: dict[str, str] = {}  # addresses as answers carry them
        self._mints: dict[bool, Mint] = {}  # of IPv6, or not
        self._drops = transport.statistics.drops
        self._steps = 0
        self._closed = False
        self.stalls = 0

    @property
    def clock(self) -> KernelClock:
        """The clocks that round trips are taken by; it counts the steps of the wall clock."""
        return self._flight.clock

    @property
    def statistics(self) -> FlightStatistics:
        """What happened to echoes."""
        return self._flight.statistics

    @property
    def bursts_under_way(self) -> int:
        """How many devices are being pinged now."""
        return self._flight.under_way

    async def collect(self, target: PingTarget) -> EchoObservation:
        """Send one burst and return what came back of it."""
        seen: asyncio.Future[EchoObservation] = asyncio.get_running_loop().create_future()

        def tell(burst: Burst, outcome: Outcome) -> None:
            if not seen.done():  # it may have been cancelled a moment ago
                seen.set_result(burst.observation(outcome))

        burst = self.begin(target, tell)
        try:
            return await seen
        finally:
            if not burst.done:
                self._flight.end(burst, Outcome.NOT_POLLED)

    def begin(self, target: PingTarget, on_done: OnDone) -> Burst:
        """Start one burst; `on_done` is called once, within this call if nothing can be sent.

        `collect` without its task: a burst keeps its echoes only until `on_done` returns.
        """
        if target.echoes < 1:
            raise ValueError(f"{target.device}: a burst of {target.echoes} echoes; at least 1")
        if self._loop is None and not self._closed:
            self._loop = asyncio.get_running_loop()
            self._transport.listen(self._flight.receive)
        now, wall = self._now, self._wall
        began, at = now(), wall()
        try:
            address = self._canonical.get(target.address) or self._find(target.address)
        except OSError as error:
            burst = Burst(target, on_done, "", None, began, at)
            burst.refusal = _words(error)
            burst.done = True
            on_done(burst, Outcome.REFUSED)
            return burst
        burst = Burst(target, on_done, address, self._mints[":" in address], began, at)
        if self._closed:
            burst.done = True
            on_done(burst, Outcome.NOT_POLLED)
            return burst
        self._flight.begin(burst)
        self._ready.append(burst)
        if self._timer is None or self._armed_for > began:
            self._arm(began)
        return burst

    def forget(self, device: str) -> None:
        """Drop what is remembered of a device that left the inventory."""
        self._flight.forget_device(DeviceId(device))

    async def close(self) -> None:
        """End bursts under way as NOT_POLLED and release the sockets."""
        self._closed = True
        if self._timer is not None:
            self._timer.cancel()
        for burst in (*self._ready, *self._wheel):
            if not burst.done:
                self._flight.end(burst, Outcome.NOT_POLLED)
        self._transport.close()

    def _find(self, address: str) -> str:
        """Return an address as answers carry it, remembered; what makes its echoes is ready."""
        canonical = self._transport.canonical(address)
        ipv6 = ":" in canonical
        if ipv6 not in self._mints:
            identifier = self._transport.identifier(ipv6=ipv6)
            self._mints[ipv6] = self._flight.mint(identifier, ipv6=ipv6)
        if len(self._canonical) >= _ADDRESSES:
            self._canonical.clear()
        self._canonical[address] = canonical
        return canonical

    def _arm(self, when: float) -> None:
        """Make sure that a tick comes at `when` or sooner."""
        if self._timer is not None:
            if self._armed_for <= when:
                return
            self._timer.cancel()
        assert self._loop is not None  # noqa: S101 - collect sets it first
        self._armed_for = when
        self._timer = self._loop.call_later(max(when - self._now(), 0.0), self._tick)

    def _tick(self) -> None:
        self._timer = None
        now = self._now()
        if now - self._armed_for > self._settings.stall_seconds:
            self.stalls += 1
            self._flight.disturb()
        unanswered = []
        for burst in self._wheel.take(now):
            if burst.done:
                self._flight.forget(burst)
            elif burst.is_sent:
                unanswered.append(burst)
            else:
                self._ready.append(burst)
        if unanswered:
            self._judge(unanswered)
        wake = self._send(now)
        if not self._closed and (wake := min(wake, self._wheel.next_due)) < math.inf:
            self._arm(wake)

    def _judge(self, unanswered: list[Burst]) -> None:
        """End bursts whose time is up: first read what is there and note what we missed."""
        self._transport.drain()
        self._flight.clock.look()
        drops, steps = self._transport.statistics.drops, self._flight.clock.steps
        if drops != self._drops or steps != self._steps:
            self._drops, self._steps = drops, steps
            self._flight.disturb()
        for burst in unanswered:
            if not burst.done:
                self._flight.finish(burst)
        self._wheel.add(self._now() + self._settings.memory_seconds, unanswered)

    def _send(self, now: float) -> float:
        """Send what is due and within the pace; return when to come back."""
        settings, ready = self._settings, self._ready
        self._allowance = min(
            self._allowance + (now - self._paced_at) * settings.packets_per_second,
            float(settings.packets_at_once),
        )
        self._paced_at = now
        over: list[Burst] = []
        bursts: list[Burst] = []
        for _ in range(min(len(ready), int(self._allowance))):
            burst = ready.popleft()
            (over if burst.done else bursts).append(burst)
        self._allowance -= len(bursts)
        if over:
            self._wheel.add(now, over)
        if bursts and not self._launch(bursts):
            return now + _WAIT_SECONDS
        if not ready:
            return math.inf
        return now + (1.0 - self._allowance) / settings.packets_per_second

    def _launch(self, bursts: list[Burst]) -> bool:
        """Send an echo of each burst back to back; False if the kernel has no room for all."""
        flight, departures = self._flight, list[float]()
        requests, replies = flight.prepare(bursts)
        addresses = [burst.address for burst in bursts]
        while len(departures) < len(bursts):
            try:
                self._transport.send(addresses, requests, departures, self._now)
            except BlockingIOError:
                for index in reversed(range(len(departures), len(bursts))):
                    flight.unsent(bursts[index], replies[index])
                    self._ready.appendleft(bursts[index])
                break
            except OSError as error:
                refused = bursts[len(departures)]
                flight.refused(refused, replies[len(departures)], _words(error))
                self._canonical.pop(
                    refused.target.address, None
                )  # its interface may have a new index
                departures.append(math.nan)
        self._await(bursts, replies, departures)
        return len(departures) == len(bursts)

    def _await(self, bursts: list[Burst], replies: list[bytes], departures: list[float]) -> None:
        """Note when echoes left, and when their bursts are to be seen again."""
        waits: dict[float, list[Burst]] = {}
        for burst, reply, departure in zip(bursts, replies, departures, strict=False):
            if departure == departure:  # not refused
                burst.left(reply, departure)
            target = burst.target
            # From the last echo, not from the plan: after a stall nothing is caught up.
            wait = (
                target.spacing_seconds if burst.attempts < target.echoes else target.timeout_seconds
            )
            if wait in waits:
                waits[wait].append(burst)
            else:
                waits[wait] = [burst]
        now = self._now()
        for wait, waiting in waits.items():
            self._wheel.add(now + wait, waiting)


def _words(error: OSError) -> str:
    """Say why our own kernel would not send, and that no device is to blame."""
    name = errno.errorcode.get(error.errno or 0, "error")
    return f"not sent: {error.strerror or error} ({name})"
