"""Interference (layer B): injected on real propagation, judged by the real judge and by rivals.

What counts is the verdict on the link: named interference or jamming-like, or – beside it – any
verdict that tells a quality or noise residual. Rain is everywhere in the traces; that none of it
becomes interference is half of the task.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bench.detection.events import (
    GUARD_SECONDS,
    Span,
    delay_of,
    episodes,
    false_ones,
    spans_of,
)
from bench.detection.figures import Interval, bootstrap, poisson_rate
from bench.detection.injection import WARM_UP_POLLS, Injected, Kind, Measured
from bench.detection.replay import Film, film
from bench.detection.rivals import RIVALS, of_links, see
from bench.detection.traces import POLL_SECONDS, POLLS_PER_RAIN, Floats, Traces
from netmon.detection.findings import DetectionSettings
from netmon.detection.judge import Judge
from netmon.verdict import Cause, Condition, Verdict

Flags = NDArray[np.bool_]
MONTH_SECONDS: Final = 30 * 86400.0
DRY_MARGIN_SLOTS: Final = 12  # no rain on the path an hour before and after
WET_MM_PER_HOUR: Final = 0.1
STRATA_DB: Final = ((1.0, 3.0), (3.0, 6.0), (6.0, 12.0), (12.0, np.inf))
_ILL: Final = (Condition.DEGRADED, Condition.DOWN)
_FAMILY: Final = (Cause.INTERFERENCE, Cause.JAMMING_LIKE)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Said:
    """What was believed of every link at every poll; (links, polls)."""

    named: Flags  # interference or jamming-like
    residual: Flags  # any verdict that tells a quality or noise residual, whatever its cause
    ill: Flags  # degraded or down, whatever its cause


def judge(shown: Film, settings: DetectionSettings | None = None) -> Said:
    """Let the real judge see the film, poll by poll."""
    judging = Judge(shown.network, settings)
    links, polls = len(shown.network.links), shown.polled.shape[1]
    named, residual, ill = (np.zeros((links, polls), dtype=np.bool_) for _ in range(3))
    row_of = {link: row for row, link in enumerate(shown.network.links)}
    for poll, readings in enumerate(shown.readings()):
        for link, verdict in judging.judge(readings).links.items():
            if verdict.condition in _ILL:
                row = row_of[link]
                ill[row, poll] = True
                named[row, poll] = verdict.cause in _FAMILY
                residual[row, poll] = tells_residual(verdict)
    return Said(named=named, residual=residual, ill=ill)


def tells_residual(verdict: Verdict) -> bool:
    """Say whether the evidence holds a finding of the interference detector."""
    return any(evidence.detector == "interference" for evidence in verdict.evidence)


@dataclass(frozen=True, slots=True, kw_only=True)
class Met:
    """An event, and after how long it was met; None: it was not."""

    event: Injected
    delay_seconds: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """One detector on one set of events."""

    name: str
    false_count: int
    link_months: float
    met: tuple[Met, ...]
    seed: int

    @property
    def false_rate(self) -> Interval:
        """False alarms per link-month."""
        return poisson_rate(self.false_count, self.link_months)

    def recall(
        self, low_db: float, high_db: float = np.inf, kinds: Iterable[Kind] = tuple(Kind)
    ) -> tuple[Interval, int]:
        """Return the share of events met, drawn by link, and how many events there are."""
        chosen = _chosen(self.met, low_db, high_db, kinds)
        links: dict[int, list[Met]] = {}
        for met in chosen:
            links.setdefault(met.event.link, []).append(met)
        return bootstrap(list(links.values()), _share, seed=self.seed), len(chosen)

    def delays_polls(
        self, low_db: float, kinds: Iterable[Kind] = tuple(Kind)
    ) -> tuple[float, float]:
        """Return median and p90 of the polls that carried an event until it was met.

        The poll of the onset is the first, so two polls are the least that a rule of two needs.
        """
        chosen = _chosen(self.met, low_db, np.inf, kinds)
        polls = [m.delay_seconds / POLL_SECONDS + 1 for m in chosen if m.delay_seconds is not None]
        if not polls:
            return float("nan"), float("nan")
        median, late = np.quantile(polls, [0.5, 0.9])
        return float(median), float(late)


def _chosen(met: Iterable[Met], low_db: float, high_db: float, kinds: Iterable[Kind]) -> list[Met]:
    wanted = tuple(kinds)
    return [
        one
        for one in met
        if low_db <= one.event.peak_loss_db < high_db and one.event.kind in wanted
    ]


def _share(links: Sequence[list[Met]]) -> float:
    met = [one.delay_seconds is not None for link in links for one in link]
    return sum(met) / len(met)


def score(
    name: str, alarmed: Flags, events: Sequence[Injected], known: Flags, *, seed: int
) -> Score:
    """Score one flag per link and poll against the events; `known`: something was measured."""
    by_link: dict[int, list[Injected]] = {}
    for event in events:
        by_link.setdefault(event.link, []).append(event)
    met: list[Met] = []
    false_count, quiet_polls = 0, 0
    for link in range(alarmed.shape[0]):
        raised = episodes(spans_of(alarmed[link], POLL_SECONDS))
        own = by_link.get(link, [])
        windows = [_span(event) for event in own]
        starts = [span.start for span in spans_of(alarmed[link], POLL_SECONDS)]
        met += [
            Met(event=event, delay_seconds=delay_of(span, starts))
            for event, span in zip(own, windows, strict=True)
        ]
        warm = Span(0.0, WARM_UP_POLLS * POLL_SECONDS - GUARD_SECONDS)
        false_count += len(false_ones(raised, [warm, *windows]))
        quiet_polls += int((known[link] & ~_guarded(windows, alarmed.shape[1])).sum())
    return Score(
        name=name,
        false_count=false_count,
        link_months=quiet_polls * POLL_SECONDS / MONTH_SECONDS,
        met=tuple(met),
        seed=seed,
    )


def _span(event: Injected) -> Span:
    start = event.first_poll * POLL_SECONDS
    return Span(start, start + event.polls * POLL_SECONDS)


def _guarded(windows: Iterable[Span], polls: int) -> Flags:
    flags = np.zeros(polls, dtype=np.bool_)
    flags[:WARM_UP_POLLS] = True
    for window in windows:
        last = int((window.end + GUARD_SECONDS) / POLL_SECONDS)
        flags[int(window.start / POLL_SECONDS) : last] = True
    return flags


def rivals(traces: Traces, measured: Measured, *, seed: int) -> Iterator[Score]:
    """Score every rival on the same polls and events."""
    hidden = np.where(measured.polled, 0.0, np.nan)
    seen = see(measured.snr_db + hidden, traces.total_loss_db + hidden)
    with np.errstate(invalid="ignore"):
        for name, rule in RIVALS.items():
            yield score(name, of_links(rule(seen)), measured.events, known(traces), seed=seed)


def ours(
    traces: Traces, measured: Measured, *, seed: int, noise_floor: bool
) -> tuple[Score, Score, Said]:
    """Return the scores of named interference and of any told residual, and all that was said."""
    more: dict[str, Floats] = {"snr_db": measured.snr_db}
    if noise_floor:
        more["noise_floor_dbm"] = measured.noise_floor_dbm
    said = judge(film(traces, more, measured.polled))
    suffix = ", noise floor read" if noise_floor else ""
    scored: Callable[[str, Flags], Score] = lambda name, flags: score(  # noqa: E731
        name + suffix, flags, measured.events, known(traces), seed=seed
    )
    return (
        scored("netmon: named interference", said.named),
        scored("netmon: residual told", said.residual),
        said,
    )


def known(traces: Traces) -> Flags:
    """Return where a link reported a level in either direction; (links, polls)."""
    return of_links(np.isfinite(traces.total_loss_db))


def dry(traces: Traces) -> Flags:
    """Return where no rain falls on the path an hour before and after; (links, polls)."""
    wet = ~(traces.rain_mm_per_hour < WET_MM_PER_HOUR)
    near = wet.copy()
    for shift in range(1, DRY_MARGIN_SLOTS + 1):
        near[:, shift:] |= wet[:, :-shift]
        near[:, :-shift] |= wet[:, shift:]
    return ~np.repeat(near, POLLS_PER_RAIN, axis=1)


def dry_rate(traces: Traces, ill: Flags) -> Interval:
    """Return the episodes of trouble that begin in dry weather, per dry link-month."""
    calm = dry(traces)
    counted = calm & known(traces)
    counted[:, :WARM_UP_POLLS] = False
    begun = 0
    for link in range(ill.shape[0]):
        for one in episodes(spans_of(ill[link], POLL_SECONDS)):
            first = round(one.start / POLL_SECONDS)
            begun += int(first >= WARM_UP_POLLS and calm[link, first])
    return poisson_rate(begun, int(counted.sum()) * POLL_SECONDS / MONTH_SECONDS)
