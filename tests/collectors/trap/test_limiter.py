"""Token buckets: a burst passes, a storm does not, and nobody pays for another."""

from collectors.trap.limiter import Limiter


def admitted(limiter: Limiter, source: str, number: int, now: float) -> int:
    return sum(limiter.admits(source, now) for _ in range(number))


def test_a_burst_passes_and_then_the_rate() -> None:
    limiter = Limiter(20.0, 200)
    assert admitted(limiter, "a", 1000, 0.0) == 200
    assert admitted(limiter, "a", 1000, 1.0) == 20
    assert admitted(limiter, "a", 1000, 3600.0) == 200


def test_a_storm_of_one_costs_the_others_nothing() -> None:
    limiter = Limiter(20.0, 200)
    admitted(limiter, "a", 100_000, 0.0)
    assert admitted(limiter, "b", 50, 0.0) == 50


def test_time_that_goes_back_gives_nothing_and_takes_nothing() -> None:
    limiter = Limiter(20.0, 10)
    assert admitted(limiter, "a", 5, 100.0) == 5
    assert admitted(limiter, "a", 100, 50.0) == 5


def test_what_is_remembered_is_bounded() -> None:
    limiter = Limiter(20.0, 200, most=100)
    for number in range(10_000):
        limiter.admits(str(number), 0.0)
    assert len(limiter) == 100
