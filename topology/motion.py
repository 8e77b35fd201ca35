"""Motion: how fast and whither something moves, from when it arrived where.

What passes as a front arrives at a place after the time t = t0 + s·x, x its place on the map and s
the slowness: a vector along the motion, as long as one over the speed. It is fitted by least
squares, as arrivals of seismic waves and of wind fronts are (plane-wave fit).

Reference: Rost and Thomas, Reviews of Geophysics 40 (2002) 1008, §2, slowness of a plane wave.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from topology.geometry import EARTH_RADIUS_M
from topology.model import Position

FEWEST: Final = 4  # arrivals; three fit any plane


@dataclass(frozen=True, slots=True, kw_only=True)
class Motion:
    """Where something goes; `explained` is the share of the arrivals' variance, 0 … 1."""

    heading_deg: float  # whither: 0 is north, 90 east
    metres_per_second: float
    explained: float

    @property
    def words(self) -> str:
        """The motion as people read it: `east at 40 km/h`."""
        return f"{compass(self.heading_deg)} at {self.metres_per_second * 3.6:.0f} km/h"


def motion(places: Sequence[Position], seconds: Sequence[float]) -> Motion | None:
    """Return the motion that arrivals show; None where they are too few or too much alike.

    Raises ValueError where places and times differ in number.
    """
    if len(places) != len(seconds):
        raise ValueError(f"{len(places)} places need as many times, not {len(seconds)}")
    if len(places) < FEWEST:
        return None
    east_north = on_plane(places)
    times = np.asarray(seconds, dtype=np.float64)
    x, t = east_north - east_north.mean(axis=0), times - times.mean()
    total = float(t @ t)
    if total <= 0 or np.linalg.matrix_rank(x, tol=1.0) < 2:
        return None
    slowness, *_ = np.linalg.lstsq(x, t, rcond=None)
    rest = t - x @ slowness
    size = float(np.hypot(*slowness))
    if size <= 0:
        return None
    # Each of the two components of the slowness takes one degree of freedom of the arrivals.
    free = max(len(t) - 3, 1)
    explained = 1.0 - (float(rest @ rest) / free) / (total / (len(t) - 1))
    return Motion(
        heading_deg=math.degrees(math.atan2(slowness[0], slowness[1])) % 360.0,
        metres_per_second=1.0 / size,
        explained=max(explained, 0.0),
    )


def on_plane(places: Sequence[Position]) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """Return metres (east, north) of places from the first of them: (places, 2).

    Meridians are taken as parallel, good to 1 % over 100 km outside of the polar circles.
    """
    first = places[0]
    narrow = math.cos(math.radians(first.latitude_deg))
    degree_m = math.radians(1.0) * EARTH_RADIUS_M
    return np.array(
        [
            (
                math.remainder(one.longitude_deg - first.longitude_deg, 360.0) * narrow * degree_m,
                (one.latitude_deg - first.latitude_deg) * degree_m,
            )
            for one in places
        ]
    )


_ROSE: Final = (
    "north", "northeast", "east", "southeast", "south", "southwest", "west", "northwest",
)  # fmt: skip


def compass(azimuth_deg: float) -> str:
    """Return the nearest of the eight winds."""
    return _ROSE[round(azimuth_deg / 45.0) % 8]
