"""Target: whom to ask, what and how; made by netmon.config, asked by a collector."""

from dataclasses import dataclass, field
from enum import StrEnum

from topology.model import DeviceId, InterfaceId


class Engine(StrEnum):
    """Which SNMP engine asks: ours, or pysnmp for agents with exotic needs (slower)."""

    NATIVE = "native"
    PYSNMP = "pysnmp"


class Version(StrEnum):
    """The versions of SNMP that go by a community."""

    V1 = "v1"  # RFC 1157: no GETBULK, no Counter64, one missing object spoils the answer
    V2C = "v2c"  # RFC 1901


@dataclass(frozen=True, slots=True, kw_only=True)
class Community:
    """An SNMP v1 or v2c community; the secret is never in a repr, a log or an export."""

    name: str  # the credential's name in the inventory
    secret: bytes = field(repr=False)
    version: Version = Version.V2C


@dataclass(frozen=True, slots=True, kw_only=True)
class SnmpTarget:
    """One device to poll by SNMP.

    `interfaces` maps ifName to our id for the interfaces the inventory names; with
    `all_interfaces` the rest are polled too, under the id that `topology.model.interface_id` gives.
    """

    device: DeviceId
    address: str  # numeric IPv4 or IPv6, never a name: no DNS on the hot path
    port: int = 161
    credential: Community
    profile: str = "if-mib"
    engine: Engine = Engine.NATIVE
    interfaces: tuple[tuple[str, InterfaceId], ...] = ()
    all_interfaces: bool = True
    timeout_seconds: float = 2.0  # of one try
    retries: int = 2
    budget_seconds: float = 10.0  # the whole poll, absolute, monotonic


@dataclass(frozen=True, slots=True, kw_only=True)
class PingTarget:
    """One device to ping."""

    device: DeviceId
    address: str
    echoes: int = 5
    spacing_seconds: float = 0.1
    timeout_seconds: float = 1.0  # of one echo, from its own sending


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One device: how it is asked, and how often (seconds)."""

    device: DeviceId
    interval_seconds: float
    snmp: SnmpTarget | None = None
    ping: PingTarget | None = None
