"""Findings: what all detectors found in one cycle, side by side, for the verdicts to weigh."""

from dataclasses import dataclass, field

import numpy as np

from netmon.detection.adaptive import Adaptive, AdaptiveSettings, Shortfall
from netmon.detection.aftermath import Aftermath
from netmon.detection.baseline import BaselineSettings
from netmon.detection.checkpoint import Groups, Memory, thaw
from netmon.detection.conservation import Conservation, ConservationSettings, Vanished
from netmon.detection.course import Course, CourseSettings, Gone
from netmon.detection.errored import Errored, ErroredSettings, Excess
from netmon.detection.fading import Fades, Fading, FadingSettings
from netmon.detection.frame import Frame, gather_flags, old_rows
from netmon.detection.hearing import Hearing, HearingSettings
from netmon.detection.interference import Disturbance, Interference, InterferenceSettings
from netmon.detection.latency import Delays, Latency, LatencySettings
from netmon.detection.neighbours import Neighbours
from netmon.detection.past import Past, PastSettings
from netmon.detection.performance import Load, Performance, PerformanceSettings
from netmon.detection.radio import Radio, RadioSettings
from netmon.detection.reachability import ReachabilitySettings, Standing, Watch
from netmon.detection.readings import Flags, Readings
from netmon.detection.recollection import Recollection, RecollectionSettings
from netmon.detection.retuned import Retuned, RetunedSettings
from netmon.detection.sync import Sync, SyncSettings, Untimed
from netmon.detection.ways import Ways
from netmon.detection.weighing import SignatureSettings
from netmon.detection.wetness import Sky, Wetness, WetnessSettings, nearest_of
from netmon.planned.agenda import WindowNow
from netmon.verdict import SubjectKind
from topology.model import DeviceId, LinkId, SiteId


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectionSettings:
    """The settings of all detectors, each defined beside the code that uses it."""

    reachability: ReachabilitySettings = field(default_factory=ReachabilitySettings)
    hearing: HearingSettings = field(default_factory=HearingSettings)
    baseline: BaselineSettings = field(default_factory=BaselineSettings)
    latency: LatencySettings = field(default_factory=LatencySettings)
    performance: PerformanceSettings = field(default_factory=PerformanceSettings)
    conservation: ConservationSettings = field(default_factory=ConservationSettings)
    radio: RadioSettings = field(default_factory=RadioSettings)
    wetness: WetnessSettings = field(default_factory=WetnessSettings)
    fading: FadingSettings = field(default_factory=FadingSettings)
    course: CourseSettings = field(default_factory=CourseSettings)
    retuned: RetunedSettings = field(default_factory=RetunedSettings)
    recollection: RecollectionSettings = field(default_factory=RecollectionSettings)
    interference: InterferenceSettings = field(default_factory=InterferenceSettings)
    adaptive: AdaptiveSettings = field(default_factory=AdaptiveSettings)
    errored: ErroredSettings = field(default_factory=ErroredSettings)
    sync: SyncSettings = field(default_factory=SyncSettings)
    past: PastSettings = field(default_factory=PastSettings)
    signatures: SignatureSettings = field(default_factory=SignatureSettings)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Findings:
    """One cycle's results of all detectors."""

    now: float  # wall clock: stamps only
    monotonic: float
    standing: Standing
    sky: Sky
    fades: Fades
    course: Gone
    retuned: Flags  # per direction: its receiving end was set anew
    disturbance: Disturbance
    excess: Excess
    shortfall: Shortfall
    load: Load
    shaken: Flags  # per link: out, or its counters still tell of an outage
    vanished: Vanished
    delays: Delays
    untimed: Untimed
    carrier_gone: Flags  # per link: at one end nothing arrives any more, whatever it says
    agent_silent: Flags  # SNMP is silent for long although the device answers echoes
    rebooted: Flags  # lately


class Detectors:
    """All detectors of one frame, with what each remembers."""

    def __init__(
        self, frame: Frame, settings: DetectionSettings, collector_site: SiteId | None
    ) -> None:
        directions, memory = frame.directions, settings.baseline
        self.frame = frame
        self.settings = settings
        self.collector_site = collector_site
        self.watch = Watch(frame, settings.reachability, collector_site)
        self.hearing = Hearing(frame.devices, settings.hearing)
        self.ways = Ways(frame, collector_site)
        self.latency = Latency(frame.devices, settings.latency, memory)
        self.performance = Performance(len(frame.interface_ids), settings.performance)
        self.conservation = Conservation(len(frame.link_ids), settings.conservation)
        self.radio = Radio(directions, settings.radio, memory)
        self.wetness = Wetness(nearest_of(frame, settings.wetness), settings.wetness)
        self.fading = Fading(directions.rows, settings.fading)
        self.course = Course(directions.rows, settings.course)
        self.retuned = Retuned(directions, settings.retuned)
        self.neighbours = Neighbours(frame)
        self.recollection = Recollection(settings.recollection)
        self.interference = Interference(directions.rows, settings.interference)
        self.adaptive = Adaptive(directions.rows, settings.adaptive, settings.interference.change)
        self.errored = Errored(directions, settings.errored, memory)
        self.sync = Sync(frame.devices, settings.sync)
        self.aftermath = Aftermath(len(frame.link_ids))
        self.past = Past(frame.devices, len(frame.link_ids), settings.past)

    def look(self, readings: Readings, windows: tuple[WindowNow, ...] = ()) -> Findings:
        """Let every detector look once, then let the baselines learn from what was healthy.

        Nothing is learnt of what the maintenance windows that are open name.
        """
        devices, now = readings.devices, readings.monotonic
        links_at_work, devices_at_work = self._at_work(windows)
        standing = self.watch.look(readings)
        self.radio.read(readings)
        self.wetness.look(self.radio.above("total_loss_db"), self.radio.fresh, now)
        fades = self.fading.look(self.radio, self.wetness.sky, now)
        course = self.course.look(fades.loss_db, self.radio.fresh, now)
        disturbance = self.interference.look(self.radio)
        shaken = self.aftermath.look(readings, self.frame, standing)
        excess = self.errored.look(
            readings,
            fades.loss_db,
            gather_flags(shaken, self.frame.directions.link_row),
            self._rows(links_at_work),
        )
        self.past.remember(readings, self.frame, standing, fades, disturbance)
        shortfall = self.adaptive.look(readings, self.radio)
        frozen = self._frozen(standing, links_at_work)
        retuned = self.retuned.look(readings, frozen)
        self.recollection.forget(now)
        self.radio.learn(frozen, now)
        doubted = self._doubted(standing, links_at_work)
        self.interference.learn(self.radio, doubted)
        self.adaptive.learn(self.radio, doubted)
        carrier_gone = np.zeros(len(self.frame.link_ids), dtype=np.bool_)
        carrier_gone[self.frame.directions.link_row[fades.gone]] = True
        return Findings(
            now=readings.now,
            monotonic=now,
            standing=standing,
            sky=self.wetness.sky,
            fades=fades,
            course=course,
            retuned=retuned,
            disturbance=disturbance,
            excess=excess,
            shortfall=shortfall,
            shaken=shaken,
            load=self.performance.look(readings.interfaces, self.frame),
            vanished=self.conservation.look(readings.interfaces, self.frame),
            delays=self.latency.look(
                readings,
                standing.heard & ~standing.doubted & ~devices_at_work,
                self.ways.branches,
            ),
            untimed=self.sync.look(readings),
            carrier_gone=carrier_gone,
            agent_silent=self.hearing.look(devices, standing.heard, now),
            rebooted=devices.rebooted_age_seconds <= self.settings.past.before_seconds,
        )

    def taken_over(self, frame: Frame, collector_site: SiteId | None) -> "Detectors":
        """Return the detectors of another frame; survivors keep what is remembered of them."""
        made = Detectors(frame, self.settings, collector_site)
        devices = old_rows(self.frame.device_ids, frame.device_ids)
        interfaces = old_rows(self.frame.interface_ids, frame.interface_ids)
        links = old_rows(self.frame.link_ids, frame.link_ids)
        directions = old_rows(self.frame.directions.keys, frame.directions.keys)
        made.watch = self.watch.taken(frame, devices, collector_site)
        made.hearing = self.hearing.taken(devices)
        made.latency = self.latency.taken(devices)
        made.performance = self.performance.taken(interfaces)
        made.conservation = self.conservation.taken(links)
        made.wetness = self.wetness.taken(made.wetness.near, directions[::2] // 2)
        made.radio = self.radio.taken(frame.directions, directions)
        made.fading = self.fading.taken(directions)
        made.course = self.course.taken(directions)
        made.retuned = self.retuned.taken(frame.directions, directions)
        made.recollection = self.recollection
        made.interference = self.interference.taken(directions)
        made.adaptive = self.adaptive.taken(directions)
        made.errored = self.errored.taken(frame.directions, directions)
        made.sync = self.sync.taken(devices)
        made.aftermath = self.aftermath.taken(links)
        made.past = self.past.taken(devices, links)
        return made

    def snapshot(self) -> Groups:
        """Return copies of all baselines, which later cycles do not touch."""
        return [(name, keys, memory.copied()) for name, keys, memory in self._memories()]

    def restore(self, blob: bytes) -> int:
        """Take baselines back from a checkpoint; return how many series found theirs."""
        self.errored.occur()
        found = thaw(self._memories(), blob)
        self.radio.resume()
        return found

    def _memories(self) -> list[tuple[str, tuple[str, ...], Memory]]:
        directions = self.frame.directions.keys
        groups: list[tuple[str, tuple[str, ...], Memory]] = [
            (name, directions, usual) for name, usual in self.radio.usual.items()
        ]
        groups.append(("errored_ratio", directions, self.errored.usual))
        groups.append(("snr_at_level", directions, self.interference.expectation))
        groups.append(("modulation_at_level", directions, self.adaptive.expectation))
        devices = tuple(str(device) for device in self.frame.device_ids)
        groups.append(("sync", devices, self.sync))
        groups.append(("rtt_by_hour", devices, self.latency.hourly))
        groups.append(("noise_by_hour", directions, self.radio.hourly))
        groups.extend((name, devices, usual) for name, usual in self.latency.usual.items())
        return groups

    def _at_work(self, windows: tuple[WindowNow, ...]) -> tuple[Flags, Flags]:
        """Return the links and the devices that are worked on."""
        frame = self.frame
        links = np.zeros(len(frame.link_ids), dtype=np.bool_)
        devices = np.zeros(frame.devices, dtype=np.bool_)
        for subject in (subject for window in windows for subject in window.subjects):
            # A plan may know of more than the readings at a reload.
            if subject.kind is SubjectKind.LINK and subject.id in frame.link_row:
                links[frame.link_row[LinkId(subject.id)]] = True
            elif subject.kind is SubjectKind.DEVICE and subject.id in frame.device_row:
                devices[frame.device_row[DeviceId(subject.id)]] = True
        return links, devices

    def _rows(self, links: Flags) -> Flags:
        """Return the directions of some links."""
        rows = self.frame.directions.link_row
        return links[rows] if rows.size else np.zeros(0, dtype=np.bool_)

    def _frozen(self, standing: Standing, at_work: Flags) -> Flags:
        """Return the directions of links in trouble: nothing of them is usual now."""
        rows = self.frame.directions.link_row
        if not rows.size:
            return np.zeros(0, dtype=np.bool_)
        alarmed = self.fading.risen | self.interference.risen | self.errored.risen
        alarmed |= standing.link_down[rows] | standing.link_off[rows] | at_work[rows]
        either = alarmed.reshape(-1, 2).any(axis=1)
        return np.repeat(either, 2)

    def _doubted(self, standing: Standing, at_work: Flags) -> Flags:
        """Return the directions of which no value says what is normal at its level."""
        rows = self.frame.directions.link_row
        if not rows.size:
            return np.zeros(0, dtype=np.bool_)
        out = standing.link_down | standing.link_off | at_work
        return self.errored.risen | out[rows]
