"""SnmpEngine: polls one target by SNMP and returns the one observation of it.

A target is mapped first (what it is, which interfaces it has), then polled by a compiled plan until
its sysUpTime shows a restart, or the mapping has aged. An observation never mixes two mappings.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from math import inf
from typing import Final

from collectors.observation import Observation, Outcome, SecurityEvent, SecurityKind
from collectors.snmp.engines import Engines
from collectors.snmp.exchange import Exchange
from collectors.snmp.greeting import Greeter
from collectors.snmp.identity import misfit
from collectors.snmp.library import load_profile
from collectors.snmp.line import EndedError, Line
from collectors.snmp.mapping import Mapper, Mapping
from collectors.snmp.plan import Plan, compile_plan
from collectors.snmp.poll import PollQuestion, Uptime
from collectors.snmp.profile import Profile
from collectors.snmp.question import Asker
from collectors.snmp.rejection import Rejection
from collectors.snmp.settings import SnmpSettings, SnmpStatistics
from collectors.snmp.suite import NativeSuite, Suite
from collectors.target import SnmpTarget, UsmUser

_LIVES_PER_POLL: Final = 2
_DOUBTFUL: Final = frozenset({Outcome.TIMEOUT, Outcome.AUTH_ERROR})


@dataclass(slots=True, eq=False, kw_only=True)
class _Session:
    """What is remembered of one device between polls."""

    line: Line
    profile: Profile
    life: "_Life | None" = None
    is_busy: bool = False
    is_doubtful: bool = False  # the last poll found nobody: begin with a small question
    refusals: int = 0  # polls in a row whose keys, user or level were refused
    refusal: str = ""
    held_until: float = -inf  # a refused one is not asked before


@dataclass(slots=True, eq=False, kw_only=True)
class _Life:
    """A device between two restarts: what it is, and how it is asked."""

    mapping: Mapping
    mapped_at: float
    plan: Plan
    uptime: Uptime
    misfit: str = ""  # why it is not what its profile is for


class SnmpEngine:
    """The engine on our own codec."""

    def __init__(
        self,
        *,
        now: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
        settings: SnmpSettings = SnmpSettings(),  # noqa: B008 - frozen
        statistics: SnmpStatistics | None = None,
        asker: Asker | None = None,
        suite: Suite | None = None,
    ) -> None:
        self.statistics: Final = statistics or SnmpStatistics()
        self._now: Final = now
        self._wall: Final = wall
        self._settings: Final = settings
        self._asker: Final = asker or Exchange(settings, self.statistics, now)
        self._mapper: Final = Mapper(settings, now)
        self._greeter: Final = Greeter(suite or NativeSuite(), settings, now)
        self._engines: Final = Engines()
        self._sessions: dict[str, _Session] = {}

    async def collect(self, target: SnmpTarget) -> Observation:
        """Poll the target once, within its budget."""
        at, started = self._wall(), self._now()
        session = self._session(target)
        if session.is_busy:
            return self._observe(
                target, at, started, EndedError(Outcome.NOT_POLLED, "the last poll still runs")
            )
        session.is_busy = True
        try:
            poll = await self._poll(session, started)
        except EndedError as ended:
            self._note_failure(session, ended, started)
            return self._observe(target, at, started, ended, self._events_of(session))
        finally:
            session.is_busy = False
        session.refusals = 0
        return Observation(
            device=target.device,
            at=at,
            monotonic=started,
            duration_seconds=self._now() - started,
            outcome=poll.outcome,
            layout=poll.plan.layout,
            values=poll.values,
            detail=poll.detail,
            events=self._events_of(session) if session.line.events else (),
            misfit=session.life.misfit if session.life is not None else "",
        )

    def engine_of(self, device: str) -> tuple[bytes, int, int] | None:
        """Return engineID, boots and time that a device has proven by SNMPv3; None: it has not."""
        session = self._sessions.get(device)
        association = None if session is None else session.line.association
        if association is None or not association.clock.is_proven:
            return None
        clock = association.clock
        return association.engine_id, clock.boots, clock.time_at(self._now())

    def forget(self, device: str) -> None:
        """Drop what is remembered of a device that left the inventory."""
        session = self._sessions.pop(device, None)
        if session is not None:
            target = session.line.target
            self._asker.forget(target.address, target.port)
            self._engines.forget(device)

    async def close(self) -> None:
        """Release sockets; polls under way end as NOT_POLLED."""
        self._asker.close()

    def _session(self, target: SnmpTarget) -> _Session:
        session = self._sessions.get(target.device)
        if session is None or (session.line.target is not target and session.line.target != target):
            profile = load_profile(target.profile)
            session = self._sessions[target.device] = _Session(
                line=Line(target, self._asker, self._settings, self._now), profile=profile
            )
        return session

    def _observe(
        self,
        target: SnmpTarget,
        at: float,
        started: float,
        ended: EndedError,
        events: tuple[SecurityEvent, ...] = (),
    ) -> Observation:
        return Observation(
            device=target.device,
            at=at,
            monotonic=started,
            duration_seconds=self._now() - started,
            outcome=ended.outcome,
            detail=ended.detail,
            events=events,
        )

    def _events_of(self, session: _Session) -> tuple[SecurityEvent, ...]:
        events = tuple(session.line.events)
        session.line.events.clear()
        for event in events:
            self.statistics.security_events[event.kind] += 1
        return events

    def _note_failure(self, session: _Session, ended: EndedError, started: float) -> None:
        """Doubt who did not answer; let who refused our keys alone for a while, ever longer."""
        if ended.outcome in _DOUBTFUL:
            session.is_doubtful = True
        if ended.outcome is not Outcome.AUTH_ERROR or ended.rejection is Rejection.REPORT_ENGINE:
            return
        is_downgrade = ended.rejection is Rejection.SECURITY_LEVEL
        kind = SecurityKind.DOWNGRADE if is_downgrade else SecurityKind.AUTH_ERROR
        session.line.events.append(SecurityEvent(kind, ended.detail))
        session.refusals += 1
        session.refusal = ended.detail
        # Who has answered under these keys before is asked once more: it may have been a forgery.
        strikes = session.refusals - (session.line.association is not None)
        if strikes > 0:
            settings = self._settings
            seconds = settings.auth_backoff_seconds * 2.0 ** min(strikes - 1, 30)
            session.held_until = started + min(seconds, settings.auth_backoff_max_seconds)

    async def _poll(self, session: _Session, started: float) -> PollQuestion:
        if started < session.held_until:
            seconds = session.held_until - started
            reason = f"not asked for another {seconds:.0f} s, since {session.refusal}"
            raise EndedError(Outcome.NOT_POLLED, reason)
        deadline = started + session.line.target.budget_seconds
        is_checked = False
        if session.is_doubtful or not session.line.is_open:
            is_checked = await self._greet(session, deadline)
        try:
            return await self._poll_lives(session, started, deadline, is_checked=is_checked)
        except EndedError as ended:
            if ended.rejection is not Rejection.REPORT_ENGINE:
                raise
        session.is_doubtful = True  # it says it is another engine than before: greet it at once
        is_checked = await self._greet(session, deadline)
        return await self._poll_lives(session, started, deadline, is_checked=is_checked)

    async def _poll_lives(
        self, session: _Session, started: float, deadline: float, *, is_checked: bool
    ) -> PollQuestion:
        """Poll the device; map it first where needed, and again if it turns out restarted."""
        for _ in range(_LIVES_PER_POLL):
            life = session.life
            if life is None or started - life.mapped_at >= self._settings.remap_seconds:
                life = session.life = await self._map(session, deadline)
            poll = await self._ask(session, life, deadline, is_checked=is_checked)
            if not poll.is_restarted:
                return poll
            self.statistics.reboots_seen += 1
            session.life = None
        raise EndedError(Outcome.MISMATCH, "sysUpTime keeps falling")

    async def _greet(self, session: _Session, deadline: float) -> bool:
        """Find a new device's engine, or ask a doubtful one a small question first.

        Return whether it has answered that just now.
        """
        line = session.line
        credential, known = line.target.credential, line.association
        if isinstance(credential, UsmUser):
            association = await self._greeter.greet(line, credential, deadline)
            if association is not known:
                line.association = association
                target, engine_id = line.target, association.engine_id
                where = f"{target.address}:{target.port}"
                line.events.extend(self._engines.note(target.device, where, engine_id))
                session.life = None
        elif session.life is not None:
            await self._greeter.check(line, deadline)
        else:
            return False  # a mapping begins with a small question anyway
        session.is_doubtful = False
        return True

    async def _map(self, session: _Session, deadline: float) -> _Life:
        """Learn what the device is; keep plan and layout if it is alive and well as before."""
        mapping, uptime = await self._mapper.map(session.line, session.profile, deadline)
        self.statistics.mappings += 1
        life = session.life
        if (
            life is not None
            and mapping == life.mapping
            and not life.plan.has_holes  # what was missing may be there by now
            and life.uptime.is_continued_by(uptime.ticks, uptime.monotonic)
        ):
            plan = life.plan
        else:
            plan = self._compile(session, mapping)
        return _Life(
            mapping=mapping,
            mapped_at=uptime.monotonic,
            plan=plan,
            uptime=uptime,
            misfit=misfit(session.profile, mapping.sysobjectid, mapping.sysdescr),
        )

    def _compile(self, session: _Session, mapping: Mapping) -> Plan:
        line = session.line
        return compile_plan(
            device=line.target.device,
            profile=session.profile,
            interfaces=mapping.interfaces,
            rows=mapping.rows,
            parts=mapping.parts,
            missing=mapping.missing,
            envelope=line.envelope,
            max_answer_octets=line.settings.max_answer_octets - line.overhead_octets,
        )

    async def _ask(
        self, session: _Session, life: _Life, deadline: float, *, is_checked: bool
    ) -> PollQuestion:
        poll = PollQuestion(plan=life.plan, uptime=life.uptime, monotonic=self._now())
        ending = await session.line.ask(poll, deadline)
        self.statistics.answers_read_strictly += poll.strictly
        if poll.splits and session.line.halve_answers():
            self.statistics.halvings += 1
        if ending.outcome is not Outcome.OK:
            if ending.outcome is Outcome.TIMEOUT and (is_checked or poll.position):
                self._ease(session, life)
            if poll.position == 0:
                raise EndedError(ending.outcome, ending.detail, ending.rejection)
            poll.problems.append(f"request {poll.position + 1}: {ending.detail}")
            poll.close()
        elif not poll.outcome.has_values:
            raise EndedError(poll.outcome, poll.detail)
        if not poll.is_restarted:
            life.uptime = Uptime(poll.ticks, poll.monotonic)
        return poll

    def _ease(self, session: _Session, life: _Life) -> None:
        """Ask for less at once: the device answers small questions, but not this one."""
        if session.line.halve_answers():
            self.statistics.halvings += 1
            life.plan = self._compile(session, life.mapping)
