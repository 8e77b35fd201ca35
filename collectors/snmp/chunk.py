"""Chunk: one request of a plan as bytes, and its answers compared as bytes.

Every chunk opens with sysUpTime: an answer proves that it belongs to the mapping it was asked by,
or shows that the device was restarted. Only the request-id is patched into a request.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

from collectors.errors import DecodeError
from collectors.observation import Cell
from collectors.quantity import QUANTITIES
from collectors.snmp.admission import Frame
from collectors.snmp.ber import Oid, Tag, decode_header, encode_integer, encode_oid, encode_tlv
from collectors.snmp.envelope import Envelope, wrap
from collectors.snmp.message import PduType, frame_pdu
from collectors.snmp.profile import SYS_UP_TIME, Column, Index, Syntax
from collectors.snmp.reader import MistypedError, Reader, Reading
from collectors.snmp.skeleton import Place, Skeleton

MAX_SKELETONS: Final = 3  # kept per chunk, by the answer's length
_VALUE_OCTETS: Final = {
    Syntax.INTEGER: 6,
    Syntax.GAUGE32: 7,
    Syntax.COUNTER32: 7,
    Syntax.TIMETICKS: 7,
    Syntax.COUNTER64: 11,
    Syntax.OCTETS: 34,
}
_SEQUENCE: Final = int(Tag.SEQUENCE)
_SHORT: Final = 0x3C  # octets of OID and of content that keep a varbind's length in one octet
_NEVER: Final = 1 << 20  # a longer OID is always read octet by octet
_ID_MARK: Final = 0x01020304


class MismatchError(Exception):
    """An answer that carries other objects than were asked (R6)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One varbind of a request: what must come back, and who reads it."""

    cell: Cell
    oid: bytes  # with tag and length
    reader: Reader
    answer_octets: int
    value_at: int  # where the value's tag stands in a varbind with a short length

    @property
    def name(self) -> str:
        """What it is, for people."""
        cell = self.cell
        if cell.interface is None:
            return cell.quantity
        return f"{cell.quantity} of {cell.interface}"


@dataclass(slots=True, kw_only=True, eq=False)
class Chunk:
    """One request: sysUpTime and then `fields`."""

    envelope: Envelope
    fields: tuple[Field, ...]
    holes: tuple[int, ...] = ()  # where values stand that are no longer asked for
    head: bytes = field(repr=False)  # of the request, up to the request-id
    tail: bytes = field(repr=False)  # behind it
    skeletons: dict[int, Skeleton] = field(default_factory=dict, repr=False)

    def datagram(self, request_id: int) -> bytes:
        """Return the request."""
        return self.head + request_id.to_bytes(4, "big") + self.tail

    def read(self, data: bytes, frame: Frame, problems: list[str]) -> list[float | None]:
        """Return the values of an admitted answer, sysUpTime first in raw ticks.

        A varbind that is unsound is named in `problems` and absent, the others stand (HS-16).
        Raise MismatchError if other objects came, DecodeError if the list is broken.
        """
        values: list[float | None] = []
        places: list[Place] = []
        start, end = frame.start, frame.end
        known = len(problems)
        for asked in self.fields:
            if start >= end:
                raise MismatchError(f"{len(values)} varbinds where {len(self.fields)} were asked")
            at = start + asked.value_at
            if data.startswith(asked.oid, start + 2) and at + 2 <= end:
                tag, length, first = data[at], data[at + 1], at + 2
                stop = first + length
                is_short = length < _SHORT and data[start] == _SEQUENCE and stop <= end
                if not is_short or data[start + 1] != stop - start - 2:
                    tag, first, stop = _value_in_any_form(data, start, end, asked)
            else:
                tag, first, stop = _value_in_any_form(data, start, end, asked)
            reader = asked.reader
            if tag == reader.tag and reader.is_raw and 0 < stop - first <= reader.most_octets:
                values.append(int.from_bytes(data[first:stop], "big"))
            else:
                values.append(_value(asked, tag, data[first:stop], problems))
            places.append((tag, first, stop, reader))
            start = stop
        if start != end:
            raise MismatchError(f"more varbinds than the {len(self.fields)} asked")
        if len(problems) == known:
            self._remember(data, frame.id_at, places)
        return values

    def readings(self, data: bytes, start: int, end: int) -> Iterator[tuple[Field, Reading]]:
        """Yield every field and how its value came about, for people."""
        for asked in self.fields:
            tag, first, stop = _value_in_any_form(data, start, end, asked)
            yield asked, asked.reader.explain(tag, data[first:stop])
            start = stop

    def _remember(self, data: bytes, id_at: int, places: list[Place]) -> None:
        if len(self.skeletons) >= MAX_SKELETONS and len(data) not in self.skeletons:
            self.skeletons.pop(next(iter(self.skeletons)))
        self.skeletons[len(data)] = Skeleton(data, id_at, places)

    def fill(self, values: list[Any]) -> None:
        """Put None where something is no longer asked for; sysUpTime stands first."""
        for hole in self.holes:
            values.insert(hole, None)

    def halves(self) -> tuple["Chunk", "Chunk"] | None:
        """Return the chunk as two, or None if there is nothing to halve."""
        asked = self.fields[1:]
        if len(asked) < 2:
            return None
        middle = len(asked) // 2
        # Places as they are once all holes are filled: those of the first half's fields come first.
        places = [at for at in range(1, len(self.fields) + len(self.holes)) if at not in self.holes]
        cut = places[middle]
        holes = tuple(hole for hole in self.holes if hole < cut)
        others = tuple(hole - cut + 1 for hole in self.holes if hole > cut)
        return (
            chunk_of(self.envelope, asked[:middle], holes),
            chunk_of(self.envelope, asked[middle:], others),
        )

    def without(self, index: int) -> "Chunk":
        """Return the chunk that asks no longer for its field number `index`, from 1 on."""
        places = [at for at in range(len(self.fields) + len(self.holes)) if at not in self.holes]
        holes = tuple(sorted((*self.holes, places[index])))
        asked = (*self.fields[1:index], *self.fields[index + 1 :])
        return chunk_of(self.envelope, asked, holes)


def _value_in_any_form(data: bytes, start: int, end: int, asked: Field) -> tuple[int, int, int]:
    """Return tag, start and end of a value, whose OID must be the asked one, octet by octet."""
    tag, start, stop = decode_header(data, start, end)
    if tag != Tag.SEQUENCE:
        raise DecodeError(f"varbind with tag 0x{tag:02x}")
    after = start + len(asked.oid)
    if data[start:after] != asked.oid or after > stop:
        raise MismatchError(f"another object where {asked.name} was asked")
    tag, first, last = decode_header(data, after, stop)
    if last != stop:
        raise DecodeError(f"{stop - last} octets behind the value of {asked.name}")
    return tag, first, last


def _value(asked: Field, tag: int, content: bytes, problems: list[str]) -> float | None:
    if tag & 0x1F == 0x1F:
        raise DecodeError(f"{asked.name}: tag 0x{tag:02x} of many octets (SNMP has none)")
    try:
        return asked.reader.read(tag, content)
    except (DecodeError, MistypedError) as error:
        problems.append(f"{asked.name}: {error}")
        return None


def field_of(cell: Cell, oid: Oid, column: Column) -> Field:
    """Return the varbind that a column is, for one of its rows."""
    encoded = encode_oid(oid)
    octets = 4 + len(encoded) + _VALUE_OCTETS[column.syntax]
    value_at = 2 + len(encoded) if len(encoded) < _SHORT else _NEVER
    return Field(
        cell=cell,
        oid=encoded,
        reader=_reader(column),
        answer_octets=octets,
        value_at=value_at,
    )


@lru_cache(maxsize=4096)
def _reader(column: Column) -> Reader:
    """One reader for all devices of a profile: they share what it remembers."""
    return Reader(column)


UPTIME: Final = Field(
    cell=Cell("uptime_seconds"),
    oid=encode_oid(SYS_UP_TIME),
    reader=Reader(
        Column(
            quantity=QUANTITIES["uptime_seconds"],
            oid=SYS_UP_TIME,
            index=Index.SCALAR,
            syntax=Syntax.TIMETICKS,
            low=0,
            high=2**32 - 1,
        ),
        is_raw=True,
    ),
    answer_octets=23,
    value_at=12,
)


def chunk_of(envelope: Envelope, asked: Iterable[Field], holes: tuple[int, ...] = ()) -> Chunk:
    """Return the chunk that asks these fields, after sysUpTime."""
    fields = (UPTIME, *asked)
    head, tail = encode_get(envelope, [each.oid for each in fields])
    return Chunk(envelope=envelope, fields=fields, holes=holes, head=head, tail=tail)


def encode_get(envelope: Envelope, oids: Iterable[bytes]) -> tuple[bytes, bytes]:
    """Return a GET of these encoded OIDs in two pieces, around its request-id."""
    varbinds = b"".join(encode_tlv(Tag.SEQUENCE, oid + b"\x05\x00") for oid in oids)
    whole = wrap(envelope, frame_pdu(PduType.GET, _ID_MARK, varbinds))
    mark = whole.index(encode_integer(_ID_MARK), len(envelope.prefix)) + 2
    return whole[:mark], whole[mark + 4 :]
