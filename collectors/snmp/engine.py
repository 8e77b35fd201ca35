"""SnmpEngine: polls one target by SNMP and returns the one observation of it.

A target is mapped first (what it is, which interfaces it has), then polled by a compiled plan until
its sysUpTime shows a restart, or the mapping has aged. An observation never mixes two mappings.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from collectors.observation import Layout, Observation, Outcome
from collectors.snmp.exchange import Exchange
from collectors.snmp.library import load_profile
from collectors.snmp.line import EndedError, Line
from collectors.snmp.mapping import Mapper, Mapping
from collectors.snmp.plan import Plan, compile_plan
from collectors.snmp.poll import PollQuestion, Uptime
from collectors.snmp.profile import Profile
from collectors.snmp.question import Asker
from collectors.snmp.settings import SnmpSettings, SnmpStatistics
from collectors.target import SnmpTarget

_LIVES_PER_POLL: Final = 2


@dataclass(slots=True, eq=False, kw_only=True)
class _Session:
    """What is remembered of one device between polls."""

    line: Line
    profile: Profile
    life: "_Life | None" = None
    is_busy: bool = False


@dataclass(slots=True, eq=False, kw_only=True)
class _Life:
    """A device between two restarts: what it is, and how it is asked."""

    mapping: Mapping
    mapped_at: float
    plan: Plan
    uptime: Uptime


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
    ) -> None:
        self.statistics: Final = statistics or SnmpStatistics()
        self._now: Final = now
        self._wall: Final = wall
        self._settings: Final = settings
        self._asker: Final = asker or Exchange(settings, self.statistics, now)
        self._mapper: Final = Mapper(settings, now)
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
            return self._observe(target, at, started, ended)
        finally:
            session.is_busy = False
        return Observation(
            device=target.device,
            at=at,
            monotonic=started,
            duration_seconds=self._now() - started,
            outcome=poll.outcome,
            layout=poll.plan.layout,
            values=poll.values,
            detail=poll.detail,
        )

    def layout_of(self, device: str) -> Layout | None:
        """Return the layout in use for a device, if it is mapped."""
        session = self._sessions.get(device)
        return session.life.plan.layout if session and session.life else None

    def forget(self, device: str) -> None:
        """Drop what is remembered of a device that left the inventory."""
        session = self._sessions.pop(device, None)
        if session is not None:
            target = session.line.target
            self._asker.forget(target.address, target.port)

    async def close(self) -> None:
        """Release sockets; polls under way end as NOT_POLLED."""
        self._asker.close()

    def _session(self, target: SnmpTarget) -> _Session:
        session = self._sessions.get(target.device)
        if session is None or (session.line.target is not target and session.line.target != target):
            profile = load_profile(target.profile)
            session = self._sessions[target.device] = _Session(
                line=Line(target, self._asker), profile=profile
            )
        return session

    def _observe(
        self, target: SnmpTarget, at: float, started: float, ended: EndedError
    ) -> Observation:
        return Observation(
            device=target.device,
            at=at,
            monotonic=started,
            duration_seconds=self._now() - started,
            outcome=ended.outcome,
            detail=ended.detail,
        )

    async def _poll(self, session: _Session, started: float) -> PollQuestion:
        deadline = started + session.line.target.budget_seconds
        for _ in range(_LIVES_PER_POLL):
            life = session.life
            if life is None or started - life.mapped_at >= self._settings.remap_seconds:
                life = session.life = await self._map(session, deadline)
            poll = await self._ask(session.line, life, deadline)
            if not poll.is_restarted:
                return poll
            self.statistics.reboots_seen += 1
            session.life = None
        raise EndedError(Outcome.MISMATCH, "sysUpTime keeps falling")

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
            plan = compile_plan(
                device=session.line.target.device,
                profile=session.profile,
                interfaces=mapping.interfaces,
                rows=mapping.rows,
                parts=mapping.parts,
                envelope=session.line.envelope,
                max_answer_octets=self._settings.max_answer_octets,
            )
        return _Life(mapping=mapping, mapped_at=uptime.monotonic, plan=plan, uptime=uptime)

    async def _ask(self, line: Line, life: _Life, deadline: float) -> PollQuestion:
        poll = PollQuestion(plan=life.plan, uptime=life.uptime, monotonic=self._now())
        ending = await line.ask(poll, deadline)
        self.statistics.answers_read_strictly += poll.strictly
        if ending.outcome is not Outcome.OK:
            if poll.position == 0:
                raise EndedError(ending.outcome, ending.detail)
            poll.problems.append(f"request {poll.position + 1}: {ending.detail}")
            poll.close()
        elif not poll.outcome.has_values:
            raise EndedError(poll.outcome, poll.detail)
        if not poll.is_restarted:
            life.uptime = Uptime(poll.ticks, poll.monotonic)
        return poll
