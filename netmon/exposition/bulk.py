"""Bulk: many series of one family as text, quickly (docs/decisions/0031-cached-label-text.md).

Names and labels are cached as a template; a scrape only fills in the numbers. Work is cut into
chunks of a fraction of a millisecond, since a thread in one long call keeps the event loop waiting.
"""

import time
from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

CHUNK_ROWS: Final = 512
_WORK_SECONDS: Final = 0.001  # then the event loop may have the interpreter
_PAUSE_SECONDS: Final = 5e-5  # a sleep of zero would take it back before the loop wakes

Floats = NDArray[np.float64]


class Breath:
    """Lets other threads run now and then."""

    def __init__(self) -> None:
        self._since = time.perf_counter()

    def take(self) -> None:
        """Pause shortly if the last pause is a while ago."""
        if time.perf_counter() - self._since > _WORK_SECONDS:
            time.sleep(_PAUSE_SECONDS)
            self._since = time.perf_counter()


def no_breath() -> None:
    """Never pause: for rendering in the caller's own thread."""


class _Chunk:
    """A few hundred rows: the template of those present, and the text of their last values."""

    __slots__ = ("_bits", "_present", "_rows", "_template", "_text")

    def __init__(self, rows: Sequence[str]) -> None:
        self._rows = rows
        self._bits: NDArray[np.int64] | None = None
        self._present: NDArray[np.bool_] | None = None
        self._template = ""
        self._text = b""

    def render(self, values: Floats, *, is_integer: bool) -> bytes:
        bits = values.view(np.int64)
        if self._bits is not None and np.array_equal(bits, self._bits):
            return self._text
        self._bits = bits.copy()
        present = np.isfinite(values)
        if self._present is None or not np.array_equal(present, self._present):
            self._present = present
            self._template = "".join([self._rows[row] for row in np.flatnonzero(present).tolist()])
        known = values[present]
        numbers = known.astype(np.int64).tolist() if is_integer else known.tolist()
        self._text = (self._template % tuple(numbers)).encode()
        return self._text


class Bulk:
    """All series of one family over one set of labels."""

    def __init__(self, name: str, labels: Sequence[str], *, is_integer: bool) -> None:
        self.labels = labels
        self._is_integer = is_integer
        # repr of a float is the shortest text that reads back as the same number.
        form = "%d" if is_integer else "%r"
        name = name.replace("%", "%%")
        rows = [f"{name}{label.replace('%', '%%')} {form}\n" for label in labels]
        self._chunks = [
            _Chunk(rows[start : start + CHUNK_ROWS]) for start in range(0, len(rows), CHUNK_ROWS)
        ]

    def render(self, values: Floats, breathe: Callable[[], None] = no_breath) -> list[bytes]:
        """Return the lines of all series whose value is known; the rest is absent."""
        parts = []
        for index, chunk in enumerate(self._chunks):
            start = index * CHUNK_ROWS
            text = chunk.render(values[start : start + CHUNK_ROWS], is_integer=self._is_integer)
            if text:
                parts.append(text)
            breathe()
        return parts
