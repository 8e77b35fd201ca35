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


class SecurityLevel(StrEnum):
    """What an SNMPv3 message is protected by (RFC 3411 §3.4.3)."""

    NO_AUTH_NO_PRIV = "noAuthNoPriv"
    AUTH_NO_PRIV = "authNoPriv"
    AUTH_PRIV = "authPriv"

    @property
    def has_auth(self) -> bool:
        """Whether messages carry a digest."""
        return self is not SecurityLevel.NO_AUTH_NO_PRIV

    @property
    def has_privacy(self) -> bool:
        """Whether messages are encrypted."""
        return self is SecurityLevel.AUTH_PRIV


class AuthProtocol(StrEnum):
    """How a digest is made: RFC 3414 (the first two, weak today) and RFC 7860."""

    MD5 = "md5"
    SHA = "sha"
    SHA224 = "sha224"
    SHA256 = "sha256"
    SHA384 = "sha384"
    SHA512 = "sha512"


class PrivacyProtocol(StrEnum):
    """How a message is encrypted: RFC 3414 (DES, broken today), RFC 3826 and what came after.

    AES with longer keys never became an RFC. There are two ways to stretch a key: that of
    draft-blumenthal-aes-usm-04, and that of draft-reeder-snmpv3-usm-3desede, which Cisco uses.
    """

    DES = "des"
    AES128 = "aes128"
    AES192 = "aes192"
    AES256 = "aes256"
    AES192C = "aes192c"
    AES256C = "aes256c"


@dataclass(frozen=True, slots=True, kw_only=True)
class Community:
    """An SNMP v1 or v2c community; the secret is never in a repr, a log or an export."""

    name: str  # the credential's name in the inventory
    secret: bytes = field(repr=False)
    version: Version = Version.V2C


@dataclass(frozen=True, slots=True, kw_only=True)
class UsmUser:
    """An SNMPv3 user (RFC 3414); pass phrases are never in a repr, a log or an export.

    `auth` and `privacy` are given exactly as far as `level` needs them.
    """

    name: str  # the credential's name in the inventory
    user: bytes
    level: SecurityLevel
    auth: AuthProtocol | None = None
    auth_secret: bytes = field(default=b"", repr=False)
    privacy: PrivacyProtocol | None = None
    privacy_secret: bytes = field(default=b"", repr=False)
    context: str = ""  # contextName, for targets that name none


Credential = Community | UsmUser


@dataclass(frozen=True, slots=True, kw_only=True)
class SnmpTarget:
    """One device to poll by SNMP.

    `interfaces` maps ifName to our id for the interfaces the inventory names; with
    `all_interfaces` the rest are polled too, under the id that `topology.model.interface_id` gives.
    """

    device: DeviceId
    address: str  # numeric IPv4 or IPv6, never a name: no DNS on the hot path
    port: int = 161
    credential: Credential
    context: str = ""  # SNMPv3 contextName: which of a device's views of itself is meant
    profile: str = "if-mib"
    engine: Engine = Engine.NATIVE
    interfaces: tuple[tuple[str, InterfaceId], ...] = ()
    all_interfaces: bool = True
    timeout_seconds: float = 2.0  # of one try
    retries: int = 2
    budget_seconds: float = 10.0  # the whole poll, absolute, monotonic
    gap_seconds: float = 0.0  # least time between two requests, for fragile agents


@dataclass(frozen=True, slots=True, kw_only=True)
class PingTarget:
    """One device to ping."""

    device: DeviceId
    address: str
    echoes: int = 5
    spacing_seconds: float = 0.1
    timeout_seconds: float = 1.0  # of one echo, from its own sending


@dataclass(frozen=True, slots=True, kw_only=True)
class TrapOrigin:
    """Whence a device's notifications come, and how they are proved, where polls differ."""

    addresses: tuple[str, ...] = ()  # beside the one that is polled
    credential: Credential | None = None  # None: that of its polls


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One device: how it is asked, and how often (seconds)."""

    device: DeviceId
    interval_seconds: float
    snmp: SnmpTarget | None = None
    ping: PingTarget | None = None
    traps: TrapOrigin = TrapOrigin()
