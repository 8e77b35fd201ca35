"""Profile: which OIDs of a vendor mean which of our quantities; the values, without any file.

A profile is data in YAML, read by `profile_document`, found by `library`, compiled into request
bytes by `plan` and served backwards by the simulation. It holds no code and no opinion.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from collectors.quantity import Quantity
from collectors.snmp.ber import Oid, Tag, parse_oid
from collectors.snmp.naming import RowName, Suffix

SYS_UP_TIME: Final = parse_oid("1.3.6.1.2.1.1.3.0")


class Index(StrEnum):
    """How an OID is completed."""

    SCALAR = "scalar"  # it is complete, with its .0 or the one row that matters
    INTERFACE = "interface"  # ifIndex follows
    ROWS = "rows"  # the index of a table of the vendor's own follows


class Syntax(StrEnum):
    """The type an agent must answer with; any other makes the value absent."""

    INTEGER = "integer"
    GAUGE32 = "gauge32"
    COUNTER32 = "counter32"
    COUNTER64 = "counter64"
    TIMETICKS = "timeticks"
    OCTETS = "octets"  # a text: a number such as "-40.5 dBm", or a word of `enum`

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


class Sign(StrEnum):
    """What is known of a value's sign, whatever the device writes."""

    AS_SAID = "as said"
    NEGATIVE = "negative"  # the device leaves the minus out
    POSITIVE = "positive"  # the device writes a distance below zero


class Register(StrEnum):
    """How a register behaves in time."""

    GAUGE = "gauge"
    COUNTER = "counter"
    INTERVAL = "interval"  # counts within a period of performance monitoring, then begins anew


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rows:
    """How the rows of a table become interfaces, carriers and components of a device.

    The OIDs are of columns with the same index as the table's, read once with the mapping.
    """

    key: str  # what columns call it
    name: RowName
    interface_part: int | None = None  # the part of the index that is an ifIndex, from 1
    interface_from: Oid | None = None  # the column that holds an ifIndex or an ifName
    label_from: Oid | None = None  # the column that holds a text for `name`
    label_parts: tuple[int, ...] = ()  # the parts of the index that `label_from` goes by; (): all
    only_if: Mapping[Oid, frozenset[int | str]] = field(default_factory=dict)
    magnitude_from: Oid | None = None  # EntitySensorDataScale (RFC 3433) of the row
    precision_from: Oid | None = None  # decimal places of the row's value
    whole_from: Oid | None = None  # what the row's value is a part of

    def oids(self) -> tuple[Oid, ...]:
        """Return the columns that must be read to know the rows."""
        columns = (
            self.interface_from,
            self.label_from,
            self.magnitude_from,
            self.precision_from,
            self.whole_from,
        )
        return (*(oid for oid in columns if oid is not None), *self.only_if)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Column:
    """One quantity and the OID that holds it: value = raw × scale + offset, unless a sentinel."""

    quantity: Quantity
    oid: Oid
    index: Index
    syntax: Syntax
    also: frozenset[Syntax] = frozenset()  # types other firmwares answer with
    interface: str | None = None  # the ifName, carrier or component a scalar belongs to
    rows: Rows | None = None
    scale: float = 1.0
    offset: float = 0.0
    low: float
    high: float
    sign: Sign = Sign.AS_SAID
    is_signed: bool = False  # numbers from 2^31 are negative ones that were written unsigned
    is_float: bool = False  # four octets of IEEE 754, the lowest first
    is_milliwatts: bool = False  # raw × scale + offset are milliwatts, the value is dBm
    number: int = 0  # which number of a text, from 1; 0: the text is one number and its unit
    sentinels: frozenset[float] = frozenset()  # raw values that mean "none"
    enum: Mapping[int | str, float] = field(default_factory=dict)  # raw → value; others are absent
    register: Register = Register.GAUGE
    absent_if: str | None = None  # the quantity that makes this one absent while it is 1

    @property
    def cell(self) -> tuple[str, Index, str | None]:
        """Which cells it fills: an extension that fills the same replaces it."""
        return self.quantity.name, self.index, self.rows.key if self.rows else self.interface

    def suffix_at(self, interface: str, if_index: int) -> Suffix | None:
        """Return what completes the OID for an interface or carrier, where that can be told.

        Rows that are named by what the device says cannot be.
        """
        match self.index:
            case Index.SCALAR:
                return () if self.interface == interface else None
            case Index.INTERFACE:
                return (if_index,)
            case _:
                return self.rows.name.suffix_of(interface) if self.rows is not None else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """How a device is recognised."""

    sysobjectid: tuple[Oid, ...] = ()
    sysdescr: tuple[str, ...] = ()  # texts, one of which sysDescr has in it
    has: tuple[Oid, ...] = ()  # objects or subtrees that tell it where the system group does not

    def fits(self, sysobjectid: Oid, sysdescr: str) -> bool:
        """Tell whether a device that says this of itself is meant."""
        return self.closeness(sysobjectid, sysdescr) > 0

    def closeness(self, sysobjectid: Oid, sysdescr: str) -> int:
        """Return how well this fits, 0 for not at all: the longer prefix, then the words, wins."""
        prefixes = [len(each) for each in self.sysobjectid if sysobjectid[: len(each)] == each]
        words = [len(each) for each in self.sysdescr if each in sysdescr]
        if (self.sysobjectid and not prefixes) or (self.sysdescr and not words):
            return 0
        return 1000 * max(prefixes, default=0) + max(words, default=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """One vendor's family of devices, its columns with those of the profiles it extends first."""

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


def merged(columns: Iterable[Column]) -> tuple[Column, ...]:
    """Keep the last of the columns that fill the same cells: an extension refines its parent."""
    return tuple({column.cell: column for column in columns}.values())
