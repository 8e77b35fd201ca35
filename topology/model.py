"""The nouns of a network: site, device, interface, link, and what they are made of.

Values only. They are frozen and valid once built; who holds them together is `topology.network`.
"""

import math
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, NewType

from topology.errors import NetworkError

SiteId = NewType("SiteId", str)
DeviceId = NewType("DeviceId", str)
InterfaceId = NewType("InterfaceId", str)
LinkId = NewType("LinkId", str)

SEPARATOR: Final = ":"


def interface_id(device: DeviceId, name: str) -> InterfaceId:
    """Name an interface by its device and ifName; ifIndex may be renumbered (RFC 2863 §3.1.5)."""
    return InterfaceId(f"{device}{SEPARATOR}{name}")


class Role(StrEnum):
    """What a site is for; traffic must arrive at a core."""

    CORE = "core"
    BORDER_POST = "border_post"
    RELAY = "relay"
    SENSOR = "sensor"
    MOBILE = "mobile"


class Medium(StrEnum):
    """What carries a link."""

    MICROWAVE = "microwave"
    SUB6 = "sub6"
    FIBRE = "fibre"
    VSAT = "vsat"
    LTE = "lte"
    TETRA = "tetra"
    COPPER = "copper"

    @property
    def is_radio(self) -> bool:
        """Whether rain, interference and jamming can reach it."""
        return self not in (Medium.FIBRE, Medium.COPPER)


class Polarisation(StrEnum):
    """Of a carrier; rain attenuates horizontal a little more (ITU-R P.838-3)."""

    VERTICAL = "vertical"
    HORIZONTAL = "horizontal"


class DependentKind(StrEnum):
    """What a site carries and blinds when it is cut off."""

    CAMERA_MAST = "camera_mast"
    RADAR = "radar"
    SENSOR = "sensor"
    COUNTER_DRONE = "counter_drone"
    TETRA_CELL = "tetra_cell"


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """A point on WGS 84, in degrees and metres above the sea."""

    latitude_deg: float
    longitude_deg: float
    altitude_m: float = 0.0

    def __post_init__(self) -> None:
        if not (math.isfinite(self.latitude_deg) and -90 <= self.latitude_deg <= 90):
            raise NetworkError(f"latitude {self.latitude_deg} is outside -90 … 90 degrees")
        if not (math.isfinite(self.longitude_deg) and -180 <= self.longitude_deg <= 180):
            raise NetworkError(f"longitude {self.longitude_deg} is outside -180 … 180 degrees")


@dataclass(frozen=True, slots=True, kw_only=True)
class Dependent:
    """Something a site carries: lost when the site is cut off."""

    id: str
    kind: DependentKind
    device: DeviceId | None = None  # by which alone it is connected; None: the site as a whole


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A place with a position and a country."""

    id: SiteId
    country: str  # ISO 3166-1 alpha-2
    position: Position
    role: Role
    name: str = ""
    dependents: tuple[Dependent, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """What answers at one management address; the address itself is the collectors' business."""

    id: DeviceId
    site: SiteId
    kind: str = "router"  # router, switch, radio, terminal, power: a word for people


@dataclass(frozen=True, slots=True, kw_only=True)
class Interface:
    """A device's ifName, with what is known about it by design."""

    id: InterfaceId
    device: DeviceId
    name: str
    speed_bps: float | None = None  # where the device tells none, or a wrong one


@dataclass(frozen=True, slots=True, kw_only=True)
class Carrier:
    """One modulated radio signal: centre, width, polarisation (RFC 8561 carrier termination)."""

    frequency_hz: float
    width_hz: float
    polarisation: Polarisation = Polarisation.VERTICAL


@dataclass(frozen=True, slots=True, kw_only=True)
class Satellite:
    """The geostationary satellite a VSAT link goes by, and the dishes that look at it."""

    longitude_deg: float  # east positive
    downlink_hz: float  # what the dishes receive
    dishes_m: tuple[float, float]  # diameters at the a and the b end


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """Two interfaces that face each other. Parallel links are separate links."""

    id: LinkId
    a: InterfaceId
    b: InterfaceId
    medium: Medium
    carrier: Carrier | None = None
    satellite: Satellite | None = None  # what a VSAT link goes by, where it is known
    capacity_bps: float | None = None
    length_m: float | None = None  # None: the great circle between the sites
    srlgs: frozenset[str] = field(default_factory=frozenset)  # RFC 4202 shared risk link groups
    contact: str = ""  # whom to call for maintenance: a duty desk, never a person

    @property
    def ends(self) -> tuple[InterfaceId, InterfaceId]:
        """Both interfaces, a first."""
        return self.a, self.b
