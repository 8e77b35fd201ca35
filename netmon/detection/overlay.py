"""Overlay: what is believed of the network, seen in the light of what was planned.

Who is worked on has the condition `maintenance`, whatever is seen; what is seen stays beneath, so
that it counts again the moment the window closes. A mobile unit off duty is not missed, and which
of its uplinks it uses is its own affair: of the others nothing is known.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final, TypeVar

from netmon.detection.proposal import CERTAIN
from netmon.planned.agenda import Agenda, WindowNow
from netmon.verdict import Cause, Condition, Evidence, Subject, SubjectKind, Verdict
from topology.model import DeviceId, LinkId, Role, SiteId
from topology.network import Network

IdT = TypeVar("IdT", bound=str)

DETECTOR: Final = "planned"
_WELL: Final = (Condition.HEALTHY, Condition.UNKNOWN)
_HEARD: Final = (Condition.HEALTHY, Condition.DEGRADED)
# What another uplink brings with it, all by itself.
_OF_ANOTHER_WAY: Final = frozenset({"rtt", "ipdv", "shared_delay"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Beliefs:
    """The verdicts on everything; `beneath`: what they would be without any maintenance."""

    links: Mapping[LinkId, Verdict]
    devices: Mapping[DeviceId, Verdict]
    sites: Mapping[SiteId, Verdict]
    beneath: Mapping[Subject, Verdict]


def overlaid(
    agenda: Agenda,
    network: Network,
    links: Mapping[LinkId, Verdict],
    devices: Mapping[DeviceId, Verdict],
    sites: Mapping[SiteId, Verdict],
) -> Beliefs:
    """Return what is believed once plans and mobile units are thought of."""
    changes: dict[Subject, Verdict] = {}
    for site in mobile_sites(network):
        for verdict in _of_mobile(site, agenda, network, links, devices, sites):
            changes[verdict.subject] = verdict
    beneath: dict[Subject, Verdict] = {}
    for window in agenda.windows:
        for subject in window.subjects:
            below = _verdict_of(subject, links, devices, sites)
            if below is not None and subject not in beneath:
                beneath[subject] = changes.get(subject, below)
                changes[subject] = _maintained(window, beneath[subject])
    return Beliefs(
        links=_with(links, changes, SubjectKind.LINK),
        devices=_with(devices, changes, SubjectKind.DEVICE),
        sites=_with(sites, changes, SubjectKind.SITE),
        beneath=beneath,
    )


@lru_cache(maxsize=4)
def mobile_sites(network: Network) -> tuple[SiteId, ...]:
    """Return the sites that move."""
    return tuple(site for site, one in network.sites.items() if one.role is Role.MOBILE)


def _maintained(window: WindowNow, beneath: Verdict) -> Verdict:
    words = f"under planned maintenance: {window.words}"
    said = Evidence(detector=DETECTOR, finding="maintenance", words=words, where=beneath.subject.id)
    seen = () if beneath.condition in _WELL else beneath.evidence
    return Verdict(
        subject=beneath.subject,
        condition=Condition.MAINTENANCE,
        since=window.start,
        cause=Cause.CONFIGURATION,
        odds=CERTAIN,
        evidence=(said, *seen),
    )


def _of_mobile(
    site: SiteId,
    agenda: Agenda,
    network: Network,
    links: Mapping[LinkId, Verdict],
    devices: Mapping[DeviceId, Verdict],
    sites: Mapping[SiteId, Verdict],
) -> Iterator[Verdict]:
    own = sites.get(site)
    leading = [links[link] for link in network.links_of_site(site) if link in links]
    standing = [devices[device] for device in network.devices_of(site) if device in devices]
    words = agenda.off_duty.get(site)
    if words is not None:
        ill = (*([own] if own is not None else []), *standing, *leading)
        for verdict in ill:
            if verdict.condition not in _WELL:
                yield _unknown(verdict, "off_duty", f"{site} is {words}", site)
        return
    if own is None or own.condition not in _HEARD:
        return
    for verdict in leading:
        if verdict.condition is Condition.DOWN:
            words = f"{site} is a mobile unit, and answers by another way"
            yield _unknown(verdict, "spare_uplink", words, site)
    for verdict in (*standing, *leading):
        if verdict.condition is Condition.DEGRADED and _is_of_another_way(verdict):
            yield replace(
                verdict, condition=Condition.HEALTHY, cause=None, runner_up=None, odds=0.0
            )


def _is_of_another_way(verdict: Verdict) -> bool:
    found = {one.finding for one in verdict.evidence if one.detector != "signatures"}
    return bool(found) and found <= _OF_ANOTHER_WAY


def _unknown(verdict: Verdict, finding: str, words: str, site: SiteId) -> Verdict:
    said = Evidence(detector=DETECTOR, finding=finding, words=words, where=site)
    return Verdict(
        subject=verdict.subject,
        condition=Condition.UNKNOWN,
        since=verdict.since,
        evidence=(said,),
    )


def _verdict_of(
    subject: Subject,
    links: Mapping[LinkId, Verdict],
    devices: Mapping[DeviceId, Verdict],
    sites: Mapping[SiteId, Verdict],
) -> Verdict | None:
    if subject.kind is SubjectKind.LINK:
        return links.get(LinkId(subject.id))
    if subject.kind is SubjectKind.DEVICE:
        return devices.get(DeviceId(subject.id))
    return sites.get(SiteId(subject.id))


def _with(
    verdicts: Mapping[IdT, Verdict], changes: Mapping[Subject, Verdict], kind: SubjectKind
) -> Mapping[IdT, Verdict]:
    """Return the verdicts with those that are different; the very same mapping if none is."""
    mine = {subject.id: verdict for subject, verdict in changes.items() if subject.kind is kind}
    if not mine:
        return verdicts
    return {identity: mine.get(identity, verdict) for identity, verdict in verdicts.items()}
