"""Whereabouts: where mobile units are, by what their devices or the API say, as far as plausible.

A position that is said is hostile: receivers are jammed and spoofed, and an agent may be anybody.
What cannot be is ignored with its reason, and the unit stays where it was last believed to be. A
lie that is told for long enough becomes plausible, since a unit could have driven there meanwhile;
so it moves a dot on a map and what is near to what, and never says whether a unit is well.
"""

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType
from typing import Annotated, Final

from annotated_types import Gt

from netmon.detection.readings import DeviceReadings
from topology.errors import NetworkError
from topology.geometry import distance_m
from topology.model import DeviceId, Position, Role, SiteId
from topology.network import Network

LATITUDE: Final = "latitude_degrees"
LONGITUDE: Final = "longitude_degrees"
_TWO_DIMENSIONS: Final = 2.0  # gnss_fix of a receiver that knows where it is


class Doubt(StrEnum):
    """Why a position is not believed."""

    NO_MOBILE_UNIT = "no_mobile_unit"
    OUT_OF_RANGE = "out_of_range"
    NULL_ISLAND = "null_island"  # 0°, 0°: what receivers without a fix say
    NO_FIX = "no_fix"
    SPOOFED = "spoofed"  # the receiver itself says so, or that it is jammed
    TOO_FAR = "too_far"  # from where the inventory has it, at the first word
    TOO_FAST = "too_fast"  # from where it was last


@dataclass(frozen=True, slots=True, kw_only=True)
class WhereaboutsSettings:
    """What a mobile unit can do, and how far it must go to be moved on the map."""

    fastest_m_per_s: Annotated[float, Gt(0)] = 100.0  # 360 km/h: a helicopter, with some to spare
    farthest_m: Annotated[float, Gt(0)] = 1_000_000.0  # from its place in the inventory
    moved_m: Annotated[float, Gt(0)] = 200.0  # less is the same place
    slack_m: Annotated[float, Gt(0)] = 500.0  # positions are no better than this


class Whereabouts:
    """Where each mobile unit was last believed to be."""

    def __init__(self, settings: WhereaboutsSettings | None = None) -> None:
        self.settings = settings or WhereaboutsSettings()
        self.ignored: Counter[Doubt] = Counter()
        self.doubts: dict[SiteId, Doubt] = {}  # of those whose last word was not believed
        self._last: dict[SiteId, tuple[Position, float]] = {}  # position, when (monotonic)
        self._shown: Mapping[SiteId, Position] = MappingProxyType({})
        self._placed: tuple[Network, Mapping[SiteId, Position], Network] | None = None

    def look(self, network: Network, devices: DeviceReadings, monotonic: float) -> None:
        """Take in what the devices of mobile units say of where they are."""
        latitudes, longitudes = devices.gauges.get(LATITUDE), devices.gauges.get(LONGITUDE)
        if latitudes is None or longitudes is None:
            return
        for site in _mobile(network):
            for device in network.devices_of(site):
                row = _row(devices, device)
                if row is None or not math.isfinite(latitudes[row]):
                    continue
                doubt = _receiver_doubt(devices, row)
                if doubt is not None:
                    self._doubt(site, doubt)
                else:
                    where = float(latitudes[row]), float(longitudes[row])
                    self.report(network, site, *where, monotonic)
                break  # one device of a unit is its word

    def report(
        self,
        network: Network,
        site: SiteId,
        latitude_deg: float,
        longitude_deg: float,
        monotonic: float,
    ) -> Doubt | None:
        """Take in a position from whoever says it; return why it is not believed, if it is not."""
        one = network.sites.get(site)
        if one is None or one.role is not Role.MOBILE:
            self.ignored[Doubt.NO_MOBILE_UNIT] += 1
            return Doubt.NO_MOBILE_UNIT
        try:
            position = Position(
                latitude_deg=latitude_deg,
                longitude_deg=longitude_deg,
                altitude_m=one.position.altitude_m,
            )
        except NetworkError:
            return self._doubt(site, Doubt.OUT_OF_RANGE)
        doubt = self._implausible(site, position, one.position, monotonic)
        if doubt is not None:
            return self._doubt(site, doubt)
        self.doubts.pop(site, None)
        self._last[site] = position, monotonic
        self._show(site, position)
        return None

    def position(self, network: Network, site: SiteId) -> Position:
        """Return where a site is: as last believed, or as the inventory has it."""
        return self._shown.get(site) or network.sites[site].position

    def placed(self, network: Network) -> Network:
        """Return the network with its mobile units where they are; the same while none moved."""
        if not self._shown:
            return network
        made = self._placed
        if made is None or made[0] is not network or made[1] is not self._shown:
            sites = {
                site: replace(one, position=self._shown[site])
                if one.role is Role.MOBILE and site in self._shown
                else one
                for site, one in network.sites.items()
            }
            moved = replace(network, sites=MappingProxyType(sites))
            self._placed = made = network, self._shown, moved
        return made[2]

    def _implausible(
        self, site: SiteId, position: Position, home: Position, monotonic: float
    ) -> Doubt | None:
        settings = self.settings
        if abs(position.latitude_deg) < 1e-6 and abs(position.longitude_deg) < 1e-6:
            return Doubt.NULL_ISLAND
        last = self._last.get(site)
        if last is None:
            is_near = distance_m(position, home) <= settings.farthest_m
            return None if is_near else Doubt.TOO_FAR
        seconds = max(monotonic - last[1], 0.0)
        reach_m = settings.slack_m + settings.fastest_m_per_s * seconds
        return Doubt.TOO_FAST if distance_m(position, last[0]) > reach_m else None

    def _doubt(self, site: SiteId, doubt: Doubt) -> Doubt:
        self.ignored[doubt] += 1
        self.doubts[site] = doubt
        return doubt

    def _show(self, site: SiteId, position: Position) -> None:
        shown = self._shown.get(site)
        if shown is None or distance_m(shown, position) >= self.settings.moved_m:
            self._shown = MappingProxyType({**self._shown, site: position})


def _mobile(network: Network) -> tuple[SiteId, ...]:
    return tuple(site for site, one in network.sites.items() if one.role is Role.MOBILE)


def _row(devices: DeviceReadings, device: DeviceId) -> int | None:
    try:
        return devices.ids.index(device)
    except ValueError:
        return None


def _receiver_doubt(devices: DeviceReadings, row: int) -> Doubt | None:
    """Return what a receiver itself says against its position."""
    for name in ("gnss_spoofing", "gnss_jamming"):
        told = devices.gauges.get(name)
        if told is not None and told[row] >= 1.0:
            return Doubt.SPOOFED
    fix = devices.gauges.get("gnss_fix")
    return Doubt.NO_FIX if fix is not None and fix[row] < _TWO_DIMENSIONS else None
