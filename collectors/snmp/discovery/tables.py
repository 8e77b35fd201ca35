"""Tables: the columns discovery walks, by the names of their MIBs, and what stands in a cell.

A cell of another type than the MIB's is as good as none; text is cleaned, or told in hexadecimal.
"""

import ipaddress
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from collectors.snmp.ber import Oid, Tag, parse_oid
from collectors.snmp.naming import Suffix
from collectors.snmp.rows import Table
from collectors.text import clean

# RFC 2863
IF_DESCR: Final = parse_oid("1.3.6.1.2.1.2.2.1.2")
IF_TYPE: Final = parse_oid("1.3.6.1.2.1.2.2.1.3")
IF_PHYS_ADDRESS: Final = parse_oid("1.3.6.1.2.1.2.2.1.6")
IF_ADMIN_STATUS: Final = parse_oid("1.3.6.1.2.1.2.2.1.7")
IF_OPER_STATUS: Final = parse_oid("1.3.6.1.2.1.2.2.1.8")
IF_LAST_CHANGE: Final = parse_oid("1.3.6.1.2.1.2.2.1.9")
IF_NAME: Final = parse_oid("1.3.6.1.2.1.31.1.1.1.1")
IF_HIGH_SPEED: Final = parse_oid("1.3.6.1.2.1.31.1.1.1.15")
IF_ALIAS: Final = parse_oid("1.3.6.1.2.1.31.1.1.1.18")
# IEEE8023-LAG-MIB: dot3adAggPortAttachedAggID, the ifIndex of the aggregate, 0 for none
AGGREGATE: Final = parse_oid("1.2.840.10006.300.43.1.2.1.1.13")
# RFC 4293: ipAdEntIfIndex (by the address), and ipAddressIfIndex (by type, length and address)
IP_V4_INDEX: Final = parse_oid("1.3.6.1.2.1.4.20.1.2")
IP_INDEX: Final = parse_oid("1.3.6.1.2.1.4.34.1.3")
# LLDP-MIB, IEEE 802.1AB-2005
LLDP_CHASSIS_KIND: Final = parse_oid("1.0.8802.1.1.2.1.3.1")
LLDP_CHASSIS: Final = parse_oid("1.0.8802.1.1.2.1.3.2")
LLDP_PORT_KIND: Final = parse_oid("1.0.8802.1.1.2.1.3.7.1.2")
LLDP_PORT: Final = parse_oid("1.0.8802.1.1.2.1.3.7.1.3")
LLDP_PORT_WORDS: Final = parse_oid("1.0.8802.1.1.2.1.3.7.1.4")
LLDP_REMOTE: Final = parse_oid("1.0.8802.1.1.2.1.4.1.1")
LLDP_REMOTE_CHASSIS_KIND: Final = (*LLDP_REMOTE, 4)
LLDP_REMOTE_CHASSIS: Final = (*LLDP_REMOTE, 5)
LLDP_REMOTE_PORT_KIND: Final = (*LLDP_REMOTE, 6)
LLDP_REMOTE_PORT: Final = (*LLDP_REMOTE, 7)
LLDP_REMOTE_NAME: Final = (*LLDP_REMOTE, 9)
LLDP_REMOTE_ADDRESS: Final = parse_oid("1.0.8802.1.1.2.1.4.2.1.3")  # by the address
# CISCO-CDP-MIB
CDP: Final = parse_oid("1.3.6.1.4.1.9.9.23.1.2.1.1")
CDP_ADDRESS_TYPE: Final = (*CDP, 3)
CDP_ADDRESS: Final = (*CDP, 4)
CDP_DEVICE: Final = (*CDP, 6)
CDP_PORT: Final = (*CDP, 7)
CDP_NAME: Final = (*CDP, 17)
CDP_CHANGED: Final = (*CDP, 24)
# RFC 6933
ENTITY: Final = parse_oid("1.3.6.1.2.1.47.1.1.1.1")
ENTITY_DESCR: Final = (*ENTITY, 2)
ENTITY_CLASS: Final = (*ENTITY, 5)
ENTITY_NAME: Final = (*ENTITY, 7)
ENTITY_SOFTWARE: Final = (*ENTITY, 10)
ENTITY_SERIAL: Final = (*ENTITY, 11)
ENTITY_MAKER: Final = (*ENTITY, 12)
ENTITY_MODEL: Final = (*ENTITY, 13)

Tables = Mapping[Oid, Table]

TICKS_PER_SECOND: Final = 100
ROUND_SECONDS: Final = 2**32 / TICKS_PER_SECOND  # of sysUpTime
MARK_SLACK_SECONDS: Final = 60.0  # a mark may be made between our two questions
_MAC_OCTETS: Final = 6
_FAMILIES: Final = {1: 4, 2: 16}  # ianaAddressFamilyNumbers, InetAddressType: IPv4, IPv6
_ZONED: Final = {3: 8, 4: 20}  # InetAddressType: with a zone of four octets behind the address


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """How long a device has been up, by which it dates what it says (TimeStamp, TimeFilter)."""

    uptime_seconds: float  # sysUpTime, which begins anew after 497 days
    engine_seconds: float = 0.0  # snmpEngineTime, which does not; 0 where it does not tell

    def age_seconds(self, ticks: int) -> float | None:
        """Return how long ago a mark was made; None if it is not of the device's present life."""
        age = self.uptime_seconds - ticks / TICKS_PER_SECOND
        if age < -MARK_SLACK_SECONDS and self.engine_seconds >= ROUND_SECONDS:
            age += ROUND_SECONDS
        return max(age, 0.0) if age >= -MARK_SLACK_SECONDS else None


class Cells:
    """What a device's tables hold, by column and index."""

    def __init__(self, tables: Tables) -> None:
        self._tables: Final = tables

    def rows(self, *columns: Oid) -> list[Suffix]:
        """Return the indexes that any of the columns has, in order."""
        return sorted({suffix for column in columns for suffix in self._tables.get(column, {})})

    def number(self, column: Oid, suffix: Suffix) -> int | None:
        """Return a whole number."""
        value = self._tables.get(column, {}).get(suffix)
        content = None if value is None else value.content
        return content if isinstance(content, int) else None

    def octets(self, column: Oid, suffix: Suffix) -> bytes:
        """Return octets, as the device sent them."""
        value = self._tables.get(column, {}).get(suffix)
        if value is None or value.tag not in (Tag.OCTET_STRING, Tag.IP_ADDRESS):
            return b""
        return value.content if isinstance(value.content, bytes) else b""

    def text(self, column: Oid, suffix: Suffix) -> str:
        """Return cleaned text."""
        return clean(self.octets(column, suffix))


def mac(octets: bytes) -> str:
    """Return a hardware address as text, "" if it is none, or all zero."""
    return octets.hex(":") if len(octets) == _MAC_OCTETS and any(octets) else ""


def address(octets: bytes) -> str:
    """Return an IPv4 or IPv6 address as text, "" if it is none, or nobody's."""
    if len(octets) not in _FAMILIES.values():
        return ""
    found = ipaddress.ip_address(octets)
    return "" if found.is_unspecified or found.is_multicast else str(found)


def indexed_address(suffix: Suffix) -> str:
    """Return the address in an index: type, length and octets; some agents leave out the length."""
    if not suffix or suffix[0] not in _FAMILIES | _ZONED:
        return ""
    kind, rest = suffix[0], suffix[1:]
    length = (_FAMILIES | _ZONED)[kind]
    if len(rest) == length + 1 and rest[0] == length:
        rest = rest[1:]
    if len(rest) != length or not all(0 <= octet < 256 for octet in rest):
        return ""
    return address(bytes(rest[: _FAMILIES[kind - 2 if kind in _ZONED else kind]]))


def known(texts: Iterable[str]) -> frozenset[str]:
    """Return the texts that say anything."""
    return frozenset(text for text in texts if text)
