"""Windows: what the last hour or day of many series was, looking back only."""

from typing import Final

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from bench.detection.traces import Floats

Flags = NDArray[np.bool_]
_SLOT_POLLS: Final = 5
_DAY_SLOTS: Final = 288


def day_median(values: Floats) -> Floats:
    """Return the median of the day before each poll, of five-minute means; NaN at first."""
    rows, polls = values.shape
    slots = polls // _SLOT_POLLS
    cut = values[:, : slots * _SLOT_POLLS].reshape(rows, slots, _SLOT_POLLS)
    known = np.isfinite(cut)
    count = known.sum(axis=2)
    means = np.where(
        count > 0, np.where(known, cut, 0.0).sum(axis=2) / np.maximum(count, 1), np.nan
    )
    padded = np.concatenate([np.full((rows, _DAY_SLOTS), np.nan), means], axis=1)
    medians = np.full((rows, slots), np.nan)
    for row in range(rows):
        windows = sliding_window_view(padded[row], _DAY_SLOTS)[_DAY_SLOTS // 2 : slots]
        ordered = np.sort(windows, axis=1)  # NaN sorts last
        counted = np.maximum(np.isfinite(windows).sum(axis=1), 1)
        medians[row, _DAY_SLOTS // 2 :] = ordered[np.arange(len(ordered)), (counted - 1) // 2]
    held = np.repeat(medians, _SLOT_POLLS, axis=1)
    return np.concatenate([held, np.repeat(held[:, -1:], polls - held.shape[1], axis=1)], axis=1)


def lasting(flags: Flags, polls: int) -> Flags:
    """Return where a flag has held for so many polls."""
    held = flags.copy()
    for back in range(1, polls):
        held[:, back:] &= flags[:, :-back]
        held[:, :back] = False
    return held


def moments(values: Floats, window: int) -> tuple[Floats, Floats]:
    """Return mean and deviation of the last `window` polls up to each."""
    known = np.isfinite(values)
    filled = np.where(known, values, 0.0)

    def total(series: Floats) -> Floats:
        sums = np.cumsum(np.pad(series, ((0, 0), (1, 0))), axis=1)
        until = np.arange(1, values.shape[1] + 1)
        taken: Floats = sums[:, until] - sums[:, np.maximum(until - window, 0)]
        return taken

    count = total(known.astype(np.float64))
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = total(filled) / count
        spread = np.sqrt(np.maximum(total(filled**2) / count - mean**2, 0.0))
    return mean, np.where(count * 2 >= window, spread, np.nan)
