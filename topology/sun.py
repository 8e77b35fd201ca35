"""Where the sun stands as seen from the Earth: the point below it, at an instant.

Low precision formulas of Meeus, *Astronomical Algorithms* (2nd edition), chapters 12, 22 and 25, as
NOAA's solar calculator uses them: the apparent place is right to 0.01°, which the sky turns in
2.4 s. UT1 − UTC (below 0.9 s) is left out; the difference to terrestrial time is that of our days.
"""

import math
from typing import Final

ASTRONOMICAL_UNIT_M: Final = 149_597_870_700.0  # IAU 2012 resolution B2
RADIUS_DEG: Final = 0.2666  # of the disc at 1 au: 15′ 59.63″ (Meeus, chapter 55)

_J2000_UNIX_SECONDS: Final = 946_728_000.0  # 2000-01-01T12:00:00Z
_DAYS_PER_CENTURY: Final = 36_525.0
_DELTA_T_SECONDS: Final = 69.2  # terrestrial time minus UTC since 2017 (IERS)

Vector = tuple[float, float, float]


def declination_and_longitude_deg(unix_seconds: float) -> tuple[float, float]:
    """Return the latitude and the longitude (−180 … 180, east positive) of the point below it."""
    days = (unix_seconds - _J2000_UNIX_SECONDS) / 86_400.0
    right_ascension_deg, declination_deg = _apparent(days + _DELTA_T_SECONDS / 86_400.0)
    turn = _sidereal_deg(days) - right_ascension_deg
    return declination_deg, math.remainder(-turn, 360.0)


def position_m(unix_seconds: float) -> Vector:
    """Return the sun as seen from the middle of the earth: x to 0° E, y to 90° E, z to the pole."""
    declination_deg, longitude_deg = declination_and_longitude_deg(unix_seconds)
    declination, longitude = math.radians(declination_deg), math.radians(longitude_deg)
    from_axis = ASTRONOMICAL_UNIT_M * math.cos(declination)
    return (
        from_axis * math.cos(longitude),
        from_axis * math.sin(longitude),
        ASTRONOMICAL_UNIT_M * math.sin(declination),
    )


def _apparent(days: float) -> tuple[float, float]:
    """Return right ascension and declination, of date; `days` are terrestrial, since J2000.0."""
    century = days / _DAYS_PER_CENTURY
    mean_longitude = 280.46646 + century * (36_000.76983 + century * 0.0003032)
    anomaly = math.radians(357.52911 + century * (35_999.05029 - century * 0.0001537))
    centre = (
        (1.914602 - century * (0.004817 + century * 0.000014)) * math.sin(anomaly)
        + (0.019993 - century * 0.000101) * math.sin(2 * anomaly)
        + 0.000289 * math.sin(3 * anomaly)
    )
    node = math.radians(125.04 - 1934.136 * century)
    # Aberration and nutation, as both are small, in one.
    longitude = math.radians(mean_longitude + centre - 0.00569 - 0.00478 * math.sin(node))
    obliquity = math.radians(
        23.4392911
        - century * (0.0130042 + century * (1.64e-7 - century * 5.04e-7))
        + 0.00256 * math.cos(node)
    )
    right_ascension = math.atan2(math.cos(obliquity) * math.sin(longitude), math.cos(longitude))
    declination = math.asin(math.sin(obliquity) * math.sin(longitude))
    return math.degrees(right_ascension), math.degrees(declination)


def _sidereal_deg(days: float) -> float:
    """Return the apparent sidereal time at Greenwich as an angle; `days` of UT since J2000.0."""
    century = days / _DAYS_PER_CENTURY
    node = math.radians(125.04 - 1934.136 * century)
    equation = -0.00478 * math.sin(node) * math.cos(math.radians(23.4393))
    return 280.46061837 + 360.98564736629 * days + century**2 * 0.000387933 + equation
