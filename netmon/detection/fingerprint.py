"""Fingerprint: all that a verdict rests on, per row, as one number; unchanged, the verdict stands.

Made for all rows at once, so that an outage costs a cycle only what has changed in it. Two
different states of a row have the same fingerprint once in 2⁶⁴ times.
"""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from netmon.detection.readings import Integers

Marks = NDArray[np.uint64]
_ODD: Final = np.uint64(0x9E37_79B9_7F4A_7C15)  # 2⁶⁴ divided by the golden ratio (Knuth vol. 3)
_SHIFT: Final = np.uint64(29)


def blank(rows: int) -> Marks:
    """Return the fingerprints of rows of which nothing is known."""
    return np.zeros(rows, dtype=np.uint64)


def blend(marks: Marks, *columns: NDArray[Any]) -> Marks:
    """Return fingerprints that also depend on these columns: flags, whole or real numbers."""
    for column in columns:
        if column.dtype.itemsize == 8:
            numbers = np.ascontiguousarray(column).view(np.uint64)
        else:
            numbers = column.astype(np.uint64)
        marks = (marks ^ numbers) * _ODD
        marks ^= marks >> _SHIFT
    return marks


def add_to(sums: Marks, rows: Integers, marks: Marks) -> None:
    """Add what belongs to each of `rows` up, in any order; rows of −1 belong nowhere."""
    known = rows >= 0
    np.add.at(sums, rows[known], marks[known])


def picked(marks: Marks, rows: Integers) -> Marks:
    """Return the fingerprints at rows, 0 where the row is −1."""
    if not len(marks):
        return blank(len(rows))
    return np.where(rows >= 0, marks[rows], np.uint64(0))
