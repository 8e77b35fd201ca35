"""A day of the past takes seconds, comes in order and says what polls would have said."""

import itertools
import time

from collectors.observation import EchoObservation, Observation, Outcome
from collectors.quantity import QUANTITIES
from netmon.config.load import Configuration
from netmon.simulation.past import past
from netmon.simulation.world import World

UNTIL, MONOTONIC = 1_800_000_000.0, 5_000.0


def test_a_day_of_all_devices_is_quick(border: Configuration, world: World) -> None:
    began = time.process_time()
    count = sum(1 for _ in past(world, border.targets.values(), until=UNTIL, monotonic=MONOTONIC))
    assert count == 40 * 2 * 1440
    assert time.process_time() - began < 10


def test_the_past_comes_in_order_and_ends_before_the_story(
    border: Configuration, world: World
) -> None:
    seen = list(
        past(world, border.targets.values(), until=UNTIL, monotonic=MONOTONIC, seconds=3600)
    )
    stamps = [observation.monotonic for observation in seen]
    assert stamps == sorted(stamps)
    assert (stamps[0], stamps[-1]) == (MONOTONIC - 3600, MONOTONIC - 60)
    assert all(each.at - UNTIL == each.monotonic - MONOTONIC for each in seen)


def test_all_polls_succeed_and_their_values_are_plausible(
    border: Configuration, world: World
) -> None:
    for each in past(world, border.targets.values(), until=UNTIL, monotonic=MONOTONIC, seconds=300):
        assert each.outcome is Outcome.OK
        if isinstance(each, EchoObservation):
            assert each.sent == 5
            assert all(rtt > 0 for rtt in each.rtts_seconds)
            continue
        assert each.layout is not None
        for cell, value in zip(each.layout.cells, each.values, strict=True):
            quantity = QUANTITIES[cell.quantity]
            assert value is None or quantity.low <= value <= quantity.high, cell


def test_one_layout_serves_all_polls_of_a_device(border: Configuration, world: World) -> None:
    polls = [
        each
        for each in past(
            world, border.targets.values(), until=UNTIL, monotonic=MONOTONIC, seconds=600
        )
        if isinstance(each, Observation)
    ]
    layouts = {id(each.layout) for each in polls}
    assert (len(polls), len(layouts)) == (400, 40)


def test_same_seed_same_past(border: Configuration, world: World) -> None:
    def lived() -> list[tuple[float | None, ...]]:
        given = past(world, border.targets.values(), until=UNTIL, monotonic=MONOTONIC, seconds=600)
        return [
            tuple(each.values) if isinstance(each, Observation) else each.rtts_seconds
            for each in given
        ]

    assert lived() == lived()


def test_a_busy_host_is_in_the_baseline_if_asked_for(border: Configuration, world: World) -> None:
    def longest(host_ipdv_seconds: float) -> float:
        given = past(
            world,
            border.targets.values(),
            until=UNTIL,
            monotonic=MONOTONIC,
            seconds=600,
            host_ipdv_seconds=host_ipdv_seconds,
        )
        echoes = [each for each in given if isinstance(each, EchoObservation)]
        return max(itertools.chain.from_iterable(each.ipdvs_seconds for each in echoes))

    assert longest(0.005) > longest(0.0) + 0.005
