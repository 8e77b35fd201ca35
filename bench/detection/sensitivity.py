"""Sensitivity: how results change with the poll interval, missing polls, what radios tell, steps.

A quick form: some links and days of real propagation (B), some seeds and hours of stories (C), each
with one thing changed. The differences between rows are what counts, not the figures themselves.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

import numpy as np

from bench.detection import interference
from bench.detection.causes import together
from bench.detection.events import Span
from bench.detection.figures import poisson_rate
from bench.detection.injection import EVENTS, Kind, Measured, inject
from bench.detection.page import table
from bench.detection.replay import film
from bench.detection.stories import Course, play
from bench.detection.traces import Floats, Traces
from netmon.simulation.meters import REAL

LINKS, POLLS = 60, 3 * 1440
DENSER: Final = 3  # times the events of layer B, since there are fewer links and days
STORY: Final = Course(seconds=4 * 3600.0, times=8.0)
POLL_SECONDS: Final = (10.0, 30.0, 60.0, 300.0)
_APART_DEG: Final = 2.0  # a hundred kilometres and more between any two links

OnTraces = tuple[str, Traces, Measured, bool]


def on_traces(traces: Traces, seed: int) -> str:
    """Return the table of layer B."""
    shorter = traces.of(np.arange(min(LINKS, traces.links)), POLLS)
    rows = []
    for name, shown, measured, noise in _variants(shorter, seed):
        more: dict[str, Floats] = {"snr_db": measured.snr_db}
        if noise:
            more["noise_floor_dbm"] = measured.noise_floor_dbm
        said = interference.judge(film(shown, more, measured.polled))
        known = interference.known(shown)
        scored = interference.score(name, said.named, measured.events, known, seed=seed)
        constant, events = scored.recall(6.0, kinds=[Kind.CONSTANT])
        rows.append(
            (
                name,
                str(scored.false_rate),
                f"{constant} of {events}",
                str(scored.recall(6.0, kinds=[Kind.PULSED])[0]),
                str(scored.recall(3.0, 6.0)[0]),
                str(interference.dry_rate(shown, said.ill & ~_during(measured, said.ill.shape))),
            )
        )
    heads = (
        "real propagation (B)",
        "false alarms per link-month",
        "recall, constant ≥ 6 dB",
        "pulsed ≥ 6 dB",
        "3–6 dB",
        "dry degradation alarms per link-month",
    )
    return table(heads, rows)


def _variants(traces: Traces, seed: int) -> Iterator[OnTraces]:
    events = round(DENSER * EVENTS * traces.links / 500 * traces.polls / 15840)
    usual = inject(traces, seed, events)
    yield "as in B (3 % missing, mixed steps, no noise floor)", traces, usual, False
    for share in (0.0, 0.05, 0.2):
        yield (
            f"{share:.0%} missing",
            traces,
            inject(traces, seed, events, missing_share=share),
            False,
        )
    yield "noise floor read", traces, usual, True
    for step in (0.1, 1.0):
        measured = inject(traces, seed, events, steps_db=(step,))
        yield f"SNR in steps of {step:g} dB", traces, measured, False
    yield "no neighbours (links far apart)", _far_apart(traces), usual, False


def _far_apart(traces: Traces) -> Traces:
    """Return the links moved away from each other; their own ends stay as they were."""
    count = np.arange(traces.links)
    corner = np.stack([_APART_DEG * (count // 60) - 40.0, _APART_DEG * (count % 60)], axis=1)
    first = traces.positions_deg[:, :1]
    return replace(traces, positions_deg=traces.positions_deg - first + corner[:, None])


def _during(measured: Measured, shape: tuple[int, ...]) -> np.ndarray:
    """Return where an event, or the hour after it, is on a link: not the weather's doing."""
    busy = np.zeros(shape, dtype=np.bool_)
    for one in measured.events:
        span = Span(one.first_poll, one.first_poll + one.polls + 60)
        busy[one.link, int(span.start) : int(span.end)] = True
    return busy


def courses() -> Iterator[tuple[str, Course]]:
    """Yield what is changed of the stories."""
    for seconds in POLL_SECONDS:
        yield f"a poll every {seconds:.0f} s", replace(STORY, poll_seconds=seconds)
    for share in (0.0, 0.05, 0.2):
        missing = replace(REAL, least_missing_ratio=share, most_missing_ratio=share)
        yield f"{share:.0%} missing", replace(STORY, meters=missing)
    for share, words in ((0.0, "all radios tell their noise"), (1.0, "no radio tells its noise")):
        yield words, replace(STORY, meters=replace(REAL, without_noise_ratio=share))
    for step in (0.1, 1.0):
        coarse = replace(REAL, steps_db=(step,))
        yield f"levels in steps of {step:g} dB", replace(STORY, meters=coarse)


def on_stories(course: Course, seeds: range) -> tuple[str, ...]:
    """Return the figures of one course over some seeds."""
    naming = together(play(seed, course) for seed in seeds)
    jamming, (wrong, rain) = naming.jamming(), naming.rain_as_jamming
    months = naming.link_seconds / (30 * 86400.0)
    return (
        f"{naming.macro_f1:.2f}",
        f"{jamming.recall:.2f} of {jamming.events}",
        f"{jamming.precision:.2f}",
        f"{wrong} of {rain}",
        str(poisson_rate(len(naming.stray), months)),
        str(naming.false_pages),
    )


HEADS: Final = (
    "stories (C)",
    "macro-F1",
    "jamming-like ≥ 3 dB: recall",
    "precision",
    "rain called jamming-like",
    "incidents of nothing per link-month",
    "false pages per 100 links and month",
)
