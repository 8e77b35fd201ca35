"""Keys of a profile's file, in tables that the check, the JSON Schema and the docs follow."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from collectors.quantity import QUANTITIES
from collectors.snmp.profile import Index, Register, Sign, Syntax
from collectors.snmp.profile_shapes import (
    CONDITIONS,
    ENUM,
    FLAG,
    NAMES,
    NUMBER,
    OID,
    PART,
    PLACE,
    TEXT,
    Shape,
    list_of,
    word_of,
)

DRAFT: Final = "https://json-schema.org/draft/2020-12/schema"
TITLE: Final = "netmon profile"
MAX_COLUMNS: Final = 400
NAME: Final = r"^[a-z0-9][a-z0-9-]{0,39}$"


@dataclass(frozen=True, slots=True)
class Key:
    """One key: its shape and what it says."""

    shape: Shape
    help: str
    is_required: bool = False


Keys = Mapping[str, Key]


def _quantity(value: Any) -> str:
    if value not in QUANTITIES:
        raise ValueError(f"{value!r} is none of the quantities in docs/profiles.md")
    return str(value)


_QUANTITY: Final = Shape({"enum": list(QUANTITIES)}, _quantity)
_NUMBERS: Final = list_of(NUMBER)
_SYNTAXES: Final = list_of(word_of(Syntax))

MATCH: Final[Keys] = {
    "sysobjectid": Key(list_of(OID), "beginnings of sysObjectID, one of which is the device's"),
    "sysdescr": Key(list_of(TEXT), "texts, one of which sysDescr has in it"),
    "has": Key(list_of(OID), "objects or subtrees, for devices whose system group says nothing"),
}

ROWS: Final[Keys] = {
    "name": Key(
        TEXT,
        "pattern of the rows' names: `{1}` `{-1}` parts of the index, `{index}`, `{text}`, "
        "`{mac}`, `{label}`, `{interface}`; default: `{interface}`, else `{label}`, else the "
        "name of the rows and the index",
    ),
    "names": Key(NAMES, "rows with a name of their own: index → name"),
    "interface_part": Key(PART, "the part of the index that is an ifIndex"),
    "interface_from": Key(OID, "the column of the same index that holds an ifIndex or an ifName"),
    "label_from": Key(OID, "the column that holds the text for `{label}`"),
    "label_parts": Key(list_of(PART), "the parts of our index that are the label's; default: all"),
    "only_if": Key(CONDITIONS, "columns of the same index → raw values; rows with others are left"),
    "magnitude_from": Key(OID, "the column with the row's EntitySensorDataScale (RFC 3433)"),
    "precision_from": Key(OID, "the column with how many decimal places the row's values have"),
    "whole_from": Key(OID, "the column with what the row's value is a part of: makes it a ratio"),
}

COLUMN: Final[Keys] = {
    "quantity": Key(_QUANTITY, "what it is; one of the quantities below", is_required=True),
    "oid": Key(OID, "the object, without the index where `index` is not scalar", is_required=True),
    "type": Key(
        _SYNTAXES,
        "what the agent answers with, and then the types of other firmwares; of a level INTEGER "
        "and Gauge32 are the same; `octets` is a text",
        is_required=True,
    ),
    "index": Key(
        TEXT,
        f"`{Index.SCALAR}` (default), `{Index.INTERFACE}` (ifIndex follows), or a name in `rows`",
    ),
    "interface": Key(TEXT, "the ifName, carrier or component that a scalar belongs to"),
    "unit": Key(TEXT, "the unit of raw × scale + offset; must be the quantity's own"),
    "scale": Key(NUMBER, "value = raw × scale + offset; default 1"),
    "offset": Key(NUMBER, "default 0"),
    "sign": Key(
        word_of(Sign),
        f"`{Sign.NEGATIVE}` where the device leaves a minus out; `{Sign.POSITIVE}`: it adds one",
    ),
    "signed": Key(FLAG, "true: raw numbers from 2^31 are negative ones written without a sign"),
    "float32": Key(FLAG, "true: the octets are a number of IEEE 754, the lowest octet first"),
    "milliwatts": Key(FLAG, "true: raw × scale + offset are milliwatts, the value is in dBm"),
    "number": Key(PLACE, "which number of a text with several, or with words before it; from 1"),
    "sentinels": Key(_NUMBERS, "raw numbers that mean: none"),
    "low": Key(NUMBER, "the lowest plausible value; default: the quantity's"),
    "high": Key(NUMBER, "the highest plausible value; default: the quantity's"),
    "enum": Key(ENUM, "raw numbers, or words whatever their case → values; others are absent"),
    "register": Key(
        word_of(Register),
        "default: as the quantity is; `interval` says that a performance register begins anew",
    ),
    "absent_if": Key(
        _QUANTITY, "a quantity of the same interface; while it is 1 this one is absent"
    ),
}


def _rows(value: Any) -> Any:
    return value


PROFILE: Final[Keys] = {
    "name": Key(Shape({"type": "string", "pattern": NAME}, TEXT.read), "the file's name", True),
    "description": Key(TEXT, "for which devices"),
    "source": Key(TEXT, "the MIB or RFC that says so", is_required=True),
    "match": Key(Shape({"$ref": "#/$defs/match"}, _rows), "how a device is recognised"),
    "extends": Key(list_of(TEXT), "profiles whose columns come first"),
    "rows": Key(
        Shape({"type": "object", "additionalProperties": {"$ref": "#/$defs/rows"}}, _rows),
        "how rows of the vendor's tables become interfaces, carriers and components",
    ),
    "columns": Key(
        Shape(
            {"type": "array", "items": {"$ref": "#/$defs/column"}, "maxItems": MAX_COLUMNS}, _rows
        ),
        "the objects that are read",
    ),
}


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of a profile's file."""
    return {
        "$schema": DRAFT,
        "title": TITLE,
        **_object(PROFILE),
        "$defs": {"match": _object(MATCH), "rows": _object(ROWS), "column": _object(COLUMN)},
    }


def _object(keys: Keys) -> dict[str, Any]:
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            name: {**key.shape.schema, "description": key.help} for name, key in keys.items()
        },
        "required": [name for name, key in keys.items() if key.is_required],
    }
