"""Sphere: points as unit vectors, how far they are from points and arcs, where circles meet.

A circle on the sphere is all x with axis · x = cosine. That of points at one distance from a
place is one, and so is each of the two lines beside a great circle at one distance: of a hop's
surroundings all edges are circles.
"""

import math
from dataclasses import dataclass

import numpy as np

from topology.geometry import EARTH_RADIUS_M
from topology.resilience.solver import Real, Whole


def unit_vectors(latitude_deg: Real, longitude_deg: Real) -> Real:
    """Return points as rows (n, 3): x to 0° E, y to 90° E, z to the pole; NaN where unknown."""
    latitude, longitude = np.radians(latitude_deg), np.radians(longitude_deg)
    across = np.cos(latitude)
    return np.column_stack(
        [across * np.cos(longitude), across * np.sin(longitude), np.sin(latitude)]
    )


def place_of(vector: Real) -> tuple[float, float]:
    """Return latitude and longitude, degrees."""
    x, y, z = vector.tolist()
    return math.degrees(math.atan2(z, math.hypot(x, y))), math.degrees(math.atan2(y, x))


def to_points_m(centres: Real, points: Real) -> Real:
    """Return the distances (centres, points)."""
    # Of chords, not of cosines: those lose half their digits at short range.
    squared = np.zeros((len(centres), len(points)))
    for axis in range(3):
        squared += (centres[:, axis, None] - points[None, :, axis]) ** 2
    apart: Real = 2 * EARTH_RADIUS_M * np.arcsin(np.minimum(np.sqrt(squared) / 2, 1.0))
    return apart


def to_arcs_m(centres: Real, starts: Real, ends: Real) -> Real:
    """Return the distances (centres, arcs) to great-circle arcs shorter than half the earth."""
    poles = poles_of(starts, ends)
    beside = EARTH_RADIUS_M * np.arcsin(np.clip(np.abs(centres @ poles.T), 0.0, 1.0))
    # Above the arc: ahead of its start and behind its end, both as seen along the great circle.
    ahead = centres @ np.cross(poles, starts).T >= 0
    behind = centres @ np.cross(ends, poles).T >= 0
    apart = np.minimum(to_points_m(centres, starts), to_points_m(centres, ends))
    nearest: Real = np.where(ahead & behind, np.minimum(beside, apart), apart)
    return nearest


def poles_of(starts: Real, ends: Real) -> Real:
    """Return the poles of the great circles through pairs of points; 0 where they coincide."""
    # start × (end − start) is start × end without the loss of digits at short hops.
    across = np.cross(starts, ends - starts)
    length = np.linalg.norm(across, axis=1, keepdims=True)
    poles: Real = np.divide(across, length, out=np.zeros_like(across), where=length > 0)
    return poles


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Circles:
    """Circles as rows: axis · x = cosine; the sine squared as well, which 1 − cosine² blurs."""

    axis: Real
    cosine: Real
    sine_squared: Real

    def __getitem__(self, rows: Whole) -> "Circles":
        return Circles(
            axis=self.axis[rows], cosine=self.cosine[rows], sine_squared=self.sine_squared[rows]
        )


def meeting_points(circles: Circles, one: Whole, other: Whole) -> tuple[Real, Whole]:
    """Return where circles meet, up to 2n points, and the number of the pair that meets there.

    With x = α·a + β·s + γ·(a × b), s the part of b across a: α and β follow from the two planes,
    γ from |x| = 1. The narrower circle comes first, so that nothing cancels.
    """
    swapped = circles.cosine[one] < circles.cosine[other]
    first, second = circles[np.where(swapped, other, one)], circles[np.where(swapped, one, other)]
    across = np.cross(first.axis, second.axis - first.axis)
    sine_squared = np.einsum("ij,ij->i", across, across)
    distinct = np.flatnonzero(sine_squared > 1e-24)
    first, second = first[distinct], second[distinct]
    across, sine_squared = across[distinct], sine_squared[distinct]
    between = second.axis - first.axis
    tilt = np.einsum("ij,ij->i", between, between) / 2  # 1 − cosine of the angle between axes
    side = between + tilt[:, None] * first.axis
    along = (second.cosine - first.cosine) + first.cosine * tilt
    left = first.sine_squared - along**2 / sine_squared
    meets = np.flatnonzero(left >= -1e-12 * first.sine_squared)
    foot = (
        first.cosine[meets, None] * first.axis[meets]
        + (along / sine_squared)[meets, None] * (side[meets])
    )
    rise = np.sqrt(np.maximum(left[meets], 0.0) / sine_squared[meets])[:, None] * across[meets]
    found = np.concatenate([foot + rise, foot - rise])
    unit: Real = found / np.linalg.norm(found, axis=1, keepdims=True)
    return unit, np.tile(distinct[meets], 2)
