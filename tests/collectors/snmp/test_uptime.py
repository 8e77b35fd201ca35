"""HS-30, HS-32: what sysUpTime says about restarts."""

import pytest

from collectors.snmp.poll import Uptime

DAY = 86_400.0
WRAP = 2**32


@pytest.mark.parametrize(
    ("before", "elapsed_seconds", "now", "is_same_life"),
    [
        (100_000, 10.0, 101_000, True),
        (100_000, 10.0, 100_000, True),  # a frozen sysUpTime is the agent's fault, no restart
        (100_000, 10.0, 101_400, True),
        (100_000, 10.0, 300, False),
        (100_000, 10.0, 99_000, False),
        (WRAP - 500, 10.0, 500, True),
        (WRAP - 500, 10.0, 60_000, False),
        (WRAP - 100_000, 10.0, 500, False),
        (WRAP - 100, DAY, 8_640_000 - 100, True),
        (1_000, 3_600.0, 300_000, False),  # restarted while we did not look
        (1_000, 3_600.0, 360_900, True),
        (1_000, 3_600.0, 355_000, True),  # a clock that is 2 % slow
    ],
)
def test_restart_is_told_from_wrap_and_slow_clock(
    before: int, elapsed_seconds: float, now: int, is_same_life: bool
) -> None:
    uptime = Uptime(before, 50.0)
    assert uptime.is_continued_by(now, 50.0 + elapsed_seconds) is is_same_life
    if now >= uptime.floor(50.0 + elapsed_seconds):
        assert is_same_life
