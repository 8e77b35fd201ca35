"""Admission: which datagrams count as the answer to a request (the rules R1 … R12).

Source address and port (R1) are checked by `exchange`, the deadline (R9) too. Here are version and
community (R2), PDU type (R3), request-id (R4), and the frame around the values. The values
themselves are read by `plan` and `walk`, who know what was asked.
"""

from enum import StrEnum
from typing import Final, NamedTuple

from collectors.errors import DecodeError
from collectors.snmp.ber import Tag, decode_header, decode_integer, expect
from collectors.snmp.message import VERSION_2C, PduType

FIRST_REQUEST_ID: Final = 0x01000000  # so that every id has four octets, in any agent's encoding
LAST_REQUEST_ID: Final = 0x7FFFFFFF


class Rejection(StrEnum):
    """Why a datagram from the right address is not the answer."""

    UNDECODABLE = "undecodable"
    VERSION = "version"
    COMMUNITY = "community"
    PDU_TYPE = "pdu_type"
    REQUEST_ID = "request_id"


class RejectedError(Exception):
    """A datagram that is not the answer; `is_ours` if it carries the secret request-id."""

    def __init__(self, kind: Rejection, reason: str, *, is_ours: bool = False) -> None:
        super().__init__(reason)
        self.kind = kind
        self.is_ours = is_ours


class Frame(NamedTuple):
    """An admitted answer: its error status, where its request-id and its varbinds stand."""

    error_status: int
    error_index: int
    id_at: int
    start: int
    end: int


def admit(data: bytes, *, community: bytes, request_id: int) -> Frame:
    """Return the frame of the answer, or raise RejectedError."""
    try:
        return _frame(data, community, request_id)
    except DecodeError as error:
        # Nobody else knows the id, so the device itself sent this, and waiting will not help.
        octets = b"\x02\x04" + request_id.to_bytes(4, "big")
        is_ours = octets in data[:512]
        raise RejectedError(Rejection.UNDECODABLE, str(error), is_ours=is_ours) from error


def _frame(data: bytes, community: bytes, request_id: int) -> Frame:
    start, end = expect(data, 0, len(data), Tag.SEQUENCE)
    if end != len(data):
        raise DecodeError(f"{len(data) - end} octets behind the message")
    version, start = _number(data, start, end)
    if version != VERSION_2C:
        raise RejectedError(Rejection.VERSION, f"version {version} where v2c (1) was asked")
    first, stop = expect(data, start, end, Tag.OCTET_STRING)
    if data[first:stop] != community:
        raise RejectedError(Rejection.COMMUNITY, "another community than asked with")
    pdu_type, start, end_pdu = decode_header(data, stop, end)
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


def request_id_of(data: bytes) -> int | None:
    """Return the request-id a datagram carries, however wrong the rest; None if there is none."""
    try:
        start, end = expect(data, 0, len(data), Tag.SEQUENCE)
        _, start = _number(data, start, end)
        _, stop = expect(data, start, end, Tag.OCTET_STRING)
        _, start, end = decode_header(data, stop, end)
        return _number(data, start, end)[0]
    except DecodeError:
        return None
