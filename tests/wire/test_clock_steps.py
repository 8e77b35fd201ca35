"""HS-42: clocks that step while an SNMPv3 session is open: ours, the device's, and the wall's."""

import time

import pytest
import uvloop

from collectors.observation import Outcome
from tests.wire.catalogue import hs
from tests.wire.engines import ENGINES, polled, running_engine, value
from tests.wire.secure_agent import running_secure_agent

STEPS = [-3600.0, -60.0, 3600.0, 30 * 86_400.0, -1.7e9]


@hs("HS-42")
@pytest.mark.parametrize("engine_name", ENGINES)
def test_a_step_of_the_wall_clock_costs_no_round_trip(engine_name: str) -> None:
    async def story() -> None:
        wall = time.time()
        async with (
            running_engine(engine_name, wall=lambda: wall) as engine,
            running_secure_agent() as agent,
        ):
            target = agent.target(timeout_seconds=1.0)
            await polled(engine, target)
            for step in STEPS:
                wall += step
                before = len(agent.requests)
                observation = await engine.collect(target)
                assert observation.outcome is Outcome.OK, observation.detail
                assert observation.at == wall
                assert observation.events == ()
                assert len(agent.requests) - before == 1

    uvloop.run(story())


@hs("HS-42")
@pytest.mark.parametrize("engine_name", ENGINES)
@pytest.mark.parametrize("seconds", [200.0, 3600.0, 40 * 86_400.0])
def test_hours_that_our_clock_did_not_count_cost_one_round_trip(
    seconds: float, engine_name: str
) -> None:
    """A suspended machine: its monotonic clock stood still, the device's engine time did not."""

    async def story() -> None:
        async with running_engine(engine_name) as engine, running_secure_agent() as agent:
            target = agent.target(timeout_seconds=1.0)
            await polled(engine, target)
            agent.started -= seconds
            before = len(agent.requests)
            first = await engine.collect(target)
            again = len(agent.requests)
            second = await engine.collect(target)
            assert first.outcome is second.outcome is Outcome.OK, first.detail
            assert value(first, "in_errors") == 7
            assert (again - before, len(agent.requests) - again) == (2, 1)

    uvloop.run(story())


@hs("HS-42")
@pytest.mark.parametrize("engine_name", ENGINES)
def test_hours_that_only_our_clock_counted_cost_one_round_trip(engine_name: str) -> None:
    async def story() -> None:
        ahead = 0.0
        async with (
            running_engine(engine_name, now=lambda: time.monotonic() + ahead) as engine,
            running_secure_agent() as agent,
        ):
            target = agent.target(timeout_seconds=1.0)
            await polled(engine, target)
            ahead = 3000.0
            before = len(agent.requests)
            first = await engine.collect(target)
            assert first.outcome is Outcome.OK, first.detail
            assert len(agent.requests) - before == 2

    uvloop.run(story())
