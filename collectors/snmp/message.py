"""SNMP messages and PDUs in general (RFC 1157, RFC 1901, RFC 3416), for agents and for walks.

The hot path does not come here: `plan` compares bytes. A varbind whose value cannot be decoded is
kept as `Undecodable`, so that one bad value does not take its neighbours with it; anything wrong
with the frame around it is a DecodeError.
"""

from enum import IntEnum
from typing import Final, NamedTuple

from collectors.errors import DecodeError
from collectors.snmp.ber import (
    EXCEPTIONS,
    UNSIGNED_OCTETS,
    Oid,
    Tag,
    decode_header,
    decode_integer,
    decode_oid,
    decode_unsigned,
    encode_integer,
    encode_oid,
    encode_tlv,
    expect,
)

VERSION_1: Final = 0
VERSION_2C: Final = 1
VERSION_3: Final = 3
MAX_DATAGRAM_OCTETS: Final = 65_507


class PduType(IntEnum):
    """The PDUs of RFC 3416 §3 that a manager or agent meets; SET is not one of them."""

    GET = 0xA0
    GETNEXT = 0xA1
    RESPONSE = 0xA2
    GETBULK = 0xA5
    INFORM = 0xA6
    TRAP = 0xA7
    REPORT = 0xA8


class ErrorStatus(IntEnum):
    """Why a response has no values (RFC 3416 §3); devices invent others: it is held as int."""

    NO_ERROR = 0
    TOO_BIG = 1
    NO_SUCH_NAME = 2
    GEN_ERR = 5
    NO_ACCESS = 6
    RESOURCE_UNAVAILABLE = 13
    AUTHORIZATION_ERROR = 16


class Undecodable(NamedTuple):
    """What stands in place of a value that could not be read, and why."""

    reason: str


Content = int | bytes | Oid | None | Undecodable


class Value(NamedTuple):
    """A value with its tag; a tag we do not know comes with `Undecodable`."""

    tag: int
    content: Content

    @property
    def is_missing(self) -> bool:
        """Whether the agent said noSuchObject, noSuchInstance or endOfMibView."""
        return self.tag in EXCEPTIONS


NULL: Final = Value(Tag.NULL, None)
NO_SUCH_OBJECT: Final = Value(Tag.NO_SUCH_OBJECT, None)
NO_SUCH_INSTANCE: Final = Value(Tag.NO_SUCH_INSTANCE, None)
END_OF_MIB_VIEW: Final = Value(Tag.END_OF_MIB_VIEW, None)


class Varbind(NamedTuple):
    """An OID and its value."""

    oid: Oid
    value: Value = NULL


class Pdu(NamedTuple):
    """A PDU. In a GETBULK error_status is non-repeaters, error_index max-repetitions."""

    type: int
    request_id: int
    varbinds: tuple[Varbind, ...]
    error_status: int = 0
    error_index: int = 0


class Message(NamedTuple):
    """A community-based message."""

    version: int
    community: bytes
    pdu: Pdu


def encode_value(value: Value) -> bytes:
    """Return a value's tag, length and content."""
    tag, content = value
    if isinstance(content, int):
        return encode_integer(content, tag)
    if isinstance(content, bytes):
        return encode_tlv(tag, content)
    if isinstance(content, Undecodable):
        raise ValueError(f"cannot encode what could not be decoded: {content.reason}")
    if content is None:
        return bytes((tag, 0))
    return encode_oid(content)


def encode_varbind(varbind: Varbind) -> bytes:
    """Return one varbind."""
    return encode_tlv(Tag.SEQUENCE, encode_oid(varbind.oid) + encode_value(varbind.value))


def encode_pdu(pdu: Pdu) -> bytes:
    """Return one PDU."""
    return frame_pdu(
        pdu.type,
        pdu.request_id,
        b"".join(map(encode_varbind, pdu.varbinds)),
        error_status=pdu.error_status,
        error_index=pdu.error_index,
    )


def frame_pdu(
    pdu_type: int, request_id: int, varbinds: bytes, *, error_status: int = 0, error_index: int = 0
) -> bytes:
    """Return a PDU around varbinds that are encoded already."""
    content = (
        encode_integer(request_id)
        + encode_integer(error_status)
        + encode_integer(error_index)
        + encode_tlv(Tag.SEQUENCE, varbinds)
    )
    return encode_tlv(pdu_type, content)


def frame_message(community: bytes, pdu: bytes, *, version: int = VERSION_2C) -> bytes:
    """Return a message around a PDU that is encoded already."""
    content = encode_integer(version) + encode_tlv(Tag.OCTET_STRING, community) + pdu
    return encode_tlv(Tag.SEQUENCE, content)


def encode_message(message: Message) -> bytes:
    """Return the datagram of a message."""
    return frame_message(message.community, encode_pdu(message.pdu), version=message.version)


def decode_value(tag: int, content: bytes) -> Value:
    """Return a value; never raises: what cannot be read is `Undecodable`."""
    try:
        return Value(tag, _decode_content(tag, content))
    except DecodeError as error:
        return Value(tag, Undecodable(str(error)))


def _decode_content(tag: int, content: bytes) -> Content:
    if tag in UNSIGNED_OCTETS:
        return decode_unsigned(tag, content)
    if tag == Tag.INTEGER:
        return decode_integer(content)
    if tag in (Tag.OCTET_STRING, Tag.OPAQUE):
        return content
    if tag == Tag.OBJECT_IDENTIFIER:
        return decode_oid(content)
    if tag == Tag.NULL or tag in EXCEPTIONS:
        if content:
            raise DecodeError(f"tag 0x{tag:02x} with {len(content)} octets (none are allowed)")
        return None
    if tag == Tag.IP_ADDRESS:
        if len(content) != 4:
            raise DecodeError(f"IpAddress of {len(content)} octets (4 are allowed)")
        return content
    raise DecodeError(f"unknown type 0x{tag:02x}")


def decode_message(data: bytes, *, max_varbinds: int = 4096) -> Message:
    """Return the message in a datagram, which must be one element and nothing behind it."""
    start, end = expect(data, 0, len(data), Tag.SEQUENCE)
    if end != len(data):
        raise DecodeError(f"{len(data) - end} octets behind the message")
    version, start = _decode_number(data, start, end)
    first, start_pdu = expect(data, start, end, Tag.OCTET_STRING)
    community = data[first:start_pdu]
    pdu_type, start, end_pdu = decode_header(data, start_pdu, end)
    if end_pdu != end:
        raise DecodeError(f"{end - end_pdu} octets behind the PDU")
    request_id, start = _decode_number(data, start, end)
    error_status, start = _decode_number(data, start, end)
    error_index, start = _decode_number(data, start, end)
    start, end_list = expect(data, start, end, Tag.SEQUENCE)
    if end_list != end:
        raise DecodeError(f"{end - end_list} octets behind the varbinds")
    varbinds = decode_varbinds(data, start, end, max_varbinds)
    return Message(
        version, community, Pdu(pdu_type, request_id, varbinds, error_status, error_index)
    )


def _decode_number(data: bytes, start: int, end: int) -> tuple[int, int]:
    first, stop = expect(data, start, end, Tag.INTEGER)
    return decode_integer(data[first:stop]), stop


def decode_varbinds(data: bytes, start: int, end: int, most: int) -> tuple[Varbind, ...]:
    """Return the varbinds between two places, which must be at most so many and nothing else."""
    varbinds: list[Varbind] = []
    while start < end:
        if len(varbinds) == most:
            raise DecodeError(f"more than {most} varbinds")
        start, stop = expect(data, start, end, Tag.SEQUENCE)
        first, last = expect(data, start, stop, Tag.OBJECT_IDENTIFIER)
        oid = decode_oid(data[first:last])
        tag, first, last = decode_header(data, last, stop)
        if last != stop:
            raise DecodeError(f"{stop - last} octets behind a value")
        varbinds.append(Varbind(oid, decode_value(tag, data[first:last])))
        start = stop
    return tuple(varbinds)
