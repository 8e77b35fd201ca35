"""Exchange: questions out, answers in, over one UDP socket per address family.

It knows addresses, deadlines and tries, not what is asked: a `Question` makes its own datagrams and
reads its own answers. At most one request is in flight per agent, so a source address names the
question; junk neither ends nor extends a try. Silence is a timeout only if we ourselves were awake:
after a stall the sockets are drained first, and what is still missing is too late, not lost.
"""

import asyncio
import errno
import heapq
import socket
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from math import inf
from typing import Final

from collectors.observation import Outcome
from collectors.snmp.admission import id_of, random_ids
from collectors.snmp.allowance import Allowance
from collectors.snmp.channel import Address, Channel, address_of
from collectors.snmp.question import Ending, Question, Step
from collectors.snmp.rejection import FINAL, IDENTITIES, OUTCOMES, RejectedError, Rejection
from collectors.snmp.settings import SnmpSettings, SnmpStatistics

_DATAGRAMS_PER_WAKE_UP: Final = 512
_DATAGRAMS_PER_DRAIN: Final = 65_536
_REMEMBERED_IDS: Final = 8
_QUIET_ERRORS: Final = frozenset({errno.ECONNREFUSED, errno.EHOSTUNREACH, errno.ENETUNREACH})


@dataclass(slots=True, eq=False, kw_only=True)
class _Ask:
    """A question under way."""

    question: Question
    address: Address
    channel: Channel
    timeout_seconds: float
    retries: int
    deadline: float  # of the whole question, monotonic
    future: "asyncio.Future[Ending]"
    spent_ids: deque[int]  # of earlier requests to this agent: late answers carry one
    gap_seconds: float = 0.0  # least time since the last request to this agent
    is_held: bool = False  # until the gap is over; it awaits no answer
    request_id: int = 0
    tries_left: int = 0
    due: float = 0.0
    is_watched: bool = False  # stands in the heap of deadlines
    noted: RejectedError | None = None  # what the agent said last that was not the answer
    unsent: str = ""  # why the kernel took no request
    was_answering: bool = False


class Exchange:
    """All questions under way."""

    def __init__(
        self, settings: SnmpSettings, statistics: SnmpStatistics, now: Callable[[], float]
    ) -> None:
        self._settings: Final = settings
        self._statistics: Final = statistics
        self._now: Final = now
        self._channels: dict[socket.AddressFamily, Channel] = {}
        self._drops_seen: dict[Channel, int] = {}
        self._known: dict[tuple[str, int], tuple[Channel, Address]] = {}
        self._pending: dict[Address, _Ask] = {}
        self._spent: dict[Address, deque[int]] = {}
        self._sent_at: dict[Address, float] = {}  # of agents that need a gap
        self._allowance: Final = Allowance(settings, statistics)
        self._queue: deque[_Ask] = deque()  # a free slot is awaited
        self._busy: dict[Address, deque[_Ask]] = {}  # the agent answers another question
        self._deadlines: list[tuple[float, int, _Ask]] = []
        self._order: Final = count()
        self._timer: asyncio.TimerHandle | None = None
        self._timer_due = 0.0
        self._ids: Final = random_ids()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._is_closed = False

    async def ask(
        self,
        host: str,
        port: int,
        question: Question,
        *,
        timeout_seconds: float,
        retries: int,
        deadline: float,
        gap_seconds: float = 0.0,
    ) -> Ending:
        """Ask, and return how it ended, by `deadline` at the latest."""
        if self._is_closed:
            return Ending(outcome=Outcome.NOT_POLLED, detail="the engine is closed")
        loop = self._loop = asyncio.get_running_loop()
        try:
            channel, address = self._channel_to(host, port)
        except OSError as error:
            return Ending(outcome=Outcome.NOT_POLLED, detail=f"cannot ask {host}: {error}")
        ask = _Ask(
            question=question,
            address=address,
            channel=channel,
            timeout_seconds=timeout_seconds,
            retries=retries,
            deadline=deadline,
            future=loop.create_future(),
            spent_ids=self._spent_ids_of(address),
            gap_seconds=gap_seconds,
        )
        self._admit(ask)
        try:
            return await ask.future
        finally:
            if not ask.future.done() or ask.future.cancelled():
                self._withdraw(ask)

    def forget(self, host: str, port: int) -> None:
        """Drop what is remembered of an agent."""
        _, address = self._known.pop((host, port), (None, None))
        if address is not None:
            self._spent.pop(address, None)
            self._sent_at.pop(address, None)

    def close(self) -> None:
        """End what is under way as not polled, and close the sockets."""
        self._is_closed = True
        waiting = [*self._queue, *(ask for line in self._busy.values() for ask in line)]
        self._queue.clear()
        self._busy.clear()
        for ask in [*self._pending.values(), *waiting]:
            self._end(ask, Ending(outcome=Outcome.NOT_POLLED, detail="the engine was closed"))
        if self._timer is not None:
            self._timer.cancel()
        for channel in self._channels.values():
            if self._loop is not None and not self._loop.is_closed():
                self._loop.remove_reader(channel.fileno())
            channel.close()
        self._channels.clear()
        self._known.clear()

    def _spent_ids_of(self, address: Address) -> deque[int]:
        spent = self._spent.get(address)
        if spent is None:
            spent = self._spent[address] = deque(maxlen=_REMEMBERED_IDS)
        return spent

    # Slots: one request in flight per agent, so many in all

    def _admit(self, ask: _Ask) -> None:
        if len(self._pending) >= self._allowance.requests and self._allowance.is_used_up(
            len(self._pending)
        ):
            self._queue.append(ask)
            self._watch(ask, ask.deadline)
        elif ask.address in self._pending:
            self._busy.setdefault(ask.address, deque()).append(ask)
            self._watch(ask, ask.deadline)
        else:
            self._pending[ask.address] = ask
            self._statistics.in_flight += 1
            ask.tries_left = ask.retries
            self._send(ask)

    def _end(self, ask: _Ask, ending: Ending) -> None:
        if self._pending.get(ask.address) is ask:
            del self._pending[ask.address]
            self._statistics.in_flight -= 1
            ask.spent_ids.append(ask.request_id)
        if not ask.future.done():
            ask.future.set_result(ending)
        if self._queue or self._busy:
            self._admit_waiting(ask.address)

    def _admit_waiting(self, address: Address) -> None:
        line = self._busy.pop(address, None)
        while line:
            ask = line.popleft()
            if not ask.future.done():
                if line:
                    self._busy[address] = line
                self._admit(ask)
                break
        while self._queue and len(self._pending) < self._allowance.requests:
            ask = self._queue.popleft()
            if not ask.future.done():
                self._admit(ask)

    def _withdraw(self, ask: _Ask) -> None:
        """Give up a question whose asker was cancelled."""
        ask.future.cancel()
        self._end(ask, Ending(outcome=Outcome.NOT_POLLED))

    # Sending

    def _send(self, ask: _Ask) -> None:
        """Send the request that is due, under a new request-id; its try starts now."""
        if ask.gap_seconds and self._must_rest(ask):
            return
        ask.request_id = next(self._ids)
        ask.unsent = self._hand_over(ask, ask.question.datagram(ask.request_id))
        self._statistics.requests += 1
        now = self._now()
        self._watch(ask, min(now + ask.timeout_seconds, ask.deadline))

    def _must_rest(self, ask: _Ask) -> bool:
        """Hold a request back until the agent has had its rest; False if it has."""
        now = self._now()
        rested = self._sent_at.get(ask.address, -inf) + ask.gap_seconds
        if now >= rested:
            self._sent_at[ask.address] = now
            return False
        ask.is_held = True
        self._watch(ask, min(rested, ask.deadline))
        return True

    def _hand_over(self, ask: _Ask, datagram: bytes) -> str:
        """Give the datagram to the kernel; return why it did not take it."""
        for _ in range(8):
            try:
                ask.channel.socket.sendto(datagram, ask.address)
            except BlockingIOError:
                reason = "our send buffer is full"
                break
            except OSError as error:
                # May be the ICMP error of another agent, reported here: read it away, try again.
                reason = str(error)
                if error.errno not in _QUIET_ERRORS:
                    break
                self._read_errors(ask.channel)
            else:
                return ""
        self._statistics.send_failures += 1
        return reason

    # Receiving

    def _channel_to(self, host: str, port: int) -> tuple[Channel, Address]:
        known = self._known.get((host, port))
        if known is not None:
            return known
        family, address = address_of(host, port)
        channel = self._channels.get(family)
        if channel is None:
            channel = Channel(family, self._settings.receive_buffer_octets)
            self._channels[family] = channel
            self._drops_seen[channel] = 0
            asyncio.get_running_loop().add_reader(channel.fileno(), self._gather, channel)
        self._known[host, port] = channel, address
        return channel, address

    def _gather(self, channel: Channel) -> None:
        """Wait a moment for more answers (docs/decisions/0021-own-cadence.md)."""
        channel.pause()
        asyncio.get_running_loop().call_later(
            self._settings.gather_seconds, self._receive_gathered, channel
        )

    def _receive_gathered(self, channel: Channel) -> None:
        if self._is_closed:
            return
        try:
            self._receive(channel)
        finally:
            channel.resume()

    def _receive(self, channel: Channel, most: int = _DATAGRAMS_PER_WAKE_UP) -> None:
        """Take up to `most` datagrams off a socket."""
        size = self._settings.max_datagram_octets + 1
        try:
            data, address, drops = channel.receive_first(size)
            if drops is not None:
                self._statistics.socket_drops += (drops - self._drops_seen[channel]) & 0xFFFFFFFF
                self._drops_seen[channel] = drops
            self._take(address, data)
        except BlockingIOError:
            return
        except OSError:
            self._read_errors(channel)
        receive = channel.socket.recvfrom
        take = self._take
        for _ in range(most):
            try:
                data, address = receive(size)
            except BlockingIOError:
                return
            except OSError:
                self._read_errors(channel)
                continue
            take(address, data)

    def _take(self, address: Address, data: bytes) -> None:
        ask = self._pending.get(address)
        if ask is None or ask.is_held:
            self._count_stray(address, data)
            return
        if len(data) > self._settings.max_datagram_octets:
            self._statistics.oversized += 1
            reason = f"a datagram of more than {self._settings.max_datagram_octets} octets"
            ask.noted = RejectedError(Rejection.UNDECODABLE, reason)
            return
        try:
            step = ask.question.read(data, ask.request_id)
        except RejectedError as rejected:
            self._reject(ask, data, rejected)
            return
        self._statistics.answers += 1
        if step is Step.FINISHED:
            self._end(ask, Ending(outcome=Outcome.OK))
            return
        ask.spent_ids.append(ask.request_id)
        ask.was_answering = True
        ask.noted = None  # it said so before it answered
        ask.tries_left = ask.retries
        if self._now() >= ask.deadline:
            self._end(ask, self._silence(ask, is_stalled=False))
        else:
            self._send(ask)

    def _reject(self, ask: _Ask, data: bytes, rejected: RejectedError) -> None:
        if rejected.kind in IDENTITIES and id_of(data) in ask.spent_ids:
            self._statistics.late_answers += 1
            return
        self._statistics.rejected[rejected.kind] += 1
        if rejected.kind in OUTCOMES:
            ask.noted = rejected
            if rejected.is_ours:
                self._end(ask, _noted(rejected))

    def _count_stray(self, address: Address, data: bytes) -> None:
        spent = self._spent.get(address)
        if spent and id_of(data) in spent:
            self._statistics.late_answers += 1
        else:
            self._statistics.strays += 1

    def _read_errors(self, channel: Channel) -> None:
        for address in channel.refusals():
            ask = self._pending.get(address)
            if ask is not None:
                self._statistics.refused += 1
                detail = "ICMP port unreachable: nobody listens there"
                self._end(ask, Ending(outcome=Outcome.REFUSED, detail=detail))

    # Deadlines

    def _watch(self, ask: _Ask, due: float) -> None:
        """Note when to look after a question; one that stands in the heap stays where it is."""
        is_sooner = due < ask.due
        ask.due = due
        if ask.is_watched and not is_sooner:
            return
        ask.is_watched = True
        heapq.heappush(self._deadlines, (due, next(self._order), ask))
        if self._timer is None or due < self._timer_due:
            self._arm(due)

    def _arm(self, due: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer_due = due
        self._timer = asyncio.get_running_loop().call_later(
            max(due - self._now(), 0.0), self._expire
        )

    def _expire(self) -> None:
        """End or repeat what is due; first take what lies in the sockets (timers may run first)."""
        self._timer = None
        woken = self._now()
        for channel in self._channels.values():
            self._receive(channel, _DATAGRAMS_PER_DRAIN)
        while self._deadlines:
            noted, _, ask = self._deadlines[0]
            if ask.future.done():
                heapq.heappop(self._deadlines)
            elif ask.due > noted:
                heapq.heapreplace(self._deadlines, (ask.due, next(self._order), ask))
            elif noted <= woken:
                heapq.heappop(self._deadlines)
                ask.is_watched = False
                self._give_up(ask, is_stalled=woken - noted > self._settings.stall_seconds)
            else:
                break
        # What was sent on may have set the timer already, for later than the next in the heap.
        if self._deadlines and (self._timer is None or self._deadlines[0][0] < self._timer_due):
            self._arm(self._deadlines[0][0])

    def _give_up(self, ask: _Ask, *, is_stalled: bool) -> None:
        """End a try that was not answered; the last one ends the question."""
        if self._pending.get(ask.address) is not ask:
            detail = "no slot was free within the budget"
            self._end(ask, Ending(outcome=Outcome.NOT_POLLED, detail=detail))
            return
        if ask.is_held and self._now() < ask.deadline:
            ask.is_held = False
            self._send(ask)
            return
        is_refused = ask.noted is not None and ask.noted.kind in FINAL
        if is_stalled or is_refused or ask.tries_left == 0 or self._now() >= ask.deadline:
            self._end(ask, self._silence(ask, is_stalled=is_stalled))
            return
        self._statistics.timeouts += 1
        self._statistics.retries += 1
        ask.tries_left -= 1
        ask.spent_ids.append(ask.request_id)
        self._allowance.review()
        self._send(ask)

    def _silence(self, ask: _Ask, *, is_stalled: bool) -> Ending:
        """Say what the missing answer means: only a device that was really silent timed out."""
        if is_stalled:
            self._statistics.too_late += 1
            detail = "we were not awake when the answer was due"
            return Ending(outcome=Outcome.TOO_LATE, detail=detail)
        if ask.is_held:
            detail = "the gap between requests left no time"
            return Ending(outcome=Outcome.NOT_POLLED, detail=detail)
        if ask.unsent:
            return Ending(outcome=Outcome.NOT_POLLED, detail=f"not sent: {ask.unsent}")
        if ask.noted is not None:
            return _noted(ask.noted)
        self._statistics.timeouts += 1
        tries = ask.retries - ask.tries_left + 1
        return Ending(
            outcome=Outcome.TIMEOUT,
            detail=f"no answer to {tries} of {ask.retries + 1} tries",
            was_answering=ask.was_answering and ask.tries_left > 0,
        )


def _noted(rejected: RejectedError) -> Ending:
    return Ending(outcome=OUTCOMES[rejected.kind], detail=str(rejected), rejection=rejected.kind)
