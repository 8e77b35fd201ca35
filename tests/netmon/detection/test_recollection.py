"""A cause is weighed by what was seen for most of the time, not by the last poll."""

from collections.abc import Collection, Mapping

import pytest

from netmon.detection.recollection import Recollection, RecollectionSettings
from netmon.detection.signs import Sign
from topology.model import LinkId

LINK = LinkId("a-b")
BOTH, ONE = Sign.LEVEL_LOST_BOTH_WAYS, Sign.LEVEL_HOLDS


def recalled(
    *seen: Collection[Sign], poll: float = 60.0, ebbs: bool = False
) -> Mapping[Sign, float]:
    recollection = Recollection(RecollectionSettings())
    for at, signs in enumerate(seen):
        last = ebbs and at == len(seen) - 1
        shares = recollection.recall(LINK, signs, at * poll, polled=True, ebbs=last)
    return shares


def test_a_sign_seen_half_of_the_time_counts_half() -> None:
    shares = recalled({BOTH}, {BOTH}, {ONE}, {BOTH}, {ONE})
    assert shares == {BOTH: pytest.approx(0.5), ONE: pytest.approx(0.5)}


def test_what_is_seen_between_two_polls_is_nothing_new() -> None:
    recollection = Recollection(RecollectionSettings())
    recollection.recall(LINK, {BOTH}, 0.0, polled=True, ebbs=False)
    shares = recollection.recall(LINK, {ONE}, 5.0, polled=False, ebbs=False)
    assert shares == {BOTH: 1.0}


def test_the_tail_of_a_fade_says_nothing() -> None:
    assert recalled({BOTH}, {BOTH}, {ONE}, ebbs=True) == {BOTH: 1.0}


def test_what_is_older_than_the_memory_fades() -> None:
    shares = recalled({BOTH}, *[{ONE}] * 120)
    assert shares[ONE] > 0.95


def test_a_level_that_was_steady_when_first_seen_low_has_crept() -> None:
    shares = recalled({Sign.GRADUAL, Sign.STEADY}, {Sign.GRADUAL})
    assert shares == {Sign.CREPT: 1.0}


def test_two_hours_are_long() -> None:
    assert Sign.LASTS not in recalled(*[{BOTH}] * 120)
    assert recalled(*[{BOTH}] * 121)[Sign.LASTS] == 1.0


def test_a_fade_is_early_for_three_polls() -> None:
    recollection = Recollection(RecollectionSettings())
    early = []
    for poll in range(4):
        recollection.recall(LINK, {BOTH}, poll * 60.0, polled=True, ebbs=False)
        early.append(recollection.is_early(LINK))
    assert early == [True, True, False, False]


def test_half_an_hour_of_health_and_all_is_forgotten() -> None:
    recollection = Recollection(RecollectionSettings())
    recollection.recall(LINK, {BOTH}, 0.0, polled=True, ebbs=False)
    recollection.forget(1801.0)
    assert recollection.recall(LINK, {ONE}, 1802.0, polled=True, ebbs=False) == {ONE: 1.0}


def test_one_way_alone_is_believed_after_three_quarters_of_an_hour() -> None:
    fault = {Sign.LEVEL_LOST_ONE_WAY, Sign.STEADY}
    assert Sign.LEVEL_LOST_SO_FAR in recalled(*[fault] * 45)
    assert Sign.LEVEL_LOST_ONE_WAY in recalled(*[fault] * 46)
