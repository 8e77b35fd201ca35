"""Observation: one poll of one device, its outcome and its values; silence is one too.

An observation has no opinion. Its values stand in the order of a `Layout`, which a plan makes once
and shares with every observation of that plan, so that remembering is one indexed assignment.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from topology.model import DeviceId, InterfaceId


class Outcome(StrEnum):
    """How a poll ended. Only TIMEOUT (and silence to ICMP) may ever lead to "down"."""

    OK = "ok"
    PARTIAL = "partial"
    TIMEOUT = "timeout"
    UNDECODABLE = "undecodable"
    MISMATCH = "mismatch"
    ERROR_STATUS = "error_status"
    AUTH_ERROR = "auth_error"
    WALK_ABUSED = "walk_abused"
    REFUSED = "refused"
    TOO_LATE = "too_late"
    NOT_POLLED = "not_polled"

    @property
    def has_values(self) -> bool:
        """Whether values came with it."""
        return self is Outcome.OK or self is Outcome.PARTIAL


class SecurityKind(StrEnum):
    """What a device may show that somebody responsible for security wants to know."""

    ENGINE_CHANGED = "engine_changed"  # another engineID: swapped, reset, or somebody else
    REBOOTED = "rebooted"  # engineBoots rose
    BOOTS_FELL = "boots_fell"  # engineBoots fell: its memory was lost, or it was cloned
    BOOTS_LATCHED = "boots_latched"  # engineBoots is at its end: nothing it says is authentic
    DUPLICATE_ENGINE = "duplicate_engine"  # two devices claim one engineID
    AUTH_ERROR = "auth_error"  # keys, user or level are refused, or its own are wrong
    DOWNGRADE = "downgrade"  # answered at a lower security level than asked


@dataclass(frozen=True, slots=True)
class SecurityEvent:
    """One such thing, as one device showed it."""

    kind: SecurityKind
    detail: str  # our words; nothing in them comes from a device but numbers


@dataclass(frozen=True, slots=True)
class Cell:
    """Where one value belongs: a quantity of a device (interface None) or of an interface."""

    quantity: str  # a key of collectors.quantity.QUANTITIES
    interface: InterfaceId | None = None


@dataclass(frozen=True, slots=True)
class Missing:
    """An interface the inventory names and the device has not."""

    interface: InterfaceId
    name: str  # as the inventory has it
    nearest: tuple[str, ...] = ()  # cleaned names the device has, the likest first


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """The meaning of an observation's values, in order; compared and hashed by identity."""

    device: DeviceId
    cells: tuple[Cell, ...]
    missing: tuple[Missing, ...] = ()
    # Counters that are read in 32 bits, although their quantity has 64: they begin anew after 2^32.
    narrow: frozenset[Cell] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """One SNMP poll of one device.

    `values` follow `layout.cells`: counters as int, gauges as scaled float or int, None where the
    device has no such object, said a sentinel, or was implausible. Empty unless the outcome has
    values.
    """

    device: DeviceId
    at: float  # wall clock, Unix seconds: a stamp, never arithmetic
    monotonic: float  # seconds; rates and ages come from this one
    duration_seconds: float
    outcome: Outcome
    layout: Layout | None = None
    values: Sequence[float | None] = ()
    detail: str = ""  # cleaned words for the log: what was wrong, and where
    events: tuple[SecurityEvent, ...] = ()
    misfit: str = ""  # cleaned words: why the device is not what its profile is for


@dataclass(frozen=True, slots=True, kw_only=True)
class EchoObservation:
    """One burst of ICMP echoes to one device.

    RTTs are kernel time, seconds, ≥ 0, in the order sent, of the echoes that came back in time.
    """

    device: DeviceId
    at: float
    monotonic: float
    outcome: Outcome  # OK (any answer), TIMEOUT (none), REFUSED (unreachable), TOO_LATE, NOT_POLLED
    sent: int = 0
    rtts_seconds: tuple[float, ...] = ()
    duplicates: int = 0
    late: int = 0  # replies to earlier bursts that came too late
    detail: str = ""
    ipdvs_seconds: tuple[float, ...] = field(default=())  # |difference| of consecutive RTTs
