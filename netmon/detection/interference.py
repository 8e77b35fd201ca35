"""Interference: quality lost or noise risen although the wanted signal arrives as usual.

SNR may fall by no more than the level did; what it fell beyond that is not a fade. The noise floor
shows what SNR hides: a strong link's SNR is capped, so the first 5–15 dB of interference eat only
its margin. That is a pattern; who does it, and why, nobody can read
from it.
"""

from dataclasses import dataclass, field
from typing import Annotated, Final

import numpy as np
from annotated_types import Ge, Gt

from netmon.detection.change import Change, ChangeSettings
from netmon.detection.radio import Radio
from netmon.detection.readings import Flags, Floats, Integers
from netmon.verdict import Evidence

DETECTOR: Final = "interference"


@dataclass(frozen=True, slots=True, kw_only=True)
class InterferenceSettings:
    """What counts as lost quality, as risen noise, and as a level that holds."""

    quality_db: Annotated[float, Gt(0)] = 3.0
    noise_db: Annotated[float, Gt(0)] = 3.0  # I/N = 0 dB
    holds_db: Annotated[float, Gt(0)] = 3.0  # level lost less than this holds
    skew_share: Annotated[float, Ge(0)] = 0.1  # of a fade: level and SNR are not read at once
    change: ChangeSettings = field(default_factory=ChangeSettings)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Disturbance:
    """What is disturbed in each direction; one row per direction."""

    quality_loss_db: Floats  # beyond what the level explains
    noise_rise_db: Floats
    quality_lost: Flags
    noise_risen: Flags
    noise_holds: Flags  # it is measured, and did not rise
    level_holds: Flags

    @property
    def any(self) -> Flags:
        """Those with either."""
        return self.quality_lost | self.noise_risen


class Interference:
    """Changes of the two residuals of every direction."""

    def __init__(self, rows: int, settings: InterferenceSettings) -> None:
        self.settings = settings
        self.quality = Change(rows, settings.change)
        self.noise = Change(rows, settings.change)

    @property
    def risen(self) -> Flags:
        """Rows under suspicion, told or not: their baselines must stand still."""
        return self.quality.risen | self.noise.risen

    def look(self, radio: Radio) -> Disturbance:
        """Take in this cycle."""
        settings, fresh = self.settings, radio.fresh
        fallen = np.nan_to_num(-radio.above("rsl_dbm"), nan=0.0)
        explained = np.maximum(fallen, 0.0)
        loss = -radio.above("snr_db") - explained
        wide = radio.usual["snr_db"].spread + settings.skew_share * explained
        self.quality.look(loss / wide, fresh)
        rise = radio.above("noise_floor_dbm")
        self.noise.look(rise / radio.usual["noise_floor_dbm"].spread, fresh)
        with np.errstate(invalid="ignore"):
            holds = np.isfinite(radio.values["rsl_dbm"]) & (fallen < settings.holds_db)
            still = rise < settings.noise_db / 2
        return Disturbance(
            quality_loss_db=loss,
            noise_rise_db=rise,
            quality_lost=self.quality.noted(loss, settings.quality_db),
            noise_risen=self.noise.noted(rise, settings.noise_db),
            noise_holds=still,
            level_holds=holds,
        )

    def evidence(self, row: int, radio: Radio, found: Disturbance) -> tuple[Evidence, ...]:
        """Say in words how one direction is disturbed."""
        name = radio.directions.names[row]
        told = []
        if found.quality_lost[row]:
            told.append(self._quality(row, radio, found))
        if found.noise_risen[row]:
            noise, usual = _pair(radio, "noise_floor_dbm", row)
            told.append(
                Evidence(
                    detector=DETECTOR,
                    finding="noise_rise",
                    words=f"at {name} noise floor {noise:.1f} dBm,"
                    f" {found.noise_rise_db[row]:.1f} dB over its usual {usual:.1f} dBm"
                    f"{radio.usual['noise_floor_dbm'].words(row)}",
                    figures=(
                        ("noise_floor_dbm", noise),
                        ("usual_noise_floor_dbm", usual),
                        ("noise_rise_db", float(found.noise_rise_db[row])),
                    ),
                    where=name,
                )
            )
        return tuple(told)

    def taken(self, rows: Integers) -> "Interference":
        """Return one with other rows; −1 where new."""
        made = Interference(len(rows), self.settings)
        made.quality, made.noise = self.quality.taken(rows), self.noise.taken(rows)
        return made

    @staticmethod
    def _quality(row: int, radio: Radio, found: Disturbance) -> Evidence:
        name = radio.directions.names[row]
        snr, usual_snr = _pair(radio, "snr_db", row)
        rsl, usual_rsl = _pair(radio, "rsl_dbm", row)
        level = (
            f"while RSL {rsl:.1f} dBm holds (usual {usual_rsl:.1f} dBm)"
            if found.level_holds[row]
            else f"more than RSL {rsl:.1f} dBm explains (usual {usual_rsl:.1f} dBm)"
        )
        return Evidence(
            detector=DETECTOR,
            finding="quality_loss",
            words=f"at {name} SNR {snr:.1f} dB, {usual_snr - snr:.1f} dB under its usual"
            f" {usual_snr:.1f} dB {level}{radio.usual['snr_db'].words(row)}",
            figures=(
                ("snr_db", snr),
                ("usual_snr_db", usual_snr),
                ("rsl_dbm", rsl),
                ("usual_rsl_dbm", usual_rsl),
                ("quality_loss_db", float(found.quality_loss_db[row])),
            ),
            where=name,
        )


def _pair(radio: Radio, name: str, row: int) -> tuple[float, float]:
    return float(radio.values[name][row]), float(radio.usual[name].centre[row])
