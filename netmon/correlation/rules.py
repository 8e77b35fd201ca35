"""The rules, strongest first, and what their suspicions cut off."""

from collections.abc import Callable
from typing import Final

from netmon.correlation.case import Case, Draft
from netmon.correlation.clocks import lost_clocks
from netmon.correlation.consequence import Failure, dependents_of, sites_cut_off
from netmon.correlation.coordinated import coordinated
from netmon.correlation.jamming import jamming
from netmon.correlation.known import maintenance, own_emitters, sun_outages
from netmon.correlation.memory import Memory
from netmon.correlation.outage import cuts, dead_devices, dead_sites, hidden
from netmon.correlation.paging import severity
from netmon.correlation.settings import CorrelationSettings
from netmon.correlation.single import each_device, each_link
from netmon.correlation.timing import lost_time
from netmon.correlation.weather import rain
from netmon.detection.judge import Judgement
from netmon.incidents import Severity, Suspicion
from netmon.verdict import Cause, Condition, SubjectKind, Verdict
from topology.model import DeviceId, LinkId, SiteId
from topology.network import Network

# Strongest first: each rule claims what it explains.
RULES: Final[tuple[Callable[[Case, CorrelationSettings], None], ...]] = (
    maintenance,
    sun_outages,
    own_emitters,
    cuts,
    dead_sites,
    dead_devices,
    lost_time,
    lost_clocks,
    jamming,
    rain,
    each_link,
    hidden,
    each_device,
)


def correlate(
    judgement: Judgement,
    network: Network,
    settings: CorrelationSettings | None = None,
    memory: Memory | None = None,
) -> tuple[Suspicion, ...]:
    """Return what is wrong now, one suspicion for each cause.

    `memory` is of the cycles before, and is written on; without one, only this cycle counts.
    """
    own = judgement.network
    if own is not None and own.condition is Condition.DOWN:
        return (_own_uplink(own),)
    settings = settings or CorrelationSettings()
    case = Case(judgement=judgement, network=network, memory=memory or Memory())
    for rule in RULES:
        rule(case, settings)
    if own is not None:
        case.suspect(own, _shared_title(own), evidence=own.evidence)
    return coordinated(case, _with_consequences(case, settings), settings)


def _own_uplink(verdict: Verdict) -> Suspicion:
    return Suspicion(
        subject=verdict.subject,
        condition=verdict.condition,
        cause=Cause.UPSTREAM,
        runner_up=None,
        odds=verdict.odds,
        severity=Severity.CRITICAL,
        title="netmon's own uplink is lost: nothing is known of the network",
        evidence=verdict.evidence,
        members=(verdict.subject,),
    )


def _shared_title(verdict: Verdict) -> str:
    found = {evidence.finding for evidence in verdict.evidence}
    what = "loss and delay" if len(found) > 1 else "loss" if "shared_loss" in found else "delay"
    return f"{what} of unrelated devices rose together: what they share is netmon's own site"


def _with_consequences(case: Case, settings: CorrelationSettings) -> tuple[Suspicion, ...]:
    """Add to each suspicion what it cuts off."""
    lost_by = sites_cut_off(case.network, [_failure(case, draft) for draft in case.drafts])
    told = []
    for draft, cut_off in zip(case.drafts, lost_by, strict=True):
        silent = {
            SiteId(member.id)
            for member in draft.members
            if member.kind is SubjectKind.SITE and member.id in case.judgement.cut_off
        }
        missed = (cut_off or frozenset()) | silent
        lost = tuple(sorted(missed.difference(case.judgement.agenda.off_duty)))
        dependents = dependents_of(case.network, lost, _blind(case, draft))
        told.append(
            draft.finished(
                lost,
                dependents,
                severity=severity(case, draft, lost, settings),
                consequence_known=cut_off is not None,
            )
        )
    return tuple(told)


def _blind(case: Case, draft: Draft) -> frozenset[DeviceId]:
    """Return the devices among the members that answer no more."""
    silent = (Condition.DOWN, Condition.UNREACHABLE)
    found = []
    for member in draft.members:
        verdict = case.judgement.beneath.get(member) or case.verdict_of(member)
        is_device = member.kind is SubjectKind.DEVICE
        if is_device and verdict is not None and verdict.condition in silent:
            found.append(DeviceId(member.id))
    return frozenset(found)


def _failure(case: Case, draft: Draft) -> Failure:
    devices: set[DeviceId] = set()
    links: set[LinkId] = set()
    for member in draft.members:
        if member.kind is SubjectKind.SITE or not case.carries_nothing(member):
            continue
        if member.kind is SubjectKind.LINK:
            links.add(LinkId(member.id))
        else:
            devices.add(DeviceId(member.id))
    return Failure(devices=frozenset(devices), links=frozenset(links))
