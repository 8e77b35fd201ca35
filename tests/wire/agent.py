"""An agent on loopback that answers as told: honestly, or as hostile as a test wants it."""

import asyncio
import bisect
import contextlib
from collections.abc import AsyncIterator, Callable, Iterable
from typing import cast

from collectors.snmp.ber import Oid, Tag, parse_oid
from collectors.snmp.message import (
    END_OF_MIB_VIEW,
    NO_SUCH_INSTANCE,
    VERSION_1,
    Message,
    Pdu,
    PduType,
    Value,
    Varbind,
    decode_message,
    encode_message,
    encode_varbind,
)
from collectors.target import Community, SnmpTarget
from topology.model import DeviceId

SYS_UP_TIME = parse_oid("1.3.6.1.2.1.1.3.0")
IF_NAME = parse_oid("1.3.6.1.2.1.31.1.1.1.1")
IN_ERRORS = parse_oid("1.3.6.1.2.1.2.2.1.14")

Trick = Callable[[Message, Message], Iterable[bytes]]  # request, honest answer → what is sent


def device_objects(
    names: dict[int, bytes] | None = None, *, ticks: int = 1_000_000
) -> dict[Oid, Value]:
    """Return the objects of a small router; in_errors is 7."""
    objects = {
        parse_oid("1.3.6.1.2.1.1.1.0"): Value(Tag.OCTET_STRING, b"small router"),
        parse_oid("1.3.6.1.2.1.1.2.0"): Value(Tag.OBJECT_IDENTIFIER, parse_oid("1.3.6.1.4.1.9")),
        SYS_UP_TIME: Value(Tag.TIMETICKS, ticks),
    }
    for index, name in ({1: b"eth0"} if names is None else names).items():
        objects |= {
            (*parse_oid("1.3.6.1.2.1.2.2.1.7"), index): Value(Tag.INTEGER, 1),
            (*parse_oid("1.3.6.1.2.1.2.2.1.8"), index): Value(Tag.INTEGER, 1),
            (*parse_oid("1.3.6.1.2.1.2.2.1.13"), index): Value(Tag.COUNTER32, 0),
            (*IN_ERRORS, index): Value(Tag.COUNTER32, 7),
            (*parse_oid("1.3.6.1.2.1.2.2.1.19"), index): Value(Tag.COUNTER32, 2**32 - 1),
            (*parse_oid("1.3.6.1.2.1.2.2.1.20"), index): Value(Tag.COUNTER32, 300),
            (*IF_NAME, index): Value(Tag.OCTET_STRING, name),
            (*parse_oid("1.3.6.1.2.1.31.1.1.1.6"), index): Value(Tag.COUNTER64, 2**64 - 1),
            (*parse_oid("1.3.6.1.2.1.31.1.1.1.7"), index): Value(Tag.COUNTER64, 70_000),
            (*parse_oid("1.3.6.1.2.1.31.1.1.1.10"), index): Value(Tag.COUNTER64, 2**40),
            (*parse_oid("1.3.6.1.2.1.31.1.1.1.15"), index): Value(Tag.GAUGE32, 1000),
        }
    return objects


class Agent(asyncio.DatagramProtocol):
    """One agent; `trick` replaces its answers, or leaves them honest (None)."""

    def __init__(self, objects: dict[Oid, Value]) -> None:
        self.objects = objects
        self.trick: Trick | None = None
        self.requests: list[Message] = []
        self.most_octets = 1472
        self.host, self.port = "", 0
        self.transport: asyncio.DatagramTransport | None = None
        self.asker: tuple[str, int] = ("", 0)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.DatagramTransport", transport)
        self.host, self.port = transport.get_extra_info("sockname")[:2]

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        request = decode_message(data)
        self.requests.append(request)
        self.asker = addr
        answer = honest_answer(self.objects, request, self.most_octets)
        sent = [encode_message(answer)] if self.trick is None else self.trick(request, answer)
        for each in sent:
            self.send(each)

    def send(self, data: bytes) -> None:
        """Send to whoever asked last."""
        assert self.transport is not None
        self.transport.sendto(data, self.asker)

    def target(self, **changes: object) -> SnmpTarget:
        """Return the target that asks this agent, quickly."""
        fields: dict[str, object] = {
            "device": DeviceId("router"),
            "address": self.host,
            "port": self.port,
            "credential": Community(name="test", secret=b"public"),
            "timeout_seconds": 0.3,
            "retries": 0,
            "budget_seconds": 5.0,
        }
        return SnmpTarget(**(fields | changes))  # type: ignore[arg-type]


def honest_answer(objects: dict[Oid, Value], request: Message, most_octets: int) -> Message:
    """Return what RFC 3416 demands."""
    pdu = request.pdu
    order = sorted(objects)
    found: list[Varbind] = []
    if request.version == VERSION_1:
        return _honest_v1_answer(objects, order, request, most_octets)
    if pdu.type == PduType.GET:
        found = [Varbind(v.oid, objects.get(v.oid, NO_SUCH_INSTANCE)) for v in pdu.varbinds]
    elif pdu.type == PduType.GETNEXT:
        found = [_following(objects, order, v.oid) for v in pdu.varbinds]
    elif pdu.type == PduType.GETBULK:
        found = _bulk(objects, order, request, most_octets)
    answer = Message(1, request.community, Pdu(PduType.RESPONSE, pdu.request_id, tuple(found)))
    if len(encode_message(answer)) > most_octets:
        error = Pdu(PduType.RESPONSE, pdu.request_id, (), error_status=1)
        return answer._replace(pdu=error)
    return answer


def _following(objects: dict[Oid, Value], order: list[Oid], oid: Oid) -> Varbind:
    position = bisect.bisect_right(order, oid)
    if position == len(order):
        return Varbind(oid, END_OF_MIB_VIEW)
    return Varbind(order[position], objects[order[position]])


def _honest_v1_answer(
    objects: dict[Oid, Value], order: list[Oid], request: Message, most_octets: int
) -> Message:
    """Return what RFC 1157 demands: one missing object spoils the whole answer (error-index)."""
    pdu = request.pdu
    assert pdu.type in (PduType.GET, PduType.GETNEXT), "an SNMPv1 agent knows no GETBULK"
    small = {oid: each for oid, each in objects.items() if each.tag != Tag.COUNTER64}
    order = [oid for oid in order if oid in small]
    found = []
    for index, asked in enumerate(pdu.varbinds, start=1):
        if pdu.type == PduType.GET:
            varbind = Varbind(asked.oid, small.get(asked.oid, NO_SUCH_INSTANCE))
        else:
            varbind = _following(small, order, asked.oid)
        if varbind.value.is_missing:
            error = pdu._replace(type=PduType.RESPONSE, error_status=2, error_index=index)
            return Message(VERSION_1, request.community, error)
        found.append(varbind)
    answer = Message(
        VERSION_1, request.community, Pdu(PduType.RESPONSE, pdu.request_id, tuple(found))
    )
    if len(encode_message(answer)) > most_octets:
        return answer._replace(pdu=pdu._replace(type=PduType.RESPONSE, error_status=1))
    return answer


def _bulk(
    objects: dict[Oid, Value], order: list[Oid], request: Message, most_octets: int
) -> list[Varbind]:
    """Return as many repetitions of all columns as fit."""
    found: list[Varbind] = []
    cursors = [varbind.oid for varbind in request.pdu.varbinds]
    room = most_octets - 60
    for _ in range(request.pdu.error_index):
        for place, oid in enumerate(cursors):
            found.append(_following(objects, order, oid))
            cursors[place] = found[-1].oid
            room -= len(encode_varbind(found[-1]))
            if room < 0:
                return found[:-1]
        if all(varbind.value == END_OF_MIB_VIEW for varbind in found[-len(cursors) :]):
            break
    return found


@contextlib.asynccontextmanager
async def running_agent(
    objects: dict[Oid, Value] | None = None, *, host: str = "127.0.0.1", port: int = 0
) -> AsyncIterator[Agent]:
    """Run an agent on a free port."""
    loop = asyncio.get_running_loop()
    agent = Agent(device_objects() if objects is None else objects)
    transport, _ = await loop.create_datagram_endpoint(lambda: agent, local_addr=(host, port))
    try:
        yield agent
    finally:
        transport.close()
        await asyncio.sleep(0)
