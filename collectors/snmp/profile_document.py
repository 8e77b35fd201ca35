"""Document: from the YAML of a profile to the Profile, or to every fault with its line.

Nothing is guessed: an unknown key, a unit that is not the quantity's, a counter that is scaled or
rows that nobody defined are faults, told with what would be right.
"""

import difflib
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from collectors.errors import ProfileError
from collectors.quantity import QUANTITIES
from collectors.snmp.naming import RowName
from collectors.snmp.profile import (
    SYS_UP_TIME,
    Column,
    Index,
    Match,
    Profile,
    Register,
    Rows,
    Sign,
    merged,
)
from collectors.snmp.profile_agreement import disagreements
from collectors.snmp.profile_keys import COLUMN, MATCH, MAX_COLUMNS, PROFILE, ROWS, Keys
from collectors.snmp.profile_lines import Faults, Where

Load = Callable[[str], Profile]  # by name; raises ProfileError
_WRONG: Final = object()


def build(document: object, load: Load, faults: Faults) -> Profile | None:
    """Return the profile that a document says, or None with the faults noted."""
    if not isinstance(document, dict):
        faults.add((), "must be a mapping with name, source and columns")
        return None
    read = _read(document, PROFILE, (), faults)
    match = _match(document.get("match"), faults)
    rows = _rows(document.get("rows"), faults)
    inherited = _inherited(read.get("extends", ()), read.get("name", ""), load, faults)
    columns = [*(column for parent in inherited for column in parent.columns)]
    columns += _columns(document.get("columns"), rows, faults)
    if not any(column.oid == SYS_UP_TIME for column in columns):
        faults.add(("columns",), "sysUpTime (uptime_seconds) is missing; extend if-mib")
    if faults.found:
        return None
    return Profile(
        name=read["name"],
        description=read.get("description", ""),
        source=read["source"],
        match=match,
        extends=tuple(parent.name for parent in inherited),
        columns=merged(columns),
    )


def _read(given: object, keys: Keys, where: Where, faults: Faults) -> dict[str, Any]:
    """Return the keys of a mapping that are sound."""
    if not isinstance(given, dict):
        faults.add(where, f"must be a mapping of {', '.join(keys)}")
        return {}
    read: dict[str, Any] = {}
    for name, value in given.items():
        if (key := keys.get(name)) is None:
            faults.add((*where, str(name)), f"unknown key{_hint(str(name), keys)}")
            continue
        try:
            read[name] = key.shape.read(value)
        except ValueError as error:
            faults.add((*where, name), str(error))
            read[name] = _WRONG
    for name, key in keys.items():
        if key.is_required and name not in given:
            faults.add((*where, name), f"must be there: {key.help}")
    return {name: value for name, value in read.items() if value is not _WRONG}


def _hint(name: str, known: Iterable[str]) -> str:
    names = list(known)
    near = difflib.get_close_matches(name, names, n=1)
    return f"; did you mean {near[0]}?" if near else f"; known are {', '.join(names)}"


def _match(given: object, faults: Faults) -> Match:
    return Match() if given is None else Match(**_read(given, MATCH, ("match",), faults))


def _inherited(names: Iterable[str], own: str, load: Load, faults: Faults) -> list[Profile]:
    parents: list[Profile] = []
    for number, name in enumerate(names):
        if name == own:
            faults.add(("extends", number), f"{own!r} cannot extend itself")
            continue
        try:
            parents.append(load(name))
        except ProfileError as error:
            faults.add(("extends", number), str(error).replace("\n", "; "))
        except RecursionError:
            faults.add(("extends", number), f"{name!r} leads back to this profile")
    return parents


def _rows(given: object, faults: Faults) -> dict[str, Rows | None]:
    if given is None:
        return {}
    if not isinstance(given, dict):
        faults.add(("rows",), "must be a mapping: a name for the rows → how they are named")
        return {}
    return {
        str(key): _one_rows(str(key), value, ("rows", str(key)), faults)
        for key, value in given.items()
    }


def _one_rows(key: str, given: object, where: Where, faults: Faults) -> Rows | None:
    before = len(faults.found)
    read = _read(given, ROWS, where, faults)
    if key in (Index.SCALAR, Index.INTERFACE):
        faults.add(where, f"{key!r} means something else in `index`; choose another name")
    try:
        name = RowName(read.pop("name", _default_name(key, read)), read.pop("names", {}))
    except ValueError as error:
        faults.add((*where, "name"), str(error))
        return None
    _check_name(name, read, where, faults)
    return None if len(faults.found) > before else Rows(key=key, name=name, **read)


def _default_name(key: str, read: Mapping[str, Any]) -> str:
    if "interface_part" in read or "interface_from" in read:
        return "{interface}"
    return "{label}" if "label_from" in read else f"{key} {{index}}"


def _check_name(name: RowName, read: Mapping[str, Any], where: Where, faults: Faults) -> None:
    has_interface = "interface_part" in read or "interface_from" in read
    if name.uses("interface") and not has_interface:
        faults.add((*where, "name"), "{interface} needs interface_part or interface_from")
    if name.uses("label") and "label_from" not in read:
        faults.add((*where, "name"), "{label} needs label_from")


def _columns(given: object, rows: Mapping[str, Rows | None], faults: Faults) -> list[Column]:
    if given is None:
        return []
    if not isinstance(given, list) or len(given) > MAX_COLUMNS:
        faults.add(("columns",), f"must be a list of at most {MAX_COLUMNS}")
        return []
    columns: dict[tuple[str, Index, str | None], tuple[int, Column]] = {}
    for number, each in enumerate(given):
        column = _column(each, rows, ("columns", number), faults)
        if column is None:
            continue
        if column.cell in columns:
            first = columns[column.cell][0]
            message = f"fills the same cells as columns[{first}]; give its rows another name"
            faults.add(("columns", number), message)
        columns[column.cell] = number, column
    return [column for _, column in columns.values()]


def _column(
    given: object, rows: Mapping[str, Rows | None], where: Where, faults: Faults
) -> Column | None:
    before = len(faults.found)
    read = _read(given, COLUMN, where, faults)
    key = read.get("index", Index.SCALAR)
    if key not in (Index.SCALAR, Index.INTERFACE) and key not in rows:
        known = (Index.SCALAR, Index.INTERFACE, *rows)
        faults.add((*where, "index"), f"{key!r} is not defined in rows{_hint(key, known)}")
    if len(faults.found) > before or (key in rows and rows[key] is None):
        return None
    quantity = QUANTITIES[read["quantity"]]
    syntax, *also = read["type"]
    column = Column(
        quantity=quantity,
        oid=read["oid"],
        index=Index.ROWS if key in rows else Index(key),
        rows=rows.get(key),
        syntax=syntax,
        also=frozenset(also),
        interface=read.get("interface"),
        scale=read.get("scale", 1.0),
        offset=read.get("offset", 0.0),
        low=read.get("low", quantity.low),
        high=read.get("high", quantity.high),
        sign=read.get("sign", Sign.AS_SAID),
        is_signed=read.get("signed", False),
        is_float=read.get("float32", False),
        is_milliwatts=read.get("milliwatts", False),
        number=read.get("number", 0),
        sentinels=frozenset(read.get("sentinels", ())),
        enum=read.get("enum", {}),
        register=read.get("register", _register_of(quantity.name)),
        absent_if=read.get("absent_if"),
    )
    for message in disagreements(column, unit=read.get("unit")):
        faults.add(where, message)
    return column


def _register_of(quantity: str) -> Register:
    return Register.COUNTER if QUANTITIES[quantity].kind.is_counter else Register.GAUGE
