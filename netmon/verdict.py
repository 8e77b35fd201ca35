"""Verdict: what we believe of one subject and why; the words every later room uses.

The vocabulary is closed: a new condition or cause is a row here, in docs/glossary.md and in the
rules that judge it (`netmon.detection.judge`).
"""

from dataclasses import dataclass, field
from enum import StrEnum


class Condition(StrEnum):
    """What a subject is, ordered by nothing: precedence lives in `netmon.detection.beliefs`."""

    HEALTHY = "healthy"
    DEGRADED = "degraded"
    DOWN = "down"
    UNREACHABLE = "unreachable"  # silent behind a cause elsewhere
    UNKNOWN = "unknown"
    MAINTENANCE = "maintenance"


class Cause(StrEnum):
    """Why; a pattern in the measurements, never an intent."""

    RAIN = "rain"
    MULTIPATH = "multipath"
    MISALIGNMENT = "misalignment"
    TRANSMITTER = "transmitter"
    RECEIVER = "receiver"
    POWER = "power"
    FIBRE_CUT = "fibre_cut"
    CONGESTION = "congestion"
    CONFIGURATION = "configuration"
    SYNC = "sync"
    INTERFERENCE = "interference"
    JAMMING_LIKE = "jamming_like"
    UPSTREAM = "upstream"
    UNKNOWN = "unknown"

    @property
    def words(self) -> str:
        """How people read it: `jamming-like`, `fibre cut`."""
        return "jamming-like" if self is Cause.JAMMING_LIKE else self.value.replace("_", " ")


class Known(StrEnum):
    """What was known beforehand and explains an incident: it is shown, and nobody is paged."""

    EMISSION = "planned_emission"  # an own emitter: a counter-drone jammer, an exercise
    MAINTENANCE = "maintenance"  # a planned window
    SUN = "sun_outage"  # the sun behind a satellite, as predicted


class SubjectKind(StrEnum):
    """What can be judged."""

    NETWORK = "network"
    SITE = "site"
    DEVICE = "device"
    INTERFACE = "interface"
    LINK = "link"


@dataclass(frozen=True, slots=True, order=True)
class Subject:
    """What a verdict or an incident is about."""

    kind: SubjectKind
    id: str

    def __hash__(self) -> int:
        return hash(self.id)  # kept by the text itself; thousands are looked up in a cycle


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One detector's finding, in words and numbers.

    `detector` names the module of `netmon.detection`; `finding` is that detector's own closed word
    (`level_loss`, `quality_loss`, `silence` …); `figures` hold name-with-unit → number.
    """

    detector: str
    finding: str
    words: str
    figures: tuple[tuple[str, float], ...] = ()
    where: str = ""  # the end, direction or device it was seen at


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What we believe of one subject since when, and why.

    `odds` are those of `cause` against `runner_up`; below 3 the cause is UNKNOWN. A healthy verdict
    has no cause.
    """

    subject: Subject
    condition: Condition
    since: float  # wall clock, Unix seconds
    cause: Cause | None = None
    runner_up: Cause | None = None
    odds: float = 0.0
    evidence: tuple[Evidence, ...] = field(default=())

    @property
    def because(self) -> str:
        """The evidence as one line."""
        return "; ".join(evidence.words for evidence in self.evidence)
