"""Options: what a question may be given, as text from a command line or an address."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

Values = Mapping[str, Any]


class PlanningError(Exception):
    """A question that cannot be answered as it was asked; the message says what would be right."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One option: its name, what its text becomes, and what it is without any."""

    name: str
    help: str
    read: Callable[[str], Any]
    metavar: str = "TEXT"
    default: Any = None
    is_list: bool = False  # may be given several times
    is_required: bool = False
    choices: tuple[str, ...] = ()


MOST_VALUES: Final = 1000  # of one option


def text(name: str, help_: str, **more: Any) -> Option:
    """Make an option that is an id or a word."""
    return Option(name=name, help=help_, read=_word, **more)


def number(name: str, help_: str, low: float, high: float, **more: Any) -> Option:
    """Make an option that is a number between two others, both included."""

    def read(given: str) -> float:
        try:
            value = float(given)
        except ValueError:
            value = math.nan
        if not low <= value <= high:
            raise ValueError(f"must be a number from {low:g} to {high:g}")
        return value

    return Option(name=name, help=help_, read=read, metavar=more.pop("metavar", "N"), **more)


def whole(name: str, help_: str, low: int, high: int, **more: Any) -> Option:
    """Make an option that is a whole number between two others, both included."""

    def read(given: str) -> int:
        if not (given.isascii() and given.isdecimal() and len(given) < 12):
            raise ValueError(f"must be a whole number from {low} to {high}")
        value = int(given)
        if not low <= value <= high:
            raise ValueError(f"must be a whole number from {low} to {high}")
        return value

    return Option(name=name, help=help_, read=read, metavar="N", **more)


def choice(name: str, help_: str, choices: Sequence[str], **more: Any) -> Option:
    """Make an option that is one of a few words."""

    def read(given: str) -> str:
        if given not in choices:
            raise ValueError(f"must be one of {', '.join(choices)}")
        return given

    return Option(name=name, help=help_, read=read, metavar="WORD", choices=tuple(choices), **more)


def assumed(name: str, noun: str, default: float) -> Option:
    """Make the option of what an element's availability is taken to be where nobody has told."""
    return number(name, f"availability of a {noun} that nobody told of", 0.0, 1.0, default=default)


def values(options: Sequence[Option], given: Mapping[str, Sequence[str]]) -> Values:
    """Read what was given; every fault at once, none of them repeats what was given.

    Raises PlanningError.
    """
    known = {option.name for option in options}
    faults = [
        f"unknown option; known here: {', '.join(sorted(known)) or 'none'}"
        for name in given
        if name not in known
    ][:1]
    found: dict[str, Any] = {}
    for option in options:
        texts = given.get(option.name, ())
        try:
            found[option.name] = _value(option, texts)
        except ValueError as error:
            faults.append(f"{option.name} {error}")
    if faults:
        raise PlanningError("; ".join(faults))
    return found


def _value(option: Option, texts: Sequence[str]) -> Any:
    if option.is_required and not texts:
        raise ValueError("must be given")
    if len(texts) > (MOST_VALUES if option.is_list else 1):
        raise ValueError(f"is given at most {MOST_VALUES if option.is_list else 1} times")
    read = tuple(option.read(one) for one in texts)
    if option.is_list:
        return read
    return read[0] if read else option.default


def _word(given: str) -> str:
    if not 0 < len(given) <= 200 or not given.isprintable():
        raise ValueError("must be 1 to 200 printable characters")
    return given
