"""Values: what one value in the files may be, and what is said of one that may not.

Each type reads the text of the file, so that words stay words and numbers may have units.
"""

import ipaddress
import re
import unicodedata
from datetime import datetime, time
from pathlib import PurePosixPath
from typing import Annotated, Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    GetJsonSchemaHandler,
    WithJsonSchema,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from netmon.config import country, units

NAME_PATTERN: Final = r"^[A-Za-z0-9][A-Za-z0-9._/-]{0,63}$"
DAY_SECONDS: Final = 86_400.0
SHORTEST_INTERVAL_SECONDS: Final = 0.1
TEXT_LENGTH: Final = 64
_QUOTES: Final = frozenset("\"\\'")

_QUANTITY: Final = {"anyOf": [{"type": "number"}, {"type": "string"}]}


def _words(value: object) -> object:
    if isinstance(value, str):
        if any(unicodedata.category(letter)[0] == "C" for letter in value):
            raise ValueError(
                "holds a control, bidirectional or invisible character; write visible text"
            )
        return unicodedata.normalize("NFC", value.strip())
    return value


def is_interface_name(value: str) -> bool:
    """Tell whether an inventory may call an interface so."""
    is_short = 0 < len(value) <= TEXT_LENGTH
    return is_short and value.isascii() and value.isprintable() and not set(value) & _QUOTES


def _interface_name(value: str) -> str:
    if not is_interface_name(value[:TEXT_LENGTH]):
        raise ValueError("must be the device's ifName: printable ASCII without quotes")
    return value


def _boolean(value: object) -> object:
    if isinstance(value, str):
        if value not in ("true", "false"):
            raise ValueError("must be true or false (YAML 1.2)")
        return value == "true"
    return value


def _address(value: str) -> str:
    try:
        return str(ipaddress.ip_address(value))
    except ValueError:
        raise ValueError(
            "must be a numeric IPv4 or IPv6 address: names are not looked up, since a poll must not"
            " wait for DNS when the network is in trouble"
        ) from None


def _end(value: str) -> str:
    device, separator, name = value.partition(":")
    if not (device and separator and name):
        raise ValueError("must be device:ifName, such as narva-radio:radio1")
    _interface_name(name)
    return value


def _two(value: object) -> object:
    if isinstance(value, list) and len(value) != 2:
        raise ValueError(f"must be two ends, and has {len(value)}")
    return value


def _profile(value: str) -> str:
    if "/" in value or ".." in value:
        raise ValueError("must be the name of a profile, not a path")
    return value


def _file(value: str) -> str:
    if "\0" in value or not PurePosixPath(value).name:
        raise ValueError("must be the path of a file")
    return value


def _band(value: float) -> float:
    if not 0.1e9 <= value <= 300e9:
        raise ValueError(f"must be 0.1 to 300 GHz, and is {value / 1e9:g} GHz; mind the unit")
    return value


def _width(value: float) -> float:
    if not 1e3 <= value <= 10e9:
        raise ValueError(f"must be 1 kHz to 10 GHz, and is {value / 1e6:g} MHz; mind the unit")
    return value


def _interval(value: float) -> float:
    if not SHORTEST_INTERVAL_SECONDS <= value <= DAY_SECONDS:
        raise ValueError(
            f"must be {SHORTEST_INTERVAL_SECONDS:g} s to 1 day, and is {value:g} s; such as 10s"
        )
    return value


class Also:
    """Says in the JSON Schema what else may be written, which a BeforeValidator reads."""

    def __init__(self, *, example: str = "", **schema: Any) -> None:
        self._schema = schema
        self._examples = {"examples": [example]} if example else {}

    def __get_pydantic_json_schema__(
        self, core: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return {"anyOf": [handler(core), self._schema], **self._examples}


def _quantity(dimension: units.Dimension, words: str) -> Any:
    return WithJsonSchema({**_QUANTITY, "description": words, "examples": [dimension.example]})


def _instant(value: object) -> object:
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise ValueError(
            "must be a date and time with its offset (RFC 3339), such as 2026-11-25T10:00:00Z"
            " or 2026-11-25T11:00:00+01:00"
        )
    return moment.timestamp()


def _time_of_day(value: object) -> object:
    match = re.fullmatch(r"([01][0-9]|2[0-3]):([0-5][0-9])(?::([0-5][0-9]))?", str(value))
    if match is None:
        raise ValueError("must be a time of day of 24 hours, such as 06:00 or 22:30")
    hour, minute, second = (int(part) for part in match.groups("0"))
    return time(hour, minute, second)


def _zone(value: object) -> object:
    if not isinstance(value, str) or not re.fullmatch(r"[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+)*", value):
        raise ValueError("must be a time zone of IANA, such as Europe/Warsaw")
    try:
        return ZoneInfo(value)
    except (ZoneInfoNotFoundError, OSError, ValueError):
        raise ValueError(
            "this machine knows no such time zone; write one of IANA, such as Europe/Warsaw"
        ) from None


def _range(value: object) -> object:
    if not isinstance(value, list) or len(value) != 2:
        raise ValueError("must be two frequencies, such as [2.4 GHz, 2.5 GHz]")
    return value


def _dishes(value: object) -> object:
    if isinstance(value, list):
        if len(value) != 2:
            raise ValueError(f"must be one diameter, or two in the order of ends, not {len(value)}")
        return value
    return [value, value]


Name = Annotated[str, Field(pattern=NAME_PATTERN)]
ProfileName = Annotated[Name, AfterValidator(_profile)]
FilePath = Annotated[str, Field(min_length=1, max_length=4096), AfterValidator(_file)]
Words = Annotated[str, BeforeValidator(_words), Field(max_length=TEXT_LENGTH)]
InterfaceName = Annotated[
    str, Field(min_length=1, max_length=TEXT_LENGTH), AfterValidator(_interface_name)
]
End = Annotated[str, Field(min_length=3, max_length=129), AfterValidator(_end)]
Ends = Annotated[
    tuple[End, ...],
    BeforeValidator(_two),
    Field(description="two of device:ifName", json_schema_extra={"minItems": 2, "maxItems": 2}),
]
Address = Annotated[str, Field(max_length=64), AfterValidator(_address)]
Country = Annotated[str, Field(max_length=64), AfterValidator(country.checked)]
Boolean = Annotated[bool, BeforeValidator(_boolean), WithJsonSchema({"type": "boolean"})]
Interval = Annotated[
    float,
    BeforeValidator(units.reader(units.DURATION)),
    AfterValidator(_interval),
    _quantity(units.DURATION, "seconds, or with a unit"),
]
Context = Annotated[str, BeforeValidator(_words), Field(max_length=64)]
Seconds = Annotated[
    float,
    BeforeValidator(units.reader(units.DURATION)),
    Field(gt=0, le=DAY_SECONDS),
    _quantity(units.DURATION, "seconds, or with a unit"),
]
Frequency = Annotated[
    float,
    BeforeValidator(units.reader(units.FREQUENCY)),
    AfterValidator(_band),
    _quantity(units.FREQUENCY, "hertz, or with a unit; 0.1 to 300 GHz"),
]
Width = Annotated[
    float,
    BeforeValidator(units.reader(units.FREQUENCY)),
    AfterValidator(_width),
    _quantity(units.FREQUENCY, "hertz, or with a unit"),
]
Rate = Annotated[
    float,
    BeforeValidator(units.reader(units.RATE)),
    Field(gt=0, le=1e14),
    _quantity(units.RATE, "bits per second, or with a unit"),
]
Length = Annotated[
    float,
    BeforeValidator(units.reader(units.LENGTH)),
    Field(gt=0, le=1e8),
    _quantity(units.LENGTH, "metres, or with a unit"),
]
Altitude = Annotated[
    float,
    BeforeValidator(units.reader(units.LENGTH)),
    Field(ge=-500, le=50_000),
    _quantity(units.LENGTH, "metres above the sea, or with a unit"),
]
Instant = Annotated[
    float,
    BeforeValidator(_instant),
    WithJsonSchema(
        {
            "type": "string",
            "format": "date-time",
            "description": "RFC 3339, with its offset",
            "examples": ["2026-11-25T10:00:00Z"],
        }
    ),
]
TimeOfDay = Annotated[
    time,
    BeforeValidator(_time_of_day),
    WithJsonSchema({"type": "string", "description": "HH:MM", "examples": ["22:00"]}),
]
Zone = Annotated[
    ZoneInfo,
    BeforeValidator(_zone),
    WithJsonSchema(
        {"type": "string", "description": "of IANA", "examples": ["Europe/Warsaw"]},
    ),
]
Level = Annotated[
    float,
    BeforeValidator(units.reader(units.LEVEL)),
    Field(ge=-60, le=140),
    _quantity(units.LEVEL, "dBm, or with the unit"),
]
Angle = Annotated[
    float,
    BeforeValidator(units.reader(units.ANGLE)),
    Field(ge=-180, le=180),
    _quantity(units.ANGLE, "degrees, east positive"),
]
Diameter = Annotated[
    float,
    BeforeValidator(units.reader(units.LENGTH)),
    Field(ge=0.1, le=100),
    _quantity(units.LENGTH, "metres, or with a unit"),
]
Dishes = Annotated[
    tuple[Diameter, Diameter],
    BeforeValidator(_dishes),
    Also(type="string", example="1.2 m"),
]
FrequencyRange = Annotated[
    tuple[Frequency, Frequency],
    BeforeValidator(_range),
    Field(description="lowest and highest, such as [2.4 GHz, 2.5 GHz]"),
]
