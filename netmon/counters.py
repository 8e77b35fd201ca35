"""Counters: what two readings of a device's counter prove, and what they do not.

A rate is told only where it is certain. Joined: a 32-bit counter that passed its end. Not joined:
two readings with a reboot between them, a 64-bit counter that fell (a line card was reset, RFC 2863
§3.1.5 ifCounterDiscontinuityTime), and whatever would mean more than the interface can carry.
A 64-bit quantity that a device tells in 32 bits is joined like any 32-bit counter.
A register of performance monitoring that fell has begun its next interval: it counted that far.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from collectors.quantity import QUANTITIES, TABLE, Kind, Scope

Counts = NDArray[np.uint64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

COUNTERS: Final = tuple(
    quantity.name
    for quantity in TABLE
    if quantity.kind.is_counter and quantity.scope is Scope.INTERFACE
)
IS_32_BIT: Final[Flags] = np.array([QUANTITIES[name].kind is Kind.COUNTER32 for name in COUNTERS])
IS_REGISTER: Final[Flags] = np.array([QUANTITIES[name].kind is Kind.REGISTER for name in COUNTERS])

SPEED_MARGIN: Final = 1.1  # buffers empty between two polls, and ifHighSpeed is rounded
_ROUNDING_BPS: Final = 0.5e6  # ifHighSpeed counts whole megabits
_UNKNOWN_SPEED_BPS: Final = QUANTITIES["speed_bps"].high
_SMALLEST_PACKET_BITS: Final = 160.0  # preamble and gap of IEEE 802.3: nothing is shorter
_SECONDS_PER_SECOND: Final = 2.0  # a count of seconds may be read a second early or late
_WRAP_32: Final = np.uint64(0xFFFF_FFFF)
_LAP_32: Final = 2.0**32
_HALF_32: Final = np.uint64(0x8000_0000)


def _bits(name: str) -> float:
    """How many bits of the interface one step of the counter takes; inf: it counts no traffic."""
    if name.endswith("_octets"):
        return 8.0
    if name.endswith("_seconds"):
        return np.inf
    return _SMALLEST_PACKET_BITS


_BITS: Final[Floats] = np.array([_bits(name) for name in COUNTERS])
_FIXED: Final[Floats] = np.where(np.isinf(_BITS), _SECONDS_PER_SECOND, 0.0)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Reading:
    """The same counters, read once each; `at` is monotonic seconds, NaN where there is none."""

    count: Counts
    at: Floats


def ceilings(columns: NDArray[np.int64], speed_bps: Floats) -> Floats:
    """Return the most each counter may grow in a second, by its place in COUNTERS and the speed."""
    known = np.where(speed_bps > 0, speed_bps + _ROUNDING_BPS, _UNKNOWN_SPEED_BPS)
    ceiling: Floats = SPEED_MARGIN * known / _BITS[columns] + _FIXED[columns]
    return ceiling


def may_have_lapped(ceiling: Floats, speed_bps: Floats, elapsed: Floats) -> Flags:
    """Return where so fast an interface can pass all of 32 bits between two readings.

    RFC 2863 §3.1.6 has 64-bit counters for that reason. Of an unknown speed nothing is presumed.
    """
    with np.errstate(invalid="ignore"):
        lapped: Flags = (speed_bps > 0) & (ceiling * elapsed >= _LAP_32)
    return lapped


def grown(
    before: Reading,
    after: Reading,
    *,
    is_32_bit: Flags,
    ceiling: Floats,
    is_register: Flags | None = None,
) -> Floats:
    """Return how far each counter counted between two readings, NaN where nothing is certain."""
    elapsed = after.at - before.at
    fell = after.count < before.count
    steps = after.count - before.count  # modulo 2^64
    steps = np.where(is_32_bit, steps & _WRAP_32, steps)
    if is_register is not None:
        steps = np.where(fell & is_register, after.count, steps)
        fell = fell & ~is_register
    # A 32-bit counter set back to zero looks like one that passed its end after a very long way.
    joined = ~fell | (is_32_bit & (steps < _HALF_32))
    certain = joined & (elapsed > 0)
    growth: Floats = np.where(certain, steps.astype(np.float64), np.nan)
    with np.errstate(invalid="ignore"):
        growth[growth > ceiling * elapsed] = np.nan
    return growth


# sysUpTime counts hundredths of seconds in 32 bits: 497.1 days (RFC 3418).
UPTIME_WRAP_SECONDS: Final = 2.0**32 / 100
_CLOCK_ERROR_RATIO: Final = 0.01  # an agent's clock against ours
_CLOCK_ERROR_SECONDS: Final = 5.0


def has_rebooted(before_seconds: float, after_seconds: float, elapsed_seconds: float) -> bool:
    """Whether the agent started anew between two readings of its sysUpTime.

    It has if sysUpTime fell, except where it passed its end, and also if it is younger than the
    first reading: after a long silence a new sysUpTime may well be higher than the old one.
    """
    tolerance = _CLOCK_ERROR_SECONDS + _CLOCK_ERROR_RATIO * elapsed_seconds
    if after_seconds < before_seconds:
        expected = before_seconds + elapsed_seconds - UPTIME_WRAP_SECONDS
        return abs(expected - after_seconds) > tolerance
    is_moving = after_seconds > before_seconds
    return is_moving and after_seconds < elapsed_seconds - tolerance
