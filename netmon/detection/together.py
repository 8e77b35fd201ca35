"""Together: what rises for devices that share no way is not theirs, it is what they do share.

A host that runs late, or a full uplink of netmon's own site, shows in every device's echoes at
once. A device is therefore measured against those that are unrelated to it, on other branches of
the tree of ways: only what stands out from them is its own, or its branch's.
"""

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from annotated_types import Ge, Gt, Le

from netmon.detection.readings import Flags, Floats, Integers


@dataclass(frozen=True, slots=True, kw_only=True)
class TogetherSettings:
    """How many unrelated devices make a rise a common one, and who still stands out from it."""

    unrelated_devices: Annotated[int, Ge(2)] = 3  # at least so many on other branches …
    unrelated_share: Annotated[float, Gt(0), Le(1)] = 0.6  # … such a share of them stirred
    apart_factor: Annotated[float, Ge(1)] = 3.0  # so many times their mean rise is one's own
    fade_seconds: Annotated[float, Gt(0)] = 60.0  # a common rise is over, but not at once


@dataclass(frozen=True, slots=True, kw_only=True)
class Rise:
    """One quantity that rose for many at once: of how many, and by how much in the mean."""

    devices: int
    of: int
    mean: float
    own_site: bool  # the devices where netmon stands are among them


class Together:
    """How much one series rises, at present or lately, for those unrelated to each device."""

    def __init__(self, rows: int, settings: TogetherSettings) -> None:
        self.settings = settings
        self._level: Floats = np.zeros(rows)
        self._last = float("nan")

    def least_apart(
        self, rises: Floats, stirred: Flags, branches: Integers, monotonic: float
    ) -> Floats:
        """Return the rise from which on each device stands out; 0 while nothing is common.

        `stirred` are those whose change is more than noise; rows without a rise (NaN) or without
        a branch (−1) say nothing of others.
        """
        now = self._common(rises, stirred, branches)
        elapsed = max(0.0, monotonic - self._last) if np.isfinite(self._last) else 0.0
        self._last = monotonic
        faded = self._level * np.exp(-elapsed / self.settings.fade_seconds)
        faded[faded < 1e-6] = 0.0
        self._level = np.maximum(now, faded)
        return self.settings.apart_factor * self._level

    def taken(self, rows: Integers) -> "Together":
        """Return one with other rows; −1 where new."""
        made = Together(len(rows), self.settings)
        kept = np.flatnonzero(rows >= 0)
        made._level[kept] = self._level[rows[kept]]
        made._last = self._last
        return made

    def _common(self, rises: Floats, stirred: Flags, branches: Integers) -> Floats:
        """Return the mean rise of those unrelated to each device, 0 where they are calm."""
        counted = np.isfinite(rises) & (branches >= 0)
        level = np.zeros(len(rises))
        if not (counted & stirred).any():
            return level
        at = branches[counted]
        size = int(branches.max()) + 1
        up = stirred[counted]
        amounts = np.where(up, np.maximum(rises[counted], 0.0), 0.0)
        others = _without(np.bincount(at, minlength=size))
        stirring = _without(np.bincount(at[up], minlength=size))
        summed = _without(np.bincount(at, weights=amounts, minlength=size))
        enough = (others >= self.settings.unrelated_devices) & (
            stirring >= self.settings.unrelated_share * others
        )
        of_branch = np.where(enough, summed / np.maximum(others, 1.0), 0.0)
        placed = branches >= 0
        level[placed] = of_branch[branches[placed]]
        return level


def _without(sums: Floats | Integers) -> Floats:
    """Return for each branch the sum over all others."""
    rest: Floats = (sums.sum() - sums).astype(np.float64)
    return rest


def rise(rises: Floats, stirred: Flags, branches: Integers) -> Rise:
    """Say how common a rise is, among all devices that have a branch."""
    counted = np.isfinite(rises) & (branches >= 0)
    up = counted & stirred
    return Rise(
        devices=int(up.sum()),
        of=int(counted.sum()),
        mean=float(np.maximum(rises[up], 0.0).mean()) if up.any() else 0.0,
        own_site=bool((up & (branches == 0)).any()),
    )


class Lasting:
    """Which rows have shown something in several polls in a row."""

    def __init__(self, rows: int, polls: int) -> None:
        self._polls = polls
        self._count: Integers = np.zeros(rows, dtype=np.int64)

    def look(self, shown: Flags, fresh: Flags) -> Flags:
        """Count the fresh rows; what is no longer shown ends at once."""
        self._count = np.where(shown, np.minimum(self._count + fresh, self._polls), 0)
        lasting: Flags = self._count >= self._polls
        return lasting

    def taken(self, rows: Integers) -> "Lasting":
        """Return one with other rows; −1 where new."""
        made = Lasting(len(rows), self._polls)
        kept = np.flatnonzero(rows >= 0)
        made._count[kept] = self._count[rows[kept]]
        return made
