"""Naming: from the index of a table's row to the name of an interface, carrier or component.

A name is written as a pattern: `{1}` … are parts of the index from the left and `{-1}` … from the
right, `{index}` is all of it, `{text}` the index read as characters (with or without a length in
front), `{mac}` its last six parts as a hardware address, `{label}` the text of a column,
`{interface}` the name of the interface the row belongs to.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

Suffix = tuple[int, ...]

_FIELD: Final = re.compile(r"\{([^{}]*)\}")
_WORDS: Final = frozenset({"index", "text", "mac", "label", "interface"})
_PART: Final = re.compile(r"-?[1-9][0-9]?\Z")
_MAC_OCTETS: Final = 6


class UnnamedError(Exception):
    """A row that has not what its name is made of."""


@dataclass(frozen=True)
class RowName:
    """A pattern, and the rows that have a name of their own."""

    pattern: str
    given: Mapping[Suffix, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for word in _FIELD.findall(self.pattern):
            if word not in _WORDS and not _PART.match(word):
                known = ", ".join(f"{{{each}}}" for each in sorted(_WORDS))
                raise ValueError(f"{{{word}}} is none of {{1}}, {{-1}}, {known}")
        if not self.pattern:
            raise ValueError("an empty name")

    def uses(self, word: str) -> bool:
        """Tell whether the pattern has this field."""
        return word in _FIELD.findall(self.pattern)

    def of(self, suffix: Suffix, *, label: str = "", interface: str = "") -> str:
        """Return the name of a row; raise UnnamedError if what it is made of is missing."""
        if suffix in self.given:
            return self.given[suffix]
        words = {"label": label, "interface": interface}

        def fill(match: re.Match[str]) -> str:
            word = match[1]
            found = words[word] if word in words else _of_index(word, suffix)
            if not found:
                raise UnnamedError(f"{{{word}}} of row {dotted(suffix)}")
            return found

        return _FIELD.sub(fill, self.pattern)

    def suffix_of(self, name: str) -> Suffix | None:
        """Return the row that has this name, where the index can be told from it."""
        for suffix, known in self.given.items():
            if known == name:
                return suffix
        found = self._one_part.fullmatch(name) if self._one_part else None
        return (int(found[1]),) if found else None

    @cached_property
    def _one_part(self) -> re.Pattern[str] | None:
        """The pattern backwards, if the index is one number and all there is to the name."""
        if _FIELD.findall(self.pattern) not in (["1"], ["-1"], ["index"]):
            return None
        before, _, after = _FIELD.split(self.pattern)
        return re.compile(f"{re.escape(before)}([1-9][0-9]*|0){re.escape(after)}")


def _of_index(word: str, suffix: Suffix) -> str:
    if word == "index":
        return dotted(suffix)
    if word == "text":
        return _text(suffix)
    if word == "mac":
        octets = suffix[-_MAC_OCTETS:]
        is_sound = len(octets) == _MAC_OCTETS and all(0 <= octet < 256 for octet in octets)
        return ":".join(f"{octet:02x}" for octet in octets) if is_sound else ""
    place = int(word)
    place -= place > 0
    return str(suffix[place]) if -len(suffix) <= place < len(suffix) else ""


def _text(suffix: Suffix) -> str:
    """Read an index as characters; what is no visible ASCII makes no name."""
    has_length = len(suffix) > 1 and suffix[0] == len(suffix) - 1
    octets = suffix[1:] if has_length else suffix
    if not all(0x20 <= octet < 0x7F for octet in octets):
        return ""
    return bytes(octets).decode("ascii").strip()


def dotted(suffix: Suffix) -> str:
    """Return an index as it stands in an OID."""
    return ".".join(map(str, suffix))
