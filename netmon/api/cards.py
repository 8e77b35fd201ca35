"""Incident cards: what, where, since, why, what is cut off, and what to check first."""

from html import escape
from typing import Final

from netmon.api.first_check import first_check
from netmon.api.naming import between, blinded, more, names, site_words
from netmon.api.symbols import symbol
from netmon.api.wording import NO_CORE, NOT_WORKED_OUT, clock, count, duration, rfc3339
from netmon.incidents import Incident, Phase
from netmon.verdict import Cause, Condition, SubjectKind
from topology.model import DeviceId, LinkId, SiteId
from topology.network import Network

SHOWN_INCIDENTS: Final = 50
_SHOWN_EVIDENCE: Final = 6


def incident_cards(network: Network, incidents: list[Incident], now: float) -> str:
    """Show open incidents, in the given order."""
    if not incidents:
        return ""
    cards = "".join(_incident(network, one, now) for one in incidents[:SHOWN_INCIDENTS])
    return (
        '<section aria-label="Open incidents"><h2>Incidents</h2>'
        f"{cards}{more(len(incidents), SHOWN_INCIDENTS, 'incidents', '/api/v1/incidents')}"
        "</section>"
    )


def tone(incident: Incident) -> str:
    """Return the colour of an incident: that of its severity."""
    return {"critical": "down", "warning": "degraded", "info": "unknown"}[incident.severity.value]


def _incident(network: Network, incident: Incident, now: float) -> str:
    phase = "" if incident.phase is Phase.OPEN else f" · {incident.phase.value}"
    if incident.acknowledged_by:
        phase = f" · acknowledged by {incident.acknowledged_by}"
    why = "".join(
        f"<li>{escape(evidence.words)}{_at(evidence.where)}</li>"
        for evidence in incident.evidence[:_SHOWN_EVIDENCE]
    )
    rows = [
        ("Where", escape(_where(network, incident))),
        (
            "Since",
            f'<time datetime="{rfc3339(incident.opened_at)}">'
            f"{escape(clock(incident.opened_at, now))}</time>"
            f" · <strong>{duration(now - incident.opened_at)}</strong>",
        ),
        ("Why", f"{_cause(incident)}<ul>{why}</ul>" if why else _cause(incident)),
        ("Probably from", escape(incident.area.words) if incident.area else ""),
        ("Cut off", _cut_off(network, incident)),
        ("First check", escape(first_check(incident))),
    ]
    facts = "".join(
        f'<div class="{name.lower().replace(" ", "-")}"><dt>{name}</dt><dd>{shown}</dd></div>'
        for name, shown in rows
        if shown
    )
    return (
        f'<article class="incident tone-{tone(incident)}">'
        f'<p class="kicker">{symbol(incident.condition)} '
        f"{escape(incident.severity.value.capitalize())}{escape(phase)}</p>"
        f"<h3>{escape(incident.title)}</h3><dl>{facts}</dl></article>"
    )


def _where(network: Network, incident: Incident) -> str:
    subject = incident.subject
    named = subject.id
    if subject.kind is SubjectKind.LINK and LinkId(subject.id) in network.links:
        named = f"{subject.id} ({between(network, LinkId(subject.id))})"
    elif subject.kind is SubjectKind.SITE and SiteId(subject.id) in network.sites:
        named = site_words(network.sites[SiteId(subject.id)])
    elif subject.kind is SubjectKind.DEVICE and DeviceId(subject.id) in network.devices:
        site = network.sites[network.site_of(DeviceId(subject.id))]
        named = f"{subject.id} at {site_words(site)}"
    others = [member.id for member in incident.members if member != subject]
    return f"{subject.kind.value} {named}" + (f"; with {names(others)}" if others else "")


def _cause(incident: Incident) -> str:
    words = f'<strong class="cause">{escape(incident.cause.words)}</strong>'
    if incident.cause is Cause.UNKNOWN:
        words = '<strong class="cause">cause not clear</strong>'
    if incident.runner_up in (None, Cause.UNKNOWN) or incident.odds < 1:
        return words
    odds = "over 99" if incident.odds > 99 else f"{incident.odds:.0f}"
    return f"{words}, {odds} to 1 against {escape(incident.runner_up.words)}"


def _cut_off(network: Network, incident: Incident) -> str:
    parts = []
    if incident.sites_lost:
        lost = [
            network.sites[SiteId(site)].name or site if SiteId(site) in network.sites else site
            for site in incident.sites_lost
        ]
        parts.append(f"{count(len(lost), 'site')}: {names(lost)}")
    if incident.dependents_lost:
        carried = len(incident.dependents_lost)
        parts.append(
            f"{count(carried, 'dependent')}: {names(blinded(network, incident.dependents_lost))}"
        )
    if not incident.consequence_known:
        parts.append(f"more {NOT_WORKED_OUT}" if parts else NOT_WORKED_OUT)
    if not parts and incident.condition is Condition.DOWN:
        return "no site: other ways carry on" if network.cores else NO_CORE
    return "<br>".join(escape(part) for part in parts)


def _at(where: str) -> str:
    return f" <small>{escape(where)}</small>" if where else ""
