"""Adaptive coding and modulation: which one a signal-to-noise ratio carries, and how much it holds.

Thresholds at a bit error ratio of 1e-6 and throughputs in 28 MHz are those of one manufacturer's
published table (SIAE ALFOplus, ALFOplus2); others differ by a decibel.
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class Step(NamedTuple):
    """One coding and modulation."""

    name: str
    bits: int  # per symbol
    snr_db: float  # needed for 1e-6
    bps_per_hz: float  # net throughput per hertz of channel


STEPS: Final[tuple[Step, ...]] = (
    Step("4QAM", 2, 8.2, 41 / 28),
    Step("16QAM", 4, 14.6, 83 / 28),
    Step("32QAM", 5, 17.2, 106 / 28),
    Step("64QAM", 6, 19.7, 130 / 28),
    Step("128QAM", 7, 22.8, 154 / 28),
    Step("256QAM", 8, 26.0, 177 / 28),
    Step("512QAM", 9, 29.1, 199 / 28),
    Step("1024QAM", 10, 32.3, 220 / 28),
)
LOSS_OF_SIGNAL_DB: Final = 4.0  # below it not even the most robust mode holds the frame
DOWN_DB: Final = 3.0  # above the threshold a mode is left (SIAE ALFOplus) …
UP_DB: Final = 5.0  # … and above this taken up, so that ACM does not flap

_LEFT_DB: Final = np.array([step.snr_db + DOWN_DB for step in STEPS[1:]])
_TAKEN_DB: Final = np.array([step.snr_db + UP_DB for step in STEPS[1:]])
_THRESHOLDS_DB: Final = np.array([step.snr_db for step in STEPS])
_BITS: Final = np.array([float(step.bits) for step in STEPS])
_DENSITY: Final = np.array([step.bps_per_hz for step in STEPS])


def step_of(snr_db: Floats, before_db: Floats | None = None) -> NDArray[np.intp]:
    """Return the row of STEPS in use; the lowest one is held down to the loss of signal.

    `before_db` is the SNR a little earlier: between the two limits of a mode it is held if it was
    taken up then. Without it, it is.
    """
    held = np.searchsorted(_LEFT_DB, np.nan_to_num(snr_db, nan=-100.0), side="right")
    if before_db is None:
        return held
    best_db = np.maximum(np.nan_to_num(snr_db, nan=-100.0), np.nan_to_num(before_db, nan=-100.0))
    return np.minimum(held, np.searchsorted(_TAKEN_DB, best_db, side="right"))


def bits_of(step: NDArray[np.intp]) -> Floats:
    """Return the bits per symbol of rows of STEPS."""
    return np.asarray(_BITS[step])


def share_of(step: NDArray[np.intp]) -> Floats:
    """Return what rows of STEPS carry, as a share of the best one's throughput."""
    return np.asarray(_DENSITY[step] / _DENSITY[-1])


def loss_ratio(snr_db: Floats) -> Floats:
    """Return the packets lost: none where ACM has room, all without a signal.

    Between the lowest threshold and the loss of signal the block error ratio rises by a decade a
    decibel, from 1e-5.
    """
    missing_db = STEPS[0].snr_db - np.nan_to_num(snr_db, nan=-100.0)
    lost = np.minimum(1.0, 10.0 ** np.clip(missing_db - 5.0, -9.0, 0.0))
    return np.where(missing_db > STEPS[0].snr_db - LOSS_OF_SIGNAL_DB, 1.0, lost)


def threshold_db(step: NDArray[np.intp]) -> Floats:
    """Return the SNR that a row of STEPS needs for 1e-6."""
    return np.asarray(_THRESHOLDS_DB[step])
