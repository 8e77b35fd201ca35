"""Question: what is asked of one agent, and Asker: the role of what carries it there."""

from dataclasses import dataclass
from enum import Enum, auto
from typing import Protocol

from collectors.observation import Outcome
from collectors.snmp.rejection import Rejection


class Step(Enum):
    """What an answer was to a question."""

    NEXT = auto()  # and another request follows
    FINISHED = auto()


class Question(Protocol):
    """A row of requests to one agent, one after the other."""

    @property
    def outcome(self) -> Outcome:
        """How it ended, once finished."""
        ...

    def datagram(self, request_id: int) -> bytes:
        """Return the request that is due now."""
        ...

    def read(self, data: bytes, request_id: int) -> Step:
        """Take a datagram that came from the agent; raise RejectedError if it is not the answer."""
        ...


@dataclass(slots=True, kw_only=True)
class Ending:
    """How asking ended; the outcome is OK whenever the question finished by itself."""

    outcome: Outcome
    detail: str = ""
    was_answering: bool = False  # the deadline came while the agent was still answering
    rejection: Rejection | None = None  # what the agent said in place of an answer


class Asker(Protocol):
    """What carries questions to agents: `Exchange`, or the one on pysnmp."""

    async def ask(
        self,
        host: str,
        port: int,
        question: Question,
        *,
        timeout_seconds: float,
        retries: int,
        deadline: float,
        gap_seconds: float = 0.0,
    ) -> Ending:
        """Ask, and return how it ended, by `deadline` at the latest."""
        ...

    def forget(self, host: str, port: int) -> None:
        """Drop what is remembered of an agent."""
        ...

    def close(self) -> None:
        """End what is under way as not polled, and close the sockets."""
        ...
