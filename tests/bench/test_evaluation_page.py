"""The page of results and the command that writes it."""

import re

import numpy as np
import pytest

from bench.detection.__main__ import LAYERS, main
from bench.detection.causes import Found, Happened, name
from bench.detection.events import Span
from bench.detection.page import PAGE, causes_body, config_hash, replace_section
from bench.detection.splits import HeldBackError
from bench.detection.stories import Course, is_owed, play
from bench.detection.traces import TracesMissingError, load
from netmon.detection.findings import DetectionSettings
from netmon.simulation.truth import Touch
from netmon.verdict import Cause, Subject, SubjectKind


def test_a_layer_replaces_its_own_section_alone() -> None:
    kept = "words\n<!-- B -->\nkept\n<!-- end of B -->\n"
    page = f"# x\n<!-- A1 -->\nold\n<!-- end of A1 -->\n{kept}"
    assert replace_section(page, "A1", "new") == (
        f"# x\n<!-- A1 -->\n\nnew\n\n<!-- end of A1 -->\n{kept}"
    )
    with pytest.raises(ValueError, match="has no section <!-- D -->"):
        replace_section(page, "D", "new")


def test_the_page_has_a_section_for_every_layer() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert re.findall("<!-- end of (.*) -->", page) == [layer.upper() for layer in LAYERS]


def test_another_setting_or_seed_has_another_hash() -> None:
    usual = config_hash(DetectionSettings(), 100)
    assert re.fullmatch("[0-9a-f]{12}", usual)
    assert usual == config_hash(DetectionSettings(), 100)
    assert usual != config_hash(DetectionSettings(), 101)


def test_missed_targets_are_written_down_as_missed() -> None:
    link = frozenset({Subject(SubjectKind.LINK, "a")})
    rain = Happened(id="1", cause=Cause.RAIN, span=Span(0.0, 100.0), members=link)
    wrong = Found(id="i", cause=Cause.JAMMING_LIKE, span=Span(10.0, 90.0), members=link)
    body = causes_body(name([rain], [wrong], link_seconds=1e6), note="note")
    assert "| rain | 1 | 0.00 | 0.00 | 0.00 |" in body
    assert "| rain | jamming_like | 1 |" in body
    assert "- rain called jamming-like ≤ 0.1 %: **missed** (1 of 1)" in body


def test_the_command_refuses_seeds_of_the_final_scoring() -> None:
    with pytest.raises(HeldBackError):
        main(["--layers", "c", "--seed", "995", "--stories", "6"])


@pytest.mark.parametrize(
    ("touch", "owed"),
    [
        (Touch(fade_db=4.0), False),
        (Touch(fade_db=6.0), True),
        (Touch(noise_rise_db=3.0), True),
        (Touch(snr_loss_db=2.0, errored_ratio=0.02), False),
        (Touch(is_lost=True), True),
    ],
)
def test_only_what_is_strong_enough_is_owed_a_name(touch: Touch, owed: bool) -> None:
    assert is_owed(touch) is owed


def test_a_story_in_which_nothing_happens_has_no_events() -> None:
    naming = play(0, Course(seconds=600.0, times=0.0, posts=3))
    assert [event for event, _ in naming.pairs if not event.is_benign] == []
    assert naming.link_seconds > 0.0


def test_real_traces_are_what_the_page_says() -> None:
    try:
        traces = load()
    except TracesMissingError:
        pytest.skip("the evaluation group is not installed")
    assert (traces.links, traces.polls) == (500, 15_840)
    assert np.isnan(traces.rsl_dbm).mean() == pytest.approx(0.0088, abs=0.001)
    assert (traces.rain_mm_per_hour >= 0.1).mean() == pytest.approx(0.095, abs=0.001)
