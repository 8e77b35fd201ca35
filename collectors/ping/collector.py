"""PingCollector: bursts of echoes to many devices at once, on one timer, paced for all together.

The order of things in a tick is the order of blame: first what has arrived is read (the kernel's
stamp says whether it came in time), then our own failures are noted (a stalled loop, an overrun
buffer, a stepped clock), and only then may a burst be found silent.
"""

import asyncio
import errno
import math
import os
import time
from collections import deque
from collections.abc import Callable

from collectors.observation import EchoObservation, Outcome
from collectors.ping import packet
from collectors.ping.burst import Burst, Echo, Flight, FlightStatistics, OnDone
from collectors.ping.clock import KernelClock
from collectors.ping.transport import PingSettings, Transport, TransportStatistics
from collectors.ping.wheel import Wheel
from collectors.target import PingTarget
from topology.model import DeviceId

_PEERS = 100_000  # remembered: reloads may bring new addresses for ever
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
        self._flight = Flight(
            KernelClock(now, wall),
            padding=bytes(settings.payload_octets - packet.NONCE_OCTETS),
            first_sequence=int.from_bytes(os.urandom(2), "big"),
        )
        self._wheel: Wheel[Burst] = Wheel()
        self._ready: deque[Burst] = deque()  # bursts whose next echo is due
        self._allowance = float(settings.packets_at_once)
        self._paced_at = now()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._armed_for = 0.0
        self._peers: dict[str, tuple[str, int]] = {}
        self._drops = transport.statistics.drops
        self._steps = 0
        self._closed = False
        self.stalls = 0

    @property
    def statistics(self) -> FlightStatistics:
        """What happened to echoes."""
        return self._flight.statistics

    @property
    def transport_statistics(self) -> TransportStatistics:
        """What passed through the sockets."""
        return self._transport.statistics

    @property
    def clock_steps(self) -> int:
        """How often the wall clock jumped while we looked."""
        return self._flight.clock.steps

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
        began, at = self._now(), self._wall()
        try:
            address, identifier = self._peers.get(target.address) or self._find(target.address)
        except OSError as error:
            burst = Burst(target, on_done, address="", identifier=0, began=began, at=at)
            burst.refusal = _words(error)
            burst.done = True
            on_done(burst, Outcome.REFUSED)
            return burst
        burst = Burst(target, on_done, address=address, identifier=identifier, began=began, at=at)
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

    def _find(self, address: str) -> tuple[str, int]:
        """Return an address as answers carry it, and the identifier to use; remembered."""
        canonical = self._transport.canonical(address)
        peer = canonical, self._transport.identifier(ipv6=":" in canonical)
        if len(self._peers) >= _PEERS:
            self._peers.clear()
        self._peers[address] = peer
        return peer

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
        forget_at = self._now() + self._settings.memory_seconds
        for burst in unanswered:
            if not burst.done:
                self._flight.finish(burst)
            self._wheel.add(forget_at, burst)

    def _send(self, now: float) -> float:
        """Send what is due and within the pace; return when to come back."""
        settings, ready = self._settings, self._ready
        self._allowance = min(
            self._allowance + (now - self._paced_at) * settings.packets_per_second,
            float(settings.packets_at_once),
        )
        self._paced_at = now
        echoes = []
        while ready and self._allowance >= 1.0:
            burst = ready.popleft()
            if burst.done:
                self._wheel.add(now, burst)
            else:
                self._allowance -= 1.0
                echoes.append(self._flight.prepare(burst))
        if not self._launch(echoes):
            return now + _WAIT_SECONDS
        if not ready:
            return math.inf
        return now + (1.0 - self._allowance) / settings.packets_per_second

    def _launch(self, echoes: list[Echo]) -> bool:
        """Send prepared echoes back to back; False if the kernel has no room for all of them."""
        flight, now, send, wheel = self._flight, self._now, self._transport.send, self._wheel
        for index, echo in enumerate(echoes):
            burst = echo.burst
            target = burst.target
            echo.sent_at = sent_at = now()
            try:
                send(burst.address, echo.request)
            except BlockingIOError:
                for unsent in reversed(echoes[index:]):
                    flight.unsent(unsent.burst)
                    self._ready.appendleft(unsent.burst)
                return False
            except OSError as error:
                flight.refused(burst, _words(error))
                self._peers.pop(target.address, None)  # its interface may have a new index
            # From the last echo, not from the plan: after a stall nothing is caught up.
            wait = (
                target.spacing_seconds if burst.attempts < target.echoes else target.timeout_seconds
            )
            wheel.add(sent_at + wait, burst)
        return True


def _words(error: OSError) -> str:
    """Say why our own kernel would not send, and that no device is to blame."""
    name = errno.errorcode.get(error.errno or 0, "error")
    return f"not sent: {error.strerror or error} ({name})"
