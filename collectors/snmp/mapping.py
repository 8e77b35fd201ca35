"""Mapping: what a device is and which ifIndex means which interface, until it is restarted.

ifIndex may be renumbered by a restart (RFC 2863 §3.1.5); ifName stays, so interfaces go by it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from collectors.observation import Missing, Outcome
from collectors.snmp.ber import Oid, parse_oid
from collectors.snmp.line import EndedError, Line
from collectors.snmp.missing import missing_of
from collectors.snmp.parts import Known, Part, PartKey, asked_columns, parts_of
from collectors.snmp.poll import Uptime
from collectors.snmp.profile import SYS_UP_TIME, Index, Profile
from collectors.snmp.rows import RowsQuestion, Table
from collectors.snmp.settings import SnmpSettings
from collectors.snmp.walk import GetQuestion, WalkQuestion
from collectors.target import SnmpTarget
from collectors.text import clean
from topology.model import DeviceId, InterfaceId, interface_id

SYS_DESCR: Final = parse_oid("1.3.6.1.2.1.1.1.0")
SYS_OBJECT_ID: Final = parse_oid("1.3.6.1.2.1.1.2.0")
IF_NAME: Final = parse_oid("1.3.6.1.2.1.31.1.1.1.1")
IF_DESCR: Final = parse_oid("1.3.6.1.2.1.2.2.1.2")
_INTERFACE_TABLES: Final = (parse_oid("1.3.6.1.2.1.2.2"), parse_oid("1.3.6.1.2.1.31.1.1"))
_MAX_IF_INDEX: Final = 2**31 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapping:
    """What was learned of a device; text from it is cleaned."""

    sysobjectid: Oid
    sysdescr: str
    interfaces: tuple[tuple[int, str, InterfaceId], ...]  # ifIndex, name, our id
    rows: dict[Oid, frozenset[int]]  # vendor column → the ifIndexes it has a row for
    parts: dict[PartKey, tuple[Part, ...]]  # vendor column → its rows, named
    missing: tuple[Missing, ...] = ()  # what the inventory names and the device has not


class Mapper:
    """Asks a device what it is."""

    def __init__(self, settings: SnmpSettings, now: Callable[[], float]) -> None:
        self._settings: Final = settings
        self._now: Final = now

    async def map(self, line: Line, profile: Profile, deadline: float) -> tuple[Mapping, Uptime]:
        """Return what the device is, and how long it was up when asked first."""
        asked = self._now()
        oids = (SYS_DESCR, SYS_OBJECT_ID, SYS_UP_TIME)
        system = GetQuestion(envelope=line.envelope, oids=oids)
        await self._ask(line, system, deadline)
        descr, object_id, ticks = (varbind.value.content for varbind in system.varbinds)
        if not isinstance(ticks, int):
            raise EndedError(Outcome.MISMATCH, "sysUpTime is missing or mistyped")
        names = await self._names(line, deadline)
        interfaces = choose_interfaces(line.target, names, most=self._settings.max_interfaces)
        by_interface = {
            column.oid
            for column in profile.columns
            if column.index is Index.INTERFACE and not _is_standard(column.oid)
        }
        tables = await self._tables(line, by_interface | asked_columns(profile), deadline)
        known = Known(
            target=line.target,
            interfaces={index: (name, interface) for index, name, interface in interfaces},
            indexes=frozenset(names),
            tables=tables,
        )
        parts = parts_of(profile, known, most=self._settings.max_interfaces)
        mapping = Mapping(
            sysobjectid=oid_in(object_id),
            sysdescr=clean(descr) if isinstance(descr, bytes) else "",
            interfaces=interfaces,
            rows={oid: _indexes(tables[oid]) for oid in by_interface},
            parts=parts,
            missing=missing_of(line.target, _unique(names).values(), profile, parts),
        )
        return mapping, Uptime(ticks, asked)

    async def _tables(self, line: Line, columns: set[Oid], deadline: float) -> dict[Oid, Table]:
        if not columns:
            return {}
        until = min(deadline, self._now() + self._settings.max_walk_seconds)
        question = RowsQuestion(envelope=line.envelope, roots=columns, settings=line.settings)
        await self._ask(line, question, until)
        return question.tables

    async def _walk(self, line: Line, root: Oid, deadline: float) -> WalkQuestion:
        until = min(deadline, self._now() + self._settings.max_walk_seconds)
        walk = WalkQuestion(envelope=line.envelope, root=root, settings=line.settings)
        await self._ask(line, walk, until)
        return walk

    async def _names(self, line: Line, deadline: float) -> dict[int, bytes]:
        for root in (IF_NAME, IF_DESCR):
            walk = await self._walk(line, root, deadline)
            names = {index: name for index, name in walk.texts().items() if name.strip()}
            if names:
                return names
        return {}

    async def _ask(
        self, line: Line, question: GetQuestion | WalkQuestion | RowsQuestion, deadline: float
    ) -> None:
        ending = await line.ask(question, deadline)
        if ending.was_answering:
            raise EndedError(Outcome.WALK_ABUSED, "the walk of interfaces had no end in time")
        if ending.outcome is Outcome.TIMEOUT and not isinstance(question, GetQuestion):
            most = line.settings.max_repetitions
            line.halve_repetitions()
            # It has answered single objects just now, so it is not down.
            reason = f"answers single objects, but no walk of {most} rows at once"
            raise EndedError(Outcome.WALK_ABUSED, reason)
        if ending.outcome is not Outcome.OK:
            raise EndedError(ending.outcome, ending.detail, ending.rejection)
        if not isinstance(question, GetQuestion) and question.is_eased:
            line.halve_repetitions()
        if question.outcome is not Outcome.OK:
            raise EndedError(question.outcome, question.detail)


def _is_standard(oid: Oid) -> bool:
    """Tell whether every interface has a row: in ifTable, ifXTable. A radio's table has its own."""
    return any(oid[: len(table)] == table for table in _INTERFACE_TABLES)


def _indexes(table: Table) -> frozenset[int]:
    """Return the numbers of the rows that are under one number."""
    return frozenset(suffix[0] for suffix in table if len(suffix) == 1)


def oid_in(content: object) -> Oid:
    """Return a content that is an OID, or ()."""
    return content if type(content) is tuple else ()


def choose_interfaces(
    target: SnmpTarget, names: dict[int, bytes], *, most: int
) -> tuple[tuple[int, str, InterfaceId], ...]:
    """Return the interfaces to poll, by ifIndex: those the inventory names, and room for others."""
    ours = dict(target.interfaces)
    rows = [
        (index, name, ours.get(name) or interface_id(DeviceId(target.device), name))
        for index, name in sorted(_unique(names).items())
    ]
    named = [row for row in rows if row[1] in ours]
    others = [row for row in rows if row[1] not in ours] if target.all_interfaces else []
    return tuple(sorted((named + others)[:most]))


def _unique(names: dict[int, bytes]) -> dict[int, str]:
    """Clean the names, and number those that come again: in order of ifIndex, from #2."""
    unique: dict[int, str] = {}
    taken: set[str] = set()
    for index in sorted(names):
        if not 0 < index <= _MAX_IF_INDEX:
            continue
        plain = name = clean(names[index]) or f"#{index}"
        number = 1
        while name in taken:
            number += 1
            name = f"{plain}#{number}"
        taken.add(name)
        unique[index] = name
    return unique
