"""Events: whether an alarm met what happened – by whole events, with no point adjusted.

A hit is an alarm that starts between onset and onset + min(duration, 30 min). Alarms no further
than 30 min apart are one episode. An episode that no guard window of an event touches is false.
"Point adjust" (one alarmed poll makes a whole event right) is not offered: under it a random score
wins.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Flags = NDArray[np.bool_]
IN_TIME_SECONDS: Final = 1800.0
GAP_SECONDS: Final = 1800.0
GUARD_SECONDS: Final = 3600.0  # after an event: SNR and clearing need their time


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """From an instant to another, seconds."""

    start: float
    end: float


def spans_of(alarmed: Flags, interval: float) -> list[Span]:
    """Return the stretches of alarmed polls."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], alarmed, [False]]).astype(np.int8)))
    pairs = edges.reshape(-1, 2).tolist()
    return [Span(a * interval, b * interval) for a, b in pairs]


def episodes(spans: Iterable[Span], gap: float = GAP_SECONDS) -> list[Span]:
    """Join spans that are no further apart than `gap`."""
    joined: list[Span] = []
    for span in sorted(spans):
        if joined and span.start - joined[-1].end <= gap:
            joined[-1] = Span(joined[-1].start, max(joined[-1].end, span.end))
        else:
            joined.append(span)
    return joined


def delay_of(event: Span, starts: Sequence[float]) -> float | None:
    """Return after how long the first alarm that counts starts; None: missed."""
    last = event.start + min(event.end - event.start, IN_TIME_SECONDS)
    in_time = [at - event.start for at in starts if event.start <= at <= last]
    return min(in_time, default=None)


def false_ones(
    raised: Iterable[Span], events: Iterable[Span], *, guard: float = GUARD_SECONDS
) -> list[Span]:
    """Return the episodes that touch no event's guard window."""
    windows = [(event.start, event.end + guard) for event in events]
    return [
        one
        for one in raised
        if not any(one.start <= end and one.end >= start for start, end in windows)
    ]
