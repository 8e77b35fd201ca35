"""Jamming: disturbed receivers in the pattern of a jammer, in space, band and time.

"Jamming-like" is a pattern; it never says who or why. Several links hit together are critical; one
link that looks so by itself is a warning.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from netmon.area import Area
from netmon.correlation.case import Case, led_by
from netmon.correlation.emitter import area_of
from netmon.correlation.nearness import middle
from netmon.correlation.patterns import Pattern, patterns, sites_of
from netmon.correlation.settings import CorrelationSettings
from netmon.correlation.wording import count
from netmon.detection.signatures import PRIORS
from netmon.detection.signs import Sign
from netmon.detection.weighing import SignatureSettings, likeliest
from netmon.incidents import Severity
from netmon.verdict import Cause, Evidence, Subject
from topology.model import LinkId, SiteId

# What is seen of several links together, and what it may be (docs/detection-signatures.md).
_PATTERN: Final = (Sign.LEVEL_HOLDS, Sign.SEVERAL_RECEIVERS, Sign.BEGUN_AT_ONCE)
_PATTERN_CAUSES: Final = (Cause.JAMMING_LIKE, Cause.INTERFERENCE, Cause.SYNC)
_A_PRIORI: Final = PRIORS[Cause.JAMMING_LIKE] / PRIORS[Cause.INTERFERENCE]
_MOST_ODDS: Final = 999.0


def jamming(case: Case, settings: CorrelationSettings) -> None:
    """Several receivers of one band disturbed together, or one link in a way that says more."""
    for pattern in patterns(case, settings):
        ill = [spell.link for spell in pattern.spells if case.is_wrong(spell.link)]
        if len(pattern.spells) > 1:
            _suspect_several(case, pattern, ill)
        else:
            _suspect_one(case, pattern, ill[0])


def _suspect_several(case: Case, pattern: Pattern, ill: list[LinkId]) -> None:
    sites = _sites(case, pattern)
    receivers, links = len(pattern.receivers), len(pattern.spells)
    begun = [spell.begun for spell in pattern.spells]
    words = (
        f"{receivers} receivers on {links} links at {count(len(sites), 'site')}"
        f" in {pattern.band} lost quality or gained noise within {max(begun) - min(begun):.0f} s"
        f" while their levels hold{_also(pattern)}: jamming-like; a pattern, not an intent"
    )
    said = Evidence(
        detector="correlation",
        finding="jamming_like",
        words=words,
        figures=(("receivers", float(receivers)), ("links", float(links))),
        where=pattern.band,
    )
    opinion = likeliest(_PATTERN, _PATTERN_CAUSES, SignatureSettings())
    members = [case.links[link].subject for link in ill]
    _suspect(
        case,
        said,
        members,
        area=area_of(case, pattern.spells),
        title=f"jamming-like interference on {links} links in {pattern.band}"
        f" around {case.name(middle(case.network, sites))}",
        odds=opinion.odds * 2.0 ** (receivers - 2),  # each halves the chance
        severity=Severity.CRITICAL,
    )


def _suspect_one(case: Case, pattern: Pattern, link: LinkId) -> None:
    looks = pattern.looks[link]
    said = Evidence(
        detector="correlation",
        finding="jamming_like",
        words=f"on one link in {pattern.band} while its level holds"
        f"{_also(pattern)}: jamming-like; a pattern, not an intent",
        figures=(("receivers", float(len(pattern.receivers))), ("links", 1.0)),
        where=pattern.band,
    )
    _suspect(
        case,
        said,
        [case.links[link].subject],
        area=area_of(case, pattern.spells),
        title=f"jamming-like interference on link {link} in {pattern.band}",
        odds=_A_PRIORI * looks.odds,
        severity=Severity.WARNING,
    )


def _suspect(
    case: Case,
    said: Evidence,
    members: list[Subject],
    *,
    area: Area | None,
    title: str,
    odds: float,
    severity: Severity,
) -> None:
    ill = [LinkId(member.id) for member in members]
    first = min(ill, key=lambda link: (case.ill_since(link), link))
    verdict = replace(
        case.links[first],
        cause=Cause.JAMMING_LIKE,
        runner_up=Cause.INTERFERENCE,
        odds=min(odds, _MOST_ODDS),
    )
    evidence = led_by(case, said, members)
    case.suspect(verdict, title, members, severity=severity, evidence=evidence, area=area)


def _also(pattern: Pattern) -> str:
    """Return what single links of it show besides, in words."""
    traits = _once(trait for looks in pattern.looks.values() for trait in looks.traits)
    return f", {', '.join(traits)}" if traits else ""


def _sites(case: Case, pattern: Pattern) -> list[SiteId]:
    return sorted({site for spell in pattern.spells for site in sites_of(case, spell)})


def _once(words: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(words))
