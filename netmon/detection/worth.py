"""Worth: which losses are worth telling, so that harmless ones in dry weather disturb nobody.

Under a dry sky links lose a few decibels by themselves: layers of air at night, dew, hardware that
wanders with the sun. What costs no quality and goes again is no degradation: fade margin is there
for it. So where neighbours show that the sky is dry, a loss that hurts nothing is told only from a
higher line, or once it looks like a fault: it came in a step and stayed, or stands still, or lasts.
A link that had such losses lately, healed of themselves, must lose more than those. Wherever the
sky is wet or unknown, or SNR suffers, every loss counts.
"""

from dataclasses import dataclass
from typing import Annotated, Final

import numpy as np
from annotated_types import Ge, Gt
from numpy.typing import NDArray

from netmon.detection.readings import Flags, Floats, Integers

_HALF_LIFE_SECONDS: Final = 86400.0  # of the memory of losses that healed


@dataclass(frozen=True, slots=True, kw_only=True)
class WorthSettings:
    """When a loss under a dry sky is told although it hurts nothing."""

    harmless_db: Annotated[float, Gt(0)] = 7.0  # told from here in any case, but for a worse wont
    suffers_db: Annotated[float, Gt(0)] = 2.0  # SNR lost: it hurts
    stays_seconds: Annotated[float, Ge(0)] = 600.0  # a step that stayed so long is a fault
    steady_seconds: Annotated[float, Ge(0)] = 1800.0  # and so is what stood still so long
    lasts_seconds: Annotated[float, Gt(0)] = 7200.0
    wont_share: Annotated[float, Gt(0)] = 1.25  # of what healed of itself
    wont_most_db: Annotated[float, Gt(0)] = 10.0  # no wont hides more


class Worth:
    """What of each of `rows` series is told, and what it is wont to do."""

    def __init__(self, rows: int, settings: WorthSettings) -> None:
        self.settings = settings
        self._told: Flags = np.zeros(rows, dtype=np.bool_)
        self._peak: NDArray[np.float32] = np.zeros(rows, dtype=np.float32)
        self._wont: NDArray[np.float32] = np.zeros(rows, dtype=np.float32)
        self._at = float("nan")

    def look(
        self,
        loss: Floats,
        noted: Flags,
        least: float,
        *,
        dry: Flags,
        suffers: Flags,
        stepped: Flags,
        steady: Flags,
        age: Floats,
        monotonic: float,
    ) -> Flags:
        """Return which of the `noted` losses are told; told once, told until no longer noted.

        `dry`: the sky is known to be; `stepped`, `steady`: how the loss came and goes on; `age` in
        seconds.
        """
        settings = self.settings
        elapsed = monotonic - self._at if np.isfinite(self._at) else 0.0
        self._at = monotonic
        self._wont *= np.float32(0.5 ** (max(elapsed, 0.0) / _HALF_LIFE_SECONDS))
        wont = np.minimum(settings.wont_share * self._wont, settings.wont_most_db)
        with np.errstate(invalid="ignore"):
            fault = steady & (age >= settings.steady_seconds)
            fault |= stepped & (age >= settings.stays_seconds)
            line = np.where(fault, np.maximum(wont, least), np.maximum(wont, settings.harmless_db))
            worth = ~dry | suffers | (loss >= line) | (age >= settings.lasts_seconds)
        told: Flags = noted & (self._told | worth)
        healed = ~noted & (self._peak > 0.0)
        self._wont = np.where(healed, np.maximum(self._wont, self._peak), self._wont)
        # What the rain did is no wont of the link.
        counted = noted & dry & np.isfinite(loss)
        self._peak = np.where(counted, np.fmax(self._peak, loss), self._peak).astype(np.float32)
        self._peak[healed] = 0.0
        self._told = told
        return told

    def taken(self, rows: Integers) -> "Worth":
        """Return one with other rows; −1 where new."""
        made = Worth(len(rows), self.settings)
        made._at = self._at
        kept = np.flatnonzero(rows >= 0)
        for ours, theirs in (
            (made._told, self._told),
            (made._peak, self._peak),
            (made._wont, self._wont),
        ):
            ours[kept] = theirs[rows[kept]]
        return made
