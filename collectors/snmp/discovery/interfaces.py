"""Interfaces: the ports of a device with everything they are called by, and its own addresses."""

from dataclasses import dataclass, replace
from typing import Final

from collectors.snmp.ber import Oid
from collectors.snmp.discovery import tables
from collectors.snmp.discovery.tables import Cells, Clock
from collectors.text import clean
from topology.claims import Port

COLUMNS: Final[tuple[Oid, ...]] = (
    tables.IF_DESCR,
    tables.IF_TYPE,
    tables.IF_PHYS_ADDRESS,
    tables.IF_ADMIN_STATUS,
    tables.IF_OPER_STATUS,
    tables.IF_LAST_CHANGE,
    tables.IF_NAME,
    tables.IF_HIGH_SPEED,
    tables.IF_ALIAS,
    tables.AGGREGATE,
)
ADDRESS_COLUMNS: Final[tuple[Oid, ...]] = (tables.IP_V4_INDEX, tables.IP_INDEX)
_UP: Final = 1
_DOWN: Final = frozenset({2, 6, 7})  # down, notPresent, lowerLayerDown (RFC 2863)
_V4_OCTETS: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Interface:
    """One interface as an inventory has it, and as neighbours may call it."""

    port: Port
    if_type: int | None = None  # IANAifType
    speed_bps: float | None = None
    is_enabled: bool | None = None  # ifAdminStatus


def interfaces_of(cells: Cells, clock: Clock) -> tuple[Interface, ...]:
    """Return the interfaces in the order of ifIndex; equal names are numbered, as polls do."""
    names: dict[int, str] = {}
    taken: set[str] = set()
    for suffix in cells.rows(tables.IF_NAME, tables.IF_DESCR):
        if len(suffix) != 1 or not 0 < suffix[0] < 2**31:
            continue
        index = suffix[0]
        plain = name = _name(cells, index)
        number = 1
        while name in taken:
            number += 1
            name = f"{plain}#{number}"
        taken.add(name)
        names[index] = name
    return tuple(_interface(cells, index, names, clock) for index in names)


def _name(cells: Cells, index: int) -> str:
    said = cells.octets(tables.IF_NAME, (index,)) or cells.octets(tables.IF_DESCR, (index,))
    return clean(said) or f"#{index}"


def _interface(cells: Cells, index: int, names: dict[int, str], clock: Clock) -> Interface:
    row = (index,)
    oper = cells.number(tables.IF_OPER_STATUS, row)
    admin = cells.number(tables.IF_ADMIN_STATUS, row)
    changed = cells.number(tables.IF_LAST_CHANGE, row)
    megabits = cells.number(tables.IF_HIGH_SPEED, row)
    aggregate = cells.number(tables.AGGREGATE, row)
    port = Port(
        name=names[index],
        description=cells.text(tables.IF_DESCR, row),
        alias=cells.text(tables.IF_ALIAS, row),
        mac=tables.mac(cells.octets(tables.IF_PHYS_ADDRESS, row)),
        if_index=index,
        is_up={_UP: True}.get(oper or 0, False if oper in _DOWN else None),
        # 0: since before the agent began, which tells nothing
        unchanged_seconds=clock.age_seconds(changed) if changed else None,
    )
    if aggregate and aggregate != index:
        port = replace(port, aggregate=names.get(aggregate))
    return Interface(
        port=port,
        if_type=cells.number(tables.IF_TYPE, row),
        speed_bps=megabits * 1e6 if megabits else None,
        is_enabled=None if admin is None else admin == _UP,
    )


def addresses_of(cells: Cells) -> frozenset[str]:
    """Return the device's own addresses, those of loopback left out: everybody has them."""
    v4 = (
        tables.address(bytes(suffix))
        for suffix in cells.rows(tables.IP_V4_INDEX)
        if len(suffix) == _V4_OCTETS and all(0 <= octet < 256 for octet in suffix)
    )
    both = (tables.indexed_address(suffix) for suffix in cells.rows(tables.IP_INDEX))
    found = tables.known((*v4, *both))
    return frozenset(each for each in found if each not in ("127.0.0.1", "::1"))
