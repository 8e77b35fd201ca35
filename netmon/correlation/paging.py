"""Paging: what may wake somebody up – and for what one waits until it cannot be a restart any more.

Critical is what cuts off a site, a pattern over several receivers, or netmon's own way out. A
single device that starts anew takes its site with it for some minutes, and looks like a loss of
power until it is back: so what one restart would explain is told at once, and pages only after the
time a restart takes. It does not wait where more sites are lost than one restart should hide, where
the last word was that the site ran on battery, or where several devices lead to the site.
"""

from netmon.correlation.case import Case, Draft
from netmon.correlation.settings import CorrelationSettings
from netmon.incidents import Severity
from netmon.verdict import Condition, Evidence, SubjectKind
from topology.model import SiteId


def severity(
    case: Case, draft: Draft, lost: tuple[SiteId, ...], settings: CorrelationSettings
) -> Severity:
    """Return how loud a suspicion is that cuts off these sites."""
    verdict = draft.verdict
    if verdict.condition is Condition.MAINTENANCE:
        return Severity.INFO
    if draft.known is not None:  # beforehand: never louder than a remark
        return draft.severity
    if not lost and verdict.subject.kind is not SubjectKind.SITE:
        return draft.severity
    waits = len(lost) <= settings.restart_sites and _may_be_restart(case, draft, lost)
    if waits and _lasts_seconds(case, draft, lost) < settings.restart_seconds:
        return Severity.WARNING
    return Severity.CRITICAL


def _may_be_restart(case: Case, draft: Draft, lost: tuple[SiteId, ...]) -> bool:
    """Say whether one device that starts anew may be all; only ways from what lives count."""
    verdict, network = draft.verdict, case.network
    if verdict.condition is not Condition.DOWN or any(map(_on_battery, draft.evidence)):
        return False
    match verdict.subject.kind:
        case SubjectKind.DEVICE:
            return True
        case SubjectKind.SITE:
            site = SiteId(verdict.subject.id)
            inwards = [
                network.links[link]
                for link in network.links_of_site(site)
                if set(network.sites_of(link)) - {site, *lost}
            ]
            devices = {network.device_of(end) for link in inwards for end in link.ends}
            return sum(network.site_of(device) == site for device in devices) == 1
        case _:
            return False


def _lasts_seconds(case: Case, draft: Draft, lost: tuple[SiteId, ...]) -> float:
    """Return for how long a site has been believed lost."""
    sites = [*lost]
    if draft.verdict.subject.kind is SubjectKind.SITE:
        sites.append(SiteId(draft.verdict.subject.id))
    return max((case.waited_seconds(site) for site in sites), default=0.0)


def _on_battery(evidence: Evidence) -> bool:
    return any(name == "on_battery" for name, _ in evidence.figures)
