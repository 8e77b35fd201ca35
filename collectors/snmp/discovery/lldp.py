"""LLDP: the tables of the LLDP-MIB (IEEE 802.1AB-2005) as claims, and what a device calls itself.

The local port of a row is a number of the LLDP agent's own. Which interface it is, lldpLocPortTable
says by an identifier; that the number equals an ifIndex is usual and never assumed.
"""

from dataclasses import replace
from typing import Final

from collectors.snmp.ber import Oid
from collectors.snmp.discovery import tables
from collectors.snmp.discovery.tables import Cells, Clock
from collectors.snmp.naming import Suffix
from collectors.text import clean
from topology.claims import Claim, Identifier, Identity, Kind, Source
from topology.directory import Directory
from topology.model import DeviceId

LOCAL_COLUMNS: Final[tuple[Oid, ...]] = (
    tables.LLDP_CHASSIS_KIND,
    tables.LLDP_CHASSIS,
    tables.LLDP_PORT_KIND,
    tables.LLDP_PORT,
    tables.LLDP_PORT_WORDS,
)
REMOTE_COLUMNS: Final[tuple[Oid, ...]] = (
    tables.LLDP_REMOTE_CHASSIS_KIND,
    tables.LLDP_REMOTE_CHASSIS,
    tables.LLDP_REMOTE_PORT_KIND,
    tables.LLDP_REMOTE_PORT,
    tables.LLDP_REMOTE_NAME,
    tables.LLDP_REMOTE_ADDRESS,
)
# LldpChassisIdSubtype and LldpPortIdSubtype number the same kinds differently.
_CHASSIS_KINDS: Final = {
    1: Kind.COMPONENT,
    2: Kind.ALIAS,
    3: Kind.COMPONENT,
    4: Kind.MAC,
    5: Kind.ADDRESS,
    6: Kind.NAME,
    7: Kind.LOCAL,
}
_PORT_KINDS: Final = {
    1: Kind.ALIAS,
    2: Kind.COMPONENT,
    3: Kind.MAC,
    4: Kind.ADDRESS,
    5: Kind.NAME,
    6: Kind.CIRCUIT,
    7: Kind.LOCAL,
}
_MAC_OCTETS: Final = 6
_FAMILY_OCTETS: Final = {1: 4, 2: 16}  # ianaAddressFamilyNumbers, in front of a network address
_REMOTE_INDEX: Final = 3  # TimeMark, local port number, index
_SCALAR: Final[Suffix] = (0,)


def identifier(kinds: dict[int, Kind], subtype: int | None, octets: bytes) -> Identifier | None:
    """Return what a subtype and its octets name, or None where they name nothing."""
    kind = kinds.get(subtype or 0)
    if kind is None or not octets:
        return None
    if kind is Kind.MAC and len(octets) == _MAC_OCTETS:
        return Identifier(kind, octets.hex(":"))
    if kind is Kind.ADDRESS and len(octets) - 1 == _FAMILY_OCTETS.get(octets[0]):
        return Identifier(kind, tables.address(octets[1:]) or octets.hex())
    # A local name may be any octets: what is no text is told in hexadecimal.
    text = clean(octets)
    return Identifier.of(kind, octets.hex() if not text or "�" in text else text)


def with_own_names(identity: Identity, cells: Cells) -> Identity:
    """Return the identity with what the device calls its chassis and ports in LLDP."""
    chassis = identifier(
        _CHASSIS_KINDS,
        cells.number(tables.LLDP_CHASSIS_KIND, _SCALAR),
        cells.octets(tables.LLDP_CHASSIS, _SCALAR),
    )
    names: dict[str, set[Identifier]] = {}
    for number, interface in local_interfaces(identity, cells).items():
        called = _local_identifier(cells, number)
        if called is not None:
            names.setdefault(interface, set()).add(called)
    return replace(
        identity,
        chassis=identity.chassis | ({chassis} if chassis else frozenset()),
        ports=tuple(
            replace(port, called=frozenset(names.get(port.name, ()))) for port in identity.ports
        ),
    )


def local_interfaces(identity: Identity, cells: Cells) -> dict[int, str]:
    """Return which interface each local port number is, where the device tells just one."""
    directory = Directory((identity,))
    found: dict[int, str] = {}
    for suffix in cells.rows(tables.LLDP_PORT):
        if len(suffix) != 1:
            continue
        called = _local_identifier(cells, suffix[0])
        fitting = directory.ports_of(identity.device, called)
        if len(fitting) != 1:
            words = cells.text(tables.LLDP_PORT_WORDS, suffix)
            by_words = directory.ports_of(identity.device, Identifier(Kind.NAME, words))
            fitting = fitting & by_words if fitting else by_words
        if len(fitting) == 1:
            found[suffix[0]] = next(iter(fitting))
    return found


def _local_identifier(cells: Cells, number: int) -> Identifier | None:
    row = (number,)
    subtype = cells.number(tables.LLDP_PORT_KIND, row)
    return identifier(_PORT_KINDS, subtype, cells.octets(tables.LLDP_PORT, row))


def claims_of(identity: Identity, cells: Cells, clock: Clock) -> tuple[Claim, ...]:
    """Return whom the device hears."""
    interfaces = local_interfaces(identity, cells)
    addresses = _remote_addresses(cells)
    return tuple(
        _claim(identity.device, suffix, cells, interfaces, addresses, clock)
        for suffix in cells.rows(tables.LLDP_REMOTE_CHASSIS, tables.LLDP_REMOTE_PORT)
        if len(suffix) == _REMOTE_INDEX
    )


def _claim(
    device: DeviceId,
    suffix: Suffix,
    cells: Cells,
    interfaces: dict[int, str],
    addresses: dict[Suffix, list[str]],
    clock: Clock,
) -> Claim:
    time_mark, number, _ = suffix
    # Some agents keep no marks and write 0: then nothing is known of the age.
    age = clock.age_seconds(time_mark) if time_mark else None
    return Claim(
        device=device,
        interface=interfaces.get(number),
        local_port=str(number),
        source=Source.LLDP,
        chassis=identifier(
            _CHASSIS_KINDS,
            cells.number(tables.LLDP_REMOTE_CHASSIS_KIND, suffix),
            cells.octets(tables.LLDP_REMOTE_CHASSIS, suffix),
        ),
        port=identifier(
            _PORT_KINDS,
            cells.number(tables.LLDP_REMOTE_PORT_KIND, suffix),
            cells.octets(tables.LLDP_REMOTE_PORT, suffix),
        ),
        system_name=cells.text(tables.LLDP_REMOTE_NAME, suffix),
        addresses=tuple(addresses.get(suffix, ())),
        age_seconds=age,
        is_before_reboot=bool(time_mark) and age is None,
    )


def _remote_addresses(cells: Cells) -> dict[Suffix, list[str]]:
    found: dict[Suffix, list[str]] = {}
    for suffix in cells.rows(tables.LLDP_REMOTE_ADDRESS):
        row, text = suffix[:_REMOTE_INDEX], tables.indexed_address(suffix[_REMOTE_INDEX:])
        if text:
            found.setdefault(row, []).append(text)
    return found
