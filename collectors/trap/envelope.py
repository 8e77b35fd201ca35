"""Envelope: what stands around a notification, read in plain Python before pysnmp sees a byte.

A datagram passes if it is one SNMP message of version 1, 2c or 3 whose lengths fit into each other
exactly, with a PDU of a kind that a receiver of notifications may be sent. Of v1 and v2c every
varbind is looked at; of v3 the security parameters, for what is behind them is mostly encrypted.
References: RFC 1157 §4.1.6, RFC 3416 §3, RFC 3412 §6, RFC 3414 §2.4.
"""

from dataclasses import dataclass
from typing import Final

from collectors.errors import DecodeError
from collectors.snmp.ber import (
    Tag,
    decode_header,
    decode_integer,
    decode_oid,
    expect,
)
from collectors.snmp.message import PduType, Undecodable, decode_value

V1, V2C, V3 = 0, 1, 3
TRAP_V1: Final = 0xA4  # RFC 1157
USM: Final = 3  # msgSecurityModel
MAX_COMMUNITY: Final = 255
MAX_USER: Final = 32
ENGINE_ID_OCTETS: Final = range(5, 33)  # RFC 3411 §5
_FLAGS: Final = frozenset({0x00, 0x01, 0x03, 0x04, 0x05, 0x07})  # priv without auth is none
_AUTH, _PRIV = 0x01, 0x02
_LAST: Final = 2**31 - 1
_V2_PDUS: Final = frozenset({PduType.TRAP, PduType.INFORM})
# GET: how the sender of an inform asks for our engine id (RFC 3414 §4).
_V3_PDUS: Final = _V2_PDUS | {PduType.GET}


@dataclass(frozen=True, slots=True)
class CommunityEnvelope:
    """Around a v1 or v2c notification."""

    version: int
    community: bytes


@dataclass(frozen=True, slots=True)
class UsmEnvelope:
    """Around a v3 message; nothing of it is authentic yet."""

    engine_id: bytes  # msgAuthoritativeEngineID; empty where it is asked for
    boots: int
    time: int
    user: bytes
    is_authenticated: bool  # as its flags claim
    is_encrypted: bool
    digest_at: int  # where msgAuthenticationParameters begin
    digest_octets: int


Envelope = CommunityEnvelope | UsmEnvelope


def read(data: bytes, max_varbinds: int) -> Envelope:
    """Return the envelope of a datagram; raise DecodeError, and nothing else, if it has none."""
    start, end = expect(data, 0, len(data), Tag.SEQUENCE)
    if end != len(data):
        raise DecodeError(f"{len(data) - end} octets behind the message")
    version, start = _number(data, start, end)
    if version == V3:
        return _usm(data, start, end)
    if version not in (V1, V2C):
        raise DecodeError(f"SNMP version {version}")
    first, start = expect(data, start, end, Tag.OCTET_STRING)
    if start - first > MAX_COMMUNITY:
        raise DecodeError(f"community of {start - first} octets")
    tag, inside, stop = decode_header(data, start, end)
    if stop != end:
        raise DecodeError(f"{end - stop} octets behind the PDU")
    if version == V1 and tag == TRAP_V1:
        inside = _v1_head(data, inside, end)
    elif version == V2C and tag in _V2_PDUS:
        for _ in range(3):
            _, inside = _number(data, inside, end)
    else:
        raise DecodeError(f"PDU 0x{tag:02x} in version {version}, which is no notification")
    _varbinds(data, inside, end, max_varbinds)
    return CommunityEnvelope(version, data[first:start])


def _v1_head(data: bytes, start: int, end: int) -> int:
    first, stop = expect(data, start, end, Tag.OBJECT_IDENTIFIER)
    decode_oid(data[first:stop])
    for tag in (Tag.IP_ADDRESS, Tag.INTEGER, Tag.INTEGER, Tag.TIMETICKS):
        first, after = expect(data, stop, end, tag)
        _value(tag, data[first:after])
        stop = after
    return stop


def _varbinds(data: bytes, start: int, end: int, most: int) -> None:
    start, stop = expect(data, start, end, Tag.SEQUENCE)
    if stop != end:
        raise DecodeError(f"{end - stop} octets behind the varbinds")
    count = 0
    while start < end:
        count += 1
        if count > most:
            raise DecodeError(f"more than {most} varbinds")
        start, stop = expect(data, start, end, Tag.SEQUENCE)
        first, last = expect(data, start, stop, Tag.OBJECT_IDENTIFIER)
        decode_oid(data[first:last])
        tag, first, last = decode_header(data, last, stop)
        if last != stop:
            raise DecodeError(f"{stop - last} octets behind a value")
        _value(tag, data[first:last])
        start = stop


def _value(tag: int, content: bytes) -> None:
    found = decode_value(tag, content).content
    if isinstance(found, Undecodable):
        raise DecodeError(found.reason)


def _usm(data: bytes, start: int, end: int) -> UsmEnvelope:
    start, stop = expect(data, start, end, Tag.SEQUENCE)
    _, start = _natural(data, start, stop)  # msgID
    _, start = _natural(data, start, stop)  # msgMaxSize
    first, last = expect(data, start, stop, Tag.OCTET_STRING)
    flags = data[first:last]
    model, start = _number(data, last, stop)
    if start != stop or model != USM or len(flags) != 1 or flags[0] not in _FLAGS:
        raise DecodeError("msgGlobalData is not that of the user-based security model")
    first, last = expect(data, stop, end, Tag.OCTET_STRING)
    _scoped(data, last, end, is_encrypted=bool(flags[0] & _PRIV))
    start, stop = expect(data, first, last, Tag.SEQUENCE)
    if stop != last:
        raise DecodeError(f"{last - stop} octets behind the security parameters")
    first, start = expect(data, start, stop, Tag.OCTET_STRING)
    engine_id = data[first:start]
    if engine_id and len(engine_id) not in ENGINE_ID_OCTETS:
        raise DecodeError(f"engine id of {len(engine_id)} octets")
    boots, start = _natural(data, start, stop)
    time, start = _natural(data, start, stop)
    first, start = expect(data, start, stop, Tag.OCTET_STRING)
    user = data[first:start]
    if len(user) > MAX_USER:
        raise DecodeError(f"user name of {len(user)} octets")
    digest_at, digest_end = expect(data, start, stop, Tag.OCTET_STRING)
    _, start = expect(data, digest_end, stop, Tag.OCTET_STRING)
    if start != stop:
        raise DecodeError(f"{stop - start} octets behind the privacy parameters")
    return UsmEnvelope(
        engine_id=engine_id,
        boots=boots,
        time=time,
        user=user,
        is_authenticated=bool(flags[0] & _AUTH),
        is_encrypted=bool(flags[0] & _PRIV),
        digest_at=digest_at,
        digest_octets=digest_end - digest_at,
    )


def _scoped(data: bytes, start: int, end: int, *, is_encrypted: bool) -> None:
    """Look at what stands behind the security parameters, as far as it can be read."""
    start, stop = expect(data, start, end, Tag.OCTET_STRING if is_encrypted else Tag.SEQUENCE)
    if stop != end:
        raise DecodeError(f"{end - stop} octets behind the scoped PDU")
    if is_encrypted:
        return
    _, start = expect(data, start, end, Tag.OCTET_STRING)  # contextEngineID
    _, start = expect(data, start, end, Tag.OCTET_STRING)  # contextName
    tag, _, stop = decode_header(data, start, end)
    if stop != end or tag not in _V3_PDUS:
        raise DecodeError(f"PDU 0x{tag:02x} in version 3, which is no notification")


def _number(data: bytes, start: int, end: int) -> tuple[int, int]:
    first, stop = expect(data, start, end, Tag.INTEGER)
    return decode_integer(data[first:stop]), stop


def _natural(data: bytes, start: int, end: int) -> tuple[int, int]:
    number, stop = _number(data, start, end)
    if not 0 <= number <= _LAST:
        raise DecodeError(f"{number} where 0 … 2^31-1 belongs")
    return number, stop
