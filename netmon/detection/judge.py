"""Judge: readings in, verdicts out; the one place where findings become beliefs.

Conditions are found for all rows at once; only abnormal rows of which something has changed are
looked at one by one, so a healthy link, and one that is lost for hours, costs nothing and keeps the
very Verdict it had. A verdict keeps its `since` while its condition stays.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial

import numpy as np

from netmon.detection import ownsite
from netmon.detection.beliefs import Beliefs, codes_of
from netmon.detection.checkpoint import freeze_dry
from netmon.detection.devices import DeviceJudge
from netmon.detection.findings import DetectionSettings, Detectors, Findings
from netmon.detection.fingerprint import Marks, blank, blend
from netmon.detection.frame import Frame, compile_frame
from netmon.detection.links import LinkJudge
from netmon.detection.overlay import overlaid
from netmon.detection.proposal import Proposal, plain
from netmon.detection.readings import Readings
from netmon.detection.sites import LostSites, counted
from netmon.planned.agenda import NOTHING, Agenda
from netmon.verdict import Cause, Condition, Subject, SubjectKind, Verdict
from topology.model import DeviceId, LinkId, SiteId
from topology.network import Network


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What is believed of everything at one instant."""

    now: float  # wall clock: stamps only
    monotonic: float
    links: Mapping[LinkId, Verdict]
    devices: Mapping[DeviceId, Verdict]
    sites: Mapping[SiteId, Verdict]
    network: Verdict | None = None  # of netmon's own site: down, nothing is known of the rest
    cut_off: frozenset[SiteId] = field(default_factory=frozenset)  # nothing answers there
    # Monotonic, of those that are not well: since when a link is, a site is what it is.
    ill_since: Mapping[LinkId, float] = field(default_factory=dict)
    same_since: Mapping[SiteId, float] = field(default_factory=dict)
    agenda: Agenda = NOTHING  # what of all plans holds now
    beneath: Mapping[Subject, Verdict] = field(default_factory=dict)  # maintenance left aside


class Judge:
    """Believes, keeps what it believed, and lets detectors remember."""

    def __init__(
        self,
        network: Network,
        settings: DetectionSettings | None = None,
        collector_site: SiteId | None = None,
        agenda: Callable[[float], Agenda] = lambda _: NOTHING,
    ) -> None:
        """`agenda` says what was planned for an instant (wall clock)."""
        self.network = network
        self._agenda = agenda
        self.settings = settings or DetectionSettings()
        self.collector_site = collector_site
        self._detectors: Detectors | None = None
        self._lost: LostSites | None = None
        self._behind: tuple[Mapping[DeviceId, Subject], Marks] = {}, blank(0)
        self._stored = b""  # a checkpoint that waits for the first readings
        self._links: Beliefs[LinkId] = Beliefs(SubjectKind.LINK)
        self._devices: Beliefs[DeviceId] = Beliefs(SubjectKind.DEVICE)
        self._sites: Beliefs[SiteId] = Beliefs(SubjectKind.SITE)
        self._network: Verdict | None = None

    def judge(self, readings: Readings) -> Judgement:
        """Return what is believed now."""
        detectors = self._attuned(readings)
        frame, agenda = detectors.frame, self._agenda(readings.now)
        found = detectors.look(readings, agenda.windows)
        behind = self._behind_marks(frame, found)
        lost = self._lost_sites(detectors)
        lost.look(found, behind)
        blamed, alone = detectors.ways.blame(
            found.delays.any & found.standing.heard, found.standing.heard, self.settings.latency
        )
        shared, trunk = ownsite.excused(detectors, found), ownsite.on_trunk(detectors, found)
        if shared and trunk is not None:
            blamed = {**blamed, trunk: (*shared, *blamed.get(trunk, ()))}
        links = LinkJudge(detectors, found, lost.losses, blamed)
        conditions, held = links.conditions()
        self._links.believe(
            frame.link_ids,
            codes_of(conditions),
            held,
            links.propose,
            readings.now,
            readings.monotonic,
            marks=links.marks(lost.marks, behind),
            moving=links.moving,
        )
        devices = DeviceJudge(detectors, found, lost, alone)
        self._devices.believe(
            frame.device_ids,
            codes_of(devices.conditions),
            found.standing.pending,
            devices.propose,
            readings.now,
            readings.monotonic,
            marks=devices.marks(behind),
            moving=devices.moving,
        )
        self._believe_sites(detectors, found, lost)
        self._network = ownsite.judged(detectors, found, self._network)
        beliefs = overlaid(
            agenda,
            frame.network,
            self._links.known(),
            self._devices.known(),
            self._sites.known(),
        )
        return Judgement(
            now=readings.now,
            monotonic=readings.monotonic,
            links=beliefs.links,
            devices=beliefs.devices,
            sites=beliefs.sites,
            network=self._network,
            cut_off=frozenset(site for site in lost.losses if site not in agenda.off_duty),
            ill_since=self._links.ill_since(),
            same_since=self._sites.same_since(),
            agenda=agenda,
            beneath=beliefs.beneath,
        )

    def replace(self, network: Network, collector_site: SiteId | None = None) -> None:
        """Go on with another network; what is known of survivors is kept.

        The collector's site stays what it was unless another one is given.
        """
        self.network = network
        self.collector_site = collector_site or self.collector_site

    def snapshot(self) -> Callable[[], bytes]:
        """Copy all baselines as they are now; the copy packs itself as compact bytes.

        Copying takes milliseconds and needs a judge that is not judging; packing takes long, in
        whatever thread, while the judge goes on.
        """
        if self._detectors is None:
            stored = self._stored or freeze_dry(())
            return lambda: stored
        return partial(freeze_dry, self._detectors.snapshot())

    def restore(self, blob: bytes) -> None:
        """Take baselines back from a checkpoint; unreadable bytes only mean learning again."""
        self._stored = blob
        if self._detectors is not None:
            self._detectors.restore(blob)
            self._stored = b""

    def _lost_sites(self, detectors: Detectors) -> LostSites:
        if self._lost is None or self._lost.detectors is not detectors:
            self._lost = LostSites(detectors)
        return self._lost

    def _behind_marks(self, frame: Frame, found: Findings) -> Marks:
        """Return for whose sake each device is silent; the same dict has the same marks."""
        behind, standing = self._behind, found.standing
        if behind[0] is not standing.behind or len(behind[1]) != frame.devices:
            marks = blank(frame.devices)
            for device, subject in standing.behind.items():
                marks[frame.device_row[device]] = hash((subject.kind, subject.id)) % (1 << 64)
            self._behind = standing.behind, marks
        return self._behind[1]

    def _attuned(self, readings: Readings) -> Detectors:
        """Return detectors whose rows are those of these readings and of this network."""
        old = self._detectors
        if old is not None and _fits(old, readings, self.network, self.collector_site):
            return old
        frame = compile_frame(self.network, readings)
        if old is None:
            made = Detectors(frame, self.settings, self.collector_site)
            if self._stored:
                made.restore(self._stored)
                self._stored = b""
        else:
            made = old.taken_over(frame, self.collector_site)
        self._detectors = made
        return made

    def _believe_sites(self, detectors: Detectors, found: Findings, lost: LostSites) -> None:
        frame, standing = detectors.frame, found.standing
        asked, silent, heard = counted(frame, standing)
        pending = np.zeros(len(frame.site_ids), dtype=np.bool_)
        waiting = frame.site_of_device[standing.pending]
        pending[waiting[waiting >= 0]] = True
        dead, hidden = lost.fates()
        conditions = {
            Condition.DOWN: dead,
            Condition.UNREACHABLE: hidden,
            Condition.DEGRADED: (silent > 0) & (heard > 0),
            Condition.HEALTHY: heard > 0,
        }

        def propose(row: int, condition: Condition) -> Proposal:
            site = frame.site_ids[row]
            if site in lost.losses:
                return lost.losses[site].site
            if condition is Condition.DEGRADED:
                words = f"{silent[row]} of its {asked[row]} devices do not answer"
                return plain(condition, Cause.UNKNOWN, "reachability", "silence", words, site)
            return Proposal(condition=condition)

        self._sites.believe(
            frame.site_ids,
            codes_of(conditions),
            pending,
            propose,
            found.now,
            found.monotonic,
            marks=blend(lost.marks, asked, silent),
            moving=np.zeros(len(frame.site_ids), dtype=np.bool_),
        )


def _fits(
    detectors: Detectors, readings: Readings, network: Network, collector_site: SiteId | None
) -> bool:
    frame = detectors.frame
    return (
        frame.network is network
        and detectors.collector_site == collector_site
        and frame.device_ids is readings.devices.ids
        and frame.interface_ids is readings.interfaces.ids
        and frame.link_ids is readings.links.ids
    )
