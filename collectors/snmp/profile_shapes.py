"""Shapes of the values in a profile's file: how each is read, and its JSON Schema."""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final

from collectors.snmp.ber import Oid, parse_oid
from collectors.snmp.naming import Suffix, dotted
from collectors.text import clean

MAX_LISTED: Final = 200
_OID: Final = r"^\.?[0-2](\.[0-9]{1,10}){1,127}$"


@dataclass(frozen=True, slots=True)
class Shape:
    """One shape: `read` returns the value or raises ValueError saying what would be right."""

    schema: Mapping[str, Any]
    read: Callable[[Any], Any]


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError("must be a text")
    return value


def _number(value: Any) -> float:
    if not _is_number(value):
        raise ValueError(f"{value!r} is not a finite number")
    return float(value)


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"{value!r} is neither true nor false")
    return value


def _oid(value: Any) -> Oid:
    return parse_oid(str(value))


def _part(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not value or abs(value) > 32:
        raise ValueError(f"{value!r} is no part of an index (1 … left, -1 … right)")
    return value


def _place(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= 16:
        raise ValueError(f"{value!r} is not the place of a number in a text: 1 to 16")
    return value


def _key(value: Any) -> int | str:
    """Read a raw value that stands in a list: a whole number, or a word whatever its case."""
    if isinstance(value, str) and value.strip():
        return clean(value.encode()).casefold()
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise ValueError(f"{value!r} is neither a whole number nor a word (quote true, false and null)")


def _enum(value: Any) -> Mapping[int | str, float]:
    if not isinstance(value, dict) or not value:
        raise ValueError("must map raw whole numbers, or words, to numbers")
    read = {_key(raw): _number(meaning) for raw, meaning in value.items()}
    if len({type(raw) for raw in read}) > 1:
        raise ValueError("must map either numbers or words, not both")
    return MappingProxyType(read)


def _conditions(value: Any) -> Mapping[Oid, frozenset[int | str]]:
    if not isinstance(value, dict) or not value:
        raise ValueError("must map columns (OIDs) to lists of the raw values that count")
    return MappingProxyType(
        {_oid(oid): frozenset(_listed(_key)(values)) for oid, values in value.items()}
    )


def _suffix(value: Any) -> Suffix:
    text = str(value)
    if not re.fullmatch(r"[0-9]{1,10}(\.[0-9]{1,10}){0,31}", text):
        raise ValueError(f"{value!r} is no index of a row")
    return tuple(map(int, text.split(".")))


def _names(value: Any) -> Mapping[Suffix, str]:
    if not isinstance(value, dict) or not value:
        raise ValueError("must map indexes of rows to names")
    read = {_suffix(index): _text(name) for index, name in value.items()}
    if len(set(read.values())) < len(read):
        twice = next(dotted(i) for i, name in read.items() if list(read.values()).count(name) > 1)
        raise ValueError(f"two rows have the name of row {twice}")
    return MappingProxyType(read)


def _listed(one: Callable[[Any], Any]) -> Callable[[Any], tuple[Any, ...]]:
    def read(value: Any) -> tuple[Any, ...]:
        values = value if isinstance(value, list) else [value]
        if len(values) > MAX_LISTED:
            raise ValueError(f"must be at most {MAX_LISTED}")
        return tuple(one(each) for each in values)

    return read


def word_of(kind: type[StrEnum]) -> Shape:
    """Return the shape of one of several words."""

    def read(value: Any) -> StrEnum:
        try:
            return kind(str(value))
        except ValueError:
            raise ValueError(f"{value!r} is none of {', '.join(kind)}") from None

    return Shape({"enum": [each.value for each in kind]}, read)


def list_of(shape: Shape) -> Shape:
    """Return the shape of one or a list of them."""
    many = {"type": "array", "items": dict(shape.schema), "minItems": 1, "maxItems": MAX_LISTED}
    return Shape({"anyOf": [dict(shape.schema), many]}, _listed(shape.read))


_RAW: Final[dict[str, Any]] = {"type": ["integer", "string"]}
TEXT: Final = Shape({"type": "string", "minLength": 1}, _text)
NUMBER: Final = Shape({"type": "number"}, _number)
FLAG: Final = Shape({"type": "boolean"}, _flag)
OID: Final = Shape({"type": "string", "pattern": _OID}, _oid)
PART: Final = Shape({"type": "integer", "minimum": -32, "maximum": 32, "not": {"const": 0}}, _part)
PLACE: Final = Shape({"type": "integer", "minimum": 1, "maximum": 16}, _place)
NAMES: Final = Shape({"type": "object", "additionalProperties": {"type": "string"}}, _names)
ENUM: Final = Shape({"type": "object", "additionalProperties": {"type": "number"}}, _enum)
CONDITIONS: Final = Shape(
    {
        "type": "object",
        "additionalProperties": {"anyOf": [_RAW, {"type": "array", "items": _RAW, "minItems": 1}]},
    },
    _conditions,
)
