"""Plans: everything the inventory says of what is planned, as values, wherever it was written."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from netmon.planned.schedule import Schedule
from topology.model import DeviceId, LinkId, Position, SiteId
from topology.spectrum import BANDS

_MHZ: Final = 1e6

# The signals that clocks and receivers follow: RNSS (space-to-Earth) of the ITU Radio Regulations.
GNSS_RANGES_HZ: Final = ((1164 * _MHZ, 1300 * _MHZ), (1559 * _MHZ, 1610 * _MHZ))
GNSS: Final = "GNSS"

BAND_RANGES_HZ: Final[Mapping[str, tuple[tuple[float, float], ...]]] = {
    **{band.name: ((band.low_hz, band.high_hz),) for band in BANDS},
    GNSS: GNSS_RANGES_HZ,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Emission:
    """An own emitter: a counter-drone jammer, an exercise; when, where, and in which spectrum."""

    id: str
    name: str
    position: Position
    radius_m: float  # receivers as near as this may suffer
    ranges_hz: tuple[tuple[float, float], ...]
    eirp_dbm: float | None
    schedule: Schedule


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Maintenance: of which sites, devices and links, and when."""

    id: str
    name: str
    sites: tuple[SiteId, ...] = ()
    devices: tuple[DeviceId, ...] = ()
    links: tuple[LinkId, ...] = ()
    schedule: Schedule = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Plans:
    """All of them; `duty` says when a mobile unit must be reachable: always, if it is not there."""

    emissions: tuple[Emission, ...] = ()
    windows: tuple[Window, ...] = ()
    duty: Mapping[SiteId, Schedule] = field(default_factory=dict)
