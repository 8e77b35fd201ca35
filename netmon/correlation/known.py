"""Known: what was planned or predicted explains what is seen, if time, place and band fit.

Such an incident is shown with its reason and pages nobody. What goes beyond – another band, further
away, begun earlier or lasting longer – is left to the other rules, which know of no plan.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from netmon.correlation.case import Case, Draft, led_by
from netmon.correlation.consequence import Failure, sites_cut_off
from netmon.correlation.settings import CorrelationSettings
from netmon.correlation.wording import count
from netmon.incidents import Severity
from netmon.planned.agenda import EmissionNow, SunNow, WindowNow
from netmon.planned.plans import GNSS_RANGES_HZ
from netmon.verdict import Cause, Condition, Evidence, Known, Subject, SubjectKind, Verdict
from topology.geometry import distance_m
from topology.model import DeviceId, InterfaceId, LinkId, SiteId
from topology.propagation import free_space_loss_db

DETECTOR: Final = "known"
_HURT: Final = (Condition.DOWN, Condition.DEGRADED, Condition.UNREACHABLE)
_DISTURBED: Final = frozenset({Cause.INTERFERENCE, Cause.JAMMING_LIKE})
_UNTIMED: Final = frozenset({Cause.SYNC, Cause.INTERFERENCE, Cause.JAMMING_LIKE})
# Hand-set: something else beginning in these very minutes, at that place, is so much less likely.
_ODDS: Final = 20.0
_NEAREST_M: Final = 1.0  # to an emitter: nobody stands in it


def maintenance(case: Case, _settings: CorrelationSettings) -> None:
    """What is hurt under planned maintenance, and what that plainly cuts off, is one incident."""
    beneath = case.judgement.beneath
    for window in case.judgement.agenda.windows:
        hurt = sorted(
            subject
            for subject in window.subjects
            if subject in beneath
            and beneath[subject].condition in _HURT
            and subject not in case.claimed
        )
        if hurt:
            _suspect_maintenance(case, window, hurt)


def sun_outages(case: Case, _settings: CorrelationSettings) -> None:
    """A satellite link that suffers while the sun passes behind its satellite suffers from it."""
    for link, suns in sorted(case.judgement.agenda.suns.items()):
        verdict = case.links.get(link)
        if verdict is None or verdict.condition not in _HURT or not case.free(verdict):
            continue
        margin_seconds = case.judgement.agenda.sun_margin_seconds
        begun = _begun(case, link)
        fitting = [sun for sun in suns if begun >= sun.start - margin_seconds]
        if fitting:
            case.memory.forget(link)
            _suspect_sun(case, link, verdict, fitting[0])


def own_emitters(case: Case, settings: CorrelationSettings) -> None:
    """Interference in the band, the place and the time of an own emitter is that emitter's."""
    for emission in case.judgement.agenda.emissions:
        links = [link for link in case.wrong_links() if _link_fits(case, link, emission)]
        devices = [
            device
            for device, verdict in case.devices.items()
            if case.free(verdict) and _device_fits(case, device, verdict, emission)
        ]
        for link in links:
            case.memory.forget(link)
        if links or devices:
            _suspect_emitter(case, settings, emission, links, devices)


def _suspect_maintenance(case: Case, window: WindowNow, hurt: list[Subject]) -> None:
    beneath = case.judgement.beneath
    root = max(hurt, key=lambda one: (_WEIGHT.get(one.kind, 0), one.id))
    counted = [
        f"{count(number, noun)} {state}"
        for kind, noun in _NOUNS
        for state, conditions in _STATES
        if (
            number := sum(one.kind is kind and beneath[one].condition in conditions for one in hurt)
        )
    ]
    said = Evidence(
        detector=DETECTOR,
        finding="maintenance",
        words=f"under planned maintenance: {window.words}",
        figures=(("start_timestamp", window.start), ("end_timestamp", window.end)),
        where=window.name,
    )
    verdict = case.verdict_of(root) or beneath[root]
    draft = case.suspect(
        replace(verdict, condition=Condition.MAINTENANCE, cause=Cause.CONFIGURATION),
        f"maintenance {window.name}: {', '.join(counted)}",
        hurt,
        severity=Severity.INFO,
        evidence=led_by(case, said, hurt),
        known=Known.MAINTENANCE,
    )
    _claim_behind(case, draft)


_WEIGHT: Final = {SubjectKind.SITE: 3, SubjectKind.DEVICE: 2, SubjectKind.LINK: 1}
_NOUNS: Final = (
    (SubjectKind.SITE, "site"),
    (SubjectKind.DEVICE, "device"),
    (SubjectKind.LINK, "link"),
)
_STATES: Final = (
    ("out", (Condition.DOWN, Condition.UNREACHABLE)),
    ("degraded", (Condition.DEGRADED,)),
)


def _suspect_sun(case: Case, link: LinkId, verdict: Verdict, sun: SunNow) -> None:
    said = Evidence(
        detector=DETECTOR,
        finding="sun_outage",
        words=f"{sun.words}: the sun passes {sun.separation_deg:.1f}° beside the satellite as"
        f" {sun.site} sees it, and its noise fills the dish",
        figures=(("separation_deg", sun.separation_deg),),
        where=sun.site,
    )
    other = verdict.cause if verdict.cause not in (Cause.INTERFERENCE, Cause.UNKNOWN) else None
    state = "down" if verdict.condition is Condition.DOWN else "degraded"
    draft = case.suspect(
        replace(verdict, cause=Cause.INTERFERENCE, runner_up=other, odds=_ODDS),
        f"link {link} {state}, {sun.words}",
        severity=Severity.INFO,
        evidence=led_by(case, said, [verdict.subject]),
        known=Known.SUN,
    )
    _claim_behind(case, draft)


def _suspect_emitter(
    case: Case,
    settings: CorrelationSettings,
    emission: EmissionNow,
    links: Sequence[LinkId],
    devices: Sequence[DeviceId],
) -> None:
    members = [case.links[link].subject for link in links]
    members += [case.devices[device].subject for device in devices]
    said = _emitter_words(case, emission, links, devices)
    is_several = len(links) >= settings.jamming_receivers
    cause = Cause.JAMMING_LIKE if is_several else Cause.INTERFERENCE if links else Cause.SYNC
    root = case.links[links[0]] if links else case.devices[devices[0]]
    draft = case.suspect(
        replace(root, cause=cause, runner_up=None, odds=_ODDS),
        f"{cause.words} on {count(len(members), 'subject')}, explained by planned emission"
        f" {emission.name}",
        members,
        severity=Severity.INFO,
        evidence=led_by(case, said, members),
        known=Known.EMISSION,
    )
    _claim_behind(case, draft)


def _emitter_words(
    case: Case, emission: EmissionNow, links: Sequence[LinkId], devices: Sequence[DeviceId]
) -> Evidence:
    sites = {site for link in links for site in _disturbed_sites(case, link)}
    sites.update(case.network.site_of(device) for device in devices)
    away = {site: _away_m(case, site, emission) for site in sites}
    nearest = min(away, key=lambda site: (away[site], site))
    words = (
        f"explained by planned emission {emission.words}: band, place and time fit;"
        f" nearest is {nearest}, {away[nearest] / 1e3:.1f} km away"
    )
    figures = [("distance_m", away[nearest])]
    if emission.eirp_dbm is not None:
        middle_hz = sum(emission.ranges_hz[0]) / 2
        loss_db = free_space_loss_db(middle_hz, max(away[nearest], _NEAREST_M))
        words += f", {emission.eirp_dbm - loss_db:.0f} dBm in free space"
        figures.append(("free_space_dbm", emission.eirp_dbm - loss_db))
    return Evidence(
        detector=DETECTOR,
        finding="planned_emission",
        words=words,
        figures=tuple(figures),
        where=emission.name,
    )


def _link_fits(case: Case, link: LinkId, emission: EmissionNow) -> bool:
    verdict, carrier = case.links[link], case.network.links[link].carrier
    if carrier is None or verdict.cause not in _DISTURBED:
        return False
    low, high = (
        carrier.frequency_hz - carrier.width_hz / 2,
        carrier.frequency_hz + carrier.width_hz / 2,
    )
    in_band = any(low < top and high > bottom for bottom, top in emission.ranges_hz)
    is_near = all(
        _away_m(case, site, emission) <= emission.radius_m for site in _disturbed_sites(case, link)
    )
    lead_seconds = case.judgement.agenda.lead_seconds
    return in_band and is_near and _begun(case, link) >= emission.start - lead_seconds


def _device_fits(case: Case, device: DeviceId, verdict: Verdict, emission: EmissionNow) -> bool:
    """Say whether an emitter in the bands of GNSS takes a device's time."""
    jams_gnss = any(
        low < top and high > bottom
        for low, high in emission.ranges_hz
        for bottom, top in GNSS_RANGES_HZ
    )
    is_untimed = verdict.condition is Condition.DEGRADED and verdict.cause in _UNTIMED
    place = case.network.site_of(device)
    return jams_gnss and is_untimed and _away_m(case, place, emission) <= emission.radius_m


def _disturbed_sites(case: Case, link: LinkId) -> set[SiteId]:
    """Return where a link is disturbed; both its sites where no end is named."""
    network = case.network
    named = {one.where for one in case.links[link].evidence if one.detector == "interference"}
    ends = [end for end in network.links[link].ends if end in named] or network.links[link].ends
    return {network.site_of(network.device_of(InterfaceId(end))) for end in ends}


def _away_m(case: Case, site: SiteId, emission: EmissionNow) -> float:
    return distance_m(case.network.sites[site].position, emission.position)


def _begun(case: Case, link: LinkId) -> float:
    """Return by the clock on the wall since when a link suffers; its steps do not move that."""
    judgement = case.judgement
    return judgement.now - (judgement.monotonic - case.ill_since(link))


def _claim_behind(case: Case, draft: Draft) -> None:
    """Let a suspicion explain what it plainly cuts off: what nothing else has to fail for."""
    out = [member for member in draft.members if case.carries_nothing(member)]
    failure = Failure(
        devices=frozenset(DeviceId(one.id) for one in out if one.kind is SubjectKind.DEVICE),
        links=frozenset(LinkId(one.id) for one in out if one.kind is SubjectKind.LINK),
    )
    if not failure.devices and not failure.links:
        return
    (lost,) = sites_cut_off(case.network, [failure])
    for site in sorted(lost or ()):
        case.join(draft, _ill_at(case, site))


def _ill_at(case: Case, site: SiteId) -> Iterable[Subject]:
    network = case.network
    if site in case.sites:
        yield case.sites[site].subject
    for device in network.devices_of(site):
        if device in case.devices and case.devices[device].condition in _HURT:
            yield case.devices[device].subject
    for link in network.links_of_site(site):
        if link in case.links and case.links[link].condition in _HURT:
            yield case.links[link].subject
