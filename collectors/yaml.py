"""YAML: the text of a YAML 1.2 file as plain values or as events; the door of ruamel.yaml.

In YAML 1.2 the country code NO stays a word. Events are for whoever wants to say where in the file
something stands; with them nothing of YAML is ever constructed.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, Final

from ruamel.yaml import YAML
from ruamel.yaml import events as ruamel
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.reader import ReaderError

# The parser meets hostile text; what it may raise apart from its own errors, found by fuzzing.
PARSER_FAULTS: Final = (
    ValueError,
    TypeError,
    AttributeError,
    LookupError,
    AssertionError,
    ArithmeticError,
    NotImplementedError,
    RecursionError,
)


class YamlError(Exception):
    """The text is not YAML; where it stops to be, counted from 1, and in whose words."""

    def __init__(self, line: int, column: int, words: str) -> None:
        super().__init__(f"line {line}, column {column}: {words}")
        self.line, self.column, self.words = line, column, words


class Kind(Enum):
    """What an event of the parser is."""

    DOCUMENT = auto()
    MAPPING = auto()
    SEQUENCE = auto()
    END = auto()  # of a mapping or a sequence
    SCALAR = auto()
    ALIAS = auto()


_KINDS: Final[dict[type, Kind]] = {
    ruamel.DocumentStartEvent: Kind.DOCUMENT,
    ruamel.MappingStartEvent: Kind.MAPPING,
    ruamel.SequenceStartEvent: Kind.SEQUENCE,
    ruamel.MappingEndEvent: Kind.END,
    ruamel.SequenceEndEvent: Kind.END,
    ruamel.ScalarEvent: Kind.SCALAR,
    ruamel.AliasEvent: Kind.ALIAS,
}


@dataclass(frozen=True, slots=True)
class Event:
    """One event of the parser, where it stands counted from 1."""

    kind: Kind
    line: int
    column: int
    text: str = ""  # of a scalar
    is_plain: bool = False  # a scalar without quotes
    tag: str | None = None  # as written; "!" alone says nothing


def events(text: str) -> Iterator[Event]:
    """Yield what the text consists of. Raises YamlError where it is not YAML."""
    with _faults_named(text):
        for event in YAML(typ="safe", pure=True).parse(text):
            kind = _KINDS.get(type(event))
            if kind is not None:
                yield _event(kind, event)


def plain(text: str) -> Any:
    """Return the text's one document as dicts, lists and scalars. Raises YamlError."""
    with _faults_named(text):
        return YAML(typ="safe", pure=True).load(text)


@contextmanager
def _faults_named(text: str) -> Iterator[None]:
    try:
        yield
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (1, 1) if mark is None else (mark.line + 1, mark.column + 1)
        words = error.problem or error.context or "this is not YAML"
        raise YamlError(line, column, words) from None
    except ReaderError as error:
        before = text[: error.position]
        line, column = before.count("\n") + 1, error.position - before.rfind("\n")
        words = "a control character, which YAML does not allow; remove it"
        raise YamlError(line, column, words) from None
    except (YAMLError, *PARSER_FAULTS):
        raise YamlError(1, 1, "this is not YAML") from None


def _event(kind: Kind, event: Any) -> Event:
    mark = event.start_mark
    if kind is Kind.SCALAR:
        text, is_plain = event.value, event.style is None
        return Event(kind, mark.line + 1, mark.column + 1, text, is_plain, _tag(event))
    tag = _tag(event) if kind in (Kind.MAPPING, Kind.SEQUENCE) else None
    return Event(kind, mark.line + 1, mark.column + 1, tag=tag)


def _tag(event: Any) -> str | None:
    return None if event.tag is None else str(event.tag)
