"""Models: what one entry of the files may be, in pydantic; the JSON Schema comes of them.

The models live only here at the boundary. Checks of one entry by itself are theirs; what needs two
entries, the machine or the disk is checked in `inventory`, `addresses` and `secrets`.
"""

from typing import Annotated, Final

from pydantic import BeforeValidator, Field, RootModel, model_validator

from collectors.target import AuthProtocol, Engine, PrivacyProtocol, SecurityLevel, Version
from netmon.config import units
from netmon.config.base_models import Entry, NamedEntry, PositionEntry
from netmon.config.planned_models import OccasionEntry, SatelliteEntry
from netmon.config.values import (
    Address,
    Also,
    Boolean,
    Context,
    Country,
    Ends,
    FilePath,
    Frequency,
    InterfaceName,
    Interval,
    Length,
    Name,
    ProfileName,
    Rate,
    Seconds,
    Width,
    Words,
)
from topology.model import DependentKind, Medium, Polarisation, Role

# Where a medium's carriers are found, in hertz; wide on purpose: it catches a wrong unit.
BANDS: Final[dict[Medium, tuple[float, float]]] = {
    Medium.MICROWAVE: (1e9, 300e9),
    Medium.SUB6: (0.1e9, 7.2e9),
    Medium.VSAT: (1e9, 60e9),
    Medium.LTE: (0.4e9, 45e9),
    Medium.TETRA: (0.1e9, 1e9),
}


class DependentEntry(Entry):
    """Something a site carries, lost when the site is cut off."""

    id: Name = Field(description="unique over all sites")
    kind: DependentKind
    device: Name | None = Field(
        default=None,
        description="without which it is blind; the whole site if left out",
    )


class SiteEntry(NamedEntry):
    """A place with a position and a country."""

    name: Words = Field(default="", description="how people call it; the id if left out")
    country: Country = Field(description="ISO 3166-1 alpha-2, such as EE or NO")
    position: PositionEntry
    role: Role = Field(description="traffic must arrive at a core")
    dependents: tuple[DependentEntry, ...] = Field(
        default=(), description="what goes blind when the site is cut off"
    )
    duty: tuple[OccasionEntry, ...] = Field(
        default=(),
        description="of a mobile unit: when its silence matters; always, if left out",
    )

    @model_validator(mode="after")
    def _only_who_moves_has_a_duty(self) -> "SiteEntry":
        if self.duty and self.role is not Role.MOBILE:
            raise ValueError("only a site of role mobile is on and off duty; remove duty")
        return self


class InterfaceEntry(Entry):
    """An interface of a device, by its ifName."""

    name: InterfaceName
    speed: Rate | None = Field(
        default=None, description="where the device tells none, or a wrong one"
    )


class SnmpEntry(Entry):
    """How one device is asked by SNMP, where it must differ."""

    timeout: Seconds = Field(default=2.0, description="of one try")
    retries: Annotated[int, Field(ge=0, le=10), BeforeValidator(units.number)] = 2
    budget: Seconds | None = Field(
        default=None, description="of a whole poll; the interval, at most 10 s, if left out"
    )
    gap: Seconds | None = Field(
        default=None,
        description="least time between two requests, for fragile agents; as its class has it",
    )
    context: Context | None = Field(
        default=None, description="the SNMPv3 contextName; as its credentials have it"
    )
    all_interfaces: Boolean = Field(
        default=True, description="poll the interfaces the inventory does not name too"
    )


class PingEntry(Entry):
    """How one device is pinged, where it must differ."""

    echoes: Annotated[int, Field(ge=1, le=100), BeforeValidator(units.number)] = 5
    spacing: Seconds | None = Field(
        default=None, description="between echoes; 100 ms or less by default"
    )
    timeout: Seconds | None = Field(default=None, description="of one echo; 1 s or less by default")


class TrapsEntry(Entry):
    """Whence one device's traps come, and how they are proved, where polls differ."""

    addresses: tuple[Address, ...] = Field(
        default=(), description="of the device, beside the polled one, that its traps come from"
    )
    credentials: Name | None = Field(
        default=None, description="a name under `credentials`; that of its polls if left out"
    )


def _interface(value: object) -> object:
    return {"name": value} if isinstance(value, str) else value


def _ping(value: object) -> object:
    match value:
        case "true":
            return {}
        case "false":
            return None
        case str():
            raise ValueError("must be true, false or options such as {echoes: 5}")
        case _:
            return value


class DeviceEntry(NamedEntry):
    """What answers at one management address."""

    site: Name = Field(description="where it stands")
    kind: Words = Field(default="router", description="router, switch, radio, terminal, power …")
    address: Address = Field(description="numeric IPv4 or IPv6")
    port: Annotated[int, Field(ge=1, le=65535), BeforeValidator(units.number)] = 161
    profile: ProfileName = Field(default="if-mib", description="what is asked, and by which OIDs")
    credentials: Name | None = Field(
        default=None, description="a name under `credentials`; without it the device is pinged only"
    )
    class_: Name = Field(
        default="default", alias="class", description="a polling class under `intervals`"
    )
    engine: Engine = Field(default=Engine.NATIVE, description="pysnmp: slower, for exotic agents")
    ping: Annotated[
        PingEntry | None,
        BeforeValidator(_ping),
        Also(type="boolean"),
    ] = Field(default=PingEntry(), description="true, false or options")
    snmp: SnmpEntry = SnmpEntry()
    traps: TrapsEntry = TrapsEntry()
    interfaces: tuple[
        Annotated[
            InterfaceEntry,
            BeforeValidator(_interface),
            Also(type="string", description="the ifName"),
        ],
        ...,
    ] = Field(default=(), description="by ifName; those that links name are implied")


class LinkEntry(NamedEntry):
    """Two interfaces that face each other."""

    ends: Ends
    medium: Medium
    frequency: Frequency | None = Field(default=None, description="the carrier's centre")
    width: Width | None = Field(default=None, description="the channel's; due with a frequency")
    polarisation: Polarisation | None = Field(default=None, description="vertical if left out")
    capacity: Rate | None = Field(default=None, description="what the link carries at its best")
    length: Length | None = Field(default=None, description="the great circle if left out")
    srlgs: tuple[Name, ...] = Field(default=(), description="shared risk link groups (RFC 4202)")
    contact: Words = Field(default="", description="whom to call: a duty desk, never a person")
    satellite: SatelliteEntry | None = Field(
        default=None, description="of a VSAT link: what its sun outages are predicted from"
    )

    @model_validator(mode="after")
    def _satellite_is_plausible(self) -> "LinkEntry":
        if self.satellite is None:
            return self
        if self.medium is not Medium.VSAT:
            raise ValueError(f"a link of {self.medium.value} goes by no satellite; remove it")
        if self.satellite.downlink is None and self.frequency is None:
            raise ValueError(
                "satellite needs a downlink, such as downlink: 11.7 GHz, or the link a frequency"
            )
        return self

    @model_validator(mode="after")
    def _carrier_is_plausible(self) -> "LinkEntry":
        if self.frequency is None:
            if self.width is not None or self.polarisation is not None:
                raise ValueError("width and polarisation belong to a frequency; give it too")
            return self
        if not self.medium.is_radio:
            raise ValueError(f"a link of {self.medium.value} has no frequency; remove it")
        if self.width is None:
            raise ValueError("a frequency needs the channel's width, such as width: 28 MHz")
        if self.width > self.frequency:
            raise ValueError("the width is larger than the frequency; mind the units")
        low, high = BANDS[self.medium]
        if not low <= self.frequency <= high:
            raise ValueError(
                f"a {self.medium.value} carrier lies in {low / 1e9:g} to {high / 1e9:g} GHz,"
                f" not at {self.frequency / 1e9:g} GHz; mind the unit"
            )
        return self


Variable = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,127}$")]
_FILE: Final = "a file of mode 0400 or 0600; relative to the file that names it"
_VARIABLE: Final = "an environment variable; others on the machine may see it"
_SYSTEMD: Final = "a systemd credential (LoadCredential=), in $CREDENTIALS_DIRECTORY"


class CommunityEntry(Entry):
    """A community of SNMP v2c or v1: where it is kept, by exactly one source."""

    version: Version = Field(
        default=Version.V2C, description="v1 only for devices that know nothing else"
    )
    community_file: FilePath | None = Field(default=None, description=_FILE)
    community_env: Variable | None = Field(default=None, description=_VARIABLE)
    systemd: ProfileName | None = Field(default=None, description=_SYSTEMD)

    @model_validator(mode="after")
    def _has_one_source(self) -> "CommunityEntry":
        given = [self.community_file, self.community_env, self.systemd]
        if sum(source is not None for source in given) != 1:
            raise ValueError("must have exactly one of community_file, community_env and systemd")
        return self


class UsmEntry(Entry):
    """A user of SNMPv3: who it is, how it is protected, and where its pass phrases are kept."""

    user: Annotated[str, Field(min_length=1, max_length=32)] = Field(
        description="the securityName that the devices know"
    )
    level: SecurityLevel = Field(
        default=SecurityLevel.AUTH_PRIV,
        description="noAuthNoPriv protects nothing and must be meant",
    )
    auth: AuthProtocol | None = Field(
        default=None, description="the digest; md5 and sha are weak today"
    )
    auth_key_file: FilePath | None = Field(default=None, description=_FILE)
    auth_key_env: Variable | None = Field(default=None, description=_VARIABLE)
    auth_key_systemd: ProfileName | None = Field(default=None, description=_SYSTEMD)
    privacy: PrivacyProtocol | None = Field(
        default=None,
        description="the cipher; des is broken; aes192c and aes256c stretch keys as Cisco does"
        " (draft-reeder), aes192 and aes256 as draft-blumenthal and net-snmp do",
    )
    privacy_key_file: FilePath | None = Field(default=None, description=_FILE)
    privacy_key_env: Variable | None = Field(default=None, description=_VARIABLE)
    privacy_key_systemd: ProfileName | None = Field(default=None, description=_SYSTEMD)
    context: Context = Field(
        default="", description="the contextName asked for, unless a device has its own"
    )

    @model_validator(mode="after")
    def _has_what_its_level_needs(self) -> "UsmEntry":
        self._check("auth", self.auth, is_due=self.level.has_auth)
        self._check("privacy", self.privacy, is_due=self.level.has_privacy)
        return self

    def _check(self, part: str, protocol: str | None, *, is_due: bool) -> None:
        names = [f"{part}_key_{source}" for source in ("file", "env", "systemd")]
        given = [name for name in names if getattr(self, name) is not None]
        if is_due and protocol is None:
            example = "sha256" if part == "auth" else "aes128"
            raise ValueError(f"level {self.level.value} needs {part}, such as {part}: {example}")
        if is_due and len(given) != 1:
            raise ValueError(f"must have exactly one of {', '.join(names[:2])} and {names[2]}")
        if not is_due and (protocol is not None or given):
            extra = given[0] if protocol is None else part
            raise ValueError(
                f"level {self.level.value} has no {part}: remove {extra}, or raise the level"
            )


class IntervalEntry(RootModel[Interval]):
    """How often a polling class is asked."""


class ClassEntry(Entry):
    """A polling class in full, where it is more than an interval."""

    every: Interval = Field(description="the time between two polls")
    gap: Seconds | None = Field(
        default=None, description="least time between two requests to one device of the class"
    )


class ProfileEntry(RootModel[FilePath]):
    """The file of a profile of the user's own."""


class ProfileDirectories(RootModel[tuple[FilePath, ...]]):
    """Folders of profiles of the user's own; each file is known by its name without .yaml."""
