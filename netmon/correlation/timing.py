"""Timing: radios in time slots that disturb each other because they have lost their time.

GNSS goes first: clocks and receivers of an area say so, whatever their band. Hours later all that
shares a channel in time is disturbed there, in every band, growing slowly and alike – which no
single emitter does: what one sends falls off with distance, antenna and channel.
"""

from dataclasses import replace
from typing import Final

from netmon.correlation.case import Case, led_by
from netmon.correlation.memory import Spell
from netmon.correlation.nearness import clusters, middle
from netmon.correlation.onelink import grows_alike
from netmon.correlation.patterns import band_name, counts, lasting, sites_of
from netmon.correlation.settings import CorrelationSettings
from netmon.correlation.wording import count
from netmon.incidents import Severity
from netmon.verdict import Cause, Evidence, Subject
from topology.geometry import distance_m
from topology.model import DeviceId, Medium, SiteId
from topology.nearness import Near

TIME_SHARING: Final = frozenset({Medium.SUB6, Medium.LTE})
_CLOCKS_M: Final = 60_000.0  # a GNSS jammer is heard so far from a hill or a drone
_CLOCK_FINDINGS: Final = frozenset({"gnss_lost", "clock_unlocked", "gnss_told"})
_ODDS: Final = {"clocks": 40.0, "bands": 10.0, "alike": 6.0}


def lost_time(case: Case, settings: CorrelationSettings) -> None:
    """Several links in time slots disturbed where clocks are lost, or slowly and all alike."""
    network = case.network
    ill = [
        spell
        for spell in lasting(case, case.memory.disturbed.values())
        if network.links[spell.link].medium in TIME_SHARING
        and case.is_wrong(spell.link)
        and counts(case, spell)
    ]
    of = {spell.link: spell for spell in ill}
    grouped = clusters(
        network,
        list(of),
        Near(metres=settings.jamming_radius_m),
        sites=[sites_of(case, spell) for spell in ill],
    )
    for group in grouped:
        spells = [of[link] for link in group]
        sites = {site for spell in spells for site in sites_of(case, spell)}
        if len(spells) >= settings.jamming_receivers and len(sites) > 1:
            _suspect(case, spells, sorted(sites))


def _suspect(case: Case, spells: list[Spell], sites: list[SiteId]) -> None:
    clocks = _clocks(case, sites)
    known = any(spell.is_timing for spell in spells)  # who joins later need not be like the first
    measured = [spell for spell in spells if spell.strengths("noise_rise")]
    alike = known or (len(measured) > 1 and grows_alike(measured))
    bands = sorted({band_name(case.network, spell.link) for spell in spells})
    why = [
        name
        for name, holds in (
            ("clocks", bool(clocks)),
            ("alike", alike),
            ("bands", alike and len(bands) > 1),
        )
        if holds
    ]
    if not why:
        return
    for spell in spells:
        spell.is_timing = True
    odds = 1.0
    for name in why:
        odds *= _ODDS[name]
    words = f"{count(len(spells), 'link')} in time slots at {count(len(sites), 'site')}"
    words += f" in {' and '.join(bands)} are disturbed"
    words += ", slowly and alike, as no single emitter does" if alike else ""
    words += f", and {count(len(clocks), 'clock')} near them lost GNSS or lock" if clocks else ""
    said = Evidence(
        detector="correlation",
        finding="lost_time",
        words=f"{words}: they have probably lost their common time",
        figures=(("links", float(len(spells))), ("clocks", float(len(clocks)))),
    )
    first = min(spells, key=lambda spell: (spell.begun, spell.link))
    verdict = replace(
        case.links[first.link],
        cause=Cause.SYNC,
        runner_up=Cause.JAMMING_LIKE,
        odds=min(odds, 999.0),
    )
    members: list[Subject] = [case.links[spell.link].subject for spell in spells]
    members += [case.devices[device].subject for device in clocks if device in case.devices]
    around = case.name(middle(case.network, sites))
    case.suspect(
        verdict,
        f"timing lost: {count(len(spells), 'link')} in time slots disturb each other"
        f" around {around}",
        members,
        severity=Severity.CRITICAL,
        evidence=led_by(case, said, members),
    )


def _clocks(case: Case, sites: list[SiteId]) -> list[DeviceId]:
    """Return the devices near these sites that have lost GNSS or their reference."""
    network = case.network
    told = {
        DeviceId(evidence.where)
        for verdicts in (case.devices, case.links)
        for verdict in verdicts.values()
        for evidence in verdict.evidence
        if evidence.detector == "sync" and evidence.finding in _CLOCK_FINDINGS
    }
    places = [network.sites[site].position for site in sites]
    return sorted(
        device
        for device in told
        if device in network.devices
        and any(
            distance_m(network.sites[network.site_of(device)].position, place) <= _CLOCKS_M
            for place in places
        )
    )
