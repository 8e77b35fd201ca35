"""Drills: named stories as files, for a network operation centre to train with.

A file says what happens on the demo's border, when, and what should be found of it. Times are in
seconds of the drill. `event` is the name of an event's class, its other keys are that class's
fields; a position is [latitude, longitude].
"""

import dataclasses
import types
import typing
from collections.abc import Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from collectors import yaml
from netmon.simulation import events
from netmon.simulation.events import Event
from netmon.simulation.skies import RainField
from netmon.simulation.story import Expected, Story
from netmon.verdict import Cause, Subject, SubjectKind
from topology.errors import NetworkError
from topology.model import Carrier, Position, SiteId

FOLDER: Final = Path(__file__).parent / "scenarios"
SHORTEST_SECONDS: Final = 60.0
KINDS: Final[Mapping[str, type]] = {
    kind.__name__: kind for kind in typing.get_args(events.Event) if kind is not RainField
}


class DrillError(Exception):
    """A drill that cannot be held; the text names the file and what would be right."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Drill:
    """One scenario: what it is about, for people, and its story."""

    name: str
    title: str
    about: str
    story: Story


def names() -> tuple[str, ...]:
    """Return the drills that come with netmon."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.yaml")))


def load(name: str, folder: Path = FOLDER) -> Drill:
    """Return a drill by name; raises DrillError naming the file, the place and what is wrong."""
    path = folder / f"{name}.yaml"
    if name not in {each.stem for each in folder.glob("*.yaml")}:
        known = ", ".join(sorted(each.stem for each in folder.glob("*.yaml")))
        raise DrillError(f"there is no drill {name!r}; there are {known}")
    try:
        tree = yaml.plain(path.read_text(encoding="utf-8"))
    except yaml.YamlError as error:
        raise DrillError(f"{path.name}: {error}") from error
    try:
        return _drill(name, tree)
    except (KeyError, TypeError, ValueError, NetworkError) as error:
        words = f"lacks {error}" if isinstance(error, KeyError) else str(error)
        raise DrillError(f"{path.name}: {words}") from error


def _drill(name: str, tree: Any) -> Drill:
    if not isinstance(tree, dict):
        raise TypeError("a drill is a mapping with title, about, seconds, events and expected")
    seconds = float(tree["seconds"])
    if not seconds >= SHORTEST_SECONDS:
        raise ValueError(f"seconds must be {SHORTEST_SECONDS:g} or more, not {seconds:g}")
    story = Story(
        name=name,
        length_seconds=seconds,
        events=tuple(_event(at, each) for at, each in enumerate(tree["events"], start=1)),
        expected=tuple(_expected(each) for each in tree["expected"]),
    )
    return Drill(name=name, title=tree["title"], about=tree["about"], story=story)


def _event(at: int, given: Mapping[str, Any]) -> Event:
    kind = KINDS.get(given["event"])
    if kind is None:
        raise ValueError(
            f"event {at}: no event {given['event']!r}; there are {', '.join(sorted(KINDS))}"
        )
    hints = typing.get_type_hints(kind)
    unknown = [key for key in given if key != "event" and key not in hints]
    if unknown:
        raise ValueError(f"event {at}: {kind.__name__} has {', '.join(hints)}; not {unknown[0]!r}")
    fields = {
        key: _value(f"event {at}: {key}", hints[key], value)
        for key, value in given.items()
        if key != "event"
    }
    try:
        made: Event = kind(**fields)
    except TypeError as error:
        raise ValueError(f"event {at}: {error}") from error
    return made


def _value(where: str, hint: Any, given: Any) -> Any:
    """Return a value as the field wants it."""
    origin = typing.get_origin(hint)
    if origin in (types.UnionType, typing.Union):
        inner = [each for each in typing.get_args(hint) if each is not type(None)]
        return None if given is None else _value(where, inner[0], given)
    if origin is tuple:
        if not isinstance(given, Sequence) or isinstance(given, str):
            raise ValueError(f"{where} must be a list")
        return tuple(_value(where, typing.get_args(hint)[0], each) for each in given)
    if hint is Position:
        latitude, longitude = given
        return Position(latitude_deg=float(latitude), longitude_deg=float(longitude))
    if hint is Carrier:
        return Carrier(frequency_hz=float(given["frequency_hz"]), width_hz=float(given["width_hz"]))
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return hint(given)
    if hint is float:
        return float(given)
    return given


def _expected(given: Mapping[str, Any]) -> Expected:
    known = {each.name for each in dataclasses.fields(Expected)} | {"any_of", "includes"}
    unknown = set(given) - known
    if unknown:
        raise ValueError(f"expected: {', '.join(sorted(unknown))} means nothing here")
    return Expected(
        title=given["title"],
        cause=Cause(given["cause"]),
        start_seconds=float(given["start_seconds"]),
        end_seconds=float(given["end_seconds"]),
        latest_seconds=float(given["latest_seconds"]),
        any_of=_subjects(given["any_of"]),
        includes=_subjects(given.get("includes", ())),
        around=tuple(SiteId(site) for site in given.get("around", ())),
        must_not=tuple(Cause(cause) for cause in given.get("must_not", ())),
    )


def _subjects(given: Sequence[str]) -> tuple[Subject, ...]:
    """Read `link fo-vilnius-tartu`, `site narva`, `device narva-rt1`."""
    made = []
    for each in given:
        kind, _, identity = each.partition(" ")
        made.append(Subject(SubjectKind(kind), identity))
    return tuple(made)
