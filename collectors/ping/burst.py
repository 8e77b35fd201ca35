"""Burst: the echoes of one poll of one device, and what came back of them."""

from collections.abc import Callable
from itertools import pairwise

from collectors.observation import EchoObservation, Outcome
from collectors.ping.mint import Mint
from collectors.target import PingTarget

OnDone = Callable[["Burst", Outcome], None]


class Burst:
    """The echoes of one poll of one device; mutable until it is done.

    An echo is a key of two dicts, the only reply to it, and not an object: there are thousands at
    once, and a dict of octets and numbers is nothing the cycle collector has to search.
    """

    __slots__ = (
        "address",
        "at",
        "attempts",
        "began",
        "disturbances",
        "done",
        "duplicates",
        "late",
        "mint",
        "on_done",
        "refusal",
        "rtts",
        "sent",
        "target",
        "words",
    )

    def __init__(
        self,
        target: PingTarget,
        on_done: OnDone,
        address: str,
        mint: Mint | None,
        began: float,
        at: float,
    ) -> None:
        self.target = target
        self.on_done = on_done
        self.address = address
        self.mint = mint  # what makes its echoes
        self.began = began
        self.at = at
        self.attempts = 0  # echoes sent, refused, or about to be
        self.sent: dict[bytes, float] = {}  # when each echo left (monotonic), in order
        self.rtts: dict[bytes, float] = {}  # of those answered
        self.duplicates = 0
        self.late = 0
        self.words = ""  # what a router said
        self.refusal = ""  # what our kernel said
        self.done = False
        self.disturbances = 0  # of the flight, when the burst began

    @property
    def is_sent(self) -> bool:
        """Whether no echo is left to send."""
        return self.attempts >= self.target.echoes

    def observation(self, outcome: Outcome) -> EchoObservation:
        """Return the burst as it is now."""
        rtts = [self.rtts.get(reply) for reply in self.sent]
        return EchoObservation(
            device=self.target.device,
            at=self.at,
            monotonic=self.began,
            outcome=outcome,
            sent=len(rtts),
            rtts_seconds=tuple([rtt for rtt in rtts if rtt is not None]),
            duplicates=self.duplicates,
            late=self.late,
            detail=self.refusal or self.words,
            ipdvs_seconds=_ipdvs(rtts) if len(rtts) > 1 else (),
        )


def _ipdvs(rtts: list[float | None]) -> tuple[float, ...]:
    """Compare consecutive echoes (RFC 3393): a gap between two of them makes no pair."""
    return tuple([abs(b - a) for a, b in pairwise(rtts) if a is not None and b is not None])
