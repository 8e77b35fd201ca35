"""Weighing: signs against the table of signatures, and what comes of it – a cause, or none yet."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Final

from annotated_types import Gt

from netmon.detection.signatures import ELSE, PRIORS, SIGNATURES
from netmon.detection.signs import Sign
from netmon.verdict import Cause
from topology.model import Medium

_RADIO: Final = frozenset(
    {
        Cause.RAIN,
        Cause.MULTIPATH,
        Cause.MISALIGNMENT,
        Cause.TRANSMITTER,
        Cause.RECEIVER,
        Cause.INTERFERENCE,
        Cause.CONGESTION,
        Cause.CONFIGURATION,
        Cause.POWER,
        Cause.UPSTREAM,
    }
)
_GUIDED: Final = frozenset(
    {
        Cause.TRANSMITTER,
        Cause.RECEIVER,
        Cause.CONGESTION,
        Cause.CONFIGURATION,
        Cause.POWER,
        Cause.UPSTREAM,
    }
)
# These transmit in time with others: in slots of the air (TDD) or all as one (simulcast).
_TIMED: Final = frozenset({Medium.SUB6, Medium.LTE, Medium.TETRA})

# What still carries has neither lost its power nor been cut, and what carries nothing is not slow.
NOT_WHILE_UP: Final = frozenset({Cause.POWER, Cause.FIBRE_CUT})
NOT_WHILE_DOWN: Final = frozenset({Cause.CONGESTION, Cause.UPSTREAM, Cause.SYNC})

# What can befall a device that has lost its time.
OF_A_CLOCK: Final = frozenset({Cause.SYNC, Cause.RECEIVER, Cause.CONFIGURATION, Cause.POWER})


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureSettings:
    """How sure one must be to name a cause."""

    named_from_odds: Annotated[float, Gt(1)] = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinion:
    """The likeliest cause, the next one, and their odds; `cause` UNKNOWN where they are too even.

    Then `runner_up` is the likeliest, and `words` name both.
    """

    cause: Cause
    runner_up: Cause | None
    odds: float
    words: str


def causes_of(medium: Medium) -> frozenset[Cause]:
    """Return what can befall one link of this medium; jamming-like is a pattern over several."""
    if medium.is_radio:
        return _RADIO | {Cause.SYNC} if medium in _TIMED else _RADIO
    return _GUIDED | {Cause.FIBRE_CUT} if medium is Medium.FIBRE else _GUIDED


def likeliest(
    signs: Collection[Sign] | Mapping[Sign, float],
    causes: Collection[Cause],
    settings: SignatureSettings,
) -> Opinion:
    """Weigh the signs and compare the two heaviest causes.

    A mapping gives the share of the time that each sign was there: so much of it counts.
    """
    shares = signs if isinstance(signs, Mapping) else dict.fromkeys(signs, 1.0)
    weights = {cause: PRIORS[cause] for cause in causes}
    for sign, share in shares.items():
        row = SIGNATURES[sign]
        for cause in weights:
            likelihood = row.get(cause, ELSE)
            weights[cause] *= likelihood if share == 1.0 else likelihood**share
    ranked = sorted(weights, key=lambda cause: (-weights[cause], cause))
    if len(ranked) < 2:
        raise ValueError(f"two causes are needed to weigh them, {len(ranked)} given")
    first, second = ranked[0], ranked[1]
    odds = min(weights[first] / weights[second], 9999.0)
    if odds < settings.named_from_odds:
        words = f"undecided: {first.words} or {second.words}, odds {odds:.1f} : 1"
        return Opinion(cause=Cause.UNKNOWN, runner_up=first, odds=odds, words=words)
    words = f"{first.words} rather than {second.words}, odds {odds:.0f} : 1"
    return Opinion(cause=first, runner_up=second, odds=odds, words=words)


def held_back(opinion: Opinion) -> Opinion:
    """Return an opinion that is still too young to name its cause."""
    if opinion.cause is Cause.UNKNOWN:
        return opinion
    words = f"too early to say: {opinion.words}"
    return replace(opinion, cause=Cause.UNKNOWN, runner_up=opinion.cause, words=words)
