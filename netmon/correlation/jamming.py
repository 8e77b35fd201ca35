"""Jamming: several receivers of one band disturbed at once, near each other.

"Jamming-like" is a pattern in space, band and time; it never says who or why.
"""

from dataclasses import replace
from typing import Final

from netmon.correlation.case import Case, led_by
from netmon.correlation.nearness import clusters, middle
from netmon.correlation.settings import CorrelationSettings
from netmon.correlation.wording import count
from netmon.detection.signatures import Sign, SignatureSettings, likeliest
from netmon.incidents import Severity
from netmon.verdict import Cause, Evidence
from topology.model import InterfaceId, LinkId
from topology.nearness import Near
from topology.network import Network
from topology.spectrum import band_of

# What is seen of several links together, and what it may be (docs/detection-signatures.md).
_PATTERN: Final = (Sign.LEVEL_HOLDS, Sign.SEVERAL_RECEIVERS, Sign.BEGUN_AT_ONCE)
_PATTERN_CAUSES: Final = (Cause.JAMMING_LIKE, Cause.INTERFERENCE, Cause.SYNC)


def jamming(case: Case, settings: CorrelationSettings) -> None:
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
        f"{len(receivers)} receivers on {len(links)} links at {count(len(sites), 'site')}"
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


def _band(network: Network, link: LinkId) -> str:
    carrier = network.links[link].carrier
    return band_of(carrier.frequency_hz).name if carrier else network.links[link].medium.value
