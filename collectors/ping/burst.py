"""Burst: the echoes of one poll of one device, and what came back of them."""

from collections.abc import Callable
from itertools import pairwise

from collectors.observation import EchoObservation, Outcome
from collectors.ping.mint import Mint
from collectors.target import PingTarget

OnDone = Callable[["Burst", Outcome], None]


class Burst:
    """The echoes of one poll of one device; mutable until it is done.

    An echo is a place in three tuples and not an object: there are thousands at once, and tuples of
    octets and numbers are small, and nothing the cycle collector has to search.
    """

    __slots__ = (
        "address",
        "answered",
        "at",
        "attempts",
        "began",
        "departures",
        "disturbances",
        "done",
        "duplicates",
        "late",
        "mint",
        "on_done",
        "refusal",
        "replies",
        "rtts",
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
        self.replies: tuple[bytes, ...] = ()  # each the only one to an echo that left, in order
        self.departures: tuple[float, ...] = ()  # when it left (monotonic)
        self.rtts: tuple[float | None, ...] = ()  # seconds; None while it is not answered
        self.answered = 0
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

    def left(self, reply: bytes, departure: float) -> None:
        """Note an echo that left, and when."""
        self.replies += (reply,)
        self.departures += (departure,)
        self.rtts += (None,)

    def answer(self, place: int, rtt: float) -> None:
        """Note the first answer to an echo."""
        rtts = self.rtts
        self.rtts = (rtt,) if len(rtts) == 1 else (*rtts[:place], rtt, *rtts[place + 1 :])

    def observation(self, outcome: Outcome) -> EchoObservation:
        """Return the burst as it is now."""
        rtts = self.rtts
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


def _ipdvs(rtts: tuple[float | None, ...]) -> tuple[float, ...]:
    """Compare consecutive echoes (RFC 3393): a gap between two of them makes no pair."""
    return tuple([abs(b - a) for a, b in pairwise(rtts) if a is not None and b is not None])
