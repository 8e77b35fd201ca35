"""The referee: what the rules R2 … R8 and R12 allow, once more, in the plainest words.

It shares nothing with the code it judges: it cuts an answer into elements, naively, and says which
values somebody who asked for these objects may believe. It is slow, and need not be fast.
"""

from dataclasses import dataclass
from typing import Final

RESPONSE: Final = 0xA2
MISSING: Final = frozenset({0x80, 0x81, 0x82})
# Type → the most octets of content; one zero octet more may stand before an unsigned number.
INTEGER, COUNTER32, GAUGE32, TIMETICKS, COUNTER64 = 0x02, 0x41, 0x42, 0x43, 0x46
UNSIGNED: Final = {COUNTER32: 4, GAUGE32: 4, TIMETICKS: 4, COUNTER64: 8}


class FoulError(Exception):
    """An answer that breaks a rule."""


@dataclass(frozen=True)
class Element:
    tag: int
    content: bytes

    @property
    def parts(self) -> list["Element"]:
        found, rest = [], self.content
        while rest:
            element, rest = first_of(rest)
            found.append(element)
        return found

    @property
    def number(self) -> int:
        if self.tag != INTEGER or not 1 <= len(self.content) <= 4:
            raise FoulError("R8: no Integer32")
        return int.from_bytes(self.content, "big", signed=True)


def first_of(data: bytes) -> tuple[Element, bytes]:
    if len(data) < 2:
        raise FoulError("R8: cut off")
    tag, length, at = data[0], data[1], 2
    if length == 0x80 or length > 0x84:
        raise FoulError("R8: indefinite or endless length")
    if length > 0x80:
        at += length - 0x80
        length = int.from_bytes(data[2:at], "big")
    if at + length > len(data):
        raise FoulError("R8: longer than what holds it")
    return Element(tag, data[at : at + length]), data[at + length :]


def only(data: bytes) -> Element:
    element, rest = first_of(data)
    if rest:
        raise FoulError("R8: octets behind it")
    return element


def exactly(count: int, element: Element, tag: int) -> list[Element]:
    parts = element.parts
    if element.tag != tag or len(parts) != count:
        raise FoulError(f"R8: not {count} elements under 0x{tag:02x}")
    return parts


def pdu_by_community(data: bytes, version: int, community: bytes) -> Element:
    """Return the PDU of a message under the version and community that were asked with."""
    said, name, pdu = exactly(3, only(data), 0x30)
    if said.number != version or name != Element(0x04, community):
        raise FoulError("R2: another version or community")
    return pdu


def pdu_in_scope(scoped: bytes, engine_id: bytes, context: bytes) -> Element:
    """Return the PDU of a scoped PDU that was authentic and decrypted; padding may follow it."""
    element, _ = first_of(scoped)
    engine, name, pdu = exactly(3, element, 0x30)
    if engine != Element(0x04, engine_id) or name != Element(0x04, context):
        raise FoulError("R2: another context")
    return pdu


def varbinds_of(pdu: Element, request_id: int) -> list[tuple[bytes, Element]]:
    """Return OID (its content) and value of each varbind of a response without an error."""
    said, status, index, varbinds = exactly(4, pdu, pdu.tag)
    if pdu.tag != RESPONSE:
        raise FoulError("R3: no response")
    if said.number != request_id:
        raise FoulError("R4: another id")
    if status.number != 0:
        raise FoulError("R5: an error")
    _ = index.number
    if varbinds.tag != 0x30:
        raise FoulError("R8: no list")
    found = []
    for varbind in varbinds.parts:
        oid, value = exactly(2, varbind, 0x30)
        if oid.tag != 0x06:
            raise FoulError("R8: no OID")
        found.append((oid.content, value))
    return found


def unsigned(value: Element, tags: frozenset[int]) -> int:
    """Return a number of one of these types, all of which are read unsigned but INTEGER."""
    if value.tag not in tags:
        raise FoulError("R8: another type")
    if value.tag == INTEGER:
        return value.number
    content, most = value.content, UNSIGNED[value.tag]
    if len(content) == most + 1 and content[0] == 0:
        content = content[1:]
    if not 1 <= len(content) <= most:
        raise FoulError("R8: too long, or nothing")
    return int.from_bytes(content, "big")


def oid_of(content: bytes) -> tuple[int, ...]:
    """Return the numbers of an OID that opens with 1.3 or the like."""
    numbers, number = [], 0
    for octet in content:
        number = number * 128 + (octet & 0x7F)
        if octet < 0x80:
            numbers.append(number)
            number = 0
    if not content or content[-1] >= 0x80:
        raise FoulError("R8: an OID that is cut off")
    top = min(numbers[0] // 40, 2)
    return (top, numbers[0] - 40 * top, *numbers[1:])
