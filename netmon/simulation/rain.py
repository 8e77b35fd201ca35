"""Rain along every path: where it falls, what it takes (ITU-R P.838-3), and what stays wet.

Rain of all showers is summed at points along a path first and made attenuation then, because the
power law is not linear. An antenna gets wet with the rain at its end and dries slowly: measured
links keep 1 to 3 dB for 10 to 60 minutes.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from netmon.simulation.air import Air, Term
from netmon.simulation.noise import Floats
from netmon.simulation.receivers import Receiver, Receivers
from netmon.simulation.skies import RainCell, RainField
from topology.geometry import distance_m
from topology.model import Medium, Position
from topology.propagation import RAIN_LOW_HZ, rain_coefficients

Shower = RainCell | RainField

POINTS: Final = 12  # of a path, at which the rain is taken
SLANT_KM: Final = 4.5  # of a satellite's path below the rain height, at 30 degrees elevation
KM_PER_DEGREE: Final = 111.195
SOAKED_MM_PER_H: Final = 2.0  # an antenna in more rain is hardly wetter
FILM_HZ: Final = 15e9  # from here on a wet antenna costs what was measured
_LAGS: Final = (0.0, 0.25, 0.5, 1.0, 2.0)  # of the time to dry, at which earlier rain is looked at
_MOST_AT_ONCE: Final = 4_000_000


class Rain:
    """All showers of a story over all paths: an effect."""

    def __init__(self, receivers: Receivers, showers: Sequence[Shower]) -> None:
        part = (np.arange(POINTS) + 0.5) / POINTS
        ends = [(one.position, _end(one)) for one in receivers.each]
        self._latitude = np.array(
            [a.latitude_deg + (b.latitude_deg - a.latitude_deg) * part for a, b in ends]
        ).reshape(-1, POINTS)
        self._longitude = np.array(
            [a.longitude_deg + (b.longitude_deg - a.longitude_deg) * part for a, b in ends]
        ).reshape(-1, POINTS)
        self._km = np.array([_km(one) for one in receivers.each])
        pairs = [_coefficients(one) for one in receivers.each]
        self._k = np.array([k for k, _ in pairs])
        self._alpha = np.array([alpha for _, alpha in pairs])
        self._film = np.array([_film(one) for one in receivers.each])
        self._showers = tuple(showers)

    def __call__(self, times: Floats, air: Air) -> None:
        """Add what all showers take."""
        if not len(self._km):
            return
        at_once = max(_MOST_AT_ONCE // self._latitude.size, 1)
        for first in range(0, len(times), at_once):
            rows = np.arange(first, min(first + at_once, len(times)), dtype=np.intp)
            self._fall(times[rows], rows, air)

    def attenuation_db(self, times: Floats) -> Floats:
        """Return what rain in the air takes, without wet antennas: (times, receivers)."""
        rain = self._mm_per_h(times, self._latitude, self._longitude)
        gamma = self._k[:, None] * rain ** self._alpha[:, None]
        return np.asarray(gamma.mean(axis=2) * self._km)

    def _fall(self, times: Floats, rows: NDArray[np.intp], air: Air) -> None:
        near = [s for s in self._showers if _touches(s, times)]
        if not near:
            return
        active = np.zeros(len(times), dtype=bool)
        for shower in near:
            active |= (times >= shower.start_seconds) & (times < _dry_at(shower))
        chosen = np.flatnonzero(active)
        lost_db = self.attenuation_db(times[chosen])
        wet_db = self._wet_db(times[chosen])
        air.add(Term.PATH_DB, rows[chosen], lost_db + wet_db)
        air.add(Term.RAIN_DB, rows[chosen], lost_db)

    def _mm_per_h(self, times: Floats, latitude: Floats, longitude: Floats) -> Floats:
        total = np.zeros((len(times), *latitude.shape))
        for shower in self._showers:
            rows = np.flatnonzero((times >= shower.start_seconds) & (times < shower.end_seconds))
            if rows.size:
                total[rows] += _rain_of(shower, times[rows], latitude, longitude)
        return total

    def _wet_db(self, times: Floats) -> Floats:
        """Return what wet antennas take at both ends; the wettest shower counts."""
        wet = np.zeros((len(times), len(self._km)))
        ends = self._latitude[:, [0, -1]], self._longitude[:, [0, -1]]
        for shower in self._showers:
            if shower.wet_db <= 0:
                continue
            for lag in _LAGS:
                then = times - lag * shower.dry_seconds
                rows = np.flatnonzero((then >= shower.start_seconds) & (then < shower.end_seconds))
                if rows.size:
                    rain = _rain_of(shower, then[rows], *ends)
                    soaked = 1 - np.exp(-rain / SOAKED_MM_PER_H)
                    here = shower.wet_db * soaked.sum(axis=2) * np.exp(-lag)
                    wet[rows] = np.maximum(wet[rows], here)
        return np.asarray(wet * self._film)


def _rain_of(shower: Shower, times: Floats, latitude: Floats, longitude: Floats) -> Floats:
    """Return one shower's rain at (times, receivers, points)."""
    if isinstance(shower, RainCell):
        return _rain_of_cell(shower, times, latitude, longitude)
    return _rain_of_field(shower, times, latitude, longitude)


def _rain_of_cell(cell: RainCell, times: Floats, latitude: Floats, longitude: Floats) -> Floats:
    way = (times - cell.start_seconds) / (cell.end_seconds - cell.start_seconds)
    a, b = cell.begins_at, cell.ends_at
    middle = a.latitude_deg + (b.latitude_deg - a.latitude_deg) * way
    along = a.longitude_deg + (b.longitude_deg - a.longitude_deg) * way
    north_km = (latitude - middle[:, None, None]) * KM_PER_DEGREE
    east_km = (
        (longitude - along[:, None, None])
        * KM_PER_DEGREE
        * np.cos(np.radians(middle))[:, None, None]
    )
    radius_km = cell.radius_m / 1000
    rising = (times - cell.start_seconds) / cell.ramp_seconds
    falling = (cell.end_seconds - times) / cell.ramp_seconds
    strength = np.clip(np.minimum(rising, falling), 0.0, 1.0)[:, None, None]
    shape = 0.5 ** ((north_km**2 + east_km**2) / radius_km**2)
    return np.asarray(cell.peak_mm_per_h * strength * shape)


def _rain_of_field(field: RainField, times: Floats, latitude: Floats, longitude: Floats) -> Floats:
    """Look the points up in the pictures: nearest pixel, linear in time, nothing beyond the edge.

    Pictures that end before the shower does begin anew.
    """
    pictures, height, width = field.mm_per_h.shape
    north = (latitude - field.middle.latitude_deg) * KM_PER_DEGREE * 1000 / field.pixel_m
    narrow = np.cos(np.radians(field.middle.latitude_deg))
    east = (longitude - field.middle.longitude_deg) * KM_PER_DEGREE * 1000 * narrow / field.pixel_m
    turn = np.radians(field.turned_deg)
    across = east * np.cos(turn) + north * np.sin(turn)
    upwards = north * np.cos(turn) - east * np.sin(turn)
    if field.is_mirrored:
        across = -across
    column = np.round(across + (width - 1) / 2).astype(np.intp)
    row = np.round(upwards + (height - 1) / 2).astype(np.intp)
    inside = (column >= 0) & (column < width) & (row >= 0) & (row < height)
    column, row = np.clip(column, 0, width - 1), np.clip(row, 0, height - 1)
    place = (times - field.start_seconds) * field.pace / field.step_seconds
    first = np.floor(place).astype(np.intp)
    part = (place - first)[:, None, None]
    here = field.mm_per_h[(first % pictures)[:, None, None], row, column]
    next_ = field.mm_per_h[((first + 1) % pictures)[:, None, None], row, column]
    return np.asarray(field.gain * inside * ((1 - part) * here + part * next_))


def drying_seconds(shower: Shower) -> float:
    """Return how long after a shower something of it is left on the antennas."""
    return _LAGS[-1] * shower.dry_seconds if shower.wet_db > 0 else 0.0


def _dry_at(shower: Shower) -> float:
    return shower.end_seconds + drying_seconds(shower)


def _touches(shower: Shower, times: Floats) -> bool:
    return bool(times.max() >= shower.start_seconds and times.min() < _dry_at(shower))


def _end(receiver: Receiver) -> Position:
    is_slant = receiver.link.medium is Medium.VSAT
    return receiver.position if is_slant else receiver.far_position


def _km(receiver: Receiver) -> float:
    if receiver.link.medium is Medium.VSAT:
        return SLANT_KM
    return distance_m(receiver.position, receiver.far_position) / 1000


def _film(receiver: Receiver) -> float:
    """Return the share of `wet_db` that a film of water costs at this frequency.

    A film far thinner than the wavelength costs in proportion to the frequency: with the
    permittivity of water (Debye, 10 °C) 0.1 mm take 1.3, 3.4 and 5.9 dB at 5, 10 and 23 GHz. What
    was measured of wet antennas, and is in `wet_db`, is of 15 GHz and more.
    """
    return float(min(1.0, receiver.carrier.frequency_hz / FILM_HZ))


def _coefficients(receiver: Receiver) -> tuple[float, float]:
    if receiver.carrier.frequency_hz < RAIN_LOW_HZ:  # where P.838-3 ends, rain is nothing
        return 0.0, 1.0
    return rain_coefficients(receiver.carrier.frequency_hz, receiver.carrier.polarisation)
