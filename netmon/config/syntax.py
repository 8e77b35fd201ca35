"""Syntax: the text of a YAML 1.2 file to a tree.

Only what an inventory needs: one document of mappings, sequences and scalars. Aliases (a few lines
of them can unfold to gigabytes), tags (`!!python/object` runs code in careless loaders) and keys
that are not text are refused. The parser's events are used, so nothing of YAML is ever constructed.
"""

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from collectors.yaml import Event, Kind, YamlError, events
from netmon.config import plain
from netmon.config.problem import Problem, Report, quote
from netmon.config.tree import START, Document, Mapping, Place, Sequence, Value

PLAIN_OCTETS: Final = 1_000_000
LARGE_OCTETS: Final = 64_000_000
DEPTH: Final = 16  # the schema needs 6
NODES: Final = 100_000  # without `large`
TOO_MANY: Final = f"has more than {NODES} values; allow it with --large, or split it"


class _SyntaxError(Exception):
    """The rest of the file cannot be read."""

    def __init__(self, place: Place, message: str) -> None:
        super().__init__(message)
        self.place = place
        self.message = message


def read_text(file: Path, *, large: bool, report: Report) -> str | None:
    """Return a file's text, or report why it cannot be read."""

    def refuse(message: str, place: Place = (0, 0)) -> None:
        report.problems.append(
            Problem(file=file, line=place[0], column=place[1], where="", message=message)
        )

    mode = 0
    limit = LARGE_OCTETS if large else PLAIN_OCTETS
    try:
        # To open a pipe that nobody writes to would wait for ever.
        with open(file, "rb", opener=_without_waiting) as stream:
            mode = os.fstat(stream.fileno()).st_mode
            if stat.S_ISFIFO(mode):
                refuse("is a pipe; give a file, which a reload can read again")
                return None
            raw = stream.read(limit + 1)
    except OSError as error:
        refuse(f"cannot be read: {error.strerror or type(error).__name__}")
        return None
    except ValueError:  # a NUL in the name
        refuse("cannot be read: this is not a file name")
        return None
    if len(raw) > limit:
        hint = "split it in several files" if large else "allow it with --large, or split it"
        refuse(f"is larger than {limit // 1_000_000} MB; {hint}")
        return None
    if stat.S_ISREG(mode) and mode & stat.S_IWOTH:
        words = "can be changed by everyone on this machine; chmod o-w it"
        report.warnings.append(Problem(file=file, line=0, column=0, where="", message=words))
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        column = error.start - raw.rfind(b"\n", 0, error.start)
        refuse("is not UTF-8 text; save it as UTF-8", (line, column))
        return None


def _without_waiting(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NONBLOCK)


def parse(text: str, file: Path, *, large: bool, report: Report) -> Document:
    """Return the text's tree; syntax mistakes are reported and leave the rest out."""
    nodes = None if large else NODES
    read = plain.read(text)
    if read is None:
        return parse_whole(text, file, nodes=nodes, report=report)
    root, count = read
    if nodes is not None and count > nodes:
        _Builder(file, report, nodes).refuse(START, TOO_MANY)
        root = Mapping()
    return Document(file, root)


def parse_whole(text: str, file: Path, *, nodes: int | None, report: Report) -> Document:
    """Do the same for any YAML, slowly."""
    builder = _Builder(file, report, nodes)
    try:
        root = builder.build(events(text))
    except _SyntaxError as fault:
        builder.refuse(fault.place, fault.message)
        root = None
    except YamlError as fault:
        hint = "; indent with spaces, never with tabs" if "'\\t'" in fault.words else ""
        builder.refuse((fault.line, fault.column), f"syntax: {clean(fault.words)}{hint}")
        root = None
    if root is not None and not isinstance(root, Mapping):
        builder.refuse(START, "must be a mapping of sections: settings, sites, devices, links …")
        root = None
    return Document(file, Mapping() if root is None else root)


def clean(words: str) -> str:
    """Make another's words safe to show."""
    return "".join(letter if letter.isprintable() else " " for letter in str(words))[:200]


class _Builder:
    """Makes a tree of events."""

    def __init__(self, file: Path, report: Report, nodes: int | None) -> None:
        self._file = file
        self._report = report
        self._nodes_left = nodes
        self._stack: list[tuple[Mapping | Sequence, Place]] = []
        self._key: list[
            tuple[str, Place] | None
        ] = []  # of each open mapping, while its value is due
        self._root: Value = None

    def refuse(self, place: Place, message: str) -> None:
        self._report.problems.append(
            Problem(file=self._file, line=place[0], column=place[1], where="", message=message)
        )

    def build(self, given: Iterator[Event]) -> Value:
        documents = 0
        for event in given:
            place = (event.line, event.column)
            if event.kind is Kind.SCALAR:
                self._scalar(event, place)
            elif event.kind in (Kind.MAPPING, Kind.SEQUENCE):
                self._open(event, place)
            elif event.kind is Kind.END:
                self._close()
            elif event.kind is Kind.ALIAS:
                raise _SyntaxError(place, "aliases (*name) are not used here; write the value out")
            else:
                documents += 1
                if documents > 1:
                    message = "one file holds one document; put the rest in a file of its own"
                    raise _SyntaxError(place, message)
        return self._root

    def _open(self, event: Event, place: Place) -> None:
        self._admit(event, place)
        if len(self._stack) >= DEPTH:
            raise _SyntaxError(place, f"is nested deeper than {DEPTH} levels")
        value = Mapping() if event.kind is Kind.MAPPING else Sequence()
        if self._stack and isinstance(self._stack[-1][0], Mapping) and self._key[-1] is None:
            raise _SyntaxError(place, "a key must be a word")
        self._stack.append((value, place))
        self._key.append(None)

    def _close(self) -> None:
        value, place = self._stack.pop()
        self._key.pop()
        self._put(value, place)

    def _scalar(self, event: Event, place: Place) -> None:
        self._admit(event, place)
        text: str | None = event.text
        if event.is_plain and text in plain.NULLS:
            text = None
        if self._stack and isinstance(self._stack[-1][0], Mapping) and self._key[-1] is None:
            self._key[-1] = ("" if text is None else text, place)
            return
        self._put(text, place)

    def _put(self, value: Value, place: Place) -> None:
        if not self._stack:
            self._root = value
            return
        holder, _ = self._stack[-1]
        if isinstance(holder, Sequence):
            holder.append(value)
            holder.places.append(place)
            return
        entry = self._key[-1]
        assert entry is not None  # noqa: S101 - _open and _scalar see to it
        key, key_place = entry
        self._key[-1] = None
        if key in holder:
            first = holder.places[key][0][0]
            self.refuse(key_place, f"duplicate key {quote(key)}; it stands in line {first} already")
            return
        holder[key] = value
        holder.places[key] = (key_place, key_place if value is None else place)

    def _admit(self, event: Event, place: Place) -> None:
        if event.tag not in (None, "!"):
            raise _SyntaxError(place, "tags (!name) are not used here; write the plain value")
        if self._nodes_left is not None:
            self._nodes_left -= 1
            if self._nodes_left < 0:
                raise _SyntaxError(place, TOO_MANY)
