"""Profile: which OIDs of a vendor mean which of our quantities.

A profile is data in YAML (`profiles/`, or a path of the user's own). It is compiled into request
bytes by `plan` and served backwards by the simulation; it holds no code and no opinion.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, TypeVar

from collectors import yaml
from collectors.errors import ProfileError
from collectors.quantity import QUANTITIES, Quantity, Scope
from collectors.snmp.ber import Oid, Tag, parse_oid

BUILTIN: Final = Path(__file__).parent / "profiles"
MAX_FILE_OCTETS: Final = 256 * 1024
MAX_COLUMNS: Final = 200
Member = TypeVar("Member", bound=StrEnum)
SYS_UP_TIME: Final = parse_oid("1.3.6.1.2.1.1.3.0")


class Index(StrEnum):
    """How an OID is completed."""

    SCALAR = "scalar"  # it is complete, with its .0 or the one row that matters
    INTERFACE = "interface"  # ifIndex follows


class Syntax(StrEnum):
    """The type an agent must answer with; any other makes the value absent."""

    INTEGER = "integer"
    GAUGE32 = "gauge32"
    COUNTER32 = "counter32"
    COUNTER64 = "counter64"
    TIMETICKS = "timeticks"
    OCTETS = "octets"  # a number written as text, such as "-40.5 dBm"

    @property
    def tag(self) -> Tag:
        """The BER tag of it."""
        return _TAGS[self]


_TAGS: Final = {
    Syntax.INTEGER: Tag.INTEGER,
    Syntax.GAUGE32: Tag.GAUGE32,
    Syntax.COUNTER32: Tag.COUNTER32,
    Syntax.COUNTER64: Tag.COUNTER64,
    Syntax.TIMETICKS: Tag.TIMETICKS,
    Syntax.OCTETS: Tag.OCTET_STRING,
}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Column:
    """One quantity and the OID that holds it: value = raw × scale + offset, unless a sentinel."""

    quantity: Quantity
    oid: Oid
    index: Index
    syntax: Syntax
    interface: str | None = None  # the ifName a scalar radio value belongs to
    scale: float = 1.0
    offset: float = 0.0
    low: float
    high: float
    sentinels: frozenset[float] = frozenset()  # raw values that mean "none"
    enum: Mapping[int, float] = field(default_factory=dict)  # raw → value; others are absent


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """How a device is recognised."""

    sysobjectid: tuple[Oid, ...] = ()
    sysdescr: str = ""

    def fits(self, sysobjectid: Oid, sysdescr: str) -> bool:
        """Tell whether a device that says this of itself is meant."""
        if not self.sysobjectid and not self.sysdescr:
            return False
        by_oid = any(sysobjectid[: len(prefix)] == prefix for prefix in self.sysobjectid)
        return (by_oid or not self.sysobjectid) and self.sysdescr in sysdescr


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """One vendor's device, its columns with those of the profiles it extends first."""

    name: str
    description: str
    source: str  # the MIB or RFC the OIDs come from
    match: Match
    extends: tuple[str, ...]
    columns: tuple[Column, ...]

    def column(self, quantity: str) -> Column:
        """Return the column of a quantity (the last one that names it wins)."""
        for column in reversed(self.columns):
            if column.quantity.name == quantity:
                return column
        raise KeyError(quantity)


@cache
def profiles() -> Mapping[str, Profile]:
    """Return the profiles that come with netmon, by name."""
    found: dict[str, Profile] = {}
    for path in sorted(BUILTIN.glob("*.yaml")):
        profile = load_profile(path)
        if profile.name != path.stem:
            raise ProfileError(f"{path.name}: name is {profile.name!r}, must be the file's name")
        found[profile.name] = profile
    return MappingProxyType(found)


def load_profile(source: str | Path) -> Profile:
    """Return the profile of a built-in name or a path, or a ProfileError naming every fault."""
    path = _find(source)
    document = _read(path)
    faults: list[str] = []
    profile = _build(document, path, faults)
    if faults or profile is None:
        raise ProfileError("\n".join(f"{path.name}: {fault}" for fault in faults))
    return profile


def _find(source: str | Path) -> Path:
    if isinstance(source, Path):
        return source
    if "/" in source or source.endswith((".yaml", ".yml")):
        return Path(source)
    path = BUILTIN / f"{source}.yaml"
    if not path.is_file():
        known = ", ".join(sorted(each.stem for each in BUILTIN.glob("*.yaml")))
        raise ProfileError(f"unknown profile {source!r}; known are {known}, or give a path")
    return path


def _read(path: Path) -> dict[str, Any]:
    try:
        if path.stat().st_size > MAX_FILE_OCTETS:
            raise ProfileError(f"{path.name}: larger than {MAX_FILE_OCTETS} octets")
        document = yaml.plain(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YamlError) as error:
        raise ProfileError(f"{path.name}: {error}") from error
    if not isinstance(document, dict):
        raise ProfileError(f"{path.name}: must be a mapping with name, source and columns")
    return document


_KEYS: Final = {"name", "description", "source", "match", "extends", "columns"}


def _build(document: dict[str, Any], path: Path, faults: list[str]) -> Profile | None:
    _refuse_unknown(document, _KEYS, "", faults)
    name = _text(document, "name", "", faults)
    source = _text(document, "source", "", faults)
    extends = _extends(document, name, faults)
    columns = [column for parent in extends for column in parent.columns]
    rows = document.get("columns", [])
    if not isinstance(rows, list) or len(rows) > MAX_COLUMNS:
        faults.append(f"columns: must be a list of at most {MAX_COLUMNS}")
        return None
    for number, row in enumerate(rows):
        column = _column(row, f"columns[{number}]", faults)
        if column is not None:
            columns.append(column)
    columns = _overridden(columns)
    if not any(column.oid == SYS_UP_TIME for column in columns):
        faults.append("columns: sysUpTime (uptime_seconds) is missing; extend if-mib")
    match = _match(document.get("match", {}), faults)
    if faults:
        return None
    return Profile(
        name=name,
        description=str(document.get("description", "")),
        source=source,
        match=match,
        extends=tuple(parent.name for parent in extends),
        columns=tuple(columns),
    )


def _overridden(columns: list[Column]) -> list[Column]:
    """Keep the last of the columns that fill the same cell: an extension refines its parent."""
    kept = {(column.quantity.name, column.index, column.interface): column for column in columns}
    return list(kept.values())


def _extends(document: dict[str, Any], name: str, faults: list[str]) -> list[Profile]:
    parents = document.get("extends", [])
    if not isinstance(parents, list) or not all(isinstance(parent, str) for parent in parents):
        faults.append("extends: must be a list of profile names")
        return []
    if name in parents:
        faults.append(f"extends: {name!r} cannot extend itself")
        return []
    loaded: list[Profile] = []
    for parent in parents:
        try:
            loaded.append(load_profile(parent))
        except ProfileError as error:
            faults.append(f"extends: {error}")
        except RecursionError:
            faults.append(f"extends: {parent!r} leads back to this profile")
    return loaded


def _match(given: object, faults: list[str]) -> Match:
    if not isinstance(given, dict):
        faults.append("match: must be a mapping of sysobjectid and sysdescr")
        return Match()
    _refuse_unknown(given, {"sysobjectid", "sysdescr"}, "match.", faults)
    prefixes: list[Oid] = []
    listed = given.get("sysobjectid", [])
    for text in listed if isinstance(listed, list) else [listed]:
        try:
            prefixes.append(parse_oid(str(text)))
        except ValueError as error:
            faults.append(f"match.sysobjectid: {error}")
    return Match(sysobjectid=tuple(prefixes), sysdescr=str(given.get("sysdescr", "")))


_COLUMN_KEYS: Final = {
    "quantity", "oid", "index", "interface", "type", "scale", "offset", "sentinels", "low", "high",
    "enum",
}  # fmt: skip


def _column(row: object, where: str, faults: list[str]) -> Column | None:
    before = len(faults)
    if not isinstance(row, dict):
        faults.append(f"{where}: must be a mapping with quantity, oid and type")
        return None
    _refuse_unknown(row, _COLUMN_KEYS, f"{where}.", faults)
    quantity = QUANTITIES.get(str(row.get("quantity")))
    if quantity is None:
        faults.append(f"{where}.quantity: {row.get('quantity')!r} is none of collectors.quantity")
    oid = _oid(row, where, faults)
    index = _member(Index, row.get("index", "scalar"), f"{where}.index", faults)
    syntax = _member(Syntax, row.get("type"), f"{where}.type", faults)
    scale = _number(row, "scale", 1.0, where, faults)
    offset = _number(row, "offset", 0.0, where, faults)
    low = _number(row, "low", quantity.low if quantity else 0.0, where, faults)
    high = _number(row, "high", quantity.high if quantity else 0.0, where, faults)
    sentinels = _numbers(row.get("sentinels", []), f"{where}.sentinels", faults)
    enum = _enum(row.get("enum", {}), f"{where}.enum", faults)
    interface = row.get("interface")
    if quantity is not None and index is not None and syntax is not None:
        _agree(quantity, index, syntax, interface, scale, offset, where, faults)
    if len(faults) > before or quantity is None or index is None or syntax is None:
        return None
    return Column(
        quantity=quantity,
        oid=oid,
        index=index,
        syntax=syntax,
        interface=None if interface is None else str(interface),
        scale=scale,
        offset=offset,
        low=low,
        high=high,
        sentinels=sentinels,
        enum=enum,
    )


def _agree(
    quantity: Quantity,
    index: Index,
    syntax: Syntax,
    interface: object,
    scale: float,
    offset: float,
    where: str,
    faults: list[str],
) -> None:
    """Check what only two keys together can get wrong."""
    if quantity.scope is Scope.DEVICE and (index is Index.INTERFACE or interface is not None):
        faults.append(f"{where}: {quantity.name} belongs to the device: index scalar, no interface")
    if quantity.scope is Scope.INTERFACE and index is Index.SCALAR and interface is None:
        faults.append(f"{where}: {quantity.name} belongs to an interface: name it (its ifName)")
    if index is Index.INTERFACE and interface is not None:
        faults.append(f"{where}: interface is only for index scalar")
    if quantity.kind.is_counter and (scale != 1.0 or offset != 0.0):
        faults.append(f"{where}: a counter is kept raw: no scale, no offset")
    if quantity.kind.is_counter and syntax not in (
        Syntax.COUNTER32,
        Syntax.COUNTER64,
        Syntax.GAUGE32,
    ):
        faults.append(f"{where}: a counter's type is counter32, counter64 or gauge32")


def _refuse_unknown(given: dict[Any, Any], known: set[str], where: str, faults: list[str]) -> None:
    faults.extend(
        f"{where}{key}: unknown key; known are {', '.join(sorted(known))}"
        for key in given
        if key not in known
    )


def _text(document: dict[str, Any], key: str, where: str, faults: list[str]) -> str:
    value = document.get(key)
    if not isinstance(value, str) or not value:
        faults.append(f"{where}{key}: must be a text")
        return ""
    return value


def _oid(row: dict[str, Any], where: str, faults: list[str]) -> Oid:
    try:
        return parse_oid(str(row.get("oid")))
    except ValueError as error:
        faults.append(f"{where}.oid: {error}")
        return ()


def _member(kind: type[Member], given: object, where: str, faults: list[str]) -> Member | None:
    try:
        return kind(str(given))
    except ValueError:
        faults.append(f"{where}: {given!r} is none of {', '.join(kind)}")
        return None


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _number(row: dict[str, Any], key: str, default: float, where: str, faults: list[str]) -> float:
    value = row.get(key, default)
    if not _is_number(value):
        faults.append(f"{where}.{key}: {value!r} is not a finite number")
        return default
    return float(value)


def _numbers(given: object, where: str, faults: list[str]) -> frozenset[float]:
    if not isinstance(given, list) or not all(_is_number(value) for value in given):
        faults.append(f"{where}: must be a list of raw numbers")
        return frozenset()
    return frozenset(given)


def _enum(given: object, where: str, faults: list[str]) -> Mapping[int, float]:
    if not isinstance(given, dict) or not all(
        isinstance(raw, int) and _is_number(value) for raw, value in given.items()
    ):
        faults.append(f"{where}: must map raw integers to numbers")
        return {}
    return MappingProxyType({raw: float(value) for raw, value in given.items()})
