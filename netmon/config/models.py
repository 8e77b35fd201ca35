"""Models: what one entry of the files may be, in pydantic; the JSON Schema comes of them.

The models live only here at the boundary. Checks of one entry by itself are theirs; what needs two
entries, the machine or the disk is checked in `inventory`, `addresses` and `secrets`.
"""

import ipaddress
import unicodedata
from pathlib import PurePosixPath
from typing import Annotated, Any, Final

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    RootModel,
    WithJsonSchema,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from collectors.target import Engine
from netmon.config import country, units
from topology.model import DependentKind, Medium, Polarisation, Role

NAME_PATTERN: Final = r"^[A-Za-z0-9][A-Za-z0-9._/-]{0,63}$"
DAY_SECONDS: Final = 86_400.0
SHORTEST_INTERVAL_SECONDS: Final = 0.1
TEXT_LENGTH: Final = 64

_QUANTITY: Final = {"anyOf": [{"type": "number"}, {"type": "string"}]}

# Where a medium's carriers are found, in hertz; wide on purpose: it catches a wrong unit.
BANDS: Final[dict[Medium, tuple[float, float]]] = {
    Medium.MICROWAVE: (1e9, 300e9),
    Medium.SUB6: (0.1e9, 7.2e9),
    Medium.VSAT: (1e9, 60e9),
    Medium.LTE: (0.4e9, 45e9),
    Medium.TETRA: (0.1e9, 1e9),
}


def _words(value: object) -> object:
    if isinstance(value, str):
        if any(unicodedata.category(letter)[0] == "C" for letter in value):
            raise ValueError(
                "holds a control, bidirectional or invisible character; write visible text"
            )
        return unicodedata.normalize("NFC", value.strip())
    return value


def _interface_name(value: str) -> str:
    if not (value.isascii() and value.isprintable()) or set(value) & set("\"\\'"):
        raise ValueError("must be the device's ifName: printable ASCII without quotes")
    return value


def _boolean(value: object) -> object:
    if isinstance(value, str):
        if value not in ("true", "false"):
            raise ValueError("must be true or false (YAML 1.2)")
        return value == "true"
    return value


def _address(value: str) -> str:
    try:
        return str(ipaddress.ip_address(value))
    except ValueError:
        raise ValueError(
            "must be a numeric IPv4 or IPv6 address: names are not looked up, since a poll must not"
            " wait for DNS when the network is in trouble"
        ) from None


def _end(value: str) -> str:
    device, separator, name = value.partition(":")
    if not (device and separator and name):
        raise ValueError("must be device:ifName, such as narva-radio:radio1")
    _interface_name(name)
    return value


def _two(value: object) -> object:
    if isinstance(value, list) and len(value) != 2:
        raise ValueError(f"must be two ends, and has {len(value)}")
    return value


def _profile(value: str) -> str:
    if "/" in value or ".." in value:
        raise ValueError("must be the name of a profile, not a path")
    return value


def _file(value: str) -> str:
    if "\0" in value or not PurePosixPath(value).name:
        raise ValueError("must be the path of a file")
    return value


def _band(value: float) -> float:
    if not 0.1e9 <= value <= 300e9:
        raise ValueError(f"must be 0.1 to 300 GHz, and is {value / 1e9:g} GHz; mind the unit")
    return value


def _width(value: float) -> float:
    if not 1e3 <= value <= 10e9:
        raise ValueError(f"must be 1 kHz to 10 GHz, and is {value / 1e6:g} MHz; mind the unit")
    return value


def _interval(value: float) -> float:
    if not SHORTEST_INTERVAL_SECONDS <= value <= DAY_SECONDS:
        raise ValueError(
            f"must be {SHORTEST_INTERVAL_SECONDS:g} s to 1 day, and is {value:g} s; such as 10s"
        )
    return value


class Also:
    """Says in the JSON Schema what else may be written, which a BeforeValidator reads."""

    def __init__(self, *, example: str = "", **schema: Any) -> None:
        self._schema = schema
        self._examples = {"examples": [example]} if example else {}

    def __get_pydantic_json_schema__(
        self, core: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return {"anyOf": [handler(core), self._schema], **self._examples}


def _quantity(dimension: units.Dimension, words: str) -> Any:
    return WithJsonSchema({**_QUANTITY, "description": words, "examples": [dimension.example]})


Name = Annotated[str, Field(pattern=NAME_PATTERN)]
ProfileName = Annotated[Name, AfterValidator(_profile)]
FilePath = Annotated[str, Field(min_length=1, max_length=4096), AfterValidator(_file)]
Words = Annotated[str, BeforeValidator(_words), Field(max_length=TEXT_LENGTH)]
InterfaceName = Annotated[
    str, Field(min_length=1, max_length=TEXT_LENGTH), AfterValidator(_interface_name)
]
End = Annotated[str, Field(min_length=3, max_length=129), AfterValidator(_end)]
Address = Annotated[str, Field(max_length=64), AfterValidator(_address)]
Country = Annotated[str, Field(max_length=64), AfterValidator(country.checked)]
Boolean = Annotated[bool, BeforeValidator(_boolean), WithJsonSchema({"type": "boolean"})]
Interval = Annotated[
    float,
    BeforeValidator(units.reader(units.DURATION)),
    AfterValidator(_interval),
    _quantity(units.DURATION, "seconds, or with a unit"),
]
Seconds = Annotated[
    float,
    BeforeValidator(units.reader(units.DURATION)),
    Field(gt=0, le=DAY_SECONDS),
    _quantity(units.DURATION, "seconds, or with a unit"),
]
Frequency = Annotated[
    float,
    BeforeValidator(units.reader(units.FREQUENCY)),
    AfterValidator(_band),
    _quantity(units.FREQUENCY, "hertz, or with a unit; 0.1 to 300 GHz"),
]
Width = Annotated[
    float,
    BeforeValidator(units.reader(units.FREQUENCY)),
    AfterValidator(_width),
    _quantity(units.FREQUENCY, "hertz, or with a unit"),
]
Rate = Annotated[
    float,
    BeforeValidator(units.reader(units.RATE)),
    Field(gt=0, le=1e14),
    _quantity(units.RATE, "bits per second, or with a unit"),
]
Length = Annotated[
    float,
    BeforeValidator(units.reader(units.LENGTH)),
    Field(gt=0, le=1e8),
    _quantity(units.LENGTH, "metres, or with a unit"),
]
Altitude = Annotated[
    float,
    BeforeValidator(units.reader(units.LENGTH)),
    Field(ge=-500, le=50_000),
    _quantity(units.LENGTH, "metres above the sea, or with a unit"),
]


class Entry(BaseModel):
    """What all entries have in common: frozen, and no key goes unnoticed."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class NamedEntry(Entry):
    """An entry that others may name."""

    id: Name = Field(description="unique; the label of its series, so choose it to last")


class PositionEntry(Entry):
    """A point on WGS 84."""

    lat: Annotated[
        float,
        Field(ge=-90, le=90, description="degrees, north positive"),
        BeforeValidator(units.number),
    ]
    lon: Annotated[
        float,
        Field(ge=-180, le=180, description="degrees, east positive"),
        BeforeValidator(units.number),
    ]
    alt: Altitude = 0.0


class DependentEntry(Entry):
    """Something a site carries, lost when the site is cut off."""

    id: Name = Field(description="unique over all sites")
    kind: DependentKind


class SiteEntry(NamedEntry):
    """A place with a position and a country."""

    name: Words = Field(default="", description="how people call it; the id if left out")
    country: Country = Field(description="ISO 3166-1 alpha-2, such as EE or NO")
    position: PositionEntry
    role: Role = Field(description="traffic must arrive at a core")
    dependents: tuple[DependentEntry, ...] = Field(
        default=(), description="what goes blind when the site is cut off"
    )


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

    ends: Annotated[tuple[End, ...], BeforeValidator(_two)] = Field(
        description="two of device:ifName", json_schema_extra={"minItems": 2, "maxItems": 2}
    )
    medium: Medium
    frequency: Frequency | None = Field(default=None, description="the carrier's centre")
    width: Width | None = Field(default=None, description="the channel's; due with a frequency")
    polarisation: Polarisation | None = Field(default=None, description="vertical if left out")
    capacity: Rate | None = Field(default=None, description="what the link carries at its best")
    length: Length | None = Field(default=None, description="the great circle if left out")
    srlgs: tuple[Name, ...] = Field(default=(), description="shared risk link groups (RFC 4202)")
    contact: Words = Field(default="", description="whom to call: a duty desk, never a person")

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


class CredentialEntry(Entry):
    """Where an SNMP v2c community is kept; exactly one source."""

    community_file: FilePath | None = Field(
        default=None, description="a file of mode 0400 or 0600; relative to the file that names it"
    )
    community_env: Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,127}$")] | None = Field(
        default=None, description="an environment variable; others on the machine may see it"
    )
    systemd: ProfileName | None = Field(
        default=None,
        description="a systemd credential (LoadCredential=), in $CREDENTIALS_DIRECTORY",
    )

    @model_validator(mode="after")
    def _has_one_source(self) -> "CredentialEntry":
        given = [self.community_file, self.community_env, self.systemd]
        if sum(source is not None for source in given) != 1:
            raise ValueError("must have exactly one of community_file, community_env and systemd")
        return self


class IntervalEntry(RootModel[Interval]):
    """How often a polling class is asked."""


class ProfileEntry(RootModel[FilePath]):
    """The file of a profile of the user's own."""
