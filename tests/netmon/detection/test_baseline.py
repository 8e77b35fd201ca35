"""What is usual is learned from healthy time, slowly, and survives a restart."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from netmon.detection.baseline import Baseline, BaselineSettings
from netmon.detection.checkpoint import freeze_dry, thaw

SETTINGS = BaselineSettings(slot_seconds=60.0, slots=48)
NOBODY = np.zeros(4, dtype=bool)
ALL = np.ones(4, dtype=bool)


def learned(values: np.ndarray, *, polls: int = 600, seed: int = 1) -> Baseline:
    baseline = Baseline(4, floor=0.5, settings=SETTINGS)
    noise = np.random.default_rng(seed)
    for poll in range(polls):
        baseline.learn(values + noise.normal(0.0, 0.1, 4), ALL, NOBODY, poll * 10.0)
    return baseline


def test_a_series_is_usually_at_its_median() -> None:
    baseline = learned(np.array([-40.0, 5.0, 0.0, 30.0]))
    assert baseline.centre == pytest.approx([-40.0, 5.0, 0.0, 30.0], abs=0.1)
    assert baseline.spread == pytest.approx([0.5] * 4)  # the floor: nothing is steadier than that


def test_one_hour_of_rain_in_a_day_does_not_move_the_median() -> None:
    baseline = Baseline(4, floor=0.5, settings=SETTINGS)
    for poll in range(288):
        level = np.full(4, -60.0 if 100 <= poll < 112 else -40.0)
        baseline.learn(level, ALL, NOBODY, poll * 10.0)
    assert baseline.centre == pytest.approx([-40.0] * 4)


def test_a_figure_exists_from_the_first_poll_and_is_wide_and_says_so() -> None:
    baseline = Baseline(4, floor=0.5, settings=SETTINGS)
    baseline.learn(np.full(4, 7.0), ALL, NOBODY, 0.0)
    assert baseline.centre == pytest.approx([7.0] * 4)
    assert baseline.spread == pytest.approx([0.5 * SETTINGS.young_factor] * 4)
    assert baseline.words(0) == " (young baseline: 1 points)"


def test_a_grown_baseline_needs_no_excuse() -> None:
    assert learned(np.zeros(4)).words(0) == ""


def test_a_series_that_jumps_from_poll_to_poll_is_as_wide_as_it_jumps() -> None:
    """Its five-minute means are steady, and what a single poll shows is not."""
    baseline, noise = Baseline(4, floor=0.5, settings=SETTINGS), np.random.default_rng(1)
    for poll in range(2000):
        baseline.learn(noise.normal(0.0, 2.0, 4), ALL, NOBODY, poll * 10.0)
    assert baseline.spread == pytest.approx([2.0] * 4, rel=0.25)


def test_one_shower_widens_nothing() -> None:
    baseline = learned(np.zeros(4))
    for poll in range(600, 630):
        baseline.learn(np.full(4, 20.0), ALL, NOBODY, poll * 10.0)
    assert baseline.spread == pytest.approx([0.5] * 4, abs=0.15)


def test_a_row_under_an_alarm_learns_nothing() -> None:
    baseline = learned(np.full(4, -40.0))
    frozen = np.array([True, False, False, False])
    for poll in range(600, 1200):
        baseline.learn(np.full(4, -60.0), ALL, frozen, poll * 10.0)
    assert baseline.centre[0] == pytest.approx(-40.0, abs=0.1)
    assert baseline.centre[1] == pytest.approx(-60.0, abs=0.1)


def test_an_alarm_older_than_a_week_is_the_new_normal() -> None:
    settings = BaselineSettings(slot_seconds=60.0, slots=20, freeze_seconds=1000.0)
    baseline = Baseline(4, floor=0.5, settings=settings)
    for poll in range(1000):
        baseline.learn(np.full(4, -40.0 if poll < 300 else -60.0), ALL, ALL, poll * 10.0)
    assert baseline.centre == pytest.approx([-60.0] * 4)


def test_values_that_are_missing_or_stale_teach_nothing() -> None:
    baseline = learned(np.full(4, -40.0), polls=100)
    before = baseline.centre.copy()
    baseline.learn(np.full(4, np.nan), ALL, NOBODY, 2000.0)
    baseline.learn(np.full(4, 99.0), NOBODY, NOBODY, 9000.0)
    assert baseline.centre == pytest.approx(before, abs=0.05)


def test_rows_close_their_slots_at_different_moments() -> None:
    baseline = Baseline(1000, floor=1.0, settings=BaselineSettings())
    everybody, nobody = np.ones(1000, dtype=bool), np.zeros(1000, dtype=bool)
    closed = []
    for poll in range(120):
        before = baseline.slots_seen.sum()
        baseline.learn(np.zeros(1000), everybody, nobody, poll * 10.0)
        closed.append(int(baseline.slots_seen.sum() - before))
    assert max(closed[40:]) <= 2 * 1000 * 10 / 300


def test_a_checkpoint_brings_back_median_and_spread_of_every_known_series() -> None:
    old = learned(np.array([-40.0, 5.0, 0.0, 30.0]))
    blob = freeze_dry([("rsl", ["a", "b", "c", "d"], old)])
    new = Baseline(3, floor=0.5, settings=SETTINGS)
    assert thaw([("rsl", ["d", "new", "a"], new)], blob) == 2
    assert new.centre[[0, 2]] == pytest.approx([30.0, -40.0], abs=0.1)
    assert np.isnan(new.centre[1])
    assert new.words(0) == ""


def test_a_restored_baseline_goes_on_as_if_nothing_had_happened() -> None:
    old = learned(np.full(4, -40.0))
    new = Baseline(4, floor=0.5, settings=SETTINGS)
    thaw([("rsl", list("abcd"), new)], freeze_dry([("rsl", list("abcd"), old)]))
    for poll in range(60):
        new.learn(np.full(4, -60.0), ALL, NOBODY, poll * 10.0)
    assert new.centre == pytest.approx([-40.0] * 4, abs=0.3)  # ten minutes do not outweigh hours


@given(st.binary(max_size=200))
def test_damaged_bytes_restore_nothing_and_harm_nothing(blob: bytes) -> None:
    assert thaw([("rsl", ["a"], Baseline(1, floor=1.0, settings=SETTINGS))], blob) == 0


def test_a_truncated_checkpoint_restores_nothing() -> None:
    blob = freeze_dry([("rsl", list("abcd"), learned(np.zeros(4)))])
    for cut in range(0, len(blob) - 1, 37):
        new = Baseline(4, floor=1.0, settings=SETTINGS)
        assert thaw([("rsl", list("abcd"), new)], blob[:cut]) == 0


def test_rows_that_stay_keep_their_history_when_the_network_changes() -> None:
    old = learned(np.array([1.0, 2.0, 3.0, 4.0]))
    new = old.taken(np.array([3, -1, 0]))
    assert new.centre[[0, 2]] == pytest.approx([4.0, 1.0], abs=0.1)
    assert np.isnan(new.centre[1])


def test_after_a_restart_every_row_goes_on_with_one_slot_a_minute() -> None:
    settings = BaselineSettings(slot_seconds=60.0, slots=2000)
    old, new = (Baseline(4, floor=0.5, settings=settings) for _ in range(2))
    for poll in range(720):
        old.learn(np.full(4, -40.0), ALL, NOBODY, 1e6 + poll * 10.0)
    thaw([("rsl", list("abcd"), new)], freeze_dry([("rsl", list("abcd"), old)]))
    before = new.slots_seen
    assert (before == old.slots_seen).all()
    for poll in range(360):  # the machine has started anew: its monotonic clock begins at zero
        new.learn(np.full(4, -40.0), ALL, NOBODY, poll * 10.0)
        if poll == 179:
            half = new.slots_seen
    assert set((half - before).tolist()) <= {30, 31}
    assert set((new.slots_seen - before).tolist()) <= {60, 61}
    assert len({float(slot) for slot in new.slots_seen - half}) == 1
