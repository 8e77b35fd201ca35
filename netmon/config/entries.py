"""Entries: a tree's parts checked against a pydantic model, its complaints put in our words."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, Generic, TypeVar

from pydantic import BaseModel, ValidationError

from netmon.config import tree
from netmon.config.base_models import NamedEntry
from netmon.config.problem import Problem, Report, quote
from netmon.config.tree import Document
from netmon.config.values import NAME_PATTERN

ModelT = TypeVar("ModelT", bound=BaseModel)
NamedT = TypeVar("NamedT", bound=NamedEntry)

# Keys under which people write secrets; what stands there is never shown.
SECRETS: Final = re.compile(
    r"community|communities|pass(word|phrase|wd)?|secret|token|(auth|priv)(_?key)?|key", re.I
)
INLINE: Final = (
    "secrets are never written here; keep it in a file of mode 0400 or a systemd credential and"
    " name that under `credentials` (community_file, systemd)"
)
_QUOTED: Final = re.compile(r"'([^']*)'")
_NAME: Final = re.compile(NAME_PATTERN)


@dataclass(frozen=True, slots=True)
class Item(Generic[ModelT]):
    """One checked entry and where it stands."""

    document: Document
    path: tree.Path
    entry: ModelT


@dataclass(frozen=True, slots=True)
class Reporter:
    """Reports about the parts of one file."""

    document: Document
    report: Report
    discreet: bool = False  # the part holds credentials: values are never shown

    def refuse(self, path: tree.Path, message: str, *, key: bool = False) -> None:
        """Report a mistake."""
        self.report.problems.append(self._problem(path, message, key=key))

    def warn(self, path: tree.Path, message: str) -> None:
        """Report what is no mistake but should not stay so."""
        self.report.warnings.append(self._problem(path, message, key=False))

    def _problem(self, path: tree.Path, message: str, *, key: bool) -> Problem:
        line, column = self.document.place(path, key=key)
        if self.discreet:
            path = path[:2]  # a key deeper down may be a secret itself
        return Problem(
            file=self.document.file,
            line=line,
            column=column,
            where=tree.text_of(path),
            message=message,
        )


def check(model: type[ModelT], value: object, path: tree.Path, reporter: Reporter) -> ModelT | None:
    """Return the value as the model's instance, or report everything that is wrong with it."""
    try:
        return model.model_validate(value)
    except ValidationError as error:
        for fault in error.errors(include_url=False):
            _refuse(fault, model, path, reporter)
        return None


def section(
    documents: list[Document], name: str, report: Report
) -> Iterator[tuple[Reporter, int, Any]]:
    """Yield every item of a list section, file after file."""
    for document in documents:
        value = document.root.get(name)
        reporter = Reporter(document, report)
        if value is None:
            continue
        if not isinstance(value, tree.Sequence):
            reporter.refuse((name,), "must be a list; begin each entry with a dash")
            continue
        for number, item in enumerate(value):
            yield reporter, number, item


def named_section(
    documents: list[Document], name: str, report: Report, *, discreet: bool = False
) -> Iterator[tuple[Reporter, str, Any]]:
    """Yield every entry of a section that maps names; a name given in two files is refused."""
    seen: dict[str, Document] = {}
    for document in documents:
        value = document.root.get(name)
        reporter = Reporter(document, report, discreet=discreet)
        if value is None:
            continue
        if not isinstance(value, tree.Mapping):
            reporter.refuse((name,), "must be a mapping: a name, a colon and its value")
            continue
        for key, item in value.items():
            if key in seen:
                first = f"{seen[key].file}:{seen[key].place((name, key), key=True)[0]}"
                reporter.refuse((name, key), f"is defined in {first} already", key=True)
                continue
            seen[key] = document
            if not _NAME.fullmatch(key):
                reporter.refuse((name, key), f"the name {_pattern(key, reporter)}", key=True)
            yield reporter, key, item


def _refuse(fault: Any, model: type[BaseModel], path: tree.Path, reporter: Reporter) -> None:
    inner: tree.Path = fault["loc"]
    where = (*path, *inner)
    kind: str = fault["type"]
    if kind == "missing":
        reporter.refuse((*where[:-1], str(where[-1])), "is missing")
    elif kind == "extra_forbidden":
        message = _unknown_key(str(inner[-1]), model, inner, reporter)
        reporter.refuse(where, message, key=True)
    else:
        value = fault["input"]
        if value is None:
            reporter.refuse(where, "is empty; give a value or remove the key")
            return
        message = _message(kind, fault, value, reporter)
        shown = isinstance(value, str) and not reporter.discreet and kind not in _SELF_EVIDENT
        reporter.refuse(where, f"{message}; found {quote(value)}" if shown else message)


def _unknown_key(key: str, model: type[BaseModel], inner: tree.Path, reporter: Reporter) -> str:
    known = _keys_at(model, inner[:-1])
    if SECRETS.fullmatch(key) and key not in known:
        return INLINE
    hint = reporter.report.hint(key, known)
    return f"unknown key{hint}"


_SELF_EVIDENT: Final = frozenset({"tuple_type", "model_type", "dict_type", "string_type"})
_TEMPLATES: Final[Mapping[str, str]] = {
    "string_type": "must be text",
    "tuple_type": "must be a list, such as [a, b]",
    "list_type": "must be a list, such as [a, b]",
    "model_type": "must be a mapping, such as {{key: value}}",
    "dict_type": "must be a mapping, such as {{key: value}}",
    "string_too_long": "must have at most {max_length} characters",
    "string_too_short": "must have at least {min_length} characters",
    "too_short": "must have at least {min_length} items, and has {actual_length}",
    "too_long": "must have at most {max_length} items, and has {actual_length}",
    "greater_than": "must be more than {gt:g}",
    "greater_than_equal": "must be {ge:g} or more",
    "less_than": "must be less than {lt:g}",
    "less_than_equal": "must be {le:g} or less",
    "finite_number": "must be a finite number",
    "float_type": "must be a number",
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_parsing_size": "must be a whole number of usual size",
    "float_parsing": "must be a number",
    "bool_parsing": "must be true or false",
    "bool_type": "must be true or false",
}


def _message(kind: str, fault: Any, value: object, reporter: Reporter) -> str:
    context = fault.get("ctx", {})
    if kind in _TEMPLATES:
        return _TEMPLATES[kind].format(**context)
    if kind == "value_error":
        return str(context["error"])
    if kind == "string_pattern_mismatch":
        return _pattern(value, reporter)
    if kind in ("enum", "literal_error"):
        expected = _QUOTED.findall(context["expected"])
        return "must be one of " + ", ".join(expected)
    return str(fault["msg"])


def _pattern(value: object, reporter: Reporter) -> str:
    message = "must begin with a letter or digit and hold at most 64 of A-Z a-z 0-9 . _ / -"
    foreign = next((letter for letter in str(value) if not letter.isascii()), None)
    if foreign is None or reporter.discreet:
        return message
    # A Cyrillic а looks like a Latin a: say what it is.
    name = unicodedata.name(foreign, "an unnamed character")
    return f"{message}; it holds {name} (U+{ord(foreign):04X})"


def _keys_at(model: type[BaseModel], path: tree.Path) -> tuple[str, ...]:
    schema = _schema(model)
    definitions = schema.get("$defs", {})
    here: Any = schema

    def resolved(part: Any) -> Any:
        while "$ref" in part:
            part = definitions[part["$ref"].rsplit("/", 1)[1]]
        for choice in part.get("anyOf", ()):
            choice = resolved(choice)
            if "properties" in choice or "items" in choice:
                return choice
        return part

    for step in path:
        here = resolved(here)
        here = here.get("items", {}) if isinstance(step, int) else here["properties"].get(step, {})
    return tuple(resolved(here).get("properties", ()))


@cache
def _schema(model: type[BaseModel]) -> dict[str, Any]:
    return model.model_json_schema()


def unique(items: list[Item[NamedT]], what: str, report: Report) -> dict[str, Item[NamedT]]:
    """Index items by id; the second of an id is reported and left out."""
    found: dict[str, Item[NamedT]] = {}
    for item in items:
        name = item.entry.id
        if (first := found.setdefault(name, item)) is not item:
            line = first.document.place((*first.path, "id"))[0]
            Reporter(item.document, report).refuse(
                (*item.path, "id"),
                f"duplicate {what} {quote(name)}; the first is in {first.document.file}:{line}",
            )
    return found
