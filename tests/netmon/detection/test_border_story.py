"""The simulated border network judged without a packet: what happens is found, nothing else is."""

from collections.abc import Iterable
from importlib import resources

import numpy as np
import pytest

from collectors.observation import EchoObservation, Observation
from netmon.config import load
from netmon.config.load import Configuration
from netmon.correlation.rules import correlate
from netmon.detection.judge import Judge
from netmon.incidents import Incident, IncidentSettings
from netmon.lives import Incidents
from netmon.simulation.assessment import assess
from netmon.simulation.past import observations
from netmon.simulation.story import drill
from netmon.simulation.world import World
from netmon.state import State

BEGINS, MONOTONIC = 1_795_000_000.0, 1_000_000.0


@pytest.fixture(scope="module")
def border() -> Configuration:
    with resources.as_file(resources.files("netmon.simulation") / "border.yaml") as path:
        return load.load([path], environ={"NETMON_DEMO_COMMUNITY": "x"})


class Watch:
    """State, judge and incidents in a straight line, fed by hand."""

    def __init__(self, border: Configuration) -> None:
        self.network = border.network
        self.state = State(border.network, border.targets)
        self.judge = Judge(border.network, border.settings.detection, border.collector_site)
        self.incidents = Incidents(IncidentSettings(clear_seconds=6.0))
        self.told: list[Incident] = []

    def live(self, polled: Iterable[Observation | EchoObservation]) -> None:
        """Remember everything; judge whenever time has moved on."""
        last: tuple[float, float] | None = None
        for observation in polled:
            stamp = observation.at, observation.monotonic
            if last is not None and stamp != last:
                self._judge(*last)
            last = stamp
            if isinstance(observation, EchoObservation):
                self.state.remember_echo(observation)
            else:
                self.state.remember(observation)
        if last is not None:
            self._judge(*last)

    def _judge(self, now: float, monotonic: float) -> None:
        self.state.settle(monotonic)
        judgement = self.judge.judge(self.state.readings(now, monotonic))
        self.told += self.incidents.apply(correlate(judgement, self.network), now)


@pytest.mark.parametrize(
    ("name", "seed"), [("border", 1), ("border", 11), ("quiet", 2), ("power", 3), ("jammer", 4)]
)
def test_what_happens_is_found_with_its_cause_and_nothing_else(
    border: Configuration, name: str, seed: int
) -> None:
    assert border.collector_site is not None
    story = drill(name)
    world = World(border.network, collector_site=border.collector_site, story=story, seed=seed)
    watch = Watch(border)
    for times in (np.arange(-3600.0, -30.0, 60.0), np.arange(0.0, 110.0, 2.0)):
        watch.live(
            observations(world, border.targets.values(), times, until=BEGINS, monotonic=MONOTONIC)
        )
    findings = assess(story, watch.told, border.network, started_at=BEGINS)
    assert [finding.words for finding in findings if finding.mark.is_failure] == []
    assert len(findings) == len(story.expected)
    assert all("jamming" not in i.title or "jamming-like" in i.title for i in watch.told)
