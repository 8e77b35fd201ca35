"""Sun outages: when the sun passes behind a geostationary satellite, as one dish sees it.

The sun's noise then fills the dish and its receiver's noise floor rises (ITU-R S.1525-1). It does
from when the edge of the disc comes into the main beam: the angle between satellite and sun is
below half the 3 dB beam width plus the radius of the disc. The same is the rule of satellite
operators' own calculators. The beam is 70 λ/D wide, as that of common dishes is (ITU-R Handbook on
Satellite Communications).

The satellite is taken to stand still: one kept within ±0.1° moves these times by at most 24 s.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from topology.model import Position
from topology.propagation import LIGHT_METRES_PER_SECOND
from topology.sun import RADIUS_DEG, Vector, declination_and_longitude_deg, position_m

GEOSTATIONARY_RADIUS_M: Final = 42_164_172.0  # ITU-R S.1003: of the orbit, from the middle
_EQUATOR_M: Final = 6_378_137.0  # WGS 84
_ECCENTRICITY_SQUARED: Final = 6.694_379_990_14e-3  # WGS 84
_BEAM_FACTOR_DEG: Final = 70.0
_DAY_SECONDS: Final = 86_400.0
_DEGREES_PER_SECOND: Final = 360.0 / _DAY_SECONDS  # the mean sun
_SEARCHED_SECONDS: Final = 7_200.0  # either side of the peak: the widest beam passes in less
_MOST_A_DAY_DEG: Final = 0.42  # of declination, that the sun moves: 0.397° at an equinox


@dataclass(frozen=True, slots=True, kw_only=True)
class Dish:
    """An antenna that looks at a geostationary satellite."""

    position: Position
    satellite_longitude_deg: float  # east positive
    diameter_m: float
    downlink_hz: float

    @property
    def reach_deg(self) -> float:
        """Return within which angle of the satellite the middle of the sun disturbs."""
        wave_m = LIGHT_METRES_PER_SECOND / self.downlink_hz
        return _BEAM_FACTOR_DEG * wave_m / self.diameter_m / 2 + RADIUS_DEG

    @property
    def sees_satellite(self) -> bool:
        """Return whether the satellite is above the horizon."""
        return _dot(self._up, self._way) > 0.0

    @property
    def _way(self) -> Vector:
        """Return the way to the satellite."""
        longitude = math.radians(self.satellite_longitude_deg)
        x, y, z = _ellipsoidal_m(self.position)
        return (
            GEOSTATIONARY_RADIUS_M * math.cos(longitude) - x,
            GEOSTATIONARY_RADIUS_M * math.sin(longitude) - y,
            -z,
        )

    @property
    def _up(self) -> Vector:
        latitude = math.radians(self.position.latitude_deg)
        longitude = math.radians(self.position.longitude_deg)
        return (
            math.cos(latitude) * math.cos(longitude),
            math.cos(latitude) * math.sin(longitude),
            math.sin(latitude),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SunOutage:
    """One pass of the sun through one beam; Unix seconds."""

    start: float
    peak: float
    end: float
    separation_deg: float  # between satellite and sun at the peak


def separation_deg(dish: Dish, unix_seconds: float) -> float:
    """Return the angle between the satellite and the middle of the sun."""
    way = dish._way  # noqa: SLF001 - of this module
    x, y, z = _ellipsoidal_m(dish.position)
    sun_x, sun_y, sun_z = position_m(unix_seconds)
    sun = (sun_x - x, sun_y - y, sun_z - z)
    across = (
        way[1] * sun[2] - way[2] * sun[1],
        way[2] * sun[0] - way[0] * sun[2],
        way[0] * sun[1] - way[1] * sun[0],
    )
    return math.degrees(math.atan2(math.sqrt(_dot(across, across)), _dot(way, sun)))


def sun_outages(dish: Dish, start: float, end: float) -> Iterator[SunOutage]:
    """Yield every outage that is not over at `start` and begins before `end`, in order."""
    if not dish.sees_satellite:
        return
    x, y, z = dish._way  # noqa: SLF001
    towards_deg = math.degrees(math.atan2(y, x))
    height_deg = math.degrees(math.atan2(z, math.hypot(x, y)))
    near = start - _SEARCHED_SECONDS
    while near < end:
        declination_deg, longitude_deg = declination_and_longitude_deg(near)
        aside_deg = abs(declination_deg - height_deg) - dish.reach_deg - _MOST_A_DAY_DEG
        if aside_deg > 0:
            near += (1 + math.floor(aside_deg / _MOST_A_DAY_DEG)) * _DAY_SECONDS
            continue
        # The sun goes west; it is due when it stands over the longitude the dish looks along.
        ahead_deg = (longitude_deg - towards_deg) % 360.0
        outage = _pass(dish, near + ahead_deg / _DEGREES_PER_SECOND)
        if outage is not None and outage.end > start and outage.start < end:
            yield outage
        near += _DAY_SECONDS


def _pass(dish: Dish, about: float) -> SunOutage | None:
    peak = _nearest(dish, about)
    separation = separation_deg(dish, peak)
    if separation >= dish.reach_deg:
        return None
    return SunOutage(
        start=_crossing(dish, peak - _SEARCHED_SECONDS, peak),
        peak=peak,
        end=_crossing(dish, peak + _SEARCHED_SECONDS, peak),
        separation_deg=separation,
    )


def _nearest(dish: Dish, about: float) -> float:
    """Return when the angle is smallest, to a tenth of a second (ternary search)."""
    low, high = about - 1_800.0, about + 1_800.0
    while high - low > 0.1:
        third = (high - low) / 3
        if separation_deg(dish, low + third) < separation_deg(dish, high - third):
            high -= third
        else:
            low += third
    return (low + high) / 2


def _crossing(dish: Dish, outside: float, inside: float) -> float:
    """Return when the angle becomes what disturbs, to a tenth of a second (bisection)."""
    while abs(outside - inside) > 0.1:
        middle = (outside + inside) / 2
        if separation_deg(dish, middle) < dish.reach_deg:
            inside = middle
        else:
            outside = middle
    return inside


def _ellipsoidal_m(position: Position) -> Vector:
    """Return a point of WGS 84; on a sphere the satellite would be seen 0.03° aside."""
    latitude = math.radians(position.latitude_deg)
    longitude = math.radians(position.longitude_deg)
    normal_m = _EQUATOR_M / math.sqrt(1 - _ECCENTRICITY_SQUARED * math.sin(latitude) ** 2)
    from_axis = (normal_m + position.altitude_m) * math.cos(latitude)
    height = normal_m * (1 - _ECCENTRICITY_SQUARED) + position.altitude_m
    return (
        from_axis * math.cos(longitude),
        from_axis * math.sin(longitude),
        height * math.sin(latitude),
    )


def _dot(a: Vector, b: Vector) -> float:
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
