"""How incidents are held against what happened, in small stories told by hand."""

from math import isnan

import pytest

from bench.detection.causes import MISSED, NOTHING, Found, Happened, name, together
from bench.detection.events import Span
from netmon.verdict import Cause, Subject, SubjectKind


def links(*names: str) -> frozenset[Subject]:
    return frozenset(Subject(SubjectKind.LINK, one) for one in names)


def event(
    number: int,
    cause: Cause,
    *members: str,
    also: frozenset[Cause] = frozenset(),
    is_benign: bool = False,
    noise_rise_db: float = 0.0,
) -> Happened:
    return Happened(
        id=f"event-{number}",
        cause=cause,
        span=Span(number * 10_000.0, number * 10_000.0 + 3_600.0),
        members=links(*members),
        also=also,
        is_benign=is_benign,
        noise_rise_db=noise_rise_db,
    )


def incident(number: int, cause: Cause, *members: str, after: float = 120.0) -> Found:
    start = number * 10_000.0 + after
    return Found(
        id=f"{number}-{cause}-{after}",
        cause=cause,
        span=Span(start, start + 3_000.0),
        members=links(*members),
    )


def test_what_was_said_of_each_event_is_counted() -> None:
    happened = [
        event(1, Cause.RAIN, "a", "b"),
        event(2, Cause.RAIN, "a"),
        event(3, Cause.JAMMING_LIKE, "c", noise_rise_db=9.0),
        event(4, Cause.TRANSMITTER, "d"),
    ]
    found = [
        incident(1, Cause.RAIN, "a", "b"),
        incident(2, Cause.JAMMING_LIKE, "a"),
        incident(3, Cause.JAMMING_LIKE, "c"),
        incident(5, Cause.POWER, "d"),
    ]
    naming = name(happened, found, link_seconds=100 * 30 * 86400.0)
    assert dict(naming.confusion) == {
        (Cause.RAIN, Cause.RAIN): 1,
        (Cause.RAIN, Cause.JAMMING_LIKE): 1,
        (Cause.JAMMING_LIKE, Cause.JAMMING_LIKE): 1,
        (Cause.TRANSMITTER, MISSED): 1,
        (NOTHING, Cause.POWER): 1,
    }
    assert naming.rain_as_jamming == (1, 2)
    jamming = naming.jamming()
    assert (jamming.recall, jamming.precision) == (1.0, 0.5)
    # rain: recall 1/2, precision 1; jamming: 1 and 1/2; transmitter: 0
    assert naming.macro_f1 == pytest.approx((2 / 3 + 2 / 3 + 0.0) / 3)
    assert naming.false_pages.value == 1.0


def test_unknown_is_a_miss_but_accuses_nobody() -> None:
    happened = [event(1, Cause.MULTIPATH, "a"), event(2, Cause.MULTIPATH, "a")]
    found = [incident(1, Cause.UNKNOWN, "a"), incident(2, Cause.MULTIPATH, "a")]
    multipath = name(happened, found, link_seconds=1.0).of(Cause.MULTIPATH)
    assert (multipath.recall, multipath.precision) == (0.5, 1.0)


def test_unknown_is_no_class_of_its_own() -> None:
    happened = [event(1, Cause.UNKNOWN, "a"), event(2, Cause.RAIN, "a")]
    found = [incident(1, Cause.UNKNOWN, "a"), incident(2, Cause.RAIN, "a")]
    naming = name(happened, found, link_seconds=1.0)
    assert list(naming.classes) == [Cause.RAIN]
    assert naming.macro_f1 == 1.0


def test_another_name_that_is_no_mistake_is_right() -> None:
    happened = [event(1, Cause.JAMMING_LIKE, "a", also=frozenset({Cause.INTERFERENCE}))]
    naming = name(happened, [incident(1, Cause.INTERFERENCE, "a")], link_seconds=1.0)
    assert naming.of(Cause.JAMMING_LIKE).recall == 1.0
    assert naming.macro_f1 == 1.0


def test_an_incident_elsewhere_or_at_another_time_finds_nothing() -> None:
    happened = [event(1, Cause.RAIN, "a")]
    elsewhere, too_late = incident(1, Cause.RAIN, "b"), incident(1, Cause.RAIN, "a", after=9_000.0)
    naming = name(happened, [elsewhere, too_late], link_seconds=1.0)
    assert naming.of(Cause.RAIN).recall == 0.0
    assert naming.stray == (elsewhere, too_late)


def test_of_two_events_at_once_the_one_with_more_of_its_members_gets_the_incident() -> None:
    wide, narrow = event(1, Cause.RAIN, "a", "b", "c"), event(1, Cause.TRANSMITTER, "d", "c")
    narrow = Happened(id="narrow", cause=narrow.cause, span=narrow.span, members=narrow.members)
    found = [incident(1, Cause.RAIN, "a", "b", "c"), incident(1, Cause.TRANSMITTER, "d")]
    naming = name([wide, narrow], found, link_seconds=1.0)
    assert naming.macro_f1 == 1.0


def test_what_is_benign_may_be_passed_over_but_wakes_nobody() -> None:
    benign = event(1, Cause.CONFIGURATION, "a", is_benign=True)
    silent = name([benign], [], link_seconds=100 * 30 * 86400.0)
    assert (silent.false_pages.value, isnan(silent.macro_f1)) == (0.0, True)
    loud = name([benign], [incident(1, Cause.RAIN, "a")], link_seconds=100 * 30 * 86400.0)
    assert loud.false_pages.value == 1.0
    assert loud.of(Cause.RAIN).wrong == 1


def test_weak_jamming_may_be_missed_but_naming_it_is_no_mistake() -> None:
    happened = [
        event(1, Cause.JAMMING_LIKE, "a", noise_rise_db=1.0),
        event(2, Cause.JAMMING_LIKE, "a", noise_rise_db=1.0),
        event(3, Cause.JAMMING_LIKE, "a", noise_rise_db=12.0),
    ]
    found = [incident(1, Cause.JAMMING_LIKE, "a"), incident(3, Cause.JAMMING_LIKE, "a")]
    jamming = name(happened, found, link_seconds=1.0).jamming()
    assert (jamming.events, jamming.recall, jamming.precision) == (1, 1.0, 1.0)


def test_stories_add_up() -> None:
    one = name([event(1, Cause.RAIN, "a")], [incident(1, Cause.RAIN, "a")], link_seconds=5.0)
    other = name([event(1, Cause.RAIN, "a")], [], link_seconds=7.0)
    both = together([one, other])
    assert both.of(Cause.RAIN).recall == 0.5
    assert both.link_seconds == 12.0
