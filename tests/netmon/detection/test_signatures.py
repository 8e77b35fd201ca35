"""The cause table can be argued with: these are the arguments it must win."""

import pytest

from netmon.detection.signatures import (
    PRIORS,
    SIGNATURES,
    Sign,
    SignatureSettings,
    causes_of,
    likeliest,
)
from netmon.verdict import Cause
from topology.model import Medium

S = Sign
FADE = [S.LEVEL_LOST_BOTH_WAYS, S.QUALITY_FOLLOWS, S.NOISE_HOLDS]
ONE_WAY = [S.LEVEL_LOST_ONE_WAY, S.NOISE_HOLDS, S.FROM_10_GHZ, S.SHORT_HOP]

RADIO = {
    "a gradual fade at 23 GHz is rain": (
        [*FADE, S.FROM_10_GHZ, S.GRADUAL, S.SHORT_HOP],
        Cause.RAIN,
    ),
    "a step that stays both ways is misalignment": (
        [*FADE, S.FROM_10_GHZ, S.STEP, S.STEADY, S.SHORT_HOP],
        Cause.MISALIGNMENT,
    ),
    "a sudden fade at 23 GHz could be either": (
        [*FADE, S.FROM_10_GHZ, S.STEP, S.SHORT_HOP],
        Cause.UNKNOWN,
    ),
    "a sudden fade that the neighbours share is rain": (
        [*FADE, S.FROM_10_GHZ, S.STEP, S.SHORT_HOP, S.NEIGHBOURS_FADE],
        Cause.RAIN,
    ),
    "a wandering fade on a long 7 GHz hop is multipath": (
        [*FADE, S.BELOW_10_GHZ, S.LONG_HOP, S.GRADUAL, S.WANDERS],
        Cause.MULTIPATH,
    ),
    "one direction that stays low is its transmitter": (
        [*ONE_WAY, S.STEP, S.STEADY, S.QUALITY_FOLLOWS],
        Cause.TRANSMITTER,
    ),
    "one direction low and worse than its level is the receiver": (
        [*ONE_WAY, S.STEP, S.STEADY, S.QUALITY_LOST],
        Cause.RECEIVER,
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


def test_jamming_is_no_cause_of_a_single_link() -> None:
    assert Cause.JAMMING_LIKE not in PRIORS  # a pattern over several: netmon.correlation's
