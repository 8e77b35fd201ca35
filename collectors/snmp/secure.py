"""Secure: SNMPv3 messages with the parameters of USM (RFC 3412 §6, RFC 3414 §2.4), as octets.

What a message says of itself is read here and nothing is believed: `association` does that.
"""

from typing import Final, NamedTuple

from collectors.errors import DecodeError
from collectors.snmp.ber import (
    Tag,
    decode_header,
    decode_integer,
    encode_integer,
    encode_tlv,
    expect,
)
from collectors.snmp.message import VERSION_3
from collectors.snmp.rejection import RejectedError, Rejection

AUTH_FLAG: Final = 1
PRIVACY_FLAG: Final = 2
REPORTABLE_FLAG: Final = 4
USM: Final = 3  # the only security model there is (RFC 3411 §6.1)
MAX_ENGINE_ID_OCTETS: Final = 32  # RFC 3411: 5 … 32; some devices have less than five
MAX_USER_OCTETS: Final = 32
_VERSION: Final = encode_integer(VERSION_3)


class SecureMessage(NamedTuple):
    """What stands in front of a scoped PDU, and the octets of that."""

    message_id: int
    flags: int
    engine_id: bytes
    boots: int
    time: int
    user: bytes
    digest_at: int
    digest_octets: int
    salt: bytes
    is_encrypted: bool
    body: bytes  # the scoped PDU, or what it is encrypted to


def is_secure(datagram: bytes) -> bool:
    """Tell whether a datagram of our own is of SNMPv3."""
    first, _ = expect(datagram, 0, len(datagram), Tag.SEQUENCE)
    return datagram.startswith(_VERSION, first)


def encode_secure(
    *,
    message_id: int,
    flags: int,
    max_size: int,
    engine_id: bytes,
    boots: int,
    time: int,
    user: bytes,
    digest_octets: int,
    salt: bytes,
    body: bytes,
) -> tuple[bytes, int]:
    """Return a message with a blank digest, and where the digest belongs.

    `body` is encoded: the scoped PDU, or an OCTET STRING of it encrypted.
    """
    header = encode_tlv(
        Tag.SEQUENCE,
        encode_integer(message_id)
        + encode_integer(max_size)
        + bytes((Tag.OCTET_STRING, 1, flags))
        + encode_integer(USM),
    )
    behind = bytes(digest_octets) + encode_tlv(Tag.OCTET_STRING, salt)
    parameters = encode_tlv(
        Tag.OCTET_STRING,
        encode_tlv(
            Tag.SEQUENCE,
            encode_tlv(Tag.OCTET_STRING, engine_id)
            + encode_integer(boots)
            + encode_integer(time)
            + encode_tlv(Tag.OCTET_STRING, user)
            + bytes((Tag.OCTET_STRING, digest_octets))
            + behind,
        ),
    )
    whole = encode_tlv(Tag.SEQUENCE, _VERSION + header + parameters + body)
    return whole, len(whole) - len(body) - len(behind)


def decode_secure(data: bytes) -> SecureMessage:
    """Return what a datagram says; raise DecodeError, or RejectedError if it is not SNMPv3."""
    start, end = expect(data, 0, len(data), Tag.SEQUENCE)
    if end != len(data):
        raise DecodeError(f"{len(data) - end} octets behind the message")
    start = check_version(data, start, end)
    message_id, flags, model, start = _decode_global(data, start, end)
    first, stop = expect(data, start, end, Tag.OCTET_STRING)
    if model != USM:
        # What stands in the parameters is then nothing we know; nobody but USM was asked.
        reason = f"security model {model} where USM ({USM}) was asked"
        raise RejectedError(Rejection.SECURITY_MODEL, reason)
    parameters = _decode_parameters(data, first, stop)
    tag, content, last = decode_header(data, stop, end)
    if last != end:
        raise DecodeError(f"{end - last} octets behind the scoped PDU")
    if tag not in (Tag.SEQUENCE, Tag.OCTET_STRING):
        raise DecodeError(f"tag 0x{tag:02x} where a scoped PDU belongs")
    is_encrypted = tag == Tag.OCTET_STRING
    body = data[content:end] if is_encrypted else data[stop:end]
    return SecureMessage(message_id, flags, *parameters, is_encrypted, body)


def check_version(data: bytes, start: int, end: int) -> int:
    """Return where the version ends; raise RejectedError if it is another one."""
    version, start = _number(data, start, end)
    if version != VERSION_3:
        raise RejectedError(Rejection.VERSION, f"version {version} where v3 (3) was asked")
    return start


def _decode_global(data: bytes, start: int, end: int) -> tuple[int, int, int, int]:
    """Return msgID, flags, security model, and where the header ends."""
    start, stop = expect(data, start, end, Tag.SEQUENCE)
    message_id, start = _number(data, start, stop)
    _, start = _number(data, start, stop)
    first, start = expect(data, start, stop, Tag.OCTET_STRING)
    if start - first != 1:
        raise DecodeError(f"msgFlags of {start - first} octets (1 is allowed)")
    model, start = _number(data, start, stop)
    if start != stop:
        raise DecodeError(f"{stop - start} octets behind the header")
    return message_id, data[first], model, stop


def _decode_parameters(
    data: bytes, start: int, end: int
) -> tuple[bytes, int, int, bytes, int, int, bytes]:
    """Return engineID, boots, time, user, place and length of the digest, salt."""
    start, stop = expect(data, start, end, Tag.SEQUENCE)
    if stop != end:
        raise DecodeError(f"{end - stop} octets behind the security parameters")
    first, start = expect(data, start, stop, Tag.OCTET_STRING)
    engine_id = data[first:start]
    boots, start = _number(data, start, stop)
    time, start = _number(data, start, stop)
    if boots < 0 or time < 0:
        raise DecodeError("boots or time below zero")
    first, start = expect(data, start, stop, Tag.OCTET_STRING)
    user = data[first:start]
    if len(engine_id) > MAX_ENGINE_ID_OCTETS or len(user) > MAX_USER_OCTETS:
        raise DecodeError("engineID or user name of more than 32 octets")
    digest_at, start = expect(data, start, stop, Tag.OCTET_STRING)
    digest_octets = start - digest_at
    first, start = expect(data, start, stop, Tag.OCTET_STRING)
    if start != stop:
        raise DecodeError(f"{stop - start} octets behind the salt")
    return engine_id, boots, time, user, digest_at, digest_octets, data[first:start]


def _number(data: bytes, start: int, end: int) -> tuple[int, int]:
    first, stop = expect(data, start, end, Tag.INTEGER)
    return decode_integer(data[first:stop]), stop
