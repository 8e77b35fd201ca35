"""Wetness: rain on both ways and around is wet; a fault of one way, or of one link, is hardly."""

import numpy as np

from netmon.detection.nearest import Nearest, nearest
from netmon.detection.wetness import Wetness, WetnessSettings

LINKS = 12


def near() -> Nearest:
    """Return links two kilometres from each other in a row."""
    middles = np.zeros((LINKS, 3))
    middles[:, 0] = np.arange(LINKS) * 2_000.0
    return nearest(middles, 5)


def watched(excess_db: np.ndarray) -> list[np.ndarray]:
    """Return the probabilities after every slot of losses (polls, directions), one a minute."""
    wetness = Wetness(near(), WetnessSettings())
    said = []
    fresh = np.ones(LINKS * 2, dtype=np.bool_)
    for poll, excess in enumerate(excess_db):
        if wetness.look(excess, fresh, poll * 60.0 + 30.0):
            said.append(wetness.probability.copy())
    return said


def calm(polls: int = 120) -> np.ndarray:
    return np.random.default_rng(4).normal(0.0, 0.3, (polls, LINKS * 2))


def test_the_nearest_come_first_and_never_the_link_itself() -> None:
    found = near()
    assert found.rows[0].tolist() == [1, 2, 3, 4, 5]
    assert found.rows[6, :2].tolist() == [5, 7]
    assert found.metres[0].tolist() == [2_000.0, 4_000.0, 6_000.0, 8_000.0, 10_000.0]


def test_a_single_link_has_no_neighbours_and_is_still_judged() -> None:
    alone = nearest(np.zeros((1, 3)), 5)
    wetness = Wetness(alone, WetnessSettings())
    for poll in range(11):
        wetness.look(np.array([3.0, 3.0]), np.ones(2, dtype=np.bool_), poll * 60.0)
    assert np.isfinite(wetness.probability).all()


def test_clear_sky_is_dry_and_a_shower_over_all_is_wet() -> None:
    excess = calm()
    assert watched(excess)[-1].max() < 0.2
    excess[100:] += 4.0
    assert watched(excess)[-1].min() > 0.9


def test_what_only_one_direction_loses_is_not_wet() -> None:
    excess = calm()
    excess[100:, 6] += 8.0
    assert watched(excess)[-1][3] < 0.3


def test_a_link_whose_neighbours_are_dry_is_less_likely_wet() -> None:
    alone, together = calm(), calm()
    alone[100:, 6:8] += 2.0
    together[100:] += 2.0
    assert watched(alone)[-1][3] < watched(together)[-1][3] - 0.2


def test_what_was_said_does_not_change_with_the_future() -> None:
    excess = calm()
    excess[40:70] += 5.0
    whole, half = watched(excess), watched(excess[:66])
    assert len(half) == 13
    for one, same in zip(half, whole, strict=False):
        assert np.array_equal(one, same)


def test_a_silent_link_is_not_judged_and_silence_does_not_wet_its_neighbours() -> None:
    excess = calm()
    excess[60:, 6:8] = np.nan
    last = watched(excess)[-1]
    assert np.isnan(last[3])
    assert np.delete(last, 3).max() < 0.2


def test_hours_without_a_cycle_leave_nothing_of_the_hour_before() -> None:
    wetness = Wetness(near(), WetnessSettings())
    fresh = np.ones(LINKS * 2, dtype=np.bool_)
    noise = np.random.default_rng(5).normal(0.0, 0.4, (66, LINKS * 2))
    for poll in range(60):
        wetness.look(5.0 + noise[poll], fresh, poll * 60.0)
    assert wetness.probability.min() > 0.5
    for poll in range(60, 66):
        wetness.look(noise[poll], fresh, 5 * 3600.0 + poll * 60.0)
    assert wetness.probability.max() < 0.2


def test_a_loss_that_does_not_waver_at_all_is_no_rain() -> None:
    steady = watched(np.full((120, LINKS * 2), 4.0))
    assert steady[-1].max() < 0.2


def test_the_nearest_of_many_are_those_that_comparing_all_with_all_finds() -> None:
    rng = np.random.default_rng(6)
    middles = np.concatenate([rng.uniform(0, 200e3, (700, 3)), rng.normal(0, 2e3, (300, 3))])
    middles[5] = np.nan
    witnesses = rng.random(1000) < 0.4
    found = nearest(middles, 7, witnesses)
    for link in (0, 5, 6, 311, 699, 700, 998):
        apart = np.sqrt(((middles - middles[link]) ** 2).sum(axis=1))
        apart[~witnesses | np.isnan(apart)] = np.inf
        apart[link] = np.inf
        expected = np.sort(apart)[:7]
        assert np.allclose(found.metres[link], expected), link
        known = np.isfinite(expected)
        assert np.allclose(apart[found.rows[link][known]], expected[known])


def test_who_has_fewer_neighbours_than_asked_for_has_them_and_nobody_else() -> None:
    middles = np.zeros((3, 3))
    middles[:, 0] = (0.0, 1_000.0, 5_000.0)
    found = nearest(middles, 20, np.array([True, True, False]))
    assert found.metres.tolist() == [[1_000.0, np.inf], [1_000.0, np.inf], [4_000.0, 5_000.0]]
    assert found.rows[2].tolist() == [1, 0]


def test_neighbours_speak_only_where_there_are_enough_of_them() -> None:
    excess = calm()
    excess[100:] += 4.0
    wetness = Wetness(near(), WetnessSettings())
    lonely = Wetness(nearest(np.zeros((LINKS, 3)) + np.nan, 5), WetnessSettings())
    fresh = np.ones(LINKS * 2, dtype=np.bool_)
    for poll, row in enumerate(excess):
        wetness.look(row, fresh, poll * 60.0 + 30.0)
        lonely.look(row, fresh, poll * 60.0 + 30.0)
    assert wetness.sky.around_wet.all()
    assert not wetness.sky.around_dry.any()
    assert wetness.sky.wet.all()
    assert not (lonely.sky.around_wet | lonely.sky.around_dry | lonely.sky.dry).any()


def test_other_links_keep_the_hour_that_they_have_seen() -> None:
    excess = calm()
    excess[60:] += 4.0
    wetness = Wetness(near(), WetnessSettings())
    fresh = np.ones(LINKS * 2, dtype=np.bool_)
    for poll, row in enumerate(excess):
        wetness.look(row, fresh, poll * 60.0 + 30.0)
    rows = np.array([-1, *range(LINKS)])
    middles = np.zeros((LINKS + 1, 3))
    middles[:, 0] = np.arange(LINKS + 1) * 2_000.0
    taken = wetness.taken(nearest(middles, 5), rows)
    assert np.array_equal(taken.probability[1:], wetness.probability)
    assert np.isnan(taken.probability[0])
    taken.look(np.full(LINKS * 2 + 2, 4.0), np.ones(LINKS * 2 + 2, dtype=np.bool_), 7_300.0)
    assert taken.sky.wet[1:].all()
