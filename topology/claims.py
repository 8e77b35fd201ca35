"""Claims: what devices say of their neighbours and of themselves, as values without any opinion.

A claim is one row of a neighbour table (IEEE 802.1AB, or CDP); an identity is everything by which
others may call a device and its ports. `topology.neighbours` joins the two.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from topology.model import DeviceId

_MAC: Final = re.compile(r"[0-9a-f]{2}(?:[:-][0-9a-f]{2}){5}|[0-9a-f]{4}(?:\.[0-9a-f]{4}){2}")


class Source(StrEnum):
    """Which protocol a claim was learned by."""

    LLDP = "lldp"
    CDP = "cdp"


class Kind(StrEnum):
    """What sort of name an identifier is (the subtypes of IEEE 802.1AB §8.5.2 and §8.5.3)."""

    MAC = "mac"
    ADDRESS = "address"
    NAME = "name"  # ifName
    ALIAS = "alias"  # ifAlias
    COMPONENT = "component"  # entPhysicalAlias
    CIRCUIT = "circuit"  # agent circuit ID (RFC 3046)
    LOCAL = "local"  # whatever the device likes


@dataclass(frozen=True, slots=True)
class Identifier:
    """A name of a chassis or a port; cleaned text, MACs in one form whoever wrote them."""

    kind: Kind
    text: str

    @classmethod
    def of(cls, kind: Kind, text: str) -> "Identifier":
        """Return the identifier, a MAC as 00:11:22:33:44:55 however it was written."""
        if kind is Kind.MAC:
            plain = text.strip().lower()
            if _MAC.fullmatch(plain):
                digits = re.sub("[:.-]", "", plain)
                text = ":".join(digits[place : place + 2] for place in range(0, 12, 2))
        return cls(kind, text)

    def __str__(self) -> str:
        return f"{self.kind.value} {self.text!r}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One device says: at this port of mine I hear that port of that device."""

    device: DeviceId  # who says so
    interface: str | None  # the ifName of its port; None where the table does not tell which
    local_port: str = ""  # the port as the table numbers it, for people
    source: Source
    chassis: Identifier | None = None
    port: Identifier | None = None
    system_name: str = ""
    addresses: tuple[str, ...] = ()
    age_seconds: float | None = None  # since the row last changed; None where it does not tell
    is_before_reboot: bool = False  # the row is older than the device's present life


@dataclass(frozen=True, slots=True, kw_only=True)
class Port:
    """One interface of a device, and everything others may call it by."""

    name: str  # ifName
    description: str = ""  # ifDescr
    alias: str = ""
    mac: str = ""
    if_index: int | None = None
    called: frozenset[Identifier] = frozenset()  # as the device calls it in its own LLDP messages
    is_up: bool | None = None  # None: it does not tell
    unchanged_seconds: float | None = None  # since it last went up or down
    aggregate: str | None = None  # the name of the aggregate it is a member of (IEEE 802.1AX)


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """One device: everything others may call it by, and its ports."""

    device: DeviceId
    chassis: frozenset[Identifier] = frozenset()
    system_name: str = ""
    addresses: frozenset[str] = frozenset()
    ports: tuple[Port, ...] = ()
    sources: frozenset[Source] = frozenset()  # protocols whose neighbour tables it has shown

    def port(self, name: str) -> Port | None:
        """Return the port of a name."""
        return next((each for each in self.ports if each.name == name), None)

    def members_of(self, aggregate: str) -> tuple[str, ...]:
        """Return the ports that an aggregate is made of."""
        return tuple(each.name for each in self.ports if each.aggregate == aggregate)
