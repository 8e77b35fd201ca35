"""Radio: the series of every direction of every radio link, now and as they usually are.

Fading and interference both look at these; here they are gathered once a cycle. Loss is taken from
the levels at both ends (TSL − RSL), so that ATPC cannot hide a fade.
"""

from dataclasses import dataclass
from typing import Annotated, Final

import numpy as np
from annotated_types import Ge, Gt

from netmon.detection.baseline import Baseline, BaselineSettings
from netmon.detection.frame import Directions, gather, gather_flags
from netmon.detection.hourly import Hourly
from netmon.detection.readings import Flags, Floats, Integers, Readings

# Bands that anybody may use have busy hours: ERC/REC 70-03 annex 3, ECC/DEC/(04)08, ECC/REC/(09)01.
UNLICENSED_HZ: Final = ((2.4e9, 2.4835e9), (5.15e9, 5.875e9), (57e9, 71e9))
QUANTITIES: Final = ("total_loss_db", "rsl_dbm", "tsl_dbm", "snr_db", "noise_floor_dbm")


@dataclass(frozen=True, slots=True, kw_only=True)
class RadioSettings:
    """The smallest spread worth believing of each series: devices report in steps up to 1 dB."""

    level_floor_db: Annotated[float, Gt(0)] = 0.8
    snr_floor_db: Annotated[float, Gt(0)] = 0.8
    noise_floor_db: Annotated[float, Gt(0)] = 0.8
    noise_hour_db: Annotated[float, Ge(0)] = 6.0  # the most an hour of the day may add, unlicensed


class Radio:
    """Values, baselines and what is fresh, one row per direction."""

    def __init__(
        self, directions: Directions, settings: RadioSettings, memory: BaselineSettings
    ) -> None:
        rows = directions.rows
        floors = {"snr_db": settings.snr_floor_db, "noise_floor_dbm": settings.noise_floor_db}
        self.directions = directions
        self.settings = settings
        self.memory = memory
        self.fresh: Flags = np.zeros(rows, dtype=np.bool_)
        self.values: dict[str, Floats] = {name: np.full(rows, np.nan) for name in QUANTITIES}
        self.usual: dict[str, Baseline] = {
            name: Baseline(rows, floor=floors.get(name, settings.level_floor_db), settings=memory)
            for name in QUANTITIES
        }
        self.hourly = Hourly(rows)  # of noise, in bands that anybody may use
        self._unlicensed = _in_bands(directions.frequency_hz)
        self._by_hour: Floats = np.zeros(rows)
        self._now = 0.0  # wall clock
        self._sent_dbm: Floats = np.full(rows, np.nan)  # the last word of a far end now silent

    def read(self, readings: Readings) -> None:
        """Take this cycle's values."""
        interfaces, directions = readings.interfaces, self.directions
        gauges, receiving = interfaces.gauges, directions.receiving_row
        self._now = readings.now
        most = self.settings.noise_hour_db
        self._by_hour = np.clip(self.hourly.added(readings.now), -most, most)
        self.fresh = gather_flags(interfaces.updated, receiving)
        for name in ("rsl_dbm", "snr_db", "noise_floor_dbm"):
            self.values[name] = gather(gauges.get(name), receiving)
        sent = gather(gauges.get("tsl_dbm"), directions.sending_row)
        told = np.isfinite(sent)
        first = told & ~np.isfinite(self._sent_dbm)
        if first.any():  # what was −RSL until now becomes a total loss: another series
            self.usual["total_loss_db"].forget(first)
        self._sent_dbm = np.where(told, sent, self._sent_dbm)
        self.values["tsl_dbm"] = sent
        assumed = np.where(np.isfinite(self._sent_dbm), self._sent_dbm, 0.0)
        self.values["total_loss_db"] = assumed - self.values["rsl_dbm"]

    def learn(self, frozen: Flags, monotonic: float) -> None:
        """Teach the baselines, but no row of a link that is under an alarm."""
        noise = self.values["noise_floor_dbm"] - self.usual["noise_floor_dbm"].centre
        self.hourly.learn(noise, self.fresh & self._unlicensed, self._now)
        for name, usual in self.usual.items():
            values = self.values[name] - self._of_hour(name)
            usual.learn(values, self.fresh, frozen, monotonic)

    def resume(self) -> None:
        """Go on with restored baselines: a far end sends what it usually did until it speaks.

        Else its first word after a restart would look like the first ever, and cost the row's
        baseline of total loss.
        """
        known = np.isfinite(self._sent_dbm)
        self._sent_dbm = np.where(known, self._sent_dbm, self.usual["tsl_dbm"].centre)

    def above(self, name: str) -> Floats:
        """Return by how much a series is above what it usually is; NaN where not known."""
        return self.values[name] - self.usually(name)

    def usually(self, name: str) -> Floats:
        """Return what a series usually is, at this hour where hours differ."""
        return self.usual[name].centre + self._of_hour(name)

    def taken(self, directions: Directions, rows: Integers) -> "Radio":
        """Return one for other directions; `rows` are their old rows, −1 where new."""
        made = Radio(directions, self.settings, self.memory)
        kept = np.flatnonzero(rows >= 0)
        made._sent_dbm[kept] = self._sent_dbm[rows[kept]]
        made.usual = {name: usual.taken(rows) for name, usual in self.usual.items()}
        made.hourly = self.hourly.taken(rows)
        return made

    def _of_hour(self, name: str) -> Floats | float:
        return self._by_hour if name == "noise_floor_dbm" else 0.0


def _in_bands(frequency_hz: Floats) -> Flags:
    inside = np.zeros(len(frequency_hz), dtype=np.bool_)
    for low, high in UNLICENSED_HZ:
        inside |= (frequency_hz >= low) & (frequency_hz <= high)
    return inside
