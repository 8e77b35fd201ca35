"""What two readings of a counter prove."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from netmon.counters import COUNTERS, Reading, ceilings, grown, has_rebooted

DAY = 86_400.0


def growth(before: int, after: int, *, bits: int, ceiling: float = np.inf) -> float:
    found = grown(
        Reading(count=np.array([before], np.uint64), at=np.array([100.0])),
        Reading(count=np.array([after], np.uint64), at=np.array([110.0])),
        is_32_bit=np.array([bits == 32]),
        ceiling=np.array([ceiling]),
    )
    return float(found[0])


def test_a_32_bit_counter_that_passed_its_end_is_joined() -> None:
    assert growth(2**32 - 10, 5, bits=32) == 15


def test_a_32_bit_counter_set_back_to_zero_proves_nothing() -> None:
    assert np.isnan(growth(1000, 0, bits=32))


def test_a_64_bit_counter_that_fell_proves_nothing() -> None:
    assert np.isnan(growth(2**40, 2**40 - 1, bits=64))


def test_more_than_the_ceiling_proves_nothing() -> None:
    assert np.isnan(growth(0, 1001, bits=64, ceiling=100))
    assert growth(0, 1000, bits=64, ceiling=100) == 1000


def test_readings_at_the_same_instant_prove_nothing() -> None:
    same = Reading(count=np.array([7], np.uint64), at=np.array([100.0]))
    found = grown(same, same, is_32_bit=np.array([False]), ceiling=np.array([np.inf]))
    assert np.isnan(found[0])


def test_a_register_that_fell_has_begun_its_next_interval() -> None:
    found = grown(
        Reading(count=np.array([40, 40], np.uint64), at=np.array([100.0, 100.0])),
        Reading(count=np.array([3, 44], np.uint64), at=np.array([110.0, 110.0])),
        is_32_bit=np.array([False, False]),
        is_register=np.array([True, True]),
        ceiling=np.array([np.inf, np.inf]),
    )
    assert found.tolist() == [3, 4]


@given(st.integers(0, 2**64 - 1), st.integers(0, 2**64 - 1), st.sampled_from([32, 64]))
def test_no_two_readings_make_a_counter_run_backwards(before: int, after: int, bits: int) -> None:
    limit = 2**bits
    found = growth(before % limit, after % limit, bits=bits)
    assert np.isnan(found) or found >= 0


def test_octets_may_fill_the_interface_and_a_tenth_more() -> None:
    column = np.array([COUNTERS.index("in_octets")])
    ceiling = ceilings(column, np.array([1e9]))
    assert ceiling[0] == pytest.approx(1.1 * 1e9 / 8, rel=0.001)


def test_without_a_speed_only_the_impossible_is_refused() -> None:
    column = np.array([COUNTERS.index("in_octets")] * 2)
    assert (ceilings(column, np.array([np.nan, 0.0])) > 1e12).all()


def test_a_count_of_seconds_does_not_depend_on_the_speed() -> None:
    column = np.array([COUNTERS.index("errored_seconds")] * 2)
    assert ceilings(column, np.array([1e9, np.nan])).tolist() == [2.0, 2.0]


@pytest.mark.parametrize(
    ("before", "after", "elapsed", "expected"),
    [
        (1000.0, 1010.0, 10.0, False),
        (1000.0, 5.0, 10.0, True),
        (497 * DAY, 5.0, 10.0, True),  # not yet at the end: a true reboot
        (42_949_670.0, 2.5, 5.2, False),  # 2^32 hundredths of seconds: RFC 3418
        (42_949_670.0, 3000.0, 3002.7, False),
        (100.0, 3500.0, 3600.0, True),  # grown, but younger than the poll before
        (100.0, 3699.0, 3600.0, False),
        (100.0, 100.0, 3600.0, False),  # stands still: a stale agent, not a reboot
        (float("nan"), 5.0, float("inf"), False),
    ],
    ids=[
        "running", "fell", "fell before its end", "passed its end",
        "passed its end long ago", "restarted in a long silence", "long silence",
        "stands still", "first reading",
    ],
)  # fmt: skip
def test_a_fall_of_sysuptime_is_a_reboot_unless_it_passed_its_end(
    before: float, after: float, elapsed: float, *, expected: bool
) -> None:
    assert has_rebooted(before, after, elapsed) is expected
