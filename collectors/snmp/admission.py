"""Admission: which datagrams count as the answer to a request (the rules R1 … R12).

Source address and port (R1) are checked by `exchange`, the deadline (R9) too. Here are what stands
before the PDU (R2, by `envelope`), PDU type (R3), request-id (R4), and the frame around the values.
The values themselves are read by `plan` and `walk`, who know what was asked.
"""

import os
from collections.abc import Iterator
from struct import unpack
from typing import Final, NamedTuple

from collectors.errors import DecodeError
from collectors.snmp.ber import Tag, decode_header, decode_integer, expect
from collectors.snmp.envelope import Envelope
from collectors.snmp.message import VERSION_3, PduType
from collectors.snmp.rejection import RejectedError, Rejection

FIRST_REQUEST_ID: Final = 0x01000000  # so that every id has four octets, in any agent's encoding
LAST_REQUEST_ID: Final = 0x7FFFFFFF
_ID_POOL: Final = 512


class Frame(NamedTuple):
    """An admitted answer: its error status, where its request-id and its varbinds stand."""

    error_status: int
    error_index: int
    id_at: int
    start: int
    end: int


def admit(data: bytes, *, envelope: Envelope, request_id: int) -> Frame:
    """Return the frame of the answer, or raise RejectedError."""
    try:
        return _frame(data, envelope, request_id)
    except DecodeError as error:
        # Nobody else knows the id, so the device itself sent this, and waiting will not help.
        octets = b"\x02\x04" + request_id.to_bytes(4, "big")
        is_ours = octets in data[:512]
        raise RejectedError(Rejection.UNDECODABLE, str(error), is_ours=is_ours) from error


def _frame(data: bytes, envelope: Envelope, request_id: int) -> Frame:
    start, end = expect(data, 0, len(data), Tag.SEQUENCE)
    if end != len(data):
        raise DecodeError(f"{len(data) - end} octets behind the message")
    start = envelope.check(data, start, end)
    pdu_type, start, end_pdu = decode_header(data, start, end)
    if end_pdu != end:
        raise DecodeError(f"{end - end_pdu} octets behind the PDU")
    if pdu_type != PduType.RESPONSE:
        raise RejectedError(Rejection.PDU_TYPE, f"PDU 0x{pdu_type:02x} is no response")
    found, start = _number(data, start, end)
    if found != request_id:
        raise RejectedError(Rejection.REQUEST_ID, "another request-id than asked with")
    id_at = start - 4
    error_status, start = _number(data, start, end)
    error_index, start = _number(data, start, end)
    start, end_list = expect(data, start, end, Tag.SEQUENCE)
    if end_list != end:
        raise DecodeError(f"{end - end_list} octets behind the varbinds")
    return Frame(error_status, error_index, id_at, start, end)


def _number(data: bytes, start: int, end: int) -> tuple[int, int]:
    first, stop = expect(data, start, end, Tag.INTEGER)
    return decode_integer(data[first:stop]), stop


def id_of(data: bytes) -> int | None:
    """Return the id a datagram shows, however wrong the rest: request-id, or msgID of SNMPv3."""
    try:
        start, end = expect(data, 0, len(data), Tag.SEQUENCE)
        version, start = _number(data, start, end)
        if version == VERSION_3:
            start, end = expect(data, start, end, Tag.SEQUENCE)
            return _number(data, start, end)[0]
        _, stop = expect(data, start, end, Tag.OCTET_STRING)
        _, start, end = decode_header(data, stop, end)
        return _number(data, start, end)[0]
    except DecodeError:
        return None


def random_ids() -> Iterator[int]:
    """Yield ids nobody can guess, of four octets: a forger has one chance in 2^31 (R4)."""
    span = LAST_REQUEST_ID - FIRST_REQUEST_ID + 1
    while True:
        for number in unpack(f"{_ID_POOL}I", os.urandom(4 * _ID_POOL)):
            yield FIRST_REQUEST_ID + number % span
