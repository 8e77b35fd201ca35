"""Incident: one or more verdicts with one cause, and the table of its life.

Everything that changes an incident's phase is in TRANSITIONS. Code that wants a new rule adds a
row; there is no second place. Phases move when a suspicion is there or is gone, when a desk
acknowledges, when the inventory forgets; never by a clock alone but through HELD. Who keeps them
is `netmon.lives`.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Final

from annotated_types import Ge, Gt

from netmon.area import Area
from netmon.verdict import Cause, Condition, Evidence, Known, Subject


class Phase(StrEnum):
    """Where an incident is in its life."""

    SUSPECTED = "suspected"  # in quarantine: nobody is told, no list has it
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

    `subject` is the root (a link, a site, an SRLG's first link, the network); `members` all
    subjects explained by it, root included; `sites_lost` and `dependents_lost` what is cut off
    behind it.
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
    reopened: int = 0  # how often it came back while it was clearing or just closed
    merged_into: str = ""  # the incident that explains it now
    consequence_known: bool = True  # False: too much at once to work out what it cuts off
    area: Area | None = None  # where a jamming-like transmitter probably is
    known: Known | None = None  # what was known beforehand and explains it: nobody is paged


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspicion:
    """An incident proposed by one cycle's correlation; it has no life of its own."""

    subject: Subject
    condition: Condition
    cause: Cause
    runner_up: Cause | None
    odds: float
    severity: Severity
    title: str
    evidence: tuple[Evidence, ...]
    members: tuple[Subject, ...]
    sites_lost: tuple[str, ...] = ()
    dependents_lost: tuple[str, ...] = ()
    consequence_known: bool = True
    area: Area | None = None
    known: Known | None = None


class Event(StrEnum):
    """What can happen to an incident."""

    SEEN = "seen"  # a suspicion is about it
    GONE = "gone"  # none is any more
    FLAPPED = "flapped"  # none is any more, as so often before
    HELD = "held"  # so for as long as it must be: seen while in quarantine, else gone
    ACKNOWLEDGED = "acknowledged"
    MERGED = "merged"  # another incident explains it now
    FORGOTTEN = "forgotten"  # its subjects left the inventory


TRANSITIONS: Final[dict[tuple[Phase, Event], Phase]] = {
    (Phase.SUSPECTED, Event.SEEN): Phase.SUSPECTED,
    (Phase.SUSPECTED, Event.GONE): Phase.CLOSED,  # healed in quarantine: nobody ever heard of it
    (Phase.SUSPECTED, Event.HELD): Phase.OPEN,
    (Phase.SUSPECTED, Event.MERGED): Phase.CLOSED,
    (Phase.SUSPECTED, Event.FORGOTTEN): Phase.CLOSED,
    (Phase.OPEN, Event.SEEN): Phase.OPEN,
    (Phase.OPEN, Event.GONE): Phase.CLEARING,
    (Phase.OPEN, Event.FLAPPED): Phase.OPEN,  # it says that it flaps, once, and stays
    (Phase.OPEN, Event.HELD): Phase.CLOSED,  # it has flapped, and is steady at last
    (Phase.OPEN, Event.ACKNOWLEDGED): Phase.ACKNOWLEDGED,
    (Phase.OPEN, Event.MERGED): Phase.CLOSED,
    (Phase.OPEN, Event.FORGOTTEN): Phase.CLOSED,
    (Phase.ACKNOWLEDGED, Event.SEEN): Phase.ACKNOWLEDGED,
    (Phase.ACKNOWLEDGED, Event.GONE): Phase.CLEARING,
    (Phase.ACKNOWLEDGED, Event.FLAPPED): Phase.ACKNOWLEDGED,
    (Phase.ACKNOWLEDGED, Event.HELD): Phase.CLOSED,
    (Phase.ACKNOWLEDGED, Event.ACKNOWLEDGED): Phase.ACKNOWLEDGED,
    (Phase.ACKNOWLEDGED, Event.MERGED): Phase.CLOSED,
    (Phase.ACKNOWLEDGED, Event.FORGOTTEN): Phase.CLOSED,
    (Phase.CLEARING, Event.SEEN): Phase.OPEN,  # reopened; who acknowledged it must look again
    (Phase.CLEARING, Event.GONE): Phase.CLEARING,
    (Phase.CLEARING, Event.FLAPPED): Phase.CLEARING,
    (Phase.CLEARING, Event.HELD): Phase.CLOSED,
    (Phase.CLEARING, Event.ACKNOWLEDGED): Phase.CLEARING,
    (Phase.CLEARING, Event.MERGED): Phase.CLOSED,
    (Phase.CLEARING, Event.FORGOTTEN): Phase.CLOSED,
    (Phase.CLOSED, Event.SEEN): Phase.OPEN,  # reopened: it came back before it was forgotten
}

ALIVE: Final = (Phase.OPEN, Phase.ACKNOWLEDGED)


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentSettings:
    """How long illness and health must hold, how flapping is damped, and what is explained."""

    quarantine_seconds: Annotated[float, Ge(0)] = 120.0  # degraded for less, unnamed: not told
    clear_seconds: Annotated[float, Ge(0)] = 60.0  # healthy for so long: closed
    flap_factor: Annotated[float, Ge(1)] = 2.0  # every return makes that so much longer …
    clear_at_most_seconds: Annotated[float, Ge(0)] = 3600.0  # … up to this
    flap_returns: Annotated[int, Ge(1)] = 3  # so many returns: it flaps …
    flap_seconds: Annotated[float, Gt(0)] = 3600.0  # … within this
    reopen_seconds: Annotated[float, Ge(0)] = 300.0  # closed for less: it is the same incident
    # A member that was let go explains itself by what it went through for so long: the registers
    # of a radio and the counters of a device cover up to 15 minutes (ITU-T G.826).
    wake_seconds: Annotated[float, Ge(0)] = 1200.0
    # The sums of errored seconds that the sun behind a satellite leaves run out so slowly.
    sun_wake_seconds: Annotated[float, Ge(0)] = 3600.0
    keep_closed: Annotated[int, Ge(0)] = 1000  # of those closed last, for whoever asks
    step_seconds: Annotated[float, Gt(0)] = 30.0  # a wall clock that jumps further has been set

    def wake_of(self, incident: Incident) -> float:
        """Return for how long an incident explains members that it let go."""
        of_the_sun = incident.known is Known.SUN
        return max(self.wake_seconds, self.sun_wake_seconds) if of_the_sun else self.wake_seconds
