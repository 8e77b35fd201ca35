"""Cover: the cheapest set of pieces that covers everything, and what could stand in for each."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from topology.resilience.loss import Kind

EXACT_UP_TO: Final = 12  # things to cover together: 4,096 sets of them


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Something that covers some of the things, as bits, at a cost."""

    name: tuple[Kind, int]
    covers: int
    cost: float


def cheapest(count: int, pieces: Sequence[Piece]) -> Iterator[tuple[Piece, ...]]:
    """Yield the pieces of a cheapest cover of `count` things, each followed by its stand-ins.

    A stand-in covers all that only this piece covers; it comes with pieces dearer than itself or
    before them: the cheapest is first. Parts that no piece joins are covered apart; a part of
    more than a dozen things by the greedy rule, whose cover costs at most 1 + ln n times the
    least (Chvátal 1979).
    """
    for part, own in _parts(count, pieces):
        chosen = _exact(part, own) if part.bit_count() <= EXACT_UP_TO else _greedy(part, own)
        for piece in chosen:
            needed = part
            for other in chosen:
                if other is not piece:
                    needed &= ~other.covers
            standing = [each for each in own if needed & ~each.covers == 0 and each not in chosen]
            yield tuple(sorted([piece, *standing], key=lambda each: (each.cost, each.name)))


def _parts(count: int, pieces: Sequence[Piece]) -> list[tuple[int, list[Piece]]]:
    """Split things into parts that share no piece."""
    parts: list[tuple[int, list[Piece]]] = []
    for piece in pieces:
        joined, own = piece.covers, [piece]
        apart = []
        for mask, members in parts:
            if mask & joined:
                joined |= mask
                own = members + own
            else:
                apart.append((mask, members))
        parts = [*apart, (joined, own)]
    return parts


def _exact(part: int, pieces: Sequence[Piece]) -> list[Piece]:
    """Return a cheapest cover: for every set of covered things the cheapest way to it."""
    best: dict[int, tuple[float, tuple[Piece, ...]]] = {0: (0.0, ())}
    pending = [0]
    while pending:
        covered = min(pending, key=lambda mask: best[mask][0])
        pending.remove(covered)
        cost, chosen = best[covered]
        if covered == part:
            return list(chosen)
        lowest = (part & ~covered) & -(part & ~covered)
        for piece in pieces:
            if piece.covers & lowest:
                onwards, price = covered | piece.covers, cost + piece.cost
                if onwards not in best or price < best[onwards][0] - 1e-12:
                    if onwards not in best or onwards not in pending:
                        pending.append(onwards)
                    best[onwards] = (price, (*chosen, piece))
    return []


def _greedy(part: int, pieces: Sequence[Piece]) -> list[Piece]:
    """Take what covers most for its cost until all is covered; leave out what was not needed."""
    left, chosen = part, []
    while left:
        piece = min(
            (each for each in pieces if each.covers & left),
            key=lambda each: (each.cost / (each.covers & left).bit_count(), each.name),
        )
        chosen.append(piece)
        left &= ~piece.covers
    for piece in sorted(chosen, key=lambda each: -each.cost):
        others = 0
        for other in chosen:
            others |= 0 if other is piece else other.covers
        if part & ~others == 0:
            chosen.remove(piece)
    return chosen
