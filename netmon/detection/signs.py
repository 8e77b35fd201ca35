"""Signs: what can be seen of a link or a site, in a closed list of words."""

from collections.abc import Collection
from enum import StrEnum
from typing import Final


class Sign(StrEnum):
    """What can be seen of a link or a site."""

    LEVEL_LOST_BOTH_WAYS = "level lost both ways"
    LEVEL_LOST_ONE_WAY = "level lost one way"
    LEVEL_LOST_SO_FAR = "level lost one way so far"
    LEVEL_LOST_BY_SATELLITE = "level lost on the way from a satellite"
    LEVEL_SAGS = "a little less arrives, one way"
    LEVEL_HOLDS = "level holds"
    SENT_LESS = "less is sent"
    SENT_LESS_BOTH_WAYS = "less is sent from both ends"
    SENT_AS_USUAL = "the far end sends what it usually does"
    SET_ANEW = "frequency, width or limit of power set anew"
    STEP = "came in one step"
    GRADUAL = "came gradually"
    CREPT = "came over hours"
    LASTS = "lasts for hours"
    STEADY = "stays steady"
    WANDERS = "wanders"
    RESTLESS = "jumps by decibels from poll to poll"
    FROM_16_GHZ = "16 GHz and above"
    FROM_10_TO_16_GHZ = "10 to 16 GHz"
    BELOW_10_GHZ = "below 10 GHz"
    LONG_HOP = "long hop"
    SHORT_HOP = "short hop"
    NEIGHBOURS_FADE = "neighbouring links fade as well"
    NEIGHBOURS_FADE_LESS = "neighbouring links fade far less than in one rain"
    NEIGHBOURS_WET = "rain on neighbouring links"
    NEIGHBOURS_DRY = "neighbouring links do not fade"
    QUALITY_LOST = "quality lost beyond the level"
    QUALITY_FOLLOWS = "quality follows the level"
    NOISE_RISEN = "noise risen"
    NOISE_LIFTED = "noise a little risen"
    NOISE_HOLDS = "noise floor holds"
    ERRORED_SECONDS = "errored seconds that the level does not explain"
    FLUTTERS = "quality or noise jumps from poll to poll"
    MODULATION_LOW = "lower modulation than the level allows"
    SEVERE_SECONDS = "severely errored seconds"
    ERRORS = "errors"
    DISCARDS = "packets dropped"
    VANISHED = "less comes out than went in"
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


LEVEL_LOST: Final = frozenset(
    {
        Sign.LEVEL_LOST_BOTH_WAYS,
        Sign.LEVEL_LOST_ONE_WAY,
        Sign.LEVEL_LOST_SO_FAR,
        Sign.LEVEL_LOST_BY_SATELLITE,
    }
)
# What tells at once why a level is lost, without waiting how it goes on.
_PLAIN: Final = frozenset({Sign.SENT_LESS, Sign.SENT_LESS_BOTH_WAYS, Sign.SET_ANEW})


def is_any_fade(signs: Collection[Sign]) -> bool:
    """Say whether the course of a lost level must show what it is."""
    return not LEVEL_LOST.isdisjoint(signs) and _PLAIN.isdisjoint(signs)
