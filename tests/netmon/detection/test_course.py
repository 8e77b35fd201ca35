"""How a loss went tells what it is, where one instant cannot."""

from collections.abc import Iterable

import numpy as np

from netmon.detection.course import Course, CourseSettings, Gone

POLL = 60.0


def gone(*losses: tuple[float, float]) -> Gone:
    """Return the course of a link whose two directions lost this, a poll each."""
    return after(losses)


def after(losses: Iterable[tuple[float, float]]) -> Gone:
    course = Course(2, CourseSettings())
    fresh = np.array([True, True])
    for poll, loss in enumerate(losses):
        told = course.look(np.array(loss), fresh, poll * POLL)
    return told


def test_a_loss_that_stays_is_steady_after_two_windows() -> None:
    step = [(0.0, 0.0)] * 5 + [(8.0, 0.3)] * 10
    assert after(step).steady.tolist() == [False, True]
    assert after([*step, *[(8.3, 0.0)] * 15]).steady.tolist() == [True, True]


def test_a_loss_that_creeps_is_steady_all_the_time() -> None:
    creeping = [(poll * 0.1, 0.0) for poll in range(60)]
    assert after(creeping).steady.all()


def test_jumps_from_poll_to_poll_are_restless() -> None:
    jumping = [(9.0 if poll % 2 else 2.0, 0.2) for poll in range(20)]
    assert after(jumping).restless.tolist() == [True, False]


def test_one_jump_is_no_restlessness() -> None:
    assert not after([(0.0, 0.0)] * 5 + [(7.0, 7.0)] * 3).restless.any()


def test_what_one_direction_tells_a_quarter_of_an_hour_late_counts() -> None:
    late = [(8.0, 0.0)] * 6 + [(1.0, 8.0)]
    assert after(late).other_too.all()


def test_a_direction_that_never_lost_anything_lost_nothing_with_the_other() -> None:
    assert after([(8.0, 0.9)] * 12).other_too.tolist() == [False, True]


def test_what_is_long_over_is_forgotten() -> None:
    assert not after([(8.0, 8.0)] * 5 + [(6.0, 0.0)] * 25).other_too[0]


def test_missing_values_change_nothing() -> None:
    course = Course(2, CourseSettings())
    course.look(np.array([5.0, np.nan]), np.array([True, False]), 0.0)
    told = course.look(np.array([np.nan, 4.0]), np.array([True, False]), POLL)
    assert told.highest_db[0] == 5.0
    assert np.isnan(told.highest_db[1])


def test_survivors_keep_their_course() -> None:
    course = Course(2, CourseSettings())
    for poll in range(5):
        course.look(np.array([6.0, 6.0]), np.array([True, True]), poll * POLL)
    taken = course.taken(np.array([0, 1, -1, -1]))
    told = taken.look(np.full(4, np.nan), np.zeros(4, dtype=np.bool_), 5 * POLL)
    assert told.highest_db[:2].tolist() == [6.0, 6.0]
    assert np.isnan(told.highest_db[2:]).all()
