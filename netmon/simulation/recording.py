"""Recording: a walk of a real device in snmpsim's format, as objects an agent serves.

A line is `OID|type|value`; the type is the BER tag in decimal, with an x behind it where the value
is in hexadecimal. What has no meaning here (variation modules, unknown types) is left out.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from collectors.snmp.ber import Oid, Tag, parse_oid
from collectors.snmp.message import Value

MAX_FILE_OCTETS: Final = 64 * 1024 * 1024
SYS_UP_TIME: Final[Oid] = (1, 3, 6, 1, 2, 1, 1, 3, 0)
_NUMBERS: Final = {
    "2": Tag.INTEGER,
    "65": Tag.COUNTER32,
    "66": Tag.GAUGE32,
    "67": Tag.TIMETICKS,
    "70": Tag.COUNTER64,
}
_TEXTS: Final = {"4": Tag.OCTET_STRING, "64": Tag.IP_ADDRESS, "68": Tag.OPAQUE}
_UPTIME_TICKS: Final = 8_640_000  # a day, for recordings without one


class RecordingError(Exception):
    """A file that is no recording; the text says why."""


def read_recording(path: Path) -> Mapping[Oid, Value]:
    """Return the objects of a recording, with a sysUpTime where it is missing."""
    try:
        if path.stat().st_size > MAX_FILE_OCTETS:
            raise RecordingError(f"{path}: larger than {MAX_FILE_OCTETS} octets")
        lines = path.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError as error:
        raise RecordingError(f"{path}: {error.strerror}") from error
    objects = dict(found for line in lines if (found := _object(line)) is not None)
    if not objects:
        raise RecordingError(f"{path}: no line of it is OID|type|value, as snmpsim records")
    ticks = objects.get(SYS_UP_TIME)
    if ticks is None or ticks.tag != Tag.TIMETICKS:
        objects[SYS_UP_TIME] = Value(Tag.TIMETICKS, _UPTIME_TICKS)
    return objects


def _object(line: str) -> tuple[Oid, Value] | None:
    parts = line.split("|", 2)
    if len(parts) != 3:
        return None
    try:
        oid = parse_oid(parts[0])
        value = _value(parts[1], parts[2])
    except ValueError:
        return None
    return None if value is None else (oid, value)


def _value(kind: str, text: str) -> Value | None:
    plain = kind.removesuffix("x")
    is_hexadecimal = plain != kind
    if plain in _NUMBERS:
        return Value(_NUMBERS[plain], int(text, 16 if is_hexadecimal else 10))
    if plain in _TEXTS:
        return Value(_TEXTS[plain], _octets(plain, text, is_hexadecimal))
    if plain == "6":
        return Value(Tag.OBJECT_IDENTIFIER, parse_oid(text))
    return None


def _octets(kind: str, text: str, is_hexadecimal: bool) -> bytes:
    if is_hexadecimal:
        return bytes.fromhex(text)
    if kind == "64":
        return bytes(int(part) for part in text.split("."))
    return text.encode("utf-8", errors="surrogateescape")
