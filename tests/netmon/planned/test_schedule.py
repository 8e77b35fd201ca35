"""When something happens: once, or every week by the clock of a place, summer time and all."""

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest

from netmon.planned.schedule import Once, Span, Weekly, current, following, next_change, spans

WARSAW = ZoneInfo("Europe/Warsaw")
HOUR = 3600.0
MONDAY, SATURDAY, SUNDAY = 0, 5, 6
ALL_DAYS = frozenset(range(7))


def moment(text: str) -> float:
    return datetime.fromisoformat(text).astimezone(UTC).timestamp()


def weekly(at: str, hours: float, *days: int, zone: ZoneInfo = WARSAW) -> Weekly:
    return Weekly(
        days=frozenset(days) or ALL_DAYS,
        at=time.fromisoformat(at),
        seconds=hours * HOUR,
        zone=zone,
    )


def test_one_occasion_holds_from_its_start_until_its_end() -> None:
    start, end = moment("2026-11-25T10:00:00+01:00"), moment("2026-11-25T12:00:00+01:00")
    schedule = (Once(Span(start, end)),)
    assert current(schedule, start) == Span(start, end)
    assert current(schedule, end - 1) == Span(start, end)
    assert current(schedule, start - 1) is None
    assert current(schedule, end) is None
    assert following(schedule, start - 1) == Span(start, end)
    assert following(schedule, start) is None


@pytest.mark.parametrize(
    ("day", "utc"),
    [
        ("2026-03-28", "07:00"),
        ("2026-03-29", "06:00"),
        ("2026-10-24", "06:00"),
        ("2026-10-25", "07:00"),
    ],
    ids=["winter", "summer begins", "summer", "winter begins"],
)
def test_eight_in_the_morning_is_eight_whatever_the_season(day: str, utc: str) -> None:
    begins = moment(f"{day}T{utc}:00+00:00")
    schedule = (weekly("08:00", 2),)
    assert current(schedule, begins) == Span(begins, begins + 2 * HOUR)
    assert current(schedule, begins - 1) is None


def test_a_time_that_the_clock_leaves_out_is_taken_an_hour_later() -> None:
    """On 29 March 2026 there is no 02:30 in Warsaw; the clock goes from 02:00 to 03:00."""
    begins = moment("2026-03-29T03:30:00+02:00")
    assert current((weekly("02:30", 1, SUNDAY),), begins) == Span(begins, begins + HOUR)


def test_a_time_that_comes_twice_is_taken_the_first_time() -> None:
    """On 25 October 2026, 02:30 comes in summer time and an hour later in winter time."""
    begins = moment("2026-10-25T02:30:00+02:00")
    assert current((weekly("02:30", 1, SUNDAY),), begins) == Span(begins, begins + HOUR)


def test_a_night_over_the_change_of_clocks_lasts_as_many_real_hours_as_it_says() -> None:
    begins = moment("2026-10-24T22:00:00+02:00")
    (span,) = spans((weekly("22:00", 8, SATURDAY),), begins, begins + 1)
    assert span == Span(begins, begins + 8 * HOUR)
    assert span.end == moment("2026-10-25T05:00:00+01:00")


def test_what_began_last_week_still_holds() -> None:
    schedule = (weekly("00:00", 7 * 24 - 1, MONDAY),)
    begins = moment("2026-11-23T00:00:00+01:00")
    assert current(schedule, begins + 160 * HOUR) == Span(begins, begins + 167 * HOUR)
    assert current(schedule, begins + 167 * HOUR) is None
    assert current(schedule, begins + 168 * HOUR) is not None


def test_shifts_that_follow_one_another_are_one_span() -> None:
    schedule = (weekly("06:00", 8), weekly("14:00", 8))
    noon = moment("2026-11-25T12:00:00+01:00")
    begins = moment("2026-11-25T06:00:00+01:00")
    assert current(schedule, noon) == Span(begins, begins + 16 * HOUR)


def test_the_next_one_is_found_from_any_day_of_the_week() -> None:
    schedule = (weekly("22:00", 4, MONDAY),)
    for day in range(17, 24):
        begins = following(schedule, moment(f"2026-11-{day}T00:00:00+01:00"))
        assert begins is not None
        assert begins.start == moment("2026-11-23T22:00:00+01:00")


def test_the_next_change_is_the_nearest_edge_and_at_most_a_day_away() -> None:
    schedule = (weekly("22:00", 4, MONDAY),)
    evening = moment("2026-11-23T21:00:00+01:00")
    assert next_change(schedule, evening) == evening + HOUR
    assert next_change(schedule, evening + HOUR) == evening + 5 * HOUR
    assert next_change(schedule, evening + 6 * HOUR) == evening + 30 * HOUR


def test_a_clock_that_lies_wildly_breaks_nothing() -> None:
    schedule = (weekly("22:00", 4, MONDAY),)
    for now in (-1e12, 0.0, 1e15):
        assert current(schedule, now) is None
