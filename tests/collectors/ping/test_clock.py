"""The kernel's stamps are wall time, and the wall clock may jump: no RTT may show it."""

from hypothesis import given
from hypothesis import strategies as st

from collectors.ping.clock import KernelClock


class Clocks:
    """Two clocks a test moves; `step` moves only the wall."""

    def __init__(self) -> None:
        self.monotonic = 1_000.0
        self.wall = 1_800_000_000.0

    def pass_seconds(self, seconds: float) -> None:
        self.monotonic += seconds
        self.wall += seconds

    def step(self, seconds: float) -> None:
        self.wall += seconds

    def stamp_ns(self) -> int:
        return int(self.wall * 1e9)

    def kernel_clock(self) -> KernelClock:
        return KernelClock(lambda: self.monotonic, lambda: self.wall)


def rtt_seconds(clock: KernelClock, sent: float, stamp_ns: int | None) -> float:
    """Read the clocks, then time one reply."""
    clock.read()
    return clock.rtt_seconds(sent, stamp_ns)


def test_the_stamp_counts_not_the_time_of_reading() -> None:
    clocks = Clocks()
    clock = clocks.kernel_clock()
    sent = clocks.monotonic
    clocks.pass_seconds(0.020)
    stamp = clocks.stamp_ns()
    clocks.pass_seconds(2.0)  # our loop stalls before it reads
    assert abs(rtt_seconds(clock, sent, stamp) - 0.020) < 1e-6


def test_without_a_stamp_the_time_of_reading_counts() -> None:
    clocks = Clocks()
    clock = clocks.kernel_clock()
    sent = clocks.monotonic
    clocks.pass_seconds(0.25)
    assert rtt_seconds(clock, sent, None) == 0.25


def test_an_echo_in_flight_over_a_step_is_timed_by_reading() -> None:
    for step in (-3_600.0, -60.0, 0.01, 3_600.0, 30 * 86_400.0):
        clocks = Clocks()
        clock = clocks.kernel_clock()
        sent = clocks.monotonic
        clocks.pass_seconds(0.010)
        stamp = clocks.stamp_ns()
        clocks.step(step)
        clocks.pass_seconds(0.005)
        assert abs(rtt_seconds(clock, sent, stamp) - 0.015) < 1e-9
        assert clock.steps == 1


def test_after_a_step_stamps_are_believed_again() -> None:
    clocks = Clocks()
    clock = clocks.kernel_clock()
    clocks.step(-3_600.0)
    clock.look()
    clocks.pass_seconds(1.0)
    sent = clocks.monotonic
    clocks.pass_seconds(0.010)
    stamp = clocks.stamp_ns()
    clocks.pass_seconds(0.5)
    assert abs(rtt_seconds(clock, sent, stamp) - 0.010) < 1e-6
    assert clock.steps == 1


def test_one_reading_times_all_that_arrived_before_it() -> None:
    clocks = Clocks()
    clock = clocks.kernel_clock()
    sent, stamps = clocks.monotonic, []
    for _ in range(3):
        clocks.pass_seconds(0.010)
        stamps.append(clocks.stamp_ns())
    clocks.pass_seconds(1.0)
    clock.read()
    rtts = [clock.rtt_seconds(sent, stamp) for stamp in stamps]
    assert [round(rtt, 6) for rtt in rtts] == [0.010, 0.020, 0.030]


def test_being_preempted_between_two_readings_lengthens_no_rtt() -> None:
    """0.9 ms pass after the monotonic clock was read and before the wall clock was."""
    clocks = Clocks()
    pauses = [0.0, 0.0009]

    def wall() -> float:
        clocks.pass_seconds(pauses.pop() if pauses and clocks.monotonic > 1_000.0 else 0.0)
        return clocks.wall

    clock = KernelClock(lambda: clocks.monotonic, wall)
    sent = clocks.monotonic
    clocks.pass_seconds(0.020)
    stamp = clocks.stamp_ns()
    assert abs(rtt_seconds(clock, sent, stamp) - 0.020) < 1e-6


def test_a_stamp_from_the_future_is_not_believed() -> None:
    clocks = Clocks()
    clock = clocks.kernel_clock()
    sent = clocks.monotonic
    clocks.pass_seconds(0.010)
    assert rtt_seconds(clock, sent, clocks.stamp_ns() + 10**12) == clocks.monotonic - sent


@given(
    moves=st.lists(st.tuples(st.floats(0.0, 5.0), st.floats(-1e8, 1e8), st.booleans()), max_size=30)
)
def test_no_rtt_is_negative_or_longer_than_it_took(moves: list[tuple[float, float, bool]]) -> None:
    clocks = Clocks()
    clock = clocks.kernel_clock()
    for passed, step, stepped in moves:
        sent = clocks.monotonic
        clocks.pass_seconds(passed / 2)
        stamp = clocks.stamp_ns()
        if stepped:
            clocks.step(step)
        clocks.pass_seconds(passed / 2)
        rtt = rtt_seconds(clock, sent, stamp)
        assert 0.0 <= rtt <= clocks.monotonic - sent
