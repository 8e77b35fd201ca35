"""Flight: the echoes under way, what came back of them, and when a burst is over.

Pure: no socket, and `now` is an argument. A reply is found by all its octets, which follow from
the request and its 64-bit nonce; only its source is left to check. What is altered, truncated,
forged or another program's finds nothing.

Only silence is loss. An echo that is missing while we ourselves were disturbed (a stalled loop, an
overrun receive buffer, a stepped clock) proves nothing: such a burst is TOO_LATE, never lossy.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from collectors.observation import EchoObservation, Outcome
from collectors.ping import packet
from collectors.ping.clock import KernelClock
from collectors.ping.transport import Kind
from collectors.target import PingTarget
from topology.model import DeviceId

_NONCES: Final = 512  # of one draw: a system call each would cost as much as the packet


@dataclass(slots=True)
class FlightStatistics:
    """What happened to echoes, since the start."""

    sent: int = 0
    answered: int = 0
    duplicates: int = 0
    late: int = 0
    foreign: int = 0  # replies to other programs, forged, or altered on the way
    wrong_source: int = 0
    quotes: int = 0  # errors that quote an echo of ours
    quotes_ignored: int = 0
    refused: int = 0  # our own kernel would not send
    disturbances: int = 0  # times we could not trust silence
    bursts_too_late: int = 0


OnDone = Callable[["Burst", Outcome], None]


class Burst:
    """The echoes of one poll of one device; mutable until it is done.

    What is seldom other than its default is a class attribute until then: bursts are many.
    """

    answered = 0
    attempts = 0
    duplicates = 0
    late = 0
    words = ""  # what a router said
    refusal = ""  # what our kernel said
    done = False
    first_sequence = 0
    disturbances = 0  # of the flight, when the burst began

    def __init__(
        self,
        target: PingTarget,
        on_done: OnDone,
        *,
        address: str,
        identifier: int,
        began: float,
        at: float,
    ) -> None:
        self.target = target
        self.on_done = on_done
        self.address = address
        self.identifier = identifier
        self.began = began
        self.at = at
        self.echoes: list[Echo] = []  # those that left, in order

    @property
    def is_sent(self) -> bool:
        """Whether no echo is left to send."""
        return self.attempts >= self.target.echoes

    def observation(self, outcome: Outcome) -> EchoObservation:
        """Return the burst as it is now."""
        rtts = [echo.rtt for echo in self.echoes]
        return EchoObservation(
            device=self.target.device,
            at=self.at,
            monotonic=self.began,
            outcome=outcome,
            sent=len(rtts),
            rtts_seconds=tuple([rtt for rtt in rtts if rtt is not None]),
            duplicates=self.duplicates,
            late=self.late,
            detail=self.refusal or self.words,
            ipdvs_seconds=_ipdvs(rtts) if len(rtts) > 1 else (),
        )


class Echo:
    """One request that left, and its answer."""

    __slots__ = ("burst", "reply", "request", "rtt", "sent_at")

    def __init__(self, burst: Burst, request: bytes, reply: bytes) -> None:
        self.burst = burst
        self.request = request
        self.reply = reply
        self.sent_at = 0.0
        self.rtt: float | None = None


def _ipdvs(rtts: list[float | None]) -> tuple[float, ...]:
    """Compare consecutive echoes (RFC 3393): a gap between two of them makes no pair."""
    return tuple([abs(b - a) for a, b in pairwise(rtts) if a is not None and b is not None])


class Flight:
    """All bursts under way, and for a while those that are over, so that late replies are known."""

    def __init__(
        self,
        clock: KernelClock,
        *,
        padding: bytes,
        entropy: Callable[[int], bytes] = os.urandom,
        first_sequence: int = 0,
    ) -> None:
        self.clock = clock
        self.statistics = FlightStatistics()
        self.under_way = 0  # bursts
        self._padding = padding
        self._entropy = entropy
        self._sequence = first_sequence
        self._drawn: list[tuple[bytes, int]] = []
        self._echoes: dict[bytes, Echo] = {}
        self._by_address: dict[str, Burst] = {}  # the latest: for quotes too short for a nonce
        self._late: dict[DeviceId, int] = {}

    def __len__(self) -> int:
        return len(self._echoes)

    def begin(self, burst: Burst) -> None:
        """Register a burst: nothing is sent yet."""
        self.under_way += 1
        burst.first_sequence = self._sequence
        self._sequence += burst.target.echoes
        burst.disturbances = self.statistics.disturbances
        self._by_address[burst.address] = burst

    def prepare(self, burst: Burst) -> Echo:
        """Return the burst's next echo, its answer expected; stamp and send it, or take it back."""
        sequence = (burst.first_sequence + burst.attempts) & 0xFFFF
        pair = None
        while pair is None:
            if not self._drawn:
                self._draw()
            data, data_remainder = self._drawn.pop()
            if ":" in burst.address:
                pair = packet.echo_v6(burst.identifier, sequence, data)
            else:
                pair = packet.echo(burst.identifier, sequence, data, data_remainder=data_remainder)
        burst.attempts += 1
        self.statistics.sent += 1
        echo = Echo(burst, *pair)
        self._echoes[echo.reply] = echo
        burst.echoes.append(echo)
        return echo

    def unsent(self, burst: Burst) -> None:
        """Take the last request back: it never left, and may be tried again."""
        del self._echoes[burst.echoes.pop().reply]
        burst.attempts -= 1
        self.statistics.sent -= 1

    def refused(self, burst: Burst, words: str) -> None:
        """Count the last request as never sent: our own kernel would not."""
        self.unsent(burst)
        burst.attempts += 1
        burst.refusal = words
        self.statistics.refused += 1
        if burst.is_sent and not burst.echoes:
            self.finish(burst)

    def receive(self, source: str, message: bytes, kernel_time_ns: int | None, kind: Kind) -> None:
        """Credit a reply to the echo it answers; anything else only counts."""
        if kind is not Kind.REPLY:
            self._note_quote(source, message)
            return
        if ":" in source:
            message = message[:2] + b"\0\0" + message[4:]
        echo = self._echoes.get(message)
        if echo is None:
            self.statistics.foreign += 1
            return
        burst = echo.burst
        if source != burst.address:
            self.statistics.wrong_source += 1
        elif echo.rtt is not None:
            burst.duplicates += 1
            self.statistics.duplicates += 1
        else:
            rtt = self.clock.rtt_seconds(echo.sent_at, kernel_time_ns)
            if burst.done or rtt > burst.target.timeout_seconds:
                self._note_late(echo, rtt)
                return
            echo.rtt = rtt
            self.statistics.answered += 1
            burst.answered += 1
            if burst.answered == burst.target.echoes:
                self.end(burst, Outcome.OK)

    def _note_late(self, echo: Echo, rtt: float) -> None:
        self.statistics.late += 1
        burst = echo.burst
        if burst.done:
            # The next burst of this device tells it; a second copy is then a duplicate.
            device = burst.target.device
            self._late[device] = self._late.get(device, 0) + 1
            echo.rtt = rtt
        else:
            burst.late += 1

    def _note_quote(self, source: str, message: bytes) -> None:
        """Note what a router said of an echo of ours: words, never an outcome.

        Anyone can forge an error, and a forged one must not take a device down (RFC 5927).
        """
        quote = packet.parse_error(message, ipv6=":" in source)
        burst = self._quoted(quote) if quote else None
        if quote is None or burst is None or burst.done:
            self.statistics.quotes_ignored += 1
            return
        self.statistics.quotes += 1
        burst.words = f"{quote.words} from {source}"

    def _quoted(self, quote: packet.Quote) -> Burst | None:
        burst: Burst | None = None
        if quote.nonce:
            data = quote.nonce + self._padding
            pair = (
                packet.echo_v6(quote.identifier, quote.sequence, data)
                if ":" in quote.destination
                else packet.echo(
                    quote.identifier,
                    quote.sequence,
                    data,
                    data_remainder=packet.remainder(data),
                )
            )
            echo = self._echoes.get(pair[1]) if pair else None
            burst = echo.burst if echo else None
        elif latest := self._by_address.get(quote.destination):
            index = (quote.sequence - latest.first_sequence) & 0xFFFF
            if quote.identifier == latest.identifier and index < latest.attempts:
                burst = latest
        if burst is None or burst.address.partition("%")[0] != quote.destination:
            return None
        return burst

    def disturb(self) -> None:
        """Note that silence up to now proves nothing: we ourselves may have missed replies."""
        self.statistics.disturbances += 1

    def finish(self, burst: Burst) -> None:
        """End a burst with what is known of it."""
        sent = len(burst.echoes)
        if burst.answered < sent and burst.disturbances != self.statistics.disturbances:
            outcome = Outcome.TOO_LATE
            self.statistics.bursts_too_late += 1
        elif burst.answered:
            outcome = Outcome.OK
        else:
            outcome = Outcome.TIMEOUT if sent else Outcome.REFUSED
        self.end(burst, outcome)

    def end(self, burst: Burst, outcome: Outcome) -> None:
        """Close a burst with this outcome and tell who waits for it."""
        burst.done = True
        self.under_way -= 1
        if self._late and (late := self._late.pop(burst.target.device, 0)):
            burst.late += late
        if self._by_address.get(burst.address) is burst:
            del self._by_address[burst.address]
        burst.on_done(burst, outcome)

    def forget(self, burst: Burst) -> None:
        """Drop a burst that is over: replies to it are foreign from now on."""
        for echo in burst.echoes:
            self._echoes.pop(echo.reply, None)
        burst.echoes.clear()  # echo and burst hold each other: no work for the cycle collector

    def forget_device(self, device: DeviceId) -> None:
        """Drop what is remembered of a device between its bursts."""
        self._late.pop(device, None)

    def _draw(self) -> None:
        """Prepare the data of the next echoes: nonce, padding, and what they add to a checksum."""
        octets = self._entropy(packet.NONCE_OCTETS * _NONCES)
        for start in range(0, len(octets), packet.NONCE_OCTETS):
            data = octets[start : start + packet.NONCE_OCTETS] + self._padding
            self._drawn.append((data, packet.remainder(data)))
