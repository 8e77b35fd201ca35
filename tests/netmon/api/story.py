"""A small border network with trouble in it, for the API's tests and its screenshots."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from netmon.detection.readings import DeviceReadings, InterfaceReadings, LinkReadings, Readings
from netmon.incidents import Incident, Phase, Severity
from netmon.verdict import Cause, Condition, Evidence, Subject, SubjectKind, Verdict
from topology.model import (
    Carrier,
    Dependent,
    DependentKind,
    Device,
    DeviceId,
    Interface,
    InterfaceId,
    Link,
    LinkId,
    Medium,
    Position,
    Role,
    Site,
    SiteId,
    interface_id,
)
from topology.network import Network

NOW = 1_795_478_400.0  # 2026-11-24T00:00:00Z

_SITES = (
    ("tartu", "Tartu", "EE", 58.378, 26.729, Role.CORE, 0),
    ("narva", "Narva", "EE", 59.377, 28.190, Role.BORDER_POST, 3),
    ("vasknarva", "Vasknarva", "EE", 58.999, 27.729, Role.BORDER_POST, 2),
    ("mustvee", "Mustvee", "EE", 58.849, 26.939, Role.RELAY, 0),
    ("koidula", "Koidula", "EE", 57.846, 27.596, Role.BORDER_POST, 1),
    ("piusa", "Piusa", "EE", 57.842, 27.466, Role.RELAY, 0),
    ("rezekne", "Rēzekne", "LV", 56.510, 27.333, Role.CORE, 0),
    ("terehova", "Terehova", "LV", 56.366, 28.237, Role.BORDER_POST, 2),
)
_LINKS: tuple[tuple[str, str, str, Medium, float | None], ...] = (
    ("mw-tartu-mustvee", "tartu", "mustvee", Medium.MICROWAVE, 7.428e9),
    ("mw-mustvee-vasknarva", "mustvee", "vasknarva", Medium.MICROWAVE, 7.456e9),
    ("mw-vasknarva-narva", "vasknarva", "narva", Medium.MICROWAVE, 15.061e9),
    ("s6-narva-mast", "narva", "narva", Medium.SUB6, 2.437e9),
    ("f-tartu-piusa", "tartu", "piusa", Medium.FIBRE, None),
    ("mw-piusa-koidula", "piusa", "koidula", Medium.MICROWAVE, 22.4e9),
    ("f-tartu-rezekne", "tartu", "rezekne", Medium.FIBRE, None),
    ("e-rezekne-terehova", "rezekne", "terehova", Medium.MICROWAVE, 73.5e9),
    ("sat-terehova", "rezekne", "terehova", Medium.VSAT, 14.2e9),
)
_CONDITIONS: dict[str, tuple[Condition, Cause | None, str]] = {
    "mw-tartu-mustvee": (Condition.DOWN, Cause.POWER, "both ends silent for 9 polls"),
    "mw-mustvee-vasknarva": (Condition.UNREACHABLE, Cause.UPSTREAM, "behind mustvee"),
    "mw-vasknarva-narva": (Condition.UNREACHABLE, Cause.UPSTREAM, "behind mustvee"),
    "s6-narva-mast": (
        Condition.DEGRADED,
        Cause.JAMMING_LIKE,
        "SNR down 14.2 dB while the level holds; noise floor up 15.0 dB",
    ),
    "e-rezekne-terehova": (Condition.DEGRADED, Cause.RAIN, "level and SNR fall together"),
}
_SITE_CONDITIONS = {
    "narva": Condition.UNREACHABLE,
    "vasknarva": Condition.UNREACHABLE,
    "mustvee": Condition.DOWN,
    "koidula": Condition.MAINTENANCE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryJudgement:
    """A judgement as the judge makes one."""

    links: Mapping[LinkId, Verdict] = field(default_factory=dict)
    devices: Mapping[DeviceId, Verdict] = field(default_factory=dict)
    sites: Mapping[SiteId, Verdict] = field(default_factory=dict)
    network: Verdict | None = None


@dataclass(slots=True, kw_only=True)
class StorySource:
    """A source whose every answer can be set."""

    network: Network
    judgement: StoryJudgement | None = None
    readings: Readings | None = None
    incidents: Sequence[Incident] = ()
    now: float = NOW
    data_age_seconds: float | None = 3.0
    reasons_unready: tuple[str, ...] = ()
    reasons_unhealthy: tuple[str, ...] = ()
    asked: list[tuple[str, str]] = field(default_factory=list)
    metrics: bytes = b"netmon_link_up 1\n"

    def unready(self) -> Sequence[str]:
        return self.reasons_unready

    def unhealthy(self) -> Sequence[str]:
        return self.reasons_unhealthy

    async def render_metrics(
        self, accept: str, accept_encoding: str
    ) -> tuple[str, bytes, Mapping[str, str]]:
        self.asked.append((accept, accept_encoding))
        return "text/plain; version=0.0.4; charset=utf-8", self.metrics, {"Vary": "Accept"}


def make_network(site_name: str = "Narva") -> Network:
    sites = [
        Site(
            id=SiteId(one),
            name=site_name if one == "narva" else name,
            country=country,
            position=Position(latitude_deg=latitude, longitude_deg=longitude),
            role=role,
            dependents=tuple(
                Dependent(id=f"{one}-mast-{number}", kind=kind)
                for number, kind in zip(range(masts), DependentKind, strict=False)
            ),
        )
        for one, name, country, latitude, longitude, role, masts in _SITES
    ]
    devices = [Device(id=DeviceId(f"{site.id}-r1"), site=site.id) for site in sites]
    devices.append(Device(id=DeviceId("narva-m1"), site=SiteId("narva"), kind="radio"))
    interfaces: list[Interface] = []
    links: list[Link] = []
    for name, a, b, medium, frequency_hz in _LINKS:
        ends = [f"{a}-r1", f"{b}-r1" if a != b else "narva-m1"]
        interfaces.extend(
            Interface(id=interface_id(DeviceId(end), name), device=DeviceId(end), name=name)
            for end in ends
        )
        links.append(
            Link(
                id=LinkId(name),
                a=InterfaceId(f"{ends[0]}:{name}"),
                b=InterfaceId(f"{ends[1]}:{name}"),
                medium=medium,
                carrier=Carrier(frequency_hz=frequency_hz, width_hz=28e6) if frequency_hz else None,
                capacity_bps=4e8,
                contact="<b>duty desk</b>, Jõhvi" if name == "s6-narva-mast" else "",
            )
        )
    return Network.build(sites, devices, interfaces, links)


def make_judgement(network: Network) -> StoryJudgement:
    links = {}
    for link in network.links:
        condition, cause, words = _CONDITIONS.get(link, (Condition.HEALTHY, None, ""))
        links[link] = Verdict(
            subject=Subject(SubjectKind.LINK, link),
            condition=condition,
            since=NOW - 754,
            cause=cause,
            odds=12.0 if cause else 0.0,
            evidence=(Evidence(detector="story", finding="told", words=words),) if words else (),
        )
    sites = {
        site: Verdict(
            subject=Subject(SubjectKind.SITE, site),
            condition=_SITE_CONDITIONS.get(site, Condition.HEALTHY),
            since=NOW - 754,
        )
        for site in network.sites
    }
    return StoryJudgement(links=links, sites=sites)


def make_readings(network: Network, missing: Sequence[str] = ()) -> Readings:
    devices, interfaces = tuple(network.devices), tuple(network.interfaces)
    rows = {one: row for row, one in enumerate(interfaces)}
    alive = np.array([not d.startswith(("narva-r", "vask", "mustvee")) for d in devices])
    radio = np.array([network.links[network.link_at(one)[0]].medium.is_radio for one in interfaces])
    device_row = np.array([devices.index(network.device_of(one)) for one in interfaces])
    known = radio & alive[device_row]
    spread = np.arange(len(interfaces)) % 5
    jammed = np.array(["s6-narva" in one for one in interfaces])
    rsl = np.where(known, -38.4 - 2.3 * spread, np.nan)
    snr = np.where(known, np.where(jammed, 9.7, 33.1 - spread), np.nan)
    none = np.full(len(devices), np.inf)
    zeros = np.zeros(len(devices), dtype=np.int64)
    return Readings(
        now=NOW,
        monotonic=1000.0,
        devices=DeviceReadings(
            ids=devices,
            asked_snmp=np.ones(len(devices), dtype=np.bool_),
            asked_ping=np.ones(len(devices), dtype=np.bool_),
            snmp_timeouts=zeros,
            ping_timeouts=zeros,
            answered_age_seconds=none,
            polled_age_seconds=none,
            echoed=alive,
            loss_ratio=np.where(alive, 0.0, 1.0),
            rtt_seconds=np.where(alive, 0.0042 + 0.003 * np.arange(len(devices)), np.nan),
            ipdv_seconds=none,
            gauges={},
            rebooted_age_seconds=none,
        ),
        interfaces=InterfaceReadings(
            ids=interfaces,
            device_row=device_row,
            updated=np.ones(len(interfaces), dtype=np.bool_),
            missing=np.isin(interfaces, missing),
            age_seconds=np.zeros(len(interfaces)),
            gauges={"rsl_dbm": rsl, "snr_db": snr},
            rates={},
        ),
        links=LinkReadings(
            ids=tuple(network.links),
            a_row=np.array([rows[link.a] for link in network.links.values()]),
            b_row=np.array([rows[link.b] for link in network.links.values()]),
        ),
    )


def make_incident(
    *,
    name: str = "i-1",
    kind: SubjectKind = SubjectKind.LINK,
    subject: str = "s6-narva-mast",
    cause: Cause = Cause.JAMMING_LIKE,
    severity: Severity = Severity.CRITICAL,
    phase: Phase = Phase.OPEN,
    title: str = "jamming-like interference on 1 link in 2.4 GHz around Narva",
    words: Sequence[str] = ("SNR down 14.2 dB while the level holds", "noise floor up 15.0 dB"),
    members: Sequence[str] = (),
    sites_lost: tuple[str, ...] = (),
    dependents_lost: tuple[str, ...] = (),
    condition: Condition = Condition.DEGRADED,
    opened_at: float = NOW - 754,
    acknowledged_by: str = "",
) -> Incident:
    root = Subject(kind, subject)
    return Incident(
        id=name,
        subject=root,
        condition=condition,
        cause=cause,
        runner_up=Cause.INTERFERENCE if cause is Cause.JAMMING_LIKE else Cause.UNKNOWN,
        odds=12.4,
        severity=severity,
        phase=phase,
        title=title,
        evidence=tuple(
            Evidence(detector="story", finding="told", words=one, where=subject) for one in words
        ),
        members=(root, *(Subject(SubjectKind.LINK, one) for one in members)),
        sites_lost=sites_lost,
        dependents_lost=dependents_lost,
        opened_at=opened_at,
        changed_at=opened_at,
        closed_at=NOW if phase is Phase.CLOSED else None,
        acknowledged_by=acknowledged_by,
    )


def make_incidents() -> tuple[Incident, ...]:
    return (
        make_incident(),
        make_incident(
            name="i-2",
            kind=SubjectKind.SITE,
            subject="mustvee",
            cause=Cause.POWER,
            condition=Condition.DOWN,
            title="Mustvee without power: 2 sites cut off behind it",
            words=("on battery since 23:21 UTC, 21.9 V falling", "every device silent at once"),
            members=("mw-tartu-mustvee", "mw-mustvee-vasknarva", "mw-vasknarva-narva"),
            sites_lost=("vasknarva", "narva"),
            dependents_lost=("narva-mast-0", "narva-mast-1", "narva-mast-2", "vasknarva-mast-0"),
            acknowledged_by="duty desk north",
            phase=Phase.ACKNOWLEDGED,
        ),
        make_incident(
            name="i-3",
            subject="e-rezekne-terehova",
            cause=Cause.RAIN,
            severity=Severity.WARNING,
            title="rain fade on e-rezekne-terehova (80 GHz)",
            words=("RSL down 11.3 dB at both ends, SNR down 11.0 dB",),
        ),
        make_incident(name="i-4", phase=Phase.CLOSED, cause=Cause.FIBRE_CUT, title="old"),
    )


def make_source(**changes: object) -> StorySource:
    network = make_network()
    source = StorySource(
        network=network,
        judgement=make_judgement(network),
        readings=make_readings(network),
        incidents=make_incidents(),
    )
    for name, value in changes.items():
        setattr(source, name, value)
    return source
