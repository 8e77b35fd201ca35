"""What the API says, as JSON: pure functions from values to plain documents.

Times are RFC 3339 in UTC, units are in the names, what is unknown is null, never 0.
"""

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from netmon.api.figures import UNKNOWN, EndFigures, link_figures
from netmon.api.first_check import first_check
from netmon.api.geojson import feature_collection
from netmon.api.naming import missing_end
from netmon.api.source import Judged, Source
from netmon.api.wording import CONDITION_ORDER, SEVERITY_ORDER, band, rfc3339
from netmon.incidents import Incident, Phase
from netmon.verdict import Condition, Evidence, Subject, Verdict
from topology.model import InterfaceId, LinkId, SiteId
from topology.network import Network

Document = dict[str, Any]
SubjectT = TypeVar("SubjectT")


def encode(document: Document) -> bytes:
    """Write a document; NaN and infinity, which JSON lacks, have become null."""
    try:
        text = json.dumps(document, ensure_ascii=False, allow_nan=False)
    except ValueError:
        text = json.dumps(_finite(document), ensure_ascii=False, allow_nan=False)
    return text.encode("utf-8", "replace")


def problem(status: int, title: str, detail: str) -> Document:
    """Say what was wrong with a request, as RFC 9457 does."""
    return {"type": "about:blank", "title": title, "status": status, "detail": detail}


def condition_of(verdict: Verdict | None) -> Condition:
    """Return the condition; without a verdict it is unknown, not healthy."""
    return Condition.UNKNOWN if verdict is None else verdict.condition


def site_conditions(network: Network, judged: Judged | None) -> dict[SiteId, Condition]:
    """Return the condition of every site, in the inventory's order."""
    return {s: condition_of(judged.sites.get(s) if judged else None) for s in network.sites}


def link_conditions(network: Network, judged: Judged | None) -> dict[LinkId, Condition]:
    """Return the condition of every link, in the inventory's order."""
    return {k: condition_of(judged.links.get(k) if judged else None) for k in network.links}


def worst_first(conditions: Mapping[SubjectT, Condition]) -> list[SubjectT]:
    """Return the subjects, the worst condition first, else in the given order."""
    return sorted(conditions, key=lambda subject: CONDITION_ORDER.index(conditions[subject]))


def ranked(incidents: Sequence[Incident]) -> list[Incident]:
    """Return incidents worst first: severity, then what they cut off, then the newest."""
    return sorted(
        incidents,
        key=lambda incident: (
            SEVERITY_ORDER.index(incident.severity),
            -len(incident.sites_lost),
            -len(incident.dependents_lost),
            -incident.opened_at,
            incident.id,
        ),
    )


def open_incidents(incidents: Sequence[Incident]) -> list[Incident]:
    """Return those not closed yet, worst first."""
    return ranked([incident for incident in incidents if incident.phase is not Phase.CLOSED])


def link_documents(source: Source, links: Sequence[LinkId]) -> list[Document]:
    """Say everything known of some links, in the given order."""
    figures = link_figures(source.readings, links)
    concerned = _incidents_by_subject(source.incidents)
    judged = source.judgement
    return [
        _link(
            source.network,
            link,
            judged.links.get(link) if judged else None,
            figures.get(link, UNKNOWN).a,
            figures.get(link, UNKNOWN).b,
        )
        | {"incidents": concerned.get(("link", link), [])}
        for link in links
    ]


def site_documents(source: Source, sites: Sequence[SiteId]) -> list[Document]:
    """Say everything known of some sites, in the given order."""
    concerned = _incidents_by_subject(source.incidents)
    judged, network = source.judgement, source.network
    documents: list[Document] = []
    for site_id in sites:
        site = network.sites[site_id]
        documents.append(
            {
                "id": site.id,
                "name": site.name or site.id,
                "country": site.country,
                "role": site.role.value,
                "latitude_deg": site.position.latitude_deg,
                "longitude_deg": site.position.longitude_deg,
                "devices": list(network.devices_of(site.id)),
                "links": list(network.links_of_site(site.id)),
                "dependents": [
                    {"id": dependent.id, "kind": dependent.kind.value}
                    for dependent in site.dependents
                ],
            }
            | _verdict(judged.sites.get(site_id) if judged else None)
            | {"incidents": concerned.get(("site", site_id), [])}
        )
    return documents


def incident_document(incident: Incident) -> Document:
    """Say everything known of one incident."""
    return {
        "id": incident.id,
        "title": incident.title,
        "severity": incident.severity.value,
        "phase": incident.phase.value,
        "condition": incident.condition.value,
        "cause": incident.cause.value,
        "runner_up": incident.runner_up.value if incident.runner_up else None,
        "odds": incident.odds,
        "subject": _subject(incident.subject),
        "members": [_subject(member) for member in incident.members],
        "sites_lost": list(incident.sites_lost),
        "dependents_lost": list(incident.dependents_lost),
        "consequence_known": incident.consequence_known,
        "known": incident.known.value if incident.known else None,
        "evidence": [_evidence(evidence) for evidence in incident.evidence],
        "area": None if incident.area is None else feature_collection(incident.area),
        "first_check": first_check(incident),
        "opened_at": rfc3339(incident.opened_at),
        "changed_at": rfc3339(incident.changed_at),
        "closed_at": None if incident.closed_at is None else rfc3339(incident.closed_at),
        "acknowledged_by": incident.acknowledged_by or None,
    }


def _link(
    network: Network, link_id: LinkId, verdict: Verdict | None, a: EndFigures, b: EndFigures
) -> Document:
    link = network.links[link_id]
    carrier = link.carrier
    return {
        "id": link.id,
        "medium": link.medium.value,
        "band": band(link),
        "frequency_hz": carrier.frequency_hz if carrier else None,
        "channel_width_hz": carrier.width_hz if carrier else None,
        "polarisation": carrier.polarisation.value if carrier else None,
        "length_m": round(network.length_m(link.id), 1),
        "capacity_bps": link.capacity_bps,
        "srlgs": sorted(link.srlgs),
        "contact": link.contact or None,
        "a": _end(network, link.a, a),
        "b": _end(network, link.b, b),
    } | _verdict(verdict)


def _end(network: Network, interface: InterfaceId, figures: EndFigures) -> Document:
    device = network.device_of(interface)
    return {
        "site": network.site_of(device),
        "device": device,
        "interface": interface,
        "rsl_dbm": figures.rsl_dbm,
        "snr_db": figures.snr_db,
        "noise_floor_dbm": figures.noise_floor_dbm,
        "capacity_bps": figures.capacity_bps,
        "loss_ratio": figures.loss_ratio,
        "rtt_seconds": figures.rtt_seconds,
        "not_read": missing_end(network, interface) if figures.is_missing else None,
    }


def _verdict(verdict: Verdict | None) -> Document:
    if verdict is None:
        return {
            "condition": Condition.UNKNOWN.value,
            "cause": None,
            "runner_up": None,
            "odds": None,
            "since": None,
            "because": "not judged yet",
            "evidence": [],
        }
    return {
        "condition": verdict.condition.value,
        "cause": verdict.cause.value if verdict.cause else None,
        "runner_up": verdict.runner_up.value if verdict.runner_up else None,
        "odds": verdict.odds if verdict.cause else None,
        "since": rfc3339(verdict.since),
        "because": verdict.because,
        "evidence": [_evidence(evidence) for evidence in verdict.evidence],
    }


def _evidence(evidence: Evidence) -> Document:
    return {
        "detector": evidence.detector,
        "finding": evidence.finding,
        "words": evidence.words,
        "figures": dict(evidence.figures),
        "where": evidence.where or None,
    }


def _subject(subject: Subject) -> Document:
    return {"kind": subject.kind.value, "id": subject.id}


def _incidents_by_subject(incidents: Sequence[Incident]) -> dict[tuple[str, str], list[str]]:
    concerned: dict[tuple[str, str], list[str]] = {}
    for incident in open_incidents(incidents):
        for member in {incident.subject, *incident.members}:
            concerned.setdefault((member.kind.value, member.id), []).append(incident.id)
    return concerned


def _finite(value: Any) -> Any:
    """Replace what JSON cannot say by null, at every depth."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: _finite(member) for key, member in value.items()}
    if isinstance(value, list):
        return [_finite(member) for member in value]
    return value
