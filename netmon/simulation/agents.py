"""All agents of the network on UDP: one socket per address, one loop, one thread of its own.

A thread, not a process: the world is shared as it is, and an answer costs some 0.2 ms. Its own loop
keeps the agents from waiting for the monitor's loop, so that what the demo shows of polling is
true; the CPU of the process is that of both (docs/decisions/0050).
"""

import asyncio
import socket
import threading
from collections.abc import Callable, Iterable
from typing import Final

from collectors.snmp.library import load_profile
from collectors.snmp.message import MAX_DATAGRAM_OCTETS
from collectors.snmp.profile import Profile
from collectors.target import Community, SnmpTarget, Target
from netmon.simulation.agent import Agent
from netmon.simulation.world import World

Clock = Callable[[], float]  # seconds since the story began

STOP_SECONDS: Final = 5.0
PORTS_TRIED: Final = 50
DATAGRAMS_PER_WAKE: Final = 64


class AgentsError(Exception):
    """The agents cannot listen; the text says where and why."""


class Agents:
    """The agents of all targets asked by SNMP; `bind` (or not), `start`, `stop`, or use `with`."""

    def __init__(self, world: World, targets: Iterable[Target], clock: Clock) -> None:
        self._clock = clock
        self._asked = [target.snmp for target in targets if target.snmp is not None]
        profiles = {name: load_profile(name) for name in {asked.profile for asked in self._asked}}
        self._by_address = {
            (asked.address, asked.port): _agent(world, asked, profiles[asked.profile])
            for asked in self._asked
        }
        self._doors: list[tuple[socket.socket, Agent]] = []
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._host: asyncio.AbstractEventLoop | None = None

    def answer(self, address: str, port: int, request: bytes, time: float) -> bytes | None:
        """Return what the agent at an address answers, without a socket; None if nobody does."""
        agent = self._by_address.get((address, port))
        return None if agent is None else agent.answer(request, time)

    def bind(self) -> None:
        """Take all addresses, so that nobody else does; raises AgentsError if one is taken."""
        for (address, port), agent in self._by_address.items():
            try:
                door = socket.socket(_family(address), socket.SOCK_DGRAM)
                self._doors.append((door, agent))
                door.setblocking(False)
                door.bind((address, port))
            except OSError as error:
                self._close()
                raise AgentsError(
                    f"cannot listen on {address} port {port} for the simulated {agent.device}:"
                    f" {error.strerror}; is a demo running already?"
                ) from error

    def start(self) -> None:
        """Answer from now on, on all addresses; raises AgentsError if one cannot be bound."""
        if not self._doors:
            self.bind()
        loop = self._loop = asyncio.new_event_loop()
        for door, agent in self._doors:
            loop.add_reader(door, self._read, door, agent)
        self._thread = threading.Thread(
            target=loop.run_forever, name="simulated-agents", daemon=True
        )
        self._thread.start()

    def start_on(self, loop: asyncio.AbstractEventLoop) -> None:
        """Answer on a loop that somebody else runs, without a thread; else as `start`."""
        if not self._doors:
            self.bind()
        self._host = loop
        for door, agent in self._doors:
            loop.add_reader(door, self._read, door, agent)

    def stop(self) -> None:
        """Close all sockets and wait for the thread."""
        if self._host is not None and not self._host.is_closed():
            for door, _ in self._doors:
                self._host.remove_reader(door)
        if self._loop is not None and self._thread is not None and self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(STOP_SECONDS)
        self._close()

    def __enter__(self) -> "Agents":
        self.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self.stop()

    def _read(self, door: socket.socket, agent: Agent) -> None:
        for _ in range(DATAGRAMS_PER_WAKE):
            try:
                request, source = door.recvfrom(MAX_DATAGRAM_OCTETS)
                answer = agent.answer(request, self._clock())
                if answer is not None:
                    door.sendto(answer, source)
            except OSError:  # nothing more to read, or a source that cannot be answered
                return

    def _close(self) -> None:
        for door, _ in self._doors:
            door.close()
        self._doors.clear()
        if self._loop is not None and not self._loop.is_running():
            self._loop.close()


def ports_away(targets: Iterable[Target]) -> int:
    """Return the least number to add to all ports so that every agent can listen.

    0 where all are free, and where nothing nearby is: then `start` says what is in the way.
    """
    doors = {(each.snmp.address, each.snmp.port) for each in targets if each.snmp is not None}
    for away in range(PORTS_TRIED):
        if all(_is_free(address, port + away) for address, port in doors):
            return away
    return 0


def _is_free(address: str, port: int) -> bool:
    with socket.socket(_family(address), socket.SOCK_DGRAM) as door:
        try:
            door.bind((address, port))
        except (OSError, OverflowError):
            return False
    return True


def _family(address: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in address else socket.AF_INET


def _agent(world: World, asked: SnmpTarget, profile: Profile) -> Agent:
    if not isinstance(asked.credential, Community):
        raise ValueError(f"{asked.device}: simulated agents go by a community, not by a v3 user")
    return Agent(world, asked.device, profile, asked.credential.secret)
