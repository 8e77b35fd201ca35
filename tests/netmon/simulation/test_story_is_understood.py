"""The scripted stories, polled without sockets, judged by the real detection."""

from collections.abc import Iterable, Iterator

import numpy as np
import pytest

from collectors.observation import EchoObservation
from netmon.config.load import Configuration
from netmon.correlation.memory import Memory
from netmon.correlation.rules import correlate
from netmon.detection.judge import Judge, Judgement
from netmon.incidents import Suspicion
from netmon.simulation.past import AnyObservation, observations, past
from netmon.simulation.story import drill
from netmon.state import State
from tests.netmon.simulation.conftest import MakeWorld
from topology.model import SiteId

UNTIL, MONOTONIC = 1_800_000_000.0, 1_000_000.0
POLL_SECONDS = 2.0


def judged(
    state: State, judge: Judge, given: Iterable[AnyObservation]
) -> Iterator[tuple[float, Judgement]]:
    """Take observations in; judge once after each step, as the pipeline does."""
    step: list[AnyObservation] = []

    def conclude() -> tuple[float, Judgement]:
        for each in step:
            if isinstance(each, EchoObservation):
                state.remember_echo(each)
            else:
                state.remember(each)
        now, monotonic = step[0].at, step[0].monotonic
        state.settle(monotonic)
        return now - UNTIL, judge.judge(state.readings(now, monotonic))

    for observation in given:
        if step and observation.monotonic != step[0].monotonic:
            yield conclude()
            step.clear()
        step.append(observation)
    yield conclude()


@pytest.mark.parametrize("name", ["border", "quiet"])
def test_every_event_is_suspected_with_its_cause_and_nothing_else(
    border: Configuration, make_world: MakeWorld, name: str
) -> None:
    world, targets = make_world(name), list(border.targets.values())
    state = State(border.network, border.targets)
    judge = Judge(border.network, collector_site=SiteId("vilnius"))
    memory = Memory()
    before = past(
        world, targets, until=UNTIL, monotonic=MONOTONIC, seconds=43_200, step_seconds=300
    )
    for _, judgement in judged(state, judge, before):
        assert correlate(judgement, border.network, memory=memory) == ()
    first: dict[str, tuple[float, Suspicion]] = {}
    live = observations(
        world, targets, np.arange(0.0, 90.0, POLL_SECONDS), until=UNTIL, monotonic=MONOTONIC
    )
    for time, judgement in judged(state, judge, live):
        for suspicion in correlate(judgement, border.network, memory=memory):
            first.setdefault(str(suspicion.cause), (time, suspicion))
    expected = {str(each.cause): each for each in drill(name).expected}
    early = first.pop("unknown", None)  # a fade is not named at its first polls
    assert early is None or {early[1].subject} <= set(expected["rain"].any_of)
    assert set(first) == set(expected)
    for cause, (time, suspicion) in first.items():
        event = expected[cause]
        assert event.start_seconds <= time <= event.start_seconds + event.latest_seconds
        assert {suspicion.subject, *suspicion.members} & set(event.any_of)
