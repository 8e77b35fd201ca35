"""A source for the exposition, and scrapes of it read back by prometheus_client's parsers."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from prometheus_client.metrics_core import Metric
from prometheus_client.openmetrics.parser import text_string_to_metric_families as read_openmetrics
from prometheus_client.parser import text_string_to_metric_families as read_plain

from netmon.exposition.exposition import Exposition, ExpositionSettings
from netmon.incidents import Incident, Phase, Severity
from netmon.pipeline import PipelineStatistics
from netmon.state import State
from netmon.verdict import Cause, Condition, Evidence, Subject, SubjectKind, Verdict
from topology.model import DeviceId, LinkId, SiteId

OPENMETRICS = "application/openmetrics-text; version=1.0.0"
Key = tuple[str, frozenset[tuple[str, str]]]


@dataclass(kw_only=True)
class Judgement:
    """What is believed."""

    devices: Mapping[DeviceId, Verdict] = field(default_factory=dict)
    links: Mapping[LinkId, Verdict] = field(default_factory=dict)
    sites: Mapping[SiteId, Verdict] = field(default_factory=dict)
    network: Verdict | None = None


@dataclass(kw_only=True)
class Story:
    """Everything an exposition reads."""

    state: State
    judgement: Judgement | None = None
    open_incidents: Sequence[Incident] = ()
    statistics: PipelineStatistics = field(default_factory=PipelineStatistics)
    queue_depth: int = 0


def make_exposition(story: Story, *, at: float = 0.0, series_limit: int = 300_000) -> Exposition:
    """Return the exposition of a story at a monotonic instant."""
    return Exposition(
        story,
        version="1.2.3",
        monotonic=lambda: at,
        settings=ExpositionSettings(series_limit=series_limit),
    )


def scrape(exposition: Exposition, accept: str = "") -> dict[Key, float]:
    """Return every series of a scrape: name and labels → value."""
    content_type, body, _ = exposition.render_now(accept)
    read = read_openmetrics if "openmetrics" in content_type else read_plain
    return series(read(body.decode()))


def series(families: Iterable[Metric]) -> dict[Key, float]:
    """Return every series; a series that is there twice is an error."""
    found: dict[Key, float] = {}
    for family in families:
        for sample in family.samples:
            key = sample.name, frozenset(sample.labels.items())
            assert key not in found, key
            found[key] = sample.value
    return found


def value(found: Mapping[Key, float], name: str, **labels: str) -> float | None:
    """Return the value of a series, None if it is absent."""
    return found.get((name, frozenset(labels.items())))


def names(found: Mapping[Key, float]) -> set[str]:
    """Return the names of all series."""
    return {name for name, _ in found}


def verdict(kind: SubjectKind, identity: str, condition: Condition) -> Verdict:
    """Return a bare verdict."""
    return Verdict(subject=Subject(kind, identity), condition=condition, since=1.7e9)


def make_incident(*, words: str = "SNR down 9.3 dB", title: str = "jamming-like") -> Incident:
    """Return an open incident of a link."""
    subject = Subject(SubjectKind.LINK, "narva-r1--tartu-r1")
    return Incident(
        id="i1",
        subject=subject,
        condition=Condition.DEGRADED,
        cause=Cause.JAMMING_LIKE,
        runner_up=Cause.INTERFERENCE,
        odds=5.0,
        severity=Severity.CRITICAL,
        phase=Phase.OPEN,
        title=title,
        evidence=(Evidence(detector="radio", finding="quality_loss", words=words),),
        members=(subject,),
        sites_lost=("site-tartu-r1",),
        dependents_lost=("camera-1", "camera-2"),
        opened_at=1.7e9,
        changed_at=1.7e9,
    )
