"""Quiet nights: what counts as waking somebody for nothing, and over how many link-months."""

from dataclasses import replace

from bench.detection.causes import MONTH_SECONDS, Found, Happened, name
from bench.detection.events import Span
from bench.detection.quiet import CALM, Nights, quiet_body
from bench.detection.stories import play
from netmon.verdict import Cause, Subject, SubjectKind

A, B = (Subject(SubjectKind.SITE, one) for one in "ab")
RESTART = Happened(
    id="3 reboot",
    cause=Cause.CONFIGURATION,
    span=Span(1000.0, 1300.0),
    members=frozenset({A}),
    is_benign=True,
)
POWER = Happened(id="4 power", cause=Cause.POWER, span=Span(1000.0, 9000.0), members=frozenset({B}))


def said(about: Subject, *, pages: bool, start: float = 1100.0) -> Found:
    span = Span(start, start + 200.0)
    return Found(id=about.id, cause=Cause.POWER, span=span, members=frozenset({about}), pages=pages)


def nights(*found: Found, happened: tuple[Happened, ...] = (RESTART, POWER)) -> Nights:
    naming = name(happened, found, link_seconds=300 * MONTH_SECONDS)
    return Nights(kind="usual rates", stories=2, naming=naming)


def test_a_page_for_a_restart_is_false_and_one_for_a_loss_of_power_is_not() -> None:
    told = nights(said(A, pages=True), said(B, pages=True))
    assert told.woken_by == {("reboot", "power"): 1}
    assert told.false_pages.value == 1 / 3


def test_a_note_about_a_restart_wakes_nobody() -> None:
    assert nights(said(A, pages=False)).woken_by == {}


def test_what_nothing_explains_is_counted_apart_whether_it_pages_or_not() -> None:
    told = nights(said(A, pages=False, start=20_000.0), said(B, pages=True, start=20_000.0))
    assert told.woken_by == {("nothing happened", "power"): 1}
    assert told.stray.value == 2 / 3


def test_the_section_says_over_how_many_link_months_and_whether_the_target_holds() -> None:
    body = quiet_body([nights(said(A, pages=True)), nights()], note="Seeds 100–101.")
    assert "| all | 4 | 600 | 1 |" in body
    assert "| reboot | power | 1 |" in body
    assert "≤ 1 per 100 links and month: held (0.167" in body


def test_a_calm_hour_on_a_small_border_wakes_nobody() -> None:
    made = play(7, replace(CALM, seconds=3600.0, posts=3))
    assert made.false_pages.value == 0.0
    assert made.link_seconds > 3600.0
