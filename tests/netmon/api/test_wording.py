"""How times, levels and ratios read."""

import pytest

from netmon.api.wording import (
    band,
    clock,
    count,
    decibels,
    duration,
    milliseconds,
    percent,
    rfc3339,
)
from tests.netmon.api.story import NOW, make_network
from topology.model import LinkId


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-5, "0 s"),
        (59.9, "59 s"),
        (60, "1 min"),
        (3599, "59 min"),
        (3900, "1 h 05 min"),
        (187_200, "2 d 4 h"),
        (float("nan"), "0 s"),
    ],
)
def test_durations_read_at_a_glance(seconds: float, words: str) -> None:
    assert duration(seconds) == words


@pytest.mark.parametrize("wild", [float("inf"), float("nan"), -1.0, 1e18])
def test_a_wild_clock_still_has_a_stamp(wild: float) -> None:
    assert rfc3339(wild).endswith("Z")


def test_another_day_shows_its_date() -> None:
    assert clock(NOW - 60, NOW) == "23:59:00 UTC"
    assert clock(NOW - 200_000, NOW) == "2026-11-21 16:26:40 UTC"


@pytest.mark.parametrize(
    ("ratio", "words"),
    [
        (None, "–"),
        (0.0, "0 %"),
        (0.0004, "< 0.1 %"),
        (0.034, "3.4 %"),
        (0.4, "40 %"),
        (1.0, "100 %"),
    ],
)
def test_little_loss_is_not_none(ratio: float | None, words: str) -> None:
    assert percent(ratio) == words


def test_levels_have_a_true_minus_and_a_unit() -> None:
    assert decibels(-38.44, "dBm") == "−38.4 dBm"
    assert decibels(None, "dB") == "–"
    assert [milliseconds(value) for value in (0.0000421, 0.0042, 0.64)] == [
        "0.04 ms",
        "4.2 ms",
        "640 ms",
    ]
    assert count(1234, "link") == "1 234 links"


@pytest.mark.parametrize(
    ("link", "words"),
    [
        ("mw-tartu-mustvee", "microwave 7 GHz"),
        ("s6-narva-mast", "2.4 GHz"),
        ("f-tartu-piusa", "fibre"),
        ("e-rezekne-terehova", "microwave 80 GHz"),
        ("sat-terehova", "VSAT 14 GHz"),
    ],
)
def test_a_link_is_named_by_what_carries_it(link: str, words: str) -> None:
    assert band(make_network().links[LinkId(link)]) == words
