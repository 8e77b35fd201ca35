"""Quiet (layer quiet): how often netmon wakes somebody up for nothing, and what else it says then.

Borders of usual size watched for whole days, half of them with what happens there at the
simulation's usual rates, half with nothing but what is always there: agents that miss polls or go
deaf for hours, bad firmware, stale values, the day's wave of traffic. Link-months add up over
borders and days, every poll of 60 s is made, and some processes share the seeds.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from bench.detection.causes import MONTH_SECONDS, NOTHING, Found, Happened, Naming, together
from bench.detection.figures import Interval, poisson_rate
from bench.detection.page import config_hash, table, verdict
from bench.detection.stories import Course, play
from netmon.correlation.settings import CorrelationSettings
from netmon.detection.findings import DetectionSettings
from netmon.simulation.chance import DAY_SECONDS

TARGET: Final = 1.0
USUAL: Final = Course(seconds=DAY_SECONDS, times=1.0, posts=40)
CALM: Final = Course(seconds=DAY_SECONDS, times=0.0, posts=40)


@dataclass(frozen=True, slots=True, kw_only=True)
class Nights:
    """What was said on many borders of one kind."""

    kind: str
    stories: int
    naming: Naming

    @property
    def link_months(self) -> float:
        """For how long how many links were watched."""
        return self.naming.link_seconds / MONTH_SECONDS

    @property
    def false_pages(self) -> Interval:
        """Pages for nothing or for what is benign, per 100 links and month."""
        return self.naming.false_pages

    @property
    def stray(self) -> Interval:
        """Incidents of no event at all, loud or not, per 100 links and month."""
        return poisson_rate(len(self.naming.stray), self.link_months / 100.0)

    @property
    def woken_by(self) -> Mapping[tuple[str, str], int]:
        """How often what happened (or nothing) was a false page, by what was said."""
        counts: Counter[tuple[str, str]] = Counter()
        for happening, said in _false_pages(self.naming):
            counts[happening, said.cause] += 1
        return counts


def section(chosen: Sequence[int], *, jobs: int, is_taste: bool = False) -> str:
    """Return the section of layer quiet: borders at usual rates, and with nothing happening."""
    usual, calm = USUAL, CALM
    if is_taste:
        usual, calm = (replace(course, seconds=3600.0, posts=4) for course in (USUAL, CALM))
    watched = [
        watch_nights("usual rates", usual, chosen, jobs),
        watch_nights("nothing happens", calm, chosen, jobs),
    ]
    digest = config_hash(DetectionSettings(), CorrelationSettings(), usual, calm, list(chosen))
    note = (
        f"Seeds {chosen[0]}–{chosen[-1]}, {usual.seconds / 3600:.0f} hours each, polls of"
        f" {usual.poll_seconds:.0f} s; config {digest}."
    )
    return quiet_body(watched, note=note)


def watch_nights(kind: str, course: Course, chosen: Sequence[int], jobs: int) -> Nights:
    """Return what netmon says on the borders of these seeds."""
    with ProcessPoolExecutor(jobs) as pool:
        namings = tuple(pool.map(partial(_night, course), chosen))
    return Nights(kind=kind, stories=len(chosen), naming=together(namings))


def quiet_body(nights: Sequence[Nights], *, note: str) -> str:
    """Return the section of layer quiet."""
    every = Nights(
        kind="all",
        stories=sum(one.stories for one in nights),
        naming=together(one.naming for one in nights),
    )
    rows = [
        (
            one.kind,
            f"{one.stories}",
            f"{one.link_months:.0f}",
            f"{sum(one.woken_by.values())}",
            f"{one.false_pages}",
            f"{one.stray}",
        )
        for one in (*nights, every)
    ]
    heads = ("border", "days", "link-months", "false pages", "… per 100 link-months",
             "incidents of nothing per 100 link-months")  # fmt: skip
    woken = sorted(every.woken_by.items(), key=lambda item: (-item[1], item[0]))
    told = [(what, cause.replace("_", " "), f"{number}") for (what, cause), number in woken]
    parts = [note, table(heads, rows)]
    if told:
        parts += ["What woke somebody up for nothing:"]
        parts += [table(("what happened", "what was said", "how often"), told)]
    rate = every.false_pages
    parts += [
        f"Target: false pages ≤ {TARGET:g} per 100 links and month:"
        f" {verdict(rate.value <= TARGET)} ({rate})"
    ]
    return "\n\n".join(parts)


def _false_pages(naming: Naming) -> Iterable[tuple[str, Found]]:
    for one in naming.stray:
        if one.pages:
            yield NOTHING, one
    for event, said in naming.pairs:
        for one in said:
            if event.is_benign and one.pages:
                yield _kind(event), one


def _kind(event: Happened) -> str:
    return "deaf agent" if event.id.startswith("deaf") else event.id.partition(" ")[2]


def _night(course: Course, seed: int) -> Naming:
    return play(seed, course)
