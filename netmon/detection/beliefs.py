"""Beliefs: the verdicts on one kind of subject, touched only where something changed.

A row's condition is a small number; only rows whose number changed, and those whose figures move,
are told anew. Everybody else keeps the very Verdict it had.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

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
_RETOLD: Final = frozenset({Condition.DOWN, Condition.DEGRADED})  # their figures move

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
        self._verdicts: dict[IdT, Verdict] = {}
        self._known: Mapping[IdT, Verdict] = MappingProxyType({})
        self._ill_since: dict[IdT, float] = {}
        self._changed = True

    def ill_since(self) -> Mapping[IdT, float]:
        """Return since when each is neither healthy nor unknown, whatever it went through since."""
        return dict(self._ill_since)

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
    ) -> None:
        """Take in the conditions of all rows; `held` rows stay what they were."""
        if ids is not self._ids:
            self._adopt(ids, now)
        codes = np.where(held, self._codes, codes).astype(np.int8)
        retold = np.isin(codes, [_CONDITIONS.index(condition) for condition in _RETOLD])
        for row in np.flatnonzero(((codes != self._codes) | retold) & ~held):
            self._tell(int(row), _CONDITIONS[codes[row]], propose, now)
        self._codes = codes

    def _tell(self, row: int, condition: Condition, propose: Propose, now: float) -> None:
        identity = self._ids[row]
        former = self._verdicts[identity]
        quiet = condition is Condition.HEALTHY or condition is Condition.UNKNOWN
        if quiet:
            self._ill_since.pop(identity, None)
        else:
            self._ill_since.setdefault(identity, now)
        proposal = Proposal(condition=condition) if quiet else propose(row, condition)
        self._verdicts[identity] = Verdict(
            subject=former.subject,
            condition=condition,
            since=former.since if former.condition is condition else now,
            cause=proposal.cause,
            runner_up=proposal.runner_up,
            odds=proposal.odds,
            evidence=proposal.evidence,
        )
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
        self._ill_since = {one: at for one, at in self._ill_since.items() if one in self._verdicts}
        self._codes = np.array(
            [_CONDITIONS.index(verdict.condition) for verdict in self._verdicts.values()],
            dtype=np.int8,
        )
        self._changed = True
