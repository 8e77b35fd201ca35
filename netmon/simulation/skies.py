"""What the sky can do to radio links: events as data, in seconds of the simulation's clock."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from topology.model import InterfaceId, LinkId, Position, SiteId


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Something that lasts."""

    start_seconds: float
    end_seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RainCell(Span):
    """A shower with a Gaussian cross-section that moves in a straight line.

    It rises and falls within `ramp_seconds`; `radius_m` is where half of the centre's rain falls.
    Antennas that got wet lose up to `wet_db` at each end and dry with `dry_seconds`.
    """

    begins_at: Position
    ends_at: Position
    radius_m: float
    peak_mm_per_h: float
    ramp_seconds: float = 4.0
    wet_db: float = 0.0
    dry_seconds: float = 1200.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RainField(Span):
    """Rain over an area as arrays, such as a weather radar's pictures, laid over the network.

    `mm_per_h` is (pictures, rows from the south, columns from the west). The middle of the picture
    lies on `middle`; it is turned, mirrored, quickened and strengthened as said.
    """

    mm_per_h: NDArray[np.float64]
    step_seconds: float
    pixel_m: float
    middle: Position
    turned_deg: float = 0.0
    is_mirrored: bool = False
    pace: float = 1.0
    gain: float = 1.0
    wet_db: float = 0.0
    dry_seconds: float = 1200.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Multipath(Span):
    """A night of layered air: fades of some minutes, partly apart in the two directions.

    `depth_db` is the scale of the fades, Rayleigh's tail beyond (a decade for every 10 dB, ITU-R
    P.530); the notch costs quality beyond the level.
    """

    links: tuple[LinkId, ...]
    depth_db: float
    burst_seconds: float = 90.0
    busy_ratio: float = 0.5  # of the time that is spent in bursts
    is_dispersive: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class WindSway(Span):
    """A storm moves a mast: all its narrow beams lose signal, to and fro, within seconds."""

    site: SiteId
    sway_deg: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RadomeSnow(Span):
    """Wet snow sticks to the antenna at one end, builds up, melts away."""

    interface: InterfaceId
    depth_db: float
    ramp_seconds: float = 1800.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SunOutage(Span):
    """The sun stands behind the satellite: bell-shaped noise in the dishes of these links."""

    links: tuple[LinkId, ...]
    peak_db: float
