"""Performance: errors, discards, saturation and errored seconds of interfaces.

Counted, not sampled: a pulsed or sweeping disturber that falls between two polls still leaves its
errored seconds behind. A figure counts once it held for several polls.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Final

import numpy as np
from annotated_types import Ge, Gt, Le
from numpy.typing import NDArray

from netmon.detection.frame import Frame
from netmon.detection.readings import Flags, Floats, Integers, InterfaceReadings
from netmon.verdict import Evidence

DETECTOR: Final = "performance"


@dataclass(frozen=True, slots=True, kw_only=True)
class PerformanceSettings:
    """Shares of packets, of seconds and of capacity that are too much."""

    error_ratio: Annotated[float, Gt(0), Le(1)] = 1e-3  # ITU-T Y.1541: IPLR 1e-3
    error_rate: Annotated[float, Gt(0)] = 1.0  # per second, and at least so many
    discard_ratio: Annotated[float, Gt(0), Le(1)] = 1e-3
    discard_rate: Annotated[float, Gt(0)] = 1.0
    severe_seconds_ratio: Annotated[float, Gt(0), Le(1)] = 0.02  # of the time
    saturated_ratio: Annotated[float, Gt(0)] = 0.95  # of capacity: by itself too much
    busy_ratio: Annotated[float, Gt(0)] = 0.85  # of capacity: explains delay and discards
    polls: Annotated[int, Ge(1)] = 3  # in a row


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Load:
    """What interfaces suffer; one row per interface."""

    errors: Flags
    discards: Flags
    severe: Flags  # severely errored seconds
    saturated: Flags
    busy: Flags
    error_ratio: Floats
    discard_ratio: Floats
    severe_ratio: Floats
    utilisation_ratio: Floats
    capacity_bps: Floats

    @property
    def any(self) -> Flags:
        """Those with any trouble; a busy line alone is none."""
        return self.errors | self.discards | self.severe | self.saturated


class Performance:
    """How many polls in a row each interface exceeded each limit."""

    def __init__(self, rows: int, settings: PerformanceSettings) -> None:
        self.settings = settings
        self._rows: NDArray[np.int16] = np.zeros((4, rows), dtype=np.int16)

    def look(self, readings: InterfaceReadings, frame: Frame) -> Load:
        """Take in this cycle."""
        settings, rates = self.settings, readings.rates
        errors = _worse(rates, "in_errors", "out_errors", len(readings.ids))
        discards = _worse(rates, "in_discards", "out_discards", len(readings.ids))
        packets = _worse(rates, "in_unicast_packets", "out_unicast_packets", len(readings.ids))
        severe = rates.get("severely_errored_seconds", np.full(len(readings.ids), np.nan))
        capacity = _capacity(readings, frame)
        octets = _worse(rates, "in_octets", "out_octets", len(readings.ids))
        with np.errstate(invalid="ignore", divide="ignore"):
            error_ratio = errors / (np.nan_to_num(packets) + errors)
            discard_ratio = discards / (np.nan_to_num(packets) + discards)
            utilisation = octets * 8.0 / capacity
            exceeded = np.stack(
                [
                    (error_ratio >= settings.error_ratio) & (errors >= settings.error_rate),
                    (discard_ratio >= settings.discard_ratio) & (discards >= settings.discard_rate),
                    severe >= settings.severe_seconds_ratio,
                    utilisation >= settings.saturated_ratio,
                ]
            )
            busy = utilisation >= settings.busy_ratio
        counted = np.where(exceeded, np.minimum(self._rows + 1, 1000), 0)
        self._rows = np.where(readings.updated, counted, self._rows).astype(np.int16)
        found = (self._rows >= settings.polls) & exceeded
        return Load(
            errors=found[0],
            discards=found[1],
            severe=found[2],
            saturated=found[3],
            busy=busy,
            error_ratio=error_ratio,
            discard_ratio=discard_ratio,
            severe_ratio=severe,
            utilisation_ratio=utilisation,
            capacity_bps=capacity,
        )

    def evidence(self, row: int, load: Load, name: str) -> tuple[Evidence, ...]:
        """Say in words what one interface suffers."""
        told = []
        for flag, finding, figure, words in (
            (load.errors[row], "errors", load.error_ratio[row], "{:.2%} of packets with errors"),
            (load.discards[row], "discards", load.discard_ratio[row], "{:.2%} of packets dropped"),
            (
                load.severe[row],
                "severe_seconds",
                load.severe_ratio[row],
                "severely errored for {:.0%} of the time",
            ),
        ):
            if flag:
                told.append(
                    Evidence(
                        detector=DETECTOR,
                        finding=finding,
                        words=f"{name} {words.format(float(figure))}",
                        figures=((f"{finding}_ratio", float(figure)),),
                        where=name,
                    )
                )
        if load.busy[row]:
            used, capacity = float(load.utilisation_ratio[row]), float(load.capacity_bps[row])
            told.append(
                Evidence(
                    detector=DETECTOR,
                    finding="saturation" if load.saturated[row] else "busy",
                    words=f"{name} carries {used:.0%} of its {capacity / 1e6:.0f} Mbit/s",
                    figures=(("utilisation_ratio", used), ("capacity_bps", capacity)),
                    where=name,
                )
            )
        return tuple(told)

    def taken(self, rows: Integers) -> "Performance":
        """Return one with other rows; −1 where new."""
        made = Performance(len(rows), self.settings)
        kept = np.flatnonzero(rows >= 0)
        made._rows[:, kept] = self._rows[:, rows[kept]]
        return made


def _worse(rates: Mapping[str, Floats], one: str, other: str, rows: int) -> Floats:
    """Return the larger of two rates per row; NaN only where neither is known."""
    missing = np.full(rows, np.nan)
    worse: Floats = np.fmax(rates.get(one, missing), rates.get(other, missing))
    return worse


def _capacity(readings: InterfaceReadings, frame: Frame) -> Floats:
    """Return what each interface can carry now: the least of what radio, device and design say."""
    capacity = frame.design_bps
    for name in ("speed_bps", "capacity_bps"):
        told = readings.gauges.get(name)
        if told is not None:
            capacity = np.fmin(capacity, np.where(told > 0, told, np.nan))
    return capacity
