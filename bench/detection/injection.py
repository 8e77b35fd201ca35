"""Injection: an SNR for real levels, and interference added to it, one direction at a time.

No public traces of jammed licensed links exist. So the propagation is real – RSL and TSL of 500
links – and the SNR is modelled: thermal noise, a cap by the equipment, a dispersive penalty in
fades on half of the links, drift, measuring noise, quantisation, missing polls. The relation of
level and SNR is cleaner than in hardware; rates of false alarms are to that extent optimistic.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bench.detection.traces import POLL_SECONDS, Floats, Traces

Flags = NDArray[np.bool_]
THERMAL_DBM_PER_HZ: Final = -174.0  # kT at 290 K
WIDTH_HZ: Final = 28e6
WARM_UP_POLLS: Final = 1440  # a day without events: baselines are learned
EVENTS: Final = 943
MISSING_SHARE: Final = 0.03
_APART_POLLS: Final = 240
STEPS_DB: Final = (0.1, 0.5, 1.0)


class Kind(StrEnum):
    """How the interferer sends; the share of polls that see it is its duty."""

    CONSTANT = "constant"
    PULSED = "pulsed 30 %"
    SWEEP = "sweep 10 %"


DUTY: Final = {Kind.CONSTANT: 1.0, Kind.PULSED: 0.3, Kind.SWEEP: 0.1}


@dataclass(frozen=True, slots=True, kw_only=True)
class Injected:
    """One event at the receiver of one direction."""

    direction: int
    first_poll: int
    polls: int
    kind: Kind
    over_noise_db: float  # J/N while it is on
    peak_loss_db: float  # of the true SNR, before measuring noise and quantisation

    @property
    def link(self) -> int:
        """Whose direction it is."""
        return self.direction // 2


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Measured:
    """What devices report; (directions, polls)."""

    snr_db: Floats
    noise_floor_dbm: Floats
    polled: Flags  # the receiving device answered
    events: tuple[Injected, ...]


def inject(
    traces: Traces,
    seed: int,
    events: int,
    *,
    missing_share: float = MISSING_SHARE,
    steps_db: tuple[float, ...] = STEPS_DB,
) -> Measured:
    """Model SNR and noise floor and add `events` interferers, spread over links and time."""
    rng = np.random.default_rng(seed)
    rows, polls = traces.rsl_dbm.shape
    figure: Floats = rng.uniform(5.0, 9.0, (rows,))
    noise: Floats = THERMAL_DBM_PER_HZ + 10 * np.log10(WIDTH_HZ) + figure
    over_noise = np.zeros((rows, polls), dtype=np.float32)  # linear J/N
    placed = _place(rng, rows, polls, events)
    for row, start, length, kind, strength in placed:
        seen = rng.random(length) < DUTY[kind]
        over_noise[row, start : start + length] = seen * 10.0 ** (strength / 10.0)
    signal = traces.rsl_dbm - _dispersion_db(rng, traces)
    cap: Floats = rng.uniform(34.0, 40.0, (rows,))
    clean = _snr_db(signal, noise, cap, np.zeros(1, dtype=np.float32))
    true = _snr_db(signal, noise, cap, over_noise)
    step = rng.choice(steps_db, (rows,))[:, None]
    measured = true + _drift_db(rng, rows, polls) + rng.normal(0.0, 0.35, (rows, polls))
    floor = noise[:, None] + 10 * np.log10(1.0 + over_noise) + rng.normal(0.0, 0.3, (rows, polls))
    return Measured(
        snr_db=np.round(measured / step) * step,
        noise_floor_dbm=np.round(floor),
        polled=rng.random((rows, polls)) >= missing_share,
        events=tuple(
            Injected(
                direction=row,
                first_poll=start,
                polls=length,
                kind=kind,
                over_noise_db=strength,
                peak_loss_db=_peak(clean[row] - true[row], start, length),
            )
            for row, start, length, kind, strength in placed
        ),
    )


def _place(
    rng: np.random.Generator, rows: int, polls: int, events: int
) -> list[tuple[int, int, int, Kind, float]]:
    """Draw events that keep four hours from each other on a link; too full a trace gets fewer."""
    placed: list[tuple[int, int, int, Kind, float]] = []
    taken: dict[int, list[tuple[int, int]]] = {}
    kinds = list(Kind)
    for _ in range(events * 20):
        if len(placed) == events:
            break
        row = int(rng.integers(rows))
        length = round(float(np.exp(rng.uniform(np.log(10.0), np.log(120.0)))))
        start = int(rng.integers(WARM_UP_POLLS, polls - length))
        begin, end = start - _APART_POLLS, start + length + _APART_POLLS
        if any(a < end and b > begin for a, b in taken.get(row // 2, [])):
            continue
        taken.setdefault(row // 2, []).append((start, start + length))
        kind, strength = kinds[int(rng.integers(len(kinds)))], float(rng.uniform(3.0, 30.0))
        placed.append((row, start, length, kind, strength))
    return placed


def _snr_db(
    signal_dbm: Floats, noise_dbm: Floats, cap_db: Floats, over_noise: NDArray[np.float32]
) -> Floats:
    thermal = 10.0 ** ((noise_dbm[:, None] - signal_dbm) / 10.0)
    own = 10.0 ** (-cap_db[:, None] / 10.0)
    snr: Floats = -10.0 * np.log10(thermal * (1.0 + over_noise) + own)
    return snr


def _dispersion_db(rng: np.random.Generator, traces: Traces) -> Floats:
    """Return what a fade costs SNR beyond its level; on half of the links."""
    links = traces.links
    share = np.repeat(rng.uniform(0.05, 0.2, links) * (rng.random(links) < 0.5), 2)
    usual = np.nanmedian(traces.total_loss_db, axis=1, keepdims=True)
    fade = np.maximum(traces.total_loss_db - usual - 3.0, 0.0)
    penalty: Floats = np.minimum(share[:, None] * fade, 4.0)
    return penalty


def _drift_db(rng: np.random.Generator, rows: int, polls: int) -> Floats:
    """Return a daily swing by temperature, up to half a decibel each way."""
    day = 2.0 * np.pi * np.arange(polls) * POLL_SECONDS / 86400.0
    swing = rng.uniform(0.0, 0.5, (rows, 1))
    drift: Floats = swing * np.sin(day + rng.uniform(0.0, 2.0 * np.pi, (rows, 1)))
    return drift


def _peak(loss_db: Floats, start: int, length: int) -> float:
    during = loss_db[start : start + length]
    return float(np.nanmax(during)) if np.isfinite(during).any() else 0.0
