"""Splits: what may be looked at when, and a refusal where two sides share a group.

Rows of one link, file or seed resemble each other so much that a random split of rows measures
memory: a random forest scores F1 0.99 on polls of known files and flags every benign poll of new
ones. So a side is made of whole groups, and of a part of the time as well.
"""

from collections.abc import Collection, Hashable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

DEVELOPMENT: Final = range(100)
VALIDATION: Final = range(100, 150)
HELD_BACK: Final = range(1000, 1200)


class SharedGroupError(Exception):
    """A group stands on both sides of a split."""


class HeldBackError(Exception):
    """A seed was asked for that only the final scorer may open."""


def refuse_shared(development: Collection[Hashable], held_out: Collection[Hashable]) -> None:
    """Raise SharedGroupError if a group id stands on both sides."""
    shared = sorted(map(str, set(development) & set(held_out)))
    if shared:
        raise SharedGroupError(
            f"{len(shared)} groups stand on both sides of the split, such as {shared[0]}:"
            " a side is made of whole links, files or seeds"
        )


def seeds(wanted: Collection[int], *, final_scoring: bool = False) -> tuple[int, ...]:
    """Return the seeds in order. Raises HeldBackError for those kept for the final scorer."""
    held_back = sorted(set(wanted) & set(HELD_BACK))
    if held_back and not final_scoring:
        raise HeldBackError(
            f"seed {held_back[0]} belongs to the final scoring (1000–1199), opened once a release:"
            " development has 0–99, validation 100–149"
        )
    return tuple(sorted(wanted))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LinkAndTime:
    """Development links in the first half of the time, held-out links in the second."""

    development: NDArray[np.int64]
    held_out: NDArray[np.int64]


def by_link(links: int, seed: int) -> LinkAndTime:
    """Split links into two halves; the caller splits the time."""
    order = np.random.default_rng(seed).permutation(links)
    made = LinkAndTime(
        development=np.sort(order[: links // 2]), held_out=np.sort(order[links // 2 :])
    )
    refuse_shared(made.development.tolist(), made.held_out.tolist())
    return made
