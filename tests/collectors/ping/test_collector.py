"""Bursts over a transport that a test controls: what counts as an answer, what as silence."""

import asyncio
import errno
import time
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
import uvloop

from collectors.observation import EchoObservation, Outcome
from collectors.ping import packet
from collectors.ping.collector import PingCollector
from collectors.ping.mint import Mint
from collectors.ping.transport import PingSettings, Receiver, TransportStatistics
from collectors.target import PingTarget
from topology.model import DeviceId

BRISK = PingSettings(packets_per_second=1e6, memory_seconds=0.2)
TARGET = PingTarget(
    device=DeviceId("relay-1"),
    address="127.0.0.1",
    echoes=3,
    spacing_seconds=0.02,
    timeout_seconds=0.1,
)


class Air:
    """A transport in the process: each request goes to `answer`, which replies by `deliver`."""

    def __init__(self, answer: Callable[["Air", str, bytes], None]) -> None:
        self.name = "test"
        self.statistics = TransportStatistics()
        self.answer = answer
        self.requests: list[bytes] = []
        self.pending: list[Callable[[], None]] = []
        self.sending = False
        self.closed = False

    def canonical(self, address: str) -> str:
        return address

    def identifier(self, *, ipv6: bool) -> int:
        return 77

    def listen(self, receiver: Receiver) -> None:
        self._receiver = receiver

    def send(
        self,
        addresses: Sequence[str],
        requests: Sequence[bytes],
        departures: list[float],
        now: Callable[[], float],
    ) -> None:
        done = len(departures)
        self.sending = True
        try:
            for address, request in zip(addresses[done:], requests[done:], strict=True):
                self.requests.append(request)
                departure = now()
                self.answer(self, address, request)
                departures.append(departure)
        finally:
            self.sending = False

    def drain(self) -> None:
        while self.pending:
            self.pending.pop(0)()

    def close(self) -> None:
        self.closed = True

    def deliver(self, source: str, message: bytes, stamp_ns: int | None = None) -> None:
        """Deliver at once; what is answered while sending comes when all is sent, as it must."""
        if self.sending:
            asyncio.get_running_loop().call_soon(self.deliver, source, message, stamp_ns)
        else:
            self._receiver([source], [message], [stamp_ns])


def echo(air: Air, address: str, request: bytes) -> None:
    air.deliver(address, packet.reply_to(request))


def silence(air: Air, address: str, request: bytes) -> None:
    pass


def run(main: Coroutine[Any, Any, EchoObservation]) -> EchoObservation:
    return asyncio.run(main)


async def ping(air: Air, target: PingTarget = TARGET) -> EchoObservation:
    collector = PingCollector(air, settings=BRISK)
    try:
        return await collector.collect(target)
    finally:
        await collector.close()


def test_an_answered_burst_is_ok_with_one_rtt_per_echo() -> None:
    seen = run(ping(Air(echo)))
    assert (seen.outcome, seen.sent, len(seen.rtts_seconds)) == (Outcome.OK, 3, 3)
    assert len(seen.ipdvs_seconds) == 2
    assert all(rtt >= 0.0 for rtt in seen.rtts_seconds)


def test_the_same_holds_on_uvloop() -> None:
    seen = uvloop.run(ping(Air(echo)))
    assert (seen.outcome, len(seen.rtts_seconds)) == (Outcome.OK, 3)


def test_silence_is_a_timeout() -> None:
    seen = run(ping(Air(silence)))
    assert (seen.outcome, seen.sent, seen.rtts_seconds) == (Outcome.TIMEOUT, 3, ())


def test_each_echo_has_its_own_sequence_and_nonce() -> None:
    air = Air(silence)
    run(ping(air))
    assert len({request[4:8] for request in air.requests}) == 3
    assert len({request[8:16] for request in air.requests}) == 3


def test_the_five_echoes_of_a_burst_are_spread() -> None:
    async def main() -> list[float]:
        collector = PingCollector(Air(echo), settings=BRISK)
        over: asyncio.Future[list[float]] = asyncio.get_running_loop().create_future()
        target = replace(TARGET, echoes=PingTarget(device=TARGET.device, address="").echoes)
        collector.begin(target, lambda burst, _: over.set_result([*burst.departures]))
        departures = await over
        await collector.close()
        return departures

    departures = asyncio.run(main())
    assert len(departures) == 5
    assert min(b - a for a, b in pairwise(departures)) >= TARGET.spacing_seconds


def test_a_lost_echo_makes_no_pair_for_ipdv() -> None:
    def lose_the_second(air: Air, address: str, request: bytes) -> None:
        if len(air.requests) != 2:
            echo(air, address, request)

    seen = run(ping(Air(lose_the_second)))
    assert (seen.outcome, seen.sent, len(seen.rtts_seconds)) == (Outcome.OK, 3, 2)
    assert seen.ipdvs_seconds == ()


def test_echoes_that_we_send_and_read_late_ourselves_vary_no_more_for_it() -> None:
    """The loop is held up for longer than the spacing, again and again; kernel stamps hold."""

    def two_milliseconds(air: Air, address: str, request: bytes) -> None:
        reply, arrived = packet.reply_to(request), time.time_ns() + 2_000_000
        air.pending.append(lambda: air.deliver(address, reply, stamp_ns=arrived))

    async def main() -> EchoObservation:
        air = Air(two_milliseconds)
        collector = PingCollector(air, settings=BRISK)
        burst = asyncio.create_task(collector.collect(replace(TARGET, timeout_seconds=2.0)))
        while not burst.done():
            time.sleep(0.05)  # noqa: ASYNC251 - nobody is sent to, nothing is read in this time
            air.drain()
            await asyncio.sleep(0)
        await collector.close()
        return await burst

    seen = run(main())
    assert (seen.outcome, len(seen.ipdvs_seconds)) == (Outcome.OK, 2)
    assert max(seen.rtts_seconds) < 0.02
    assert max(seen.ipdvs_seconds) < 0.02  # a fraction of what we were late by


def test_a_duplicate_is_counted_and_not_a_second_answer() -> None:
    def twice(air: Air, address: str, request: bytes) -> None:
        echo(air, address, request)
        echo(air, address, request)

    seen = run(ping(Air(twice)))
    assert len(seen.rtts_seconds) == 3
    assert seen.duplicates == 2  # the last copy came after the last answer


def alter(octet: int) -> Callable[[Air, str, bytes], None]:
    def answer(air: Air, address: str, request: bytes) -> None:
        reply = bytearray(packet.reply_to(request))
        reply[octet] ^= 1
        air.deliver(address, bytes(reply))

    return answer


@pytest.mark.parametrize(
    "octet",
    [0, 1, 2, 5, 7, 8, 15, 40],
    ids=["type", "code", "sum", "id", "seq", "nonce", "nonce end", "data"],
)
def test_an_altered_reply_is_no_answer(octet: int) -> None:
    assert run(ping(Air(alter(octet)))).outcome is Outcome.TIMEOUT


def test_a_reply_from_another_source_is_no_answer() -> None:
    def from_elsewhere(air: Air, address: str, request: bytes) -> None:
        air.deliver("127.0.0.9", packet.reply_to(request))

    assert run(ping(Air(from_elsewhere))).outcome is Outcome.TIMEOUT


def test_truncated_replies_and_junk_are_no_answers() -> None:
    def junk(air: Air, address: str, request: bytes) -> None:
        reply = packet.reply_to(request)
        for end in (0, 1, 4, 8, 16, len(reply) - 1):
            air.deliver(address, reply[:end])
            air.deliver(address, b"\x03" + reply[1:end])

    assert run(ping(Air(junk))).outcome is Outcome.TIMEOUT


def refuse(code: int) -> Callable[[Air, str, bytes], None]:
    def answer(air: Air, address: str, request: bytes) -> None:
        message = packet.error(3, code, destination=address, request=request)
        air.deliver("127.0.0.254", message)

    return answer


def test_an_unreachable_burst_is_a_timeout_that_says_who_said_what() -> None:
    seen = run(ping(Air(refuse(1))))
    assert (seen.outcome, seen.detail) == (
        Outcome.TIMEOUT,
        "host unreachable from 127.0.0.254",
    )


def test_a_forged_unreachable_takes_no_answering_device_down() -> None:
    def both(air: Air, address: str, request: bytes) -> None:
        refuse(1)(air, address, request)
        echo(air, address, request)

    seen = run(ping(Air(both)))
    assert (seen.outcome, len(seen.rtts_seconds)) == (Outcome.OK, 3)


def test_a_quote_of_64_bits_is_matched_by_address_and_sequence() -> None:
    def short(air: Air, address: str, request: bytes) -> None:
        message = packet.error(3, 13, destination=address, request=request[:8])
        air.deliver("127.0.0.254", message)

    assert "administratively prohibited" in run(ping(Air(short))).detail


def test_a_quote_of_another_programs_echo_is_ignored() -> None:
    def foreign(air: Air, address: str, request: bytes) -> None:
        mint = Mint(4711, ipv6=False, payload_octets=56, first_sequence=1)
        message = packet.error(3, 1, destination=address, request=mint.strike()[0])
        air.deliver("127.0.0.254", message)

    assert run(ping(Air(foreign))).detail == ""


def test_what_our_own_kernel_refuses_to_send_is_refused_not_silent() -> None:
    def no_route(air: Air, address: str, request: bytes) -> None:
        raise OSError(errno.ENETUNREACH, "Network is unreachable")

    seen = run(ping(Air(no_route)))
    assert (seen.outcome, seen.sent) == (Outcome.REFUSED, 0)
    assert seen.detail == "not sent: Network is unreachable (ENETUNREACH)"


def test_an_echo_our_kernel_refused_is_not_counted_as_sent() -> None:
    def refuse_the_first(air: Air, address: str, request: bytes) -> None:
        if len(air.requests) == 1:
            raise OSError(errno.EPERM, "Operation not permitted")
        echo(air, address, request)

    seen = run(ping(Air(refuse_the_first)))
    assert (seen.outcome, seen.sent, len(seen.rtts_seconds)) == (Outcome.OK, 2, 2)


def test_a_full_send_queue_delays_an_echo_but_loses_none() -> None:
    full = iter([True, True, False, True])

    def sometimes_full(air: Air, address: str, request: bytes) -> None:
        if next(full, False):
            raise BlockingIOError
        echo(air, address, request)

    seen = run(ping(Air(sometimes_full)))
    assert (seen.sent, len(seen.rtts_seconds)) == (3, 3)


def test_a_late_reply_is_told_with_the_next_burst() -> None:
    held: list[bytes] = []

    def hold(air: Air, address: str, request: bytes) -> None:
        held.append(request)

    async def main() -> EchoObservation:
        air = Air(hold)
        collector = PingCollector(air, settings=BRISK)
        first = await collector.collect(TARGET)
        assert first.outcome is Outcome.TIMEOUT
        echo(air, TARGET.address, held[0])
        air.answer = echo
        second = await collector.collect(TARGET)
        await collector.close()
        return second

    seen = run(main())
    assert (seen.outcome, seen.late, len(seen.rtts_seconds)) == (Outcome.OK, 1, 3)


def test_a_reply_after_its_timeout_is_late_even_while_the_burst_goes_on() -> None:
    def first_comes_late(air: Air, address: str, request: bytes) -> None:
        delay = 0.15 if len(air.requests) == 1 else 0.0
        asyncio.get_running_loop().call_later(delay, echo, air, address, request)

    target = replace(TARGET, echoes=5, spacing_seconds=0.05)
    seen = run(ping(Air(first_comes_late), target))
    assert (len(seen.rtts_seconds), seen.late) == (4, 1)


def test_a_stalled_loop_is_our_fault_and_not_a_loss() -> None:
    class Stall:
        seconds = 0.0

        def now(self) -> float:
            return asyncio.get_running_loop().time() + self.seconds

    async def main() -> EchoObservation:
        stall = Stall()
        collector = PingCollector(Air(silence), now=stall.now, settings=BRISK)
        asyncio.get_running_loop().call_later(0.05, setattr, stall, "seconds", 10.0)
        try:
            return await collector.collect(TARGET)
        finally:
            await collector.close()

    assert run(main()).outcome is Outcome.TOO_LATE


def test_what_arrived_during_a_stall_is_read_before_anybody_is_judged() -> None:
    def into_the_buffer(air: Air, address: str, request: bytes) -> None:
        reply, arrived = packet.reply_to(request), time.time_ns()
        air.pending.append(lambda: air.deliver(address, reply, stamp_ns=arrived))

    seen = run(ping(Air(into_the_buffer)))
    assert (seen.outcome, len(seen.rtts_seconds)) == (Outcome.OK, 3)


def test_an_overrun_receive_buffer_makes_no_loss() -> None:
    def overrun(air: Air, address: str, request: bytes) -> None:
        air.statistics.drops += 1

    assert run(ping(Air(overrun))).outcome is Outcome.TOO_LATE


def test_a_second_copy_of_an_icmpv6_reply_is_a_duplicate_whatever_its_checksum() -> None:
    """The kernel writes it: the engine cannot know it, and must not ask for it."""

    def twice(air: Air, address: str, request: bytes) -> None:
        reply = packet.reply_to(request)
        for checksum in (b"\x12\x34", b"\x56\x78"):
            air.deliver(address, reply[:2] + checksum + reply[4:])

    seen = run(ping(Air(twice), replace(TARGET, address="::1")))
    assert (seen.outcome, len(seen.rtts_seconds), seen.duplicates) == (Outcome.OK, 3, 2)


def test_a_late_answer_in_the_midst_leaves_the_rtts_in_the_order_sent() -> None:
    """The first echo takes 60 ms, the others nothing."""

    def first_is_slow(air: Air, address: str, request: bytes) -> None:
        delay = 0.06 if len(air.requests) == 1 else 0.0
        asyncio.get_running_loop().call_later(delay, echo, air, address, request)

    seen = run(ping(Air(first_is_slow)))
    assert [rtt > 0.05 for rtt in seen.rtts_seconds] == [True, False, False]


def test_a_step_of_the_wall_clock_makes_no_loss() -> None:
    class Wall:
        seconds = 1_800_000_000.0

        def read(self) -> float:
            return self.seconds + asyncio.get_running_loop().time()

    async def main() -> EchoObservation:
        wall = Wall()
        collector = PingCollector(Air(silence), wall=wall.read, settings=BRISK)
        asyncio.get_running_loop().call_later(0.05, setattr, wall, "seconds", 1.0)
        try:
            return await collector.collect(TARGET)
        finally:
            await collector.close()

    assert run(main()).outcome is Outcome.TOO_LATE


def test_closing_ends_bursts_under_way_as_not_polled() -> None:
    async def main() -> EchoObservation:
        air = Air(silence)
        collector = PingCollector(air, settings=BRISK)
        burst = asyncio.create_task(collector.collect(TARGET))
        await asyncio.sleep(0)
        await collector.close()
        assert air.closed
        return await burst

    assert run(main()).outcome is Outcome.NOT_POLLED


def test_a_closed_collector_polls_nobody() -> None:
    async def main() -> EchoObservation:
        collector = PingCollector(Air(echo), settings=BRISK)
        await collector.close()
        return await collector.collect(TARGET)

    assert run(main()).outcome is Outcome.NOT_POLLED


def test_ten_thousand_cancelled_bursts_leave_nothing_and_hang_nobody() -> None:
    async def main() -> None:
        air = Air(silence)
        collector = PingCollector(air, settings=BRISK)
        tasks = [asyncio.create_task(collector.collect(TARGET)) for _ in range(10_000)]
        survivor = asyncio.create_task(collector.collect(TARGET))
        await asyncio.sleep(0.01)
        air.answer = echo
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
        assert all(task.cancelled() for task in tasks)
        await survivor
        assert collector.bursts_under_way == 0
        await collector.close()

    asyncio.run(main())


def test_seventy_thousand_echoes_in_flight_do_not_collide() -> None:
    """One address, one identifier: only 65,536 sequences, but 64 bits of nonce."""
    held: list[bytes] = []

    def hold(air: Air, address: str, request: bytes) -> None:
        held.append(request)

    async def main() -> None:
        air = Air(hold)
        settings = PingSettings(packets_per_second=1e9, packets_at_once=100_000)
        collector = PingCollector(air, settings=settings)
        target = replace(TARGET, echoes=1, timeout_seconds=50.0)
        done: list[Outcome] = []
        for _ in range(70_000):
            collector.begin(target, lambda burst, outcome: done.append(outcome))
        while len(held) < 70_000:  # noqa: ASYNC110
            await asyncio.sleep(0)
        for request in reversed(held):
            echo(air, target.address, request)
        assert done == [Outcome.OK] * 70_000
        assert collector.statistics.duplicates == 0
        await collector.close()

    asyncio.run(main())


def test_echoes_of_all_targets_share_one_pace() -> None:
    async def main() -> float:
        settings = PingSettings(packets_per_second=200, packets_at_once=1)
        collector = PingCollector(Air(echo), settings=settings)
        loop = asyncio.get_running_loop()
        began = loop.time()
        target = replace(TARGET, echoes=1)
        await asyncio.gather(*(collector.collect(target) for _ in range(41)))
        await collector.close()
        return loop.time() - began

    assert asyncio.run(main()) >= 0.19


def test_a_burst_of_no_echoes_is_a_mistake_of_ours() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        run(ping(Air(echo), replace(TARGET, echoes=0)))
