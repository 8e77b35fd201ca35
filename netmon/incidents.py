"""Incident: one or more verdicts with one cause, and its life.

Everything that changes an incident's phase is in TRANSITIONS. Code that wants a new rule adds a
row; there is no second place.
"""

from dataclasses import dataclass
from enum import StrEnum

from netmon.verdict import Cause, Condition, Evidence, Subject


class Phase(StrEnum):
    """Where an incident is in its life."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    CLEARING = "clearing"
    CLOSED = "closed"


class Severity(StrEnum):
    """How loud an incident is."""

    CRITICAL = "critical"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """One thing that is wrong, with everything it explains.

    `subject` is the root (a link, a site, a device, the network); `members` all subjects
    explained by it, root included; `sites_lost` and `dependents_lost` what is cut off behind it.
    """

    id: str
    subject: Subject
    condition: Condition
    cause: Cause
    runner_up: Cause | None
    odds: float
    severity: Severity
    phase: Phase
    title: str  # "jamming-like interference on 4 links in 2.4 GHz around Narva"
    evidence: tuple[Evidence, ...]
    members: tuple[Subject, ...]
    sites_lost: tuple[str, ...]
    dependents_lost: tuple[str, ...]
    opened_at: float  # wall clock, Unix seconds
    changed_at: float
    closed_at: float | None = None
    acknowledged_by: str = ""  # a role or a desk, never a person
