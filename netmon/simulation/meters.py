"""What devices make of the truth: steps, lag, registers, absence, stale values, missed polls.

Traits are drawn per device from the seed; what happens at an instant is a function of time, so an
agent and a fast-forward say the same. The figures are those of real links: a step of 0.3 dB is the
rule, a noise floor may be filtered over many polls, an agent misses 1 to 10 % of its polls and now
and then some hours, half of the radios do not tell their noise at all.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Final

import numpy as np
from annotated_types import Ge, Le
from numpy.typing import NDArray

from netmon.simulation.noise import Floats, streams, uniform

Flags = NDArray[np.bool_]
Columns = dict[str, Floats]
Read = Callable[[Floats], Columns]  # times → the true columns of receivers

BIN_SECONDS: Final = 900.0  # of performance registers (ITU-T G.826, G.828)
INSTANTS: Final = 15  # within one, at which the truth is taken
BINS_KEPT: Final = 2048
LAGS_SECONDS: Final = (120.0, 600.0)
# Medians of the quarters of an exponential distribution: a first-order filter in four points.
_QUARTERS: Final = (0.1335, 0.4700, 0.9808, 2.0794)
STALE_WINDOW_SECONDS: Final = 21_600.0
TICK_SECONDS: Final = 10.0
DAY_SECONDS: Final = 86_400.0
LEVELS: Final = ("rsl_dbm", "snr_db")


@dataclass(frozen=True, slots=True, kw_only=True)
class MeterSettings:
    """How badly devices measure and answer."""

    steps_db: tuple[float, ...] = (0.1, 0.3, 0.3, 0.5, 1.0)  # drawn per device
    without_noise_ratio: Annotated[float, Ge(0), Le(1)] = 0.5  # of the devices
    register_ratio: Annotated[float, Ge(0), Le(1)] = 0.15  # say the last 15 minutes' worst or mean
    lag_ratio: Annotated[float, Ge(0), Le(1)] = 0.3  # filter their noise floor
    absent_ratio: Annotated[float, Ge(0), Le(1)] = 0.002  # of readings: the device's sentinel
    stale_per_day: Annotated[float, Ge(0)] = 0.1  # times a device repeats what it said before
    least_missing_ratio: Annotated[float, Ge(0), Le(1)] = 0.01  # of polls, drawn per device …
    most_missing_ratio: Annotated[float, Ge(0), Le(1)] = 0.1  # … up to this, most near the least
    gaps_per_month: Annotated[float, Ge(0)] = 1.0  # an agent is deaf for one to six hours
    clock_ppm: Annotated[float, Ge(0)] = 100.0  # by which an agent's clock may drift


REAL: Final = MeterSettings()


class Meters:
    """The meters of one network; `owner` is the device row of each receiver."""

    def __init__(
        self, seed: int, devices: tuple[str, ...], owner: NDArray[np.intp], settings: MeterSettings
    ) -> None:
        self._settings = settings
        self._owner = owner
        stream = streams(seed, "meters", devices)
        draws = [uniform(stream + np.uint64(number)) for number in range(6)]
        steps = np.array(settings.steps_db)
        self._step_db = steps[(draws[0] * len(steps)).astype(np.intp)][owner]
        self._is_mute = (draws[1] < settings.without_noise_ratio)[owner]
        self._is_register = (draws[2] < settings.register_ratio)[owner]
        self._says_worst = (draws[2] < settings.register_ratio / 2)[owner]
        lag = np.array(LAGS_SECONDS)[(draws[3] * 97 % 1 * len(LAGS_SECONDS)).astype(np.intp)]
        self._lag_seconds = np.where(draws[3] < settings.lag_ratio, lag, 0.0)[owner]
        span = settings.most_missing_ratio - settings.least_missing_ratio
        self._missing_ratio = settings.least_missing_ratio + span * draws[4] ** 4
        self._ppm = settings.clock_ppm * (2 * draws[5] - 1)
        self._polls, self._stale = stream + np.uint64(20), stream + np.uint64(30)
        self._gaps, self._absent = stream + np.uint64(40), stream + np.uint64(50)
        self._bins: dict[int, Columns] = {}

    def answers(self, times: Floats) -> Flags:
        """Return whether each agent hears and answers polls: (times, devices)."""
        ticks = np.floor(times / TICK_SECONDS).astype(np.int64)[:, None]
        hears: Flags = uniform(self._polls, ticks) >= self._missing_ratio
        for before in (0, 1):  # a gap may have begun the day before
            day = np.floor(times / DAY_SECONDS).astype(np.int64)[:, None] - before
            happens, begins, ends = self._deaf(day)
            hears &= ~(happens & (times[:, None] >= begins) & (times[:, None] < ends))
        return hears

    def gaps(self, begin: float, end: float) -> list[tuple[int, float, float]]:
        """Return when agents are deaf for hours within a time: (device row, from, to)."""
        days = np.arange(np.floor(begin / DAY_SECONDS) - 1, np.floor(end / DAY_SECONDS) + 1)
        happens, begins, ends = self._deaf(days.astype(np.int64)[:, None])
        here = happens & (begins < end) & (ends > begin)
        return [
            (int(row), float(begins[day, row]), float(ends[day, row]))
            for day, row in np.argwhere(here)
        ]

    def _deaf(self, day: NDArray[np.int64]) -> tuple[Flags, Floats, Floats]:
        """Return whether an agent goes deaf on a day, from when, until when: (days, devices)."""
        happens: Flags = uniform(self._gaps, day) < self._settings.gaps_per_month / 30
        begins = (day + uniform(self._gaps + np.uint64(1), day)) * DAY_SECONDS
        lasts = 3600 * (1 + 5 * uniform(self._gaps + np.uint64(2), day))
        return happens, begins, begins + lasts

    def uptime_seconds(self, seconds: Floats) -> Floats:
        """Return what an agent's own clock makes of a time it runs."""
        return seconds * (1 + self._ppm * 1e-6)

    def read(self, times: Floats, true: Read, noise_dbm: Callable[[Floats], Floats]) -> Columns:
        """Return what the receivers say at these times.

        `true` gives the true columns at any times, `noise_dbm` the idle noise alone.
        """
        said = dict(true(times))
        self._repeat(times, said, true)
        self._register(times, said, true)
        self._lag(times, said, noise_dbm)
        for name in ("rsl_dbm", "tsl_dbm", "snr_db", "noise_floor_dbm"):
            said[name] = np.round(said[name] / self._step_db) * self._step_db
        said["noise_floor_dbm"] = np.where(self._is_mute, np.nan, said["noise_floor_dbm"])
        ticks = np.floor(times / TICK_SECONDS).astype(np.int64)[:, None]
        for number, name in enumerate((*LEVELS, "noise_floor_dbm")):
            stream = (self._absent + np.uint64(number))[self._owner]
            absent = uniform(stream, ticks) < self._settings.absent_ratio
            said[name] = np.where(absent, np.nan, said[name])
        return said

    def _repeat(self, times: Floats, said: Columns, true: Read) -> None:
        """Let devices say for some time what they said at its beginning."""
        window = np.floor(times / STALE_WINDOW_SECONDS).astype(np.int64)[:, None]
        chance = self._settings.stale_per_day * STALE_WINDOW_SECONDS / DAY_SECONDS
        begins = (window + 0.8 * uniform(self._stale + np.uint64(1), window)) * STALE_WINDOW_SECONDS
        lasts = 600 + 3000 * uniform(self._stale + np.uint64(2), window)
        since = times[:, None] - begins
        stale = (uniform(self._stale, window) < chance) & (since >= 0) & (since < lasts)
        stale = stale[:, self._owner]
        if not stale.any():
            return
        rows, columns = np.nonzero(stale)
        then, place = np.unique(begins[:, self._owner][rows, columns], return_inverse=True)
        earlier = true(then)
        for name in (*LEVELS, "tsl_dbm", "noise_floor_dbm", "modulation"):
            said[name] = said[name].copy()
            said[name][rows, columns] = earlier[name][place, columns]

    def _register(self, times: Floats, said: Columns, true: Read) -> None:
        """Let some radios say the worst or the mean of the last full quarter of an hour."""
        if not self._is_register.any():
            return
        bins = np.floor(times / BIN_SECONDS).astype(np.int64) - 1
        wanted, place = np.unique(bins, return_inverse=True)
        self._fill(wanted.tolist(), true)
        for name in LEVELS:
            worst, mean = (
                np.array([self._bins[one][f"{name} {what}"] for one in wanted.tolist()])[place]
                for what in ("worst", "mean")
            )
            held = np.where(self._says_worst, worst, mean)
            said[name] = np.where(self._is_register, held, said[name])

    def _fill(self, wanted: list[int], true: Read) -> None:
        missing = [one for one in wanted if one not in self._bins]
        if len(self._bins) + len(missing) > BINS_KEPT:
            self._bins.clear()
            missing = wanted
        instants = (np.arange(INSTANTS) + 0.5) * BIN_SECONDS / INSTANTS
        for first in range(0, len(missing), 32):
            some = missing[first : first + 32]
            columns = true((np.array(some)[:, None] * BIN_SECONDS + instants).ravel())
            for name in LEVELS:
                cut = columns[name].reshape(len(some), INSTANTS, -1)
                for row, one in enumerate(some):
                    kept = self._bins.setdefault(one, {})
                    kept[f"{name} worst"] = cut[row].min(axis=0)
                    kept[f"{name} mean"] = cut[row].mean(axis=0)

    def _lag(self, times: Floats, said: Columns, noise_dbm: Callable[[Floats], Floats]) -> None:
        """Filter the noise floor of some radios over the past."""
        now: Floats | None = None
        for lag in LAGS_SECONDS:
            slow = self._lag_seconds == lag
            if not slow.any():
                continue
            now = noise_dbm(times) if now is None else now
            power = np.mean([10 ** (noise_dbm(times - q * lag) / 10) for q in _QUARTERS], axis=0)
            flicker = said["noise_floor_dbm"] - now
            filtered = 10 * np.log10(power) + 0.5 * flicker
            said["noise_floor_dbm"] = np.where(slow, filtered, said["noise_floor_dbm"])
