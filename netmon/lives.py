"""Lives: all incidents, open and lately closed; the only place where they are born and end.

A suspicion goes on with an incident, is explained by one, or waits in quarantine until it has
lasted (`netmon.continuity` tells which); every step is a row of `netmon.incidents.TRANSITIONS`.
"""

from collections import Counter, deque
from collections.abc import Collection, Iterable, Sequence
from dataclasses import fields, replace
from datetime import UTC, datetime
from operator import attrgetter
from typing import Final

from netmon.continuity import LESS_THAN, continued, takes_over
from netmon.incidents import (
    ALIVE,
    TRANSITIONS,
    Event,
    Incident,
    IncidentSettings,
    Phase,
    Suspicion,
)
from netmon.quarantine import Quarantine
from netmon.verdict import Subject

FLAPS: Final = " (flapping)"  # what the title of an incident says that comes back again and again

_Held = dict[Subject, tuple[str, Suspicion]]  # root → incident, as last seen


class Incidents:
    """Every incident, moved on once a cycle by what is suspected."""

    def __init__(self, settings: IncidentSettings | None = None) -> None:
        self.settings = settings or IncidentSettings()
        self._all: dict[str, Incident] = {}
        self._held: _Held = {}
        # All instants are on `_clock`: wall time without its jumps.
        self._gone: dict[str, float] = {}  # since when nothing is suspected of it any more
        self._closed: dict[str, float] = {}
        self._returns: dict[str, deque[float]] = {}  # when it came back, of late
        self._quarantine = Quarantine(self.settings)
        self._numbers: dict[str, int] = {}  # day → the last number given on it
        self._clock = 0.0
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
            if incident.phase not in ALIVE:
                self._gone[incident.id] = self._closed[incident.id] = self._clock
        self._numbers.clear()

    def apply(self, suspicions: Sequence[Suspicion], now: float) -> tuple[Incident, ...]:
        """Move every incident on by what is suspected now; return those that changed."""
        self._advance(now)
        before = dict(self._all)
        same, others = self._unchanged(suspicions)
        held = {subject: (identity, one) for subject, (identity, one) in same.items()}
        seen = {identity for identity, _ in same.values()}
        if others:
            free = [i for i in self._all.values() if i.id not in seen and self._may_return(i)]
            pairs, others = continued(free, others)
            for incident, suspicion in pairs:
                self._see(incident, suspicion, now)
                held[suspicion.subject] = incident.id, suspicion
                seen.add(incident.id)
        awake = [i for i in self._all.values() if self._is_awake(i)]
        for suspicion in self._quarantine.released(others, awake, self._gone, self._clock):
            identity = self._open_new(suspicion, now)
            held[suspicion.subject] = identity, suspicion
            seen.add(identity)
        self._held = held
        self._rest_or_close(seen, now)
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

    def _unchanged(self, suspicions: Sequence[Suspicion]) -> tuple[_Held, list[Suspicion]]:
        """Part the suspicions that say what they said last time from the others.

        What is about a root that others are about as well is looked at with them.
        """
        about = Counter(suspicion.subject for suspicion in suspicions)
        same: _Held = {}
        others = []
        for suspicion in suspicions:
            identity, before = self._held.get(suspicion.subject, ("", None))
            incident = self._all.get(identity)
            is_alive = incident is not None and incident.phase in ALIVE
            if is_alive and before == suspicion and about[suspicion.subject] == 1:
                same[suspicion.subject] = identity, suspicion
            else:
                others.append(suspicion)
        return same, others

    def _may_return(self, incident: Incident) -> bool:
        if incident.phase is not Phase.CLOSED:
            return True
        rested = self._clock - self._closed.get(incident.id, -1e18)
        return not incident.merged_into and rested <= self.settings.reopen_seconds

    def _is_awake(self, incident: Incident) -> bool:
        gone = self._gone.get(incident.id)
        return gone is None or self._clock - gone <= self.settings.wake_of(incident)

    def _see(self, incident: Incident, suspicion: Suspicion, now: float) -> None:
        back = self._gone.pop(incident.id, None) is not None
        if back:
            self._returns.setdefault(incident.id, deque()).append(self._clock)
        flaps = FLAPS if self._flaps(incident.id) else ""
        less = suspicion.cause in LESS_THAN.get(incident.cause, ())
        less &= suspicion.known is incident.known  # what was planned is told as what it is, at once
        members = _with(incident.subject, suspicion.members) if less else suspicion.members
        self._quarantine.let_go(incident, members, self._clock)
        self._move(
            incident,
            Event.SEEN,
            now,
            subject=incident.subject if less else suspicion.subject,
            condition=suspicion.condition,
            cause=incident.cause if less else suspicion.cause,
            runner_up=incident.runner_up if less else suspicion.runner_up,
            odds=incident.odds if less else suspicion.odds,
            title=(incident.title.removesuffix(FLAPS) if less else suspicion.title) + flaps,
            severity=suspicion.severity,
            evidence=suspicion.evidence,
            members=members,
            sites_lost=suspicion.sites_lost,
            dependents_lost=suspicion.dependents_lost,
            consequence_known=suspicion.consequence_known,
            area=suspicion.area or incident.area,
            known=suspicion.known,
            closed_at=None,
            reopened=incident.reopened + back,
            acknowledged_by=incident.acknowledged_by if incident.phase in ALIVE else "",
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

    def _rest_or_close(self, seen: Collection[str], now: float) -> None:
        resting = [i for i in self.open if i.id not in seen]
        if not resting:
            return
        owner = {m: i for i in self.open if i.id in seen for m in (i.subject, *i.members)}
        for incident in resting:
            heirs = {owner[member].id for member in incident.members if member in owner}
            heir = owner.get(incident.subject) if len(heirs) == 1 else None
            began = self._gone.setdefault(incident.id, self._clock)
            if heir is not None and takes_over(heir, incident):
                self._move(incident, Event.MERGED, now, closed_at=now, merged_into=heir.id)
            elif began < self._clock and self._clock - began >= self._hold_seconds(incident):
                self._move(incident, Event.HELD, now, closed_at=now)
            else:
                self._move(incident, Event.FLAPPED if self._flaps(incident.id) else Event.GONE, now)

    def _flaps(self, identity: str) -> bool:
        """Say whether an incident has come back so often of late that it must not be told again."""
        returns = self._returns.get(identity)
        if returns is None:
            return False
        while returns and self._clock - returns[0] > self.settings.flap_seconds:
            returns.popleft()
        return len(returns) >= self.settings.flap_returns

    def _hold_seconds(self, incident: Incident) -> float:
        settings, returns = self.settings, len(self._returns.get(incident.id, ()))
        longer = settings.clear_seconds * settings.flap_factor ** min(returns, 32)
        return min(longer, max(settings.clear_at_most_seconds, settings.clear_seconds))

    def _move(self, incident: Incident, event: Event, now: float, **changes: object) -> Incident:
        phase = TRANSITIONS[incident.phase, event]
        if phase is Phase.CLOSED:
            self._closed[incident.id] = self._clock
            self._gone.setdefault(incident.id, self._clock)
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
                for memory in (self._gone, self._closed, self._returns):
                    memory.pop(incident.id, None)
                self._quarantine.forget(incident.id)


def _with(subject: Subject, members: tuple[Subject, ...]) -> tuple[Subject, ...]:
    return members if subject in members else (subject, *members)


def _worth_telling(before: Incident | None, after: Incident) -> bool:
    """Say whether more than its moving figures has changed."""
    if before is None:
        return True
    return before is not after and _TOLD(before) != _TOLD(after)


_FIGURES: Final = frozenset({"evidence", "odds", "changed_at"})
_TOLD: Final = attrgetter(*(one.name for one in fields(Incident) if one.name not in _FIGURES))
