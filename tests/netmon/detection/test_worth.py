"""Worth: a harmless loss under a dry sky is not told; rain, harm, faults and deep fades are."""

from typing import Any

import numpy as np

from netmon.detection.worth import Worth, WorthSettings

NO, YES = np.zeros(1, dtype=np.bool_), np.ones(1, dtype=np.bool_)


def told(loss_db: float, age: float = 300.0, **how: Any) -> bool:
    """Say whether one loss is told; under a dry sky, gradual and harmless unless said otherwise."""
    return look(Worth(1, WorthSettings()), loss_db, age, age, **how)


def look(worth: Worth, loss_db: float, age: float, monotonic: float, **how: Any) -> bool:
    given = {"dry": YES, "suffers": NO, "stepped": NO, "steady": NO} | how
    noted = np.array([loss_db >= 4.0])
    loss, ages = np.array([loss_db]), np.array([age])
    return bool(worth.look(loss, noted, 4.0, **given, age=ages, monotonic=monotonic)[0])


def test_a_few_decibels_at_night_that_hurt_nothing_are_not_told() -> None:
    assert not told(5.5)


def test_the_same_is_told_where_the_sky_is_not_known_to_be_dry() -> None:
    assert told(4.1, dry=NO)


def test_the_same_is_told_where_quality_suffers() -> None:
    assert told(4.1, suffers=YES)


def test_a_deep_fade_is_told_whatever_the_sky() -> None:
    assert told(7.5)


def test_a_step_that_stays_and_a_loss_that_stands_still_are_told() -> None:
    assert not told(5.0, age=120.0, stepped=YES)
    assert told(5.0, age=700.0, stepped=YES)
    assert told(5.0, age=1_900.0, steady=YES)


def test_what_lasts_for_hours_is_told() -> None:
    assert told(5.0, age=7_300.0)


def test_what_was_told_stays_told_until_it_is_over() -> None:
    worth = Worth(1, WorthSettings())
    assert look(worth, 8.0, 60.0, 60.0)
    assert look(worth, 5.0, 120.0, 120.0)
    assert not look(worth, 1.0, 0.0, 180.0)
    assert not look(worth, 5.0, 60.0, 240.0)


def test_a_link_that_healed_of_itself_must_lose_more_the_next_time_but_never_over_ten() -> None:
    worth = Worth(1, WorthSettings())
    assert look(worth, 7.5, 60.0, 60.0)
    assert not look(worth, 0.0, 0.0, 120.0)
    assert not look(worth, 8.5, 60.0, 3_600.0)
    assert look(worth, 10.1, 120.0, 3_660.0)


def test_rain_is_no_wont() -> None:
    worth = Worth(1, WorthSettings())
    assert look(worth, 20.0, 60.0, 60.0, dry=NO)
    assert not look(worth, 0.0, 0.0, 120.0, dry=NO)
    assert look(worth, 7.5, 60.0, 3_600.0)
