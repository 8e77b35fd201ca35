"""Entity: the parts with a serial number or a model name (ENTITY-MIB, RFC 6933); facts as told."""

from dataclasses import dataclass
from typing import Final

from collectors.snmp.ber import Oid
from collectors.snmp.discovery import tables
from collectors.snmp.discovery.tables import Cells

COLUMNS: Final[tuple[Oid, ...]] = (
    tables.ENTITY_DESCR,
    tables.ENTITY_CLASS,
    tables.ENTITY_NAME,
    tables.ENTITY_SOFTWARE,
    tables.ENTITY_SERIAL,
    tables.ENTITY_MAKER,
    tables.ENTITY_MODEL,
)
_CLASSES: Final = {3: "chassis", 6: "power supply", 9: "module", 11: "stack", 12: "cpu"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """A part of a device in its own words, cleaned; "" where it says nothing."""

    sort: str  # chassis, module, power supply, stack, cpu
    name: str = ""
    description: str = ""
    maker: str = ""
    model: str = ""
    serial: str = ""
    software: str = ""


def components_of(cells: Cells) -> tuple[Component, ...]:
    """Return the parts that an inventory of hardware would have, chassis first."""
    found = [
        Component(
            sort=_CLASSES[sort],
            name=cells.text(tables.ENTITY_NAME, suffix),
            description=cells.text(tables.ENTITY_DESCR, suffix),
            maker=cells.text(tables.ENTITY_MAKER, suffix),
            model=cells.text(tables.ENTITY_MODEL, suffix),
            serial=cells.text(tables.ENTITY_SERIAL, suffix),
            software=cells.text(tables.ENTITY_SOFTWARE, suffix),
        )
        for suffix in cells.rows(tables.ENTITY_CLASS)
        if (sort := cells.number(tables.ENTITY_CLASS, suffix) or 0) in _CLASSES
    ]
    told = [each for each in found if each.serial or each.model]
    return tuple(sorted(told, key=lambda each: each.sort not in ("chassis", "stack")))
