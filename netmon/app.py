"""App: build the parts, start them, reload them, stop them; nothing clever.

Every task runs in one TaskGroup: a task that ends by an error ends the program with that error.
Clocks are read here and handed down; nothing below reads one.
"""

import asyncio
import functools
import logging
import signal
import socket
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final, ParamSpec, TypeVar

from collectors.errors import PingUnavailable, TrapsUnavailable
from collectors.ping.collector import PingCollector
from collectors.ping.transport import Transport, open_transport
from collectors.snmp.engine import SnmpEngine
from collectors.snmp.settings import SnmpStatistics
from collectors.target import Engine, SnmpTarget, Target
from collectors.trap.supervisor import TrapStatistics
from netmon import instruments, loop
from netmon.api.server import RunningServer, serve
from netmon.cadence import Cadence
from netmon.chores import Chores
from netmon.config import load
from netmon.config.changes import diff, refusal
from netmon.config.load import Configuration
from netmon.config.problem import ConfigurationError
from netmon.correlation.memory import Memory
from netmon.correlation.rules import correlate
from netmon.detection.judge import Judge, Judgement
from netmon.exercise import correlate_as_drill
from netmon.exposition.exposition import Exposition
from netmon.history import History
from netmon.incidents import Incident, Suspicion
from netmon.lives import Incidents
from netmon.memory import give_back, return_what_is_free, spare_the_settled
from netmon.notices import NoticeStatistics
from netmon.pipeline import Pipeline
from netmon.planned.agenda import NOTHING, Agenda
from netmon.planned.outlook import Outlook
from netmon.planned.suns import Predicted
from netmon.redundancy import Follower
from netmon.source import LiveSource, Vitals
from netmon.state import State
from netmon.store import Store, StoreError
from netmon.traps import Traps
from netmon.version import VERSION
from netmon.whereabouts import Whereabouts
from topology.model import LinkId
from topology.network import Network

if TYPE_CHECKING:
    from collectors.snmp.pysnmp_engine import PysnmpEngine

_log = logging.getLogger(__name__)

P = ParamSpec("P")
ResultT = TypeVar("ResultT")

RETENTION_SECONDS: Final = 86_400.0
SUN_SECONDS: Final = 3_600.0  # between two looks at when the sun comes next
KEEP_INCIDENTS_SECONDS: Final = 90 * 86_400.0
LAG_PROBE_SECONDS: Final = 0.25
LEARNED_SECONDS: Final = 180.0  # by then every device that answers has said what it is


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What the app takes from outside; a simulation and a test bring their own."""

    monotonic: Callable[[], float] = time.monotonic
    wall: Callable[[], float] = time.time
    transport: Transport | None = None  # None: real ICMP sockets
    listener: socket.socket | None = None  # None: bind where the settings say
    paths: tuple[Path, ...] = ()  # what SIGHUP reads again
    large: bool = False
    observers: tuple[Callable[[Judgement, Sequence[Incident]], None], ...] = ()
    is_drill: bool = False  # every incident says so, and nobody is paged


class App:
    """One running netmon."""

    def __init__(self, configuration: Configuration, surroundings: Surroundings) -> None:
        self.configuration = configuration
        self._outside = surroundings
        settings, network = configuration.settings, configuration.network
        self.vitals = Vitals(reloaded_at=surroundings.wall())
        self.state = State(network, configuration.targets)
        self.whereabouts = Whereabouts(settings.whereabouts)
        self._memory = Memory()
        self.outlook = Outlook(configuration.plans, network, settings.planned)
        self.judge = Judge(
            network, settings.detection, configuration.collector_site, self.outlook.agenda
        )
        self.incidents = Incidents(settings.incidents)
        self.pipeline: Pipeline[Judgement, Suspicion] = Pipeline(
            state=self.state,
            judge=self.judge,
            correlate=self._correlate,
            incidents=self.incidents,
            wall=surroundings.wall,
            monotonic=surroundings.monotonic,
            history=History(settings.history),
            observers=(
                lambda _, changed: self.keep(changed),
                lambda *_: self._locate(),
                lambda judgement, _: self.redundancy.note(judgement, self.pipeline.network),
                self._log_changes,
                *surroundings.observers,
            ),
            settings=settings.pipeline,
        )
        self.native = SnmpEngine(
            now=surroundings.monotonic, wall=surroundings.wall, settings=settings.snmp
        )
        self.foreign: PysnmpEngine | None = None
        self.ping: PingCollector | None = None
        self.traps: Traps | None = None
        self.cadence = Cadence(
            configuration.targets.values(),
            self._poll,
            settings=settings.cadence,
            monotonic=surroundings.monotonic,
        )
        self.exposition = Exposition(
            self.pipeline,
            version=VERSION,
            monotonic=surroundings.monotonic,
            is_drill=surroundings.is_drill,
        )
        self.source = LiveSource(
            pipeline=self.pipeline,
            placed=self.whereabouts.placed,
            incidents=self.incidents,
            exposition=self.exposition,
            vitals=self.vitals,
            judge_interval_seconds=settings.pipeline.judge_interval_seconds,
            wall=surroundings.wall,
            monotonic=surroundings.monotonic,
        )
        self._suns: Mapping[LinkId, Predicted] = {}
        self.redundancy = Follower()
        instruments.watch_redundancy(self.exposition, lambda: self.redundancy.last)
        instruments.watch_plans(self.exposition, self._agenda, lambda: self._suns)
        instruments.watch_whereabouts(self.exposition, self.whereabouts)
        instruments.watch_vitals(self.exposition, self.vitals)
        instruments.watch_cadence(self.exposition, self.cadence)
        instruments.watch_protection(self.exposition, lambda: self.configuration.targets)
        instruments.watch_snmp(self.exposition, self._snmp_statistics)
        self.server: RunningServer | None = None
        self._writer = ThreadPoolExecutor(max_workers=1, thread_name_prefix="store")
        self._store: Store | None = None
        self._unkept: dict[str, Incident] = {}  # changed, and not yet given to the store
        self._stop = asyncio.Event()
        self._reload = asyncio.Event()

    def ask_reload(self) -> None:
        """Ask the app to read its files again; what is asked while it does is done after."""
        self._reload.set()

    def stop(self) -> None:
        """Ask the app to end; `run` then returns."""
        self._stop.set()

    async def run(self, *, started: Callable[[], None] | None = None) -> None:
        """Monitor until `stop`; restores what an earlier run left, keeps what this one learns."""
        await self._open_store()
        chores = self._chores()
        try:
            self._open_ping()
            self._open_traps()
            self.server = await serve(
                self.source, self.configuration.settings.api, listener=self._outside.listener
            )
            instruments.watch_guard(self.exposition, self.server.statistics)
            _log.info("listening on %s", self.server.url)
            chores.start()
            await self._foresee_suns()
            async with asyncio.TaskGroup() as tasks:
                endless = [
                    tasks.create_task(self.pipeline.run(), name="pipeline"),
                    tasks.create_task(self.cadence.run(), name="cadence"),
                    tasks.create_task(self._watch_loop(), name="loop lag"),
                    tasks.create_task(self.redundancy.run(), name="redundancy"),
                    tasks.create_task(self._reload_when_asked(), name="reload"),
                ]
                if self.traps is not None:
                    endless.append(tasks.create_task(self.traps.run(), name="traps"))
                if started is not None:
                    started()
                await self._stop.wait()
                for task in endless:
                    task.cancel()
        finally:
            chores.stop()
            await self._close()

    async def reload(self) -> None:
        """Read the files again: all of them hold, or none is taken (SIGHUP)."""
        try:
            fresh = await asyncio.to_thread(
                load.load, self._outside.paths, large=self._outside.large
            )
        except ConfigurationError as error:
            self.vitals.reload_successful = False
            _log.error("the running configuration stays, the new one is wrong:\n%s", error)
            return
        if why := refusal(self.configuration, fresh):
            self.vitals.reload_successful = False
            _log.error("the running configuration stays: %s", why)
            return
        for warning in fresh.warnings:
            _log.warning("%s", warning)
        running = self.configuration
        changes = diff(running, fresh)
        self.vitals.reload_successful = True
        self.vitals.reloaded_at = self._outside.wall()
        # What works on is what the next reload is compared with: settings wait for a restart.
        self.configuration = replace(
            fresh, settings=running.settings, collector_site=running.collector_site
        )
        self.vitals.restart_needed = changes.settings
        self.outlook.replace(fresh.plans, fresh.network)
        await self._foresee_suns()
        self.pipeline.replace(fresh.network, fresh.targets)
        self.cadence.replace(fresh.targets.values())
        if self.traps is not None:
            self.traps.replace(fresh.targets.values())
        for device in changes.devices.removed:
            self._forget(device)
        _log.info("reloaded: %s", changes.words)
        if changes.settings:
            _log.warning("changed settings are taken at the next start; the inventory is in force")

    async def _reload_when_asked(self) -> None:
        while True:
            await self._reload.wait()
            self._reload.clear()
            await self.reload()

    def _forget(self, device: str) -> None:
        for collector in (self.native, self.foreign, self.ping):
            if collector is not None:
                collector.forget(device)

    async def _poll(self, target: Target) -> bool:
        """Ask one device in every way it is asked; return whether it answered in any."""
        if target.snmp is None:
            return await self._echo(target)
        if target.ping is None or self.ping is None:
            return await self._ask(target.snmp)
        answers = await asyncio.gather(self._ask(target.snmp), self._echo(target))
        return any(answers)

    async def _ask(self, target: SnmpTarget) -> bool:
        engine = self._engine(target)
        observation = await engine.collect(target)
        for event in observation.events:
            _log.warning("%s: %s: %s", target.device, event.kind.value, event.detail)
        self.pipeline.put(observation)
        if self.traps is not None and observation.outcome.has_values:
            self.traps.confirm(target.device, lambda: engine.engine_of(target.device))
        return observation.outcome.has_values

    async def _echo(self, target: Target) -> bool:
        if self.ping is None or target.ping is None:
            return False
        observation = await self.ping.collect(target.ping)
        self.pipeline.put(observation)
        return bool(observation.rtts_seconds)

    def _engine(self, target: SnmpTarget) -> "SnmpEngine | PysnmpEngine":
        if target.engine is Engine.NATIVE:
            return self.native
        if self.foreign is None:
            # 10 MB that most networks never need.
            from collectors.snmp.pysnmp_engine import PysnmpEngine  # noqa: PLC0415

            self.foreign = PysnmpEngine(
                now=self._outside.monotonic,
                wall=self._outside.wall,
                settings=self.configuration.settings.snmp,
            )
        return self.foreign

    def _correlate(self, judgement: Judgement, network: Network) -> tuple[Suspicion, ...]:
        """Conclude with every mobile unit where it is now."""
        conclude = correlate_as_drill if self._outside.is_drill else correlate
        return conclude(
            judgement,
            self.whereabouts.placed(network),
            settings=self.configuration.settings.correlation,
            memory=self._memory,
        )

    def _locate(self) -> None:
        """Take in where the devices of mobile units say they are; log what is not believed."""
        readings, before = self.pipeline.readings, dict(self.whereabouts.doubts)
        if readings is None:
            return
        self.whereabouts.look(self.pipeline.network, readings.devices, readings.monotonic)
        for site, doubt in self.whereabouts.doubts.items():
            if before.get(site) is not doubt:
                _log.warning("%s: its position is ignored: %s", site, doubt.value)

    def _agenda(self) -> Agenda:
        """Return what was planned, as it was last judged by."""
        judgement = self.pipeline.judgement
        return NOTHING if judgement is None else judgement.agenda

    async def _foresee_suns(self) -> None:
        self._suns = await asyncio.to_thread(self.outlook.next_suns, self._outside.wall())

    def _snmp_statistics(self) -> tuple[SnmpStatistics, ...]:
        engines = (self.native, self.foreign)
        return tuple(engine.statistics for engine in engines if engine is not None)

    def _open_ping(self) -> None:
        settings = self.configuration.settings.ping
        try:
            transport = self._outside.transport or open_transport(settings)
        except PingUnavailable as error:
            _log.warning("going on with SNMP only: %s", error)
            return
        self.ping = PingCollector(
            transport, now=self._outside.monotonic, wall=self._outside.wall, settings=settings
        )
        counted = transport.statistics, self.ping.statistics, self.ping.clock
        instruments.watch_ping(self.exposition, *counted)

    def _open_traps(self) -> None:
        settings = self.configuration.settings
        if not settings.traps.listen:
            return
        try:
            self.traps = Traps(
                settings.traps,
                settings.notices,
                self.configuration.targets.values(),
                poll_now=self.cadence.poll_now,
                monotonic=self._outside.monotonic,
            )
        except TrapsUnavailable as error:
            _log.error("going on without traps: %s", error)
            instruments.watch_traps(self.exposition, TrapStatistics(), NoticeStatistics())
            return
        statistics = self.traps.receiver.statistics, self.traps.notices.statistics
        instruments.watch_traps(self.exposition, *statistics)
        instruments.watch_receiver(self.exposition, self.traps)

    async def _open_store(self) -> None:
        self._store = await self._write(
            Store, self.configuration.settings.store, self._outside.wall()
        )
        self.incidents.restore(await self._write(self._store.load_incidents))
        baselines = await self._write(self._store.load_baselines)
        if baselines is not None:
            self.judge.restore(baselines)

    async def _write(
        self, call: Callable[P, ResultT], *arguments: P.args, **_: P.kwargs
    ) -> ResultT:
        """Run a blocking call of the store in its one thread, in order."""
        return await asyncio.get_running_loop().run_in_executor(
            self._writer, functools.partial(call, *arguments)
        )

    def keep(self, changed: Sequence[Incident]) -> None:
        """Have incidents written, and with them what could not be written before."""
        self._unkept.update((incident.id, incident) for incident in changed)
        if self._unkept and self._store is not None:
            given, self._unkept = self._unkept, {}
            writing = asyncio.get_running_loop().run_in_executor(
                self._writer, self._store.save_incidents, list(given.values())
            )
            writing.add_done_callback(functools.partial(self._note_kept, given))

    def _note_kept(self, given: dict[str, Incident], writing: "asyncio.Future[None]") -> None:
        error = writing.exception()
        if error is not None:
            self._unkept = {**given, **self._unkept}
            self._note_store_failure(error)

    def _note_store_failure(self, error: BaseException) -> None:
        self.vitals.store_failures += 1
        _log.error("incidents or baselines are kept in memory alone: %s", error)

    def _log_changes(self, _judgement: Judgement, changed: Sequence[Incident]) -> None:
        for incident in changed:
            _log.info("%s: %s: %s", incident.id, incident.phase.value, incident.title)

    def _chores(self) -> Chores:
        chores = Chores()
        seconds = self.configuration.settings.store.checkpoint_seconds
        chores.every(seconds, "baseline checkpoint", self._checkpoint)
        chores.every(RETENTION_SECONDS, "retention", self._forget_old)
        chores.every(SUN_SECONDS, "sun outages", self._foresee_suns)
        instruments.watch_chores(self.exposition, chores)
        return chores

    async def _checkpoint(self) -> None:
        if self._store is not None:
            pack = await self.pipeline.between_cycles(self.judge.snapshot)
            blob = await asyncio.to_thread(pack)
            await self._write(self._store.save_baselines, blob, self._outside.wall())
            await asyncio.to_thread(give_back)

    async def _forget_old(self) -> None:
        if self._store is not None:
            await self._write(self._store.prune, self._outside.wall() - KEEP_INCIDENTS_SECONDS)

    async def _watch_loop(self) -> None:
        """Measure how late the event loop is; a late loop makes every poll late."""
        while True:
            due = self._outside.monotonic() + LAG_PROBE_SECONDS
            await asyncio.sleep(LAG_PROBE_SECONDS)
            monotonic = self._outside.monotonic()
            self.exposition.lag.note(monotonic - due, monotonic)

    async def _close(self) -> None:
        if self.server is not None:
            await self.server.close()
        for engine in (self.native, self.foreign, self.ping):
            if engine is not None:
                await engine.close()
        if self.traps is not None:
            self.traps.close()
        if self._store is not None:
            try:
                await self._checkpoint()
            except StoreError as error:
                self._note_store_failure(error)
            await self._write(self._store.close)
        self._writer.shutdown()
        self.exposition.close()


def run_app(paths: Sequence[Path], *, large: bool) -> int:
    """Monitor what the files describe until SIGTERM or SIGINT; SIGHUP reloads them."""
    return_what_is_free()
    configuration = load.load(paths, large=large)
    for warning in configuration.warnings:
        _log.warning("%s", warning)
    loop.run(_run_until_signal(configuration, tuple(paths), large=large))
    return 0


async def _run_until_signal(
    configuration: Configuration, paths: tuple[Path, ...], *, large: bool
) -> None:
    app = App(configuration, Surroundings(paths=paths, large=large))
    spare_the_settled(tidy=True)
    running = asyncio.get_running_loop()
    running.call_later(LEARNED_SECONDS, spare_the_settled)
    for number in (signal.SIGTERM, signal.SIGINT):
        running.add_signal_handler(number, app.stop)
    running.add_signal_handler(signal.SIGHUP, app.ask_reload)
    await app.run()
