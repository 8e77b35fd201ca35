"""Rivals: what others would alarm on in the same polls – rules of monitors, radios and papers.

Each takes SNR and level and returns one flag per link and poll; either direction may alarm.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bench.detection.traces import Floats
from bench.detection.windows import day_median, lasting, moments

Flags = NDArray[np.bool_]
_LOST_BELOW_SNR_DB: Final = 6.4  # 4QAM strong, SIAE ALFOplus manual: below, nothing is decoded
_SIGMA_PER_MAD: Final = 1.4826
_SENSOR_LOW_RATIO: Final = 0.95  # LibreNMS, app/Models/Sensor.php: of the SNR at discovery
_DISCOVERY_POLLS: Final = 5
# Page-Hinkley as the library river has it: δ, λ, forgetting, and polls before it may alarm.
_PH_TOLERANCE, _PH_LINE, _PH_FORGETTING, _PH_LEAST_POLLS = 0.005, 50.0, 0.9999, 30


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Seen:
    """What all rivals look at; (directions, polls)."""

    snr_db: Floats
    total_loss_db: Floats
    snr_drop_db: Floats  # below its trailing median of a day
    level_drop_db: Floats


def see(snr_db: Floats, total_loss_db: Floats) -> Seen:
    """Prepare what several rules share."""
    return Seen(
        snr_db=snr_db,
        total_loss_db=total_loss_db,
        snr_drop_db=day_median(snr_db) - snr_db,
        level_drop_db=total_loss_db - day_median(total_loss_db),
    )


def rolling_z(values: Floats, window: int = 60) -> Floats:
    """Return how many deviations of the `window` polls before each lies under their mean."""
    before = np.concatenate([np.full((len(values), 1), np.nan), values[:, :-1]], axis=1)
    mean, spread = moments(before, window)
    z: Floats = (mean - values) / np.maximum(spread, 0.01)
    return z


def cusum(drop: Floats, dead_band: float, line: float) -> Flags:
    """Return where Page's sum of a drop stands above its line."""
    sums = np.zeros(drop.shape[0])
    above = np.zeros(drop.shape, dtype=np.bool_)
    steps = np.where(np.isfinite(drop), drop - dead_band, 0.0)
    for poll in range(drop.shape[1]):
        sums = np.clip(sums + steps[:, poll], 0.0, 3.0 * line)
        above[:, poll] = sums > line
    return above


def frozen_z(values: Floats, learned_polls: int = 1440) -> Floats:
    """Return how many robust deviations of the first day each poll lies under its median."""
    first = values[:, :learned_polls]
    median = np.nanmedian(first, axis=1, keepdims=True)
    spread = _SIGMA_PER_MAD * np.nanmedian(np.abs(first - median), axis=1, keepdims=True)
    z: Floats = (median - values) / np.maximum(spread, 0.3)
    return z


def page_hinkley(values: Floats) -> Flags:
    """Return where Page-Hinkley alarms on a fall; it begins anew after each alarm."""
    rows, polls = values.shape
    count, mean, total = np.zeros(rows), np.zeros(rows), np.zeros(rows)
    alarmed = np.zeros((rows, polls), dtype=np.bool_)
    for poll in range(polls):
        here = np.isfinite(values[:, poll])
        value = np.where(here, values[:, poll], mean)
        count = count + here
        mean = np.where(here, mean + (value - mean) / np.maximum(count, 1.0), mean)
        gained = _PH_FORGETTING * total + (mean - value - _PH_TOLERANCE)
        total = np.where(here, np.maximum(gained, 0.0), total)
        alarmed[:, poll] = (total > _PH_LINE) & (count >= _PH_LEAST_POLLS)
        for memory in (count, mean, total):
            memory[alarmed[:, poll]] = 0.0
    return alarmed


def below_discovered(snr_db: Floats) -> Flags:
    """Return where SNR is below a fixed limit that was set at its first sight."""
    with np.errstate(all="ignore"):
        first = np.nanmedian(snr_db[:, :_DISCOVERY_POLLS], axis=1, keepdims=True)
    under: Flags = snr_db < _SENSOR_LOW_RATIO * first
    return under


Rule = Callable[[Seen], Flags]
RIVALS: Final[dict[str, Rule]] = {
    "Zabbix ICMP: 3 pings lost in a row": lambda s: lasting(s.snr_db < _LOST_BELOW_SNR_DB, 3),
    "level −5 dB × 3 (radio makers)": lambda s: lasting(s.level_drop_db > 5.0, 3),
    "level −8 dB × 3 (radio makers)": lambda s: lasting(s.level_drop_db > 8.0, 3),
    "SNR < 20 dB × 3": lambda s: lasting(s.snr_db < 20.0, 3),
    "LibreNMS: SNR below 0.95 of that at discovery × 3": lambda s: lasting(
        below_discovered(s.snr_db), 3
    ),
    "SNR drop > 5 dB × 3": lambda s: lasting(s.snr_drop_db > 5.0, 3),
    "rolling z of SNR (60, 3 sd) × 2": lambda s: lasting(rolling_z(s.snr_db) > 3.0, 2),
    "robust frozen z of SNR > 3 × 2": lambda s: lasting(frozen_z(s.snr_db) > 3.0, 2),
    "Xu: SNR < 20 dB, level within 3 dB × 2": lambda s: lasting(
        (s.snr_db < 20.0) & (np.abs(s.level_drop_db) < 3.0), 2
    ),
    "CUSUM of SNR drop (k 1, h 8)": lambda s: cusum(s.snr_drop_db, 1.0, 8.0),
    "Page-Hinkley of SNR (δ 0.005, λ 50)": lambda s: page_hinkley(s.snr_db),
}


def of_links(flags: Flags) -> Flags:
    """Return one flag per link: either direction."""
    return flags[0::2] | flags[1::2]
