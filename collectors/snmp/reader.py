"""Reader: from the octets of one column to the value of a quantity, or to none and why.

Counters stay raw. Gauges are scaled; sentinels and what is outside the plausible range are absent
(R12). A gauge takes few values, so each reader remembers them: raw → value.
"""

import math
import re
import struct
from typing import Final, NamedTuple

from collectors.errors import DecodeError
from collectors.snmp.ber import (
    EXCEPTIONS,
    UNSIGNED_OCTETS,
    Tag,
    decode_integer,
    decode_unsigned,
)
from collectors.snmp.profile import Column, Sign
from collectors.text import clean

MAX_REMEMBERED: Final = 2048
MAX_TEXT_OCTETS: Final = 128
_LEVELS: Final = frozenset({int(Tag.INTEGER), int(Tag.GAUGE32)})
_DIGITS: Final = rb"[+-]?[0-9]{1,15}(?:\.[0-9]{0,15})?(?:[eE][+-]?[0-9]{1,2})?"
_NUMBER: Final = re.compile(rb"\s*(" + _DIGITS + rb")\s*[^0-9\s]{0,8}(?:\s[^0-9\s]{1,4})?\s*\Z")
_NUMBERS: Final = re.compile(rb"(?<![0-9.])" + _DIGITS)
_EXCEPTIONS: Final = {
    int(Tag.NO_SUCH_OBJECT): "no such object",
    int(Tag.NO_SUCH_INSTANCE): "no such instance",
    int(Tag.END_OF_MIB_VIEW): "the end of the MIB",
}
# What devices write in place of a number they do not have; the empty text is one of them.
_NOTHING: Final = frozenset(
    {
        b"",
        b"-",
        b"--",
        b"---",
        b"n/a",
        b"na",
        b"nan",
        b"none",
        b"null",
        b"unknown",
        b"not available",
    }
)
_FLOAT: Final = struct.Struct("<f")
_HALF_32: Final = 2**31
_WRAP_32: Final = 2**32


class MistypedError(Exception):
    """A value of another type than the profile says (HS-43)."""


class Reading(NamedTuple):
    """One value, how it came about, and why it is absent where it is."""

    raw: float | str | None
    scaled: float | None  # raw × scale + offset and nothing else; None for words
    value: float | None
    absent: str = ""


class Remembered(dict[int, float | None]):
    """Raw → value of one reader, for so many raws; asks the reader for one that is new."""

    def __init__(self, reader: "Reader") -> None:
        super().__init__()
        self._reader = reader

    def __missing__(self, raw: int) -> float | None:
        value = self._reader.judged(raw)[1]
        if len(self) >= MAX_REMEMBERED:
            self.clear()
        self[raw] = value
        return value


class Reader:
    """Reads one column; shared by all devices of a profile."""

    __slots__ = ("_admitted", "_column", "is_raw", "most_octets", "remembered", "tag")

    def __init__(self, column: Column, *, is_raw: bool = False) -> None:
        self._column = column
        self.tag: Final = int(column.syntax.tag)
        told = frozenset({self.tag, *(int(each.tag) for each in column.also)})
        # Firmwares differ in INTEGER and Gauge32, which say the same of a level (not of a counter).
        is_level = not column.quantity.kind.is_counter and bool(told & _LEVELS)
        self._admitted: Final = told | _LEVELS if is_level else told
        self.is_raw: Final = is_raw or (
            column.quantity.kind.is_counter
            and not column.sentinels
            and not column.enum
            and all(tag in UNSIGNED_OCTETS for tag in told)
        )
        self.most_octets: Final = UNSIGNED_OCTETS.get(self.tag, 0)
        self.remembered: Final = Remembered(self)

    def read(self, tag: int, content: bytes) -> float | None:
        """Return the value; raise MistypedError or DecodeError where the varbind is unsound."""
        if tag in EXCEPTIONS and not content:
            return None
        raw = self._raw(tag, content)
        if type(raw) is not int:
            return None if raw is None else self.judged(raw)[1]
        return raw if self.is_raw else self.value(raw)

    def value(self, raw: int) -> float | None:
        """Return the value of a raw number."""
        return self.remembered[raw]

    def explain(self, tag: int, content: bytes) -> Reading:
        """Return the same value with how it came about; never raise."""
        if tag in EXCEPTIONS and not content:
            return Reading(None, None, None, _EXCEPTIONS[tag])
        try:
            raw = self._raw(tag, content)
        except (DecodeError, MistypedError) as error:
            text = clean(content) if tag == Tag.OCTET_STRING else None
            return Reading(text, None, None, str(error))
        if raw is None:
            return Reading(clean(content), None, None, "words for none")
        if self.is_raw and not isinstance(raw, str):
            return Reading(raw, raw, raw)
        scaled, value, why = self.judged(raw)
        return Reading(raw, scaled, value, why)

    def _raw(self, tag: int, content: bytes) -> float | str | None:
        """Return the number or the word that the octets are, None for words that mean none."""
        if tag not in self._admitted:
            raise MistypedError(f"type 0x{tag:02x} where {self._column.syntax} belongs")
        if tag in UNSIGNED_OCTETS:
            return decode_unsigned(tag, content)
        if tag == Tag.INTEGER:
            return decode_integer(content)
        if self._column.is_float:
            return _float_in(content)
        if self._column.enum and any(isinstance(key, str) for key in self._column.enum):
            return clean(content[:MAX_TEXT_OCTETS]).casefold()
        text = content.rstrip(b"\0 ") if len(content) <= MAX_TEXT_OCTETS else b"?"
        if text.strip().lower() in _NOTHING:
            return None
        return _number_in(text, self._column.number)

    def judged(self, raw: float | str) -> tuple[float | None, float | None, str]:
        """Return raw scaled, the value, and why there is none."""
        column = self._column
        if isinstance(raw, str):
            value = column.enum.get(raw)
            return (
                None,
                value,
                "" if value is not None else f"not in {_words(column)}",
            )
        scaled = raw * column.scale + column.offset
        if column.is_signed and raw >= _HALF_32:
            raw -= _WRAP_32
        if raw in column.sentinels:
            return scaled, None, "a sentinel: the device says it has none"
        if column.enum:
            value = column.enum.get(int(raw)) if raw == int(raw) else None
            return scaled, value, "" if value is not None else f"not in {_words(column)}"
        if column.quantity.kind.is_counter:
            is_count = raw >= 0 and raw == int(raw)
            return scaled, int(raw) if is_count else None, "" if is_count else "no count"
        value = self._signed(raw)
        if value is None:
            return scaled, None, "no power: a level of minus infinity"
        if column.low <= value <= column.high:
            return scaled, value, ""
        return scaled, None, f"{value:g} is outside the plausible {column.low:g} … {column.high:g}"

    def _signed(self, raw: float) -> float | None:
        """Scale a number, with the sign it must have and on the scale that is wanted."""
        column = self._column
        value = raw * column.scale + column.offset
        if column.is_milliwatts:
            return 10 * math.log10(value) if value > 0 else None
        match column.sign:
            case Sign.NEGATIVE:
                return -abs(value)
            case Sign.POSITIVE:
                return abs(value)
            case _:
                return value


def _words(column: Column) -> str:
    return "enum: " + ", ".join(map(str, column.enum))


def _float_in(content: bytes) -> float | None:
    """Return the number that four octets are; an infinity, or what is no number, means none."""
    if len(content) != _FLOAT.size:
        raise DecodeError(f"{len(content)} octets where a number of {_FLOAT.size} belongs")
    number: float = _FLOAT.unpack(content)[0]
    return number if math.isfinite(number) else None


def _number_in(text: bytes, number: int) -> float:
    """Return the one number of a text, or the one of several that is wanted."""
    if number:
        found = _NUMBERS.findall(text)
        if len(found) < number:
            raise DecodeError(f"text without a number {number} in it")
        return float(found[number - 1])
    one = _NUMBER.match(text)
    if one is None:
        raise DecodeError("text without a number in it")
    return float(one[1])
