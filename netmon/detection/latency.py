"""Latency: loss, RTT and IPDV of each device beyond what they usually are.

A poll is one burst of echoes, and counts once. What rises for devices of unrelated branches at once
is nobody's of them (`together`); what rises behind one link is that link's (`ways`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Final

import numpy as np
from annotated_types import Ge, Gt, Le

from netmon.detection.baseline import Baseline, BaselineSettings
from netmon.detection.change import Change, ChangeSettings
from netmon.detection.hourly import Hourly
from netmon.detection.readings import Flags, Floats, Integers, Readings
from netmon.detection.together import Lasting, Rise, Together, TogetherSettings, rise
from netmon.verdict import Evidence
from topology.model import DeviceId

DETECTOR: Final = "latency"


@dataclass(frozen=True, slots=True, kw_only=True)
class LatencySettings:
    """Spreads worth believing, rises worth telling, and when a link answers for its devices."""

    loss_floor_ratio: Annotated[float, Gt(0)] = 0.05  # one echo of five is four spreads
    rtt_floor_seconds: Annotated[float, Gt(0)] = 0.002
    ipdv_floor_seconds: Annotated[float, Gt(0)] = 0.002
    relative_floor: Annotated[float, Ge(0)] = 0.1  # of the usual delay: long ways vary more
    loss_rise_ratio: Annotated[float, Gt(0)] = 0.1
    rtt_rise_seconds: Annotated[float, Gt(0)] = 0.005
    rtt_rise_relative: Annotated[float, Ge(0)] = 0.5  # and by half of what it usually is
    hour_share: Annotated[float, Ge(0)] = 1.0  # of the usual RTT, that an hour of the day may add
    ipdv_rise_seconds: Annotated[float, Gt(0)] = 0.010
    shared_devices: Annotated[int, Ge(2)] = 2  # so many behind a link …
    shared_share: Annotated[float, Gt(0), Le(1)] = 0.6  # … and such a share: the link answers
    lasting_polls: Annotated[int, Ge(1)] = 3  # in a row; fewer are a moment, no condition
    together: TogetherSettings = field(default_factory=TogetherSettings)
    change: ChangeSettings = field(default_factory=ChangeSettings)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Delays:
    """Which devices lose more, take longer or vary more than they usually do; one row each."""

    loss: Flags
    rtt: Flags
    ipdv: Flags
    excused: Flags  # worse, but no more than those that share no way with them
    common: Mapping[str, Rise]  # what rose for all together, by its name with unit

    @property
    def any(self) -> Flags:
        """Those with any of the three that is their own."""
        return self.loss | self.rtt | self.ipdv


class Latency:
    """Baselines and changes of the three series of every device."""

    def __init__(self, rows: int, settings: LatencySettings, memory: BaselineSettings) -> None:
        self.settings = settings
        self.memory = memory
        floors = {
            "loss_ratio": settings.loss_floor_ratio,
            "rtt_seconds": settings.rtt_floor_seconds,
            "ipdv_seconds": settings.ipdv_floor_seconds,
        }
        self.usual = {
            name: Baseline(rows, floor=floor, settings=memory) for name, floor in floors.items()
        }
        self.changes = {name: Change(rows, settings.change) for name in floors}
        self.together = {name: Together(rows, settings.together) for name in floors}
        self._lasting = {name: Lasting(rows, settings.lasting_polls) for name in floors}
        self.hourly = Hourly(rows)  # of RTT: delays grow with traffic, and that with the day
        self._by_hour: Floats = np.zeros(rows)
        self._values: dict[str, Floats] = {name: np.full(rows, np.nan) for name in floors}
        self.rises: dict[str, Floats] = {name: np.full(rows, np.nan) for name in floors}

    def look(self, readings: Readings, heard: Flags, branches: Integers) -> Delays:
        """Take in this cycle; silence is reachability's, so only devices that are heard count.

        `branches` tells by one number each which devices share a way (`Ways.branches`).
        """
        devices, settings = readings.devices, self.settings
        fresh = devices.echoed  # not by SNMP: one burst must count once
        self._values = {
            "loss_ratio": np.where(heard, devices.loss_ratio, np.nan),
            "rtt_seconds": np.where(heard, devices.rtt_seconds, np.nan),
            "ipdv_seconds": np.where(heard, devices.ipdv_seconds, np.nan),
        }
        usual_rtt = self.usual["rtt_seconds"].centre
        relative = settings.relative_floor * np.nan_to_num(usual_rtt)
        most = settings.hour_share * np.nan_to_num(usual_rtt)
        self._by_hour = np.clip(self.hourly.added(readings.now), -most, most)
        for name, values in self._values.items():
            usual = self.usual[name]
            self.rises[name] = values - usual.centre - self._of_hour(name)
            wide = usual.spread if name == "loss_ratio" else np.maximum(usual.spread, relative)
            self.changes[name].look(self.rises[name] / wide, fresh)
        least = np.maximum(
            settings.rtt_rise_seconds, settings.rtt_rise_relative * np.nan_to_num(usual_rtt)
        )
        excused, line = np.zeros(len(heard), dtype=np.bool_), np.zeros(len(heard))
        common: dict[str, Rise] = {}
        own: dict[str, Flags] = {}
        for name, worth_telling in (
            ("loss_ratio", settings.loss_rise_ratio),
            ("ipdv_seconds", settings.ipdv_rise_seconds),
            ("rtt_seconds", least),  # last: delays that vary for all are longer for some
        ):
            rises, stirred = self.rises[name], self.changes[name].stirred
            noted = self.changes[name].noted(rises, worth_telling)
            apart = self.together[name].least_apart(rises, stirred, branches, readings.monotonic)
            line = np.maximum(line, apart) if name == "rtt_seconds" else apart
            with np.errstate(invalid="ignore"):
                loud, stands_out = noted | (rises >= worth_telling), rises >= line
            own[name] = noted & self._lasting[name].look(loud & stands_out, fresh)
            if (noted & ~stands_out).any():
                excused |= noted & ~stands_out
                common[name] = rise(rises, stirred, branches)
        for name, usual in self.usual.items():
            frozen = self.changes[name].risen
            values = self._values[name] - self._of_hour(name)
            usual.learn(values, fresh, frozen, readings.monotonic)
        self.hourly.learn(self._values["rtt_seconds"] - usual_rtt, fresh, readings.now)
        return Delays(
            loss=own["loss_ratio"],
            rtt=own["rtt_seconds"],
            ipdv=own["ipdv_seconds"],
            excused=excused,
            common=common,
        )

    def evidence(self, row: int, delays: Delays, device: DeviceId) -> tuple[Evidence, ...]:
        """Say in words what is wrong with a device's echoes."""
        found = []
        if delays.loss[row]:
            loss, usual = self._figures("loss_ratio", row)
            found.append(
                Evidence(
                    detector=DETECTOR,
                    finding="loss",
                    words=f"{device} loses {loss:.0%} of its echoes (usual {usual:.0%})",
                    figures=(("loss_ratio", loss), ("usual_loss_ratio", usual)),
                    where=device,
                )
            )
        for flag, name, word in (
            (delays.rtt[row], "rtt_seconds", "RTT"),
            (delays.ipdv[row], "ipdv_seconds", "IPDV"),
        ):
            if flag:
                value, usual = self._figures(name, row)
                young = self.usual[name].words(row)
                found.append(
                    Evidence(
                        detector=DETECTOR,
                        finding=name.removesuffix("_seconds"),
                        words=f"{device} {word} {value * 1e3:.1f} ms"
                        f" (usual {usual * 1e3:.1f} ms){young}",
                        figures=((name, value), (f"usual_{name}", usual)),
                        where=device,
                    )
                )
        return tuple(found)

    def taken(self, rows: Integers) -> "Latency":
        """Return one with other rows; −1 where new."""
        made = Latency(len(rows), self.settings, self.memory)
        made.usual = {name: usual.taken(rows) for name, usual in self.usual.items()}
        made.changes = {name: change.taken(rows) for name, change in self.changes.items()}
        made.together = {name: common.taken(rows) for name, common in self.together.items()}
        made.hourly = self.hourly.taken(rows)
        made._lasting = {name: lasting.taken(rows) for name, lasting in self._lasting.items()}
        return made

    def _figures(self, name: str, row: int) -> tuple[float, float]:
        usual = self.usual[name].centre + self._of_hour(name)
        return float(self._values[name][row]), float(usual[row])

    def _of_hour(self, name: str) -> Floats | float:
        return self._by_hour if name == "rtt_seconds" else 0.0
