"""Assessment: what netmon found, held against what the story had in it.

Incidents may be given in every version the pipeline made of them, or only as they are at the end;
the last version of an incident is what it concluded. `passed` is what the demo's exit code says.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from netmon.incidents import Incident
from netmon.simulation.story import Expected, Story
from netmon.verdict import Condition, Subject, SubjectKind
from topology.model import DeviceId, InterfaceId, LinkId, SiteId
from topology.network import Network

ECHO_SECONDS: Final = 120.0  # after an event its traces may still be found
EARLY_SECONDS: Final = 1.0  # stamps of two clocks


class Mark(StrEnum):
    """How well one event was found, or what was found without one."""

    FOUND = "found"
    LATE = "late"
    INCOMPLETE = "incomplete"
    WRONG_CAUSE = "wrong cause"
    MISSED = "missed"
    EXTRA = "extra"
    HOST = "host"  # no event: the machine that runs the demo was itself late

    @property
    def is_failure(self) -> bool:
        """Whether the story was not understood."""
        return self not in (Mark.FOUND, Mark.HOST)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One event, or one incident too many, and the words about it."""

    mark: Mark
    title: str
    words: str
    incidents: tuple[str, ...] = ()  # their ids
    after_seconds: float | None = None  # from the event's start to the right conclusion


def assess(
    story: Story,
    incidents: Iterable[Incident],
    network: Network,
    *,
    started_at: float,
    host_late: str = "",
) -> tuple[Finding, ...]:
    """Return a finding for every event of the story and for every incident beside it.

    `started_at` is the wall clock at the story's beginning. Only the first round of a story that
    repeats is assessed. `host_late` says how late the simulated network itself ran, where it did:
    that all delays rose together is then the truth, though no story has it.
    """
    lives = _lives(incidents)
    explained: set[str] = set()
    findings: list[Finding] = []
    for expected in story.expected:
        near = [life for life in lives if _concerns(life, expected, network, started_at)]
        explained.update(life[-1].id for life in near)
        findings.append(_judged(expected, near, network, started_at))
    for life in lives:
        incident = life[-1]
        if host_late and _is_own_delay(incident):
            words = f"{host_late}; netmon said that what all devices share is its own site"
            findings.append(
                Finding(
                    mark=Mark.HOST,
                    title="the host was late itself",
                    words=words,
                    incidents=(incident.id,),
                )
            )
        elif incident.id not in explained:
            words = f"{incident.title or incident.subject.id}: {incident.cause.words}"
            findings.append(
                Finding(
                    mark=Mark.EXTRA,
                    title="nothing happened there",
                    words=f"{words}, of which the story knows nothing",
                    incidents=(incident.id,),
                )
            )
    return tuple(findings)


def _is_own_delay(incident: Incident) -> bool:
    """Whether an incident blames netmon's own site for delays, and nobody else."""
    return incident.subject.kind is SubjectKind.NETWORK and incident.condition is Condition.DEGRADED


def passed(findings: Iterable[Finding]) -> bool:
    """Whether everything was found with its cause in time, and nothing else."""
    return not any(finding.mark.is_failure for finding in findings)


Life = tuple[Incident, ...]  # the versions of one incident, oldest first


def _lives(incidents: Iterable[Incident]) -> list[Life]:
    versions: dict[str, list[Incident]] = {}
    for incident in incidents:
        versions.setdefault(incident.id, []).append(incident)
    return [tuple(sorted(life, key=lambda one: one.changed_at)) for life in versions.values()]


def _concerns(life: Life, expected: Expected, network: Network, started_at: float) -> bool:
    """Whether an incident is about the event: its time and its place."""
    opened = life[-1].opened_at - started_at
    if not (
        expected.start_seconds - EARLY_SECONDS <= opened <= expected.end_seconds + ECHO_SECONDS
    ):
        return False
    subjects = {subject for version in life for subject in (version.subject, *version.members)}
    if subjects & {*expected.any_of, *expected.includes}:
        return True
    places = set().union(*(_sites_of(subject, network) for subject in subjects))
    return bool(places & set(expected.around))


def _judged(
    expected: Expected, near: Sequence[Life], network: Network, started_at: float
) -> Finding:
    right = [life for life in near if life[-1].cause is expected.cause and _names(life, expected)]
    forbidden = [life for life in near if _is_forbidden(life[-1], expected, network)]
    if forbidden or (near and not right):
        blamed = forbidden or near
        words = "; ".join(f"{life[-1].title}: {life[-1].cause.words}" for life in blamed)
        return _finding(Mark.WRONG_CAUSE, expected, blamed, f"{words}, not {expected.cause.words}")
    if not right:
        return _finding(Mark.MISSED, expected, (), f"no incident says {expected.cause.words} there")
    after = min(_since(life, expected) for life in right) - started_at - expected.start_seconds
    members = {subject for life in right for one in life for subject in (one.subject, *one.members)}
    absent = [subject.id for subject in expected.includes if subject not in members]
    if absent:
        words = f"{expected.cause.words}, but without {', '.join(absent)}"
        return _finding(Mark.INCOMPLETE, expected, right, words, after)
    if after > expected.latest_seconds:
        words = (
            f"{expected.cause.words} after {after:.1f} s; due after {expected.latest_seconds:g} s"
        )
        return _finding(Mark.LATE, expected, right, words, after)
    return _finding(
        Mark.FOUND, expected, right, f"{expected.cause.words} after {after:.1f} s", after
    )


def _names(life: Life, expected: Expected) -> bool:
    last = life[-1]
    return any(subject in expected.any_of for subject in (last.subject, *last.members))


def _is_forbidden(incident: Incident, expected: Expected, network: Network) -> bool:
    """Whether an incident at the very place says what must not be said.

    Its root counts, not its members: a cut elsewhere may well have members here.
    """
    if incident.cause not in expected.must_not:
        return False
    named = incident.subject in (*expected.any_of, *expected.includes)
    return named or _sites_of(incident.subject, network) <= set(expected.around)


def _since(life: Life, expected: Expected) -> float:
    """Return when the incident first said the right cause; its later changes do not count."""
    if life[0].cause is expected.cause:
        return life[0].opened_at
    return min(one.changed_at for one in life if one.cause is expected.cause)


def _finding(
    mark: Mark,
    expected: Expected,
    lives: Sequence[Life],
    words: str,
    after_seconds: float | None = None,
) -> Finding:
    return Finding(
        mark=mark,
        title=expected.title,
        words=words,
        incidents=tuple(life[-1].id for life in lives),
        after_seconds=after_seconds,
    )


def _sites_of(subject: Subject, network: Network) -> set[SiteId]:
    """Return the sites a subject stands at; none if the network does not know it."""
    try:
        match subject.kind:
            case SubjectKind.SITE:
                return {network.sites[SiteId(subject.id)].id}
            case SubjectKind.DEVICE:
                return {network.site_of(DeviceId(subject.id))}
            case SubjectKind.INTERFACE:
                return {network.site_of(network.device_of(InterfaceId(subject.id)))}
            case SubjectKind.LINK:
                return set(network.sites_of(LinkId(subject.id)))
            case SubjectKind.NETWORK:
                return set()
    except KeyError:
        return set()
