"""BER as SNMP uses it (X.690 restricted by RFC 3417 §8): definite lengths, low tags, numbers, OIDs.

Decoding admits exactly what RFC 3416 allows, with one leniency found in the field: the unsigned
types are always read unsigned, so that `41 04 ff ff ff ff` is 4294967295 although the leading zero
octet is missing, and `41 01 ff` is 255. Their length is still bounded by the type.
"""

from collections.abc import Sequence
from enum import IntEnum
from functools import lru_cache
from typing import Final

from collectors.errors import DecodeError

Oid = tuple[int, ...]

MAX_SUBIDENTIFIERS: Final = 128  # RFC 3416 §4.1
MAX_SUBIDENTIFIER: Final = 2**32 - 1


class Tag(IntEnum):
    """The types of a varbind's value, and what it says instead of one (RFC 3416 §3)."""

    INTEGER = 0x02
    OCTET_STRING = 0x04
    NULL = 0x05
    OBJECT_IDENTIFIER = 0x06
    SEQUENCE = 0x30
    IP_ADDRESS = 0x40
    COUNTER32 = 0x41
    GAUGE32 = 0x42
    TIMETICKS = 0x43
    OPAQUE = 0x44
    COUNTER64 = 0x46
    NO_SUCH_OBJECT = 0x80
    NO_SUCH_INSTANCE = 0x81
    END_OF_MIB_VIEW = 0x82


EXCEPTIONS: Final = frozenset({Tag.NO_SUCH_OBJECT, Tag.NO_SUCH_INSTANCE, Tag.END_OF_MIB_VIEW})

# The most octets of content; one more is admitted only for a leading zero (see `decode_unsigned`).
UNSIGNED_OCTETS: Final[dict[int, int]] = {
    Tag.COUNTER32: 4,
    Tag.GAUGE32: 4,
    Tag.TIMETICKS: 4,
    Tag.COUNTER64: 8,
}
INTEGER_OCTETS: Final = 4  # Integer32
_CONSTRUCTED: Final = 0x20


def parse_oid(text: str) -> Oid:
    """Return the OID a dotted text such as `1.3.6.1.2.1.1.3.0` names; a leading dot is allowed."""
    parts = text.strip().removeprefix(".").split(".")
    if not all(part.isascii() and part.isdigit() for part in parts):
        raise ValueError(f"{text!r} is not an OID such as 1.3.6.1.2.1.1.3.0")
    oid = tuple(int(part) for part in parts)
    if len(oid) < 2 or len(oid) > MAX_SUBIDENTIFIERS or max(oid) > MAX_SUBIDENTIFIER:
        raise ValueError(f"{text!r} is not an OID of 2 … 128 numbers below 2^32")
    if oid[0] > 2 or (oid[0] < 2 and oid[1] > 39):
        raise ValueError(f"{text!r} does not start like an OID (X.660: 0.0–39, 1.0–39 or 2.…)")
    return oid


def format_oid(oid: Sequence[int]) -> str:
    """Return the dotted text of an OID."""
    return ".".join(map(str, oid))


def encode_length(length: int) -> bytes:
    """Return the shortest definite length."""
    if length < 0x80:
        return bytes((length,))
    octets = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes((0x80 | len(octets),)) + octets


def encode_tlv(tag: int, content: bytes) -> bytes:
    """Return tag, length and content."""
    length = len(content)
    if length < 0x80:
        return bytes((tag, length)) + content
    return bytes((tag,)) + encode_length(length) + content


def encode_integer(value: int, tag: int = Tag.INTEGER) -> bytes:
    """Return a number in two's complement, shortest; unsigned types get their zero octet by it."""
    bits = (value if value >= 0 else ~value).bit_length()  # beside the sign's
    content = value.to_bytes(bits // 8 + 1, "big", signed=True)
    return bytes((tag, len(content))) + content


@lru_cache(maxsize=65536)
def encode_oid(oid: Oid) -> bytes:
    """Return an OID with tag and length."""
    content = bytearray()
    for number in (oid[0] * 40 + oid[1], *oid[2:]):
        chunk = [number & 0x7F]
        while number := number >> 7:
            chunk.append(0x80 | (number & 0x7F))
        content.extend(reversed(chunk))
    return encode_tlv(Tag.OBJECT_IDENTIFIER, bytes(content))


def decode_header(data: bytes, start: int, end: int) -> tuple[int, int, int]:
    """Return tag, start and end of the content of the element at `start`, all within `end`."""
    if start + 2 > end:
        raise DecodeError("element cut off before its length")
    tag = data[start]
    length = data[start + 1]
    content = start + 2
    if length >= 0x80:
        count = length & 0x7F
        if count == 0:
            raise DecodeError("indefinite length (RFC 3417 §8 forbids it)")
        if count > 4 or content + count > end:
            raise DecodeError("length of more octets than any datagram can hold")
        length = int.from_bytes(data[content : content + count], "big")
        content += count
    if content + length > end:
        raise DecodeError("element longer than what holds it")
    if tag & 0x1F == 0x1F:
        raise DecodeError(f"tag 0x{tag:02x} of many octets (SNMP has none)")
    return tag, content, content + length


def expect(data: bytes, start: int, end: int, tag: int) -> tuple[int, int]:
    """Return start and end of the content of the element at `start`, which must have this tag."""
    found, content, stop = decode_header(data, start, end)
    if found != tag:
        raise DecodeError(f"tag 0x{found:02x} where 0x{tag:02x} belongs")
    return content, stop


def decode_integer(content: bytes) -> int:
    """Return an Integer32 from its content octets."""
    if not 1 <= len(content) <= INTEGER_OCTETS:
        raise DecodeError(f"INTEGER of {len(content)} octets (1 … 4 are allowed)")
    return int.from_bytes(content, "big", signed=True)


def decode_unsigned(tag: int, content: bytes) -> int:
    """Return an unsigned number, always read unsigned, of at most the octets of its type."""
    most = UNSIGNED_OCTETS[tag]
    length = len(content)
    if length == 0 or length > most + 1 or (length == most + 1 and content[0] != 0):
        raise DecodeError(f"{Tag(tag).name} of {length} octets (1 … {most} are allowed)")
    return int.from_bytes(content, "big")


def decode_oid(content: bytes) -> Oid:
    """Return an OID from its content octets: at most 128 sub-identifiers below 2^32."""
    if not content or content[-1] & 0x80:
        raise DecodeError("OID empty or cut off within a sub-identifier")
    if len(content) > MAX_SUBIDENTIFIERS * 5:
        raise DecodeError(f"OID of {len(content)} octets")
    numbers: list[int] = []
    number = 0
    for octet in content:
        if number == 0 and octet == 0x80:
            raise DecodeError("OID sub-identifier with a leading zero (X.690 §8.19.2)")
        number = number << 7 | octet & 0x7F
        if number > MAX_SUBIDENTIFIER:
            raise DecodeError("OID sub-identifier of 2^32 or more")
        if not octet & 0x80:
            numbers.append(number)
            number = 0
    if len(numbers) >= MAX_SUBIDENTIFIERS:
        raise DecodeError(f"OID of more than {MAX_SUBIDENTIFIERS} sub-identifiers")
    first = min(numbers[0] // 40, 2)
    return (first, numbers[0] - 40 * first, *numbers[1:])


def has_empty_number(data: bytes) -> bool:
    """Tell whether a number without octets stands anywhere in an element of definite lengths."""
    spans = [(0, len(data))]
    while spans:
        start, end = spans.pop()
        while start < end:
            try:
                tag, first, start = decode_header(data, start, end)
            except DecodeError:
                break
            if tag & _CONSTRUCTED:
                spans.append((first, start))
            elif first == start and (tag == Tag.INTEGER or tag in UNSIGNED_OCTETS):
                return True
    return False
