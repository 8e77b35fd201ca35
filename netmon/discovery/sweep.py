"""Sweep: every address asked by ICMP and by SNMP, many at once, each at its own pace."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from collectors.observation import EchoObservation, Outcome
from collectors.ping.collector import PingCollector
from collectors.snmp.discovery.discoverer import Discovered, Discoverer, Goal
from collectors.target import Credential, PingTarget, Target
from topology.model import DeviceId

_ECHOES: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came of one goal."""

    discovered: Discovered
    is_inventoried: bool  # the goal is a device of the inventory, and bears its name
    echo: EchoObservation | None = None  # None: no ICMP was possible

    @property
    def device(self) -> DeviceId:
        """Whose answer it is."""
        return self.discovered.goal.device

    @property
    def answers_echoes(self) -> bool:
        """Whether it answers ICMP."""
        return self.echo is not None and self.echo.outcome is Outcome.OK

    def renamed(self, device: DeviceId) -> "Answer":
        """Return the same under another name."""
        found = self.discovered
        identity = found.identity
        renamed = replace(
            found,
            goal=replace(found.goal, device=device),
            identity=None if identity is None else replace(identity, device=device),
            claims=tuple(replace(claim, device=device) for claim in found.claims),
        )
        return replace(self, discovered=renamed)


@dataclass(frozen=True, slots=True)
class Errand:
    """One goal, and by which credentials it is asked, in order."""

    goal: Goal
    credentials: tuple[Credential, ...]
    is_inventoried: bool


def errands_of(
    addresses: Iterable[str],
    targets: Mapping[DeviceId, Target],
    credentials: Sequence[Credential],
    *,
    port: int,
) -> list[Errand]:
    """Return whom to ask: the inventory's devices as it says, strangers on the usual port."""
    known: dict[str, list[Target]] = {}
    for target in targets.values():
        for address in {each.address for each in (target.snmp, target.ping) if each is not None}:
            known.setdefault(address, []).append(target)
    errands: list[Errand] = []
    for address in addresses:
        here = known.get(address, ())
        errands += [_errand(address, target, credentials, port) for target in here]
        if not here:
            goal = Goal(device=DeviceId(address), address=address, port=port)
            errands.append(Errand(goal, tuple(credentials), is_inventoried=False))
    return errands


def _errand(address: str, target: Target, credentials: Sequence[Credential], port: int) -> Errand:
    snmp = target.snmp
    if snmp is None:
        goal = Goal(device=target.device, address=address, port=port)
        return Errand(goal, tuple(credentials), is_inventoried=True)
    goal = Goal(device=target.device, address=address, port=snmp.port, context=snmp.context)
    own_first = dict.fromkeys((snmp.credential, *credentials))
    return Errand(goal, tuple(own_first), is_inventoried=True)


async def sweep(
    errands: Sequence[Errand],
    *,
    discoverer: Discoverer,
    pinger: PingCollector | None,
    at_once: int,
    tell: Callable[[], None],
) -> list[Answer]:
    """Run all errands; `tell` is called after each. Cancelled, it leaves nothing under way."""
    answers: list[Answer | None] = [None] * len(errands)
    waiting = iter(enumerate(errands))

    async def work() -> None:
        for place, errand in waiting:
            answers[place] = await _run(errand, discoverer, pinger)
            tell()

    async with asyncio.TaskGroup() as group:
        for _ in range(min(at_once, len(errands))):
            group.create_task(work())
    return [answer for answer in answers if answer is not None]


async def _run(errand: Errand, discoverer: Discoverer, pinger: PingCollector | None) -> Answer:
    goal = errand.goal
    echo: EchoObservation | None = None
    async with asyncio.TaskGroup() as group:
        asked = group.create_task(discoverer.discover(goal, errand.credentials))
        if pinger is not None:
            ping = PingTarget(device=goal.device, address=goal.address, echoes=_ECHOES)
            pinged = group.create_task(pinger.collect(ping))
    if pinger is not None:
        echo = pinged.result()
    return Answer(discovered=asked.result(), is_inventoried=errand.is_inventoried, echo=echo)
