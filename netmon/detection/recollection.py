"""Recollection: what was seen of a link while it was ill; a sign seen half the time counts half.

Signs flicker: a fade looks one-sided for a poll, quality seems lost while a level moves. So a link
that is ill keeps for each sign the share of the last half an hour in which it was there, and its
cause is weighed by those shares. While a fade ebbs away nothing is added: its tail says less than
its height. Half an hour of health, and all is forgotten.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Annotated, Final

from annotated_types import Ge, Gt

from netmon.detection.signs import Sign
from topology.model import LinkId

_NOTHING: Final = 0.02  # a smaller share is dropped
_LOOK_BACK: Final = frozenset({Sign.STEADY, Sign.WANDERS})  # by themselves, and count as they are


@dataclass(frozen=True, slots=True, kw_only=True)
class RecollectionSettings:
    """How far back a cause is weighed, and what is a long time."""

    memory_seconds: Annotated[float, Gt(0)] = 1800.0
    lasts_seconds: Annotated[float, Gt(0)] = 7200.0
    settled_seconds: Annotated[float, Gt(0)] = 2700.0  # a fault stays, a level that returns is none
    early_polls: Annotated[int, Ge(0)] = 3  # so long a fade may still be anything


@dataclass(slots=True)
class _Memory:
    shares: dict[Sign, float]
    began: float  # monotonic, as all of these
    at: float
    crept: bool  # it was steady when it was first seen: it came over hours
    seconds: float = 0.0  # that the shares rest on
    polls: int = 1


class Recollection:
    """The shares of signs of every link that is ill, or was until just now."""

    def __init__(self, settings: RecollectionSettings) -> None:
        self.settings = settings
        self._of: dict[LinkId, _Memory] = {}

    def recall(
        self, link: LinkId, signs: Collection[Sign], now: float, *, polled: bool, ebbs: bool
    ) -> Mapping[Sign, float]:
        """Take in what is seen of a link now; return the shares to weigh.

        Only a poll shows anything new.
        """
        memory = self._of.get(link)
        if memory is None or now - memory.at > self.settings.memory_seconds:
            crept = Sign.STEADY in signs and Sign.GRADUAL in signs
            memory = _Memory(dict.fromkeys(signs, 1.0), began=now, at=now, crept=crept)
            self._of[link] = memory
        elif ebbs:
            memory.at = now
        elif polled:
            self._take(memory, signs, now)
        shares = {sign: share for sign, share in memory.shares.items() if sign not in _LOOK_BACK}
        shares |= dict.fromkeys(_LOOK_BACK.intersection(memory.shares if ebbs else signs), 1.0)
        if memory.crept and (gradual := shares.pop(Sign.GRADUAL, 0.0)):
            shares[Sign.CREPT] = gradual
        if now - memory.began < self.settings.settled_seconds and Sign.SENT_LESS not in shares:
            one_way = shares.pop(Sign.LEVEL_LOST_ONE_WAY, 0.0)
            if one_way:
                so_far = shares.get(Sign.LEVEL_LOST_SO_FAR, 0.0)
                shares[Sign.LEVEL_LOST_SO_FAR] = min(one_way + so_far, 1.0)
        if now - memory.began >= self.settings.lasts_seconds:
            shares[Sign.LASTS] = 1.0
        return shares

    def is_early(self, link: LinkId) -> bool:
        """Say whether a link has been ill for too few polls to tell one fade from another."""
        memory = self._of.get(link)
        return memory is not None and memory.polls < self.settings.early_polls

    def forget(self, now: float) -> None:
        """Drop what is too old to be recalled."""
        old = [
            link
            for link, memory in self._of.items()
            if now - memory.at > self.settings.memory_seconds
        ]
        for link in old:
            del self._of[link]

    def _take(self, memory: _Memory, signs: Collection[Sign], now: float) -> None:
        elapsed = now - memory.at
        if elapsed <= 0.0:
            return
        memory.at = now
        memory.polls += 1
        memory.seconds = min(memory.seconds + elapsed, self.settings.memory_seconds)
        pace = min(elapsed / memory.seconds, 1.0)
        for sign in {*memory.shares, *signs}:
            before = memory.shares.get(sign, 0.0)
            share = before + pace * ((sign in signs) - before)
            if share < _NOTHING:
                memory.shares.pop(sign, None)
            else:
                memory.shares[sign] = share
