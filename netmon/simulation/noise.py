"""Randomness that is a function of (seed, stream, time): asked twice, it says the same.

A generator with a state would make a value depend on who asked before. Here time is cut into
ticks and a tick is hashed, so that any instant can be computed alone, in any order, vectorised.

References: the finaliser of SplitMix64 (Steele, Lea, Flood 2014); value noise (Perlin 1985).
"""

import zlib
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Words = NDArray[np.uint64]

_GOLDEN: Final = np.uint64(0x9E3779B97F4A7C15)
_MIX_1: Final = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2: Final = np.uint64(0x94D049BB133111EB)
_TWO_53: Final = float(2**53)


def streams(seed: int, purpose: str, names: tuple[str, ...]) -> Words:
    """Return one stream per name; it depends on the name, not on its place in the list."""
    mixed = [zlib.crc32(f"{purpose}/{name}".encode()) << 32 | seed & 0xFFFFFFFF for name in names]
    return _hashed(np.array(mixed, dtype=np.uint64))


def uniform(stream: Words, ticks: NDArray[np.int64] | int = 0) -> Floats:
    """Return numbers in [0, 1), one per stream and tick; shapes broadcast."""
    words = _hashed(stream + np.atleast_1d(ticks).astype(np.uint64) * _GOLDEN)
    return (words >> np.uint64(11)).astype(np.float64) / _TWO_53


def normal(stream: Words, ticks: NDArray[np.int64]) -> Floats:
    """Return standard normal numbers, one per stream and tick (Box and Muller 1958)."""
    radius = np.sqrt(-2 * np.log1p(-uniform(stream, ticks)))
    return np.asarray(radius * np.cos(2 * np.pi * uniform(stream ^ _GOLDEN, ticks)))


def white(stream: Words, times: Floats, period_seconds: float) -> Floats:
    """Return noise that is constant within a period: (times, streams)."""
    ticks = np.floor(times / period_seconds).astype(np.int64)[:, None]
    return normal(stream[None, :], ticks)


def drift(stream: Words, times: Floats, period_seconds: float) -> Floats:
    """Return smooth noise of about unit deviation that wanders over a period: (times, streams)."""
    position = times / period_seconds
    ticks = np.floor(position).astype(np.int64)
    part = (position - ticks)[:, None]
    part = part * part * (3 - 2 * part)
    row = stream[None, :]
    return normal(row, ticks[:, None]) * (1 - part) + normal(row, ticks[:, None] + 1) * part


def _hashed(words: Words) -> Words:
    """Mix; products run over 2^64 as meant (numpy wraps arrays silently)."""
    words = (words ^ (words >> np.uint64(30))) * _MIX_1
    words = (words ^ (words >> np.uint64(27))) * _MIX_2
    return words ^ (words >> np.uint64(31))
