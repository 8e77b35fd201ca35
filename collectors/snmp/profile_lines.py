"""Lines: where in a profile's file a fault stands."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from collectors import yaml
from collectors.yaml import Event, Kind

Step = str | int
Where = tuple[Step, ...]


@dataclass(slots=True)
class Faults:
    """What is wrong, and where in the document."""

    found: list[tuple[Where, str]] = field(default_factory=list)

    def add(self, where: Where, message: str) -> None:
        """Note a fault at a place."""
        self.found.append((where, message))


def located(faults: Iterable[tuple[Where, str]], text: str) -> list[tuple[int, str]]:
    """Return faults with their places in words and their lines in the text, from 1."""
    lines = dict(_places(yaml.events(text)))
    return [(_line(where, lines), f"{_written(where)}{message}") for where, message in faults]


def _line(where: Where, lines: dict[Where, int]) -> int:
    """Return the line of the innermost thing that is there."""
    return next(
        (lines[where[:depth]] for depth in range(len(where), 0, -1) if where[:depth] in lines), 1
    )


def _written(where: Where) -> str:
    """Return a place as people write it, with a colon: `columns[3].oid: `."""
    text = ""
    for step in where:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return f"{text}: " if text else ""


@dataclass(slots=True)
class _Level:
    """One open mapping or sequence."""

    kind: Kind
    key: str | None = None  # of a mapping, while its value is awaited
    count: int = 0


def _places(events: Iterator[Event]) -> Iterator[tuple[Where, int]]:
    """Yield every key and item with its line."""
    levels: list[_Level] = []
    for event in events:
        if event.kind is Kind.END:
            levels.pop()
            _close(levels)
        elif event.kind is not Kind.DOCUMENT:
            inner = levels[-1] if levels else None
            if inner is not None and inner.kind is Kind.MAPPING and inner.key is None:
                inner.key = event.text
                yield _where(levels), event.line
                continue
            if inner is not None and inner.kind is Kind.SEQUENCE:
                yield _where(levels), event.line
            if event.kind in (Kind.MAPPING, Kind.SEQUENCE):
                levels.append(_Level(event.kind))
            else:
                _close(levels)


def _where(levels: list[_Level]) -> Where:
    return tuple(
        level.count if level.kind is Kind.SEQUENCE else level.key or "" for level in levels
    )


def _close(levels: list[_Level]) -> None:
    """Go on behind a value."""
    if levels:
        levels[-1].count += 1
        levels[-1].key = None
