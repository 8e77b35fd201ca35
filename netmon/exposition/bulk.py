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


class _Line:
    """How one line of a family is written."""

    def __init__(self, name: str, *, is_integer: bool) -> None:
        self.is_integer = is_integer
        self._name = name
        # repr of a float is the shortest text that reads back as the same number.
        self._end = " %d\n" if is_integer else " %r\n"

    def template(self, labels: Sequence[str], present: NDArray[np.bool_]) -> str:
        """Return the lines of those present, with places for their numbers."""
        name, end = self._name, self._end
        return "".join(
            [
                f"{name}{labels[row].replace('%', '%%')}{end}"
                for row in np.flatnonzero(present).tolist()
            ]
        )


class _Chunk:
    """A few hundred rows of one family: the template of those present.

    The text is kept too once it was the same in two scrapes: so are speeds, states and infos.
    """

    __slots__ = ("_bits", "_present", "_template", "_text")

    def __init__(self) -> None:
        self._bits: NDArray[np.int64] | None = None
        self._present: NDArray[np.bool_] | None = None
        self._template = ""
        self._text: bytes | None = None

    def render(self, line: _Line, labels: Sequence[str], values: Floats) -> bytes:
        bits = values.view(np.int64)
        is_same = self._bits is not None and np.array_equal(bits, self._bits)
        if is_same and self._text is not None:
            return self._text
        self._bits = bits.copy()
        present = np.isfinite(values)
        if self._present is None or not np.array_equal(present, self._present):
            self._present = present
            self._template = line.template(labels, present)
        known = values[present]
        numbers = known.astype(np.int64).tolist() if line.is_integer else known.tolist()
        text = (self._template % tuple(numbers)).encode()
        self._text = text if is_same else None
        return text


class Bulk:
    """All series of one family over one set of labels."""

    def __init__(self, name: str, labels: Sequence[str], *, is_integer: bool) -> None:
        self.labels = labels
        self._line = _Line(name, is_integer=is_integer)
        self._chunks = [_Chunk() for _ in range(0, len(labels), CHUNK_ROWS)]

    def render(self, values: Floats, breathe: Callable[[], None] = no_breath) -> list[bytes]:
        """Return the lines of all series whose value is known; the rest is absent."""
        parts = []
        for index, chunk in enumerate(self._chunks):
            rows = slice(index * CHUNK_ROWS, (index + 1) * CHUNK_ROWS)
            text = chunk.render(self._line, self.labels[rows], values[rows])
            if text:
                parts.append(text)
            breathe()
        return parts
