"""Beliefs: the verdicts on one kind of subject, touched only where something changed.

A row's condition is a small number, and all that its verdict rests on is its fingerprint; only rows
of which one has changed are told anew. Where nothing but figures moves, they are told anew as well,
but only so many in a cycle, in turn: a storm must not cost more than the time to the next cycle.
Everybody else keeps the very Verdict it had.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from netmon.detection.fingerprint import Marks, blank
from netmon.detection.proposal import Proposal
from netmon.detection.readings import Flags
from netmon.verdict import Condition, Subject, SubjectKind, Verdict

# What wins where several hold; whatever none of them holds for is UNKNOWN.
PRECEDENCE: Final = (
    Condition.MAINTENANCE,
    Condition.DOWN,
    Condition.UNREACHABLE,
    Condition.DEGRADED,
    Condition.HEALTHY,
)
_UNKNOWN: Final = len(PRECEDENCE)
_CONDITIONS: Final = (*PRECEDENCE, Condition.UNKNOWN)
_WELL: Final = (PRECEDENCE.index(Condition.HEALTHY), _UNKNOWN)
FIGURES_RETOLD: Final = 256  # rows a cycle of which nothing but figures moves

IdT = TypeVar("IdT", bound=str)
Codes = NDArray[np.int8]
Propose = Callable[[int, Condition], Proposal]


def codes_of(conditions: Mapping[Condition, Flags]) -> Codes:
    """Return each row's first condition in PRECEDENCE that holds."""
    rows = len(next(iter(conditions.values())))
    codes = np.full(rows, _UNKNOWN, dtype=np.int8)
    for code in reversed(range(_UNKNOWN)):
        flags = conditions.get(PRECEDENCE[code])
        if flags is not None:
            codes[flags] = code
    return codes


class Beliefs(Generic[IdT]):
    """The verdicts on one kind of subject, changed only where something changed."""

    def __init__(self, kind: SubjectKind) -> None:
        self._kind = kind
        self._ids: tuple[IdT, ...] = ()
        self._codes: Codes = np.zeros(0, dtype=np.int8)
        self._marks: Marks = blank(0)
        self._retold_up_to = 0  # the row that ended the last turn
        self._verdicts: dict[IdT, Verdict] = {}
        self._known: Mapping[IdT, Verdict] = MappingProxyType({})
        self._ill_since: dict[IdT, float] = {}  # monotonic, as all that is ever subtracted
        self._same_since: dict[IdT, float] = {}
        self._changed = True

    def ill_since(self) -> Mapping[IdT, float]:
        """Return since when (monotonic) each is neither healthy nor unknown, whatever it was."""
        return dict(self._ill_since)

    def same_since(self) -> Mapping[IdT, float]:
        """Return since when (monotonic) each that is not well has the condition it has."""
        return dict(self._same_since)

    def known(self) -> Mapping[IdT, Verdict]:
        """Return a snapshot that later cycles do not touch."""
        if self._changed:
            self._known = MappingProxyType(dict(self._verdicts))
            self._changed = False
        return self._known

    def believe(
        self,
        ids: tuple[IdT, ...],
        codes: Codes,
        held: Flags,
        propose: Propose,
        now: float,
        monotonic: float,
        *,
        marks: Marks,
        moving: Flags,
    ) -> None:
        """Take in the conditions of all rows; `held` rows stay what they were.

        `marks` are their fingerprints; of `moving` rows the figures move from poll to poll.
        """
        if ids is not self._ids:
            self._adopt(ids, now)
        codes = np.where(held, self._codes, codes).astype(np.int8)
        ill = ~held & ~np.isin(codes, _WELL)
        told = ((codes != self._codes) & ~held) | (ill & (marks != self._marks))
        for row in np.flatnonzero(told).tolist():
            self._tell(row, _CONDITIONS[codes[row]], propose, now, monotonic)
        for row in self._in_turn(ill & moving & ~told):
            self._tell(row, _CONDITIONS[codes[row]], propose, now, monotonic)
        self._codes = codes
        self._marks = np.where(held, self._marks, marks)

    def _in_turn(self, moving: Flags) -> list[int]:
        rows = np.flatnonzero(moving)
        if len(rows) > FIGURES_RETOLD:
            rows = np.roll(rows, -int(np.searchsorted(rows, self._retold_up_to, side="right")))
            rows = rows[:FIGURES_RETOLD]
            self._retold_up_to = int(rows[-1])
        found: list[int] = rows.tolist()
        return found

    def _tell(
        self, row: int, condition: Condition, propose: Propose, now: float, monotonic: float
    ) -> None:
        identity = self._ids[row]
        former = self._verdicts[identity]
        quiet = condition is Condition.HEALTHY or condition is Condition.UNKNOWN
        if quiet:
            self._ill_since.pop(identity, None)
            self._same_since.pop(identity, None)
        else:
            self._ill_since.setdefault(identity, monotonic)
            if former.condition is not condition:
                self._same_since[identity] = monotonic
        proposal = Proposal(condition=condition) if quiet else propose(row, condition)
        verdict = Verdict(
            subject=former.subject,
            condition=condition,
            since=former.since if former.condition is condition else now,
            cause=proposal.cause,
            runner_up=proposal.runner_up,
            odds=proposal.odds,
            evidence=proposal.evidence,
        )
        if verdict != former:
            self._verdicts[identity] = verdict
            self._changed = True

    def _adopt(self, ids: tuple[IdT, ...], now: float) -> None:
        """Keep the verdicts of survivors; newcomers are unknown until they are seen."""
        former = self._verdicts
        self._verdicts = {
            identity: former.get(identity)
            or Verdict(
                subject=Subject(self._kind, identity), condition=Condition.UNKNOWN, since=now
            )
            for identity in ids
        }
        self._ids = ids
        self._marks = blank(len(ids))
        self._ill_since = {one: at for one, at in self._ill_since.items() if one in self._verdicts}
        self._same_since = {
            one: at for one, at in self._same_since.items() if one in self._verdicts
        }
        self._codes = np.array(
            [_CONDITIONS.index(verdict.condition) for verdict in self._verdicts.values()],
            dtype=np.int8,
        )
        self._changed = True
