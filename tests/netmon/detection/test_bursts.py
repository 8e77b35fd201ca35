"""Bursts: single polls that stand out too often alarm; chance ones, and a link's own, do not."""

import numpy as np

from netmon.detection.bursts import Bursts, BurstSettings


def alarmed(amounts: np.ndarray, rows: int = 1) -> np.ndarray:
    """Return which polls of amounts (polls, rows) stand under an alarm; spreads are 0.8 dB."""
    bursts = Bursts(rows, BurstSettings())
    fresh = np.ones(rows, dtype=np.bool_)
    return np.array([bursts.look(poll, np.full(rows, 0.8), 3.0, fresh) for poll in amounts])


def pulses(every: int, polls: int = 200, height_db: float = 8.0) -> np.ndarray:
    amounts = np.random.default_rng(7).normal(0.0, 0.4, (polls, 1))
    amounts[::every] += height_db
    return amounts


def test_one_loud_poll_never_alarms_however_loud() -> None:
    amounts = np.zeros((400, 1))
    amounts[100] = 60.0
    assert not alarmed(amounts).any()


def test_two_loud_polls_far_apart_do_not_alarm_and_two_close_ones_do() -> None:
    apart, close = np.zeros((400, 1)), np.zeros((400, 1))
    apart[[100, 130]] = close[[100, 102]] = 8.0
    assert not alarmed(apart).any()
    assert int(np.flatnonzero(alarmed(close))[0]) == 102


def test_a_pulse_at_every_third_poll_is_found_within_five_polls() -> None:
    found = alarmed(pulses(3))
    assert int(np.flatnonzero(found)[0]) <= 4
    assert found[4:].all()


def test_a_sweep_seen_at_every_tenth_poll_is_found_within_half_an_hour() -> None:
    assert int(np.flatnonzero(alarmed(pulses(10)))[0]) <= 30


def test_pulses_below_the_least_amount_are_nothing() -> None:
    assert not alarmed(pulses(3, height_db=1.5)).any()


def test_what_stands_at_every_poll_is_no_burst() -> None:
    assert not alarmed(pulses(1)).any()


def test_it_is_over_soon_after_pulses_that_came_often_and_later_after_rare_ones() -> None:
    often = np.concatenate([pulses(3), np.zeros((60, 1))])
    rare = np.concatenate([pulses(10), np.zeros((60, 1))])
    assert 198 < int(np.flatnonzero(alarmed(often))[-1]) <= 198 + 16
    assert 190 + 20 < int(np.flatnonzero(alarmed(rare))[-1]) <= 190 + 50


def test_what_a_link_does_of_itself_all_day_becomes_usual() -> None:
    amounts = np.zeros((3 * 2880, 1))
    amounts[::50] = 5.0
    found = alarmed(amounts)
    assert not found[2880:].any()


def test_chance_keeps_the_budget() -> None:
    settings, rows, polls = BurstSettings(), 2000, 2880
    rng = np.random.default_rng(8)
    amounts = np.where(rng.random((polls, rows)) < settings.quiet_ratio, 8.0, 0.0)
    starts = np.diff(alarmed(amounts, rows).astype(np.int8), axis=0) > 0
    allowed = rows * polls / settings.budget.run_length
    assert starts.sum() <= allowed + 3 * allowed**0.5


def test_missing_polls_neither_alarm_nor_clear() -> None:
    amounts = pulses(3)
    amounts[40:] = np.nan
    assert alarmed(amounts)[39:].all()
