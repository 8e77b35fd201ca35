"""Quarantine: what is suspected and told to nobody yet – it may heal, or be explained already.

A suspicion leaves it when it has lasted and no incident explains it. An incident explains its
members for as long as it lives, and for a while after it let them go: their registers and counters
still speak of it then. Instants are on the clock of whoever asks.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Final

from netmon.continuity import by_member, explains
from netmon.incidents import (
    TRANSITIONS,
    Event,
    Incident,
    IncidentSettings,
    Phase,
    Suspicion,
)
from netmon.verdict import Cause, Condition, Subject

_NEVER: Final = -1e18


class Quarantine:
    """Since when each subject without an incident is suspected, and which members were let go."""

    def __init__(self, settings: IncidentSettings) -> None:
        self.settings = settings
        self._since: dict[Subject, float] = {}
        self._left: dict[str, dict[Subject, float]] = {}  # incident → member → when

    def released(
        self,
        suspicions: Sequence[Suspicion],
        awake: Sequence[Incident],
        gone: Mapping[str, float],
        now: float,
    ) -> list[Suspicion]:
        """Return what becomes an incident now; who is not suspected any more is forgotten.

        `awake` are the incidents that may explain something, `gone` since when nothing is
        suspected of some of them any more.
        """
        former, self._since = self._since, {}
        if not suspicions:
            return []
        about = by_member(awake, lambda one: (*one.members, *self._left.get(one.id, ())))
        lasted = []
        for suspicion in suspicions:
            members = {suspicion.subject, *suspicion.members}
            since = min(former.get(member, now) for member in members)
            held = now - since >= self._seconds(suspicion) and not all(
                any(
                    explains(incident, suspicion)
                    and self._covers(incident, member, since, gone.get(incident.id, now), now)
                    for incident in about.get(member, ())
                )
                for member in members
            )
            phase = TRANSITIONS[Phase.SUSPECTED, Event.HELD if held else Event.SEEN]
            if phase is Phase.OPEN:
                lasted.append(suspicion)
                continue
            for member in members:
                self._since[member] = min(since, self._since.get(member, since))
        return lasted

    def let_go(self, incident: Incident, members: Collection[Subject], now: float) -> None:
        """Note which of its members an incident has no more."""
        gone = set(incident.members) - set(members)
        if gone:
            self._left.setdefault(incident.id, {}).update(dict.fromkeys(gone, now))

    def forget(self, identity: str) -> None:
        """Drop an incident that nobody asks for any more."""
        self._left.pop(identity, None)

    def _seconds(self, suspicion: Suspicion) -> float:
        """Return for how long it must last: what is lost, or has a name, is told at once."""
        waits = suspicion.condition is Condition.DEGRADED and suspicion.cause is Cause.UNKNOWN
        return self.settings.quarantine_seconds if waits else 0.0

    def _covers(
        self, incident: Incident, member: Subject, since: float, gone: float, now: float
    ) -> bool:
        """Say whether a member is the incident's, or was when it came to be suspected."""
        is_own = member == incident.subject or member in incident.members
        last = gone if is_own else self._left.get(incident.id, {}).get(member, _NEVER)
        wake = self.settings.wake_of(incident)
        return now - last <= wake and since - last <= self.settings.reopen_seconds
