"""Checkpoint: what detection has learned, as compact bytes that outlive a restart."""

from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any, Final, Protocol
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from netmon.detection.readings import Integers

_FORMAT: Final = 1

Arrays = Mapping[str, NDArray[Any]]


class Memory(Protocol):
    """Something learned, one row per series."""

    def remembered(self) -> tuple[Integers, Arrays]:
        """Return the rows worth keeping, and arrays with one entry for each of them."""

    def copied(self) -> "Memory":
        """Return a copy that later lessons do not touch."""

    def resume(self, rows: Integers, arrays: Arrays) -> None:
        """Take back what another life remembered of these rows; KeyError where it is not there."""


# Name, the key of each row, and what is remembered of it.
Groups = Sequence[tuple[str, Sequence[str], Memory]]


def freeze_dry(groups: Groups) -> bytes:
    """Pack what is remembered, with the keys of its rows, into compact bytes (npz, no pickle)."""
    packed: dict[str, NDArray[Any]] = {"format": np.array([_FORMAT])}
    for name, keys, memory in groups:
        rows, arrays = memory.remembered()
        packed[f"{name}.keys"] = np.array([keys[int(row)] for row in rows], dtype=np.str_)
        packed |= {f"{name}.{part}": array for part, array in arrays.items()}
    buffer = BytesIO()
    np.savez_compressed(buffer, **packed)  # type: ignore[arg-type]
    return buffer.getvalue()


def thaw(groups: Groups, blob: bytes) -> int:
    """Give the rows of `groups` their history back; return how many found theirs.

    Bytes of another version, or damaged ones, restore nothing: a baseline can be learned again.
    """
    try:
        with np.load(BytesIO(blob), allow_pickle=False) as stored:
            if int(stored["format"][0]) != _FORMAT:
                return 0
            packed = {name: stored[name] for name in stored.files}
        return sum(_thaw_one(name, keys, memory, packed) for name, keys, memory in groups)
    except (BadZipFile, EOFError, IndexError, KeyError, OSError, ValueError):
        return 0


def _thaw_one(name: str, keys: Sequence[str], memory: Memory, packed: Arrays) -> int:
    stored = packed.get(f"{name}.keys")
    if stored is None:
        return 0
    place = {key: row for row, key in enumerate(keys)}
    pairs = [(place[str(key)], at) for at, key in enumerate(stored) if str(key) in place]
    if not pairs:
        return 0
    rows, at = (np.array(side, dtype=np.int64) for side in zip(*pairs, strict=True))
    prefix = f"{name}."
    memory.resume(
        rows,
        {
            part.removeprefix(prefix): array[at]
            for part, array in packed.items()
            if part.startswith(prefix) and part != f"{name}.keys"
        },
    )
    return len(pairs)
