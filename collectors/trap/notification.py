"""Notification: one trap or inform, as the receiver understood it; and what its OID says.

v1 traps are told in the terms of v2 (RFC 3584 §3.1). The agent address of a v1 trap is only shown:
identity is the source of the datagram, for the other is a claim within it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from collectors.snmp.ber import Oid, format_oid, parse_oid
from topology.model import DeviceId

SYS_UP_TIME: Final = parse_oid("1.3.6.1.2.1.1.3.0")
SNMP_TRAP_OID: Final = parse_oid("1.3.6.1.6.3.1.1.4.1.0")
SNMP_TRAP_ADDRESS: Final = parse_oid("1.3.6.1.6.3.18.1.3.0")  # of a proxy (RFC 3584 §3.1)
IF_INDEX: Final = parse_oid("1.3.6.1.2.1.2.2.1.1")
SNMP_TRAPS: Final = parse_oid("1.3.6.1.6.3.1.1.5")
ENTERPRISE_SPECIFIC: Final = 6  # generic-trap of RFC 1157


class Event(StrEnum):
    """What a notification is about, as far as the standards go."""

    COLD_START = "cold_start"
    WARM_START = "warm_start"
    LINK_DOWN = "link_down"
    LINK_UP = "link_up"
    AUTHENTICATION_FAILURE = "authentication_failure"
    EGP_NEIGHBOR_LOSS = "egp_neighbor_loss"
    ENTITY_CHANGE = "entity_change"
    OTHER = "other"  # a vendor's own

    @property
    def is_boot(self) -> bool:
        """Whether the device says that it has just started."""
        return self is Event.COLD_START or self is Event.WARM_START


EVENTS: Final[Mapping[Oid, Event]] = {
    (*SNMP_TRAPS, 1): Event.COLD_START,  # RFC 3418
    (*SNMP_TRAPS, 2): Event.WARM_START,
    (*SNMP_TRAPS, 3): Event.LINK_DOWN,  # RFC 2863
    (*SNMP_TRAPS, 4): Event.LINK_UP,
    (*SNMP_TRAPS, 5): Event.AUTHENTICATION_FAILURE,
    (*SNMP_TRAPS, 6): Event.EGP_NEIGHBOR_LOSS,  # RFC 1213
    parse_oid("1.3.6.1.2.1.47.2.0.1"): Event.ENTITY_CHANGE,  # entConfigChange, RFC 6933
}


class Level(StrEnum):
    """How far a notification may be believed."""

    V1 = "v1"
    V2C = "v2c"
    NO_AUTH = "v3 noAuthNoPriv"
    AUTH = "v3 authNoPriv"
    PRIV = "v3 authPriv"

    @property
    def is_authentic(self) -> bool:
        """Whether only a holder of the key could have written it."""
        return self is Level.AUTH or self is Level.PRIV


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """One notification. Texts are cleaned; OIDs are dotted."""

    device: DeviceId
    source: str  # numeric address the datagram came from
    received_at: float  # wall clock of its arrival, Unix seconds: a stamp
    monotonic: float  # when it was read from the socket; the clock all processes share
    level: Level
    is_inform: bool
    trap_oid: str  # snmpTrapOID, of a v1 trap as RFC 3584 §3.1 makes it
    event: Event
    if_index: int | None = None
    agent_address: str = ""  # what the trap claims of itself, where it does
    varbinds: tuple[tuple[str, str], ...] = ()  # OID and value, the first few, for people


def v2_trap_oid(enterprise: Sequence[int], generic: int, specific: int) -> Oid:
    """Return the snmpTrapOID of a v1 trap (RFC 3584 §3.1 (2) and (3)).

    Raises ValueError where generic-trap or specific-trap is none that exists.
    """
    if 0 <= generic < ENTERPRISE_SPECIFIC:
        return (*SNMP_TRAPS, generic + 1)
    if generic != ENTERPRISE_SPECIFIC or specific < 0:
        raise ValueError(f"no v1 trap has generic-trap {generic}, specific-trap {specific}")
    return (*enterprise, 0, specific)


def event_of(trap_oid: Oid) -> Event:
    """Return what a trap is about."""
    return EVENTS.get(trap_oid, Event.OTHER)


def dotted(oid: Sequence[int]) -> str:
    """Return an OID as text."""
    return format_oid(oid)
