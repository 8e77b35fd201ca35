"""Patterns: disturbed receivers that belong together, by band, place and time.

Receivers hit at once near each other are one pattern; a link that looks jammed by itself
(`netmon.correlation.onelink`) joins what is near it in its channel whenever it began: a sweep comes
and goes, an emitter moves on, members of a barrage feel it one after another.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from netmon.correlation.case import Case
from netmon.correlation.memory import SAME_SPELL_SECONDS, Spell
from netmon.correlation.nearness import clusters
from netmon.correlation.onelink import FAINT_DB, Looks, looks
from netmon.correlation.settings import CorrelationSettings
from topology.model import InterfaceId, LinkId, Medium, SiteId
from topology.nearness import Near
from topology.network import Network
from topology.spectrum import band_of

_ERRORS_HOLD: Final = 0.6  # errors that have fallen below so much of their most are a mere tail
_ERRORS_AGE_SECONDS: Final = 240.0
_TOLD_LATELY_SECONDS: Final = 300.0
_SUN_SECONDS: Final = 900.0  # the sun passes behind a satellite in less
_LAYERED_SECONDS: Final = 3600.0
_LAYERED_LINKS: Final = 2
_GAP: Final = 0.5  # of a channel's width: neighbours


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """Spells of one band that belong together; some of them may be over just now."""

    band: str
    spells: tuple[Spell, ...]
    looks: dict[LinkId, Looks]

    @property
    def receivers(self) -> frozenset[InterfaceId]:
        """The ends at which anything was disturbed."""
        return frozenset(end for spell in self.spells for end in spell.receivers)


def patterns(case: Case, settings: CorrelationSettings) -> list[Pattern]:
    """Return what may be a jammer's work: several links, or one that looks so by itself."""
    by_band: dict[str, list[Spell]] = {}
    for spell in lasting(case, case.memory.disturbed.values()):
        if not _explained(case, spell):
            by_band.setdefault(band_name(case.network, spell.link), []).append(spell)
    found = []
    for band, spells in sorted(by_band.items()):
        seen = {spell.link: looks(spell) for spell in spells if counts(case, spell)}
        firm = [
            group
            for group in _at_once(case, settings, spells)
            if _is_pattern(case, settings, group, seen)
        ]
        taken = {spell.link for group in firm for spell in group}
        alone = [
            [spell]
            for spell in spells
            if spell.link not in taken and spell.link in seen and seen[spell.link].traits
        ]
        for parts in _near(case, settings, [*firm, *alone]):
            spells_of = tuple(spell for part in parts for spell in part)
            if any(case.is_wrong(spell.link) for spell in spells_of):
                here = {spell.link: looks(spell) for spell in spells_of}
                found.append(Pattern(band=band, spells=spells_of, looks=here))
    return found


def lasting(case: Case, spells: Iterable[Spell]) -> list[Spell]:
    """Return the spells that go on or ended only lately, of links nobody else has claimed."""
    now = case.judgement.monotonic
    return [
        spell
        for spell in spells
        if now - spell.last <= SAME_SPELL_SECONDS
        and spell.verdict.subject not in case.claimed
        and spell.link in case.network.links
    ]


def counts(case: Case, spell: Spell) -> bool:
    """Say whether a spell is more than the tail of errors that something brief left behind."""
    now = case.judgement.monotonic
    for finding in ("noise_rise", "quality_loss"):
        if any(now - one.at <= _TOLD_LATELY_SECONDS for one in spell.strengths(finding).values()):
            return True
    errors = spell.strengths("errored_seconds").values()
    holds = any(one.now_db > _ERRORS_HOLD * one.most_db for one in errors)
    return holds and now - spell.noted >= _ERRORS_AGE_SECONDS


def band_name(network: Network, link: LinkId) -> str:
    """Return the band a link is in, or its medium where no carrier is known."""
    carrier = network.links[link].carrier
    return band_of(carrier.frequency_hz).name if carrier else network.links[link].medium.value


def sites_of(case: Case, spell: Spell) -> set[SiteId]:
    """Return where a link is disturbed."""
    network = case.network
    ends = set(spell.receivers) & set(network.links[spell.link].ends)
    return {network.site_of(network.device_of(end)) for end in ends} or set(
        network.sites_of(spell.link)
    )


def is_faint(network: Network, spells: Iterable[Spell]) -> bool:
    """Say whether radios in time slots are disturbed so little that lost time may explain it."""
    for spell in spells:
        if network.links[spell.link].medium not in (Medium.SUB6, Medium.LTE):
            return False
        rises = [one.most_db for one in spell.strengths("noise_rise").values()]
        if not rises or max(rises) > FAINT_DB:
            return False
    return True


def _is_pattern(
    case: Case, settings: CorrelationSettings, group: list[Spell], seen: dict[LinkId, Looks]
) -> bool:
    """Say whether links hit at once may be jammed together, and not by layered air or lost time."""
    group = [spell for spell in group if spell.link in seen]  # the others may only join
    receivers = {end for spell in group for end in spell.receivers}
    enough = settings.jamming_receivers
    if len(group) < enough or len(receivers) < enough:
        return False
    return not is_faint(case.network, group)


def _explained(case: Case, spell: Spell) -> bool:
    return spell.is_timing or _layered(case, spell) or _of_the_sun(case, spell)


def _layered(case: Case, spell: Spell) -> bool:
    """Say whether layered air may be at work: it takes quality and brings distant transmitters.

    It does so to the hop that it made fade, and to all microwave when several hops faded.
    """
    network, now = case.network, case.judgement.monotonic
    if network.links[spell.link].medium is not Medium.MICROWAVE:
        return False
    lately = [
        one.link for one in case.memory.layered.values() if now - one.last <= _LAYERED_SECONDS
    ]
    return spell.link in lately or len(lately) >= _LAYERED_LINKS


def _of_the_sun(case: Case, spell: Spell) -> bool:
    """Say whether the sun may stand behind the satellite: then all its dishes suffer, briefly."""
    age = case.judgement.monotonic - spell.begun
    return case.network.links[spell.link].medium is Medium.VSAT and age < _SUN_SECONDS


def _at_once(case: Case, settings: CorrelationSettings, spells: list[Spell]) -> list[list[Spell]]:
    near = Near(metres=settings.jamming_radius_m, seconds=settings.together_seconds)
    of = {spell.link: spell for spell in spells}
    grouped = clusters(
        case.network,
        list(of),
        near,
        sites=[sites_of(case, spell) for spell in spells],
        moments=[spell.begun for spell in spells],
    )
    return [[of[link] for link in group] for group in grouped]


def _near(
    case: Case, settings: CorrelationSettings, parts: list[list[Spell]]
) -> list[list[list[Spell]]]:
    """Join parts near each other in neighbouring channels, whenever they began."""
    network = case.network
    near = Near(metres=settings.jamming_radius_m)
    left, joined = list(parts), []
    while left:
        group = [left.pop()]
        for one in group:  # it grows while it is gone through
            close = [
                other
                for other in left
                if _neighbours(network, one, other)
                and len(
                    clusters(
                        network,
                        [one[0].link, other[0].link],
                        near,
                        sites=[
                            {site for spell in part for site in sites_of(case, spell)}
                            for part in (one, other)
                        ],
                    )
                )
                == 1
            ]
            group += close
            left = [other for other in left if other not in close]
        joined.append(group)
    return joined


def _neighbours(network: Network, one: list[Spell], other: list[Spell]) -> bool:
    """Say whether any two links share spectrum or are neighbours in it."""
    carriers = [[network.links[spell.link].carrier for spell in part] for part in (one, other)]
    for a in carriers[0]:
        for b in carriers[1]:
            if a is None or b is None:
                return True  # nobody knows their channels
            apart = abs(a.frequency_hz - b.frequency_hz) - (a.width_hz + b.width_hz) / 2
            if apart <= _GAP * max(a.width_hz, b.width_hz):
                return True
    return False
