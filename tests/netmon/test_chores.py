"""Chores: they repeat, and a failing one never takes the monitor with it."""

import asyncio
import logging

import pytest

from netmon.chores import Chores


async def until(chores: Chores, name: str, runs: int) -> None:
    async with asyncio.timeout(10.0):
        while chores.runs[name] < runs:  # noqa: ASYNC110 - APScheduler tells nobody
            await asyncio.sleep(0.01)


def test_a_chore_is_done_again_and_again() -> None:
    async def main() -> None:
        done = []

        async def job() -> None:
            done.append(1)

        chores = Chores()
        chores.every(0.02, "sweep", job)
        chores.start()
        await until(chores, "sweep", 3)
        chores.stop()
        assert len(done) >= 3

    asyncio.run(main())


def test_a_chore_may_be_a_plain_function() -> None:
    async def main() -> None:
        done: list[int] = []
        chores = Chores()
        chores.every(0.02, "sweep", lambda: done.append(1))
        chores.start()
        await until(chores, "sweep", 1)
        chores.stop()
        assert done

    asyncio.run(main())


def test_a_chore_that_raises_is_logged_counted_and_repeated(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def main() -> Chores:
        async def job() -> None:
            raise OSError("disk full")

        chores = Chores()
        chores.every(0.02, "retention", job)
        chores.start()
        await until(chores, "retention", 2)
        chores.stop()
        return chores

    with caplog.at_level(logging.ERROR, logger="netmon.chores"):
        chores = asyncio.run(main())
    assert chores.failures["retention"] >= 1
    record = caplog.records[0]
    assert "retention" in record.getMessage()
    assert record.exc_info is not None
    assert "disk full" in str(record.exc_info[1])


def test_a_slow_chore_never_runs_twice_at_once() -> None:
    async def main() -> int:
        at_once = most = 0

        async def job() -> None:
            nonlocal at_once, most
            at_once += 1
            most = max(most, at_once)
            await asyncio.sleep(0.1)
            at_once -= 1

        chores = Chores()
        chores.every(0.02, "slow", job)
        chores.start()
        await until(chores, "slow", 2)
        chores.stop()
        return most

    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    assert asyncio.run(main()) == 1


@pytest.mark.parametrize("seconds", [0.0, -1.0, float("nan"), float("inf")])
def test_an_impossible_period_is_refused(seconds: float) -> None:
    with pytest.raises(ValueError, match="positive number of seconds"):
        Chores().every(seconds, "never", print)


def test_stopping_what_never_started_is_harmless() -> None:
    Chores().stop()
