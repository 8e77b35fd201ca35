"""Discoverer: asks one device what it is, which interfaces it has and whom it hears, gently.

It has sockets, limits and a pace of its own and shares nothing with polls. Each group of tables is
a question by itself: one that never ends costs that group, not the device.
"""

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from collectors.observation import Outcome
from collectors.snmp.ber import Oid, parse_oid
from collectors.snmp.discovery import cdp, entity, interfaces, lldp, tables
from collectors.snmp.discovery.entity import Component
from collectors.snmp.discovery.interfaces import Interface
from collectors.snmp.discovery.settings import DiscoverySettings
from collectors.snmp.discovery.tables import Cells, Clock
from collectors.snmp.exchange import Exchange
from collectors.snmp.greeting import Greeter
from collectors.snmp.line import EndedError, Line
from collectors.snmp.mapping import SYS_DESCR, SYS_OBJECT_ID, oid_in
from collectors.snmp.profile import SYS_UP_TIME, Profile
from collectors.snmp.question import Asker, Ending
from collectors.snmp.recognition import recognise
from collectors.snmp.rows import RowsQuestion, Table
from collectors.snmp.settings import SnmpSettings, SnmpStatistics
from collectors.snmp.suite import NativeSuite
from collectors.snmp.walk import GetQuestion
from collectors.target import Credential, SnmpTarget, UsmUser
from collectors.text import clean
from topology.claims import Claim, Identity, Source
from topology.model import DeviceId

SYS_NAME: Final = parse_oid("1.3.6.1.2.1.1.5.0")
SYS_LOCATION: Final = parse_oid("1.3.6.1.2.1.1.6.0")
ENGINE_TIME: Final = parse_oid("1.3.6.1.6.3.10.2.1.3.0")  # seconds, RFC 3411
_SYSTEM: Final = (SYS_DESCR, SYS_OBJECT_ID, SYS_UP_TIME, SYS_NAME, SYS_LOCATION, ENGINE_TIME)
# What is asked in one question, by the words of its problem.
_GROUPS: Final[Mapping[str, tuple[Oid, ...]]] = {
    "interfaces": interfaces.COLUMNS,
    "own addresses": interfaces.ADDRESS_COLUMNS,
    "own names in LLDP": lldp.LOCAL_COLUMNS,
    "neighbours by LLDP": lldp.REMOTE_COLUMNS,
    "neighbours by CDP": cdp.COLUMNS,
    "components": entity.COLUMNS,
}
_NEIGHBOURS: Final = {"neighbours by LLDP": Source.LLDP, "neighbours by CDP": Source.CDP}


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """Whom to ask: one address, under the name that claims and identity will bear."""

    device: DeviceId
    address: str
    port: int = 161
    context: str = ""  # SNMPv3 contextName


@dataclass(frozen=True, slots=True, kw_only=True)
class Discovered:
    """What one device said; all text is cleaned. Without `identity` it said nothing."""

    goal: Goal
    outcome: Outcome
    detail: str = ""
    credential: str = ""  # the name of the one that was answered
    sysobjectid: Oid = ()
    sysdescr: str = ""
    location: str = ""
    uptime_seconds: float = 0.0
    profile: Profile | None = None
    identity: Identity | None = None
    interfaces: tuple[Interface, ...] = ()
    components: tuple[Component, ...] = ()
    claims: tuple[Claim, ...] = ()
    problems: tuple[str, ...] = ()  # tables that could not be read, and why


@dataclass(slots=True, kw_only=True)
class _Visit:
    """One device being asked."""

    line: Line
    deadline: float
    found: dict[Oid, Table] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    sources: set[Source] = field(default_factory=set)


class Discoverer:
    """Asks devices, so many at once as its settings allow."""

    def __init__(
        self,
        *,
        settings: DiscoverySettings = DiscoverySettings(),  # noqa: B008 - frozen
        snmp: SnmpSettings = SnmpSettings(),  # noqa: B008 - frozen
        now: Callable[[], float] = time.monotonic,
        asker: Asker | None = None,
        profiles: Mapping[str, Profile] | None = None,
    ) -> None:
        self._settings: Final = settings
        self._snmp: Final = snmp
        self._now: Final = now
        self._asker: Final = asker or Exchange(snmp, SnmpStatistics(), now)
        self._greeter: Final = Greeter(NativeSuite(), snmp, now)
        self._profiles: Final = profiles
        self._places: Final = asyncio.Semaphore(settings.devices_at_once)

    async def discover(self, goal: Goal, credentials: Iterable[Credential]) -> Discovered:
        """Ask by each credential in turn until one is answered; never raises for the network."""
        last = EndedError(Outcome.NOT_POLLED, "there are no credentials to ask by")
        for credential in credentials:
            try:
                line, system = await self._meet(goal, credential)
            except EndedError as ended:
                last = ended
                if last.outcome in (Outcome.REFUSED, Outcome.NOT_POLLED):
                    break
                continue
            async with self._places:
                return await self._visit(goal, line, system)
        return Discovered(goal=goal, outcome=last.outcome, detail=last.detail)

    async def close(self) -> None:
        """Release the sockets."""
        self._asker.close()

    async def _meet(self, goal: Goal, credential: Credential) -> tuple[Line, list[object]]:
        """Have the system group answered; raise EndedError."""
        settings = self._settings
        target = SnmpTarget(
            device=goal.device,
            address=goal.address,
            port=goal.port,
            credential=credential,
            context=_context(goal, credential),
            timeout_seconds=settings.timeout_seconds,
            retries=settings.retries,
            budget_seconds=settings.budget_seconds,
            gap_seconds=1.0 / settings.pdus_per_second,
        )
        line = Line(target, self._asker, self._snmp, self._now)
        deadline = self._now() + settings.budget_seconds
        if isinstance(credential, UsmUser):
            line.association = await self._greeter.greet(line, credential, deadline)
        return line, await _system(line, deadline)

    async def _visit(self, goal: Goal, line: Line, system: list[object]) -> Discovered:
        """Read all tables of a device that answers."""
        visit = _Visit(line=line, deadline=self._now() + self._settings.budget_seconds)
        descr, object_id, ticks, name, location, engine_seconds = system
        clock = Clock(
            uptime_seconds=_number(ticks) / tables.TICKS_PER_SECOND,
            engine_seconds=_number(engine_seconds),
        )
        sysdescr, sysobjectid = _text(descr), oid_in(object_id)
        profile = await self._recognised(visit, sysobjectid, sysdescr)
        for words, columns in _GROUPS.items():
            await self._read(visit, words, columns)
        cells = Cells(visit.found)
        ports = interfaces.interfaces_of(cells, clock)
        identity = Identity(
            device=goal.device,
            system_name=_text(name),
            addresses=interfaces.addresses_of(cells) | {goal.address},
            ports=tuple(each.port for each in ports),
            sources=frozenset(visit.sources),
        )
        identity = lldp.with_own_names(identity, cells)
        return Discovered(
            goal=goal,
            outcome=Outcome.PARTIAL if visit.problems else Outcome.OK,
            credential=line.target.credential.name,
            sysobjectid=sysobjectid,
            sysdescr=sysdescr,
            location=_text(location),
            uptime_seconds=clock.uptime_seconds,
            profile=profile,
            identity=identity,
            interfaces=ports,
            components=entity.components_of(cells),
            claims=(
                *lldp.claims_of(identity, cells, clock),
                *cdp.claims_of(identity, cells, clock),
            ),
            problems=tuple(visit.problems),
        )

    async def _recognised(self, visit: _Visit, oid: Oid, sysdescr: str) -> Profile | None:
        try:
            return await recognise(visit.line, oid, sysdescr, visit.deadline, self._profiles)
        except EndedError as ended:
            visit.problems.append(f"profile: {ended.outcome.value}: {ended.detail}")
            return None

    async def _read(self, visit: _Visit, words: str, columns: tuple[Oid, ...]) -> None:
        """Read one group of columns; what could not be read whole is left out whole."""
        line = visit.line
        while True:
            until = min(visit.deadline, self._now() + self._snmp.max_walk_seconds)
            question = RowsQuestion(envelope=line.envelope, roots=columns, settings=line.settings)
            ending = await line.ask(question, until)
            if ending.outcome is not Outcome.TIMEOUT or not line.halve_repetitions():
                break  # else: it may answer fewer rows at once
        if ending.was_answering:
            ending = Ending(outcome=Outcome.WALK_ABUSED, detail="no end in time")
        said = question if ending.outcome is Outcome.OK else ending
        if said.outcome is not Outcome.OK:
            visit.problems.append(f"{words}: {said.outcome.value}: {said.detail}")
            return
        visit.found.update(question.tables)
        if words in _NEIGHBOURS and any(question.tables.values()):
            visit.sources.add(_NEIGHBOURS[words])


def _context(goal: Goal, credential: Credential) -> str:
    if not isinstance(credential, UsmUser):
        return ""
    return goal.context or credential.context


async def _system(line: Line, deadline: float) -> list[object]:
    """Return what the system group says; an SNMPv1 agent may miss an object, others hold none."""
    try:
        return await _objects(line, _SYSTEM, deadline)
    except EndedError as ended:
        if ended.outcome is not Outcome.ERROR_STATUS:
            raise
    found: list[object] = []
    for oid in _SYSTEM:
        try:
            found += await _objects(line, (oid,), deadline)
        except EndedError as ended:
            if ended.outcome is not Outcome.ERROR_STATUS:
                raise
            found.append(None)
    return found


async def _objects(line: Line, oids: tuple[Oid, ...], deadline: float) -> list[object]:
    question = GetQuestion(envelope=line.envelope, oids=oids)
    ending = await line.ask(question, deadline)
    if ending.outcome is not Outcome.OK:
        raise EndedError(ending.outcome, ending.detail)
    if question.outcome is not Outcome.OK:
        raise EndedError(question.outcome, question.detail)
    return [varbind.value.content for varbind in question.varbinds]


def _number(content: object) -> int:
    return content if isinstance(content, int) else 0


def _text(content: object) -> str:
    return clean(content) if isinstance(content, bytes) else ""
