"""Supply of the sites: mains, battery, dark; and when each device last started.

Columns over devices, at times of the story's clock (`local`); see `world.World.local`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from netmon.simulation.events import CounterReset, Event, Maintenance, PowerLoss, Reboot
from netmon.simulation.noise import Floats, streams, uniform
from netmon.simulation.skies import Span
from topology.model import DeviceId, SiteId
from topology.network import Network

Flags = NDArray[np.bool_]

DAY_SECONDS: Final = 86_400.0
FLOAT_VOLTS: Final = 54.2  # 48 V plant on mains
FULL_VOLTS: Final = 51.5  # on battery, full
EMPTY_VOLTS: Final = 43.2  # the low-voltage disconnect
EMPTY_RATIO: Final = 0.05
RECHARGE_SECONDS: Final = 3 * 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Supply:
    """All devices at some times; shapes are (times, devices)."""

    powered: Flags
    on_battery: Flags
    battery_ratio: Floats
    supply_volts: Floats


class Power:
    """What the events of a story do to the supply of every device, and to its running."""

    def __init__(self, network: Network, seed: int, events: Iterable[Event]) -> None:
        devices = tuple(network.devices)
        stream = streams(seed, "boot", devices)
        self._booted = -DAY_SECONDS * (9.0 + 60.0 * uniform(stream))
        self._losses: list[tuple[PowerLoss, Flags]] = []
        self._pauses: list[tuple[Reboot | Maintenance, Flags]] = []
        self._resets: list[tuple[CounterReset, Flags]] = []
        for event in events:
            match event:
                case PowerLoss():
                    self._losses.append((event, _at_site(network, event.site)))
                case Maintenance():
                    self._pauses.append((event, _at_site(network, event.site)))
                case Reboot():
                    self._pauses.append((event, _is(devices, event.device)))
                case CounterReset():
                    self._resets.append((event, _is(devices, event.device)))
                case _:
                    pass
        self._count = len(devices)

    def sample(self, local: Floats) -> Supply:
        """Return all devices at these times."""
        shape = (len(local), self._count)
        powered, on_battery = np.ones(shape, dtype=bool), np.zeros(shape, dtype=bool)
        charge = np.ones(shape)
        for loss, concerned in self._losses:
            failed = (local >= loss.start_seconds) & (local < loss.end_seconds)
            dark = failed & (local >= loss.dark_seconds)
            powered &= ~np.outer(dark, concerned)
            on_battery |= np.outer(failed, concerned)
            left = _charge(loss, local)
            charge[:, concerned] = np.minimum(charge[:, concerned], left[:, None])
        for pause, concerned in self._pauses:
            paused = (local >= pause.start_seconds) & (local < pause.end_seconds)
            powered &= ~np.outer(paused, concerned)
        part = (charge - EMPTY_RATIO) / (1 - EMPTY_RATIO)
        discharging_volts = EMPTY_VOLTS + (FULL_VOLTS - EMPTY_VOLTS) * part
        return Supply(
            powered=powered,
            on_battery=on_battery,
            battery_ratio=charge,
            supply_volts=np.where(on_battery, discharging_volts, FLOAT_VOLTS),
        )

    def booted(self, times: Floats, period_seconds: float | None) -> Floats:
        """Return when each device last started, on the simulation's clock: (times, devices)."""
        return self._latest(times, period_seconds, [*self._losses, *self._pauses])

    def counted(self, times: Floats, period_seconds: float | None) -> Floats:
        """Return since when each device's counters count; a reset alone leaves the uptime."""
        changes = [*self._losses, *self._pauses, *self._resets]
        return self._latest(times, period_seconds, changes)

    def _latest(
        self,
        times: Floats,
        period_seconds: float | None,
        changes: Iterable[tuple[Span, Flags]],
    ) -> Floats:
        started = np.broadcast_to(self._booted, (len(times), self._count)).copy()
        for change, concerned in changes:
            returned = np.full(len(times), change.end_seconds)
            if period_seconds is not None:
                rounds = np.floor((times - change.end_seconds) / period_seconds)
                returned = change.end_seconds + period_seconds * np.maximum(rounds, 0.0)
            happened = (returned <= times)[:, None] & concerned[None, :]
            started = np.where(happened, np.maximum(started, returned[:, None]), started)
        return started


def _at_site(network: Network, site: SiteId) -> Flags:
    return np.array([network.site_of(device) == site for device in network.devices], dtype=bool)


def _is(devices: tuple[DeviceId, ...], device: DeviceId) -> Flags:
    return np.array([each == device for each in devices], dtype=bool)


def _charge(loss: PowerLoss, local: Floats) -> Floats:
    """Return the charge left: falling on battery, then slowly filled again."""
    used = np.clip((local - loss.start_seconds) / max(loss.battery_seconds, 1e-9), 0.0, 1.0)
    filled = np.clip((local - loss.end_seconds) / RECHARGE_SECONDS, 0.0, 1.0)
    return np.minimum(1.0, 1.0 - (1 - EMPTY_RATIO) * used + (1 - EMPTY_RATIO) * filled)
