"""Guard: a connection that cannot be held open by being slow, half said or enormous.

aiohttp waits for ever for a request's head and for a reader of its answer. Here every connection is
in one of three phases and each has an absolute deadline, so that dripping bytes buys no time:

    opened ──▶ HEAD ──whole head──▶ EXCHANGE ──answer written──▶ IDLE ──first byte──▶ HEAD
"""

import asyncio
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from aiohttp import web

from netmon.api.answer import PROTECTION, error

if TYPE_CHECKING:
    from aiohttp.web_request import BaseRequest

_log = logging.getLogger(__name__)

MAX_LINE_OCTETS: Final = 4096
MAX_FIELD_OCTETS: Final = 4096
MAX_FIELDS: Final = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardLimits:
    """How long and how much a peer may take."""

    head_seconds: float = 15.0  # from the first byte (or the connection) to the head's end
    exchange_seconds: float = 30.0  # from the head's end to the answer's last octet
    idle_seconds: float = 75.0  # longer than any scrape interval, so scrapes reuse connections
    head_octets: int = 32 * 1024
    connections: int = 256


@dataclass(slots=True)
class GuardStatistics:
    """What the guard did since the start."""

    connections: int = 0
    refused: int = 0  # above the limit of connections
    timeouts: int = 0  # in any phase
    oversized: int = 0  # heads above the limit
    malformed: int = 0  # not HTTP


class GuardedConnection(web.RequestHandler):
    """One connection to the API: aiohttp's, with deadlines."""

    __slots__ = (
        "_deadline",
        "_head_octets",
        "_idle",
        "_in_exchange",
        "_is_dropped",
        "_limits",
        "_statistics",
    )

    def __init__(
        self,
        manager: web.Server,
        *,
        limits: GuardLimits,
        statistics: GuardStatistics,
        **settings: Any,
    ) -> None:
        super().__init__(manager, **settings)
        self._limits = limits
        self._statistics = statistics
        self._deadline: asyncio.TimerHandle | None = None
        self._head_octets = 0
        self._in_exchange = False
        self._idle = False
        self._is_dropped = False  # the loop may still have octets of it

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin to wait for a head, unless there are too many of us."""
        manager = self._manager
        full = manager is not None and len(manager.connections) >= self._limits.connections
        super().connection_made(transport)
        self._statistics.connections += 1
        if full:
            self._statistics.refused += 1
            self._abort()
        else:
            self._wait(self._limits.head_seconds)

    def connection_lost(self, exc: BaseException | None) -> None:
        """Forget the deadline."""
        self._forget_deadline()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Count what belongs to a head; the first byte after an answer starts its clock."""
        if self._is_dropped:
            return
        if not self._in_exchange:
            if self._idle:
                self._idle = False
                self._wait(self._limits.head_seconds)
            self._head_octets += len(data)
            if self._head_octets > self._limits.head_octets:
                self._statistics.oversized += 1
                self._abort()
                return
        super().data_received(data)

    def exchange_began(self) -> None:
        """Note that a whole head has come; the routes' middleware says so."""
        self._in_exchange = True
        self._idle = False
        self._head_octets = 0
        self._wait(self._limits.exchange_seconds)

    def exchange_may_take(self, seconds: float) -> None:
        """Wait longer for this one answer, which is worked out for so long at most."""
        self._wait(self._limits.exchange_seconds + seconds)

    async def finish_response(
        self, request: "BaseRequest", resp: web.StreamResponse, start_time: float | None
    ) -> tuple[web.StreamResponse, bool]:
        """Write the answer, then wait for the next head."""
        if not self._in_exchange:  # an answer to what was no request: see handle_error
            self._wait(self._limits.exchange_seconds)
        if resp.headers.get("Server") != PROTECTION["Server"]:  # aiohttp's own, which quotes
            self._statistics.malformed += 1
            resp = error(resp.status, "the request asks for what netmon does not do")
            resp.force_close()
        answer = await super().finish_response(request, resp, start_time)
        self._in_exchange = False
        self._idle = True
        self._head_octets = 0
        if self.transport is not None:
            self._wait(self._limits.idle_seconds)
        return answer

    def handle_error(
        self,
        request: "BaseRequest",
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """Answer what aiohttp could not parse without repeating a byte of it, and close."""
        del exc, message  # both quote the peer
        self._statistics.malformed += 1
        _log.debug("unreadable request answered with %d", status)
        if request.writer.output_size > 0:
            raise ConnectionError("the answer has begun, an error cannot follow it")
        response = error(status, "the request is not HTTP that netmon reads")
        response.force_close()
        return response

    def _wait(self, seconds: float) -> None:
        self._forget_deadline()
        self._deadline = asyncio.get_running_loop().call_later(seconds, self._expire)

    def _forget_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _expire(self) -> None:
        self._deadline = None
        if not self._idle:
            self._statistics.timeouts += 1
        self._abort()

    def _abort(self) -> None:
        """Drop the connection without waiting for the peer to read what is left.

        The transports of uvloop are no subclasses of asyncio.Transport: nothing may ask for that.
        """
        self._is_dropped = True
        self._forget_deadline()
        if self.transport is not None:
            self.transport.abort()
