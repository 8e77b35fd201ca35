"""Examination: what a profile reads of one device, object by object, with raw values and reasons.

For people who write profiles. It asks exactly what a poll asks, by the same plan, and reads by the
same readers; only nothing is thrown away.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final

from collectors.errors import DecodeError
from collectors.observation import Cell, Outcome
from collectors.snmp.admission import admit
from collectors.snmp.ber import Oid, decode_oid
from collectors.snmp.chunk import Chunk, Field, MismatchError
from collectors.snmp.exchange import Exchange
from collectors.snmp.line import EndedError, Line
from collectors.snmp.mapping import SYS_DESCR, SYS_OBJECT_ID, Mapper, oid_in
from collectors.snmp.plan import Plan, compile_plan
from collectors.snmp.poll import PollQuestion
from collectors.snmp.profile import Profile
from collectors.snmp.question import Asker, Step
from collectors.snmp.reader import Reading
from collectors.snmp.recognition import recognise
from collectors.snmp.settings import SnmpSettings, SnmpStatistics
from collectors.snmp.walk import GetQuestion
from collectors.target import SnmpTarget
from collectors.text import clean

_OID_HEADER_OCTETS: Final = 2


@dataclass(frozen=True, slots=True)
class Examined:
    """One object: what it means, and how it was read."""

    cell: Cell
    oid: Oid
    reading: Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class Examination:
    """What a profile reads of a device."""

    profile: Profile
    sysobjectid: Oid
    sysdescr: str
    objects: tuple[Examined, ...]


class Examiner:
    """Examines devices, one after the other."""

    def __init__(
        self,
        *,
        settings: SnmpSettings = SnmpSettings(),  # noqa: B008 - frozen
        now: Callable[[], float] = time.monotonic,
        asker: Asker | None = None,
    ) -> None:
        self._settings: Final = settings
        self._now: Final = now
        self._asker: Final = asker or Exchange(settings, SnmpStatistics(), now)
        self._mapper: Final = Mapper(settings, now)

    async def examine(self, target: SnmpTarget, profile: Profile) -> Examination:
        """Read everything the profile reads; raise EndedError where a poll would end."""
        line, deadline = (
            Line(target, self._asker, self._settings, self._now),
            self._now() + target.budget_seconds,
        )
        mapping, uptime = await self._mapper.map(line, profile, deadline)
        plan = compile_plan(
            device=target.device,
            profile=profile,
            interfaces=mapping.interfaces,
            rows=mapping.rows,
            parts=mapping.parts,
            envelope=line.envelope,
            max_answer_octets=line.settings.max_answer_octets,
        )
        question = _ExaminingQuestion(plan=plan, uptime=uptime, monotonic=self._now())
        await _asked(line, question, deadline)
        return Examination(
            profile=profile,
            sysobjectid=mapping.sysobjectid,
            sysdescr=mapping.sysdescr,
            objects=tuple(_guarded(plan, question.objects())),
        )

    async def choose(self, target: SnmpTarget) -> Profile | None:
        """Return the profile that fits the device best: by its system group, else by its objects.

        The objects are for devices whose sysObjectID is that of their operating system.
        """
        line, deadline = (
            Line(target, self._asker, self._settings, self._now),
            self._now() + target.budget_seconds,
        )
        system = GetQuestion(envelope=line.envelope, oids=(SYS_DESCR, SYS_OBJECT_ID))
        await _asked(line, system, deadline)
        descr, object_id = (varbind.value.content for varbind in system.varbinds)
        oid = oid_in(object_id)
        words = clean(descr) if isinstance(descr, bytes) else ""
        return await recognise(line, oid, words, deadline)

    async def close(self) -> None:
        """Release the sockets."""
        self._asker.close()


async def _asked(line: Line, question: "GetQuestion | _ExaminingQuestion", deadline: float) -> None:
    ending = await line.ask(question, deadline)
    if ending.outcome is not Outcome.OK:
        raise EndedError(ending.outcome, ending.detail)
    if not question.outcome.has_values:
        raise EndedError(question.outcome, question.detail)


@dataclass(slots=True, eq=False, kw_only=True)
class _ExaminingQuestion(PollQuestion):
    """A poll that keeps how each value came about."""

    kept: dict[Field, Reading] = field(default_factory=dict)

    def read(self, data: bytes, request_id: int) -> Step:
        """Take one datagram, always strictly."""
        chunk = self.plan.chunks[self.position]
        step = self._read_strictly(chunk, data, request_id)
        frame = admit(data, envelope=chunk.envelope, request_id=request_id)
        if not frame.error_status:
            self._keep_readings(chunk, data, frame.start, frame.end)
        return step

    def _keep_readings(self, chunk: Chunk, data: bytes, start: int, end: int) -> None:
        try:
            self.kept |= dict(chunk.readings(data, start, end))
        except (DecodeError, MismatchError):
            return  # the poll itself says so

    def objects(self) -> Iterator[Examined]:
        """Yield every object of the plan with its reading, in the order of the layout."""
        place = 0
        for chunk in self.plan.chunks:
            asked = iter(chunk.fields[1:])
            for at in range(1, len(chunk.fields) + len(chunk.holes)):
                place += 1
                if at in chunk.holes:
                    continue
                known = next(asked)
                reading = self.kept.get(known, Reading(None, None, None, "no answer"))
                oid = decode_oid(known.oid[_OID_HEADER_OCTETS:])
                yield Examined(self.plan.layout.cells[place], oid, reading)


def _guarded(plan: Plan, objects: Iterator[Examined]) -> Iterator[Examined]:
    """Make absent what another object forbids."""
    examined = list(objects)
    values = {each.cell: each.reading.value for each in examined}
    guards = {plan.layout.cells[place]: plan.layout.cells[guard] for place, guard in plan.guards}
    for each in examined:
        guard = guards.get(each.cell)
        if guard is not None and values.get(guard) == 1:
            absent = each.reading._replace(value=None, absent=f"{guard.quantity} is 1")
            yield Examined(each.cell, each.oid, absent)
        else:
            yield each
