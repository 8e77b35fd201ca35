"""Interference: quality lost or noise risen although the wanted signal arrives as usual.

What SNR to expect at a level each direction learns (`netmon.detection.expectation`); at levels that
it has not seen, SNR may fall by no more than the level did. What it fell beyond is not a fade. The
noise floor shows what SNR hides: a strong link's SNR is capped, so the first 5–15 dB of
interference eat only its margin. That is a pattern; who does it, and why, nobody can read from it.
"""

from dataclasses import dataclass, field
from typing import Annotated, Final

import numpy as np
from annotated_types import Ge, Gt
from numpy.typing import NDArray

from netmon.detection.bursts import Bursts, BurstSettings
from netmon.detection.change import Change, ChangeSettings
from netmon.detection.expectation import Expectation
from netmon.detection.flutter import Flutter
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
    skew_moving_share: Annotated[float, Ge(0)] = 0.25  # of what the level moved since the last poll
    spread_floor_db: Annotated[float, Gt(0)] = 0.8  # of the SNR at a level
    jump_floor_db: Annotated[float, Gt(0)] = 0.5  # from poll to poll: less is nothing
    change: ChangeSettings = field(default_factory=ChangeSettings)
    bursts: BurstSettings = field(default_factory=BurstSettings)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Disturbance:
    """What is disturbed in each direction; one row per direction."""

    quality_loss_db: Floats  # beyond what the level explains
    noise_rise_db: Floats
    quality_lost: Flags
    noise_risen: Flags
    noise_holds: Flags  # it is measured, and did not rise
    level_holds: Flags
    flutters: Flags  # quality or noise jumps from poll to poll
    quality_bursts: Flags  # lost at single polls alone, too many of them; also quality_lost
    noise_bursts: Flags  # risen at single polls alone; also noise_risen

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
        self.expectation = Expectation(rows, floor=settings.spread_floor_db)
        self.quality_flutter = Flutter(rows, floor=settings.jump_floor_db, settings=settings.change)
        self.noise_flutter = Flutter(rows, floor=settings.jump_floor_db, settings=settings.change)
        self.quality_bursts = Bursts(rows, settings.bursts)
        self.noise_bursts = Bursts(rows, settings.bursts)
        self._level: NDArray[np.float32] = np.full(rows, np.nan, dtype=np.float32)  # last seen

    @property
    def risen(self) -> Flags:
        """Rows under suspicion, told or not: their baselines must stand still."""
        bursts = self.quality_bursts.risen | self.noise_bursts.risen
        return self.quality.risen | self.noise.risen | bursts

    def look(self, radio: Radio) -> Disturbance:
        """Take in this cycle."""
        settings, fresh = self.settings, radio.fresh
        fallen = np.nan_to_num(-radio.above("rsl_dbm"), nan=0.0)
        loss, wide = self._quality_of(radio, np.maximum(fallen, 0.0))
        self.quality.look(loss / wide, fresh)
        rise = radio.above("noise_floor_dbm")
        noise_wide = radio.usual["noise_floor_dbm"].spread
        self.noise.look(rise / noise_wide, fresh)
        quality_bursts = self.quality_bursts.look(loss, wide, settings.quality_db, fresh)
        noise_bursts = self.noise_bursts.look(rise, noise_wide, settings.noise_db, fresh)
        quality_lost = self.quality.noted(loss, settings.quality_db) | quality_bursts
        noise_risen = self.noise.noted(rise, settings.noise_db) | noise_bursts
        quality_bursts &= ~self.quality.risen  # what stands at every poll is no burst
        noise_bursts &= ~self.noise.risen
        flutters = self.quality_flutter.look(loss, fresh) | self.noise_flutter.look(rise, fresh)
        with np.errstate(invalid="ignore"):
            holds = np.isfinite(radio.values["rsl_dbm"]) & (fallen < settings.holds_db)
            still = rise < settings.noise_db / 2
        return Disturbance(
            quality_loss_db=loss,
            noise_rise_db=rise,
            quality_lost=quality_lost,
            noise_risen=noise_risen,
            noise_holds=still & ~noise_bursts,
            level_holds=holds,
            flutters=flutters | quality_bursts | noise_bursts,
            quality_bursts=quality_bursts,
            noise_bursts=noise_bursts,
        )

    def learn(self, radio: Radio, held: Flags) -> None:
        """Learn which SNR goes with which level, in fades as well; `held` rows teach nothing."""
        taken = radio.fresh & ~held & ~self.risen
        self.expectation.learn(radio.values["rsl_dbm"], radio.values["snr_db"], taken)

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
                    f"{radio.usual['noise_floor_dbm'].words(row)}"
                    f"{_bursts(self.noise_bursts, row) if found.noise_bursts[row] else ''}",
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
        made.expectation = self.expectation.taken(rows)
        made.quality_bursts = self.quality_bursts.taken(rows)
        made.noise_bursts = self.noise_bursts.taken(rows)
        made.quality_flutter = self.quality_flutter.taken(rows)
        made.noise_flutter = self.noise_flutter.taken(rows)
        kept = np.flatnonzero(rows >= 0)
        made._level[kept] = self._level[rows[kept]]
        return made

    def _quality_of(self, radio: Radio, fallen: Floats) -> tuple[Floats, Floats]:
        """Return what SNR lacks of what its level lets expect, and how wide that may be.

        Wider in a fade and while the level moves: an agent does not read both at one instant.
        """
        settings, level = self.settings, radio.values["rsl_dbm"]
        expected, spread = self.expectation.expect(level)
        believed = np.isfinite(expected)
        loss = np.where(
            believed, expected - radio.values["snr_db"], -radio.above("snr_db") - fallen
        )
        moved = np.nan_to_num(np.abs(level - self._level), nan=0.0)
        known = radio.fresh & np.isfinite(level)
        self._level = np.where(known, level, self._level).astype(np.float32)
        wide = np.fmax(radio.usual["snr_db"].spread, spread)
        wide += settings.skew_share * fallen + settings.skew_moving_share * moved
        return loss, wide

    def _quality(self, row: int, radio: Radio, found: Disturbance) -> Evidence:
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
            f" {usual_snr:.1f} dB {level}{radio.usual['snr_db'].words(row)}"
            f"{_bursts(self.quality_bursts, row) if found.quality_bursts[row] else ''}",
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
    return float(radio.values[name][row]), float(radio.usually(name)[row])


def _bursts(bursts: Bursts, row: int) -> str:
    """Say that single polls stand out."""
    return (
        f"; at single polls, {bursts.share[row]:.0%} of the latest, it is off by"
        f" {bursts.latest[row]:.1f} dB"
    )
