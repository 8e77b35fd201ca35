"""Agenda: what holds at one instant of everything that was planned.

It is made by `netmon.planned.outlook`, which reads calendars; whoever concludes reads the agenda
and needs none.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from netmon.verdict import Subject
from topology.model import LinkId, Position, SiteId


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowNow:
    """A maintenance window that is open. Subjects: what it names, and what stands or ends there."""

    id: str
    name: str
    words: str  # "Mast works, 10:00–12:00 UTC"
    start: float
    end: float
    subjects: frozenset[Subject]


@dataclass(frozen=True, slots=True, kw_only=True)
class EmissionNow:
    """An own emitter that radiates, or may still be felt."""

    id: str
    name: str
    words: str
    start: float
    position: Position
    radius_m: float
    ranges_hz: tuple[tuple[float, float], ...]
    eirp_dbm: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SunNow:
    """The sun passes behind the satellite as one end's dish sees it, or may still be felt."""

    site: SiteId
    words: str  # "predicted sun outage 11:32–11:41 UTC"
    start: float
    separation_deg: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Agenda:
    """What holds now; `off_duty` says in words for how long."""

    windows: tuple[WindowNow, ...] = ()
    emissions: tuple[EmissionNow, ...] = ()
    suns: Mapping[LinkId, tuple[SunNow, ...]] = field(default_factory=dict)
    off_duty: Mapping[SiteId, str] = field(default_factory=dict)
    lead_seconds: float = 0.0  # an emission may be felt so much before its start
    sun_margin_seconds: float = 0.0  # the same of the sun


NOTHING: Agenda = Agenda()
