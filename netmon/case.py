"""Case: the verdicts of one cycle that are not well, and which suspicion has claimed them.

Rules (`netmon.correlation`) take it in turn; what one has claimed, the next leaves alone.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final, TypeVar

from netmon.detection.judge import Judgement
from netmon.incidents import Severity, Suspicion
from netmon.verdict import Cause, Condition, Evidence, Subject, SubjectKind, Verdict
from topology.model import DeviceId, LinkId, SiteId
from topology.network import Network

IdT = TypeVar("IdT", bound=str)

_TOLD: Final = 12  # so much evidence an incident carries; the rest is in the verdicts
_WRONG: Final = frozenset({Condition.DOWN, Condition.DEGRADED})


@dataclass(slots=True, kw_only=True)
class Case:
    """The verdicts of one cycle, what is claimed of them, and what is suspected so far."""

    judgement: Judgement
    network: Network
    links: dict[LinkId, Verdict] = field(init=False)
    devices: dict[DeviceId, Verdict] = field(init=False)
    sites: dict[SiteId, Verdict] = field(init=False)
    suspicions: list[Suspicion] = field(default_factory=list)
    claimed: dict[Subject, int] = field(default_factory=dict)  # subject → index of suspicion

    def __post_init__(self) -> None:
        known = self.network
        self.links = _not_well(self.judgement.links, known.links)
        self.devices = _not_well(self.judgement.devices, known.devices)
        self.sites = _not_well(self.judgement.sites, known.sites)

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

    def ill_since(self, link: LinkId) -> float:
        """Return since when a link is not healthy, whatever it went through since."""
        return self.judgement.ill_since.get(link, self.links[link].since)

    def suspect(
        self, verdict: Verdict, title: str, members: Iterable[Subject], **more: object
    ) -> None:
        """Add a suspicion and claim its members."""
        own = list(dict.fromkeys((verdict.subject, *members)))
        told = [self.verdict_of(member) for member in own]
        evidence = tuple(piece for one in told if one is not None for piece in one.evidence)
        suspicion = Suspicion(
            subject=verdict.subject,
            condition=verdict.condition,
            cause=verdict.cause or Cause.UNKNOWN,
            runner_up=verdict.runner_up,
            odds=verdict.odds,
            severity=_severity(verdict),
            title=title,
            evidence=tuple(dict.fromkeys(evidence))[:_TOLD],
            members=tuple(own),
        )
        self.suspicions.append(replace(suspicion, **more))  # type: ignore[arg-type]
        for member in own:
            self.claimed.setdefault(member, len(self.suspicions) - 1)

    def join(self, index: int, members: Iterable[Subject]) -> None:
        """Let an existing suspicion explain more."""
        added = [member for member in members if member not in self.claimed]
        suspicion = self.suspicions[index]
        self.suspicions[index] = replace(suspicion, members=(*suspicion.members, *added))
        for member in added:
            self.claimed[member] = index

    def verdict_of(self, subject: Subject) -> Verdict | None:
        """Return the verdict on a subject that is not well."""
        if subject.kind is SubjectKind.LINK:
            return self.links.get(LinkId(subject.id))
        if subject.kind is SubjectKind.DEVICE:
            return self.devices.get(DeviceId(subject.id))
        return self.sites.get(SiteId(subject.id))

    def name(self, site: SiteId) -> str:
        """Return what people call a site."""
        return self.network.sites[site].name or site


def _severity(verdict: Verdict) -> Severity:
    """Return how loud a verdict is by itself; a lost site makes it critical later."""
    if verdict.subject.kind is SubjectKind.SITE:
        return Severity.CRITICAL
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
