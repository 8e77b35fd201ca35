"""Replay: an agent on loopback that serves the objects of a recording, as RFC 3416 demands."""

import asyncio
from bisect import bisect_right
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Final, cast

from collectors.errors import DecodeError
from collectors.snmp.ber import Oid
from collectors.snmp.message import (
    END_OF_MIB_VIEW,
    NO_SUCH_INSTANCE,
    VERSION_2C,
    ErrorStatus,
    Message,
    Pdu,
    PduType,
    Value,
    Varbind,
    decode_message,
    encode_message,
    encode_varbind,
)

MOST_OCTETS: Final = 1472
_FRAME_OCTETS: Final = 80
_MOST_REPETITIONS: Final = 100


class Replay(asyncio.DatagramProtocol):
    """Answers v2c requests of any community with what was recorded."""

    def __init__(self, objects: Mapping[Oid, Value]) -> None:
        self._objects: Final = objects
        self._order: Final = sorted(objects)
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the socket."""
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Answer one request; be silent to anything else."""
        try:
            request = decode_message(data)
        except DecodeError:
            return
        answer = self.answer(request)
        if answer is not None and self._transport is not None:
            self._transport.sendto(encode_message(answer), addr)

    def answer(self, request: Message) -> Message | None:
        """Return the response, or None where an agent is silent."""
        pdu = request.pdu
        if request.version != VERSION_2C:
            return None
        match pdu.type:
            case PduType.GET:
                found = [
                    Varbind(v.oid, self._objects.get(v.oid, NO_SUCH_INSTANCE)) for v in pdu.varbinds
                ]
            case PduType.GETNEXT:
                found = [self._next(v.oid) for v in pdu.varbinds]
            case PduType.GETBULK:
                found = self._bulk(pdu)
            case _:
                return None
        response = Pdu(PduType.RESPONSE, pdu.request_id, tuple(found))
        answer = Message(VERSION_2C, request.community, response)
        if len(encode_message(answer)) <= MOST_OCTETS:
            return answer
        too_big = Pdu(PduType.RESPONSE, pdu.request_id, (), error_status=ErrorStatus.TOO_BIG)
        return answer._replace(pdu=too_big)

    def _next(self, oid: Oid) -> Varbind:
        place = bisect_right(self._order, oid)
        if place == len(self._order):
            return Varbind(oid, END_OF_MIB_VIEW)
        return Varbind(self._order[place], self._objects[self._order[place]])

    def _bulk(self, pdu: Pdu) -> list[Varbind]:
        """Return as many repetitions as fit (RFC 3416 §4.2.3)."""
        row = [varbind.oid for varbind in pdu.varbinds]
        found: list[Varbind] = []
        room = MOST_OCTETS - _FRAME_OCTETS
        for _ in range(min(pdu.error_index, _MOST_REPETITIONS)):
            for column, oid in enumerate(row):
                varbind = self._next(oid)
                room -= len(encode_varbind(varbind))
                if room < 0:
                    return found
                found.append(varbind)
                row[column] = varbind.oid
        return found


@asynccontextmanager
async def replaying(objects: Mapping[Oid, Value]) -> AsyncIterator[tuple[str, int]]:
    """Serve the objects on a free port of loopback; give its address."""
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(
        lambda: Replay(objects), local_addr=("127.0.0.1", 0)
    )
    try:
        host, port = transport.get_extra_info("sockname")[:2]
        yield str(host), int(port)
    finally:
        transport.close()
