"""Parts: the rows of a vendor's tables as interfaces, carriers and components, named."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from collectors.snmp.ber import Oid
from collectors.snmp.message import Value
from collectors.snmp.naming import Suffix, UnnamedError, dotted
from collectors.snmp.profile import Column, Index, Profile, Rows
from collectors.snmp.rows import Table
from collectors.target import SnmpTarget
from collectors.text import clean
from topology.model import DeviceId, InterfaceId, interface_id

PartKey = tuple[Oid, str]  # a column, and the rows it is read by
MAX_NAME: Final = 80
# EntitySensorDataScale (RFC 3433): the power of ten of yocto(1) … yotta(17)
_MAGNITUDES: Final = dict(
    enumerate((-24, -21, -18, -15, -12, -9, -6, -3, 0, 3, 6, 9, 12, 18, 15, 21, 24), start=1)
)
_MOST_PLACES: Final = 9  # EntitySensorPrecision (RFC 3433): -8 … 9


@dataclass(frozen=True, slots=True)
class Part:
    """One row: its index, whose it is, and what its scale is multiplied with."""

    suffix: Suffix
    interface: InterfaceId
    factor: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known of a device when its rows are named."""

    target: SnmpTarget
    interfaces: Mapping[int, tuple[str, InterfaceId]]  # those that are polled, by ifIndex
    indexes: frozenset[int]  # of all interfaces, polled or not
    tables: Mapping[Oid, Table]


def asked_columns(profile: Profile) -> set[Oid]:
    """Return the columns that must be walked to know the rows of a profile."""
    asked: set[Oid] = set()
    for column in profile.columns:
        if column.index is Index.ROWS and column.rows is not None:
            asked |= {column.oid, *column.rows.oids()}
    return asked


def parts_of(profile: Profile, known: Known, *, most: int) -> dict[PartKey, tuple[Part, ...]]:
    """Return the rows of each column, named; at most `most` of each."""
    return {
        (column.oid, column.rows.key): tuple(_named(column, column.rows, known))[:most]
        for column in profile.columns
        if column.rows is not None
    }


def _named(column: Column, rows: Rows, known: Known) -> Iterator[Part]:
    ours = dict(known.target.interfaces)
    taken: set[str] = set()
    for suffix in sorted(known.tables.get(column.oid, {})):
        if not _counts(rows, suffix, known.tables):
            continue
        factor = _factor(rows, suffix, known.tables)
        name = _name(rows, suffix, known)
        if factor is None or name is None:
            continue
        name = _free(name, taken)
        if name in ours or known.target.all_interfaces:
            default = interface_id(DeviceId(known.target.device), name)
            yield Part(suffix, ours.get(name, default), factor)


def _free(name: str, taken: set[str]) -> str:
    """Number a name that comes again, from #2."""
    free, number = name, 1
    while free in taken:
        number += 1
        free = f"{name}#{number}"
    taken.add(free)
    return free


def _counts(rows: Rows, suffix: Suffix, tables: Mapping[Oid, Table]) -> bool:
    """Tell whether the row has what the profile wants of it."""
    for oid, wanted in rows.only_if.items():
        content = _content(tables, oid, suffix)
        raw = clean(content).casefold() if isinstance(content, bytes) else content
        if raw not in wanted:
            return False
    return True


def _factor(rows: Rows, suffix: Suffix, tables: Mapping[Oid, Table]) -> float | None:
    """Return what the row's values are multiplied with; None if they mean nothing."""
    factor = 1.0
    if rows.magnitude_from is not None:
        power = _MAGNITUDES.get(_whole(tables, rows.magnitude_from, suffix) or 0)
        if power is None:
            return None
        factor *= 10.0**power
    if rows.precision_from is not None:
        places = _whole(tables, rows.precision_from, suffix) or 0
        factor /= 10.0 ** min(max(places, -_MOST_PLACES), _MOST_PLACES)
    if rows.whole_from is not None:
        whole = _whole(tables, rows.whole_from, suffix)
        if not whole or whole < 0:
            return None
        factor /= whole
    return factor


def _name(rows: Rows, suffix: Suffix, known: Known) -> str | None:
    """Return the name of a row; None if it is of an interface that is not polled."""
    plain = f"{rows.key} {dotted(suffix)}"
    interface = ""
    if (index := _if_index(rows, suffix, known)) is not None:
        if index in known.interfaces:
            interface = known.interfaces[index][0]
        elif index in known.indexes:
            return None
    elif rows.interface_from is not None:
        content = _content(known.tables, rows.interface_from, suffix)
        interface = clean(content) if isinstance(content, bytes) else ""
    try:
        name = rows.name.of(suffix, label=_label(rows, suffix, known.tables), interface=interface)
    except UnnamedError:
        return plain
    return name[:MAX_NAME].strip() or plain


def _if_index(rows: Rows, suffix: Suffix, known: Known) -> int | None:
    if rows.interface_part is not None:
        place = rows.interface_part - (rows.interface_part > 0)
        return suffix[place] if -len(suffix) <= place < len(suffix) else None
    if rows.interface_from is not None:
        return _whole(known.tables, rows.interface_from, suffix)
    return None


def _label(rows: Rows, suffix: Suffix, tables: Mapping[Oid, Table]) -> str:
    if rows.label_from is None:
        return ""
    index = suffix
    if rows.label_parts:
        places = [part - (part > 0) for part in rows.label_parts]
        if any(not -len(suffix) <= place < len(suffix) for place in places):
            return ""
        index = tuple(suffix[place] for place in places)
    content = _content(tables, rows.label_from, index)
    return clean(content) if isinstance(content, bytes) else str(content or "")


def _whole(tables: Mapping[Oid, Table], oid: Oid, suffix: Suffix) -> int | None:
    content = _content(tables, oid, suffix)
    return content if isinstance(content, int) else None


def _content(tables: Mapping[Oid, Table], oid: Oid, suffix: Suffix) -> object:
    value: Value | None = tables.get(oid, {}).get(suffix)
    return None if value is None else value.content
