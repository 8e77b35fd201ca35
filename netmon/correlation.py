"""Correlation: verdicts in, suspicions out – one for each cause, with all it explains.

The rules stand in RULES, strongest first; each claims the verdicts it explains and leaves the rest
to the next. "Jamming-like" is a pattern in space, band and time; it never says who or why.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Annotated, Final

from annotated_types import Ge, Gt

from netmon.case import Case, Draft, led_by
from netmon.consequence import Failure, dependents_of, sites_cut_off
from netmon.detection.judge import Judgement
from netmon.detection.signatures import Sign, SignatureSettings, likeliest
from netmon.incidents import Severity, Suspicion
from netmon.nearness import clusters, middle
from netmon.verdict import Cause, Condition, Evidence, Subject, SubjectKind, Verdict
from topology.model import DeviceId, InterfaceId, LinkId, SiteId
from topology.nearness import Near
from topology.network import Network
from topology.spectrum import band_of
from topology.srlg import srlgs_failed


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrelationSettings:
    """How near in space and time belongs together."""

    jamming_radius_m: Annotated[float, Gt(0)] = 40_000.0  # between receivers next to each other
    jamming_receivers: Annotated[int, Ge(2)] = 2  # on as many links
    together_seconds: Annotated[float, Gt(0)] = 600.0  # begun within: at once
    rain_radius_m: Annotated[float, Gt(0)] = 30_000.0  # between links next to each other
    cut_seconds: Annotated[float, Gt(0)] = 120.0  # links of one duct down within: one cut
    orphan_seconds: Annotated[float, Ge(0)] = 60.0  # cut off so long without a known cause: told


# What is seen of several links together, and what it may be (docs/detection-signatures.md).
_PATTERN: Final = (Sign.LEVEL_HOLDS, Sign.SEVERAL_RECEIVERS, Sign.BEGUN_AT_ONCE)
_PATTERN_CAUSES: Final = (Cause.JAMMING_LIKE, Cause.INTERFERENCE, Cause.SYNC)
_OUT: Final = (Condition.DOWN, Condition.MAINTENANCE)  # carries nothing


def correlate(
    judgement: Judgement, network: Network, settings: CorrelationSettings | None = None
) -> tuple[Suspicion, ...]:
    """Return what is wrong now, one suspicion for each cause."""
    own = judgement.network
    if own is not None and own.condition is Condition.DOWN:
        return (_own_uplink(own),)
    case = Case(judgement=judgement, network=network)
    for rule in RULES:
        rule(case, settings or CorrelationSettings())
    if own is not None:
        case.suspect(own, _shared_title(own), evidence=own.evidence)
    return _with_consequences(case)


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


def _cuts(case: Case, settings: CorrelationSettings) -> None:
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


def _dead_sites(case: Case, _settings: CorrelationSettings) -> None:
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
        why = "" if verdict.cause is Cause.POWER else f", {_because(verdict)}"
        title = f"site {case.name(site)} {what}{why}: {_count(len(devices), 'device')} silent"
        cut = next((case.claimed[link] for link in _ways_cut(case, site)), None)
        if cut is not None and verdict.cause is not Cause.POWER:
            case.join(cut, [verdict.subject, *devices, *links])
        else:
            case.suspect(verdict, title, [*devices, *links])


def _ways_cut(case: Case, site: SiteId) -> list[Subject]:
    """Return the links of a site that a cut has already claimed."""
    links = (Subject(SubjectKind.LINK, link) for link in case.network.links_of_site(site))
    return [link for link in links if link in case.claimed]


def _dead_devices(case: Case, _settings: CorrelationSettings) -> None:
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


def _jamming(case: Case, settings: CorrelationSettings) -> None:
    """Several receivers of one band disturbed at once, near each other: the pattern of a jammer."""
    by_band: dict[str, list[LinkId]] = {}
    for link in case.wrong_links(Cause.INTERFERENCE):
        by_band.setdefault(_band(case.network, link), []).append(link)
    for band, links in sorted(by_band.items()):
        for group in _jammed_together(case, settings, links):
            receivers = {end for link in group for end in _receivers(case, link)}
            enough = settings.jamming_receivers
            if len(group) >= enough and len(receivers) >= enough:
                _suspect_jamming(case, band, group, receivers)


def _suspect_jamming(
    case: Case, band: str, links: list[LinkId], receivers: set[InterfaceId]
) -> None:
    network = case.network
    sites = sorted({network.site_of(network.device_of(end)) for end in receivers})
    begun = [case.ill_since(link) for link in links]
    words = (
        f"{len(receivers)} receivers on {len(links)} links at {_count(len(sites), 'site')}"
        f" in {band} lost quality or gained noise within {max(begun) - min(begun):.0f} s"
        " while their levels hold: jamming-like; a pattern, not an intent"
    )
    said = Evidence(
        detector="correlation",
        finding="jamming_like",
        words=words,
        figures=(("receivers", float(len(receivers))), ("links", float(len(links)))),
        where=band,
    )
    first = min(links, key=lambda link: (case.ill_since(link), link))
    opinion = likeliest(_PATTERN, _PATTERN_CAUSES, SignatureSettings())
    verdict = replace(
        case.links[first],
        cause=Cause.JAMMING_LIKE,
        runner_up=opinion.runner_up,
        odds=min(opinion.odds * 2.0 ** (len(receivers) - 2), 999.0),  # each halves the chance
    )
    members = [case.links[link].subject for link in links]
    title = (
        f"jamming-like interference on {len(links)} links in {band}"
        f" around {case.name(middle(network, sites))}"
    )
    case.suspect(
        verdict,
        title,
        members,
        severity=Severity.CRITICAL,
        evidence=led_by(case, said, members),
    )


def _rain(case: Case, settings: CorrelationSettings) -> None:
    """Rain over neighbouring links is one rain."""
    network = case.network
    links = case.wrong_links(Cause.RAIN)

    near = Near(metres=settings.rain_radius_m)
    sites_of = [network.sites_of(link) for link in links]
    for group in clusters(network, links, near, sites=sites_of):
        worst = min(
            group, key=lambda link: (case.links[link].condition is not Condition.DOWN, link)
        )
        sites = sorted({site for link in group for site in network.sites_of(link)})
        around = case.name(middle(network, sites))
        down = sum(case.links[link].condition is Condition.DOWN for link in group)
        title = f"rain on {_count(len(group), 'link')} around {around}"
        title += f", {down} of them down" if down else ""
        case.suspect(case.links[worst], title, [case.links[link].subject for link in group])


def _each_link(case: Case, _settings: CorrelationSettings) -> None:
    """What no rule has claimed stands for itself."""
    for link in case.wrong_links():
        verdict = case.links[link]
        state = "down" if verdict.condition is Condition.DOWN else "degraded"
        case.suspect(verdict, f"link {link} {state}, {_because(verdict)}")


def _hidden(case: Case, settings: CorrelationSettings) -> None:
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


def _each_device(case: Case, _settings: CorrelationSettings) -> None:
    """A slow device at the end of a troubled link suffers from that link; else it is told alone."""
    network = case.network
    for device, verdict in case.devices.items():
        if verdict.condition is not Condition.DEGRADED or not case.free(verdict):
            continue
        links = network.links_of_site(network.site_of(device))
        roots = [case.links[link].subject for link in links if link in case.links]
        root = next((case.claimed[one] for one in roots if one in case.claimed), None)
        if root is not None:
            case.join(root, [verdict.subject])
        else:
            found = ", ".join(dict.fromkeys(one.finding for one in verdict.evidence))
            case.suspect(verdict, f"device {device} degraded: {found.replace('_', ' ')}")


# Strongest first: each rule claims what it explains.
RULES: Final[tuple[Callable[[Case, CorrelationSettings], None], ...]] = (
    _cuts,
    _dead_sites,
    _dead_devices,
    _jamming,
    _rain,
    _each_link,
    _hidden,
    _each_device,
)


def _with_consequences(case: Case) -> tuple[Suspicion, ...]:
    """Add to each suspicion what it cuts off."""
    lost_by = sites_cut_off(case.network, [_failure(case, draft) for draft in case.drafts])
    told = []
    for draft, cut_off in zip(case.drafts, lost_by, strict=True):
        silent = {
            SiteId(member.id)
            for member in draft.members
            if member.kind is SubjectKind.SITE and member.id in case.judgement.cut_off
        }
        lost = tuple(sorted((cut_off or frozenset()) | silent))
        dependents = dependents_of(case.network, lost) if lost else ()
        known = cut_off is not None
        told.append(draft.finished(lost, dependents, consequence_known=known))
    return tuple(told)


def _failure(case: Case, draft: Draft) -> Failure:
    devices: set[DeviceId] = set()
    links: set[LinkId] = set()
    for member in draft.members:
        verdict = None if member.kind is SubjectKind.SITE else case.verdict_of(member)
        if verdict is None or verdict.condition not in _OUT:
            continue
        if member.kind is SubjectKind.LINK:
            links.add(LinkId(member.id))
        else:
            devices.add(DeviceId(member.id))
    return Failure(devices=frozenset(devices), links=frozenset(links))


def _because(verdict: Verdict) -> str:
    if verdict.cause is not None and verdict.cause is not Cause.UNKNOWN:
        return verdict.cause.words
    likely = f", perhaps {verdict.runner_up.words}" if verdict.runner_up is not None else ""
    return f"cause unknown{likely}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _band(network: Network, link: LinkId) -> str:
    carrier = network.links[link].carrier
    return band_of(carrier.frequency_hz).name if carrier else network.links[link].medium.value


def _receivers(case: Case, link: LinkId) -> set[InterfaceId]:
    """Return the ends at which a link is disturbed."""
    found = {
        InterfaceId(evidence.where)
        for evidence in case.links[link].evidence
        if evidence.detector == "interference"
    }
    return found & set(case.network.links[link].ends) or {case.network.links[link].a}


def _jammed_together(
    case: Case, settings: CorrelationSettings, links: list[LinkId]
) -> list[list[LinkId]]:
    network = case.network
    return clusters(
        network,
        links,
        Near(metres=settings.jamming_radius_m, seconds=settings.together_seconds),
        sites=[
            {network.site_of(network.device_of(end)) for end in _receivers(case, link)}
            for link in links
        ],
        moments=[case.ill_since(link) for link in links],
    )
