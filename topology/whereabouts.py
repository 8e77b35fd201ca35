"""Whereabouts: where a transmitter probably is, from what receivers hear of it and what they don't.

Every cell of a polar grid around the receiver with the narrowest beam is asked: had it been there,
would each receiver hear what it hears? Antennas (ITU-R F.699) and free space (P.525) say how much
would arrive; the transmitter's power is free, with a wide prior, and integrated out; terrain,
houses and antennas unlike the typical are a margin in decibels. Receivers that hear nothing speak
against places they look at. The likelihoods are Gaussian in decibels, as shadowing is
(ITU-R P.1546).

Reference: Patwari et al., IEEE Signal Processing Magazine 22 (2005) 54, on positions from levels.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from topology.antennas import Antenna
from topology.geometry import EARTH_RADIUS_M, destination
from topology.model import Position

Floats = NDArray[np.float64]

AROUND: Final = 96  # cells
OUTWARDS: Final = 44
NEAREST_M, FARTHEST_M = 100.0, 45_000.0
LINE_OF_SIGHT_M: Final = 20_000.0  # likely as far as towers see, less and less beyond
_BEYOND_M: Final = 8_000.0
_STEPS_PER_DEGREE: Final = 4
NOISE_DBM_PER_MHZ: Final = -108.0  # thermal, with a noise figure of 6 dB
POWER_DBM_PER_MHZ: Final = 12.0  # EIRP a priori, behind obstacles; from drone radios to vehicles
POWER_SPREAD_DB: Final = 18.0
MARGIN_DB: Final = 6.0  # terrain, antennas unlike the typical; one standard deviation
VAGUE_DB: Final = 8.0  # where only lost quality is known
VAGUE_MORE_DB: Final = 5.0  # which says less than there is: SNR is capped
HEARD_FROM_DB: Final = 0.0  # over the noise; less is not noticed
DEAF: Final = 0.15  # share of receivers that would not tell


@dataclass(frozen=True, slots=True, kw_only=True)
class Hearing:
    """What one receiver hears: so many decibels over its noise, or nothing (None)."""

    position: Position
    azimuth_deg: float
    antenna: Antenna
    over_noise_db: float | None
    is_vague: bool = False


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Whereabouts:
    """Probabilities of cells around a receiver; edges clockwise in degrees, and in metres."""

    middle: Position
    azimuths_deg: Floats  # edges: AROUND, the last cell ends at the first edge
    distances_m: Floats  # edges: OUTWARDS + 1
    probability: Floats  # (AROUND, OUTWARDS), sums to 1

    def holding(self, share: float) -> NDArray[np.bool_]:
        """Return the smallest set of cells that holds a share of the probability."""
        dense = (self.probability / self._sizes_m2()).ravel()
        order = np.argsort(-dense)
        enough = np.searchsorted(np.cumsum(self.probability.ravel()[order]), share) + 1
        inside = np.zeros(dense.shape, dtype=np.bool_)
        inside[order[:enough]] = True
        return inside.reshape(self.probability.shape)

    def mean(self) -> Position:
        """Return the point in the middle of the probability."""
        east, north = self.centres_m()
        x = float((east * self.probability).sum())
        y = float((north * self.probability).sum())
        return destination(self.middle, math.degrees(math.atan2(x, y)), math.hypot(x, y))

    def centres_m(self) -> tuple[Floats, Floats]:
        """Return the middles of all cells, metres east and north of the middle."""
        return _centres(self.azimuths_deg, self.distances_m)

    def corner(self, at: int, out: int) -> Position:
        """Return the corner at an azimuth edge and a distance edge."""
        return destination(self.middle, float(self.azimuths_deg[at]), float(self.distances_m[out]))

    def bearing_deg(self, position: Position, share: float) -> tuple[float, float]:
        """Return the bearing from a place, and how far to both sides holds a share of it."""
        east, north = self._seen_from(position)
        azimuth = np.arctan2(east, north).ravel()
        weight = self.probability.ravel()
        best = math.atan2(float(weight @ np.sin(azimuth)), float(weight @ np.cos(azimuth)))
        off = np.abs(np.angle(np.exp(1j * (azimuth - best))))
        order = np.argsort(off)
        last = min(int(np.searchsorted(np.cumsum(weight[order]), share)), len(order) - 1)
        return math.degrees(best) % 360.0, max(math.degrees(float(off[order[last]])), 1.0)

    def within_m(self, position: Position, share: float) -> float:
        """Return how far around a place holds a share of the probability."""
        away = np.hypot(*self._seen_from(position)).ravel()
        order = np.argsort(away)
        mass = np.cumsum(self.probability.ravel()[order])
        return float(away[order[min(int(np.searchsorted(mass, share)), len(order) - 1)]])

    def _seen_from(self, position: Position) -> tuple[Floats, Floats]:
        x, y = _on_plane(self.middle, position)
        east, north = self.centres_m()
        return east - x, north - y

    def _sizes_m2(self) -> Floats:
        around = np.radians(_widths(self.azimuths_deg))
        outwards = np.diff(self.distances_m**2) / 2
        return np.asarray(around[:, None] * outwards[None, :])


def whereabouts(hearings: Sequence[Hearing]) -> Whereabouts | None:
    """Return where the transmitter probably is; None where nobody hears it."""
    heard = [one for one in hearings if one.over_noise_db is not None]
    if not heard:
        return None
    first = min(heard, key=lambda one: (one.antenna.beamwidth_deg, -(one.over_noise_db or 0.0)))
    azimuths = _edges(first)
    distances = np.geomspace(NEAREST_M, FARTHEST_M, OUTWARDS + 1)
    east, north = _centres(azimuths, distances)
    reach = _reach(distances, azimuths)
    arriving = [_gain_db(one, first, east, north, reach) for one in hearings]
    log = _prior(azimuths, distances) + _likelihood(hearings, arriving)
    weight = np.exp(log - log.max())
    return Whereabouts(
        middle=first.position,
        azimuths_deg=azimuths,
        distances_m=distances,
        probability=weight / weight.sum(),
    )


def _likelihood(hearings: Sequence[Hearing], arriving: Sequence[Floats]) -> Floats:
    """Return the log likelihood of all cells, with the power integrated out.

    `arriving` is what of a transmitter's density would be left at each receiver, over its noise.
    """
    precision = 1.0 / POWER_SPREAD_DB**2
    weighted = np.full(arriving[0].shape, POWER_DBM_PER_MHZ * precision)
    squares = np.full(arriving[0].shape, POWER_DBM_PER_MHZ**2 * precision)
    for one, gain in zip(hearings, arriving, strict=True):
        if one.over_noise_db is None:
            continue
        spread = VAGUE_DB if one.is_vague else MARGIN_DB
        needed = one.over_noise_db + (VAGUE_MORE_DB if one.is_vague else 0.0) - gain
        precision += 1.0 / spread**2
        weighted += needed / spread**2
        squares += needed**2 / spread**2
    power = weighted / precision
    log: Floats = -0.5 * (squares - power * weighted)
    spread = math.sqrt(MARGIN_DB**2 + 1.0 / precision)
    for one, gain in zip(hearings, arriving, strict=True):
        if one.over_noise_db is None:
            would = _normal((power + gain - HEARD_FROM_DB) / spread)
            log += np.log(1.0 - (1.0 - DEAF) * would)
    return log


def _on_plane(middle: Position, place: Position) -> tuple[float, float]:
    """Return metres east and north; meridians are taken as parallel, good to 1 % over 100 km."""
    degree_m = math.radians(1.0) * EARTH_RADIUS_M
    east_deg = math.remainder(place.longitude_deg - middle.longitude_deg, 360.0)
    narrow = math.cos(math.radians(middle.latitude_deg))
    return east_deg * narrow * degree_m, (place.latitude_deg - middle.latitude_deg) * degree_m


def _prior(azimuths: Floats, distances: Floats) -> Floats:
    """Return the log of the mass of each cell: any distance is as likely up to line of sight."""
    middle = np.sqrt(distances[:-1] * distances[1:])
    thinned = np.minimum(1.0, np.exp(-(middle - LINE_OF_SIGHT_M) / _BEYOND_M))
    mass = np.diff(distances) * thinned
    return np.asarray(np.log(_widths(azimuths))[:, None] + np.log(mass)[None, :])


def _gain_db(one: Hearing, first: Hearing, east: Floats, north: Floats, reach: Floats) -> Floats:
    """Return what arrives over the noise, per dBm/MHz sent from each cell.

    A cell counts with the best of it: it is seen as near to the axis as its size allows.
    """
    x, y = _on_plane(first.position, one.position)
    dx, dy = east - x, north - y
    away = np.maximum(np.hypot(dx, dy), NEAREST_M)
    off = np.abs((np.degrees(np.arctan2(dx, dy)) - one.azimuth_deg + 180.0) % 360.0 - 180.0)
    if one is not first:
        off = np.maximum(off - np.degrees(np.arctan2(reach, away)), 0.0)
    table = _gains(one.antenna)
    gain = table[np.minimum((off * _STEPS_PER_DEGREE).astype(np.intp), len(table) - 1)]
    loss = 20 * np.log10(away) + 20 * math.log10(4 * math.pi * one.antenna.frequency_hz / 299792458)
    return np.asarray(gain - loss - NOISE_DBM_PER_MHZ)


@lru_cache(maxsize=64)
def _gains(antenna: Antenna) -> Floats:
    """Return the pattern of an antenna in steps of a quarter of a degree."""
    steps = np.arange(180 * _STEPS_PER_DEGREE + 1) / _STEPS_PER_DEGREE
    return np.array([antenna.gain_dbi(float(off)) for off in steps])


def _edges(one: Hearing) -> Floats:
    """Return azimuth edges, the closer together the closer to the axis of a narrow beam."""
    side = np.linspace(0.0, 1.0, AROUND // 2 + 1)
    bend = max(math.log(180.0 / min(one.antenna.beamwidth_deg, 180.0)), 1e-3) + 1.0
    off = 180.0 * np.expm1(bend * side) / math.expm1(bend)
    return np.asarray(one.azimuth_deg + np.concatenate([-off[:0:-1], off[:-1]]))


def _widths(azimuths: Floats) -> Floats:
    return np.diff(np.append(azimuths, azimuths[0] + 360.0))


def _centres(azimuths: Floats, distances: Floats) -> tuple[Floats, Floats]:
    middle = np.radians(azimuths + _widths(azimuths) / 2)[:, None]
    out = np.sqrt(distances[:-1] * distances[1:])[None, :]
    return np.sin(middle) * out, np.cos(middle) * out


def _reach(distances: Floats, azimuths: Floats) -> Floats:
    """Return half the size of each cell."""
    out = np.sqrt(distances[:-1] * distances[1:])[None, :]
    across = np.radians(_widths(azimuths))[:, None] * out
    return np.asarray(np.maximum(across, np.diff(distances)[None, :]) / 2)


def _normal(x: Floats) -> Floats:
    """Return the normal distribution function (logistic approximation, within 0.01)."""
    return np.asarray(1.0 / (1.0 + np.exp(-1.702 * np.clip(x, -30.0, 30.0))))
