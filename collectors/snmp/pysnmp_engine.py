"""PysnmpEngine: the second engine, whose datagrams are written and read by pysnmp.

It is slower, and more patient with exotic BER (indefinite lengths, odd encodings): pyasn1 reads an
answer and writes it again in canonical form. What it read is then held to the same admission rules,
and sockets, deadlines and source addresses are the same exchange, for pysnmp itself would take an
answer from any address, with any object in it. SNMPv3 is protected by `pysnmp_usm`. These two are
the only door to pysnmp here.
"""

import time
from collections.abc import Callable
from typing import Any, Final

from pyasn1.codec.ber import decoder, encoder  # type: ignore[import-untyped]
from pysnmp.proto.api import v1, v2c

from collectors.observation import Observation, Outcome
from collectors.snmp.ber import format_oid, has_empty_number
from collectors.snmp.engine import SnmpEngine
from collectors.snmp.exchange import Exchange
from collectors.snmp.message import (
    VERSION_1,
    VERSION_2C,
    VERSION_3,
    Message,
    PduType,
    decode_message,
)
from collectors.snmp.pysnmp_usm import DECODE_ERRORS, PysnmpSuite
from collectors.snmp.question import Ending, Question, Step
from collectors.snmp.rejection import RejectedError, Rejection
from collectors.snmp.secure import is_secure
from collectors.snmp.settings import SnmpSettings, SnmpStatistics
from collectors.target import SnmpTarget

_MODULES: Final[dict[int, Any]] = {VERSION_1: v1, VERSION_2C: v2c}
_PDUS: Final = {
    PduType.GET: "GetRequestPDU",
    PduType.GETNEXT: "GetNextRequestPDU",
    PduType.GETBULK: "GetBulkRequestPDU",
}


class PysnmpEngine:
    """Polls one target as `engine.SnmpEngine` does, by pysnmp."""

    def __init__(
        self,
        *,
        now: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
        settings: SnmpSettings = SnmpSettings(),  # noqa: B008 - frozen
    ) -> None:
        self.statistics: Final = SnmpStatistics()
        self._engine: Final = SnmpEngine(
            now=now,
            wall=wall,
            settings=settings,
            statistics=self.statistics,
            asker=_TranslatingAsker(Exchange(settings, self.statistics, now)),
            suite=PysnmpSuite(),
        )

    async def collect(self, target: SnmpTarget) -> Observation:
        """Poll the target once, within its budget."""
        return await self._engine.collect(target)

    def engine_of(self, device: str) -> tuple[bytes, int, int] | None:
        """Return engineID, boots and time that a device has proven by SNMPv3; None: it has not."""
        return self._engine.engine_of(device)

    def forget(self, device: str) -> None:
        """Drop what is remembered of a device that left the inventory."""
        self._engine.forget(device)

    async def close(self) -> None:
        """Release sockets; polls under way end as NOT_POLLED."""
        await self._engine.close()


class _TranslatingAsker:
    """The exchange, with every question put into pysnmp's hands."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

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
        return await self._exchange.ask(
            host,
            port,
            _Translated(question),
            timeout_seconds=timeout_seconds,
            retries=retries,
            deadline=deadline,
            gap_seconds=gap_seconds,
        )

    def forget(self, host: str, port: int) -> None:
        self._exchange.forget(host, port)

    def close(self) -> None:
        self._exchange.close()


class _Translated:
    """A question whose datagrams pysnmp writes and reads."""

    def __init__(self, question: Question) -> None:
        self._question = question
        self._version = VERSION_2C

    @property
    def outcome(self) -> Outcome:
        return self._question.outcome

    def datagram(self, request_id: int) -> bytes:
        datagram = self._question.datagram(request_id)
        if is_secure(datagram):
            self._version = VERSION_3  # by PysnmpSuite, inside and out
            return datagram
        message = decode_message(datagram)
        self._version = message.version
        return encode(message)

    def read(self, data: bytes, request_id: int) -> Step:
        if self._version == VERSION_3:
            return self._question.read(data, request_id)
        return self._question.read(canonical(data, self._version), request_id)


def encode(message: Message) -> bytes:
    """Return the datagram of a request, written by pysnmp."""
    asked = message.pdu
    module = _MODULES[message.version]
    pdu = getattr(module, _PDUS[PduType(asked.type)])()
    is_bulk = asked.type == PduType.GETBULK
    api = module.apiBulkPDU if is_bulk else module.apiPDU
    api.set_defaults(pdu)
    api.set_request_id(pdu, asked.request_id)
    if is_bulk:
        api.set_non_repeaters(pdu, asked.error_status)
        api.set_max_repetitions(pdu, asked.error_index)
    api.set_varbinds(pdu, [(format_oid(each.oid), module.null) for each in asked.varbinds])
    whole = module.Message()
    module.apiMessage.set_defaults(whole)
    module.apiMessage.set_community(whole, message.community)
    module.apiMessage.set_pdu(whole, pdu)
    return bytes(encoder.encode(whole))


def canonical(data: bytes, version: int) -> bytes:
    """Return an answer as pysnmp read it, in canonical BER; raise RejectedError for more than one.

    What pyasn1 cannot read, or reads as a number although it has no octets, stays as it is: then
    the strict reading says what is wrong, and one bad value costs only itself (HS-16, HS-18).
    """
    if has_empty_number(data):
        return data
    try:
        whole, rest = decoder.decode(data, asn1Spec=_MODULES[version].Message())
        written = bytes(encoder.encode(whole))
    except DECODE_ERRORS:
        return data
    if rest:
        raise RejectedError(Rejection.UNDECODABLE, f"{len(rest)} octets behind the message")
    return written
