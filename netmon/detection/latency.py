"""Latency: loss, RTT and IPDV of each device beyond what they usually are, and where on the way.

If most devices behind one link grow worse together, it is the link, not each of them: a device's
way is the tree of shortest ways from the collector's site.
"""

from collections import deque
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Final

import numpy as np
from annotated_types import Ge, Gt, Le

from netmon.detection.baseline import Baseline, BaselineSettings
from netmon.detection.change import Change, ChangeSettings
from netmon.detection.frame import Frame
from netmon.detection.readings import Flags, Floats, Integers, Readings
from netmon.verdict import Evidence
from topology.model import DeviceId, LinkId, SiteId

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
    ipdv_rise_seconds: Annotated[float, Gt(0)] = 0.010
    shared_devices: Annotated[int, Ge(2)] = 2  # so many behind a link …
    shared_share: Annotated[float, Gt(0), Le(1)] = 0.6  # … and such a share: the link answers
    change: ChangeSettings = field(default_factory=ChangeSettings)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Delays:
    """Which devices lose more, take longer or vary more than they usually do; one row each."""

    loss: Flags
    rtt: Flags
    ipdv: Flags

    @property
    def any(self) -> Flags:
        """Those with any of the three."""
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
        self._values: dict[str, Floats] = {name: np.full(rows, np.nan) for name in floors}
        self._rises: dict[str, Floats] = {name: np.full(rows, np.nan) for name in floors}

    def look(self, readings: Readings, fresh: Flags, heard: Flags) -> Delays:
        """Take in this cycle; silence is reachability's, so only devices that are heard count."""
        devices, settings = readings.devices, self.settings
        self._values = {
            "loss_ratio": np.where(heard, devices.loss_ratio, np.nan),
            "rtt_seconds": np.where(heard, devices.rtt_seconds, np.nan),
            "ipdv_seconds": np.where(heard, devices.ipdv_seconds, np.nan),
        }
        usual_rtt = self.usual["rtt_seconds"].centre
        relative = settings.relative_floor * np.nan_to_num(usual_rtt)
        for name, values in self._values.items():
            usual = self.usual[name]
            self._rises[name] = values - usual.centre
            wide = usual.spread if name == "loss_ratio" else np.maximum(usual.spread, relative)
            self.changes[name].look(self._rises[name] / wide, fresh)
        least = np.maximum(
            settings.rtt_rise_seconds, settings.rtt_rise_relative * np.nan_to_num(usual_rtt)
        )
        found = Delays(
            loss=self._noted("loss_ratio", settings.loss_rise_ratio),
            rtt=self._noted("rtt_seconds", least),
            ipdv=self._noted("ipdv_seconds", settings.ipdv_rise_seconds),
        )
        for name, usual in self.usual.items():
            frozen = self.changes[name].risen
            usual.learn(self._values[name], fresh, frozen, readings.monotonic)
        return found

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
        return made

    def _noted(self, name: str, least: Floats | float) -> Flags:
        return self.changes[name].noted(self._rises[name], least)

    def _figures(self, name: str, row: int) -> tuple[float, float]:
        return float(self._values[name][row]), float(self.usual[name].centre[row])


class Ways:
    """The shortest way of every device from the collector's site, as a tree of links."""

    def __init__(self, frame: Frame, collector_site: SiteId | None) -> None:
        self._frame = frame
        # Inwards from each site, nearest to the collector first; the link to a site stands for it.
        self._parent: dict[SiteId, tuple[SiteId, LinkId]] = {}
        if collector_site is not None and collector_site in frame.network.sites:
            self._grow(collector_site)

    def blame(
        self, worse: Flags, asked: Flags, settings: LatencySettings
    ) -> tuple[Mapping[LinkId, tuple[DeviceId, ...]], tuple[DeviceId, ...]]:
        """Return the links that answer for several devices each, and the devices left over."""
        if not worse.any() or not self._parent:
            return {}, tuple(self._devices(worse))
        behind, asked_behind = self._behind(worse), self._behind(asked)
        answers = {
            site
            for site, count in behind.items()
            if count >= settings.shared_devices
            and count >= settings.shared_share * asked_behind.get(site, 0)
        }
        first = self._outermost(answers)
        shared: dict[SiteId, list[DeviceId]] = {}
        alone = []
        for device in self._devices(worse):
            root = first.get(self._frame.network.site_of(device))
            if root is None:
                alone.append(device)
            else:
                shared.setdefault(root, []).append(device)
        blamed = {}
        for root, devices in shared.items():  # the last link that they still all share
            site = self._frame.network.site_of(devices[0])
            while behind[site] != behind[root]:
                site = self._parent[site][0]
            blamed[self._parent[site][1]] = tuple(devices)
        return blamed, tuple(alone)

    def _devices(self, flags: Flags) -> Iterator[DeviceId]:
        known = self._frame.site_of_device >= 0
        return (self._frame.device_ids[row] for row in np.flatnonzero(flags & known))

    def _behind(self, flags: Flags) -> dict[SiteId, int]:
        """Return how many of these devices there are from each site on outwards."""
        frame = self._frame
        rows = frame.site_of_device[flags]
        counts = np.bincount(rows[rows >= 0], minlength=len(frame.site_ids)).tolist()
        behind = {site: counts[frame.site_row[site]] for site in self._parent}
        for site, (inwards, _) in reversed(self._parent.items()):  # outermost first
            if inwards in behind:
                behind[inwards] += behind[site]
        return behind

    def _outermost(self, answers: Collection[SiteId]) -> dict[SiteId, SiteId]:
        """Return for every site behind an answering link the site at which the first one ends."""
        first: dict[SiteId, SiteId] = {}
        for site, (inwards, _) in self._parent.items():  # innermost first
            if inwards in first:
                first[site] = first[inwards]
            elif site in answers:
                first[site] = site
        return first

    def _grow(self, root: SiteId) -> None:
        network = self._frame.network
        queue, seen = deque([root]), {root}
        while queue:
            site = queue.popleft()
            for link in network.links_of_site(site):
                for other in network.sites_of(link):
                    if other not in seen:
                        seen.add(other)
                        self._parent[other] = (site, link)
                        queue.append(other)
