"""Dependability: what share of the time something works, and how often it fails.

Terms of IEC 60050-192. Whatever nobody has told is unknown, never perfect: who computes with it
says what he assumes.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from topology.errors import NetworkError
from topology.model import DeviceId, LinkId, SiteId


@dataclass(frozen=True, slots=True)
class Dependability:
    """Of one element: its availability, 0 … 1, and its mean time between failures, where known."""

    availability: float
    mtbf_hours: float | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.availability <= 1:
            raise NetworkError(f"availability {self.availability} is outside 0 … 1")
        if self.mtbf_hours is not None:
            _require_hours("mtbf_hours", self.mtbf_hours)

    @classmethod
    def of_repair(cls, mtbf_hours: float, mttr_hours: float) -> "Dependability":
        """Return that of what fails every `mtbf_hours` and is repaired in `mttr_hours`, on average.

        The mean time between failures is that of working, without the repair (ITU-T E.800 MTBF
        as vendors give it): A = MTBF / (MTBF + MTTR).
        """
        _require_hours("mtbf_hours", mtbf_hours)
        if not (math.isfinite(mttr_hours) and mttr_hours >= 0):
            raise NetworkError(f"mttr_hours is {mttr_hours}; it must be finite, 0 or above")
        return cls(mtbf_hours / (mtbf_hours + mttr_hours), mtbf_hours)

    @classmethod
    def observed(cls, up_seconds: float, watched_seconds: float) -> "Dependability":
        """Return that of what worked for `up_seconds` of the time it was watched."""
        if not (math.isfinite(watched_seconds) and 0 <= up_seconds <= watched_seconds > 0):
            raise NetworkError(f"up for {up_seconds} s of {watched_seconds} s watched cannot be")
        return cls(up_seconds / watched_seconds)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What planners know beyond the inventory; an id that is missing is unknown.

    Of a site it is the power and all else that takes down everything there; of an SRLG it is
    what takes down all its links: both come on top of what the single elements suffer.
    """

    links: Mapping[LinkId, Dependability] = field(default_factory=dict)
    devices: Mapping[DeviceId, Dependability] = field(default_factory=dict)
    sites: Mapping[SiteId, Dependability] = field(default_factory=dict)
    srlgs: Mapping[str, Dependability] = field(default_factory=dict)
    users: Mapping[SiteId, float] = field(default_factory=dict)


def _require_hours(name: str, hours: float) -> None:
    if not (math.isfinite(hours) and hours > 0):
        raise NetworkError(f"{name} is {hours}; it must be a finite number above 0")
