"""Causes (layers C and D): incidents held against what happened – what was found, and its name.

An incident belongs to the event with which it shares most members while both last; an event is
rightly named if one of its incidents ends with its cause, or with another that is no mistake.
`unknown` and a missed event cost recall; `unknown` names nothing, so it costs no precision.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import inf, nan
from typing import Final

from bench.detection.events import Span
from bench.detection.figures import Interval, poisson_rate
from netmon.verdict import Cause, Subject

MISSED: Final = "missed"
NOTHING: Final = "nothing happened"
EARLY_SECONDS: Final = 60.0  # polls and stamps are not taken at one instant
LATE_SECONDS: Final = 900.0  # an incident may begin so long after the end of a brief event
MONTH_SECONDS: Final = 30 * 86400.0
_STRONG_RISE_DB: Final = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """One event as an all-knowing judge wrote it down."""

    id: str
    cause: Cause
    span: Span
    members: frozenset[Subject]
    also: frozenset[Cause] = frozenset()  # no mistakes either
    is_benign: bool = False  # right to say nothing at all
    is_owed: bool = True  # strong enough that silence is a miss
    noise_rise_db: float = 0.0

    @property
    def right(self) -> frozenset[Cause]:
        """What it may be called."""
        return self.also | {self.cause}


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One incident as it was at its end."""

    id: str
    cause: Cause
    span: Span
    members: frozenset[Subject]
    pages: bool = True  # somebody is woken


@dataclass(frozen=True, slots=True, kw_only=True)
class Class:
    """One cause: how many events it had, and how well they were named."""

    events: int
    named: int  # of them
    right: int  # incidents of this name that were right
    wrong: int  # incidents of this name that were not

    @property
    def recall(self) -> float:
        """Share of its events that got its name."""
        return self.named / self.events if self.events else nan

    @property
    def precision(self) -> float:
        """Share of the incidents of its name that were right."""
        said = self.right + self.wrong
        return self.right / said if said else (nan if not self.events else 0.0)

    @property
    def f1(self) -> float:
        """Harmonic mean of both; 0 where nothing of it was ever right."""
        if not self.named or not self.right:
            return 0.0
        return 2 * self.precision * self.recall / (self.precision + self.recall)


@dataclass(frozen=True, slots=True, kw_only=True)
class Naming:
    """All events and incidents of many stories, matched."""

    pairs: tuple[tuple[Happened, tuple[Found, ...]], ...]
    stray: tuple[Found, ...]  # of no event
    link_seconds: float = 0.0

    @property
    def confusion(self) -> Mapping[tuple[str, str], int]:
        """How often a cause (or nothing) was called what; only events that are owed a name."""
        counts: Counter[tuple[str, str]] = Counter()
        for event, found in self.pairs:
            if event.is_owed and not event.is_benign:
                counts[event.cause, called(event, found)] += 1
        for incident in self.stray:
            counts[NOTHING, incident.cause] += 1
        return counts

    def of(self, cause: Cause) -> Class:
        """Return how well one cause was named."""
        owed = [
            (event, found)
            for event, found in self.pairs
            if event.cause is cause and event.is_owed and not event.is_benign
        ]
        named = sum(called(event, found) == cause for event, found in owed)
        verdicts = [
            incident.cause in event.right and not event.is_benign
            for event, found in self.pairs
            for incident in found
            if incident.cause is cause or (event.cause is cause and incident.cause in event.right)
        ] + [False for incident in self.stray if incident.cause is cause]
        return Class(
            events=len(owed),
            named=named,
            right=sum(verdicts),
            wrong=len(verdicts) - sum(verdicts),
        )

    @property
    def classes(self) -> Mapping[Cause, Class]:
        """Return the figures of every cause that happened."""
        happened = {event.cause for event, _ in self.pairs if event.is_owed and not event.is_benign}
        happened.discard(Cause.UNKNOWN)  # names nothing: to say it is no achievement and no lie
        return {cause: self.of(cause) for cause in Cause if cause in happened}

    @property
    def macro_f1(self) -> float:
        """The mean F1 of the causes that happened."""
        scores = [one.f1 for one in self.classes.values()]
        return sum(scores) / len(scores) if scores else nan

    def jamming(self, rise_db: float = _STRONG_RISE_DB) -> Class:
        """Return how well jamming that raised noise so far was called jamming-like.

        An incident called jamming-like is right wherever a jammer was at work, however weak.
        """
        cause = Cause.JAMMING_LIKE
        every = self.of(cause)
        strong = [
            (event, found)
            for event, found in self.pairs
            if event.cause is cause and event.noise_rise_db >= rise_db and not event.is_benign
        ]
        named = sum(called(event, found) == cause for event, found in strong)
        return Class(events=len(strong), named=named, right=every.right, wrong=every.wrong)

    @property
    def rain_as_jamming(self) -> tuple[int, int]:
        """How many rain events had an incident called jamming-like, and how many there were."""
        rain = [found for event, found in self.pairs if event.cause is Cause.RAIN]
        wrong = sum(any(one.cause is Cause.JAMMING_LIKE for one in found) for found in rain)
        return wrong, len(rain)

    @property
    def false_pages(self) -> Interval:
        """Pages for nothing or for what is benign, per 100 links and month."""
        benign = [one for event, found in self.pairs if event.is_benign for one in found]
        false = sum(one.pages for one in (*self.stray, *benign))
        return poisson_rate(false, self.link_seconds / MONTH_SECONDS / 100.0)


def called(event: Happened, found: Iterable[Found]) -> str:
    """Return what an event was called; its own cause where another right name was said."""
    names = [one.cause for one in sorted(found, key=lambda one: one.span)]
    if not names:
        return MISSED
    if any(name in event.right for name in names):
        return event.cause
    return next((name for name in names if name is not Cause.UNKNOWN), Cause.UNKNOWN)


def name(happened: Sequence[Happened], found: Iterable[Found], *, link_seconds: float) -> Naming:
    """Match the incidents of one story to its events."""
    matched: dict[str, list[Found]] = {event.id: [] for event in happened}
    stray: list[Found] = []
    for incident in found:
        event = _belongs(incident, happened)
        if event is None:
            stray.append(incident)
        else:
            matched[event.id].append(incident)
    return Naming(
        pairs=tuple((event, tuple(matched[event.id])) for event in happened),
        stray=tuple(stray),
        link_seconds=link_seconds,
    )


def together(namings: Iterable[Naming]) -> Naming:
    """Return many stories as one."""
    some = tuple(namings)
    return Naming(
        pairs=tuple(pair for one in some for pair in one.pairs),
        stray=tuple(incident for one in some for incident in one.stray),
        link_seconds=sum(one.link_seconds for one in some),
    )


def _belongs(incident: Found, happened: Iterable[Happened]) -> Happened | None:
    """Return the event that shares most members with it; of equals the one begun last before."""
    near = [event for event in happened if _meets(incident, event)]
    if not near:
        return None

    def nearness(event: Happened) -> tuple[int, bool, float]:
        begun = incident.span.start - event.span.start
        late = begun if begun >= -EARLY_SECONDS else inf
        return len(event.members & incident.members), incident.cause in event.right, -late

    return max(near, key=nearness)


def _meets(incident: Found, event: Happened) -> bool:
    if not event.members & incident.members:
        return False
    begins = event.span.start - EARLY_SECONDS
    return incident.span.start <= event.span.end + LATE_SECONDS and incident.span.end >= begins
