"""Plain: the plain part of YAML, read line by line, many times as fast as a YAML parser.

Inventories are block mappings and sequences of plain words, numbers and one-line lists; ten
thousand devices of them should not take a minute. `read` answers only where it is sure, and then
exactly as `syntax` does, places included (a property test compares the two); anything else –
a multi-line text, an escape, a tag, a tab, a mistake – is None, and the whole parser decides.
"""

import re
from typing import Final, TypeVar

from netmon.config.tree import Mapping, Place, Sequence, Value

DEPTH: Final = 8  # of one-line lists and mappings
NULLS: Final = frozenset({"", "~", "null", "Null", "NULL"})  # YAML 1.2.2 §10.3.2

# What YAML itself treats in a way of its own, or refuses: tabs, line breaks but \n, controls.
_ODD: Final = re.compile("[^\n -~\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd]")
_LINE: Final = re.compile(
    r"(?P<indent> *)(?P<dash>- +)?(?:(?P<key>[A-Za-z0-9_][A-Za-z0-9_./-]{0,127}):(?: +|$))?"
)
_BLANK: Final = re.compile(r" *(?:#.*)?")
_REST: Final = re.compile(r" *(?: #.*)?")
_WORD: Final = r"(?:[\w/+.°(]|-(?=[\w.]))"
_SCALAR: Final = re.compile(_WORD + r"(?: *(?:[\w.,;/+%@°()=!?&'\"–-]|:(?=[\w./])))*")
_FLOW_SCALAR: Final = re.compile(_WORD + r"(?: *(?:[\w.;/+%@°()=-]|:(?=[\w./])))*")
_QUOTED: Final = re.compile(r"\"([^\"\\]*)\"|'([^']*)'")
_FLOW_KEY: Final = re.compile(r"([A-Za-z0-9_][A-Za-z0-9_./-]{0,127}): +")


ContainerT = TypeVar("ContainerT", Mapping, Sequence)


class _UnsureError(Exception):
    """The rest is for the whole parser."""


def read(text: str) -> tuple[Mapping, int] | None:
    """Return the text's tree and how many values it has, or None where one cannot be sure."""
    if _ODD.search(text):
        return None
    reader = _Reader()
    try:
        begun = False
        for number, line in enumerate(text.split("\n"), 1):
            if _BLANK.fullmatch(line):
                continue
            if begun or line != "---":
                reader.take(number, line)
            begun = True
    except _UnsureError:
        return None
    root = reader.finish()
    return None if root is None else (root, reader.nodes)


class _Reader:
    """The containers that are open, innermost last, each with its indentation."""

    def __init__(self) -> None:
        self._open: list[tuple[int, Mapping | Sequence]] = []
        self._due: tuple[Mapping, str, Place] | None = None  # a key whose value is not here yet
        self._root: Mapping | None = None
        self.nodes = 0

    def finish(self) -> Mapping | None:
        self._settle_empty()
        return self._root

    def take(self, number: int, line: str) -> None:
        """Read one line that is neither blank nor a comment."""
        match = _LINE.match(line)
        assert match is not None  # noqa: S101 - it matches the empty text too
        dash, key = match["dash"], match["key"]
        indent = match.end("indent")
        if dash is not None:
            sequence = self._sequence(indent, number)
            start = match.end("dash")
            if key is None:
                self._append(sequence, *self._value(line, start, number))
                return
            mapping: Mapping = Mapping()
            self.nodes += 1
            self._append(sequence, mapping, (number, start + 1))
            self._open.append((start, mapping))
            indent = start
        elif key is None:
            raise _UnsureError
        else:
            mapping = self._mapping(indent, number)
        if key in mapping or key in NULLS:
            raise _UnsureError
        self.nodes += 1
        key_place = (number, indent + 1)
        start = match.end()
        if _REST.fullmatch(line, start) or line[start] == "#":
            mapping[key] = None  # until its value comes, if one does
            mapping.places[key] = (key_place, key_place)
            self._due = (mapping, key, key_place)
            return
        mapping[key], place = self._value(line, start, number)
        mapping.places[key] = (key_place, key_place if mapping[key] is None else place)

    def _sequence(self, indent: int, number: int) -> Sequence:
        """Return the sequence whose item begins here."""
        if self._due is not None and indent >= self._open[-1][0]:
            return self._begin(Sequence(), indent, number)
        self._settle_empty()
        while self._open and self._open[-1][0] > indent:
            self._open.pop()
        if self._open and self._open[-1][0] == indent:
            holder = self._open[-1][1]
            if isinstance(holder, Sequence):
                return holder
        raise _UnsureError

    def _mapping(self, indent: int, number: int) -> Mapping:
        """Return the mapping whose key stands here."""
        if self._root is None:
            self._root = Mapping()
            self._open.append((indent, self._root))
            self.nodes += 1
            return self._root
        if self._due is not None and indent > self._open[-1][0]:
            return self._begin(Mapping(), indent, number)
        self._settle_empty()
        while self._open and (
            self._open[-1][0] > indent
            or (self._open[-1][0] == indent and isinstance(self._open[-1][1], Sequence))
        ):
            self._open.pop()
        if self._open and self._open[-1][0] == indent:
            holder = self._open[-1][1]
            if isinstance(holder, Mapping):
                return holder
        raise _UnsureError

    def _begin(self, value: ContainerT, indent: int, number: int) -> ContainerT:
        """Open the container that is the value of the key that waits for one."""
        assert self._due is not None  # noqa: S101 - the callers looked
        mapping, key, key_place = self._due
        self._due = None
        mapping[key] = value
        mapping.places[key] = (key_place, (number, indent + 1))
        self._open.append((indent, value))
        self.nodes += 1
        return value

    def _settle_empty(self) -> None:
        if self._due is not None:
            self.nodes += 1
            self._due = None

    def _append(self, sequence: Sequence, value: Value, place: Place) -> None:
        sequence.append(value)
        sequence.places.append(place)

    def _value(self, line: str, start: int, number: int) -> tuple[Value, Place]:
        """Read the value that ends the line."""
        value: Value
        if line[start : start + 1] in ("[", "{"):
            value, end = self._flow(line, start, number, DEPTH)
        else:
            value, end = self._scalar(_SCALAR, line, start)
        if not _REST.fullmatch(line, end):
            raise _UnsureError
        return value, (number, start + 1)

    def _scalar(self, pattern: re.Pattern[str], line: str, start: int) -> tuple[str | None, int]:
        self.nodes += 1
        if match := pattern.match(line, start):
            text = match[0]
            return (None if text in NULLS else text), match.end()
        if match := _QUOTED.match(line, start):
            return match[1] if match[2] is None else match[2], match.end()
        raise _UnsureError

    def _flow(self, line: str, start: int, number: int, depth: int) -> tuple[Value, int]:
        """Read a one-line list or mapping that begins at `start`; return it and where it ends."""
        if depth == 0:
            raise _UnsureError
        opening = line[start : start + 1]
        if opening not in ("[", "{"):
            return self._scalar(_FLOW_SCALAR, line, start)
        self.nodes += 1
        holder: Mapping | Sequence = Sequence() if opening == "[" else Mapping()
        closing = "]" if opening == "[" else "}"
        at = _after_spaces(line, start + 1)
        if line[at : at + 1] == closing:
            return holder, at + 1
        while True:
            at = self._member(holder, line, at, number, depth)
            at = _after_spaces(line, at)
            mark = line[at : at + 1]
            if mark == closing:
                return holder, at + 1
            if mark != ",":
                raise _UnsureError
            at = _after_spaces(line, at + 1)

    def _member(
        self, holder: Mapping | Sequence, line: str, at: int, number: int, depth: int
    ) -> int:
        if isinstance(holder, Sequence):
            value, end = self._flow(line, at, number, depth - 1)
            holder.append(value)
            holder.places.append((number, at + 1))
            return end
        match = _FLOW_KEY.match(line, at)
        if match is None or match[1] in holder or match[1] in NULLS:
            raise _UnsureError
        self.nodes += 1
        value, end = self._flow(line, match.end(), number, depth - 1)
        holder[match[1]] = value
        key_place = (number, at + 1)
        place = key_place if value is None else (number, match.end() + 1)
        holder.places[match[1]] = (key_place, place)
        return end


def _after_spaces(line: str, at: int) -> int:
    while line[at : at + 1] == " ":
        at += 1
    return at
