"""Supply of the sites: mains, battery, dark; and when each device last started.

Columns over devices, at times of the story's clock (`local`); see `world.World.local`.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from netmon.simulation.events import PowerLoss
from netmon.simulation.noise import Floats, streams, uniform
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
    """What the events of a story do to the supply of every device."""

    def __init__(self, network: Network, seed: int, losses: tuple[PowerLoss, ...]) -> None:
        devices = tuple(network.devices)
        stream = streams(seed, "boot", devices)
        self._booted = -DAY_SECONDS * (9.0 + 60.0 * uniform(stream))
        self._losses = [
            (loss, np.array([network.site_of(device) == loss.site for device in devices]))
            for loss in losses
        ]
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
        started = np.broadcast_to(self._booted, (len(times), self._count)).copy()
        for loss, concerned in self._losses:
            returned = np.full(len(times), loss.end_seconds)
            if period_seconds is not None:
                rounds = np.floor((times - loss.end_seconds) / period_seconds)
                returned = loss.end_seconds + period_seconds * np.maximum(rounds, 0.0)
            happened = (returned <= times)[:, None] & concerned[None, :]
            started = np.where(happened, np.maximum(started, returned[:, None]), started)
        return started


def _charge(loss: PowerLoss, local: Floats) -> Floats:
    """Return the charge left: falling on battery, then slowly filled again."""
    used = np.clip((local - loss.start_seconds) / max(loss.battery_seconds, 1e-9), 0.0, 1.0)
    filled = np.clip((local - loss.end_seconds) / RECHARGE_SECONDS, 0.0, 1.0)
    return np.minimum(1.0, 1.0 - (1 - EMPTY_RATIO) * used + (1 - EMPTY_RATIO) * filled)
