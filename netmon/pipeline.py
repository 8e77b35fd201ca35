"""Pipeline, the spine: observations in, a judgement every few seconds, incidents out.

    Observation ─remember─▶ State ─judge─▶ Verdict ─correlate─▶ Incident ─▶ observers

Collectors put observations on one bounded queue. One task takes them off and is the only one that
changes the state. Judging happens in a thread on views of the state, while this task waits for it;
so nothing changes under it, and the event loop stays free. Whoever wants to look at the judge asks
for a moment between two cycles.
"""

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Annotated, Final, Generic, Protocol, TypeVar

from annotated_types import Ge, Gt, Le

from collectors.observation import EchoObservation, Layout, Observation
from collectors.target import Target
from netmon.detection.readings import Readings
from netmon.history import History
from netmon.incidents import Incident, Phase, Severity
from netmon.state import State
from netmon.verdict import Cause, Subject, SubjectKind, Verdict
from topology.model import DeviceId, LinkId, SiteId
from topology.network import Network

_log = logging.getLogger(__name__)

BATCH: Final = 64  # observations between two looks at other tasks: about a millisecond
# What is configured, not measured: its past is in the inventory and takes no memory here.
BY_DESIGN: Final = frozenset({"admin_status", "speed_bps", "frequency_hz"})
# Where a unit is, is wanted now; its track is nobody's business here.
NOT_KEPT: Final = frozenset({"latitude_degrees", "longitude_degrees"})

AnyObservation = Observation | EchoObservation


class Judged(Protocol):
    """What the judge believes (`netmon.detection.judge.Judgement` is one)."""

    @property
    def links(self) -> Mapping[LinkId, Verdict]: ...  # noqa: D102 - the names say it

    @property
    def devices(self) -> Mapping[DeviceId, Verdict]: ...  # noqa: D102

    @property
    def sites(self) -> Mapping[SiteId, Verdict]: ...  # noqa: D102

    @property
    def network(self) -> Verdict | None: ...  # noqa: D102


JudgedT = TypeVar("JudgedT", bound=Judged)
ResultT = TypeVar("ResultT")
SuspicionT = TypeVar("SuspicionT")
ProducedT = TypeVar("ProducedT", bound=Judged, covariant=True)
AppliedT = TypeVar("AppliedT", contravariant=True)


class Judging(Protocol[ProducedT]):
    """The role of `netmon.detection.judge.Judge`."""

    def judge(self, readings: Readings) -> ProducedT:
        """Conclude from what is known now."""

    def replace(self, network: Network) -> None:
        """Go on with another network."""


class Keeping(Protocol[AppliedT]):
    """The role of `netmon.incidents.Incidents`."""

    @property
    def open(self) -> Sequence[Incident]:
        """Return every incident that is not closed."""

    def apply(self, suspicions: Sequence[AppliedT], now: float) -> Sequence[Incident]:
        """Move every incident on; return those that changed."""

    def forget(self, removed: Sequence[Subject], now: float) -> Sequence[Incident]:
        """Close what is about subjects that left the inventory; return those that changed."""


Observer = Callable[[JudgedT, Sequence[Incident]], None]
"""Told after every cycle: the judgement and the incidents that changed. It must be quick."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PipelineSettings:
    """How often to judge, how often to take observations, and how many of them may wait."""

    judge_interval_seconds: Annotated[float, Gt(0)] = 5.0
    drain_interval_seconds: Annotated[float, Ge(0), Le(1)] = 0.1
    queue_size: Annotated[int, Ge(1)] = 10_000


@dataclass(slots=True)
class PipelineStatistics:
    """The pipeline's own health."""

    dropped: int = 0  # the queue was full
    failed: int = 0  # could not be remembered: an error of ours
    judge_cycles: int = 0
    judge_seconds: float = 0.0  # CPU time of the last cycle, or wall time in its thread
    judged_at: float | None = None  # wall clock
    judged_monotonic: float | None = None
    opened: Counter[tuple[Cause, Severity]] = field(default_factory=Counter)


class Pipeline(Generic[JudgedT, SuspicionT]):
    """Takes observations and keeps state, judgement and incidents up to date."""

    def __init__(
        self,
        *,
        state: State,
        judge: Judging[JudgedT],
        correlate: Callable[[JudgedT, Network], Sequence[SuspicionT]],
        incidents: Keeping[SuspicionT],
        wall: Callable[[], float],
        monotonic: Callable[[], float],
        history: History | None = None,
        observers: Sequence[Observer[JudgedT]] = (),
        settings: PipelineSettings | None = None,
    ) -> None:
        self.state = state
        self.incidents = incidents
        self.history = history or History()
        self.judgement: JudgedT | None = None
        self.readings: Readings | None = None
        self.statistics = PipelineStatistics()
        self._judge = judge
        self._correlate = correlate
        self._wall, self._monotonic = wall, monotonic
        self._observers = tuple(observers)
        self._settings = settings or PipelineSettings()
        self._queue: asyncio.Queue[AnyObservation] = asyncio.Queue(self._settings.queue_size)
        self._concluding = asyncio.Lock()
        self._replacement: tuple[Network, Mapping[DeviceId, Target]] | None = None

    @property
    def network(self) -> Network:
        """The network that is watched now."""
        return self.state.network

    @property
    def open_incidents(self) -> Sequence[Incident]:
        """What is wrong now."""
        return self.incidents.open

    @property
    def queue_depth(self) -> int:
        """How many observations wait."""
        return self._queue.qsize()

    def put(self, observation: AnyObservation) -> None:
        """Hand over an observation; never waits.

        Polls limit themselves, so a full queue means that we are too slow by far. Waiting here
        would make the polls late and the delay invisible; dropping is counted and seen.
        """
        try:
            self._queue.put_nowait(observation)
        except asyncio.QueueFull:
            self.statistics.dropped += 1

    def advance(self, observation: AnyObservation) -> None:
        """Remember one observation."""
        if isinstance(observation, EchoObservation):
            self.state.remember_echo(observation)
        else:
            if observation.misfit and not self.state.is_misfit(observation.device):
                _log.warning("%s: %s", observation.device, observation.misfit)  # once
            if observation.layout is not None and observation.layout.missing:
                self._tell_missing(observation.layout)
            self.state.remember(observation)

    def _tell_missing(self, layout: Layout) -> None:
        """Say once what the inventory names and the device has not."""
        for each in layout.missing:
            if self.state.is_missing(each.interface):
                continue
            has = f"; it has {', '.join(each.nearest)}" if each.nearest else ""
            words = f"no interface {each.name}, which the inventory names{has}"
            _log.warning("%s: %s", layout.device, words)

    def judge(self, now: float, monotonic: float) -> Sequence[Incident]:
        """Run one whole cycle here and now; return the incidents that changed."""
        readings = self._read(now, monotonic)
        judgement, suspicions, seconds = self._conclude(readings)
        return self._tell(readings, judgement, suspicions, seconds)

    async def run(self) -> None:
        """Take observations and judge, for ever.

        Observations are taken together, ten times a second: to wake up for every single one would
        cost more than to remember it, and nothing is judged in between anyway.
        """
        settings = self._settings
        due = self._monotonic() + settings.judge_interval_seconds
        while True:
            await asyncio.sleep(settings.drain_interval_seconds)
            await self._drain()
            if self._monotonic() < due:
                continue
            await self._cycle()
            due += settings.judge_interval_seconds
            if due <= self._monotonic():  # cycles that were missed are not made up for
                due = self._monotonic() + settings.judge_interval_seconds

    def replace(self, network: Network, targets: Mapping[DeviceId, Target]) -> None:
        """Go on with another network: at once, or when the cycle under way is over."""
        self._replacement = network, targets
        if not self._concluding.locked():
            self._follow()

    async def between_cycles(self, look: Callable[[], ResultT]) -> ResultT:
        """Run a short blocking call in a thread while nothing is judged; return what it saw."""
        async with self._concluding:
            seen = await _in_thread(look)
        self._follow()
        return seen

    def record(self, readings: Readings, now: float, monotonic: float) -> None:
        """Keep readings for the history."""
        devices, interfaces = readings.devices, readings.interfaces
        echoes = {
            "loss_ratio": devices.loss_ratio,
            "rtt_seconds": devices.rtt_seconds,
            "ipdv_seconds": devices.ipdv_seconds,
        }
        gauges = {
            name: column for name, column in interfaces.gauges.items() if name not in BY_DESIGN
        }
        kept = {name: column for name, column in devices.gauges.items() if name not in NOT_KEPT}
        self.history.devices.record(now, monotonic, devices.ids, {**kept, **echoes})
        self.history.interfaces.record(
            now, monotonic, interfaces.ids, {**gauges, **interfaces.rates}
        )

    async def _drain(self) -> None:
        while not self._queue.empty():
            for _ in range(min(self._queue.qsize(), BATCH)):
                self._take(self._queue.get_nowait())
            await asyncio.sleep(0)

    async def _cycle(self) -> None:
        async with self._concluding:
            readings = self._read(self._wall(), self._monotonic())
            judgement, suspicions, seconds = await _in_thread(partial(self._conclude, readings))
        self._tell(readings, judgement, suspicions, seconds)
        self._follow()

    def _take(self, observation: AnyObservation) -> None:
        try:
            self.advance(observation)
        except Exception:  # noqa: BLE001 - a fence: one device must not stop the watch of all others
            self.statistics.failed += 1
            _log.exception("%s: its observation could not be remembered", observation.device)

    def _read(self, now: float, monotonic: float) -> Readings:
        self.state.settle(monotonic)
        readings = self.state.readings(now, monotonic)
        self.record(readings, now, monotonic)
        return readings

    def _conclude(self, readings: Readings) -> tuple[JudgedT, Sequence[SuspicionT], float]:
        started = time.thread_time()
        judgement = self._judge.judge(readings)
        suspicions = self._correlate(judgement, self.state.network)
        return judgement, suspicions, time.thread_time() - started

    def _tell(
        self,
        readings: Readings,
        judgement: JudgedT,
        suspicions: Sequence[SuspicionT],
        seconds: float,
    ) -> Sequence[Incident]:
        before = {incident.id for incident in self.incidents.open}
        changed = self.incidents.apply(suspicions, readings.now)
        self.readings, self.judgement = readings, judgement
        statistics = self.statistics
        statistics.judge_cycles += 1
        statistics.judge_seconds = seconds
        statistics.judged_at, statistics.judged_monotonic = readings.now, readings.monotonic
        for incident in changed:
            if incident.id not in before and incident.phase is not Phase.CLOSED:
                statistics.opened[incident.cause, incident.severity] += 1
        self._notify(judgement, changed)
        return changed

    def _notify(self, judgement: JudgedT, changed: Sequence[Incident]) -> None:
        for observer in self._observers:
            observer(judgement, changed)

    def _follow(self) -> None:
        if self._replacement is None:
            return
        (network, targets), self._replacement = self._replacement, None
        removed = _removed(self.state.network, network)
        self.state.replace(network, targets)
        self._judge.replace(network)
        changed = self.incidents.forget(removed, self._wall())
        if self.judgement is not None:
            self._notify(self.judgement, changed)


async def _in_thread(call: Callable[[], ResultT]) -> ResultT:
    """Run a blocking call in a thread; whoever is cancelled meanwhile waits for its end.

    Else the thread would go on with what its caller no longer guards.
    """
    running = asyncio.ensure_future(asyncio.to_thread(call))
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        await asyncio.wait([running])
        raise


def _removed(old: Network, new: Network) -> tuple[Subject, ...]:
    """Return every subject that was in the old network and is not in the new one."""
    kinds = (
        (SubjectKind.SITE, old.sites, new.sites),
        (SubjectKind.DEVICE, old.devices, new.devices),
        (SubjectKind.INTERFACE, old.interfaces, new.interfaces),
        (SubjectKind.LINK, old.links, new.links),
    )
    return tuple(
        Subject(kind, identity)
        for kind, before, after in kinds
        for identity in before
        if identity not in after
    )
