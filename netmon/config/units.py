"""Units: `23.1 GHz`, `400 Mbit/s`, `10s`, `12.4 km` to base units, as plain numbers are."""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

_NUMBER: Final = re.compile(
    r"[+-]?(?:[0-9]{1,30}(?:\.[0-9]{0,30})?|\.[0-9]{1,30})(?:[eE][+-]?[0-9]{1,3})?"
)
_DURATION: Final = re.compile(r"(?:[0-9]{1,9}(?:d|h|min|ms|m|s))+")
_PART: Final = re.compile(r"([0-9]+)(d|h|min|ms|m|s)")


@dataclass(frozen=True, slots=True)
class Dimension:
    """What is measured: the factor of each unit to the base one, and an example."""

    name: str
    factors: dict[str, float]
    example: str


_SI: Final = {"": 1.0, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12}

DURATION: Final = Dimension(
    "duration",
    {"s": 1, "ms": 1e-3, "us": 1e-6, "min": 60, "m": 60, "h": 3600, "d": 86400},
    "10s",
)
FREQUENCY: Final = Dimension("frequency", {f"{p}Hz": f for p, f in _SI.items()}, "23.1 GHz")
RATE: Final = Dimension(
    "rate",
    {f"{p}{unit}": f for p, f in _SI.items() for unit in ("bit/s", "bps")},
    "400 Mbit/s",
)
LENGTH: Final = Dimension("length", {"m": 1, "km": 1e3}, "12.4 km")
SIZE: Final = Dimension(
    "size",
    {"B": 1, "kB": 1e3, "MB": 1e6, "GB": 1e9, "KiB": 1024, "MiB": 1024**2, "GiB": 1024**3},
    "4 MiB",
)
RATIO: Final = Dimension("ratio", {"%": 0.01}, "5 %")
LEVEL: Final = Dimension("level", {"dBm": 1}, "-45 dBm")
DIFFERENCE: Final = Dimension("difference of levels", {"dB": 1}, "3 dB")
ANGLE: Final = Dimension("angle", {"deg": 1, "°": 1}, "30 deg")

# What the end of a setting's name says of its value.
SUFFIXES: Final[dict[str, Dimension]] = {
    "_seconds": DURATION,
    "_hz": FREQUENCY,
    "_bps": RATE,
    "_m": LENGTH,
    "_octets": SIZE,
    "_bytes": SIZE,
    "_ratio": RATIO,
    "_dbm": LEVEL,
    "_db": DIFFERENCE,
    "_deg": ANGLE,
}


def number(value: object) -> object:
    """Return the number a text says; what is no text stays as it is."""
    if isinstance(value, bool):
        raise ValueError("must be a number, not true or false")
    if not isinstance(value, str):
        return value
    match = _NUMBER.fullmatch(value.strip())
    if match is None:
        raise ValueError("must be a number such as 10 or 2.5")
    return float(match[0])


def reader(dimension: Dimension) -> Callable[[object], object]:
    """Return the function that reads values of this dimension in base units."""

    def read(value: object) -> object:
        if isinstance(value, bool) or not isinstance(value, str):
            return number(value)
        text = value.strip()
        match = _NUMBER.match(text)
        if dimension is DURATION and _DURATION.fullmatch(text):
            return float(
                sum(int(figure) * DURATION.factors[unit] for figure, unit in _PART.findall(text))
            )
        if match is None:
            raise ValueError(f"must be a {dimension.name} such as {dimension.example}")
        unit = text[match.end() :].strip()
        factor = 1.0 if not unit else dimension.factors.get(unit)
        if factor is None:
            raise ValueError(_unknown(unit, dimension))
        return _rounded(float(match[0]), factor)

    return read


def _rounded(figure: float, factor: float) -> float:
    """Multiply as people write: 23.1 GHz is 23100000000 Hz, not 23100000000.000004."""
    result = figure * factor
    if not math.isfinite(result):
        raise ValueError("must be a finite number")
    return float(f"{result:.15g}")


def _unknown(unit: str, dimension: Dimension) -> str:
    near = [known for known in dimension.factors if known.casefold() == unit.casefold()]
    right = f"did you mean {' or '.join(near)}?" if near else "use " + ", ".join(dimension.factors)
    return f"unknown unit {unit[:16]!a}; {right} (such as {dimension.example})"
