"""Several independent failures far apart within minutes are marked, and wake people once."""

from collections.abc import Iterable
from dataclasses import replace

import pytest

from netmon.correlation.case import Case
from netmon.correlation.coordinated import MOST, by_chance, coordinated, years_between
from netmon.correlation.settings import CorrelationSettings
from netmon.exercise import correlate_as_drill
from netmon.incidents import Severity, Suspicion
from netmon.verdict import Cause, Known
from tests.builders import make_network
from tests.netmon.correlation.test_jamming import Watch

FAR = ("hq-a", "a-b", "b-c", "c-d", "d-e", "e-f", "f-g", "g-h", "h-i", "i-j", "j-k")


def marked(suspicions: Iterable[Suspicion]) -> list[Suspicion]:
    return [
        one
        for one in suspicions
        if any(evidence.finding == "coordinated" for evidence in one.evidence)
    ]


def critical(suspicions: Iterable[Suspicion]) -> list[str]:
    return [one.subject.id for one in suspicions if one.severity is Severity.CRITICAL]


def jammed(*links: str, spacing_m: float = 60_000.0) -> Watch:
    """Links far from each other look jammed at both ends."""
    watch = Watch(*FAR, spacing_m=spacing_m)
    jam(watch, *links)
    return watch


def jam(watch: Watch, *links: str) -> None:
    for link in links:
        watch.jam(link, 12.0, end=0)
        watch.jam(link, 12.0, end=1)


def test_three_failures_far_apart_are_marked_and_one_of_them_pages() -> None:
    suspicions = jammed("a-b", "d-e", "g-h").live(3)
    assert [one.cause for one in marked(suspicions)] == [Cause.JAMMING_LIKE] * 3
    assert critical(suspicions) == ["a-b"]
    said = marked(suspicions)[0].evidence[0]
    assert said.words == (
        "one of 3 independent failures within 15 min (a, d, g):"
        " by chance once in more than 1000 years; a coincidence, not an intent"
    )
    assert dict(said.figures)["chance"] == pytest.approx(5.1e-12, rel=0.02)


def test_two_failures_are_a_coincidence() -> None:
    suspicions = jammed("a-b", "g-h").live(3)
    assert len(suspicions) == 2
    assert marked(suspicions) == []
    assert critical(suspicions) == []


def test_failures_an_hour_apart_have_nothing_to_do_with_each_other() -> None:
    watch = jammed("a-b", "d-e")
    watch.live(120)
    jam(watch, "g-h")
    suspicions = watch.live(3)
    assert len(suspicions) == 3
    assert marked(suspicions) == []


def test_rain_over_many_far_links_is_weather_and_wakes_nobody() -> None:
    watch = Watch(*FAR, spacing_m=60_000.0)
    for link in ("a-b", "d-e", "g-h", "j-k"):
        watch.scene.link(link).fade(12.0)
    suspicions = watch.live(5)
    assert suspicions
    assert marked(suspicions) == []
    assert critical(suspicions) == []


def test_the_second_page_never_comes_when_more_fail_or_the_first_is_over() -> None:
    watch = jammed("a-b", "d-e", "g-h")
    watch.live(3)
    jam(watch, "j-k")
    suspicions = watch.live(3)
    assert len(marked(suspicions)) == 4
    assert critical(suspicions) == ["a-b"]
    watch.scene.link("a-b").heal()
    suspicions = watch.live(12)
    assert {one.subject.id for one in suspicions} == {"d-e", "g-h", "j-k"}
    assert len(marked(suspicions)) == 3
    assert critical(suspicions) == []


def test_who_was_woken_is_not_told_that_it_is_less_when_one_of_the_others_is_over() -> None:
    watch = jammed("a-b", "d-e", "g-h")
    watch.live(3)
    watch.scene.link("g-h").heal()
    suspicions = watch.live(12)
    assert marked(suspicions) == []
    assert critical(suspicions) == ["a-b"]


def test_a_drill_pages_nobody() -> None:
    watch = jammed("a-b", "d-e", "g-h")
    watch.live(3)
    judgement = watch.scene.live(polls=1)
    suspicions = correlate_as_drill(judgement, watch.scene.network, memory=watch.memory)
    assert {one.severity for one in suspicions} == {Severity.INFO}


@pytest.mark.parametrize(
    "but",
    [{"known": Known.EMISSION}, {"runner_up": Cause.RAIN}, {"cause": Cause.CONGESTION}],
    ids=["planned", "rain nearly as likely", "never counted"],
)
def test_what_was_known_or_may_be_weather_does_not_count(but: dict[str, object]) -> None:
    watch = jammed("a-b", "d-e", "g-h")
    first, *others = (replace(one, evidence=(), severity=Severity.WARNING) for one in watch.live(3))
    case = Case(judgement=watch.scene.live(polls=1), network=watch.scene.network)
    settings = CorrelationSettings()
    assert len(marked(coordinated(case, [first, *others], settings))) == 3
    changed = replace(first, **but)  # type: ignore[arg-type]
    assert marked(coordinated(case, [changed, *others], settings)) == []


def test_power_lost_at_many_sites_is_one_grid() -> None:
    watch = jammed("a-b", "d-e", "g-h")
    found = [replace(one, evidence=(), cause=Cause.POWER) for one in watch.live(3)]
    case = Case(judgement=watch.scene.live(polls=1), network=watch.scene.network)
    assert marked(coordinated(case, found, CorrelationSettings())) == []


def test_in_a_storm_only_the_last_to_begin_are_compared() -> None:
    names = tuple(f"p{at}-q{at}" for at in range(120))
    watch = Watch(network=make_network(*names, spacing_m=60_000.0))
    like = jammed("a-b").live(3)[0]
    case = Case(judgement=watch.scene.live(polls=1), network=watch.scene.network)
    many = [
        replace(like, subject=replace(like.subject, id=name), members=(), severity=Severity.WARNING)
        for name in names
    ]
    told = coordinated(case, many, CorrelationSettings(coordinated_years=1e-6))
    assert 3 <= len(marked(told)) <= MOST
    assert len(critical(told)) == 1


def test_where_failures_are_frequent_so_many_are_no_surprise() -> None:
    watch = jammed("a-b", "d-e", "g-h")
    suspicions = [replace(one, evidence=()) for one in watch.live(3)]
    case = Case(judgement=watch.scene.live(polls=1), network=watch.scene.network)
    often = CorrelationSettings(failures_per_link_year=2_000.0)
    assert marked(coordinated(case, suspicions, often)) == []


@pytest.mark.parametrize(
    ("failures", "per_year", "chance"),
    [(1, 37.0, 1.055e-3), (3, 37.0, 1.96e-10), (3, 3_700.0, 1.80e-4)],
)
def test_the_chance_of_so_many_is_poissons(failures: int, per_year: float, chance: float) -> None:
    assert by_chance(failures, per_year, 900.0) == pytest.approx(chance, rel=0.02)


def test_once_in_how_many_years_counts_each_failure_as_the_first_of_a_group() -> None:
    # 100 a year, and λ = 2.852e-3 within 15 min: two more follow one in λ²/2 = 4.06e-6 of cases.
    assert years_between(3, 100.0, 900.0) == pytest.approx(1 / (100.0 * 4.06e-6), rel=0.01)
