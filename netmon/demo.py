"""The demo: a simulated border network, monitored for real, and held against its story.

Two worlds meet here and nowhere else: the simulation, which knows what happens, and the app, which
has to find out. Nothing passes between them but packets.
"""

import asyncio
import dataclasses
import os
import secrets
import signal
import socket
import tempfile
import time
from collections.abc import Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Final

from collectors.ping.transport import Transport
from netmon import loop
from netmon.api.server import ApiSettings, ListenError, open_listener
from netmon.app import App, Surroundings
from netmon.config import load
from netmon.config.load import Configuration
from netmon.detection.judge import Judgement
from netmon.incidents import Incident, IncidentSettings
from netmon.pipeline import PipelineSettings
from netmon.simulation import drills
from netmon.simulation.addresses import behind_tun, on_other_ports
from netmon.simulation.agents import Agents, AgentsError, ports_away
from netmon.simulation.assessment import assess, passed
from netmon.simulation.echo import EchoTransport
from netmon.simulation.impairment import Impairment, ImpairmentSettings
from netmon.simulation.namespace import enter_namespace
from netmon.simulation.past import past
from netmon.simulation.story import SECONDS, Story, drill
from netmon.simulation.tun import TunNetwork
from netmon.simulation.world import World
from netmon.store import StoreSettings
from netmon.terminal import Terminal

JUDGE_INTERVAL_SECONDS: Final = 1.0
CLEAR_SECONDS: Final = 6.0  # the demo's weather is quick, so are its recoveries
REDRAW_SECONDS: Final = 0.5
PAST_STEP_SECONDS: Final = 300.0  # the slot of a baseline
HOST_IPDV_SECONDS: Final = 0.002  # what a busy host adds to packets that cross its kernel twice
_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)  # that end it
COMMUNITY: Final = "NETMON_DEMO_COMMUNITY"
# What a packet may meet between two namespaces beside its path's own loss (`--tun`).
ROUGH: Final = ImpairmentSettings(loss_ratio=0.002, duplicate_ratio=0.002, corruption_ratio=0.001)


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoSettings:
    """What the command line says of the demo."""

    seconds: float | None = None  # None: until Ctrl-C, the story beginning anew for ever
    headless: bool = False
    tun: bool = False
    seed: int = 1
    port: int = 9877
    story: str = "border"
    is_drill: bool = False  # `story` is one of netmon.simulation.drills


class Stage:
    """The simulated side: world, story clock and the agents that answer for it."""

    def __init__(self, configuration: Configuration, settings: DemoSettings) -> None:
        if configuration.collector_site is None:
            raise ValueError("the demo's inventory must name its collector_site")
        self.targets = tuple(configuration.targets.values())
        self.story = _story(settings)
        self.world = World(
            configuration.network,
            collector_site=configuration.collector_site,
            story=self.story,
            seed=settings.seed,
        )
        self.agents = Agents(self.world, self.targets, self.clock)
        self.began_monotonic = time.monotonic()
        self.began_wall = time.time()

    def begin(self) -> None:
        """Let the story begin now."""
        self.began_monotonic, self.began_wall = time.monotonic(), time.time()

    def clock(self) -> float:
        """Seconds since the story began."""
        return time.monotonic() - self.began_monotonic

    def transport(self, *, tun: bool) -> Transport | None:
        """Return what carries echoes: the kernel's own sockets (None) behind a TUN device."""
        return None if tun else EchoTransport(self.world, self.targets, self.clock)

    def answering(self, *, tun: bool) -> AbstractContextManager[object]:
        """Answer for all devices; the story must have begun."""
        if not tun:
            return self.agents
        return TunNetwork(self.agents, Impairment(self.world, ROUGH), self.targets, self.clock)


def _story(settings: DemoSettings) -> Story:
    if settings.is_drill:
        return drills.load(settings.story).story
    return drill(
        settings.story,
        seconds=max(SECONDS, settings.seconds or SECONDS),
        repeats=settings.seconds is None,
    )


def run(settings: DemoSettings) -> int:
    """Run the demo; return 0 only if the story, where one was due, was understood."""
    terminal = Terminal(headless=settings.headless)
    if settings.tun and os.geteuid() != 0:
        terminal.say("--tun makes a network namespace and a TUN device of its own: run it as root")
        return 2
    try:
        # Before the namespace is entered: the page belongs to the host, the packets don't.
        listener = open_listener(ApiSettings(port=settings.port))
    except ListenError as error:
        terminal.say(f"{error} (here: --port, 0 for any free one)")
        return 2
    with ExitStack() as stack:
        stack.callback(listener.close)
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="netmon-demo-")))
        if settings.tun:
            enter_namespace()
        configuration = configure(folder, tun=settings.tun)
        try:
            return loop.run(_perform(configuration, settings, listener, terminal))
        except AgentsError as error:
            terminal.say(str(error))
            return 2


def configure(folder: Path, *, tun: bool) -> Configuration:
    """Return how the demo's border is watched; what has to be kept is kept in the folder."""
    inventory = resources.files("netmon.simulation") / "border.yaml"
    with resources.as_file(inventory) as path:
        configuration = load.load([path], environ={COMMUNITY: secrets.token_hex(8)})
    targets = configuration.targets
    # Two demos on one machine must not be in each other's way: the second takes other ports.
    away = 0 if tun else ports_away(targets.values())
    targets = behind_tun(targets) if tun else on_other_ports(targets, away)
    return dataclasses.replace(
        configuration,
        targets=targets,
        settings=dataclasses.replace(
            configuration.settings,
            pipeline=PipelineSettings(judge_interval_seconds=JUDGE_INTERVAL_SECONDS),
            incidents=IncidentSettings(clear_seconds=CLEAR_SECONDS),
            store=StoreSettings(path=str(folder / "netmon.sqlite")),
        ),
    )


async def _perform(
    configuration: Configuration,
    settings: DemoSettings,
    listener: socket.socket,
    terminal: Terminal,
) -> int:
    # Nothing is awaited until the past is over: a signal must break into it at once, or it would
    # reach us in the middle of the live part, with the app's own tasks still at work.
    for number in _SIGNALS:
        signal.signal(number, signal.default_int_handler)
    stage = Stage(configuration, settings)
    if not settings.tun:
        stage.agents.bind()  # before the long past, in which another demo might take the ports
    told: list[Incident] = []

    def note(_judgement: Judgement, changed: Sequence[Incident]) -> None:
        told.extend(changed)

    transport = stage.transport(tun=settings.tun)
    surroundings = Surroundings(
        transport=transport, listener=listener, observers=(note,), is_drill=settings.is_drill
    )
    app = App(configuration, surroundings)
    terminal.say("living through the previous 24 hours …")
    started = time.monotonic()
    live_through_the_past(app, stage, tun=settings.tun)
    running = asyncio.get_running_loop()
    for number in _SIGNALS:
        running.add_signal_handler(number, app.stop)
    terminal.say(f"… done in {time.monotonic() - started:.1f} s; now live")
    stage.begin()
    with stage.answering(tun=settings.tun) as answerer:
        await _live(app, stage, settings, terminal)
    if settings.seconds is None:
        return 0
    findings = assess(
        stage.story,
        told,
        configuration.network,
        started_at=stage.began_wall,
        host_late=_host_late(answerer),
    )
    terminal.report(findings)
    return 0 if passed(findings) else 1


def _host_late(answerer: object) -> str:
    """Return how late the simulated network ran, in words; empty if it was punctual."""
    if not isinstance(answerer, TunNetwork) or not answerer.statistics.host_was_late:
        return ""
    return answerer.statistics.words


def live_through_the_past(app: App, stage: Stage, *, tun: bool) -> None:
    """Fill the baselines: every step's observations, then one judgement, as it would have been."""
    last: tuple[float, float] | None = None
    for observation in past(
        stage.world,
        stage.targets,
        until=time.time(),
        monotonic=time.monotonic(),
        step_seconds=PAST_STEP_SECONDS,
        host_ipdv_seconds=HOST_IPDV_SECONDS if tun else 0.0,
    ):
        stamp = observation.at, observation.monotonic
        if last is not None and stamp != last:
            app.pipeline.judge(*last)
        last = stamp
        app.pipeline.advance(observation)
    if last is not None:
        app.pipeline.judge(*last)


async def _live(app: App, stage: Stage, settings: DemoSettings, terminal: Terminal) -> None:
    running = asyncio.create_task(app.run(), name="app")
    with terminal.drawing():
        while not running.done():
            if settings.seconds is not None and stage.clock() >= settings.seconds:
                app.stop()
            if app.server is not None:
                url = app.server.url
                terminal.draw(
                    app.source,
                    addresses=(f"page {url}/", f"metrics {url}/metrics", "Ctrl-C ends"),
                    elapsed_seconds=stage.clock(),
                )
            await asyncio.wait([running], timeout=REDRAW_SECONDS)
    await running
