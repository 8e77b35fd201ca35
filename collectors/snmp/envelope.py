"""Envelope: the two elements before a PDU that a question and its answer share (R2).

SNMP v1 and v2c put version and community there (RFC 1157, RFC 1901), and that is the message. In
SNMPv3 it is contextEngineID and contextName (RFC 3412 §6.8), and that is the plaintext inside the
message. So a compiled plan is the same bytes in either.
"""

from dataclasses import dataclass, field
from typing import Final, Protocol

from collectors.snmp.ber import Tag, decode_integer, encode_integer, encode_tlv, expect
from collectors.snmp.message import VERSION_1, VERSION_2C, VERSION_3
from collectors.snmp.rejection import RejectedError, Rejection

_NAMES: Final = {VERSION_1: "v1", VERSION_2C: "v2c", 2: "v2u", VERSION_3: "v3"}


class Envelope(Protocol):
    """What stands before a PDU."""

    @property
    def version(self) -> int:
        """The message's version number."""
        ...

    @property
    def prefix(self) -> bytes:
        """The two elements, encoded."""
        ...

    def check(self, data: bytes, start: int, end: int) -> int:
        """Return where the PDU starts; raise RejectedError if other elements stand before it."""
        ...


@dataclass(frozen=True, slots=True)
class CommunityEnvelope:
    """Version and community."""

    version: int
    community: bytes = field(repr=False)

    @property
    def prefix(self) -> bytes:
        """The two elements, encoded."""
        return encode_integer(self.version) + encode_tlv(Tag.OCTET_STRING, self.community)

    def check(self, data: bytes, start: int, end: int) -> int:
        """Return where the PDU starts; raise RejectedError if other elements stand before it."""
        first, start = expect(data, start, end, Tag.INTEGER)
        version = decode_integer(data[first:start])
        if version != self.version:
            reason = f"version {version} where {_NAMES[self.version]} ({self.version}) was asked"
            raise RejectedError(Rejection.VERSION, reason)
        first, start = expect(data, start, end, Tag.OCTET_STRING)
        if data[first:start] != self.community:
            raise RejectedError(Rejection.COMMUNITY, "another community than asked with")
        return start


@dataclass(frozen=True, slots=True)
class ScopedEnvelope:
    """The engine and the context a PDU is about."""

    engine_id: bytes
    context: bytes

    @property
    def version(self) -> int:
        """The message's version number."""
        return VERSION_3

    @property
    def prefix(self) -> bytes:
        """The two elements, encoded."""
        return encode_tlv(Tag.OCTET_STRING, self.engine_id) + encode_tlv(
            Tag.OCTET_STRING, self.context
        )

    def check(self, data: bytes, start: int, end: int) -> int:
        """Return where the PDU starts; raise RejectedError if other elements stand before it."""
        first, start = expect(data, start, end, Tag.OCTET_STRING)
        if data[first:start] != self.engine_id:
            raise RejectedError(Rejection.CONTEXT, "another contextEngineID than asked")
        first, start = expect(data, start, end, Tag.OCTET_STRING)
        if data[first:start] != self.context:
            raise RejectedError(Rejection.CONTEXT, "another contextName than asked")
        return start


def wrap(envelope: Envelope, pdu: bytes) -> bytes:
    """Return an encoded PDU in its envelope."""
    return encode_tlv(Tag.SEQUENCE, envelope.prefix + pdu)
