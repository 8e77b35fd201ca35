"""Outages: what one cut, one dead site or one dead device takes with it, and what it hides."""

from dataclasses import replace

from netmon.correlation.case import Case, Draft, led_by
from netmon.correlation.settings import CorrelationSettings
from netmon.correlation.wording import because, count
from netmon.verdict import Cause, Condition, Evidence, Subject, SubjectKind, Verdict
from topology.model import DeviceId, LinkId, SiteId
from topology.srlg import srlgs_failed


def cuts(case: Case, settings: CorrelationSettings) -> None:
    """All links of a shared risk group down within a cycle: one cut takes them all."""
    down = [link for link, v in case.links.items() if v.condition is Condition.DOWN]
    dead = {site for site, v in case.sites.items() if v.condition is Condition.DOWN}
    for srlg, links in srlgs_failed(case.network, down):
        free = [link for link in links if case.free(case.links[link])]
        begun = [case.ill_since(link) for link in links]
        shared = frozenset.intersection(*(frozenset(case.network.sites_of(link)) for link in links))
        if len(free) < 2 or shared & dead or max(begun) - min(begun) > settings.cut_seconds:
            continue
        words = f"all {len(links)} links of {srlg} went down within {max(begun) - min(begun):.0f} s"
        said = Evidence(detector="correlation", finding="shared_risk", words=words, where=srlg)
        odds = 3.0 * len(links)
        verdict = replace(
            case.links[free[0]], cause=Cause.FIBRE_CUT, runner_up=Cause.POWER, odds=odds
        )
        members = [case.links[link].subject for link in free]
        title = f"fibre cut: {len(links)} links of {srlg} are down"
        case.suspect(verdict, title, members, evidence=led_by(case, said, members))


def dead_sites(case: Case, _settings: CorrelationSettings) -> None:
    """A site that died itself takes its devices and its links with it."""
    network = case.network
    for site, verdict in case.sites.items():
        if verdict.condition is not Condition.DOWN or not case.free(verdict):
            continue
        links = [
            case.links[link].subject
            for link in network.links_of_site(site)
            if link in case.links and case.free(case.links[link])
        ]
        devices = [Subject(SubjectKind.DEVICE, device) for device in network.devices_of(site)]
        what = f"{verdict.cause.words} lost" if verdict.cause is Cause.POWER else "lost"
        why = "" if verdict.cause is Cause.POWER else f", {because(verdict)}"
        title = f"site {case.name(site)} {what}{why}: {count(len(devices), 'device')} silent"
        cut = next((case.claimed[link] for link in _ways_cut(case, site)), None)
        if cut is not None and verdict.cause is not Cause.POWER:
            case.join(cut, [verdict.subject, *devices, *links])
        else:
            case.suspect(verdict, title, [*devices, *links])


def _ways_cut(case: Case, site: SiteId) -> list[Subject]:
    """Return the links of a site that a cut has already claimed."""
    links = (Subject(SubjectKind.LINK, link) for link in case.network.links_of_site(site))
    return [link for link in links if link in case.claimed]


def dead_devices(case: Case, _settings: CorrelationSettings) -> None:
    """A dead device takes the links that end at it with it."""
    network = case.network
    for device, verdict in case.devices.items():
        if verdict.condition is not Condition.DOWN or not case.free(verdict):
            continue
        links = [
            case.links[link].subject
            for link in network.links_of(device)
            if link in case.links
            and case.links[link].condition is Condition.DOWN
            and case.free(case.links[link])
        ]
        case.suspect(verdict, f"device {device} does not answer", links)


def hidden(case: Case, settings: CorrelationSettings) -> None:
    """What is only out of sight belongs to what hides it."""
    hidden: list[Verdict] = [
        verdict
        for verdicts in (case.sites, case.devices, case.links)
        for verdict in verdicts.values()
        if verdict.condition is Condition.UNREACHABLE and case.free(verdict)
    ]
    roots: dict[str, Draft | None] = {}  # by the failure that evidence names
    for verdict in hidden:
        root = _root(case, verdict, roots)
        if root is not None:
            case.join(root, [verdict.subject])
    for verdict in hidden:
        if verdict.subject.kind is not SubjectKind.SITE or not case.free(verdict):
            continue
        site = SiteId(verdict.subject.id)
        if case.waited_seconds(site) >= settings.orphan_seconds:
            case.suspect(verdict, f"site {case.name(site)} is out of reach")


def _root(case: Case, verdict: Verdict, roots: dict[str, Draft | None]) -> Draft | None:
    """Return the suspicion that hides a subject: by the failure named, else by its site."""
    for evidence in verdict.evidence:
        if evidence.where not in roots:
            roots[evidence.where] = _named_root(case, evidence.where)
        named = roots[evidence.where]
        if named is not None:
            return named
    return next(
        (case.claimed[site] for site in _own_sites(case, verdict.subject) if site in case.claimed),
        None,
    )


def _named_root(case: Case, identity: str) -> Draft | None:
    for kind in (SubjectKind.LINK, SubjectKind.DEVICE, SubjectKind.SITE):
        subject = Subject(kind, identity)
        if subject in case.claimed:
            return case.claimed[subject]
        off = case.verdict_of(subject) if identity else None
        if off is not None and off.condition is Condition.MAINTENANCE:
            return case.suspect(off, f"link {identity} is switched off, sites behind it are lost")
    return None


def _own_sites(case: Case, subject: Subject) -> list[Subject]:
    network = case.network
    if subject.kind is SubjectKind.DEVICE:
        return [Subject(SubjectKind.SITE, network.site_of(DeviceId(subject.id)))]
    if subject.kind is SubjectKind.LINK:
        return [Subject(SubjectKind.SITE, site) for site in network.sites_of(LinkId(subject.id))]
    return []
