"""Tree: a YAML file as plain dicts, lists and text that remember where each part stands.

Scalars stay text (None for an empty or null one): the schema knows what each must be, so that the
country code NO never becomes false and the name 007 never becomes 7.
"""

from collections.abc import Sequence as AnySequence
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import Final

Path = tuple[str | int, ...]
Place = tuple[int, int]  # line and column, from 1
START: Final[Place] = (1, 1)


class Mapping(dict[str, "Value"]):
    """A mapping; `places` holds key → (place of the key, place of the value)."""

    __slots__ = ("places",)

    def __init__(self) -> None:
        super().__init__()
        self.places: dict[str, tuple[Place, Place]] = {}


class Sequence(list["Value"]):
    """A sequence; `places` holds each item's place."""

    __slots__ = ("places",)

    def __init__(self) -> None:
        super().__init__()
        self.places: list[Place] = []


Value = Mapping | Sequence | str | None


def text_of(path: AnySequence[str | int]) -> str:
    """Write a path as people do: `links[3].ends[1]`."""
    words = ""
    for part in path:
        if isinstance(part, int):
            words += f"[{part}]"
        elif part.isprintable() and part.isascii() and len(part) <= 64:
            words += f".{part}" if words else part
        else:
            words += f".{part[:64]!a}"
    return words


@dataclass(frozen=True, slots=True)
class Document:
    """One file's tree."""

    file: FilePath
    root: Mapping

    def place(self, path: AnySequence[str | int], *, key: bool = False) -> Place:
        """Return where the path's value stands (or its key); of what is missing, its parent."""
        place, value = START, self.root
        last = len(path) - 1
        for depth, part in enumerate(path):
            here: Value = value
            if isinstance(here, Mapping) and isinstance(part, str) and part in here.places:
                key_place, value_place = here.places[part]
                place = key_place if key and depth == last else value_place
                value = here[part]  # type: ignore[assignment]
            elif isinstance(here, Sequence) and isinstance(part, int) and part < len(here):
                place = here.places[part]
                value = here[part]  # type: ignore[assignment]
            else:
                break
        return place
