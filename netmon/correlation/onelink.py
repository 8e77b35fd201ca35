"""One link: signs by which the disturbance of a single link looks like a jammer's.

Ordinary interference is somebody's steady carrier at one receiver. High bands are hit near
boresight only, one link at a time, so several victims cannot be required. What a steady carrier at
one receiver hardly does: disturb both ends, which look at each other from two sites; come 20 dB
over the noise, which no coordination lets pass; swell and fade, or come and go, while the link
stays ill. One such trait is enough to name the pattern, and never pages by itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from netmon.correlation.memory import Spell

STRONG_DB: Final = 20.0
BOTH_DB: Final = 6.0  # at one of the ends …
BOTH_LEAST_DB: Final = 3.0  # … and so much at the other
SWELLS_DB: Final = 5.0
GOES_DB: Final = 4.5
FAINT_DB: Final = 5.0  # little over the line: what grows slowly looks so at first
GREW_DB: Final = 1.0
GROWS_ALIKE_DB: Final = 2.5
_RETURNS: Final = 2
_FINDINGS: Final = ("noise_rise", "quality_loss")


class Trait(StrEnum):
    """What a single link's disturbance shows."""

    BOTH_ENDS = "both receivers of the link are disturbed at once"
    STRONG = "it is 20 dB or more"
    SWELLS = "its strength swells and fades by 5 dB or more"
    COMES_AND_GOES = "it comes and goes while errors stay"


# How much likelier each is by a jammer than by ordinary interference; set by hand.
TRAITS: Final = {
    Trait.BOTH_ENDS: 60.0,
    Trait.STRONG: 40.0,
    Trait.SWELLS: 60.0,
    Trait.COMES_AND_GOES: 40.0,
}


@dataclass(frozen=True, slots=True)
class Looks:
    """The traits of one spell."""

    traits: tuple[Trait, ...]

    @property
    def odds(self) -> float:
        """How much likelier a jammer is by them, before anything else is known."""
        odds = 1.0
        for trait in self.traits:
            odds *= TRAITS[trait]
        return odds


def looks(spell: Spell) -> Looks:
    """Return what a spell shows."""
    found = []
    if _both_ends(spell):
        found.append(Trait.BOTH_ENDS)
    # Lost quality alone may be a transmitter that compresses, unless both receivers see it.
    sure = _FINDINGS if found else _FINDINGS[:1]
    each = [one for finding in sure for one in spell.strengths(finding).values()]
    if any(one.most_db >= STRONG_DB for one in each):
        found.append(Trait.STRONG)
    if any(one.swell_db - one.least_db >= SWELLS_DB for one in each):
        found.append(Trait.SWELLS)
    if _comes_and_goes(spell):
        found.append(Trait.COMES_AND_GOES)
    return Looks(tuple(found))


def most_db(spell: Spell) -> list[float]:
    """Return the most that each receiver of the link was disturbed."""
    by_end: dict[str, float] = {}
    for finding in _FINDINGS:
        for end, strength in spell.strengths(finding).items():
            by_end[end] = max(by_end.get(end, 0.0), strength.most_db)
    return sorted(by_end.values(), reverse=True)


def grows_alike(spells: Sequence[Spell]) -> bool:
    """Say whether noise began faint at all receivers, grew, and is nearly the same everywhere."""
    measured = [one for spell in spells for one in spell.strengths("noise_rise").values()]
    if len(measured) < 2:
        return False
    now = [one.now_db for one in measured]
    began = [one for one in measured if one.began_db <= FAINT_DB]
    grew = [one for one in began if one.most_db - one.began_db >= GREW_DB]
    return len(began) == len(measured) and bool(grew) and max(now) - min(now) <= GROWS_ALIKE_DB


def _both_ends(spell: Spell) -> bool:
    most = most_db(spell)
    if grows_alike([spell]):  # as radios do that have lost their common time
        return False
    return len(most) > 1 and most[0] >= BOTH_DB and most[1] >= BOTH_LEAST_DB


def _comes_and_goes(spell: Spell) -> bool:
    errs = bool(spell.strengths("errored_seconds"))
    each = [one for finding in _FINDINGS for one in spell.strengths(finding).values()]
    return errs and any(
        one.returns >= _RETURNS and one.most_db >= GOES_DB and 2 * one.told < spell.judged
        for one in each
    )
