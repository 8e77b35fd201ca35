"""What can happen to the simulated network: events as data, in seconds of the simulation's clock.

An event has no opinion of what should be concluded from it; that is `story`'s.
"""

from dataclasses import dataclass

from topology.model import Carrier, LinkId, Position, SiteId


@dataclass(frozen=True, slots=True, kw_only=True)
class RainCell:
    """A shower with a Gaussian cross-section that moves in a straight line.

    It rises and falls within `ramp_seconds`; `radius_m` is where half of the centre's rain falls.
    """

    start_seconds: float
    end_seconds: float
    begins_at: Position
    ends_at: Position
    radius_m: float
    peak_mm_per_h: float
    ramp_seconds: float = 4.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Jammer:
    """A transmitter of noise, switched on and off; every receiver hears it by its own antenna.

    `obstruction_db` is what terrain and houses take away on every way from it.
    """

    start_seconds: float
    end_seconds: float
    position: Position
    eirp_dbm: float
    carrier: Carrier
    obstruction_db: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class FibreCut:
    """An excavator: all given links go dark at once."""

    start_seconds: float
    end_seconds: float
    links: tuple[LinkId, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PowerLoss:
    """Mains fail at a site: battery first, then everything there is dark until `end_seconds`."""

    start_seconds: float
    end_seconds: float
    site: SiteId
    battery_seconds: float

    @property
    def dark_seconds(self) -> float:
        """When the battery is empty."""
        return self.start_seconds + self.battery_seconds


Event = RainCell | Jammer | FibreCut | PowerLoss
