"""Parts of the page that cards and tables share: who is meant, in people's words."""

from collections.abc import Iterable, Mapping
from typing import Final

from netmon.incidents import Incident, Phase
from netmon.verdict import Cause, SubjectKind, Verdict
from topology.model import InterfaceId, LinkId, Site
from topology.network import Network

_SHOWN_NAMES: Final = 12


def names(ids: Iterable[str]) -> str:
    """Write a list of names, cut where nobody reads on."""
    known = list(ids)
    rest = len(known) - _SHOWN_NAMES
    return ", ".join(known[:_SHOWN_NAMES]) + (f" and {rest} more" if rest > 0 else "")


def blinded(network: Network, dependents: Iterable[str]) -> list[str]:
    """Write what is lost with what it is: narva-mast (camera mast)."""
    kinds = {each.id: each.kind for site in network.sites.values() for each in site.dependents}
    return [
        f"{one} ({kinds[one].value.replace('_', ' ')})" if one in kinds else one
        for one in dependents
    ]


def between(network: Network, link: LinkId) -> str:
    """Write where a link leads."""
    a, b = (network.sites[site].name or site for site in network.sites_of(link))
    return f"inside {a}" if a == b else f"{a} – {b}"


def missing_end(network: Network, interface: InterfaceId) -> str:
    """Say that nothing is read at an end of a link, and why."""
    known = network.interfaces[interface]
    return f"not read: {known.device} has no interface {known.name}"


def site_words(site: Site) -> str:
    """Write a site with its id, which alarms and files use."""
    return f"{site.name} ({site.id})" if site.name and site.name != site.id else site.id


def more(total: int, shown: int, noun: str, address: str) -> str:
    """Say what the page leaves out, and where it is."""
    if total <= shown:
        return ""
    return f'<p class="more">{total - shown} more {noun}: <a href="{address}">{address}</a></p>'


def incident_of_links(incidents: Iterable[Incident]) -> dict[LinkId, Incident]:
    """Return for each link the open incident that explains it."""
    return {
        LinkId(member.id): incident
        for incident in incidents
        if incident.phase is not Phase.CLOSED
        for member in incident.members
        if member.kind is SubjectKind.LINK
    }


def link_cause(verdict: Verdict | None, explained: Mapping[LinkId, Incident]) -> str:
    """Write the cause of a link, and what it is part of if that says more than the link alone.

    One receiver shows interference; only several together are a jamming-like pattern.
    """
    if verdict is None or verdict.cause is None:
        return ""
    words, incident = verdict.cause.words, explained.get(LinkId(verdict.subject.id))
    if incident is None or incident.cause in (verdict.cause, Cause.UNKNOWN):
        return words
    return f"{words}, part of {incident.cause.words} incident {incident.id}"
