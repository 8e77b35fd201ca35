"""Fading: signal lost on the way, per direction, and whether both directions lose the same.

Rain and misalignment cost both directions the same (163 real link-months: correlation 0.976,
median difference 0.6 dB, p99 3.3 dB); a failing transmitter or receiver costs one. Loss is
TSL − RSL against its usual figure, so ATPC hides nothing.
"""

from dataclasses import dataclass, field
from typing import Annotated, Final

import numpy as np
from annotated_types import Ge, Gt

from netmon.detection.change import Change, ChangeSettings
from netmon.detection.radio import Radio
from netmon.detection.readings import Flags, Floats, Integers
from netmon.detection.wetness import Sky
from netmon.detection.worth import Worth, WorthSettings
from netmon.verdict import Evidence

DETECTOR: Final = "fading"
TOLD_FROM_DB: Final = 0.5  # below, two levels read alike


@dataclass(frozen=True, slots=True, kw_only=True)
class FadingSettings:
    """What counts as a loss, as equal, as a step, as steady."""

    loss_db: Annotated[float, Gt(0)] = 4.0
    carrier_db: Annotated[float, Gt(0)] = 25.0  # so much lost: the carrier itself is gone
    sent_less_db: Annotated[float, Gt(0)] = 3.0
    reciprocal_db: Annotated[float, Gt(0)] = 3.3  # p99 of real rain
    reciprocal_share: Annotated[float, Ge(0)] = 0.35  # of the larger loss: deep fades differ more
    quiet_db: Annotated[float, Gt(0)] = 1.5  # below: no fade is under way
    step_share: Annotated[float, Gt(0)] = 0.6  # of the loss came within one poll
    steady_seconds: Annotated[float, Gt(0)] = 600.0
    steady_db: Annotated[float, Gt(0)] = 0.6  # deviation since then
    wander_share: Annotated[float, Gt(0)] = 0.3  # deviation of the mean loss
    long_hop_m: Annotated[float, Gt(0)] = 15_000.0
    worth: WorthSettings = field(default_factory=WorthSettings)
    change: ChangeSettings = field(default_factory=ChangeSettings)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Fades:
    """What is lost in each direction, and how it went; one row per direction."""

    loss_db: Floats  # beyond the usual; NaN: not known
    lost: Flags
    gone: Flags  # so much is lost that nothing arrives
    sent_less: Flags  # the far end sends less than usual, and less arrives
    step: Flags  # most of it came within one poll
    steady: Flags
    wanders: Flags
    both_ways: Flags  # the other direction lost the same


class Fading:
    """The course of the loss in every direction."""

    def __init__(self, rows: int, settings: FadingSettings) -> None:
        self.settings = settings
        self.change = Change(rows, settings.change)
        self.sent = Change(rows, settings.change)
        self.worth = Worth(rows, settings.worth)
        self._before: Floats = np.full(rows, np.nan)  # the latest loss
        self._prior: Floats = np.full(rows, np.nan)  # the one before it
        self._jump: Floats = np.zeros(rows)
        self._since: Floats = np.full(rows, np.inf)  # monotonic
        self._count: Floats = np.zeros(rows)
        self._mean: Floats = np.zeros(rows)
        self._squares: Floats = np.zeros(rows)

    @property
    def risen(self) -> Flags:
        """Rows under suspicion, told or not: their baselines must stand still."""
        return self.change.risen | self.sent.risen

    def look(self, radio: Radio, sky: Sky, monotonic: float) -> Fades:
        """Take in this cycle; `sky` tells of each pair of directions whether it is dry."""
        settings = self.settings
        loss, fresh = radio.above("total_loss_db"), radio.fresh
        self.change.look(loss / radio.usual["total_loss_db"].spread, fresh)
        noted = self.change.noted(loss, settings.loss_db)
        unsent = -radio.above("tsl_dbm")
        self.sent.look(unsent / radio.usual["tsl_dbm"].spread, fresh)
        with np.errstate(invalid="ignore"):
            arrives_less = -radio.above("rsl_dbm") >= settings.sent_less_db / 2
        sent_less = self.sent.noted(unsent, settings.sent_less_db) & arrives_less
        self._follow(loss, fresh, monotonic)
        age = monotonic - self._since
        deviation = np.sqrt(self._squares / np.maximum(self._count, 1.0))
        with np.errstate(invalid="ignore"):
            stepped = self._jump >= settings.step_share * loss
            suffers = -radio.above("snr_db") >= settings.worth.suffers_db
        steady = (age >= settings.steady_seconds) & (deviation < settings.steady_db)
        lost = self.worth.look(
            loss,
            noted,
            settings.loss_db,
            dry=np.repeat(sky.dry, 2),
            suffers=suffers,
            stepped=stepped,
            steady=steady,
            age=age,
            monotonic=monotonic,
        )
        told = lost | sent_less
        both = self._alike(loss, lost)
        return Fades(
            loss_db=loss,
            lost=lost,
            gone=lost & (loss >= settings.carrier_db),
            sent_less=sent_less,
            step=lost & stepped,
            steady=told & steady,
            wanders=lost
            & (self._count >= 6)
            & (deviation > settings.wander_share * np.abs(self._mean)),
            both_ways=both,
        )

    def evidence(self, row: int, radio: Radio, fades: Fades) -> Evidence:
        """Say in words what one direction lost."""
        name = radio.directions.names[row]
        loss = float(fades.loss_db[row])
        rsl = float(radio.values["rsl_dbm"][row])
        usual = float(radio.usual["rsl_dbm"].centre[row])
        young = radio.usual["total_loss_db"].words(row)
        if fades.sent_less[row] and not fades.lost[row]:
            sent, sent_usual = (
                float(radio.values["tsl_dbm"][row]),
                float(radio.usual["tsl_dbm"].centre[row]),
            )
            return Evidence(
                detector=DETECTOR,
                finding="sent_less",
                words=f"towards {name} only {sent:.1f} dBm are sent (usual {sent_usual:.1f} dBm),"
                f" RSL {rsl:.1f} dBm (usual {usual:.1f} dBm){young}",
                figures=(("tsl_dbm", sent), ("usual_tsl_dbm", sent_usual), ("rsl_dbm", rsl)),
                where=name,
            )
        ways = "both directions" if fades.both_ways[row] else "this direction only"
        otherwise, sent_figures = _sent_otherwise(radio, row)
        return Evidence(
            detector=DETECTOR,
            finding="level_loss",
            words=f"towards {name} {loss:.1f} dB more are lost than usual, {ways}"
            f" (RSL {rsl:.1f} dBm, usual {usual:.1f} dBm{otherwise}){young}",
            figures=(("loss_db", loss), ("rsl_dbm", rsl), ("usual_rsl_dbm", usual), *sent_figures),
            where=name,
        )

    def taken(self, rows: Integers) -> "Fading":
        """Return one with other rows; −1 where new."""
        made = Fading(len(rows), self.settings)
        made.change, made.sent = self.change.taken(rows), self.sent.taken(rows)
        made.worth = self.worth.taken(rows)
        kept = np.flatnonzero(rows >= 0)
        for ours, theirs in (
            (made._before, self._before),
            (made._prior, self._prior),
            (made._jump, self._jump),
            (made._since, self._since),
            (made._count, self._count),
            (made._mean, self._mean),
            (made._squares, self._squares),
        ):
            ours[kept] = theirs[rows[kept]]
        return made

    def _alike(self, loss: Floats, lost: Flags) -> Flags:
        """Return the directions of links that lose about the same both ways.

        Both ends are polled at different moments, and a shower's flank moves by decibels between
        them. So each direction is the range of its last two values: what it lost when the other
        end was asked lies in there. Ranges that meet say "the same" only while both fade.
        """
        settings = self.settings
        prior = np.where(np.isfinite(self._prior), self._prior, loss)
        low, high = np.fmin(loss, prior).reshape(-1, 2), np.fmax(loss, prior).reshape(-1, 2)
        told, known = lost.reshape(-1, 2), np.isfinite(loss).reshape(-1, 2).all(axis=1)
        with np.errstate(invalid="ignore"):
            allowed = settings.reciprocal_share * high.max(axis=1)
            allowed = np.maximum(settings.reciprocal_db, allowed)
            meets = low.max(axis=1) - high.min(axis=1) <= allowed
            fading = (high > settings.quiet_db).all(axis=1)
        both = told.any(axis=1) & known & meets & fading
        return np.repeat(both, 2)

    def _follow(self, loss: Floats, fresh: Flags, monotonic: float) -> None:
        """Keep the largest jump and the deviation (Welford) of every fade under way."""
        taken = fresh & np.isfinite(loss)
        with np.errstate(invalid="ignore"):
            quiet = taken & (loss < self.settings.quiet_db)
        jump = np.where(np.isfinite(self._before), loss - self._before, 0.0)
        self._jump = np.where(taken, np.maximum(self._jump, jump), self._jump)
        started = taken & ~quiet & np.isinf(self._since)
        self._since = np.where(started, monotonic, np.where(quiet, np.inf, self._since))
        going = taken & ~quiet & ~started  # the flank itself is not part of the deviation
        count = self._count + going
        step = np.where(going, loss - self._mean, 0.0)
        mean = self._mean + step / np.maximum(count, 1.0)
        self._squares += np.where(going, step * (loss - mean), 0.0)
        self._count, self._mean = count, mean
        for course in (self._jump, self._count, self._mean, self._squares):
            course[quiet] = 0.0
        self._prior = np.where(taken, self._before, self._prior)
        self._before = np.where(taken, loss, self._before)


def _sent_otherwise(radio: Radio, row: int) -> tuple[str, tuple[tuple[str, float], ...]]:
    """Say that the far end sends otherwise than usual, where it does: ATPC hides a loss so."""
    sent, usual = float(radio.values["tsl_dbm"][row]), float(radio.usual["tsl_dbm"].centre[row])
    if not abs(sent - usual) >= TOLD_FROM_DB:
        return "", ()
    words = f"; the far end sends {sent:.1f} dBm, usual {usual:.1f} dBm"
    return words, (("tsl_dbm", sent), ("usual_tsl_dbm", usual))
