"""Objects of agents that speak LLDP and CDP, as a test wants them."""

from collections.abc import Mapping

from collectors.snmp.ber import Oid, Tag, parse_oid
from collectors.snmp.discovery import tables
from collectors.snmp.message import Value
from tests.wire.agent import SYS_UP_TIME

TICKS = 360_000  # up for an hour
SYS_NAME = parse_oid("1.3.6.1.2.1.1.5.0")
LLDP_LOCAL = parse_oid("1.0.8802.1.1.2.1.3")
FIRST_PORT = 51  # LLDP's own numbers, none of them an ifIndex


def text(content: bytes) -> Value:
    return Value(Tag.OCTET_STRING, content)


def number(content: int, tag: Tag = Tag.INTEGER) -> Value:
    return Value(tag, content)


def speaker(
    name: bytes, interfaces: Mapping[int, bytes], *, mac: int, ticks: int = TICKS
) -> dict[Oid, Value]:
    """Return a router with interfaces by ifIndex, its chassis and ports as LLDP calls them.

    Port hardware addresses are 02:00:00:00:MAC:ifIndex, that of the chassis ends in 00.
    """
    objects = {
        parse_oid("1.3.6.1.2.1.1.1.0"): text(b"small router"),
        parse_oid("1.3.6.1.2.1.1.2.0"): Value(
            Tag.OBJECT_IDENTIFIER, parse_oid("1.3.6.1.4.1.2281.1")
        ),
        SYS_UP_TIME: number(ticks, Tag.TIMETICKS),
        SYS_NAME: text(name),
        (*LLDP_LOCAL, 1, 0): number(4),
        (*LLDP_LOCAL, 2, 0): text(bytes((2, 0, 0, 0, mac, 0))),
    }
    for place, (index, said) in enumerate(sorted(interfaces.items())):
        port = FIRST_PORT + place
        objects |= {
            (*tables.IF_DESCR, index): text(said),
            (*tables.IF_TYPE, index): number(6),
            (*tables.IF_PHYS_ADDRESS, index): text(bytes((2, 0, 0, 0, mac, index))),
            (*tables.IF_ADMIN_STATUS, index): number(1),
            (*tables.IF_OPER_STATUS, index): number(1),
            (*tables.IF_LAST_CHANGE, index): number(1000, Tag.TIMETICKS),
            (*tables.IF_NAME, index): text(said),
            (*tables.IF_HIGH_SPEED, index): number(1000, Tag.GAUGE32),
            (*tables.LLDP_PORT_KIND, port): number(5),
            (*tables.LLDP_PORT, port): text(said),
            (*tables.LLDP_PORT_WORDS, port): text(said),
        }
    return objects


def port_of(objects: Mapping[Oid, Value], interface: bytes) -> int:
    """Return LLDP's own number of an interface."""
    size = len(tables.LLDP_PORT)
    return next(
        oid[size]
        for oid, value in objects.items()
        if oid[:size] == tables.LLDP_PORT and value.content == interface
    )


def hear(
    objects: dict[Oid, Value],
    at: bytes,
    *,
    name: bytes,
    mac: int,
    port: bytes,
    kind: int = 5,
    mark: int = 2000,
    index: int = 1,
    address: str = "",
) -> None:
    """Let an agent hear a neighbour by LLDP: its name, chassis and port (`kind`: its subtype)."""
    row = (mark, port_of(objects, at), index)
    objects |= {
        (*tables.LLDP_REMOTE_CHASSIS_KIND, *row): number(4),
        (*tables.LLDP_REMOTE_CHASSIS, *row): text(bytes((2, 0, 0, 0, mac, 0))),
        (*tables.LLDP_REMOTE_PORT_KIND, *row): number(kind),
        (*tables.LLDP_REMOTE_PORT, *row): text(port),
        (*tables.LLDP_REMOTE_NAME, *row): text(name),
    }
    if address:
        octets = tuple(int(part) for part in address.split("."))
        objects[(*tables.LLDP_REMOTE_ADDRESS, *row, 1, 4, *octets)] = number(2)


def hear_by_cdp(
    objects: dict[Oid, Value], at: int, *, name: bytes, port: bytes, changed: int = 3000
) -> None:
    """Let an agent hear a neighbour by CDP, at an ifIndex."""
    row = (at, 1)
    objects |= {
        (*tables.CDP_ADDRESS_TYPE, *row): number(1),
        (*tables.CDP_ADDRESS, *row): text(bytes((127, 0, 0, 99))),
        (*tables.CDP_DEVICE, *row): text(name),
        (*tables.CDP_PORT, *row): text(port),
        (*tables.CDP_CHANGED, *row): number(changed, Tag.TIMETICKS),
    }
