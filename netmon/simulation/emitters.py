"""Transmitters that disturb: events as data, in seconds of the simulation's clock."""

from dataclasses import dataclass
from enum import StrEnum

from netmon.simulation.skies import Span
from topology.model import Carrier, InterfaceId, Position


class JammerKind(StrEnum):
    """When a jammer sends; spot and barrage are constant ones that differ by their width."""

    CONSTANT = "constant"
    PULSED = "pulsed"
    REACTIVE = "reactive"  # only while the victim's channel is in use
    SWEEP = "sweep"  # a narrow signal runs over the carrier's width, again and again
    PROTOCOL_AWARE = "protocol_aware"  # hits the few symbols on which all others depend


@dataclass(frozen=True, slots=True, kw_only=True)
class Jammer(Span):
    """A transmitter of noise, switched on and off; every receiver hears it by its own antenna.

    `obstruction_db` is what terrain and houses take away on every way from it. With a `track` it
    moves evenly along these points from its start to its end.
    """

    position: Position
    eirp_dbm: float
    carrier: Carrier
    obstruction_db: float = 0.0
    kind: JammerKind = JammerKind.CONSTANT
    duty_ratio: float = 1.0  # pulsed and protocol-aware
    period_seconds: float = 0.01  # of pulses or sweeps
    spot_hz: float = 5e6  # width of a sweeping signal
    track: tuple[Position, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Interferer(Span):
    """Somebody else's transmitter on the channel of one receiver, without any intent.

    With `works_by_day` it is on from 7 to 18 o'clock of the simulation's days.
    """

    interface: InterfaceId
    rise_db: float  # of the noise there
    works_by_day: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class GnssJamming(Span):
    """Satellite navigation is jammed around a place.

    Clocks there lose their fix, run on by their oscillators for `holdover_seconds`, and then base
    stations that share a channel in time disturb each other by `rise_db`.
    """

    position: Position
    radius_m: float
    holdover_seconds: float
    rise_db: float = 8.0
