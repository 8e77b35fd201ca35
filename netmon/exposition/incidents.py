"""Incidents as metrics: one series for each that is open, and its words in `_info`."""

from collections import Counter
from collections.abc import Iterator, Sequence

from netmon.exposition.families import FAMILIES
from netmon.exposition.family import Family
from netmon.exposition.text import line, words
from netmon.incidents import Incident, Phase, Severity
from netmon.verdict import Cause, Subject, SubjectKind
from topology.model import DeviceId, InterfaceId
from topology.network import Network

Lines = tuple[Family, list[str]]
MAX_SITES_NAMED = 20


class IncidentLines:
    """Writes incidents. It keeps their words while nothing but figures changes.

    A label that changed with every figure would make a new series with every cycle. In a drill
    every incident carries `drill="true"`.
    """

    def __init__(self, *, is_drill: bool = False) -> None:
        self._mark = {"drill": "true"} if is_drill else {}
        self._because: dict[str, tuple[object, str]] = {}

    def render(
        self,
        network: Network,
        incidents: Sequence[Incident],
        opened: Counter[tuple[Cause, Severity]],
    ) -> Iterator[Lines]:
        """Give every family about incidents with its lines."""
        self._because = {incident.id: self._words(incident) for incident in incidents}
        yield _lines(
            "netmon_incident_open", [(_labels(network, i) | self._mark, 1) for i in incidents]
        )
        for name, value in (
            ("netmon_incident_opened_timestamp_seconds", lambda i: i.opened_at),
            ("netmon_incident_acknowledged", lambda i: int(i.phase is Phase.ACKNOWLEDGED)),
            ("netmon_incident_members", lambda i: len(i.members)),
            ("netmon_incident_sites_lost", lambda i: len(i.sites_lost)),
            ("netmon_incident_dependents_lost", lambda i: len(i.dependents_lost)),
        ):
            yield _lines(name, [({"incident": i.id}, value(i)) for i in incidents])
        yield _lines("netmon_incident_info", [(self._info(i), 1) for i in incidents])
        yield _lines(
            "netmon_incidents_total",
            [
                ({"cause": cause.value, "severity": severity.value}, opened[cause, severity])
                for cause in Cause
                for severity in Severity
            ],
        )

    def _info(self, incident: Incident) -> dict[str, str]:
        return {
            "incident": incident.id,
            "title": words(incident.title),
            "because": self._because[incident.id][1],
            "phase": incident.phase.value,
            "condition": incident.condition.value,
            "runner_up": "" if incident.runner_up is None else incident.runner_up.value,
            "sites_lost": words(" ".join(incident.sites_lost[:MAX_SITES_NAMED])),
            "dependents_lost": words(" ".join(incident.dependents_lost[:MAX_SITES_NAMED])),
            **self._mark,
        }

    def _words(self, incident: Incident) -> tuple[object, str]:
        findings = {(e.detector, e.finding, e.where) for e in incident.evidence}
        key = incident.condition, incident.cause, frozenset(findings)
        known = self._because.get(incident.id)
        if known is not None and known[0] == key:
            return known
        return key, words("; ".join(dict.fromkeys(e.words for e in incident.evidence)))


def _lines(name: str, samples: Sequence[tuple[dict[str, str], float]]) -> Lines:
    return FAMILIES[name], [line(name, labels, value) for labels, value in samples]


def _labels(network: Network, incident: Incident) -> dict[str, str]:
    subject = incident.subject
    return {
        "incident": incident.id,
        "cause": incident.cause.value,
        "severity": incident.severity.value,
        "subject_kind": subject.kind.value,
        "site": _site(network, subject),
        "link": subject.id if subject.kind is SubjectKind.LINK else "",
        "device": _device(network, subject),
        "known": "" if incident.known is None else incident.known.value,
    }


def _device(network: Network, subject: Subject) -> str:
    if subject.kind is SubjectKind.DEVICE:
        return subject.id
    if subject.kind is SubjectKind.INTERFACE and subject.id in network.interfaces:
        return network.device_of(InterfaceId(subject.id))
    return ""


def _site(network: Network, subject: Subject) -> str:
    if subject.kind is SubjectKind.SITE:
        return subject.id
    device = _device(network, subject)
    return network.site_of(DeviceId(device)) if device in network.devices else ""
