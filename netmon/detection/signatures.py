"""Signatures: which signs speak for which cause, as one table that can be read and argued with.

Each sign has a row: how likely it is if the cause holds. The figures are set by hand from the
literature and measured base rates, not learned, so that everybody can see why a verdict came out
(docs/decisions/0040). A cause's weight is its prior times its figures for all signs seen; the two
heaviest are compared. A new sign is a row, a new cause a column.
"""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Final

from annotated_types import Gt

from netmon.verdict import Cause
from topology.model import Medium


class Sign(StrEnum):
    """What can be seen of a link or a site."""

    LEVEL_LOST_BOTH_WAYS = "level lost both ways"
    LEVEL_LOST_ONE_WAY = "level lost one way"
    LEVEL_HOLDS = "level holds"
    SENT_LESS = "less is sent"
    STEP = "came in one step"
    GRADUAL = "came gradually"
    STEADY = "stays steady"
    WANDERS = "wanders"
    FROM_10_GHZ = "10 GHz and above"
    BELOW_10_GHZ = "below 10 GHz"
    LONG_HOP = "long hop"
    SHORT_HOP = "short hop"
    NEIGHBOURS_FADE = "neighbouring links fade as well"
    QUALITY_LOST = "quality lost beyond the level"
    QUALITY_FOLLOWS = "quality follows the level"
    NOISE_RISEN = "noise risen"
    NOISE_HOLDS = "noise floor holds"
    ERRORED_SECONDS = "errored seconds that the level does not explain"
    FLUTTERS = "quality or noise jumps from poll to poll"
    MODULATION_LOW = "lower modulation than the level allows"
    SEVERE_SECONDS = "severely errored seconds"
    ERRORS = "errors"
    DISCARDS = "packets dropped"
    FULL = "traffic fills the capacity"
    NOT_FULL = "traffic does not fill the capacity"
    DELAYED = "delay or loss risen"
    RADIO_CLEAN = "radio clean"
    DARK_BOTH_ENDS = "both ends down"
    DARK_ONE_END = "one end down"
    FADED_BEFORE = "was fading before"
    DISTURBED_BEFORE = "was disturbed before"
    NOTHING_BEFORE = "nothing before"
    SITE_SILENT = "the whole site is silent"
    LINKS_LOST_AT_ONCE = "links of different kind lost at once"
    LINKS_STAY_UP = "links of the silent site stay up"
    ON_BATTERY = "last word: on battery"
    REBOOTED = "an end has just restarted"
    FIBRE_ALONE = "hangs on fibre alone"
    CLOCK_LOST = "an end has lost its clock"
    GNSS_LOST = "GNSS fix lost"
    GNSS_TOLD = "the GNSS receiver says jammed or spoofed"
    GNSS_ANTENNA = "GNSS antenna open or short"
    SEVERAL_RECEIVERS = "several receivers of one band near each other"
    BEGUN_AT_ONCE = "begun at once"


_C: Final = Cause
ELSE: Final = 0.1  # for a cause that a row does not name

PRIORS: Final[dict[Cause, float]] = {
    _C.RAIN: 1.0,
    _C.CONGESTION: 0.5,
    _C.MULTIPATH: 0.3,
    _C.INTERFERENCE: 0.3,
    _C.POWER: 0.3,
    _C.FIBRE_CUT: 0.2,
    _C.MISALIGNMENT: 0.1,
    _C.TRANSMITTER: 0.1,
    _C.RECEIVER: 0.1,
    _C.CONFIGURATION: 0.1,
    _C.UPSTREAM: 0.1,
    _C.SYNC: 0.05,
    _C.JAMMING_LIKE: 0.03,
}

# fmt: off
SIGNATURES: Final[dict[Sign, dict[Cause, float]]] = {
    Sign.LEVEL_LOST_BOTH_WAYS: {
        _C.RAIN: 0.95, _C.MISALIGNMENT: 0.9, _C.MULTIPATH: 0.5, _C.CONFIGURATION: 0.2,
        _C.TRANSMITTER: 0.02, _C.RECEIVER: 0.02, _C.INTERFERENCE: 0.02, _C.CONGESTION: 0.01,
        _C.JAMMING_LIKE: 0.02, _C.SYNC: 0.02, _C.UPSTREAM: 0.01},
    Sign.LEVEL_LOST_ONE_WAY: {
        _C.TRANSMITTER: 0.9, _C.RECEIVER: 0.8, _C.MULTIPATH: 0.4, _C.CONFIGURATION: 0.2,
        _C.RAIN: 0.02, _C.MISALIGNMENT: 0.02, _C.INTERFERENCE: 0.05, _C.CONGESTION: 0.01,
        _C.JAMMING_LIKE: 0.05, _C.SYNC: 0.02, _C.UPSTREAM: 0.01},
    Sign.LEVEL_HOLDS: {
        _C.INTERFERENCE: 0.9, _C.CONGESTION: 0.9, _C.CONFIGURATION: 0.6, _C.RECEIVER: 0.3,
        _C.TRANSMITTER: 0.2, _C.MULTIPATH: 0.1, _C.RAIN: 0.02, _C.MISALIGNMENT: 0.02,
        _C.JAMMING_LIKE: 0.9, _C.SYNC: 0.9, _C.UPSTREAM: 0.9},
    Sign.SENT_LESS: {_C.TRANSMITTER: 0.9, _C.CONFIGURATION: 0.6},
    Sign.STEP: {
        _C.MISALIGNMENT: 0.8, _C.TRANSMITTER: 0.7, _C.RECEIVER: 0.7, _C.CONFIGURATION: 0.9,
        _C.RAIN: 0.1, _C.MULTIPATH: 0.3, _C.INTERFERENCE: 0.7, _C.JAMMING_LIKE: 0.9, _C.SYNC: 0.3},
    Sign.GRADUAL: {
        _C.RAIN: 0.9, _C.MULTIPATH: 0.7, _C.MISALIGNMENT: 0.2, _C.TRANSMITTER: 0.3,
        _C.RECEIVER: 0.3, _C.CONFIGURATION: 0.02, _C.INTERFERENCE: 0.3, _C.JAMMING_LIKE: 0.1,
        _C.SYNC: 0.7},
    Sign.STEADY: {
        _C.MISALIGNMENT: 0.9, _C.TRANSMITTER: 0.8, _C.RECEIVER: 0.8, _C.CONFIGURATION: 0.9,
        _C.RAIN: 0.1, _C.MULTIPATH: 0.03, _C.INTERFERENCE: 0.5, _C.JAMMING_LIKE: 0.4},
    Sign.WANDERS: {
        _C.MULTIPATH: 0.9, _C.RAIN: 0.6, _C.MISALIGNMENT: 0.05, _C.TRANSMITTER: 0.15,
        _C.RECEIVER: 0.15, _C.CONFIGURATION: 0.02, _C.INTERFERENCE: 0.3, _C.JAMMING_LIKE: 0.3},
    Sign.FROM_10_GHZ: {
        _C.RAIN: 0.95, _C.MULTIPATH: 0.1, _C.MISALIGNMENT: 0.6, _C.TRANSMITTER: 0.5,
        _C.RECEIVER: 0.5, _C.CONFIGURATION: 0.5, _C.INTERFERENCE: 0.3, _C.JAMMING_LIKE: 0.3},
    Sign.BELOW_10_GHZ: {
        _C.MULTIPATH: 0.9, _C.RAIN: 0.02, _C.MISALIGNMENT: 0.4, _C.TRANSMITTER: 0.5,
        _C.RECEIVER: 0.5, _C.CONFIGURATION: 0.5, _C.INTERFERENCE: 0.7, _C.JAMMING_LIKE: 0.7},
    Sign.LONG_HOP: {
        _C.MULTIPATH: 0.9, _C.RAIN: 0.5, _C.MISALIGNMENT: 0.5, _C.TRANSMITTER: 0.5,
        _C.RECEIVER: 0.5, _C.CONFIGURATION: 0.5, _C.INTERFERENCE: 0.5, _C.JAMMING_LIKE: 0.5},
    Sign.SHORT_HOP: {
        _C.MULTIPATH: 0.05, _C.RAIN: 0.5, _C.MISALIGNMENT: 0.5, _C.TRANSMITTER: 0.5,
        _C.RECEIVER: 0.5, _C.CONFIGURATION: 0.5, _C.INTERFERENCE: 0.5, _C.JAMMING_LIKE: 0.5},
    Sign.NEIGHBOURS_FADE: {
        _C.RAIN: 0.9, _C.MULTIPATH: 0.4, _C.MISALIGNMENT: 0.05, _C.TRANSMITTER: 0.02,
        _C.RECEIVER: 0.02, _C.CONFIGURATION: 0.05, _C.INTERFERENCE: 0.1, _C.JAMMING_LIKE: 0.1},
    Sign.QUALITY_LOST: {
        _C.INTERFERENCE: 0.9, _C.RECEIVER: 0.7, _C.MULTIPATH: 0.5, _C.TRANSMITTER: 0.15,
        _C.RAIN: 0.02, _C.MISALIGNMENT: 0.02, _C.CONGESTION: 0.01, _C.JAMMING_LIKE: 0.9,
        _C.SYNC: 0.5, _C.UPSTREAM: 0.01},
    Sign.QUALITY_FOLLOWS: {
        _C.RAIN: 0.9, _C.MISALIGNMENT: 0.9, _C.TRANSMITTER: 0.9, _C.CONFIGURATION: 0.8,
        _C.MULTIPATH: 0.5, _C.RECEIVER: 0.25, _C.INTERFERENCE: 0.25, _C.CONGESTION: 0.9,
        _C.JAMMING_LIKE: 0.25, _C.UPSTREAM: 0.5},
    Sign.NOISE_RISEN: {
        _C.INTERFERENCE: 0.9, _C.MULTIPATH: 0.1, _C.RECEIVER: 0.1, _C.TRANSMITTER: 0.02,
        _C.RAIN: 0.02, _C.MISALIGNMENT: 0.02, _C.CONGESTION: 0.01, _C.JAMMING_LIKE: 0.9,
        _C.SYNC: 0.5, _C.UPSTREAM: 0.01},
    Sign.NOISE_HOLDS: {
        _C.INTERFERENCE: 0.4, _C.RECEIVER: 0.8, _C.TRANSMITTER: 0.9, _C.MULTIPATH: 0.9,
        _C.RAIN: 0.9, _C.MISALIGNMENT: 0.9, _C.CONFIGURATION: 0.9, _C.CONGESTION: 0.9,
        _C.JAMMING_LIKE: 0.4, _C.SYNC: 0.5, _C.UPSTREAM: 0.9},
    Sign.ERRORED_SECONDS: {
        _C.INTERFERENCE: 0.8, _C.RECEIVER: 0.6, _C.MULTIPATH: 0.5, _C.TRANSMITTER: 0.5,
        _C.CONFIGURATION: 0.2, _C.RAIN: 0.1, _C.MISALIGNMENT: 0.1, _C.CONGESTION: 0.02,
        _C.JAMMING_LIKE: 0.8, _C.SYNC: 0.5, _C.UPSTREAM: 0.02},
    Sign.FLUTTERS: {
        _C.INTERFERENCE: 0.5, _C.JAMMING_LIKE: 0.5, _C.MULTIPATH: 0.7, _C.RECEIVER: 0.2,
        _C.TRANSMITTER: 0.2, _C.RAIN: 0.1, _C.MISALIGNMENT: 0.2, _C.CONFIGURATION: 0.05,
        _C.CONGESTION: 0.05, _C.SYNC: 0.4, _C.UPSTREAM: 0.05},
    Sign.MODULATION_LOW: {
        _C.INTERFERENCE: 0.8, _C.JAMMING_LIKE: 0.8, _C.RECEIVER: 0.7, _C.MULTIPATH: 0.5,
        _C.TRANSMITTER: 0.4, _C.CONFIGURATION: 0.4, _C.RAIN: 0.1, _C.MISALIGNMENT: 0.1,
        _C.CONGESTION: 0.02, _C.SYNC: 0.4, _C.UPSTREAM: 0.02},
    Sign.SEVERE_SECONDS: {
        _C.INTERFERENCE: 0.8, _C.MULTIPATH: 0.8, _C.RECEIVER: 0.8, _C.TRANSMITTER: 0.7,
        _C.RAIN: 0.6, _C.MISALIGNMENT: 0.5, _C.CONFIGURATION: 0.3, _C.CONGESTION: 0.02,
        _C.JAMMING_LIKE: 0.8, _C.SYNC: 0.5, _C.UPSTREAM: 0.02},
    Sign.ERRORS: {
        _C.INTERFERENCE: 0.7, _C.MULTIPATH: 0.7, _C.RECEIVER: 0.8, _C.TRANSMITTER: 0.7,
        _C.RAIN: 0.5, _C.MISALIGNMENT: 0.5, _C.CONFIGURATION: 0.3, _C.FIBRE_CUT: 0.2,
        _C.CONGESTION: 0.05, _C.JAMMING_LIKE: 0.7, _C.SYNC: 0.4, _C.UPSTREAM: 0.05},
    Sign.DISCARDS: {
        _C.CONGESTION: 0.9, _C.CONFIGURATION: 0.3, _C.RAIN: 0.3, _C.MISALIGNMENT: 0.3,
        _C.MULTIPATH: 0.3, _C.INTERFERENCE: 0.3, _C.JAMMING_LIKE: 0.3, _C.SYNC: 0.1,
        _C.UPSTREAM: 0.2},
    Sign.FULL: {
        _C.CONGESTION: 0.9, _C.CONFIGURATION: 0.15, _C.RAIN: 0.2, _C.MISALIGNMENT: 0.2,
        _C.MULTIPATH: 0.2, _C.INTERFERENCE: 0.2, _C.JAMMING_LIKE: 0.2, _C.SYNC: 0.2,
        _C.UPSTREAM: 0.2},
    Sign.NOT_FULL: {
        _C.CONGESTION: 0.15, _C.CONFIGURATION: 0.8, _C.RAIN: 0.8, _C.MISALIGNMENT: 0.8,
        _C.MULTIPATH: 0.8, _C.INTERFERENCE: 0.8, _C.TRANSMITTER: 0.8, _C.RECEIVER: 0.8,
        _C.JAMMING_LIKE: 0.8, _C.SYNC: 0.8, _C.UPSTREAM: 0.8},
    Sign.DELAYED: {
        _C.CONGESTION: 0.9, _C.CONFIGURATION: 0.5, _C.RAIN: 0.4, _C.MISALIGNMENT: 0.4,
        _C.MULTIPATH: 0.5, _C.INTERFERENCE: 0.5, _C.TRANSMITTER: 0.4, _C.RECEIVER: 0.4,
        _C.JAMMING_LIKE: 0.5, _C.SYNC: 0.3, _C.UPSTREAM: 0.8},
    Sign.RADIO_CLEAN: {
        _C.CONGESTION: 0.9, _C.CONFIGURATION: 0.9, _C.RAIN: 0.01, _C.MULTIPATH: 0.03,
        _C.MISALIGNMENT: 0.01, _C.INTERFERENCE: 0.05, _C.TRANSMITTER: 0.1, _C.RECEIVER: 0.1,
        _C.JAMMING_LIKE: 0.05, _C.SYNC: 0.3, _C.UPSTREAM: 0.9},
    Sign.DARK_BOTH_ENDS: {
        _C.FIBRE_CUT: 0.9, _C.RAIN: 0.5, _C.MISALIGNMENT: 0.5, _C.MULTIPATH: 0.3,
        _C.INTERFERENCE: 0.5, _C.POWER: 0.02, _C.TRANSMITTER: 0.2, _C.RECEIVER: 0.2,
        _C.CONFIGURATION: 0.3, _C.CONGESTION: 0.001, _C.JAMMING_LIKE: 0.5},
    Sign.DARK_ONE_END: {
        _C.FIBRE_CUT: 0.2, _C.RAIN: 0.3, _C.MISALIGNMENT: 0.3, _C.MULTIPATH: 0.3,
        _C.INTERFERENCE: 0.5, _C.POWER: 0.1, _C.TRANSMITTER: 0.6, _C.RECEIVER: 0.6,
        _C.CONFIGURATION: 0.5, _C.CONGESTION: 0.001, _C.JAMMING_LIKE: 0.5},
    Sign.FADED_BEFORE: {
        _C.RAIN: 0.9, _C.MULTIPATH: 0.7, _C.MISALIGNMENT: 0.3, _C.TRANSMITTER: 0.2,
        _C.RECEIVER: 0.2, _C.INTERFERENCE: 0.03, _C.POWER: 0.02, _C.FIBRE_CUT: 0.01,
        _C.CONFIGURATION: 0.02, _C.CONGESTION: 0.001, _C.JAMMING_LIKE: 0.03},
    Sign.DISTURBED_BEFORE: {
        _C.INTERFERENCE: 0.9, _C.RECEIVER: 0.2, _C.RAIN: 0.01, _C.MULTIPATH: 0.05,
        _C.MISALIGNMENT: 0.01, _C.POWER: 0.02, _C.FIBRE_CUT: 0.01, _C.TRANSMITTER: 0.05,
        _C.CONFIGURATION: 0.02, _C.CONGESTION: 0.001, _C.JAMMING_LIKE: 0.9},
    Sign.NOTHING_BEFORE: {
        _C.POWER: 0.9, _C.FIBRE_CUT: 0.9, _C.CONFIGURATION: 0.9, _C.TRANSMITTER: 0.9,
        _C.RECEIVER: 0.7, _C.MISALIGNMENT: 0.4, _C.INTERFERENCE: 0.3, _C.MULTIPATH: 0.1,
        _C.RAIN: 0.02, _C.CONGESTION: 0.1, _C.JAMMING_LIKE: 0.3},
    Sign.SITE_SILENT: {
        _C.POWER: 0.9, _C.FIBRE_CUT: 0.3, _C.TRANSMITTER: 0.6, _C.CONFIGURATION: 0.2, _C.RAIN: 0.2,
        _C.INTERFERENCE: 0.2, _C.MULTIPATH: 0.1, _C.CONGESTION: 0.01, _C.JAMMING_LIKE: 0.2},
    Sign.LINKS_LOST_AT_ONCE: {
        _C.POWER: 0.95, _C.FIBRE_CUT: 0.03, _C.CONFIGURATION: 0.05, _C.RAIN: 0.03,
        _C.INTERFERENCE: 0.03, _C.TRANSMITTER: 0.02, _C.RECEIVER: 0.02, _C.MULTIPATH: 0.02,
        _C.MISALIGNMENT: 0.02, _C.CONGESTION: 0.01, _C.JAMMING_LIKE: 0.03},
    Sign.LINKS_STAY_UP: {_C.POWER: 0.02, _C.FIBRE_CUT: 0.01, _C.CONFIGURATION: 0.8},
    Sign.ON_BATTERY: {_C.POWER: 0.9},
    Sign.REBOOTED: {_C.POWER: 0.7, _C.CONFIGURATION: 0.8},
    Sign.FIBRE_ALONE: {_C.FIBRE_CUT: 0.95, _C.POWER: 0.4},
    Sign.CLOCK_LOST: {
        _C.SYNC: 0.95, _C.POWER: 0.01, _C.CONFIGURATION: 0.1, _C.INTERFERENCE: 0.02,
        _C.JAMMING_LIKE: 0.05},
    Sign.GNSS_LOST: {
        _C.SYNC: 0.9, _C.RECEIVER: 0.1, _C.CONFIGURATION: 0.1, _C.POWER: 0.01,
        _C.INTERFERENCE: 0.02, _C.JAMMING_LIKE: 0.05},
    Sign.GNSS_TOLD: {
        _C.SYNC: 0.9, _C.RECEIVER: 0.05, _C.CONFIGURATION: 0.01, _C.POWER: 0.01,
        _C.INTERFERENCE: 0.05, _C.JAMMING_LIKE: 0.05},
    Sign.GNSS_ANTENNA: {
        _C.RECEIVER: 0.9, _C.CONFIGURATION: 0.1, _C.POWER: 0.05, _C.SYNC: 0.02,
        _C.INTERFERENCE: 0.01, _C.JAMMING_LIKE: 0.01},
    Sign.SEVERAL_RECEIVERS: {
        _C.JAMMING_LIKE: 0.9, _C.INTERFERENCE: 0.05, _C.SYNC: 0.1, _C.RECEIVER: 0.01},
    Sign.BEGUN_AT_ONCE: {
        _C.JAMMING_LIKE: 0.9, _C.INTERFERENCE: 0.1, _C.SYNC: 0.1, _C.RECEIVER: 0.01},
}
# fmt: on

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
    signs: Collection[Sign], causes: Collection[Cause], settings: SignatureSettings
) -> Opinion:
    """Weigh the signs and compare the two heaviest causes."""
    weights = {cause: PRIORS[cause] for cause in causes}
    for sign in signs:
        row = SIGNATURES[sign]
        for cause in weights:
            weights[cause] *= row.get(cause, ELSE)
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
