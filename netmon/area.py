"""Area: where on the map a disturbing transmitter probably is, and how far that can be trusted.

A value only; `netmon.correlation.emitter` estimates it and `netmon.api` draws it. Points are
(longitude, latitude) on WGS 84 in degrees, in the order of RFC 7946; outer rings run
counterclockwise, holes clockwise, and every ring ends where it begins (§3.1.6).
"""

from dataclasses import dataclass
from typing import Final

_TELLING_DEG: Final = 60.0  # a bearing that is vaguer says nothing
_BEARINGS_TOLD: Final = 2

Point = tuple[float, float]
Ring = tuple[Point, ...]
Shape = tuple[Ring, ...]  # a polygon: its outer ring, then its holes


@dataclass(frozen=True, slots=True, kw_only=True)
class Bearing:
    """Where one disturbed receiver must look for it: 0 is north, 90 east."""

    receiver: str  # the interface
    site: str
    azimuth_deg: float
    within_deg: float  # to both sides, with 90 % probability

    @property
    def words(self) -> str:
        """The bearing as people read it: `bearing 112° ± 15° from NARVA`."""
        return f"bearing {self.azimuth_deg:.0f}° ± {self.within_deg:.0f}° from {self.site}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """Areas that hold the transmitter with 50 % and with 90 % probability.

    `likeliest` is the best single point; `within_m` the distance from it that holds the transmitter
    with 90 % probability; `half` and `most` are the areas themselves, as polygons.
    """

    likeliest: Point
    near: str  # the site nearest to the likeliest point
    near_m: float
    within_m: float
    half: tuple[Shape, ...]
    most: tuple[Shape, ...]
    bearings: tuple[Bearing, ...]  # the surest first

    @property
    def words(self) -> str:
        """The estimate as people read it."""
        place = (
            f"probably within {_km(self.within_m)} of a point {_km(self.near_m)} from {self.near}"
        )
        told = [one.words for one in self.bearings if one.within_deg <= _TELLING_DEG]
        return ", ".join([place, *told[:_BEARINGS_TOLD]])


def _km(metres: float) -> str:
    return f"{metres / 1000:.0f} km" if metres >= 10_000 else f"{max(metres, 100) / 1000:.1f} km"
