"""Agreement: what only two keys of a column together can get wrong, as a table of rules."""

from collections.abc import Callable, Iterator
from typing import Final

from collectors.quantity import QUANTITIES, Kind, Scope
from collectors.snmp.profile import Column, Index, Register, Sign, Syntax

# What devices count in beside our units, and the scale that makes ours of it.
_MULTIPLES: Final = {
    "kHz": ("Hz", 1e3),
    "MHz": ("Hz", 1e6),
    "GHz": ("Hz", 1e9),
    "kbit/s": ("bit/s", 1e3),
    "Mbit/s": ("bit/s", 1e6),
    "km": ("m", 1e3),
    "mV": ("V", 1e-3),
    "mA": ("A", 1e-3),
    "mW": ("W", 1e-3),
    "ms": ("s", 1e-3),
    "ns": ("s", 1e-9),
    "%": ("1", 1e-2),
}


def disagreements(column: Column, *, unit: str | None) -> Iterator[str]:
    """Yield what is wrong with a column; `unit` is what the file declares."""
    for is_wrong, message in _RULES:
        if is_wrong(column):
            yield message.format(quantity=column.quantity.name)
    ours = column.quantity.unit
    if unit is not None and unit != (ours or "1"):
        said = f"unit: {unit} is not that of {column.quantity.name}: {ours or '1'}"
        yield said + _scale(unit, ours)
    guard = column.absent_if and QUANTITIES[column.absent_if]
    if guard and (guard.scope is not column.quantity.scope or guard.kind is not Kind.GAUGE):
        yield f"absent_if: {guard.name} must be a gauge of the same scope"


def _scale(unit: str, ours: str) -> str:
    base, scale = _MULTIPLES.get(unit, ("", 1.0))
    return f"; with scale: {scale:g} it is" if base == ours else ""


def _is_device(column: Column) -> bool:
    return column.quantity.scope is Scope.DEVICE


def _is_counter(column: Column) -> bool:
    return column.quantity.kind.is_counter


def _syntaxes(column: Column) -> tuple[Syntax, ...]:
    return (column.syntax, *column.also)


def _is_text(column: Column) -> bool:
    return Syntax.OCTETS in _syntaxes(column)


def _has_words(column: Column) -> bool:
    return any(isinstance(raw, str) for raw in column.enum)


_COUNTS: Final = {Syntax.COUNTER32, Syntax.COUNTER64, Syntax.GAUGE32, Syntax.INTEGER}
_Rule = tuple[Callable[[Column], bool], str]
_RULES: Final[tuple[_Rule, ...]] = (
    (
        lambda c: _is_device(c) and (c.index is not Index.SCALAR or c.interface is not None),
        "{quantity} belongs to the device: index scalar, no interface",
    ),
    (
        lambda c: not _is_device(c) and c.index is Index.SCALAR and c.interface is None,
        "{quantity} belongs to an interface: name it (its ifName, a carrier or a component)",
    ),
    (
        lambda c: c.index is not Index.SCALAR and c.interface is not None,
        "interface is only for index scalar",
    ),
    (
        lambda c: _is_counter(c) and (c.scale != 1.0 or c.offset != 0.0 or c.is_milliwatts),
        "a counter is kept raw: no scale, no offset",
    ),
    (
        lambda c: (
            c.quantity.kind in (Kind.COUNTER32, Kind.COUNTER64)
            and (c.syntax is Syntax.INTEGER or not set(_syntaxes(c)) <= _COUNTS)
        ),
        "a counter's type is counter32, counter64 or gauge32",
    ),
    (
        lambda c: _is_counter(c) != (c.register is not Register.GAUGE),
        "register: {quantity} is a gauge or a counter by itself, and no other",
    ),
    (
        lambda c: c.register is Register.INTERVAL and c.quantity.kind is not Kind.REGISTER,
        "register: interval is only for counts of performance monitoring",
    ),
    (
        lambda c: (c.number > 0 or _has_words(c)) and not _is_text(c),
        "a number in a text, or words in enum, need type octets",
    ),
    (
        lambda c: c.is_float and (c.number > 0 or _has_words(c) or not _is_text(c)),
        "float32 is for type octets, without number and words",
    ),
    (
        lambda c: c.is_signed and not set(_syntaxes(c)) & {Syntax.GAUGE32, Syntax.COUNTER32},
        "signed is for gauge32 and counter32: an integer has its sign",
    ),
    (
        lambda c: c.is_milliwatts and c.quantity.unit != "dBm",
        "milliwatts is for quantities in dBm",
    ),
    (
        lambda c: (
            bool(c.enum) and (c.scale != 1.0 or c.offset != 0.0 or c.sign is not Sign.AS_SAID)
        ),
        "enum gives the values themselves: no scale, no offset, no sign",
    ),
    (
        lambda c: any(not c.low <= value <= c.high for value in c.enum.values()),
        "enum has a value outside low … high of {quantity}",
    ),
    (lambda c: c.low > c.high, "low is above high"),
    (lambda c: c.scale == 0.0, "scale: 0 makes every value the same"),
)
