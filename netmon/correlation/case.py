"""Case: the verdicts of one cycle that are not well, and which suspicion has claimed them.

Rules (`netmon.correlation.rules`) take it in turn; what one has claimed, the next leaves alone.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeVar

from netmon.area import Area
from netmon.correlation.memory import Memory
from netmon.detection.judge import Judgement
from netmon.incidents import Severity, Suspicion
from netmon.verdict import Cause, Condition, Evidence, Known, Subject, SubjectKind, Verdict
from topology.model import DeviceId, LinkId, SiteId
from topology.network import Network

IdT = TypeVar("IdT", bound=str)

_TOLD: Final = 12  # so much evidence an incident carries; the rest is in the verdicts
_WRONG: Final = frozenset({Condition.DOWN, Condition.DEGRADED})
_OUT: Final = (Condition.DOWN, Condition.MAINTENANCE)  # carries nothing


@dataclass(slots=True, kw_only=True, eq=False)
class Draft:
    """A suspicion whose members are still being gathered."""

    verdict: Verdict  # of its root
    severity: Severity
    title: str
    evidence: tuple[Evidence, ...]
    members: list[Subject]
    area: Area | None = None
    known: Known | None = None  # what explains it beforehand: never louder than a remark

    def finished(
        self,
        lost: tuple[SiteId, ...],
        dependents_lost: tuple[str, ...],
        *,
        severity: Severity,
        consequence_known: bool = True,
    ) -> Suspicion:
        """Return the suspicion with what it cuts off."""
        verdict = self.verdict
        return Suspicion(
            subject=verdict.subject,
            condition=verdict.condition,
            cause=verdict.cause or Cause.UNKNOWN,
            runner_up=verdict.runner_up,
            odds=verdict.odds,
            severity=severity,
            title=self.title,
            evidence=self.evidence,
            members=tuple(self.members),
            sites_lost=lost,
            dependents_lost=dependents_lost,
            consequence_known=consequence_known,
            area=self.area,
            known=self.known,
        )


@dataclass(slots=True, kw_only=True)
class Case:
    """The verdicts of one cycle, what is claimed of them, and what is suspected so far."""

    judgement: Judgement
    network: Network
    memory: Memory = field(default_factory=Memory)
    links: dict[LinkId, Verdict] = field(init=False)
    devices: dict[DeviceId, Verdict] = field(init=False)
    sites: dict[SiteId, Verdict] = field(init=False)
    drafts: list[Draft] = field(default_factory=list)
    claimed: dict[Subject, Draft] = field(default_factory=dict)

    def __post_init__(self) -> None:
        known = self.network
        self.links = _not_well(self.judgement.links, known.links)
        self.devices = _not_well(self.judgement.devices, known.devices)
        self.sites = _not_well(self.judgement.sites, known.sites)
        self.memory.look(self.links, self.judgement.ill_since, self.judgement.monotonic)

    def free(self, verdict: Verdict) -> bool:
        """Say whether nobody has claimed it."""
        return verdict.subject not in self.claimed

    def wrong_links(self, *causes: Cause) -> list[LinkId]:
        """Return the free links that are down or degraded, by one of the causes if given."""
        return [
            link
            for link, verdict in self.links.items()
            if verdict.condition in _WRONG
            and self.free(verdict)
            and (not causes or verdict.cause in causes)
        ]

    def is_wrong(self, link: LinkId) -> bool:
        """Say whether a link is down or degraded, and nobody has claimed it."""
        verdict = self.links.get(link)
        return verdict is not None and verdict.condition in _WRONG and self.free(verdict)

    def ill_since(self, link: LinkId) -> float:
        """Return since when (monotonic) a link is not well, whatever it went through since."""
        return self.judgement.ill_since.get(link, self.judgement.monotonic)

    def waited_seconds(self, site: SiteId) -> float:
        """Return for how long a site that is not well has had the condition it has."""
        now = self.judgement.monotonic
        return now - self.judgement.same_since.get(site, now)

    def suspect(
        self,
        verdict: Verdict,
        title: str,
        members: Sequence[Subject] = (),
        *,
        severity: Severity | None = None,
        evidence: tuple[Evidence, ...] | None = None,
        area: Area | None = None,
        known: Known | None = None,
    ) -> Draft:
        """Add a suspicion and claim its members."""
        own = list(dict.fromkeys((verdict.subject, *members)))
        draft = Draft(
            verdict=verdict,
            severity=severity or _severity(verdict),
            title=title,
            evidence=self._evidence(own) if evidence is None else evidence,
            members=own,
            area=area,
            known=known,
        )
        self.drafts.append(draft)
        for member in own:
            self.claimed.setdefault(member, draft)
        return draft

    def join(self, draft: Draft, members: Iterable[Subject]) -> None:
        """Let an existing suspicion explain more."""
        for member in members:
            if member not in self.claimed:
                draft.members.append(member)
                self.claimed[member] = draft

    def _evidence(self, members: Sequence[Subject]) -> tuple[Evidence, ...]:
        found: dict[Evidence, None] = {}
        for member in members:
            verdict = self.verdict_of(member)
            if verdict is not None:
                found.update(dict.fromkeys(verdict.evidence))
            if len(found) >= _TOLD:
                break
        return tuple(found)[:_TOLD]

    def verdict_of(self, subject: Subject) -> Verdict | None:
        """Return the verdict on a subject that is not well."""
        if subject.kind is SubjectKind.LINK:
            return self.links.get(LinkId(subject.id))
        if subject.kind is SubjectKind.DEVICE:
            return self.devices.get(DeviceId(subject.id))
        return self.sites.get(SiteId(subject.id))

    def carries_nothing(self, subject: Subject) -> bool:
        """Say whether a subject is out: down, or switched off; not for being worked on alone."""
        verdict = self.judgement.beneath.get(subject) or self.verdict_of(subject)
        return verdict is not None and verdict.condition in _OUT

    def name(self, site: SiteId) -> str:
        """Return what people call a site."""
        return self.network.sites[site].name or site


def _severity(verdict: Verdict) -> Severity:
    """Return how loud a verdict is by itself; what it cuts off may make it critical later."""
    if verdict.condition is Condition.MAINTENANCE:
        return Severity.INFO
    if verdict.condition is Condition.DOWN:
        return Severity.WARNING
    quiet = verdict.cause in (Cause.RAIN, Cause.MULTIPATH)
    device = verdict.subject.kind is SubjectKind.DEVICE
    return Severity.INFO if quiet or device else Severity.WARNING


def _not_well(verdicts: Mapping[IdT, Verdict], known: Mapping[IdT, object]) -> dict[IdT, Verdict]:
    return {
        identity: verdict
        for identity, verdict in verdicts.items()
        if verdict.condition is not Condition.HEALTHY
        and verdict.condition is not Condition.UNKNOWN
        and identity in known
    }


def led_by(case: Case, said: Evidence, members: list[Subject]) -> tuple[Evidence, ...]:
    """Return the evidence of the members behind what correlation itself has to say."""
    verdicts = (case.verdict_of(member) for member in members)
    more = (piece for verdict in verdicts if verdict is not None for piece in verdict.evidence)
    return tuple(dict.fromkeys((said, *more)))[:_TOLD]
