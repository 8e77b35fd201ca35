"""The cause table can be argued with: these are the arguments it must win."""

from pathlib import Path

import pytest

from netmon.detection.document import page
from netmon.detection.signatures import PRIORS, SIGNATURES
from netmon.detection.signs import Sign
from netmon.detection.weighing import (
    NOT_WHILE_UP,
    OF_A_CLOCK,
    SignatureSettings,
    causes_of,
    likeliest,
)
from netmon.verdict import Cause
from topology.model import Medium

ROOT = Path(__file__).resolve().parents[3]
S = Sign
FADE = [S.LEVEL_LOST_BOTH_WAYS, S.QUALITY_FOLLOWS, S.NOISE_HOLDS]
ONE_WAY = [S.LEVEL_LOST_ONE_WAY, S.NOISE_HOLDS, S.FROM_16_GHZ, S.SHORT_HOP]

RADIO = {
    "a gradual fade at 23 GHz is rain": (
        [*FADE, S.FROM_16_GHZ, S.GRADUAL, S.SHORT_HOP],
        Cause.RAIN,
    ),
    "a step that stays both ways is misalignment": (
        [*FADE, S.FROM_16_GHZ, S.STEP, S.STEADY, S.SHORT_HOP],
        Cause.MISALIGNMENT,
    ),
    "a sudden fade at 23 GHz could be either": (
        [*FADE, S.FROM_16_GHZ, S.STEP, S.SHORT_HOP],
        Cause.UNKNOWN,
    ),
    "a sudden fade that the neighbours share is rain": (
        [*FADE, S.FROM_16_GHZ, S.STEP, S.SHORT_HOP, S.NEIGHBOURS_FADE],
        Cause.RAIN,
    ),
    "a wandering fade on a long 7 GHz hop is multipath": (
        [*FADE, S.BELOW_10_GHZ, S.LONG_HOP, S.GRADUAL, S.WANDERS],
        Cause.MULTIPATH,
    ),
    "one direction that stays low may be the fault of either end": (
        [*ONE_WAY, S.STEP, S.STEADY, S.QUALITY_FOLLOWS],
        Cause.UNKNOWN,
    ),
    "one direction low although as much is sent is the receiver": (
        [*ONE_WAY, S.STEP, S.STEADY, S.QUALITY_FOLLOWS, S.SENT_AS_USUAL],
        Cause.RECEIVER,
    ),
    "one direction low and worse than its level is the receiver": (
        [*ONE_WAY, S.STEP, S.STEADY, S.QUALITY_LOST, S.SENT_AS_USUAL],
        Cause.RECEIVER,
    ),
    "a level lost one way so far may be rain that the other end has not told yet": (
        [S.LEVEL_LOST_SO_FAR, S.GRADUAL, S.FROM_16_GHZ, S.SHORT_HOP, S.SENT_AS_USUAL],
        Cause.RAIN,
    ),
    "less sent from both ends was configured": (
        [*FADE, S.STEP, S.STEADY, S.SENT_LESS_BOTH_WAYS, S.FROM_16_GHZ, S.SHORT_HOP],
        Cause.CONFIGURATION,
    ),
    "another frequency was configured": ([S.SET_ANEW], Cause.CONFIGURATION),
    "noise that rises with another width was configured": (
        [S.LEVEL_HOLDS, S.NOISE_RISEN, S.SET_ANEW],
        Cause.CONFIGURATION,
    ),
    "a fade that crept in and lasts while the neighbours are dry is misalignment": (
        [*FADE, S.FROM_16_GHZ, S.SHORT_HOP, S.CREPT, S.STEADY, S.LASTS, S.NEIGHBOURS_DRY],
        Cause.MISALIGNMENT,
    ),
    "a level that jumps by decibels at 11 GHz is multipath": (
        [*FADE, S.FROM_10_TO_16_GHZ, S.LONG_HOP, S.GRADUAL, S.WANDERS, S.RESTLESS],
        Cause.MULTIPATH,
    ),
    "a level lost on the way from a satellite is rain": (
        [S.LEVEL_LOST_BY_SATELLITE, S.GRADUAL, S.FROM_16_GHZ, S.LONG_HOP],
        Cause.RAIN,
    ),
    "quality lost with a little less level, while less is sent, is a tired transmitter": (
        [S.LEVEL_HOLDS, S.QUALITY_LOST, S.NOISE_HOLDS, S.LEVEL_SAGS, S.SENT_LESS],
        Cause.TRANSMITTER,
    ),
    "less sent in one direction is the transmitter": (
        [*ONE_WAY, S.STEP, S.SENT_LESS],
        Cause.TRANSMITTER,
    ),
    "quality lost while the level holds is interference": (
        [S.LEVEL_HOLDS, S.QUALITY_LOST],
        Cause.INTERFERENCE,
    ),
    "noise risen while the level holds is interference": (
        [S.LEVEL_HOLDS, S.NOISE_RISEN],
        Cause.INTERFERENCE,
    ),
    "errored seconds while the level holds are interference (a pulsed one)": (
        [S.LEVEL_HOLDS, S.SEVERE_SECONDS],
        Cause.INTERFERENCE,
    ),
    "delay and full lines on a clean radio are congestion": (
        [S.RADIO_CLEAN, S.DELAYED, S.FULL],
        Cause.CONGESTION,
    ),
}


@pytest.mark.parametrize("words", RADIO)
def test_signs_of_a_radio_link_lead_to_the_cause(words: str) -> None:
    signs, cause = RADIO[words]
    causes = causes_of(Medium.MICROWAVE) - {Cause.POWER}
    assert likeliest(signs, causes, SignatureSettings()).cause is cause


def test_a_fibre_dark_at_both_ends_is_cut() -> None:
    opinion = likeliest(
        [S.DARK_BOTH_ENDS, S.NOTHING_BEFORE], causes_of(Medium.FIBRE), SignatureSettings()
    )
    assert opinion.cause is Cause.FIBRE_CUT
    assert opinion.odds >= 3.0


def test_even_odds_name_both_candidates_and_decide_for_neither() -> None:
    opinion = likeliest(
        [S.SITE_SILENT, S.FIBRE_ALONE, S.NOTHING_BEFORE],
        causes_of(Medium.FIBRE),
        SignatureSettings(),
    )
    assert opinion.cause is Cause.UNKNOWN
    assert opinion.runner_up is Cause.POWER
    assert "power or fibre cut, odds 1.9 : 1" in opinion.words


def test_every_sign_has_a_row_and_every_figure_is_a_likelihood() -> None:
    assert set(SIGNATURES) == set(Sign)
    for row in SIGNATURES.values():
        assert all(0.0 < figure <= 1.0 for figure in row.values())
        assert set(row) <= set(PRIORS)


def test_every_cause_of_the_vocabulary_has_a_column_but_not_knowing() -> None:
    assert set(PRIORS) == set(Cause) - {Cause.UNKNOWN}
    named = {cause for row in SIGNATURES.values() for cause in row}
    assert named == set(PRIORS)


def test_jamming_like_is_no_cause_of_a_single_link() -> None:
    assert not [medium for medium in Medium if Cause.JAMMING_LIKE in causes_of(medium)]


def test_several_receivers_at_once_look_like_a_jammer_rather_than_interference() -> None:
    opinion = likeliest(
        [S.LEVEL_HOLDS, S.SEVERAL_RECEIVERS, S.BEGUN_AT_ONCE],
        [Cause.JAMMING_LIKE, Cause.INTERFERENCE, Cause.SYNC],
        SignatureSettings(),
    )
    assert (opinion.cause, opinion.runner_up) == (Cause.JAMMING_LIKE, Cause.INTERFERENCE)
    assert opinion.words == "jamming-like rather than interference, odds 16 : 1"


CLOCKS = {
    "a fix that is lost": ([S.GNSS_LOST], Cause.SYNC),
    "a reference that is lost": ([S.CLOCK_LOST], Cause.SYNC),
    "a receiver that says jammed": ([S.GNSS_TOLD, S.GNSS_LOST, S.CLOCK_LOST], Cause.SYNC),
    "an antenna that is open": ([S.GNSS_ANTENNA, S.GNSS_LOST], Cause.RECEIVER),
}


@pytest.mark.parametrize("words", CLOCKS)
def test_a_device_without_time_has_a_cause(words: str) -> None:
    signs, cause = CLOCKS[words]
    assert likeliest(signs, OF_A_CLOCK, SignatureSettings()).cause is cause


def test_noise_at_a_radio_in_time_slots_whose_clock_is_lost_is_sync() -> None:
    signs = [S.LEVEL_HOLDS, S.NOISE_RISEN, S.CLOCK_LOST]
    timed = likeliest(signs, causes_of(Medium.LTE) - NOT_WHILE_UP, SignatureSettings())
    assert (timed.cause, timed.runner_up) == (Cause.SYNC, Cause.INTERFERENCE)
    assert Cause.SYNC not in causes_of(Medium.MICROWAVE)


def test_the_page_is_the_table() -> None:
    written = (ROOT / "docs" / "detection-signatures.md").read_text("utf-8")
    assert written == page(), "python -m netmon.detection.document > docs/detection-signatures.md"


def test_the_page_says_what_jamming_like_is_and_is_not() -> None:
    assert "**Jamming-like is a pattern, never an intent.**" in page()
    assert "| noise risen |" in page()
    assert "So it says: *rain rather than misalignment" in page()
