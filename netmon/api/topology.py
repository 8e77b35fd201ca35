"""Topology: the planners' questions over HTTP, on the network as it is now or as it was drawn.

A question is worked out beside the event loop, one at a time, so that polling never waits for it.
A thread cannot be stopped: a question that takes too long, or whose asker went away, keeps its
turn until it ends, and whoever asks meanwhile is told so after a while, and not kept for ever.
`base` is `live` (what is down now has failed), `design`, or an instant (RFC 3339): then what open
incidents held down at that time has failed, as far as incidents are still remembered.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final

from netmon.api.source import Source
from netmon.incidents import Incident
from netmon.planning.options import PlanningError
from netmon.verdict import Condition, Subject, SubjectKind
from topology.model import DeviceId, LinkId, SiteId
from topology.network import Network
from topology.resilience.snapshot import Elements

if TYPE_CHECKING:
    from netmon.planning.answer import Plan

LIVE, DESIGN = "live", "design"
FORMATS: Final = ("json", "geojson")
MOST_SITES: Final = 20_000
MOST_SAMPLES: Final = 5e9  # times elements; some 20 s of one core
PATIENCE_SECONDS: Final = 60.0  # for a turn, and for an answer
MOST_WAITING: Final = 16  # each holds a connection, which scrapes need too
_DOWN: Final = frozenset({Condition.DOWN, Condition.MAINTENANCE})


class BusyError(Exception):
    """A question that is not answered in time; the message says what would be right."""


class TooLargeError(Exception):
    """A network that is too large to be asked about here."""


class Planner:
    """Answers questions over a source, one after the other."""

    def __init__(self, source: Source, *, patience_seconds: float = PATIENCE_SECONDS) -> None:
        self._source = source
        self._patience_seconds = patience_seconds
        self._turn = asyncio.Lock()
        self._waiting = 0

    @property
    def longest_seconds(self) -> float:
        """How long an answer may take, or the word that there is none."""
        return 2 * self._patience_seconds

    async def knows(self, name: str) -> bool:
        """Say whether there is such a question."""
        return name in (await _questions()).BY_NAME

    async def questions(self) -> dict[str, Any]:
        """List the questions and their options."""
        asking = await _questions()
        return {
            "questions": [
                {
                    "name": asked.name,
                    "help": asked.help,
                    "figure": asked.figure,
                    "options": [
                        {
                            "name": option.name,
                            "help": option.help,
                            "default": option.default,
                            "choices": list(option.choices),
                            "required": option.is_required,
                            "repeatable": option.is_list,
                        }
                        for option in asking.options_of(asked)
                    ],
                }
                for asked in asking.QUESTIONS
            ]
        }

    async def answer(self, name: str, given: Mapping[str, Sequence[str]]) -> dict[str, Any]:
        """Answer a question. Raises PlanningError, TooLargeError, and BusyError after a while."""
        options = {key: list(value) for key, value in given.items()}
        base = (options.pop("base", None) or [LIVE])[0]
        form = (options.pop("format", None) or ["json"])[0]
        if form not in FORMATS:
            raise PlanningError(f"format must be one of {', '.join(FORMATS)}")
        asking = await _questions()
        plan = replace(self._plan(base), most_samples=MOST_SAMPLES)
        if len(plan.network.sites) > MOST_SITES:
            raise TooLargeError(f"above {MOST_SITES} sites questions are for `netmon topo`")
        await self._take_turn()
        turn: asyncio.Task[dict[str, Any]] = asyncio.create_task(
            asyncio.to_thread(asking.ask_plainly, name, plan, options, form=form)
        )
        turn.add_done_callback(self._end_turn)
        done, _ = await asyncio.wait({turn}, timeout=self._patience_seconds)
        if not done:
            raise BusyError(
                f"no answer within {self._patience_seconds:g} s; narrow the question, or ask"
                " `netmon topo`, which waits"
            )
        return turn.result()

    async def _take_turn(self) -> None:
        if self._waiting >= MOST_WAITING:
            raise BusyError("too many questions are waiting already; ask again")
        self._waiting += 1
        try:
            async with asyncio.timeout(self._patience_seconds):
                await self._turn.acquire()
        except TimeoutError:
            raise BusyError("an earlier question is still being worked out; ask again") from None
        finally:
            self._waiting -= 1

    def _end_turn(self, turn: asyncio.Task[dict[str, Any]]) -> None:
        self._turn.release()
        if not turn.cancelled():
            turn.exception()  # seen, where nobody waits for it any more

    def _plan(self, base: str) -> "Plan":
        from netmon.planning.answer import Plan  # noqa: PLC0415 - see `_questions`

        network = self._source.network
        if base == DESIGN:
            return Plan(network=network, base=DESIGN)
        if base == LIVE:
            return Plan(network=network, base=LIVE, failed=self._down_now(network))
        try:
            at = datetime.fromisoformat(base)
        except ValueError:
            at = None
        if at is None or at.tzinfo is None:
            raise PlanningError("base must be live, design or a time with its zone (RFC 3339)")
        failed = _down_at(self._source.incidents, network, at.timestamp())
        return Plan(network=network, base=at.isoformat(), failed=failed)

    def _down_now(self, network: Network) -> Elements:
        judged = self._source.judgement
        if judged is None:
            raise PlanningError("the network is not judged yet; ask with base=design")
        return Elements(
            links=frozenset(
                link
                for link, verdict in judged.links.items()
                if verdict.condition in _DOWN and link in network.links
            ),
            devices=frozenset(
                device
                for device, verdict in judged.devices.items()
                if verdict.condition in _DOWN and device in network.devices
            ),
        )


async def _questions() -> ModuleType:
    """Load what answers, once somebody asks: tens of megabytes a mere monitor never uses."""

    def load() -> ModuleType:
        from netmon.planning import questions  # noqa: PLC0415

        return questions

    return await asyncio.to_thread(load)


def _down_at(incidents: Sequence[Incident], network: Network, at: float) -> Elements:
    members = {
        member
        for incident in incidents
        if incident.opened_at <= at and (incident.closed_at is None or at < incident.closed_at)
        and incident.condition in _DOWN
        for member in (incident.subject, *incident.members)
    }  # fmt: skip
    return Elements(
        links=frozenset(LinkId(s.id) for s in members if _is(s, SubjectKind.LINK, network.links)),
        devices=frozenset(
            DeviceId(s.id) for s in members if _is(s, SubjectKind.DEVICE, network.devices)
        ),
        sites=frozenset(SiteId(s.id) for s in members if _is(s, SubjectKind.SITE, network.sites)),
    )


def _is(subject: Subject, kind: SubjectKind, known: Mapping[Any, object]) -> bool:
    return subject.kind is kind and subject.id in known
