"""The cadence: even, never overlapping, never catching up, indifferent to the wall clock."""

import asyncio
import random
import time
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise

import pytest
import uvloop
from hypothesis import given
from hypothesis import strategies as st

from collectors.target import Target
from netmon.cadence import (
    LATENESS_BOUNDS_SECONDS,
    Cadence,
    CadenceSettings,
    Timetable,
)
from topology.model import DeviceId


def make_targets(count: int, *, interval: float = 10.0) -> list[Target]:
    return [
        Target(device=DeviceId(f"device-{index}"), interval_seconds=interval)
        for index in range(count)
    ]


def make_timetable(targets: Iterable[Target], now: float = 0.0) -> Timetable:
    return Timetable(targets, now, CadenceSettings(), random.Random(7))


def live(
    timetable: Timetable,
    *,
    start: float,
    end: float,
    answered: Callable[[DeviceId, float], bool] = lambda device, now: True,
) -> Iterator[tuple[float, DeviceId]]:
    """Run polls of no duration, each exactly when due."""
    now = start
    while (now := max(timetable.next_due, now)) <= end:
        for target in timetable.due(now):
            timetable.finish(target.device, now, answered=answered(target.device, now))
            yield now, target.device


def test_first_polls_are_spread_evenly_over_the_interval() -> None:
    timetable = make_timetable(make_targets(1_000))
    moments = [moment for moment, _ in live(timetable, start=0.0, end=9.999)]
    tenths = [sum(low <= moment < low + 1 for moment in moments) for low in range(10)]
    assert len(moments) == 1_000
    assert all(97 <= count <= 103 for count in tenths)


def test_a_device_is_polled_once_per_interval_on_its_own_grid() -> None:
    timetable = make_timetable(make_targets(3))
    moments: dict[str, list[float]] = {}
    for moment, device in live(timetable, start=0.0, end=100.0):
        moments.setdefault(device, []).append(moment)
    for polls in moments.values():
        gaps = [round(b - a, 6) for a, b in pairwise(polls)]
        assert gaps == [10.0] * (len(polls) - 1)


def test_a_device_under_poll_is_never_due() -> None:
    timetable = make_timetable(make_targets(1))
    assert len(timetable.due(10.0)) == 1
    assert timetable.due(1_000.0) == []


def test_an_overrun_is_counted_and_its_missed_slots_are_skips() -> None:
    timetable = make_timetable(make_targets(1))
    first = timetable.next_due
    (target,) = timetable.due(first)
    timetable.finish(target.device, first + 35.0, answered=True)
    assert timetable.next_due == pytest.approx(first + 40.0)
    timetable.due(first + 40.0)
    assert timetable.statistics.overruns == 1
    assert timetable.statistics.skips == 3


def test_after_a_stall_missed_polls_keep_their_distances() -> None:
    timetable = make_timetable(make_targets(1_000))
    list(live(timetable, start=0.0, end=20.0))
    after = list(live(timetable, start=30.0, end=40.0))  # ten seconds of SIGSTOP
    at_once = sum(moment < 31.0 for moment, _ in after)
    assert at_once <= 210  # a second's worth within the grace, a second's worth of the rest
    assert {device for _, device in after} == {f"device-{index}" for index in range(1_000)}
    assert timetable.statistics.deferred > 800
    assert timetable.statistics.lateness_seconds_max == pytest.approx(10.0, abs=0.1)


def test_a_loop_that_is_always_late_still_polls_everybody() -> None:
    timetable = make_timetable(make_targets(50))
    polled = set()
    for look in range(1, 20):
        for target in timetable.due(look * 7.0):
            timetable.finish(target.device, look * 7.0, answered=True)
            polled.add(target.device)
    assert len(polled) == 50


def test_a_silent_device_is_polled_faster_while_its_outage_is_young() -> None:
    timetable = make_timetable(make_targets(1, interval=60.0))
    polls = [m for m, _ in live(timetable, start=0.0, end=300.0, answered=lambda *_: False)]
    assert [round(b - a, 3) for a, b in pairwise(polls)] == [30.0] * (len(polls) - 1)


def test_fast_polling_never_goes_below_its_floor_nor_above_the_interval() -> None:
    brisk = make_timetable(make_targets(1, interval=6.0))
    polls = [m for m, _ in live(brisk, start=0.0, end=60.0, answered=lambda *_: False)]
    assert polls[1] - polls[0] == pytest.approx(5.0)
    quick = make_timetable(make_targets(1, interval=2.0))
    polls = [m for m, _ in live(quick, start=0.0, end=60.0, answered=lambda *_: False)]
    assert polls[1] - polls[0] == pytest.approx(2.0)


def test_an_old_outage_is_polled_slower_and_with_jitter() -> None:
    timetable = make_timetable(make_targets(1, interval=30.0))
    polls = [m for m, _ in live(timetable, start=0.0, end=2_000.0, answered=lambda *_: False)]
    late = [m for m in polls if m > 400.0]
    gaps = [b - a for a, b in pairwise(late)]
    assert all(54.0 <= gap <= 66.0 for gap in gaps)
    assert len({round(gap, 3) for gap in gaps}) > 5


def test_a_device_that_answers_again_returns_to_its_grid() -> None:
    timetable = make_timetable(make_targets(1))
    anchor = timetable.next_due
    polls = [
        moment
        for moment, _ in live(
            timetable, start=0.0, end=200.0, answered=lambda _, now: not 50.0 < now < 90.0
        )
    ]
    assert (polls[-1] - anchor) % 10.0 == pytest.approx(0.0, abs=1e-6)
    assert timetable.statistics.silent == 0
    assert timetable.statistics.skips == 0


def test_a_reload_keeps_the_grid_of_those_that_stay() -> None:
    targets = make_targets(20)
    kept, reference = make_timetable(targets), make_timetable(targets)
    list(live(kept, start=0.0, end=35.0))
    list(live(reference, start=0.0, end=35.0))
    kept.replace(targets[:10], 36.0)
    expected = [
        (m, d) for m, d in live(reference, start=36.0, end=60.0) if d in names(targets[:10])
    ]
    assert list(live(kept, start=36.0, end=60.0)) == expected
    assert len(kept) == 10


def names(targets: Iterable[Target]) -> set[DeviceId]:
    return {target.device for target in targets}


def test_a_removed_device_that_is_being_polled_may_come_back_without_overlap() -> None:
    targets = make_targets(1)
    timetable = make_timetable(targets)
    timetable.due(10.0)
    timetable.replace([], 11.0)
    timetable.replace(targets, 12.0)
    assert timetable.due(100.0) == []
    timetable.finish(targets[0].device, 101.0, answered=True)
    assert timetable.next_due < 115.0


def test_a_removed_device_is_never_polled_again() -> None:
    targets = make_targets(2)
    timetable = make_timetable(targets)
    under_way = timetable.due(10.0)
    timetable.replace([], 11.0)
    for target in under_way:
        timetable.finish(target.device, 12.0, answered=False)
    assert timetable.due(1_000.0) == []
    assert (len(timetable), timetable.statistics.silent) == (0, 0)


def test_a_changed_interval_holds_from_the_reload_on() -> None:
    timetable = make_timetable(make_targets(1, interval=300.0))
    timetable.replace(make_targets(1, interval=5.0), 0.0)
    assert len(list(live(timetable, start=0.0, end=50.0))) in (9, 10, 11)


def test_poll_now_makes_a_device_due_at_once_and_keeps_its_grid() -> None:
    (target,) = make_targets(1)
    timetable = make_timetable([target])
    grid = timetable.next_due
    assert timetable.poll_now(target.device, 0.5)
    assert timetable.due(0.5) == [target]
    timetable.finish(target.device, 0.6, answered=True)
    assert timetable.next_due == grid
    assert not timetable.poll_now(DeviceId("nobody"), 0.7)


def test_poll_now_during_a_poll_asks_once_more_afterwards() -> None:
    (target,) = make_targets(1)
    timetable = make_timetable([target])
    timetable.due(10.0)
    timetable.poll_now(target.device, 10.1)
    assert timetable.due(10.2) == []
    timetable.finish(target.device, 10.3, answered=True)
    assert timetable.due(10.3) == [target]


def test_lateness_is_summed_and_sorted_into_buckets() -> None:
    timetable = make_timetable(make_targets(1))
    timetable.due(timetable.next_due + 0.3)
    statistics = timetable.statistics
    assert statistics.lateness_seconds_sum == pytest.approx(0.3)
    assert statistics.lateness_buckets[LATENESS_BOUNDS_SECONDS.index(0.5)] == 1


@given(
    intervals=st.lists(st.sampled_from([1.0, 5.0, 30.0, 300.0]), min_size=1, max_size=20),
    steps=st.lists(
        st.tuples(
            st.floats(min_value=0.001, max_value=40.0),  # time passes
            st.integers(min_value=0, max_value=99),  # a poll under way ends
            st.sampled_from([True, True, False, None]),
        ),
        max_size=200,
    ),
)
def test_polls_of_a_device_never_overlap_and_none_starves(
    intervals: list[float], steps: list[tuple[float, int, bool | None]]
) -> None:
    targets = [
        Target(device=DeviceId(f"d{index}"), interval_seconds=interval)
        for index, interval in enumerate(intervals)
    ]
    timetable = make_timetable(targets)
    now, under_way = 0.0, []
    for passed, which, answered in steps:
        now += passed
        for target in timetable.due(now):
            assert target.device not in under_way
            under_way.append(target.device)
        if under_way:
            device = under_way.pop(which % len(under_way))
            timetable.finish(device, now, answered=answered)
    for device in under_way:
        timetable.finish(device, now, answered=True)
    # Whatever happened: from here on, each device is polled within two (slow) intervals.
    polled = {device for _, device in live(timetable, start=now, end=now + 700.0)}
    assert polled == names(targets)


@given(count=st.integers(min_value=2, max_value=400))
def test_the_largest_gap_between_grids_is_small_for_any_number_of_devices(count: int) -> None:
    timetable = make_timetable(make_targets(count, interval=1.0))
    moments = sorted(m for m, _ in live(timetable, start=0.0, end=0.999999))
    gaps = [b - a for a, b in pairwise(moments)]
    assert max(gaps, default=0.0) <= 2.7 / count  # golden ratio: three gap lengths at most


RUNNERS = pytest.mark.parametrize("run", [asyncio.run, uvloop.run], ids=["asyncio", "uvloop"])


@RUNNERS
def test_a_thousand_devices_are_polled_in_time(run: Callable[..., None]) -> None:
    targets = make_targets(1_000, interval=0.25)
    polled: dict[DeviceId, int] = {}

    async def poll(target: Target) -> bool:
        polled[target.device] = polled.get(target.device, 0) + 1
        await asyncio.sleep(0)
        return True

    async def main() -> None:
        cadence = Cadence(targets, poll)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.6):
                await cadence.run()
        assert cadence.statistics.under_way == 0

    began = time.monotonic()
    run(main())
    took_seconds = time.monotonic() - began  # a busy machine ends the 0.6 s late
    assert len(polled) == 1_000
    assert max(polled.values()) <= took_seconds / 0.25 + 1


@RUNNERS
def test_a_poll_that_raises_ends_the_cadence_and_names_the_device(run: Callable[..., None]) -> None:
    async def poll(target: Target) -> bool:
        raise ZeroDivisionError("a bug")

    async def main() -> None:
        cadence = Cadence(make_targets(1, interval=0.01), poll)
        with pytest.raises(ExceptionGroup) as caught:
            await cadence.run()
        (error,) = caught.value.exceptions
        assert isinstance(error, ZeroDivisionError)
        assert error.__notes__ == ["while polling device-0"]

    run(main())


@RUNNERS
def test_cancelling_cancels_the_polls_under_way(run: Callable[..., None]) -> None:
    started, cancelled = [], []
    all_started = asyncio.Event()

    async def poll(target: Target) -> bool:
        started.append(target.device)
        if len(started) == 100:
            all_started.set()
        try:
            await asyncio.get_running_loop().create_future()
        except asyncio.CancelledError:
            cancelled.append(target.device)
            raise
        return True

    async def main() -> None:
        cadence = Cadence(make_targets(100, interval=0.05), poll)
        running = asyncio.create_task(cadence.run())
        async with asyncio.timeout(5.0):
            await all_started.wait()
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        assert cadence.statistics.under_way == 0

    run(main())
    assert len(cancelled) == 100


@RUNNERS
def test_a_target_added_or_hurried_is_polled_though_nothing_else_is_due(
    run: Callable[..., None],
) -> None:
    (target,) = make_targets(1, interval=3_600.0)

    async def main() -> None:
        polled = asyncio.Event()

        async def poll(target: Target) -> bool:
            polled.set()
            return True

        cadence = Cadence([], poll)
        running = asyncio.create_task(cadence.run())
        await asyncio.sleep(0)
        cadence.replace([target])
        assert cadence.poll_now(target.device)
        async with asyncio.timeout(5.0):
            await polled.wait()
        running.cancel()
        await asyncio.wait([running])

    run(main())


def test_a_poll_costs_little_beside_itself() -> None:
    """A guard against blunders; the figure itself is in docs/performance.md."""

    async def poll(target: Target) -> bool:
        return True

    async def main() -> float:
        cadence = Cadence(make_targets(2_000, interval=0.1), poll)
        before = time.process_time()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.5):
                await cadence.run()
        return (time.process_time() - before) / cadence.statistics.polls

    assert asyncio.run(main()) < 200e-6
