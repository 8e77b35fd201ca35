"""Stories fit their time, and what was found is held against them fairly."""

from dataclasses import replace

import pytest

from netmon.config.load import Configuration
from netmon.incidents import Incident, Phase, Severity
from netmon.simulation.assessment import Finding, Mark, assess, passed
from netmon.simulation.story import NAMES, drill
from netmon.simulation.tun import TunStatistics
from netmon.verdict import Cause, Condition, Subject, SubjectKind

STARTED_AT = 1_800_000_000.0
CUT = ("fo-vilnius-suwalki", "fo-vilnius-bialystok")


def incident(
    cause: Cause,
    *links: str,
    after: float,
    changed_after: float | None = None,
    site: str = "",
    id_: str = "i1",
) -> Incident:
    members = tuple(Subject(SubjectKind.LINK, link) for link in links)
    subject = Subject(SubjectKind.SITE, site) if site else members[0]
    return Incident(
        id=id_,
        subject=subject,
        condition=Condition.DOWN,
        cause=cause,
        runner_up=None,
        odds=9.0,
        severity=Severity.WARNING,
        phase=Phase.OPEN,
        title=f"{cause.words} on {subject.id}",
        evidence=(),
        members=members,
        sites_lost=(),
        dependents_lost=(),
        opened_at=STARTED_AT + after,
        changed_at=STARTED_AT + (after if changed_after is None else changed_after),
    )


def of_the_cut(border: Configuration, *incidents: Incident) -> tuple[Finding, ...]:
    return assess(drill("fibre"), incidents, border.network, started_at=STARTED_AT)


@pytest.mark.parametrize("name", NAMES)
def test_every_story_ends_within_its_length(name: str) -> None:
    story = drill(name)
    for expected in story.expected:
        assert 0 < expected.start_seconds < expected.end_seconds < story.length_seconds
        assert expected.start_seconds + expected.latest_seconds <= story.length_seconds
    assert len(story.events) == len(story.expected)


def test_the_border_story_has_all_four_one_after_the_other() -> None:
    expected = drill("border").expected
    assert [each.cause for each in expected] == [
        Cause.RAIN, Cause.JAMMING_LIKE, Cause.FIBRE_CUT, Cause.POWER,
    ]  # fmt: skip
    ends = [each.end_seconds for each in expected]
    starts = [each.start_seconds for each in expected]
    assert all(end < start for end, start in zip(ends[:-1], starts[1:], strict=True))


def test_a_longer_story_is_stretched() -> None:
    assert drill("border", seconds=180).expected[1].start_seconds == pytest.approx(
        2 * drill("border").expected[1].start_seconds
    )


def test_an_unknown_story_names_the_known_ones() -> None:
    with pytest.raises(ValueError, match=r"no story 'flood'.*border, quiet, rain"):
        drill("flood")


def test_a_story_cannot_be_hurried() -> None:
    with pytest.raises(ValueError, match="90 seconds or more, not 30"):
        drill("border", seconds=30)


def test_the_right_cause_in_time_is_found(border: Configuration) -> None:
    findings = of_the_cut(border, incident(Cause.FIBRE_CUT, *CUT, after=9))
    assert [finding.mark for finding in findings] == [Mark.FOUND]
    assert findings[0].after_seconds == pytest.approx(3)
    assert passed(findings)


def test_a_cause_that_was_corrected_counts_from_its_correction(border: Configuration) -> None:
    first = incident(Cause.UNKNOWN, *CUT, after=8)
    second = incident(Cause.FIBRE_CUT, *CUT, after=8, changed_after=12)
    (finding,) = of_the_cut(border, first, second)
    assert finding.mark is Mark.FOUND
    assert finding.after_seconds == pytest.approx(6)


def test_nothing_found_is_missed(border: Configuration) -> None:
    findings = of_the_cut(border)
    assert [finding.mark for finding in findings] == [Mark.MISSED]
    assert not passed(findings)


def test_the_right_cause_too_late_is_late(border: Configuration) -> None:
    (finding,) = of_the_cut(border, incident(Cause.FIBRE_CUT, *CUT, after=40))
    assert finding.mark is Mark.LATE


def test_half_of_the_duct_is_incomplete(border: Configuration) -> None:
    (finding,) = of_the_cut(border, incident(Cause.FIBRE_CUT, CUT[0], after=9))
    assert finding.mark is Mark.INCOMPLETE
    assert "fo-vilnius-bialystok" in finding.words


def test_another_cause_is_wrong(border: Configuration) -> None:
    (finding,) = of_the_cut(border, incident(Cause.UNKNOWN, *CUT, after=9))
    assert finding.mark is Mark.WRONG_CAUSE


def test_a_forbidden_cause_beside_the_right_one_is_wrong(border: Configuration) -> None:
    (finding,) = of_the_cut(
        border,
        incident(Cause.FIBRE_CUT, *CUT, after=9),
        incident(Cause.JAMMING_LIKE, "mw-kybartai-suwalki", after=9, id_="i2"),
    )
    assert finding.mark is Mark.WRONG_CAUSE


def test_an_echo_of_the_event_is_no_false_alarm(border: Configuration) -> None:
    findings = of_the_cut(
        border,
        incident(Cause.FIBRE_CUT, *CUT, after=9),
        incident(Cause.CONGESTION, "mw-kybartai-suwalki", after=12, id_="i2"),
    )
    assert passed(findings)


def test_an_incident_where_nothing_happened_is_extra(border: Configuration) -> None:
    findings = of_the_cut(
        border,
        incident(Cause.FIBRE_CUT, *CUT, after=9),
        incident(Cause.RAIN, "mw-kuhmo-vartius", after=12, id_="i2"),
    )
    assert [finding.mark for finding in findings] == [Mark.FOUND, Mark.EXTRA]
    assert not passed(findings)


def test_an_incident_before_anything_happened_is_extra(border: Configuration) -> None:
    findings = of_the_cut(border, incident(Cause.FIBRE_CUT, *CUT, after=2))
    assert [finding.mark for finding in findings] == [Mark.MISSED, Mark.EXTRA]


def test_a_site_is_found_by_its_name(border: Configuration) -> None:
    story = drill("power")
    found = incident(Cause.POWER, "fo-tartu-luhamaa", after=20, site="luhamaa")
    assert passed(assess(story, [found], border.network, started_at=STARTED_AT))


OWN_DELAY = Subject(SubjectKind.NETWORK, "network")


def of_a_late_host(border: Configuration, *, host_late: str) -> tuple[Finding, ...]:
    own = replace(
        incident(Cause.UPSTREAM, *CUT, after=12),
        subject=OWN_DELAY,
        members=(OWN_DELAY,),
        condition=Condition.DEGRADED,
    )
    return assess(drill("quiet"), [own], border.network, started_at=STARTED_AT, host_late=host_late)


def test_where_the_host_was_late_netmon_may_say_so(border: Configuration) -> None:
    findings = of_a_late_host(border, host_late="3 of 9 packets came late")
    assert [finding.mark for finding in findings] == [Mark.HOST]
    assert findings[0].words.startswith("3 of 9 packets came late; netmon said that")
    assert passed(findings)


def test_where_the_host_was_punctual_it_is_a_false_alarm(border: Configuration) -> None:
    findings = of_a_late_host(border, host_late="")
    assert [finding.mark for finding in findings] == [Mark.EXTRA]
    assert not passed(findings)


def test_the_host_was_late_if_one_answer_of_a_hundred_was() -> None:
    assert not TunStatistics(answered=1000, late=10).host_was_late
    assert TunStatistics(answered=1000, late=11, latest_seconds=0.03).host_was_late
    assert not TunStatistics().host_was_late
