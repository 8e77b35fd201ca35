"""Clocks: an area that has lost its time is one thing, before and while its radios suffer.

Satellite navigation goes first, at every clock within sight of the jammer; what `timing` finds of
radios that disturb each other hours later is the same thing, and takes the clocks near it along.
"""

from netmon.correlation.case import Case
from netmon.correlation.nearness import middle
from netmon.correlation.settings import CorrelationSettings
from netmon.correlation.wording import count
from netmon.verdict import Cause, Condition, Subject, SubjectKind, Verdict
from topology.geometry import cartesian_m
from topology.model import DeviceId, LinkId, SiteId
from topology.nearness import Near, groups


def lost_clocks(case: Case, settings: CorrelationSettings) -> None:
    """Devices without time and links that need it, near each other, are one loss of time."""
    network = case.network
    lost = [
        verdict
        for verdict in case.devices.values()
        if verdict.condition is Condition.DEGRADED
        and verdict.cause is Cause.SYNC
        and case.free(verdict)
    ]
    lost += [case.links[link] for link in case.wrong_links(Cause.SYNC)]
    if not lost:
        return
    sites = [_sites(case, verdict.subject) for verdict in lost]
    places = [[cartesian_m(network.sites[site].position) for site in each] for each in sites]
    for group in groups(places, Near(metres=settings.sync_radius_m)):
        here = sorted({site for at in group for site in sites[at]})
        _suspect(case, [lost[at] for at in group], case.name(middle(network, here)))


def _suspect(case: Case, lost: list[Verdict], around: str) -> None:
    lost = sorted(
        lost, key=lambda verdict: (verdict.subject.kind is SubjectKind.LINK, verdict.since)
    )
    links = sum(verdict.subject.kind is SubjectKind.LINK for verdict in lost)
    devices = len(lost) - links
    what = f"time lost at {count(devices, 'device')}" if devices else "time lost"
    suffer = f", {count(links, 'link')} of shared channels suffer" if links else ""
    members = [verdict.subject for verdict in lost]
    case.suspect(lost[0], f"{what} around {around}{suffer}", members)


def _sites(case: Case, subject: Subject) -> list[SiteId]:
    if subject.kind is SubjectKind.LINK:
        return list(case.network.sites_of(LinkId(subject.id)))
    return [case.network.site_of(DeviceId(subject.id))]
