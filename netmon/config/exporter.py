"""Exporter: a module of snmp_exporter (the generator's snmp.yml) made into a profile.

What a metric means is known where its object is in one of our own profiles, or where its name says
it plainly; anything else, and whatever a profile has no word for, is told and not guessed.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from collectors import yaml
from collectors.errors import ProfileError
from collectors.quantity import QUANTITIES, Kind, Quantity, Scope
from collectors.snmp.ber import Oid, format_oid, parse_oid
from collectors.snmp.library import load_profile, parse_profile, profiles
from collectors.snmp.profile import Column
from netmon.config.exporter_index import indexes, interface_alone, rows
from netmon.config.meanings import meaning, modulations

MAX_FILE_OCTETS: Final = 32 * 1024 * 1024
_SYS_UP_TIME: Final = "1.3.6.1.2.1.1.3"
_BASE: Final = "if-mib"
_TYPES: Final[dict[str, str]] = {
    "gauge": "[gauge32, integer]",
    "EnumAsInfo": "integer",
    "EnumAsStateSet": "integer",
    "DisplayString": "octets",
    "OctetString": "octets",
}


class ExporterError(Exception):
    """A file that is no snmp.yml, or has no such module; the text says what would be right."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """A profile's text, and what could not be taken over."""

    text: str
    remarks: tuple[str, ...]
    taken: int
    metrics: int


@dataclass(slots=True)
class _Work:
    """One import under way."""

    means: Mapping[str, str]
    rows: dict[str, str] = field(default_factory=dict)  # definition → key
    columns: list[str] = field(default_factory=list)
    cells: set[tuple[str, str]] = field(default_factory=set)
    remarks: list[str] = field(default_factory=list)
    inherited: int = 0


def import_module(
    path: Path,
    *,
    module: str | None = None,
    name: str | None = None,
    means: Mapping[str, str] = MappingProxyType({}),
) -> Imported:
    """Return the profile of one module; `means` says what metrics are that netmon cannot know."""
    chosen, content = _module(path, module)
    work = _Work(means)
    if content.get("filters"):
        work.remarks.append("filters: a profile asks the rows that are there")
    if content.get("auth"):
        work.remarks.append("auth: name credentials in the inventory")
    metrics = [each for each in content.get("metrics") or [] if isinstance(each, dict)]
    for metric in metrics:
        _take(metric, work)
    called = name or re.sub(r"[^a-z0-9]+", "-", chosen.lower()).strip("-")
    text = _text(called, chosen, path.name, work)
    try:
        parse_profile(text, f"{called}.yaml")
    except ProfileError as error:
        raise ExporterError(f"{path}: module {chosen} makes no sound profile:\n{error}") from error
    return Imported(
        text=text,
        remarks=tuple(work.remarks),
        taken=len(work.columns) + work.inherited,
        metrics=len(metrics),
    )


def _module(path: Path, wanted: str | None) -> tuple[str, dict[str, Any]]:
    try:
        if path.stat().st_size > MAX_FILE_OCTETS:
            raise ExporterError(f"{path}: larger than {MAX_FILE_OCTETS} octets")
        document = yaml.plain(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise ExporterError(f"{path}: {error}") from error
    except yaml.YamlError as error:
        raise ExporterError(f"{path}:{error.line}: {error.words}") from error
    found = document.get("modules", document) if isinstance(document, dict) else {}
    modules = {
        str(name): module
        for name, module in (found if isinstance(found, dict) else {}).items()
        if isinstance(module, dict) and "metrics" in module
    }
    if not modules:
        raise ExporterError(f"{path}: has no module with metrics; is it the generator's snmp.yml?")
    if wanted is None and len(modules) > 1:
        raise ExporterError(f"{path}: has several modules; --module one of {', '.join(modules)}")
    name = wanted or next(iter(modules))
    if name not in modules:
        raise ExporterError(f"{path}: has no module {name}; there are {', '.join(modules)}")
    return name, modules[name]


def _take(metric: dict[str, Any], work: _Work) -> None:
    """Make a column of one metric, or say why there is none."""
    name = str(metric.get("name", "without a name"))
    try:
        oid = parse_oid(str(metric.get("oid")))
        if format_oid(oid) == _SYS_UP_TIME or oid in _inherited():
            work.inherited += 1
            return
        known = _known().get(oid)
        quantity = QUANTITIES.get(work.means.get(name, "")) or (known.quantity if known else None)
        quantity = quantity or meaning(name)
        if quantity is None:
            raise ValueError(_unknown(metric, name))
        line = _column(metric, oid, quantity, known, work)
    except ValueError as error:
        work.remarks.append(f"{name}: {error}")
        return
    work.columns.append(line)


def _unknown(metric: dict[str, Any], name: str) -> str:
    kind = metric.get("type")
    if kind in ("gauge", "counter") or "regex_extracts" in metric:
        return f"netmon does not know what it means; --means {name}=QUANTITY"
    if metric.get("enum_values") or str(kind).startswith(("Enum", "Bits")):
        return f"{kind}, words that netmon does not know; --means {name}=QUANTITY, then its enum"
    return f"{kind}; a profile carries numbers, and texts only as the names of rows"


@cache
def _inherited() -> frozenset[Oid]:
    return frozenset(column.oid for column in load_profile(_BASE).columns)


@cache
def _known() -> Mapping[Oid, Column]:
    """Return the objects of our own profiles; of scalars also without their .0."""
    columns: dict[Oid, Column] = {}
    for profile in profiles().values():
        for column in profile.columns:
            columns.setdefault(column.oid, column)
            if column.oid[-1] == 0:
                columns.setdefault(column.oid[:-1], column)
    return columns


def _column(
    metric: dict[str, Any],
    oid: Oid,
    quantity: Quantity,
    known: Column | None,
    work: _Work,
) -> str:
    """Return one line of a profile."""
    same = known if known is not None and known.quantity is quantity else None
    name = str(metric.get("name"))
    arithmetic = list(_arithmetic(metric, quantity, same))
    where = _where(metric, name, quantity, work)
    cell = quantity.name, where
    if cell in work.cells:
        raise ValueError(f"a second object for {quantity.name} of the same rows")
    work.cells.add(cell)
    is_complete = bool(indexes(metric)) or oid[-1] == 0
    parts = [
        f"quantity: {quantity.name}",
        f"oid: {format_oid(oid)}" if is_complete else f"oid: {format_oid(oid)}.0",
        where,
        f"type: {_type(metric, quantity)}",
        *arithmetic,
    ]
    is_told = same is not None or quantity.kind.is_counter or bool(arithmetic)
    doubt = "" if is_told else ", scale and sentinels unknown"
    return f"  - {{{', '.join(part for part in parts if part)}}}  # {name}{doubt}"


def _where(metric: dict[str, Any], name: str, quantity: Quantity, work: _Work) -> str:
    if not indexes(metric):
        return "" if quantity.scope is Scope.DEVICE else f"interface: {name}"
    if quantity.scope is Scope.DEVICE:
        raise ValueError(f"{quantity.name} is the device's, and this is a table")
    if interface_alone(metric):
        return "index: interface"
    key = work.rows.setdefault(rows(metric), f"rows{len(work.rows) + 1}")
    return f"index: {key}"


def _type(metric: dict[str, Any], quantity: Quantity) -> str:
    kind = str(metric.get("type"))
    if kind == "counter":
        if quantity.kind is Kind.GAUGE:
            return "[counter32, counter64, gauge32, integer]"
        return "[counter64, counter32]" if quantity.kind is Kind.COUNTER64 else "counter32"
    if kind not in _TYPES:
        raise ValueError(f"is of the type {kind}")
    return _TYPES[kind]


def _arithmetic(metric: dict[str, Any], quantity: Quantity, same: Column | None) -> Iterator[str]:
    """Yield how the number is made; what our own profile says of the object counts first."""
    if metric.get("regex_extracts"):
        if not _is_one_number(metric["regex_extracts"]):
            raise ValueError("regex_extracts; `number: N` takes the Nth number of a text")
        yield "number: 1"
    if quantity.kind.is_counter:
        return
    if same is not None and same.enum:
        yield f"enum: {_pairs(same.enum)}"
        return
    if words := metric.get("enum_values"):
        if quantity.name not in ("modulation", "rx_modulation"):
            raise ValueError(f"its numbers are words of {quantity.name}; write the enum yourself")
        yield f"enum: {_pairs(modulations(words))}"
        return
    yield from _linear(metric, same)


def _linear(metric: dict[str, Any], same: Column | None) -> Iterator[str]:
    scale, offset = metric.get("scale"), metric.get("offset")
    if scale is None and offset is None and same is not None:
        scale, offset = same.scale, same.offset
    if scale not in (None, 1, 0):
        yield f"scale: {float(str(scale))!r}"
    if offset not in (None, 0):
        yield f"offset: {float(str(offset))!r}"
    if same is not None and same.sentinels:
        yield f"sentinels: [{', '.join(f'{each:g}' for each in sorted(same.sentinels))}]"


def _pairs(enum: Mapping[Any, float]) -> str:
    return f"{{{', '.join(f'{raw}: {value:g}' for raw, value in enum.items())}}}"


def _is_one_number(given: object) -> bool:
    rules = (
        [rule for each in given.values() if isinstance(each, list) for rule in each]
        if isinstance(given, dict)
        else []
    )
    return len(rules) == 1 and isinstance(rules[0], dict) and rules[0].get("value") == "$1"


def _text(name: str, module: str, file: str, work: _Work) -> str:
    lines = [
        f"name: {name}",
        f"description: imported from module {module} of {file}; look it through",
        f"source: {file} of snmp_exporter, module {module}",
        f"extends: [{_BASE}]",
    ]
    if work.rows:
        lines += ["rows:", *(f"  {key}: {made}" for made, key in work.rows.items())]
    if work.columns:
        lines += ["columns:", *work.columns]
    return "\n".join(lines) + "\n"
