"""The rules that keep a result honest, each with the mistake that it must catch."""

import numpy as np
import pytest

from bench.detection.events import Span, delay_of, episodes, false_ones, spans_of
from bench.detection.figures import bootstrap, mcc, poisson_rate
from bench.detection.splits import HeldBackError, SharedGroupError, by_link, refuse_shared, seeds


def test_a_link_on_both_sides_of_a_split_is_refused() -> None:
    with pytest.raises(SharedGroupError, match="both sides of the split, such as link-7"):
        refuse_shared(["link-1", "link-7"], ["link-7", "link-9"])


def test_links_are_split_into_halves_that_share_nothing() -> None:
    split = by_link(500, seed=0)
    assert len(split.development) == len(split.held_out) == 250
    assert not set(split.development.tolist()) & set(split.held_out.tolist())
    assert by_link(500, seed=0).held_out.tolist() == split.held_out.tolist()


def test_a_random_split_of_rows_is_caught() -> None:
    link_of_row = np.repeat(np.arange(20), 50)
    rows = np.random.default_rng(1).permutation(len(link_of_row))
    with pytest.raises(SharedGroupError, match="20 groups"):
        refuse_shared(link_of_row[rows[:500]].tolist(), link_of_row[rows[500:]].tolist())


def test_seeds_of_the_final_scoring_stay_closed() -> None:
    assert seeds(range(100, 103)) == (100, 101, 102)
    with pytest.raises(HeldBackError, match="seed 1003 belongs to the final scoring"):
        seeds([5, 1003])
    assert seeds([1003], final_scoring=True) == (1003,)


def test_an_alarm_within_half_an_hour_meets_an_event_and_a_later_one_does_not() -> None:
    event = Span(1000.0, 1000.0 + 7200.0)
    assert delay_of(event, [1120.0, 1500.0]) == 120.0
    assert delay_of(event, [1000.0 + 1801.0]) is None
    assert delay_of(event, [940.0]) is None


def test_of_a_short_event_only_its_own_time_counts() -> None:
    assert delay_of(Span(0.0, 600.0), [601.0]) is None
    assert delay_of(Span(0.0, 600.0), [600.0]) == 600.0


def test_no_point_is_adjusted() -> None:
    """An alarm that was on before the onset is no detection, whatever polls it covers."""
    alarmed = np.zeros(300, dtype=np.bool_)
    alarmed[90:200] = True
    event = Span(100 * 60.0, 180 * 60.0)
    assert delay_of(event, [one.start for one in spans_of(alarmed, 60.0)]) is None


def test_alarms_half_an_hour_apart_are_one_episode() -> None:
    alarmed = np.zeros(200, dtype=np.bool_)
    alarmed[10:12] = alarmed[41:43] = alarmed[80:81] = True
    assert episodes(spans_of(alarmed, 60.0)) == [Span(600.0, 2580.0), Span(4800.0, 4860.0)]


def test_only_what_touches_no_guard_window_is_false() -> None:
    event = Span(10_000.0, 20_000.0)
    raised = [Span(9_000.0, 9_999.0), Span(9_990.0, 10_010.0), Span(23_599.0, 23_700.0)]
    assert false_ones(raised, [event]) == [raised[0]]


def test_no_false_alarm_proves_only_what_the_rule_of_three_says() -> None:
    rate = poisson_rate(0, 142.0)
    assert (rate.value, rate.low) == (0.0, 0.0)
    assert rate.high == pytest.approx(2.9957 / 142.0, rel=1e-3)


def test_rates_have_exact_bounds() -> None:
    """Garwood's table: 10 events, 95 %: 4.795 to 18.39."""
    rate = poisson_rate(10, 2.0)
    assert (rate.value, rate.low, rate.high) == pytest.approx((5.0, 2.3977, 9.1952), rel=1e-3)


def test_agreement_is_that_of_matthews() -> None:
    said = np.array([True, True, False, False, True, False])
    true = np.array([True, False, False, False, True, True])
    assert mcc(said, true) == pytest.approx(1.0 / 3.0)
    assert mcc(np.ones(6, dtype=np.bool_), true) == 0.0


def test_the_bootstrap_draws_whole_links_not_polls() -> None:
    """Two links that always say the same are two pieces of evidence, however long they are."""
    links = [[1.0] * 1000, [0.0] * 1000]
    drawn = bootstrap(links, lambda some: float(np.mean(np.concatenate(some))), seed=3)
    assert (drawn.value, drawn.low, drawn.high) == (0.5, 0.0, 1.0)
