"""Memory: which receivers were disturbed, since when and how strongly, and whose levels fell.

Correlation over time needs it: a sweep comes and goes, an emitter moves on, rain passes from link
to link. One spell for each link and kind, forgotten after a while; no size grows with history.
"""

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Final

from netmon.area import Area
from netmon.verdict import Cause, Evidence, Subject, Verdict
from topology.model import InterfaceId, LinkId

FORGOTTEN_AFTER_SECONDS: Final = 5400.0
_ANSWERS_KEPT: Final = 64
SAME_SPELL_SECONDS: Final = 900.0  # quiet for less: the same spell goes on
_MEDIAN_OF: Final = 3
SETTLED: Final = 5  # readings: registers lag, when something begins and when it ends
_STRENGTH: Final = {"noise_rise": "noise_rise_db", "quality_loss": "quality_loss_db"}


@dataclass(slots=True)
class Strength:
    """How strong one finding at one receiver was, over a spell."""

    now_db: float = math.nan
    least_db: float = math.inf  # of medians, when it had settled and before it ends
    swell_db: float = -math.inf  # the most of the same medians
    most_db: float = -math.inf  # of all readings
    began_db: float = math.nan
    at: float = -math.inf  # monotonic, when it was told last
    told: int = 0
    returns: int = 0  # how often it came back while the link stayed ill
    lately: tuple[float, ...] = ()  # the last readings once it had settled

    def take(self, decibels: float, at: float, *, came_back: bool) -> None:
        """Take one finding in."""
        self.now_db, self.at = decibels, at
        self.began_db = decibels if not self.told else self.began_db
        self.most_db = max(self.most_db, decibels)
        if self.told >= SETTLED:
            self.lately = (*self.lately[-(_MEDIAN_OF + SETTLED - 1) :], decibels)
        if len(self.lately) == _MEDIAN_OF + SETTLED:
            middle = sorted(self.lately[:_MEDIAN_OF])[_MEDIAN_OF // 2]
            self.least_db = min(self.least_db, middle)
            self.swell_db = max(self.swell_db, middle)
        self.returns += came_back and self.told > 0
        self.told += 1


@dataclass(slots=True, kw_only=True)
class Spell:
    """One link's time of trouble of one kind; it may have holes."""

    link: LinkId
    begun: float  # monotonic: since when the link is ill, whatever it was at first
    noted: float  # monotonic: since when it is ill in this way
    last: float
    verdict: Verdict
    judged: int = 0  # verdicts that differed
    is_timing: bool = False  # it was found to have lost its time; that stays
    receivers: dict[InterfaceId, dict[str, Strength]] = field(default_factory=dict)

    def strengths(self, finding: str) -> dict[InterfaceId, Strength]:
        """Return what one finding said at each receiver."""
        return {end: each[finding] for end, each in self.receivers.items() if finding in each}


@dataclass(slots=True)
class Memory:
    """The spells of disturbance and of rain of every link, as long as they matter."""

    disturbed: dict[LinkId, Spell] = field(default_factory=dict)
    rained: dict[LinkId, Spell] = field(default_factory=dict)
    layered: dict[LinkId, Spell] = field(default_factory=dict)  # multipath
    woken: dict[Subject, float] = field(default_factory=dict)  # by coordinated failures, begun when
    areas: dict[tuple[tuple[InterfaceId, int], ...], Area | None] = field(default_factory=dict)

    def keep_area(self, heard: tuple[tuple[InterfaceId, int], ...], area: Area | None) -> None:
        """Keep what was estimated from who heard how much; the oldest answers go."""
        self.areas[heard] = area
        while len(self.areas) > _ANSWERS_KEPT:
            del self.areas[next(iter(self.areas))]

    def keep_woken(self, still: Collection[Subject], now: float) -> None:
        """Keep by what people were woken while it lasts, and a while after; `now` is monotonic."""
        self.woken = {
            one: begun
            for one, begun in self.woken.items()
            if one in still or now - begun <= FORGOTTEN_AFTER_SECONDS
        }

    def look(
        self, links: Mapping[LinkId, Verdict], ill_since: Mapping[LinkId, float], now: float
    ) -> None:
        """Take in the verdicts on links that are not well; `now` is monotonic."""
        kinds = {
            Cause.INTERFERENCE: self.disturbed,
            Cause.JAMMING_LIKE: self.disturbed,
            Cause.SYNC: self.disturbed,
            Cause.RAIN: self.rained,
            Cause.MULTIPATH: self.layered,
        }
        for link, verdict in links.items():
            spells = kinds.get(verdict.cause or Cause.UNKNOWN)
            if spells is not None:
                _note(spells, link, verdict, ill_since.get(link, now), now)
        for spells in (self.disturbed, self.rained, self.layered):
            old = [
                one for one, spell in spells.items() if now - spell.last > FORGOTTEN_AFTER_SECONDS
            ]
            for link in old:
                del spells[link]

    def forget(self, link: LinkId) -> None:
        """Drop what was seen of a link: it is explained, and must not make others look worse."""
        for spells in (self.disturbed, self.rained, self.layered):
            spells.pop(link, None)


def _note(
    spells: dict[LinkId, Spell], link: LinkId, verdict: Verdict, begun: float, now: float
) -> None:
    spell = spells.get(link)
    if spell is None or now - spell.last > SAME_SPELL_SECONDS:
        spell = spells[link] = Spell(link=link, begun=begun, noted=now, last=now, verdict=verdict)
        told_before: set[tuple[str, str]] = set()
    elif spell.verdict is verdict:  # nothing has been read anew
        spell.last = now
        return
    else:
        told_before = {(one.where, one.finding) for one in spell.verdict.evidence}
    for evidence in verdict.evidence:
        _take(spell, evidence, now, told_before)
    spell.verdict, spell.last = verdict, now
    spell.judged += 1


def _take(spell: Spell, evidence: Evidence, now: float, told_before: set[tuple[str, str]]) -> None:
    figure = _STRENGTH.get(evidence.finding)
    value = dict(evidence.figures).get(figure or "errored_ratio")
    if value is None or not evidence.where or not math.isfinite(value):
        return
    each = spell.receivers.setdefault(InterfaceId(evidence.where), {})
    came_back = (evidence.where, evidence.finding) not in told_before
    each.setdefault(evidence.finding, Strength()).take(value, now, came_back=came_back)
