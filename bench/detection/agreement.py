"""Agreement (layer D): the incidents of two runs of one story, held against each other as sets.

Two incidents are the same if they share members, have one cause at their end, were equally loud at
their loudest and opened within two polls of each other. Each incident has at most one counterpart.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from netmon.incidents import Incident, Severity
from netmon.verdict import Cause, Subject

WITHIN_SECONDS: Final = 135.0  # two polls of a minute, and a cycle of judging at each end
_LOUD: Final = (Severity.INFO, Severity.WARNING, Severity.CRITICAL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One incident as it was in the end."""

    cause: Cause
    severity: Severity  # at its loudest
    opened_seconds: float  # on the story's clock
    closed_seconds: float  # infinite: still open
    members: frozenset[Subject]  # all that it ever had

    @property
    def words(self) -> str:
        """Say which it is."""
        names = sorted(member.id for member in self.members)
        more = f" and {len(names) - 2} more" if len(names) > 2 else ""
        where = ", ".join(names[:2]) + more
        return f"{self.cause.words}, {self.severity.value}, {self.opened_seconds:.0f} s, {where}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """What two runs told of the same stories."""

    same: tuple[tuple[Told, Told], ...]
    differing: tuple[tuple[Told, Told, str], ...]  # about the same thing; in what they differ
    only_direct: tuple[Told, ...]
    only_lived: tuple[Told, ...]

    def of(self, least: Severity) -> tuple[int, int]:
        """Return how many incidents of either run that were so loud agree, and how many are."""
        loud = _LOUD[_LOUD.index(least) :]
        agree = sum(one.severity in loud for one, _ in self.same)
        differing = sum(
            one.severity in loud or other.severity in loud for one, other, _ in self.differing
        )
        alone = sum(one.severity in loud for one in (*self.only_direct, *self.only_lived))
        return agree, agree + differing + alone

    @property
    def late_seconds(self) -> list[float]:
        """Return how much later than the direct run the product told of the same."""
        return [lived.opened_seconds - direct.opened_seconds for direct, lived in self.same]


def tell(versions: Iterable[Incident], began: float) -> tuple[Told, ...]:
    """Return each incident of a story that began at a wall clock; those merged are not told."""
    lives: dict[str, list[Incident]] = {}
    for incident in versions:
        lives.setdefault(incident.id, []).append(incident)
    return tuple(
        Told(
            cause=life[-1].cause,
            severity=max((one.severity for one in life), key=_LOUD.index),
            opened_seconds=life[-1].opened_at - began,
            closed_seconds=float("inf")
            if life[-1].closed_at is None
            else life[-1].closed_at - began,
            members=frozenset(member for one in life for member in one.members),
        )
        for life in lives.values()
        if not life[-1].merged_into and life[-1].opened_at >= began
    )


def compare(direct: Iterable[Told], lived: Iterable[Told]) -> Agreement:
    """Match the incidents of two runs of one story, the most alike first."""
    left, right = list(direct), list(lived)
    near = sorted(
        (
            (_apart(one, other), row, column)
            for row, one in enumerate(left)
            for column, other in enumerate(right)
            if _are_about_one_thing(one, other)
        )
    )
    taken_left, taken_right = set[int](), set[int]()
    same: list[tuple[Told, Told]] = []
    differing: list[tuple[Told, Told, str]] = []
    for _, row, column in near:
        if row in taken_left or column in taken_right:
            continue
        taken_left.add(row)
        taken_right.add(column)
        one, other = left[row], right[column]
        if difference := _difference(one, other):
            differing.append((one, other, difference))
        else:
            same.append((one, other))
    return Agreement(
        same=tuple(same),
        differing=tuple(differing),
        only_direct=tuple(one for row, one in enumerate(left) if row not in taken_left),
        only_lived=tuple(one for row, one in enumerate(right) if row not in taken_right),
    )


def together(agreements: Iterable[Agreement]) -> Agreement:
    """Return many stories as one."""
    some = tuple(agreements)
    return Agreement(
        same=tuple(pair for one in some for pair in one.same),
        differing=tuple(pair for one in some for pair in one.differing),
        only_direct=tuple(told for one in some for told in one.only_direct),
        only_lived=tuple(told for one in some for told in one.only_lived),
    )


def _are_about_one_thing(one: Told, other: Told) -> bool:
    lasts = (
        one.opened_seconds <= other.closed_seconds + WITHIN_SECONDS
        and other.opened_seconds <= one.closed_seconds + WITHIN_SECONDS
    )
    return lasts and bool(one.members & other.members)


def _apart(one: Told, other: Told) -> tuple[bool, bool, int, float]:
    """Return how unlike two incidents are, to be sorted by."""
    later = abs(one.opened_seconds - other.opened_seconds)
    differ = bool(_difference(one, other))
    return differ, one.cause != other.cause, -len(one.members & other.members), later


def _difference(one: Told, other: Told) -> str:
    """Say in what the second differs; nothing where they are the same."""
    later = other.opened_seconds - one.opened_seconds
    found = []
    if one.cause is not other.cause:
        found.append(f"cause {other.cause.words}")
    if one.severity is not other.severity:
        found.append(f"severity {other.severity.value}")
    if abs(later) > WITHIN_SECONDS:
        found.append(f"{abs(later):.0f} s {'later' if later > 0 else 'sooner'}")
    return ", ".join(found)
