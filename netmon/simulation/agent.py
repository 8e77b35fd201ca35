"""One SNMP v2c agent: a request's octets and a time in, the answer's octets out. No socket.

It follows RFC 3416 §4.2 as a real agent does: GET, GETNEXT and GETBULK; a SET is answered
notWritable; what cannot be decoded, another version or another community is dropped in silence,
so that nobody learns anything by asking.
"""

import hmac
from typing import Final

from collectors.errors import DecodeError
from collectors.snmp.message import (
    END_OF_MIB_VIEW,
    NULL,
    VERSION_2C,
    ErrorStatus,
    Message,
    PduType,
    Undecodable,
    Value,
    Varbind,
    decode_message,
    encode_varbind,
    frame_message,
    frame_pdu,
)
from collectors.snmp.profile import Profile
from netmon.simulation.mib import Mib
from netmon.simulation.world import Sample, World
from topology.model import DeviceId

MOST_OCTETS: Final = 1472  # of an answer: one Ethernet frame, as most devices have it
FRAME_OCTETS: Final = 64  # message and PDU around the varbinds, community aside
MOST_REPETITIONS: Final = 128
SET: Final = 0xA3
NOT_WRITABLE: Final = 17  # RFC 3416 §4.2.5


class Agent:
    """The agent of one device; it answers for the world as it is at the time given."""

    def __init__(
        self,
        world: World,
        device: DeviceId,
        profile: Profile,
        community: bytes,
        *,
        most_octets: int = MOST_OCTETS,
    ) -> None:
        self.device = device
        self._world = world
        self._mib = Mib(world, device, profile)
        self._community = community
        self._most_octets = most_octets

    def answer(self, request: bytes, time: float) -> bytes | None:
        """Return the response, or None where an agent is silent."""
        if not self._world.agent_answers(self.device, time):
            return None
        try:
            message = decode_message(request)
        except DecodeError:
            return None
        known = hmac.compare_digest(message.community, self._community)
        if message.version != VERSION_2C or not known:
            return None
        return self._respond(message, self._world.now(time))

    def _respond(self, message: Message, sample: Sample) -> bytes | None:
        pdu = message.pdu
        match pdu.type:
            case PduType.GET:
                found = [
                    Varbind(each.oid, self._mib.value(each.oid, sample)) for each in pdu.varbinds
                ]
                return self._whole(message, found)
            case PduType.GETNEXT:
                return self._whole(message, [self._next(each, sample) for each in pdu.varbinds])
            case PduType.GETBULK:
                return self._bulk(message, sample)
            case _ if pdu.type == SET:
                echoed = [Varbind(each.oid, _echo(each.value)) for each in pdu.varbinds]
                return self._framed(message, echoed, NOT_WRITABLE, 1 if echoed else 0)
            case _:
                return None

    def _get(self, varbind: Varbind, sample: Sample) -> Varbind:
        return Varbind(varbind.oid, self._mib.value(varbind.oid, sample))

    def _next(self, varbind: Varbind, sample: Sample) -> Varbind:
        found = self._mib.next(varbind.oid, sample)
        return Varbind(varbind.oid, END_OF_MIB_VIEW) if found is None else found

    def _whole(self, message: Message, varbinds: list[Varbind]) -> bytes:
        """Return all of it, or tooBig with no varbinds (RFC 3416 §4.2.1)."""
        answer = self._framed(message, varbinds)
        if len(answer) <= self._most_octets:
            return answer
        return self._framed(message, [], ErrorStatus.TOO_BIG, 0)

    def _bulk(self, message: Message, sample: Sample) -> bytes:
        """Return as many repetitions as fit (RFC 3416 §4.2.3)."""
        pdu = message.pdu
        once = min(max(pdu.error_status, 0), len(pdu.varbinds))
        repetitions = min(max(pdu.error_index, 0), MOST_REPETITIONS)
        room = self._most_octets - FRAME_OCTETS - len(self._community)
        found: list[bytes] = []
        row = list(pdu.varbinds[once:])
        queue = [self._next(each, sample) for each in pdu.varbinds[:once]]
        for _ in range(repetitions if row else 0):
            row = [self._next(each, sample) for each in row]
            queue += row
            if all(each.value == END_OF_MIB_VIEW for each in row):
                break
            if len(queue) * 8 > room:  # no varbind is shorter
                break
        for each in queue:
            encoded = encode_varbind(each)
            room -= len(encoded)
            if room < 0:
                break
            found.append(encoded)
        return frame_message(
            message.community, frame_pdu(PduType.RESPONSE, pdu.request_id, b"".join(found))
        )

    def _framed(
        self, message: Message, varbinds: list[Varbind], status: int = 0, index: int = 0
    ) -> bytes:
        framed = frame_pdu(
            PduType.RESPONSE,
            message.pdu.request_id,
            b"".join(map(encode_varbind, varbinds)),
            error_status=status,
            error_index=index,
        )
        return frame_message(message.community, framed)


def _echo(value: Value) -> Value:
    return NULL if isinstance(value.content, Undecodable) else value
