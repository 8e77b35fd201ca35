"""The three versions of SNMP as one role, so that one hostile case is played in each of them.

A case is written once, on PDUs or on whole datagrams. `Peer` is the agent that plays it: it hears
requests of its version, and dresses what the case says as a message of that version – under the
right community, or under the right keys, so that nothing else is wrong with it.
"""

import contextlib
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from collectors.snmp.ber import Oid
from collectors.snmp.message import (
    Message,
    Pdu,
    PduType,
    Value,
    encode_pdu,
    frame_message,
)
from collectors.snmp.secure import SecureMessage
from collectors.target import Community, SnmpTarget, Version
from tests.wire.agent import Agent, running_agent
from tests.wire.secure_agent import Asked, SecureAgent, running_secure_agent


class Dialect(StrEnum):
    V1 = "v1"
    V2C = "v2c"
    V3 = "v3"


DIALECTS = tuple(Dialect)


@dataclass(frozen=True, slots=True)
class Heard:
    """A request, and what would answer it honestly."""

    request: Pdu
    answer: Pdu
    dress: Callable[[bytes], bytes]  # an encoded PDU → the datagram of an answer
    message: SecureMessage | None = None  # of v3

    @property
    def honest(self) -> bytes:
        return self.dress(encode_pdu(self.answer))

    def saying(self, **changes: Any) -> bytes:
        """Return the datagram of the honest answer but for some fields of its PDU."""
        return self.dress(encode_pdu(self.answer._replace(**changes)))

    @property
    def is_walk(self) -> bool:
        return self.request.type in (PduType.GETNEXT, PduType.GETBULK)


Play = Callable[[Heard], Iterable[bytes]]


class Peer(Protocol):
    """An agent of one version."""

    @property
    def requests(self) -> list[Pdu]:
        """What was asked so far; without what only greets an SNMPv3 engine."""
        ...

    @property
    def objects(self) -> dict[Oid, Value]: ...

    @property
    def most_octets(self) -> int: ...

    @most_octets.setter
    def most_octets(self, octets: int) -> None: ...

    def play(self, play: Play | None) -> None:
        """Answer so from now on, or honestly."""
        ...

    def send(self, data: bytes) -> None:
        """Send to whoever asked last."""
        ...

    @property
    def asker(self) -> tuple[str, int]: ...

    def target(self, **changes: Any) -> SnmpTarget: ...


class OpenPeer:
    """Speaks v1 or v2c."""

    def __init__(self, agent: Agent, version: Version) -> None:
        self.agent = agent
        self._version = version

    @property
    def requests(self) -> list[Pdu]:
        return [message.pdu for message in self.agent.requests]

    @property
    def objects(self) -> dict[Oid, Value]:
        return self.agent.objects

    @property
    def most_octets(self) -> int:
        return self.agent.most_octets

    @most_octets.setter
    def most_octets(self, octets: int) -> None:
        self.agent.most_octets = octets

    def play(self, play: Play | None) -> None:
        if play is None:
            self.agent.trick = None
            return

        def trick(request: Message, answer: Message) -> Iterable[bytes]:
            def dress(pdu: bytes) -> bytes:
                return frame_message(answer.community, pdu, version=answer.version)

            return play(Heard(request.pdu, answer.pdu, dress))

        self.agent.trick = trick

    def send(self, data: bytes) -> None:
        self.agent.send(data)

    @property
    def asker(self) -> tuple[str, int]:
        return self.agent.asker

    def target(self, **changes: Any) -> SnmpTarget:
        credential = Community(name="test", secret=b"public", version=self._version)
        return self.agent.target(**({"credential": credential} | changes))


class SecurePeer:
    """Speaks v3."""

    def __init__(self, agent: SecureAgent) -> None:
        self.agent = agent

    @property
    def requests(self) -> list[Pdu]:
        return self.agent.asked

    @property
    def objects(self) -> dict[Oid, Value]:
        return self.agent.objects

    @property
    def most_octets(self) -> int:
        return self.agent.most_octets

    @most_octets.setter
    def most_octets(self, octets: int) -> None:
        self.agent.most_octets = octets

    def play(self, play: Play | None) -> None:
        if play is None:
            self.agent.trick = None
            return

        def trick(asked: Asked) -> Iterable[bytes]:
            if asked.request is None or asked.answer is None:
                return [asked.honest]

            def dress(pdu: bytes) -> bytes:
                return self.agent.seal(asked.message, pdu, flags=asked.message.flags & 3)

            return play(Heard(asked.request.pdu, asked.answer.pdu, dress, asked.message))

        self.agent.trick = trick

    def send(self, data: bytes) -> None:
        self.agent.send(data)

    @property
    def asker(self) -> tuple[str, int]:
        return self.agent.asker

    def target(self, **changes: Any) -> SnmpTarget:
        return self.agent.target(**changes)


@contextlib.asynccontextmanager
async def running_peer(
    dialect: Dialect, objects: dict[Oid, Value] | None = None, *, host: str = "127.0.0.1"
) -> AsyncIterator[Peer]:
    """Run an agent of this version on a free port."""
    if dialect is Dialect.V3:
        async with running_secure_agent(objects, host=host) as secure:
            yield SecurePeer(secure)
        return
    version = Version.V1 if dialect is Dialect.V1 else Version.V2C
    async with running_agent(objects, host=host) as agent:
        yield OpenPeer(agent, version)
