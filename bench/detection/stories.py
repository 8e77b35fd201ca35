"""Stories (layer C): made-up borders, a seed each, watched by the whole line without a packet.

Observations go through state, judge, correlation and incidents exactly as from the wire; only the
collectors are left out. A quiet day comes first, so that baselines are grown.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import Final

import numpy as np

from bench.detection.causes import Found, Happened, Naming, name
from bench.detection.events import Span
from netmon.correlation.memory import Memory
from netmon.correlation.rules import correlate
from netmon.detection.judge import Judge, Judgement
from netmon.incidents import Incident, Severity, Suspicion
from netmon.lives import Incidents
from netmon.pipeline import Judging, Observer, Pipeline
from netmon.simulation import attacks
from netmon.simulation.chance import DAY_SECONDS, JAMMING, JAMMING_PER_DAY, KINDS
from netmon.simulation.foreseen import foreseen
from netmon.simulation.meters import REAL, MeterSettings
from netmon.simulation.past import AnyObservation, past, steps
from netmon.simulation.trial import Trial, trial
from netmon.simulation.truth import Touch, Truth
from netmon.state import State
from netmon.verdict import SubjectKind

POLL_SECONDS: Final = 60.0
PAST_SECONDS: Final = 300.0  # between the polls of the quiet day
BEGAN: Final = 1_795_000_000.0  # the wall clock at the story's beginning
MONOTONIC: Final = 1_000_000.0
# What of an event must be told; less may pass unnoticed, and may be told.
_FADE_DB: Final = 5.0
_QUALITY_DB: Final = 3.0
_ERRORED_RATIO: Final = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """How long a story is and how many times the stated rates happen in it."""

    seconds: float = DAY_SECONDS / 2
    times: float = 3.0
    posts: int | None = None
    poll_seconds: float = POLL_SECONDS
    meters: MeterSettings = REAL
    is_unseen: bool = False  # ranges a quarter wider and the jammer kept back: the final scoring

    @property
    def rates(self) -> dict[str, float]:
        """Events per day and 100 links."""
        usual = {**{kind: each.per_day for kind, each in KINDS.items()}, JAMMING: JAMMING_PER_DAY}
        return {kind: rate * self.times for kind, rate in usual.items()}


def play(seed: int, course: Course) -> Naming:
    """Let netmon watch the story of a seed; return what it said of what happened."""
    made = make(seed, course)
    return named(made, watch(made, course.seconds, poll_seconds=course.poll_seconds), course)


def make(seed: int, course: Course) -> Trial:
    """Return the trial of a seed."""
    return trial(
        seed,
        seconds=course.seconds,
        posts=course.posts,
        rates=course.rates,
        interval_seconds=course.poll_seconds,
        meters=course.meters,
        wider=course.is_unseen,
        jammers=attacks.ALL if course.is_unseen else attacks.DEVELOPMENT,
    )


def named(made: Trial, lives: Iterable[Incident], course: Course) -> Naming:
    """Hold the incidents of a trial against what happened in it."""
    return name(
        [happened(truth) for truth in made.story.truths],
        found(lives, course.seconds),
        link_seconds=len(made.border.network.links) * course.seconds,
    )


def watch(
    made: Trial,
    seconds: float,
    *,
    poll_seconds: float = POLL_SECONDS,
    judge: Judging[Judgement] | None = None,
    observers: Sequence[Observer[Judgement]] = (),
) -> tuple[Incident, ...]:
    """Return every incident of a trial in all its versions; `observers` see every cycle of it."""
    watching = Watching(made, judge=judge, observers=observers)
    for observations in polls(made, seconds, poll_seconds):
        at = max(observation.monotonic for observation in observations)
        watching.see(observations, at + 1.0)
    return tuple(watching.told)


class Watching:
    """State, judge, correlation and incidents, given observations and the time."""

    def __init__(
        self,
        made: Trial,
        *,
        judge: Judging[Judgement] | None = None,
        observers: Sequence[Observer[Judgement]] = (),
    ) -> None:
        border = made.border
        self.told: list[Incident] = []  # in all versions
        self._now = MONOTONIC
        self._pipeline: Pipeline[Judgement, Suspicion] = Pipeline(
            state=State(border.network, {target.device: target for target in border.targets}),
            judge=judge
            or Judge(
                border.network,
                collector_site=border.collector_site,
                agenda=foreseen(made.story, border.network, began=BEGAN),
            ),
            correlate=partial(correlate, memory=Memory()),
            incidents=Incidents(),
            wall=lambda: BEGAN - MONOTONIC + self._now,
            monotonic=lambda: self._now,
            observers=observers,
        )

    def see(self, observations: Iterable[AnyObservation], monotonic: float) -> None:
        """Take in what has come and judge at an instant."""
        for observation in observations:
            self._pipeline.advance(observation)
        self._now = monotonic
        self.told.extend(self._pipeline.judge(BEGAN - MONOTONIC + monotonic, monotonic))


def polls(made: Trial, seconds: float, poll_seconds: float) -> Iterable[tuple[AnyObservation, ...]]:
    """Yield what the polls of all devices bring, step by step, a quiet day first."""
    times = np.arange(0.0, seconds, poll_seconds)
    story = steps(made.world, made.border.targets, times, until=BEGAN, monotonic=MONOTONIC)
    return chain(quiet_day(made), story)


def quiet_day(made: Trial) -> Iterable[tuple[AnyObservation, ...]]:
    """Yield the polls of the day before a story, step by step."""
    targets = made.border.targets
    before = past(made.world, targets, until=BEGAN, monotonic=MONOTONIC, step_seconds=PAST_SECONDS)
    per_step = sum((target.snmp is not None) + (target.ping is not None) for target in targets)
    return zip(*[iter(before)] * per_step, strict=True)


def found(versions: Iterable[Incident], seconds: float) -> tuple[Found, ...]:
    """Return each incident as it was at its end, on the story's clock; those merged are not told.

    It counts with all members it ever had, and as a page if it ever paged.
    """
    lives: dict[str, list[Incident]] = {}
    for incident in versions:
        lives.setdefault(incident.id, []).append(incident)
    return tuple(
        Found(
            id=identity,
            cause=life[-1].cause,
            span=_span(life[-1], seconds),
            members=frozenset(member for one in life for member in one.members),
            pages=any(one.severity is Severity.CRITICAL for one in life),
        )
        for identity, life in lives.items()
        if not life[-1].merged_into and life[-1].opened_at >= BEGAN
    )


def _span(incident: Incident, seconds: float) -> Span:
    closed = incident.closed_at
    return Span(incident.opened_at - BEGAN, seconds if closed is None else closed - BEGAN)


def happened(truth: Truth) -> Happened:
    """Return the truth of the simulation in the scorer's words."""
    silent = any(member.kind is not SubjectKind.LINK for member in truth.members)
    return Happened(
        id=truth.id,
        cause=truth.cause,
        span=Span(truth.onset_seconds, truth.end_seconds),
        members=frozenset(truth.members),
        also=truth.also,
        is_benign=truth.is_benign,
        is_owed=silent or any(is_owed(touch) for touch in truth.touched.values()),
        noise_rise_db=truth.peak_noise_rise_db,
    )


def is_owed(touch: Touch) -> bool:
    """Say whether an event did enough to a link that silence would be a miss."""
    return (
        touch.is_lost
        or touch.is_full
        or touch.fade_db >= _FADE_DB
        or max(touch.noise_rise_db, touch.snr_loss_db) >= _QUALITY_DB
        or touch.errored_ratio >= _ERRORED_RATIO
    )
