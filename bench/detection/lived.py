"""Lived (layer D): a story that the whole product lives through, by SNMP and ICMP.

The app itself runs – cadence, collectors, pipeline, store, page – with its default settings, on a
clock that leaps over idle time. Every device is asked by UDP on loopback, and its simulated agent
answers; echoes are real ICMP messages that the simulation carries. What the devices say is renewed
every `renewed_seconds`.
"""

import socket
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from math import floor, inf
from pathlib import Path
from typing import Any, Final

from bench.detection.leap import LeapLoop, run
from bench.detection.stories import BEGAN, MONOTONIC, PAST_SECONDS
from netmon.api.server import ApiSettings, open_listener
from netmon.app import App, Surroundings
from netmon.config.assembly import Settings
from netmon.config.load import Configuration
from netmon.detection.judge import Judgement
from netmon.incidents import Incident
from netmon.simulation.addresses import on_other_ports
from netmon.simulation.agents import Agents, ports_away
from netmon.simulation.echo import EchoTransport
from netmon.simulation.past import past
from netmon.simulation.trial import Trial
from netmon.simulation.world import World
from netmon.store import StoreSettings
from topology.model import DeviceId

RENEWED_SECONDS: Final = 10.0
_BURST_SECONDS: Final = 2.0  # echoes further apart are of two polls
_SLIVER: Final = 1e-6  # so that a whole step is never just below itself


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """What the product told, in all versions, and how it asked."""

    told: tuple[Incident, ...]
    polls: int  # of devices; each asks by SNMP and by ICMP
    requests: int  # SNMP datagrams
    retries: int
    restarts: int  # that sysUpTime showed
    echoes: int
    overruns: int
    too_late: int  # answers we were not awake for: the leaping clock's fault
    asked: tuple[tuple[DeviceId, float], ...]  # polls in order: whom, when by the story's clock


def live(made: Trial, seconds: float, *, renewed_seconds: float = RENEWED_SECONDS) -> Life:
    """Let netmon live through a trial; the quiet day before is shown to it as in `stories`."""
    given = {target.device: target for target in made.border.targets}
    configuration = Configuration(
        settings=Settings(),
        network=made.border.network,
        targets=on_other_ports(given, ports_away(given.values())),
        collector_site=made.border.collector_site,
        files=(),
    )
    return live_by(configuration, made.world, seconds, renewed_seconds=renewed_seconds)


def live_by(
    configuration: Configuration,
    world: World,
    seconds: float,
    *,
    renewed_seconds: float,
    is_drill: bool = False,
) -> Life:
    """Let netmon live with any configuration in a world of the same network."""
    loop = LeapLoop(MONOTONIC)
    with (
        tempfile.TemporaryDirectory(prefix="netmon-life-") as folder,
        closing(open_listener(ApiSettings(port=0))) as listener,
    ):
        store = StoreSettings(path=str(Path(folder) / "netmon.sqlite"))
        settings = replace(configuration.settings, store=store)
        living = _Living(replace(configuration, settings=settings), world, renewed_seconds, loop)
        return run(living.through(seconds, listener, is_drill=is_drill), loop)


def said_at(seconds: float, renewed_seconds: float = RENEWED_SECONDS) -> float:
    """Return the instant of which devices speak that renew what they say so often."""
    return floor(seconds / renewed_seconds) * renewed_seconds + _SLIVER


class _NotingEcho(EchoTransport):
    """Notes when each device's bursts begin; its SNMP agent is asked at the same instants."""

    def __init__(self, devices: Mapping[str, DeviceId], *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.asked: list[tuple[DeviceId, float]] = []
        self._devices_at = devices
        self._last: dict[DeviceId, float] = {}

    def send(
        self,
        addresses: Sequence[str],
        requests: Sequence[bytes],
        departures: list[float],
        now: Callable[[], float],
    ) -> None:
        """Take echo requests."""
        for address in addresses[len(departures) :]:
            device, at = self._devices_at[address], now()
            if at - self._last.get(device, -inf) > _BURST_SECONDS:
                self.asked.append((device, at - MONOTONIC))
            self._last[device] = at
        super().send(addresses, requests, departures, now)


class _Living:
    def __init__(
        self, configuration: Configuration, world: World, renewed_seconds: float, loop: LeapLoop
    ) -> None:
        self._configuration, self._world, self._loop = configuration, world, loop
        self._targets = configuration.targets
        self._renewed_seconds = renewed_seconds
        self._agents = Agents(world, self._targets.values(), self._said_at)
        self._told: list[Incident] = []

    def _wall(self) -> float:
        return BEGAN - MONOTONIC + self._loop.time()

    def _said_at(self) -> float:
        """Return the instant of the story of which devices speak now."""
        return said_at(self._loop.time() - MONOTONIC, self._renewed_seconds)

    def _note(self, _judgement: Judgement, changed: Sequence[Incident]) -> None:
        self._told.extend(changed)

    async def through(self, seconds: float, listener: socket.socket, *, is_drill: bool) -> Life:
        transport = _NotingEcho(
            {each.ping.address: device for device, each in self._targets.items() if each.ping},
            self._world,
            self._targets.values(),
            self._said_at,
            monotonic=self._loop.time,
            wall=self._wall,
        )
        app = App(
            self._configuration,
            Surroundings(
                monotonic=self._loop.time,
                wall=self._wall,
                transport=transport,
                listener=listener,
                observers=(self._note,),
                is_drill=is_drill,
            ),
        )
        self._agents.bind()  # before the long past, in which another run might take the ports
        self._loop.await_while(lambda: app.native.statistics.in_flight > 0)
        self._remember_the_past(app)
        self._agents.start_on(self._loop)
        try:
            self._loop.call_later(seconds, app.stop)
            await app.run()
        finally:
            self._agents.stop()
        snmp, cadence = app.native.statistics, app.cadence.statistics
        return Life(
            told=tuple(self._told),
            polls=cadence.polls,
            requests=snmp.requests,
            retries=snmp.retries,
            restarts=snmp.reboots_seen,
            echoes=transport.statistics.packets_sent,
            overruns=cadence.overruns,
            too_late=snmp.too_late,
            asked=tuple(transport.asked),
        )

    def _remember_the_past(self, app: App) -> None:
        """Show the quiet day, judged after every step as it would have been."""
        last = 0.0
        for observation in past(
            self._world,
            self._targets.values(),
            until=BEGAN,
            monotonic=MONOTONIC,
            step_seconds=PAST_SECONDS,
        ):
            if last and observation.monotonic != last:
                app.pipeline.judge(BEGAN - MONOTONIC + last + 1.0, last + 1.0)
            last = observation.monotonic
            app.pipeline.advance(observation)
        app.pipeline.judge(BEGAN - MONOTONIC + last + 1.0, last + 1.0)
