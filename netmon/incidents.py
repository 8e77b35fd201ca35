"""Incident: one or more verdicts with one cause, and its life.

Everything that changes an incident's phase is in TRANSITIONS. Code that wants a new rule adds a
row; there is no second place. Phases move when a suspicion is there or is gone, when a desk
acknowledges, when the inventory forgets; never by a clock alone but through HELD.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from enum import StrEnum
from operator import attrgetter
from typing import Annotated, Final

from annotated_types import Ge, Gt

from netmon.area import Area
from netmon.verdict import Cause, Condition, Evidence, Known, Subject


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
    HELD = "held"  # gone for as long as it must be
    ACKNOWLEDGED = "acknowledged"
    MERGED = "merged"  # another incident explains it now
    FORGOTTEN = "forgotten"  # its subjects left the inventory


TRANSITIONS: Final[dict[tuple[Phase, Event], Phase]] = {
    (Phase.OPEN, Event.SEEN): Phase.OPEN,
    (Phase.OPEN, Event.GONE): Phase.CLEARING,
    (Phase.OPEN, Event.ACKNOWLEDGED): Phase.ACKNOWLEDGED,
    (Phase.OPEN, Event.MERGED): Phase.CLOSED,
    (Phase.OPEN, Event.FORGOTTEN): Phase.CLOSED,
    (Phase.ACKNOWLEDGED, Event.SEEN): Phase.ACKNOWLEDGED,
    (Phase.ACKNOWLEDGED, Event.GONE): Phase.CLEARING,
    (Phase.ACKNOWLEDGED, Event.ACKNOWLEDGED): Phase.ACKNOWLEDGED,
    (Phase.ACKNOWLEDGED, Event.MERGED): Phase.CLOSED,
    (Phase.ACKNOWLEDGED, Event.FORGOTTEN): Phase.CLOSED,
    (Phase.CLEARING, Event.SEEN): Phase.OPEN,  # reopened; who acknowledged it must look again
    (Phase.CLEARING, Event.GONE): Phase.CLEARING,
    (Phase.CLEARING, Event.HELD): Phase.CLOSED,
    (Phase.CLEARING, Event.ACKNOWLEDGED): Phase.CLEARING,
    (Phase.CLEARING, Event.MERGED): Phase.CLOSED,
    (Phase.CLEARING, Event.FORGOTTEN): Phase.CLOSED,
    (Phase.CLOSED, Event.SEEN): Phase.OPEN,  # reopened: it came back before it was forgotten
}

_ALIVE: Final = (Phase.OPEN, Phase.ACKNOWLEDGED)

# Causes that turn into one another as more is seen; UNKNOWN and equal ones always match.
_FAMILIES: Final = (
    frozenset({Cause.INTERFERENCE, Cause.JAMMING_LIKE, Cause.RECEIVER}),
    frozenset({Cause.INTERFERENCE, Cause.JAMMING_LIKE, Cause.SYNC}),
    frozenset({Cause.RAIN, Cause.MULTIPATH, Cause.MISALIGNMENT}),
    frozenset({Cause.TRANSMITTER, Cause.RECEIVER}),
    frozenset({Cause.POWER, Cause.FIBRE_CUT, Cause.UPSTREAM, Cause.CONFIGURATION}),
)
# Once so much was seen, a rest that shows less does not take it back while it lasts.
_LESS_THAN: Final = {
    Cause.JAMMING_LIKE: frozenset({Cause.INTERFERENCE, Cause.UNKNOWN}),
    Cause.SYNC: frozenset({Cause.INTERFERENCE, Cause.UNKNOWN}),
    Cause.FIBRE_CUT: frozenset({Cause.UNKNOWN}),
    Cause.POWER: frozenset({Cause.UNKNOWN}),
    Cause.RAIN: frozenset({Cause.UNKNOWN}),
    Cause.INTERFERENCE: frozenset({Cause.UNKNOWN}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentSettings:
    """How long health must hold, and how flapping is damped."""

    clear_seconds: Annotated[float, Ge(0)] = 60.0  # healthy for so long: closed
    flap_factor: Annotated[float, Ge(1)] = 2.0  # every reopening makes that so much longer …
    clear_at_most_seconds: Annotated[float, Ge(0)] = 3600.0  # … up to this
    reopen_seconds: Annotated[float, Ge(0)] = 300.0  # closed for less: it is the same incident
    keep_closed: Annotated[int, Ge(0)] = 1000  # of those closed last, for whoever asks
    step_seconds: Annotated[float, Gt(0)] = 30.0  # a wall clock that jumps further has been set


class Incidents:
    """All incidents, open and lately closed; the only place where they are born, change and end."""

    def __init__(self, settings: IncidentSettings | None = None) -> None:
        self.settings = settings or IncidentSettings()
        self._all: dict[str, Incident] = {}
        self._rest: dict[str, float] = {}  # when it last began to clear or closed, on `_clock`
        self._held: dict[Subject, tuple[str, Suspicion]] = {}  # root → incident, as last seen
        self._numbers: dict[str, int] = {}  # day → the last number given on it
        self._clock = 0.0  # wall time without its jumps
        self._last: float | None = None

    @property
    def open(self) -> tuple[Incident, ...]:
        """Return every incident that is not closed, oldest first."""
        return tuple(i for i in self._all.values() if i.phase is not Phase.CLOSED)

    @property
    def closed(self) -> tuple[Incident, ...]:
        """Return those closed lately, oldest first."""
        return tuple(i for i in self._all.values() if i.phase is Phase.CLOSED)

    def restore(self, incidents: Iterable[Incident]) -> None:
        """Take over what an earlier life left; whatever was clearing begins to hold anew."""
        for incident in sorted(incidents, key=lambda one: (one.opened_at, one.id)):
            self._all[incident.id] = incident
            self._rest[incident.id] = self._clock
        self._numbers.clear()

    def apply(self, suspicions: Sequence[Suspicion], now: float) -> tuple[Incident, ...]:
        """Move every incident on by what is suspected now; return those that changed."""
        self._advance(now)
        before = dict(self._all)
        same, others = self._unchanged(suspicions)
        taken = {identity for identity, _ in same.values()}
        pairs, left = self._matched(others, taken) if others else ([], [])
        for incident, suspicion in pairs:
            self._see(incident, suspicion, now)
        self._held = {**same, **{one.subject: (incident.id, one) for incident, one in pairs}}
        for suspicion in left:
            self._held[suspicion.subject] = self._open_new(suspicion, now), suspicion
        seen = {identity for identity, _ in same.values()} | {incident.id for incident, _ in pairs}
        self._rest_or_close(seen, before, now)
        self._prune()
        return tuple(
            incident
            for identity, incident in self._all.items()
            if _worth_telling(before.get(identity), incident)
        )

    def acknowledge(self, identity: str, by: str, now: float) -> Incident | None:
        """Note which desk looks after it; None if there is no such open incident."""
        incident = self._all.get(identity)
        if incident is None or (incident.phase, Event.ACKNOWLEDGED) not in TRANSITIONS:
            return None
        return self._move(incident, Event.ACKNOWLEDGED, now, acknowledged_by=by)

    def forget(self, removed: Collection[Subject], now: float) -> tuple[Incident, ...]:
        """Close what is only about subjects that left the inventory; return what changed."""
        gone = frozenset(removed)
        changed = []
        for incident in self.open:
            members = tuple(member for member in incident.members if member not in gone)
            if incident.subject in gone or not members:
                changed.append(self._move(incident, Event.FORGOTTEN, now, closed_at=now))
            elif members != incident.members:
                self._all[incident.id] = replace(incident, members=members, changed_at=now)
                changed.append(self._all[incident.id])
        return tuple(changed)

    def _advance(self, now: float) -> None:
        passed = 0.0 if self._last is None else now - self._last
        self._clock += min(max(passed, 0.0), self.settings.step_seconds)
        self._last = now

    def _unchanged(
        self, suspicions: Sequence[Suspicion]
    ) -> tuple[dict[Subject, tuple[str, Suspicion]], list[Suspicion]]:
        """Part the suspicions that say what they said last time from the others.

        What is about a root that others are about as well is looked at with them.
        """
        about = Counter(suspicion.subject for suspicion in suspicions)
        same: dict[Subject, tuple[str, Suspicion]] = {}
        others = []
        for suspicion in suspicions:
            identity, before = self._held.get(suspicion.subject, ("", None))
            incident = self._all.get(identity)
            is_alive = incident is not None and incident.phase in _ALIVE
            if is_alive and before == suspicion and about[suspicion.subject] == 1:
                same[suspicion.subject] = identity, suspicion
            else:
                others.append(suspicion)
        return same, others

    def _matched(
        self, suspicions: Sequence[Suspicion], taken_incidents: Collection[str]
    ) -> tuple[list[tuple[Incident, Suspicion]], list[Suspicion]]:
        """Pair each suspicion with the free incident it continues, best overlap first."""
        about: dict[Subject, list[Incident]] = {}
        for incident in self._all.values():
            if incident.id not in taken_incidents and self._may_return(incident):
                for member in {incident.subject, *incident.members}:
                    about.setdefault(member, []).append(incident)
        scored = []
        for at, suspicion in enumerate(suspicions):
            members = {suspicion.subject, *suspicion.members}
            shared = Counter(
                incident.id for member in members for incident in about.get(member, ())
            )
            for identity, count in shared.items():
                incident = self._all[identity]
                overlap = count / min(len(members), len({incident.subject, *incident.members}))
                if _continues(incident, suspicion, overlap):
                    same = incident.subject == suspicion.subject
                    closed = incident.phase is Phase.CLOSED
                    scored.append((closed, -overlap, not same, incident.opened_at, identity, at))
        pairs: dict[str, int] = {}
        taken: set[int] = set()
        for *_, identity, at in sorted(scored):
            if identity not in pairs and at not in taken:
                pairs[identity] = at
                taken.add(at)
        matched = [(self._all[identity], suspicions[at]) for identity, at in pairs.items()]
        left = [suspicion for at, suspicion in enumerate(suspicions) if at not in taken]
        return matched, left

    def _may_return(self, incident: Incident) -> bool:
        if incident.phase is not Phase.CLOSED:
            return True
        rested = self._clock - self._rest.get(incident.id, -1e18)
        return not incident.merged_into and rested <= self.settings.reopen_seconds

    def _see(self, incident: Incident, suspicion: Suspicion, now: float) -> None:
        back = incident.phase in (Phase.CLEARING, Phase.CLOSED)
        less = suspicion.cause in _LESS_THAN.get(incident.cause, ())
        less &= suspicion.known is incident.known  # what was planned is told as what it is, at once
        self._move(
            incident,
            Event.SEEN,
            now,
            subject=incident.subject if less else suspicion.subject,
            condition=suspicion.condition,
            cause=incident.cause if less else suspicion.cause,
            runner_up=incident.runner_up if less else suspicion.runner_up,
            odds=incident.odds if less else suspicion.odds,
            title=incident.title if less else suspicion.title,
            severity=suspicion.severity,
            evidence=suspicion.evidence,
            members=_with(incident.subject, suspicion.members) if less else suspicion.members,
            sites_lost=suspicion.sites_lost,
            dependents_lost=suspicion.dependents_lost,
            consequence_known=suspicion.consequence_known,
            area=suspicion.area or incident.area,
            known=suspicion.known,
            closed_at=None,
            reopened=incident.reopened + back,
            acknowledged_by="" if back else incident.acknowledged_by,
        )

    def _open_new(self, suspicion: Suspicion, now: float) -> str:
        identity = self._next_id(now)
        self._all[identity] = Incident(
            id=identity,
            subject=suspicion.subject,
            condition=suspicion.condition,
            cause=suspicion.cause,
            runner_up=suspicion.runner_up,
            odds=suspicion.odds,
            severity=suspicion.severity,
            phase=Phase.OPEN,
            title=suspicion.title,
            evidence=suspicion.evidence,
            members=suspicion.members,
            sites_lost=suspicion.sites_lost,
            dependents_lost=suspicion.dependents_lost,
            consequence_known=suspicion.consequence_known,
            area=suspicion.area,
            known=suspicion.known,
            opened_at=now,
            changed_at=now,
        )
        return identity

    def _rest_or_close(self, seen: set[str], before: dict[str, Incident], now: float) -> None:
        resting = [
            identity
            for identity in before
            if identity not in seen and self._all[identity].phase is not Phase.CLOSED
        ]
        if not resting:
            return
        owner = {
            member: i
            for i in self.open
            if i.id in seen or i.id not in before
            for member in i.members
        }
        for identity in resting:
            incident = self._all[identity]
            owners = {owner[member].id if member in owner else "" for member in incident.members}
            if len(owners) == 1 and "" not in owners:
                self._move(incident, Event.MERGED, now, closed_at=now, merged_into=owners.pop())
            elif incident.phase is not Phase.CLEARING:
                self._move(incident, Event.GONE, now)
            elif self._clock - self._rest[identity] >= self._hold_seconds(incident):
                self._move(incident, Event.HELD, now, closed_at=now)

    def _hold_seconds(self, incident: Incident) -> float:
        settings = self.settings
        longer = settings.clear_seconds * settings.flap_factor ** min(incident.reopened, 32)
        return min(longer, max(settings.clear_at_most_seconds, settings.clear_seconds))

    def _move(self, incident: Incident, event: Event, now: float, **changes: object) -> Incident:
        phase = TRANSITIONS[incident.phase, event]
        if phase in (Phase.CLEARING, Phase.CLOSED) and phase is not incident.phase:
            self._rest[incident.id] = self._clock
        moved = replace(incident, phase=phase, **changes)  # type: ignore[arg-type]
        if _worth_telling(incident, moved):
            moved = replace(moved, changed_at=now)
        self._all[incident.id] = moved
        return moved

    def _next_id(self, now: float) -> str:
        day = datetime.fromtimestamp(now, tz=UTC).strftime("%Y%m%d")
        if day not in self._numbers:
            same_day = (identity for identity in self._all if identity.startswith(f"{day}-"))
            known = (int(identity.rpartition("-")[2]) for identity in same_day)
            self._numbers[day] = max(known, default=0)
        self._numbers[day] += 1
        return f"{day}-{self._numbers[day]:04d}"

    def _prune(self) -> None:
        closed = [i for i in self._all.values() if i.phase is Phase.CLOSED]
        surplus = len(closed) - self.settings.keep_closed
        if surplus > 0:
            oldest = sorted(closed, key=lambda one: (one.closed_at or 0.0, one.id))[:surplus]
            for incident in oldest:
                del self._all[incident.id]
                self._rest.pop(incident.id, None)


def related(one: Cause, other: Cause) -> bool:
    """Say whether two causes may be one thing seen at different times."""
    if one is other or Cause.UNKNOWN in (one, other):
        return True
    return any(one in family and other in family for family in _FAMILIES)


def _continues(incident: Incident, suspicion: Suspicion, overlap: float) -> bool:
    if related(incident.cause, suspicion.cause):
        return True
    # A subject that never was healthy in between: what is believed of it has been refined.
    live = incident.phase in _ALIVE
    return live and incident.subject == suspicion.subject and overlap >= 0.5


def _with(subject: Subject, members: tuple[Subject, ...]) -> tuple[Subject, ...]:
    return members if subject in members else (subject, *members)


def _worth_telling(before: Incident | None, after: Incident) -> bool:
    """Say whether more than its moving figures has changed."""
    if before is None:
        return True
    return before is not after and _TOLD(before) != _TOLD(after)


_FIGURES: Final = frozenset({"evidence", "odds", "changed_at"})
_TOLD: Final = attrgetter(*(one.name for one in fields(Incident) if one.name not in _FIGURES))
