"""Continuity: which incident a suspicion goes on with, and which incidents explain it away.

Both rules are tables of causes. What continues an incident becomes it; what is explained stays
silent, because somebody has been told of its cause already.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

from netmon.incidents import ALIVE, Incident, Phase, Severity, Suspicion
from netmon.verdict import Cause, Condition, Known, Subject, SubjectKind

# Causes that turn into one another as more is seen; UNKNOWN and equal ones always match.
FAMILIES: Final = (
    frozenset({Cause.INTERFERENCE, Cause.JAMMING_LIKE, Cause.RECEIVER}),
    frozenset({Cause.INTERFERENCE, Cause.JAMMING_LIKE, Cause.SYNC}),
    frozenset({Cause.RAIN, Cause.MULTIPATH, Cause.MISALIGNMENT}),
    frozenset({Cause.TRANSMITTER, Cause.RECEIVER}),
    frozenset({Cause.POWER, Cause.FIBRE_CUT, Cause.UPSTREAM, Cause.CONFIGURATION}),
)
# Once so much was seen, a rest that shows less does not take it back while it lasts.
LESS_THAN: Final = {
    Cause.JAMMING_LIKE: frozenset({Cause.INTERFERENCE, Cause.UNKNOWN}),
    Cause.SYNC: frozenset({Cause.INTERFERENCE, Cause.UNKNOWN}),
    Cause.FIBRE_CUT: frozenset({Cause.UNKNOWN}),
    Cause.POWER: frozenset({Cause.UNKNOWN}),
    Cause.RAIN: frozenset({Cause.UNKNOWN}),
    Cause.INTERFERENCE: frozenset({Cause.UNKNOWN}),
}

# Works may leave a queue behind; a weak transmitter or a crooked antenna is what they broke.
_AFTER_WORKS: Final = frozenset({Cause.CONGESTION, Cause.UNKNOWN})

_OF_THE_LEVEL: Final = frozenset(
    {
        Cause.RAIN,
        Cause.MULTIPATH,
        Cause.MISALIGNMENT,
        Cause.TRANSMITTER,
        Cause.RECEIVER,
        Cause.UNKNOWN,
    }
)
_OF_THE_QUALITY: Final = frozenset({Cause.INTERFERENCE, Cause.RECEIVER, Cause.UNKNOWN})
# An outage leaves errors, drops, refilled queues and new averages behind: everything but the sky.
_AFTER_AN_OUTAGE: Final = frozenset(
    {
        Cause.INTERFERENCE,
        Cause.JAMMING_LIKE,
        Cause.TRANSMITTER,
        Cause.RECEIVER,
        Cause.CONGESTION,
        Cause.CONFIGURATION,
        Cause.UPSTREAM,
        Cause.UNKNOWN,
    }
)
# What an incident explains of its members while it lives and shortly after: cause → causes.
EXPLAINS: Final[Mapping[Cause, frozenset[Cause]]] = {
    Cause.RAIN: _OF_THE_LEVEL,
    Cause.MULTIPATH: _OF_THE_LEVEL - {Cause.RAIN},
    Cause.JAMMING_LIKE: _OF_THE_QUALITY | {Cause.JAMMING_LIKE, Cause.TRANSMITTER},
    Cause.INTERFERENCE: _OF_THE_QUALITY,
    Cause.SYNC: _OF_THE_QUALITY | {Cause.SYNC},
    Cause.CONGESTION: frozenset({Cause.CONGESTION, Cause.UNKNOWN}),
}


def related(one: Cause, other: Cause) -> bool:
    """Say whether two causes may be one thing seen at different times."""
    if one is other or Cause.UNKNOWN in (one, other):
        return True
    return any(one in family and other in family for family in FAMILIES)


def explains(incident: Incident, suspicion: Suspicion) -> bool:
    """Say whether what is suspected of members of an incident is no news beside it.

    Only what still carries is explained: a loss is always told, and so is whatever cuts off a site.
    """
    if suspicion.condition is not Condition.DEGRADED or suspicion.sites_lost:
        return False
    if incident.known is Known.MAINTENANCE:
        return suspicion.cause in _AFTER_WORKS
    if incident.condition in (Condition.DOWN, Condition.MAINTENANCE):
        return suspicion.cause in _AFTER_AN_OUTAGE
    if incident.known is Known.SUN:  # it leaves noise and errors behind on all its dishes at once
        return suspicion.cause in _OF_THE_QUALITY | {Cause.JAMMING_LIKE, Cause.TRANSMITTER}
    loud = suspicion.severity is Severity.CRITICAL and incident.severity is not Severity.CRITICAL
    beyond = suspicion.known is not incident.known  # what was planned
    return not loud and not beyond and suspicion.cause in EXPLAINS.get(incident.cause, ())


def takes_over(heir: Incident, incident: Incident) -> bool:
    """Say whether an incident whose members another one has now is merged into it.

    Else it has ended, and something unrelated has befallen them.
    """
    explained = incident.cause in EXPLAINS.get(heir.cause, ())
    return heir.condition is Condition.DOWN or explained or related(heir.cause, incident.cause)


def continued(
    incidents: Iterable[Incident], suspicions: Sequence[Suspicion]
) -> tuple[list[tuple[Incident, Suspicion]], list[Suspicion]]:
    """Pair each suspicion with the incident it continues; return the pairs, and what is left.

    The living go before the closed, who shares most of its members before who shares less, and of
    those that share well the one opened first: what grows together keeps its oldest name.
    """
    every = {incident.id: incident for incident in incidents}
    about = by_member(every.values(), lambda incident: incident.members)
    scored = []
    for at, suspicion in enumerate(suspicions):
        members = {suspicion.subject, *suspicion.members}
        shared = Counter(one.id for member in members for one in about.get(member, ()))
        for identity, number in shared.items():
            incident = every[identity]
            overlap = number / min(len(members), len({incident.subject, *incident.members}))
            if _continues(incident, suspicion, overlap):
                closed, well = incident.phase is Phase.CLOSED, overlap >= 0.5
                same = incident.subject == suspicion.subject
                age = (incident.opened_at, identity) if well else (0.0, "")
                scored.append((closed, not well, *age, -overlap, not same, identity, at))
    pairs: dict[str, int] = {}
    taken: set[int] = set()
    for *_, identity, at in sorted(scored):
        if identity not in pairs and at not in taken:
            pairs[identity] = at
            taken.add(at)
    matched = [(every[identity], suspicions[at]) for identity, at in pairs.items()]
    return matched, [suspicion for at, suspicion in enumerate(suspicions) if at not in taken]


def by_member(
    incidents: Iterable[Incident], members_of: Callable[[Incident], Iterable[Subject]]
) -> dict[Subject, list[Incident]]:
    """Return which incidents are about each subject, their roots included."""
    about: dict[Subject, list[Incident]] = {}
    for incident in incidents:
        for member in {incident.subject, *members_of(incident)}:
            about.setdefault(member, []).append(incident)
    return about


def _continues(incident: Incident, suspicion: Suspicion, overlap: float) -> bool:
    if _is_a_slow_device(incident) and suspicion.subject.kind is SubjectKind.LINK:
        return False  # that an agent was hard of hearing says nothing of a link's later trouble
    if incident.known is Known.SUN and suspicion.known is None:
        return not explains(incident, suspicion) and related(incident.cause, suspicion.cause)
    if incident.condition is Condition.DOWN and suspicion.condition is Condition.DEGRADED:
        # It carries again. What was down for no known reason is not named by what is left of it.
        is_named = incident.cause is not Cause.UNKNOWN or suspicion.cause is Cause.UNKNOWN
        return is_named and related(incident.cause, suspicion.cause)
    if related(incident.cause, suspicion.cause):
        return True
    # A subject that never was healthy in between: what is believed of it has been refined.
    live = incident.phase in ALIVE
    return live and incident.subject == suspicion.subject and overlap >= 0.5


def _is_a_slow_device(incident: Incident) -> bool:
    degraded = incident.condition is Condition.DEGRADED
    return degraded and incident.subject.kind is SubjectKind.DEVICE
