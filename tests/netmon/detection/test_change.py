"""Persistence alarms; one loud sample does not."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from netmon.detection.baseline import Baseline, BaselineSettings
from netmon.detection.change import Change, ChangeSettings

FRESH = np.array([True])


def polls_until_alarm(residual: float, *, most: int = 50) -> int | None:
    change = Change(1, ChangeSettings())
    for poll in range(1, most + 1):
        change.look(np.array([residual]), FRESH)
        if change.risen[0]:
            return poll
    return None


@pytest.mark.parametrize(
    ("spreads", "polls"), [(100.0, 2), (6.0, 2), (4.5, 3), (3.0, 6), (1.5, None), (0.0, None)]
)
def test_the_stronger_the_change_the_sooner_the_alarm(spreads: float, polls: int | None) -> None:
    assert polls_until_alarm(spreads) == polls


@given(st.floats(-1e9, 1e9))
def test_one_sample_never_alarms_however_loud(residual: float) -> None:
    change = Change(1, ChangeSettings())
    change.look(np.array([residual]), FRESH)
    for _ in range(20):
        change.look(np.array([0.0]), FRESH)
        assert not change.risen[0]
        assert not change.fallen[0]


def test_settings_that_would_let_one_sample_alarm_are_refused() -> None:
    with pytest.raises(ValueError, match="loudest - dead_band must be less than alarm_at"):
        ChangeSettings(loudest=12.0)


def test_an_alarm_ends_a_few_polls_after_the_change_has_ended() -> None:
    change = Change(1, ChangeSettings())
    for _ in range(1000):
        change.look(np.array([9.0]), FRESH)
    polls = 0
    while change.risen[0]:
        change.look(np.array([0.0]), FRESH)
        polls += 1
    assert polls == 6


def test_a_stale_or_missing_value_changes_nothing() -> None:
    change = Change(1, ChangeSettings())
    change.look(np.array([6.0]), FRESH)
    for _ in range(10):
        change.look(np.array([6.0]), ~FRESH)
        change.look(np.array([np.nan]), FRESH)
    assert not change.risen[0]


def test_a_fall_is_told_from_a_rise() -> None:
    change = Change(1, ChangeSettings())
    for _ in range(3):
        change.look(np.array([-6.0]), FRESH)
    assert change.fallen[0]
    assert not change.risen[0]


def test_noise_alone_does_not_alarm_in_a_week_of_ten_second_polls() -> None:
    change, noise = Change(64, ChangeSettings()), np.random.default_rng(7)
    everybody = np.ones(64, dtype=bool)
    for _ in range(60_480 // 64):  # 64 series: a link-week in all
        change.look(noise.normal(0.0, 1.0, 64), everybody)
        assert not change.risen.any()
        assert not change.fallen.any()


@pytest.mark.parametrize(
    ("alarm_at", "clear_at", "full_at"),
    [(8.0, 8.0, 10.0), (8.0, 9.0, 10.0), (8.0, 2.0, 7.0), (4.5, 2.0, 10.0)],
    ids=["clears where it alarms", "clears above", "never alarms", "one sample alarms"],
)
def test_thresholds_that_cannot_work_are_refused(
    alarm_at: float, clear_at: float, full_at: float
) -> None:
    with pytest.raises(ValueError, match="alarm_at"):
        ChangeSettings(alarm_at=alarm_at, clear_at=clear_at, full_at=full_at)


SERIES = st.lists(st.floats(-20.0, 20.0), min_size=1, max_size=60)


def alarms(series: list[float]) -> list[bool]:
    change, told = Change(1, ChangeSettings()), []
    for residual in series:
        change.look(np.array([residual]), FRESH)
        told.append(bool(change.risen[0]))
    return told


@given(SERIES, st.integers(0, 60))
def test_what_is_told_of_the_past_does_not_depend_on_the_future(
    series: list[float], length: int
) -> None:
    assert alarms(series)[:length] == alarms(series[:length])


@given(SERIES, st.floats(0.0, 20.0))
def test_a_stronger_change_is_never_told_later(series: list[float], more: float) -> None:
    weaker, stronger = alarms(series), alarms([residual + more for residual in series])
    if True in weaker:
        assert stronger.index(True) <= weaker.index(True)


def test_a_baseline_that_freezes_does_not_absorb_a_slow_jammer() -> None:
    """Noise rises to 20 dB within an hour or within a day, and the alarm stands until the end."""
    slopes = np.geomspace(0.007, 0.2, 32)  # dB a poll
    usual = Baseline(32, floor=0.8, settings=BaselineSettings())
    change, everybody = Change(32, ChangeSettings()), np.ones(32, dtype=bool)
    for at in range(6000):  # a day without it, a day of rising and of standing
        risen = np.clip((at - 2900) * slopes, 0.0, 20.0)
        level = -90.0 + risen
        change.look((level - usual.centre) / usual.spread, everybody)
        usual.learn(level, everybody, change.risen, at * 30.0)
        assert change.risen[risen >= 16.0].all()
    assert risen == pytest.approx(np.full(32, 20.0))
    assert (usual.centre < -80.0).all()
