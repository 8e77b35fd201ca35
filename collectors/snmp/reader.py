"""Reader: from the octets of one column to the value of a quantity, or to none.

Counters stay raw. Gauges are scaled; sentinels and what is outside the plausible range are absent
(R12). A gauge takes few values, so each reader remembers them: raw → value.
"""

import re
from typing import Final

from collectors.errors import DecodeError
from collectors.snmp.ber import (
    EXCEPTIONS,
    UNSIGNED_OCTETS,
    Tag,
    decode_integer,
    decode_unsigned,
)
from collectors.snmp.profile import Column

MAX_REMEMBERED: Final = 2048
MAX_TEXT_OCTETS: Final = 32
_LEVELS: Final = frozenset({int(Tag.INTEGER), int(Tag.GAUGE32)})
_NUMBER: Final = re.compile(rb"\s*([+-]?[0-9]{1,15}(?:\.[0-9]{1,15})?)\s*[A-Za-z%]{0,8}\s*\Z")


class MistypedError(Exception):
    """A value of another type than the profile says (HS-43)."""


class Reader:
    """Reads one column; shared by all devices of a profile."""

    __slots__ = ("_admitted", "_column", "is_raw", "most_octets", "remembered", "tag")

    def __init__(self, column: Column, *, is_raw: bool = False) -> None:
        self._column = column
        self.tag: Final = int(column.syntax.tag)
        # Firmwares differ in INTEGER and Gauge32, which say the same of a level (not of a counter).
        is_level = not column.quantity.kind.is_counter and self.tag in _LEVELS
        self._admitted: Final = _LEVELS if is_level else frozenset({self.tag})
        self.is_raw: Final = is_raw or (
            column.quantity.kind.is_counter and not column.sentinels and not column.enum
        )
        self.most_octets: Final = UNSIGNED_OCTETS.get(self.tag, 0)
        self.remembered: dict[int, float | None] = {}

    def read(self, tag: int, content: bytes) -> float | None:
        """Return the value; raise MistypedError or DecodeError where the varbind is unsound."""
        if tag in EXCEPTIONS and not content:
            return None
        if tag not in self._admitted:
            raise MistypedError(f"type 0x{tag:02x} where {self._column.syntax} belongs")
        if tag in UNSIGNED_OCTETS:
            raw = decode_unsigned(tag, content)
        elif tag == Tag.INTEGER:
            raw = decode_integer(content)
        else:
            return self._scaled(_number_in(content))
        return raw if self.is_raw else self.value(raw)

    def value(self, raw: int) -> float | None:
        """Return the value of a raw number."""
        try:
            return self.remembered[raw]
        except KeyError:
            return self._learn(raw)

    def _learn(self, raw: int) -> float | None:
        column = self._column
        if column.enum:
            value = column.enum.get(raw)
        elif column.quantity.kind.is_counter:
            value = None if raw in column.sentinels else raw
        else:
            value = self._scaled(raw)
        if len(self.remembered) >= MAX_REMEMBERED:
            self.remembered.clear()
        self.remembered[raw] = value
        return value

    def _scaled(self, raw: float) -> float | None:
        column = self._column
        if raw in column.sentinels:
            return None
        value = raw * column.scale + column.offset
        return value if column.low <= value <= column.high else None


def _number_in(content: bytes) -> float:
    found = _NUMBER.match(content) if len(content) <= MAX_TEXT_OCTETS else None
    if found is None:
        raise DecodeError("text without a number in it")
    return float(found[1])
