"""Past: the little that must be remembered of what can no longer be asked.

The last word about the battery of a site now silent, when a link went down, and whether it was
fading or disturbed just before.
"""

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from annotated_types import Gt

from netmon.detection.fading import Fades
from netmon.detection.frame import Frame
from netmon.detection.interference import Disturbance
from netmon.detection.reachability import Standing
from netmon.detection.readings import Flags, Floats, Integers, Readings


@dataclass(frozen=True, slots=True, kw_only=True)
class PastSettings:
    """How long before a loss still counts as before."""

    before_seconds: Annotated[float, Gt(0)] = 300.0
    together_seconds: Annotated[float, Gt(0)] = 90.0  # links lost within it were lost at once


class Past:
    """One row per device or link; instants are monotonic."""

    def __init__(self, devices: int, links: int, settings: PastSettings) -> None:
        self.settings = settings
        self.on_battery: Floats = np.full(devices, np.nan)
        self.down_since: Floats = np.full(links, np.inf)
        self._faded_at: Floats = np.full(links, -np.inf)
        self._disturbed_at: Floats = np.full(links, -np.inf)

    def remember(
        self,
        readings: Readings,
        frame: Frame,
        standing: Standing,
        fades: Fades,
        disturbance: Disturbance,
    ) -> None:
        """Take in this cycle; what a link suffers while it is down is no "before"."""
        told = readings.devices.gauges.get("on_battery")
        if told is not None:
            self.on_battery = np.where(np.isfinite(told), told, self.on_battery)
        now = readings.monotonic
        out = standing.link_down.copy()
        out[frame.directions.link_row[fades.gone]] = True
        self.down_since = np.where(out, np.minimum(self.down_since, now), np.inf)
        if frame.directions.rows:
            links = frame.directions.link_row
            open_links = ~out[links] & standing.link_up[links]
            self._faded_at[links[(fades.lost & fades.both_ways) & open_links]] = now
            self._disturbed_at[links[disturbance.any & disturbance.level_holds & open_links]] = now

    def faded_before(self, link_row: int, now: float) -> bool:
        """Say whether a link was fading just before it was lost."""
        return self._before(float(self._faded_at[link_row]), link_row, now)

    def disturbed_before(self, link_row: int, now: float) -> bool:
        """Say whether a link was disturbed just before it was lost."""
        return self._before(float(self._disturbed_at[link_row]), link_row, now)

    def before(self, now: float) -> tuple[Flags, Flags]:
        """Return which links were fading, and which disturbed, just before they were lost."""
        lost = np.minimum(self.down_since, now)
        return (
            lost - self._faded_at <= self.settings.before_seconds,
            lost - self._disturbed_at <= self.settings.before_seconds,
        )

    def lost_together(self, rows: Integers) -> bool:
        """Say whether these links went down within one cycle of polls."""
        since = self.down_since[rows]
        return bool(np.isfinite(since).all()) and bool(
            since.max() - since.min() <= self.settings.together_seconds
        )

    def taken(self, devices: Integers, links: Integers) -> "Past":
        """Return one with other rows; −1 where new."""
        made = Past(len(devices), len(links), self.settings)
        kept = np.flatnonzero(devices >= 0)
        made.on_battery[kept] = self.on_battery[devices[kept]]
        kept = np.flatnonzero(links >= 0)
        for ours, theirs in (
            (made.down_since, self.down_since),
            (made._faded_at, self._faded_at),
            (made._disturbed_at, self._disturbed_at),
        ):
            ours[kept] = theirs[links[kept]]
        return made

    def _before(self, at: float, link_row: int, now: float) -> bool:
        lost = min(float(self.down_since[link_row]), now)
        return lost - at <= self.settings.before_seconds


def on_battery(past: Past, rows: Integers) -> Flags:
    """Return which of the devices last said that they ran on battery."""
    flags: Flags = past.on_battery[rows] == 1.0
    return flags
