"""The last hour, on an even grid, in a memory of fixed size."""

import numpy as np
import pytest

from netmon.history import HistorySettings, Ring
from topology.model import InterfaceId

A, B, C = InterfaceId("a"), InterfaceId("b"), InterfaceId("c")
IDS = (A, B)
MINUTE = HistorySettings(hours=1 / 60, step_seconds=10)  # six slots


def record(ring: Ring[InterfaceId], at: float, *values: float, name: str = "rsl_dbm") -> None:
    ring.record(at + 1.7e9, at, IDS, {name: np.array(values)})


def test_a_series_is_when_and_what_oldest_first() -> None:
    ring = Ring[InterfaceId](MINUTE)
    record(ring, 0, -40, -50)
    record(ring, 10, -41, np.nan)
    when, what = ring.series(A, "rsl_dbm")
    assert when.tolist() == [1.7e9, 1.7e9 + 10]
    assert what.tolist() == [-40, -41]
    assert np.isnan(ring.series(B, "rsl_dbm")[1][1])


def test_only_the_last_slots_are_kept() -> None:
    ring = Ring[InterfaceId](MINUTE)
    for step in range(20):
        record(ring, step * 10, step, step)
    assert ring.series(A, "rsl_dbm")[1].tolist() == [14, 15, 16, 17, 18, 19]


def test_a_step_is_taken_once() -> None:
    ring = Ring[InterfaceId](MINUTE)
    record(ring, 10, 1, 1)
    record(ring, 15, 2, 2)
    assert ring.series(A, "rsl_dbm")[1].tolist() == [1]


def test_steps_that_nobody_recorded_leave_nothing_old_in_their_slots() -> None:
    ring = Ring[InterfaceId](MINUTE)
    for step in range(6):
        record(ring, step * 10, step, step)
    record(ring, 80, 8, 8)
    assert ring.series(A, "rsl_dbm")[1].tolist() == [3, 4, 5, 8]
    record(ring, 10_000, 9, 9)
    assert ring.series(A, "rsl_dbm")[1].tolist() == [9]


def test_a_clock_that_is_set_back_changes_only_the_stamps() -> None:
    ring = Ring[InterfaceId](MINUTE)
    record(ring, 0, 1, 1)
    ring.record(1.7e9 - 3600, 10, IDS, {"rsl_dbm": np.array([2.0, 2.0])})
    assert ring.series(A, "rsl_dbm")[1].tolist() == [1, 2]


def test_what_was_never_measured_takes_no_memory() -> None:
    ring = Ring[InterfaceId](MINUTE)
    record(ring, 0, np.nan, np.nan, name="xpd_db")
    assert ring.quantities == ()
    assert ring.octets == 0
    record(ring, 10, 1, np.nan, name="rsl_dbm")
    assert ring.octets == 6 * 2 * 4


def test_who_stays_keeps_its_past() -> None:
    ring = Ring[InterfaceId](MINUTE)
    record(ring, 0, 1, 2)
    ring.record(1.7e9, 10, (C, B), {"rsl_dbm": np.array([7.0, 8.0])})
    assert ring.series(B, "rsl_dbm")[1].tolist() == [2, 8]
    assert np.isnan(ring.series(C, "rsl_dbm")[1][0])
    assert ring.series(A, "rsl_dbm")[1].size == 0


@pytest.mark.parametrize("quantity", ["rsl_dbm", "never"])
def test_the_unknown_has_no_series(quantity: str) -> None:
    assert Ring[InterfaceId](MINUTE).series(A, quantity)[0].size == 0
