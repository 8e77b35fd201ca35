"""Plan: a target's questions compiled to bytes once, and its answers compared as bytes.

A plan is a row of chunks, one request each, none of which can draw an answer beyond the allowed
size.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from collectors.observation import Cell, Layout, Missing
from collectors.quantity import Kind
from collectors.snmp.ber import Oid, parse_oid
from collectors.snmp.chunk import UPTIME, Chunk, Field, chunk_of, field_of
from collectors.snmp.envelope import Envelope
from collectors.snmp.message import VERSION_1
from collectors.snmp.parts import Part, PartKey
from collectors.snmp.profile import SYS_UP_TIME, Column, Index, Profile, Syntax
from topology.model import DeviceId, InterfaceId, interface_id

# RFC 2863: ifHCInOctets, ifHCInUcastPkts, ifHCOutOctets, ifHCOutUcastPkts → the same in ifTable
_IN_32_BITS: Final = {
    parse_oid(f"1.3.6.1.2.1.31.1.1.1.{wide}"): parse_oid(f"1.3.6.1.2.1.2.2.1.{narrow}")
    for wide, narrow in ((6, 10), (7, 11), (10, 16), (11, 17))
}
_HEADER_OCTETS: Final = 45  # of an answer, without its envelope and varbinds


@dataclass(slots=True, kw_only=True, eq=False)
class Plan:
    """All questions to one device under one mapping, and the layout of their answers."""

    layout: Layout
    chunks: list[Chunk]
    guards: tuple[tuple[int, int], ...] = ()  # values that are absent while another one is 1

    def split(self, position: int) -> bool:
        """Halve the chunk at `position` for good, because the device said tooBig; if possible."""
        halves = self.chunks[position].halves()
        if halves is None:
            return False
        self.chunks[position : position + 1] = halves
        return True

    def drop(self, position: int, index: int) -> bool:
        """Ask no longer for one field of a chunk, because a v1 device has none; if possible.

        `index` counts as SNMP's error-index does: 1 is sysUpTime, which stays.
        """
        if not 2 <= index <= len(self.chunks[position].fields):
            return False
        self.chunks[position] = self.chunks[position].without(index - 1)
        return True

    @property
    def has_holes(self) -> bool:
        """Whether something is no longer asked for."""
        return any(chunk.holes for chunk in self.chunks)


def compile_plan(
    *,
    device: DeviceId,
    profile: Profile,
    interfaces: Iterable[tuple[int, str, InterfaceId]],
    rows: Mapping[Oid, Collection[int]] = MappingProxyType({}),
    parts: Mapping[PartKey, tuple[Part, ...]] = MappingProxyType({}),
    missing: tuple[Missing, ...] = (),
    envelope: Envelope,
    max_answer_octets: int,
) -> Plan:
    """Return the plan for a device that has these interfaces: (ifIndex, name, our id).

    A column that stands in `rows` is asked only of those ifIndexes, any other of all. Where several
    columns fill one cell, the last of those that have a row for it is asked. SNMPv1 has no
    Counter64 (RFC 3584 §4.2.2.1), so the 32 bits of ifTable are asked in its place, or nothing.
    """
    asked: dict[Cell, tuple[Oid, Column]] = {}
    present = (
        *_scalars_and_interfaces(device, profile, tuple(interfaces), rows),
        *_parts(profile, parts),
    )
    for cell, oid, column in present:
        if column.syntax is Syntax.COUNTER64 and envelope.version == VERSION_1:
            narrow = _narrowed(column)
            if narrow is None:
                continue
            asked[cell] = (*narrow.oid, *oid[len(column.oid) :]), narrow
        else:
            asked[cell] = oid, column
    fields = [field_of(cell, oid, column) for cell, (oid, column) in asked.items()]
    cells = (UPTIME.cell, *asked)
    return Plan(
        layout=Layout(device, cells, missing, _narrow(asked)),
        chunks=list(_chunks(envelope, fields, max_answer_octets)),
        guards=tuple(_guards(cells, [column for _, column in asked.values()])),
    )


def _narrow(asked: Mapping[Cell, tuple[Oid, Column]]) -> frozenset[Cell]:
    return frozenset(
        cell
        for cell, (_, column) in asked.items()
        if column.syntax is Syntax.COUNTER32 and column.quantity.kind is Kind.COUNTER64
    )


@lru_cache(maxsize=256)
def _narrowed(column: Column) -> Column | None:
    """Return the column that counts the same in 32 bits; None: there is none."""
    oid = _IN_32_BITS.get(column.oid)
    return None if oid is None else replace(column, oid=oid, syntax=Syntax.COUNTER32)


def _guards(cells: tuple[Cell, ...], columns: list[Column]) -> Iterator[tuple[int, int]]:
    places = {cell: place for place, cell in enumerate(cells)}
    for place, column in enumerate(columns, start=1):
        if column.absent_if is not None:
            guard = places.get(Cell(column.absent_if, cells[place].interface))
            if guard is not None:
                yield place, guard


def _parts(
    profile: Profile, parts: Mapping[PartKey, tuple[Part, ...]]
) -> Iterator[tuple[Cell, Oid, Column]]:
    for column in profile.columns:
        if column.rows is None:
            continue
        for part in parts.get((column.oid, column.rows.key), ()):
            cell = Cell(column.quantity.name, part.interface)
            yield cell, (*column.oid, *part.suffix), _multiplied(column, part.factor)


@lru_cache(maxsize=4096)
def _multiplied(column: Column, factor: float) -> Column:
    return column if factor == 1.0 else replace(column, scale=column.scale * factor)


def _scalars_and_interfaces(
    device: DeviceId,
    profile: Profile,
    interfaces: tuple[tuple[int, str, InterfaceId], ...],
    rows: Mapping[Oid, Collection[int]],
) -> Iterator[tuple[Cell, Oid, Column]]:
    ids = {name: interface for _, name, interface in interfaces}
    for column in profile.columns:
        if column.index is Index.SCALAR and column.oid != SYS_UP_TIME:
            yield Cell(column.quantity.name, _interface_of(column, device, ids)), column.oid, column
    columns = [column for column in profile.columns if column.index is Index.INTERFACE]
    for index, _, interface in interfaces:
        for column in columns:
            if index not in rows.get(column.oid, (index,)):
                continue
            yield Cell(column.quantity.name, interface), (*column.oid, index), column


def _interface_of(
    column: Column, device: DeviceId, ids: dict[str, InterfaceId]
) -> InterfaceId | None:
    if column.interface is None:
        return None
    return ids.get(column.interface) or interface_id(device, column.interface)


def _chunks(envelope: Envelope, fields: list[Field], most: int) -> Iterator[Chunk]:
    """Cut into equal requests, as few as the largest allowed answer permits."""
    room = max(most - _HEADER_OCTETS - len(envelope.prefix) - UPTIME.answer_octets, 64)
    parts = max(1, -(-sum(field.answer_octets for field in fields) // room))
    share = sum(field.answer_octets for field in fields) / parts
    part: list[Field] = []
    taken = filled = 0.0
    for each in fields:
        if part and (filled + each.answer_octets > room or taken >= share):
            yield chunk_of(envelope, part)
            part, filled, taken = [], 0.0, taken - share
        part.append(each)
        filled += each.answer_octets
        taken += each.answer_octets
    yield chunk_of(envelope, part)
