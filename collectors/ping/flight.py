"""Flight: the echoes under way, what came back of them, and when a burst is over.

Pure: no socket, and `now` is an argument. A reply is found by all its octets, which follow from
the request and its 64-bit nonce; only its source is left to check. What is altered, truncated,
forged or another program's finds nothing.

Only silence is loss. An echo that is missing while we ourselves were disturbed (a stalled loop, an
overrun receive buffer, a stepped clock) proves nothing: such a burst is TOO_LATE, never lossy.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass

from collectors.observation import Outcome
from collectors.ping import packet
from collectors.ping.burst import Burst
from collectors.ping.clock import KernelClock
from collectors.ping.mint import Mint
from topology.model import DeviceId


@dataclass(slots=True)
class FlightStatistics:
    """What happened to echoes, since the start."""

    sent: int = 0
    answered: int = 0
    duplicates: int = 0
    late: int = 0
    malformed: int = 0  # neither a reply nor an error
    foreign: int = 0  # replies to other programs, forged, or altered on the way
    wrong_source: int = 0
    quotes: int = 0  # errors that quote an echo of ours
    quotes_ignored: int = 0
    refused: int = 0  # our own kernel would not send
    disturbances: int = 0  # times we could not trust silence
    bursts_too_late: int = 0


class Flight:
    """All bursts under way, and for a while those that are over, so that late replies are known."""

    def __init__(self, clock: KernelClock, *, payload_octets: int) -> None:
        self.clock = clock
        self._payload_octets = payload_octets
        self._mints: dict[tuple[int, bool], Mint] = {}
        self.statistics = FlightStatistics()
        self.under_way = 0  # bursts
        self._flying: dict[bytes, Burst] = {}  # by the replies that answer them
        self._late: dict[DeviceId, int] = {}

    def __len__(self) -> int:
        return len(self._flying)

    def mint(self, identifier: int, *, ipv6: bool) -> Mint:
        """Return what makes the echoes of this identifier and family."""
        mint = self._mints.get((identifier, ipv6))
        if mint is None:
            mint = self._mints[identifier, ipv6] = Mint(
                identifier,
                ipv6=ipv6,
                payload_octets=self._payload_octets,
                first_sequence=int.from_bytes(os.urandom(2), "big"),
            )
        return mint

    def begin(self, burst: Burst) -> None:
        """Register a burst: nothing is sent yet."""
        self.under_way += 1
        burst.disturbances = self.statistics.disturbances

    def prepare(self, bursts: Sequence[Burst]) -> tuple[list[bytes], list[bytes]]:
        """Return the next request of each burst and its reply, which is expected from now on.

        The caller notes by `Burst.left` when it left, or takes it back.
        """
        flying, requests, replies = self._flying, [], []
        for burst in bursts:
            assert burst.mint is not None  # noqa: S101 - a burst without was refused, not begun
            request, reply = burst.mint.strike()
            flying[reply] = burst
            burst.attempts += 1
            requests.append(request)
            replies.append(reply)
        self.statistics.sent += len(requests)
        return requests, replies

    def unsent(self, burst: Burst, reply: bytes) -> None:
        """Take a request back: it never left, and may be tried again."""
        del self._flying[reply]
        burst.attempts -= 1
        self.statistics.sent -= 1

    def refused(self, burst: Burst, reply: bytes, words: str) -> None:
        """Count a request as never sent: our own kernel would not."""
        self.unsent(burst, reply)
        burst.attempts += 1
        burst.refusal = words
        self.statistics.refused += 1
        if burst.is_sent and not burst.replies:
            self.finish(burst)

    def receive(
        self,
        sources: Sequence[str],
        messages: Sequence[bytes],
        kernel_times_ns: Sequence[int | None],
    ) -> None:
        """Credit replies to the echoes they answer; anything else only counts."""
        flying, clock = self._flying, self.clock
        clock.read()
        for source, message, kernel_time_ns in zip(sources, messages, kernel_times_ns, strict=True):
            burst = flying.get(message)
            if burst is None:
                if ":" in source:
                    message = packet.without_checksum(message)
                    burst = flying.get(message)
                if burst is None:
                    self._note_other(source, message)
                    continue
            if source != burst.address:
                self.statistics.wrong_source += 1
                continue
            place = burst.replies.index(message)
            rtt = clock.rtt_seconds(burst.departures[place], kernel_time_ns)
            if burst.rtts[place] is not None:
                burst.duplicates += 1
                self.statistics.duplicates += 1
            elif burst.done or rtt > burst.target.timeout_seconds:
                self._note_late(burst, place, rtt)
            else:
                burst.answer(place, rtt)
                burst.answered += 1
                self.statistics.answered += 1
                if burst.answered == burst.target.echoes:
                    self.end(burst, Outcome.OK)

    def _note_late(self, burst: Burst, place: int, rtt: float) -> None:
        self.statistics.late += 1
        if burst.done:
            # The next burst of this device tells it; a second copy is then a duplicate.
            device = burst.target.device
            self._late[device] = self._late.get(device, 0) + 1
            burst.answer(place, rtt)
        else:
            burst.late += 1

    def _note_other(self, source: str, message: bytes) -> None:
        """Count what answers no echo of ours, or note what it says of one."""
        ipv6 = ":" in source
        type_ = message[:1]
        if type_ in (packet.V6_ERROR_OCTETS if ipv6 else packet.V4_ERROR_OCTETS):
            self._note_error(source, message, ipv6=ipv6)
        elif type_ == (b"\x81" if ipv6 else b"\0") and len(message) >= packet.HEADER_OCTETS:
            self.statistics.foreign += 1
        else:
            self.statistics.malformed += 1

    def _note_error(self, source: str, message: bytes, *, ipv6: bool) -> None:
        """Note what a router said of an echo of ours: words, never an outcome.

        Anyone can forge an error, and a forged one must not take a device down (RFC 5927).
        """
        quote = packet.parse_error(message, ipv6=ipv6)
        burst = self._quoted(quote) if quote else None
        if quote is None or burst is None or burst.done:
            self.statistics.quotes_ignored += 1
            return
        self.statistics.quotes += 1
        burst.words = f"{quote.words} from {source}"

    def _quoted(self, quote: packet.Quote) -> Burst | None:
        """Return the burst whose echo is quoted."""
        mint = self._mints.get((quote.identifier, ":" in quote.destination))
        if mint is None:
            return None
        # A router that quotes only what RFC 792 asks for leaves the sequence to tell the echo by.
        burst = self._flying.get(mint.reply(quote.sequence, quote.nonce))
        if burst is None or burst.address.partition("%")[0] != quote.destination:
            return None
        return burst

    def disturb(self) -> None:
        """Note that silence up to now proves nothing: we ourselves may have missed replies."""
        self.statistics.disturbances += 1

    def finish(self, burst: Burst) -> None:
        """End a burst with what is known of it."""
        sent, answered = len(burst.replies), burst.answered
        if answered < sent and burst.disturbances != self.statistics.disturbances:
            outcome = Outcome.TOO_LATE
            self.statistics.bursts_too_late += 1
        elif answered:
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
        burst.on_done(burst, outcome)

    def forget(self, burst: Burst) -> None:
        """Drop a burst that is over: replies to it are foreign from now on."""
        for reply in burst.replies:
            self._flying.pop(reply, None)

    def forget_device(self, device: DeviceId) -> None:
        """Drop what is remembered of a device between its bursts."""
        self._late.pop(device, None)
