"""Layer D: how two runs of one story are compared, and that a short story is told alike by both."""

import logging

import pytest

from bench.detection import agreement, direct
from bench.detection.agreement import Told, compare, tell
from bench.detection.exercises import exercise
from bench.detection.happenings import trouble
from bench.detection.lived import live
from bench.detection.stories import BEGAN, Course, make, quiet_day
from netmon.incidents import Severity
from netmon.verdict import Cause, Subject, SubjectKind

SHORT = Course(seconds=1800.0, posts=3, times=40.0)
SEED = 16  # two devices restart in it


def told(
    cause: Cause,
    *members: str,
    at: float = 600.0,
    severity: Severity = Severity.WARNING,
    until: float = float("inf"),
) -> Told:
    return Told(
        cause=cause,
        severity=severity,
        opened_seconds=at,
        closed_seconds=until,
        members=frozenset(Subject(SubjectKind.LINK, one) for one in members),
    )


def test_the_same_members_cause_loudness_and_time_are_the_same_incident() -> None:
    found = compare([told(Cause.RAIN, "a", "b")], [told(Cause.RAIN, "b", "c", at=720.0)])
    assert found.of(Severity.INFO) == (1, 1)
    assert found.late_seconds == [120.0]


@pytest.mark.parametrize(
    ("other", "words"),
    [
        (told(Cause.MULTIPATH, "a"), "cause multipath"),
        (told(Cause.RAIN, "a", severity=Severity.CRITICAL), "severity critical"),
        (told(Cause.RAIN, "a", at=900.0), "300 s later"),
    ],
)
def test_another_cause_loudness_or_time_is_a_difference(other: Told, words: str) -> None:
    found = compare([told(Cause.RAIN, "a")], [other])
    assert found.of(Severity.INFO) == (0, 1)
    assert [how for _, _, how in found.differing] == [words]


def test_what_one_run_alone_told_counts_against_both() -> None:
    found = compare(
        [told(Cause.RAIN, "a"), told(Cause.POWER, "b", until=700.0)],
        [told(Cause.RAIN, "a"), told(Cause.POWER, "b", at=5000.0), told(Cause.SYNC, "d")],
    )
    assert found.of(Severity.INFO) == (1, 4)
    assert [one.cause for one in found.only_direct] == [Cause.POWER]
    assert [one.cause for one in found.only_lived] == [Cause.POWER, Cause.SYNC]


def test_each_incident_has_one_counterpart_the_most_alike_first() -> None:
    twice = [told(Cause.RAIN, "a", until=700.0), told(Cause.RAIN, "a", "b", at=800.0)]
    found = compare(twice, list(reversed(twice)))
    assert found.of(Severity.INFO) == (2, 2)


def test_only_loud_ones_may_be_asked_for() -> None:
    quiet = told(Cause.UNKNOWN, "x", severity=Severity.INFO)
    found = compare([told(Cause.RAIN, "a"), quiet], [told(Cause.RAIN, "a")])
    assert found.of(Severity.INFO) == (1, 2)
    assert found.of(Severity.WARNING) == (1, 1)
    both = agreement.together([found, found])
    assert both.of(Severity.INFO) == (2, 4)


@pytest.mark.timeout(120)
def test_a_story_through_snmp_and_icmp_is_told_as_without_a_packet(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The whole product lives through half an hour of a busy border on a leaping clock."""
    caplog.set_level(logging.CRITICAL, "netmon")  # for this test alone
    made = make(SEED, SHORT)
    life = live(made, SHORT.seconds)
    assert life.polls >= 30 * len(made.border.targets) * 0.9
    assert life.retries > 0  # agents miss polls
    assert life.restarts == 2
    assert (life.overruns, life.too_late) == (0, 0)
    lived = tell(life.told, BEGAN)
    repeated = tell(direct.repeat(made, SHORT.seconds, life.asked), BEGAN)
    found = compare(repeated, lived)
    assert len(found.same) >= 2
    assert (found.differing, found.only_direct, found.only_lived) == ((), (), ())


@pytest.mark.timeout(120)
def test_a_dying_transmitter_is_understood_by_those_who_are_drilled_with_it() -> None:
    exercised = exercise("dying-transmitter")
    assert exercised.is_understood, exercised.words
    assert exercised.after_seconds is not None
    assert exercised.after_seconds <= 60.0


def test_the_quiet_day_holds_polls_without_an_answer_and_absent_readings() -> None:
    made = make(SEED, SHORT)
    met = trouble(one for step in quiet_day(made) for one in step)
    assert met.unanswered > 0
    assert met.absent > 0
    assert met.restarts == 0
