"""Weather: rain over neighbouring links is one rain, and goes on being it while it moves."""

from dataclasses import replace
from typing import Final

from netmon.correlation.case import Case, led_by
from netmon.correlation.front import (
    DRIED_SECONDS,
    is_contradicted,
    rates_words,
)
from netmon.correlation.nearness import clusters, middle
from netmon.correlation.settings import CorrelationSettings
from netmon.correlation.wording import count
from netmon.verdict import Cause, Condition, Evidence, Subject, SubjectKind
from topology.model import LinkId
from topology.nearness import Near

# How much less likely rain is while a band beside it, which it would fade, stays dry; measured on
# the simulation's development stories (of 438 such links, 30 were in rain).
_CONTRADICTED: Final = 13.0
_NAMED_FROM_ODDS: Final = 3.0


def rain(case: Case, settings: CorrelationSettings) -> None:
    """Rain over neighbouring links is one rain, with those that dried only lately."""
    network, now = case.network, case.judgement.monotonic
    wet = case.wrong_links(Cause.RAIN)
    for link in [link for link in wet if is_contradicted(case, link)]:
        _suspect_other(case, link)
        wet.remove(link)
    dried = [
        spell.link
        for spell in case.memory.rained.values()
        if now - spell.last <= DRIED_SECONDS
        and spell.link in network.links
        and spell.link not in case.links
    ]
    links = [*wet, *dried]
    near = Near(metres=settings.rain_radius_m)
    sites_of = [network.sites_of(link) for link in links]
    still = set(wet)
    for group in clusters(network, links, near, sites=sites_of):
        under = [link for link in group if link in still]
        if under:
            _suspect_rain(case, under, [link for link in group if link not in still])


def _suspect_rain(case: Case, wet: list[LinkId], dried: list[LinkId]) -> None:
    network = case.network
    worst = min(wet, key=lambda link: (case.links[link].condition is not Condition.DOWN, link))
    sites = sorted({site for link in wet for site in network.sites_of(link)})
    down = sum(case.links[link].condition is Condition.DOWN for link in wet)
    title = f"rain on {count(len(wet), 'link')} around {case.name(middle(network, sites))}"
    title += f", {down} of them down" if down else ""
    members = [case.links[link].subject for link in wet]
    said = _said(case, wet, dried)
    draft = case.suspect(
        case.links[worst],
        title,
        members,
        evidence=None if said is None else led_by(case, said, members),
    )
    case.join(draft, [Subject(SubjectKind.LINK, link) for link in dried])


def _said(case: Case, wet: list[LinkId], dried: list[LinkId]) -> Evidence | None:
    """Return what the links say of the rain together; None where a single one says it all."""
    if len(wet) < 2:
        return None
    rate = rates_words(case, wet)
    words = f"rain over {count(len(wet), 'link')}{f' of {rate}' if rate else ''}"
    return Evidence(
        detector="correlation",
        finding="rain_front",
        words=words,
        figures=(("links", float(len(wet))), ("dried_links", float(len(dried)))),
    )


def _suspect_other(case: Case, link: LinkId) -> None:
    """Tell a fade that looks like rain, but that a band beside it does not share."""
    verdict = case.links[link]
    odds = _CONTRADICTED / max(verdict.odds, 1.0)
    other = verdict.runner_up or Cause.UNKNOWN
    if odds >= _NAMED_FROM_ODDS and other is not Cause.RAIN:
        judged = replace(verdict, cause=other, runner_up=Cause.RAIN, odds=odds)
    else:
        judged = replace(verdict, cause=Cause.UNKNOWN, runner_up=other, odds=max(odds, 1 / odds))
    said = Evidence(
        detector="correlation",
        finding="dry_beside",
        words="another band of the same hop, which such rain would fade, stays dry",
        where=link,
    )
    state = "down" if verdict.condition is Condition.DOWN else "degraded"
    name = judged.cause.words if judged.cause and judged.cause is not Cause.UNKNOWN else ""
    case.suspect(
        judged,
        f"link {link} {state}, {name or 'cause unknown'}",
        evidence=led_by(case, said, [verdict.subject]),
    )
