"""What can happen to the simulated network: events as data, in seconds of the simulation's clock.

An event has no opinion of what should be concluded from it; that is `story`'s. Here is what befalls
equipment and supply; the sky is in `skies`, transmitters that disturb are in `emitters`.
"""

from dataclasses import dataclass

from netmon.simulation.emitters import GnssJamming, Interferer, Jammer
from netmon.simulation.skies import (
    Multipath,
    RadomeSnow,
    RainCell,
    RainField,
    Span,
    SunOutage,
    WindSway,
)
from topology.model import DeviceId, InterfaceId, LinkId, SiteId


@dataclass(frozen=True, slots=True, kw_only=True)
class FibreCut(Span):
    """An excavator: all given links go dark at once."""

    links: tuple[LinkId, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class UpstreamLoss(Span):
    """A leased line fails in the provider's network: both ends stay up, packets are lost."""

    links: tuple[LinkId, ...]
    loss_ratio: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PowerLoss(Span):
    """Mains fail at a site: battery first, then everything there is dark until `end_seconds`."""

    site: SiteId
    battery_seconds: float

    @property
    def dark_seconds(self) -> float:
        """When the battery is empty."""
        return self.start_seconds + self.battery_seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Reboot(Span):
    """A device starts anew; it is silent until `end_seconds`, its counters begin at nothing."""

    device: DeviceId


@dataclass(frozen=True, slots=True, kw_only=True)
class CounterReset(Span):
    """A device's counters begin anew at `end_seconds`; it answers all the while."""

    device: DeviceId


@dataclass(frozen=True, slots=True, kw_only=True)
class Maintenance(Span):
    """Planned work: all devices of a site are taken off the network."""

    site: SiteId


@dataclass(frozen=True, slots=True, kw_only=True)
class Load(Span):
    """More is offered to a link in the direction out of `interface`, or in both.

    `extra_ratio` is of the link's capacity. A flood of small packets also costs processors:
    `packet_octets` and `cpu_ratio`, the latter at the devices of both ends.
    """

    link: LinkId
    extra_ratio: float
    out_of: InterfaceId | None = None  # None: both directions
    packet_octets: float | None = None  # None: as usual
    cpu_ratio: float = 0.0
    ramp_seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Misalignment(Span):
    """One antenna of a link is turned: both directions lose the same, at once or over days."""

    link: LinkId
    loss_db: float
    drift_seconds: float = 0.0  # 0: in one step


@dataclass(frozen=True, slots=True, kw_only=True)
class TransmitterFault(Span):
    """The transmitter at `interface` sends less; its own reading may or may not show it.

    A compressed power amplifier distorts: the far end's SNR has a ceiling then.
    """

    interface: InterfaceId
    drop_db: float
    drift_seconds: float = 0.0
    is_told: bool = True
    ceiling_db: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiverFault(Span):
    """The receiver at `interface` hears less, and adds more noise of its own."""

    interface: InterfaceId
    drop_db: float
    noise_figure_db: float = 0.0  # added


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigurationChange(Span):
    """Somebody sets a link anew: power of both ends, centre, width; it is down for a moment."""

    link: LinkId
    tsl_db: float = 0.0
    frequency_hz: float = 0.0  # added to the centre
    width_ratio: float = 1.0
    restart_seconds: float = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class BadFirmware(Span):
    """The level that `interface` says jumps by up to `jump_db` now and then; nothing is wrong.

    13 of 500 real links do so, in one direction.
    """

    interface: InterfaceId
    jump_db: float
    period_seconds: float = 1800.0


Event = (
    RainCell
    | RainField
    | Multipath
    | WindSway
    | RadomeSnow
    | SunOutage
    | Jammer
    | Interferer
    | GnssJamming
    | FibreCut
    | UpstreamLoss
    | PowerLoss
    | Reboot
    | CounterReset
    | Maintenance
    | Load
    | Misalignment
    | TransmitterFault
    | ReceiverFault
    | ConfigurationChange
    | BadFirmware
)
