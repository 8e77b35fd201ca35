"""Wet rivals: what else would call a path wet in the same polls, as a score per link and slot."""

from collections.abc import Callable

import numpy as np

from bench.detection.traces import POLLS_PER_RAIN, Floats, Traces
from bench.detection.windows import day_median, lasting, moments

_WARM_UP_SLOTS = 288


def smaller_excess(traces: Traces) -> Floats:
    """Return the smaller loss of both directions over the median of the day before."""
    excess = traces.total_loss_db - day_median(traces.total_loss_db)
    return _slots(np.fmin(excess[0::2], excess[1::2]))


def larger_excess(traces: Traces) -> Floats:
    """Return the larger loss of both directions over the median of the day before."""
    excess = traces.total_loss_db - day_median(traces.total_loss_db)
    return _slots(np.fmax(excess[0::2], excess[1::2]))


def sigma60(traces: Traces) -> Floats:
    """Return the trailing deviation of an hour, mean of both (after Schleiss and Berne 2010)."""
    spread = moments(traces.total_loss_db, 60)[1]
    return _ends(np.nanmean(np.stack([spread[0::2], spread[1::2]]), axis=0))


def sigma80(traces: Traces, split_polls: int) -> Floats:
    """Return the same in units of 1.12 × its 80th percentile per link (after Graf et al. 2020).

    The percentile is taken of the first half alone.
    """
    spread = sigma60(traces)
    slots = split_polls // POLLS_PER_RAIN
    usual = np.nanquantile(spread[:, _WARM_UP_SLOTS:slots], 0.8, axis=1, keepdims=True)
    return spread / (1.12 * usual)


def frozen_z(traces: Traces) -> Floats:
    """Return the smaller excess in robust deviations of the first day."""
    loss = traces.total_loss_db
    first = loss[:, : _WARM_UP_SLOTS * POLLS_PER_RAIN]
    median = np.nanmedian(first, axis=1, keepdims=True)
    spread = 1.4826 * np.nanmedian(np.abs(first - median), axis=1, keepdims=True)
    z = (loss - median) / np.maximum(spread, 0.3)
    return _slots(np.fmin(z[0::2], z[1::2]))


def rolling_z(traces: Traces) -> Floats:
    """Return how many deviations of the last hour the loss lies over its mean."""
    loss = traces.total_loss_db
    mean, spread = moments(loss, 60)
    z = (loss - mean) / np.maximum(spread, 0.1)
    return _slots(np.fmin(z[0::2], z[1::2]))


def level_rule(traces: Traces, drop_db: float) -> Floats:
    """Return 1 where a level alarm of radio makers stands: so far down for three polls."""
    down = traces.total_loss_db - day_median(traces.total_loss_db) > drop_db
    alarmed = lasting(down[0::2] | down[1::2], 3)
    return _slots(alarmed.astype(np.float64), np.nanmax)


def _slots(values: Floats, merge: Callable[..., Floats] = np.nanmean) -> Floats:
    slots = values.shape[1] // POLLS_PER_RAIN
    return merge(values[:, : slots * POLLS_PER_RAIN].reshape(-1, slots, POLLS_PER_RAIN), axis=2)


def _ends(values: Floats) -> Floats:
    return values[:, POLLS_PER_RAIN - 1 :: POLLS_PER_RAIN]
