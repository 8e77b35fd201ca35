"""PysnmpEngine: the second engine, whose datagrams are written and read by pysnmp.

It is slower, and more patient with exotic BER (indefinite lengths, odd encodings): pyasn1 reads an
answer and writes it again in canonical form. What it read is then held to the same admission rules,
and sockets, deadlines and source addresses are the same exchange, for pysnmp itself would take an
answer from any address, with any object in it. This is the only door to pysnmp in collectors.
"""

import time
from collections.abc import Callable
from typing import Any, Final

from pyasn1.codec.ber import decoder, encoder  # type: ignore[import-untyped]
from pyasn1.error import PyAsn1Error  # type: ignore[import-untyped]
from pysnmp.proto.api import v2c

from collectors.observation import Observation, Outcome
from collectors.snmp.admission import RejectedError, Rejection
from collectors.snmp.ber import format_oid
from collectors.snmp.engine import SnmpEngine
from collectors.snmp.exchange import Exchange
from collectors.snmp.message import Message, PduType, decode_message
from collectors.snmp.question import Ending, Question, Step
from collectors.snmp.settings import SnmpSettings, SnmpStatistics
from collectors.target import SnmpTarget

# What pyasn1 raises on hostile input besides its own errors, seen in the field and by fuzzing.
_DECODE_ERRORS: Final = (
    PyAsn1Error,
    ArithmeticError,
    AttributeError,
    IndexError,
    KeyError,
    RecursionError,
    TypeError,
    ValueError,
)
_PDUS: Final = {
    PduType.GET: v2c.GetRequestPDU,
    PduType.GETNEXT: v2c.GetNextRequestPDU,
    PduType.GETBULK: v2c.GetBulkRequestPDU,
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
        )

    async def collect(self, target: SnmpTarget) -> Observation:
        """Poll the target once, within its budget."""
        return await self._engine.collect(target)

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
    ) -> Ending:
        return await self._exchange.ask(
            host,
            port,
            _Translated(question),
            timeout_seconds=timeout_seconds,
            retries=retries,
            deadline=deadline,
        )

    def forget(self, host: str, port: int) -> None:
        self._exchange.forget(host, port)

    def close(self) -> None:
        self._exchange.close()


class _Translated:
    """A question whose datagrams pysnmp writes and reads."""

    def __init__(self, question: Question) -> None:
        self._question = question

    @property
    def outcome(self) -> Outcome:
        return self._question.outcome

    def datagram(self, request_id: int) -> bytes:
        return encode(decode_message(self._question.datagram(request_id)))

    def read(self, data: bytes, request_id: int) -> Step:
        return self._question.read(canonical(data, request_id), request_id)


def encode(message: Message) -> bytes:
    """Return the datagram of a request, written by pysnmp."""
    asked = message.pdu
    pdu = _PDUS[PduType(asked.type)]()
    api: Any = v2c.apiBulkPDU if asked.type == PduType.GETBULK else v2c.apiPDU
    api.set_defaults(pdu)
    api.set_request_id(pdu, asked.request_id)
    if asked.type == PduType.GETBULK:
        api.set_non_repeaters(pdu, asked.error_status)
        api.set_max_repetitions(pdu, asked.error_index)
    api.set_varbinds(pdu, [(format_oid(each.oid), v2c.null) for each in asked.varbinds])
    whole = v2c.Message()
    v2c.apiMessage.set_defaults(whole)
    v2c.apiMessage.set_community(whole, message.community)
    v2c.apiMessage.set_pdu(whole, pdu)
    return bytes(encoder.encode(whole))


def canonical(data: bytes, request_id: int) -> bytes:
    """Return an answer as pysnmp read it, in canonical BER; raise RejectedError if it could not."""
    try:
        whole, rest = decoder.decode(data, asn1Spec=v2c.Message())
        written = bytes(encoder.encode(whole))
    except _DECODE_ERRORS as error:
        is_ours = b"\x02\x04" + request_id.to_bytes(4, "big") in data[:512]
        reason = f"pysnmp: {type(error).__name__}"
        raise RejectedError(Rejection.UNDECODABLE, reason, is_ours=is_ours) from error
    if rest:
        raise RejectedError(Rejection.UNDECODABLE, f"{len(rest)} octets behind the message")
    return written
