"""Burst: the echoes of one poll of one device, and what came back of them."""

from collections.abc import Callable

from collectors.observation import EchoObservation, Outcome
from collectors.ping.mint import Mint
from collectors.target import PingTarget

OnDone = Callable[["Burst", Outcome], None]


class Burst:
    """The echoes of one poll of one device; mutable until it is done.

    An echo is its place in two tuples and a key of a dict, not an object: there are thousands at
    once, and of these three the cycle collector finds nothing to search.
    """

    __slots__ = (
        "address",
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
        self.replies: tuple[bytes, ...] = ()  # each the only answer to an echo, in order
        self.departures: tuple[float, ...] = ()  # when the echo left (monotonic)
        self.rtts: dict[int, float] = {}  # by place
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
        return EchoObservation(
            device=self.target.device,
            at=self.at,
            monotonic=self.began,
            outcome=outcome,
            sent=len(self.replies),
            rtts_seconds=tuple([self.rtts[place] for place in sorted(self.rtts)]),
            duplicates=self.duplicates,
            late=self.late,
            detail=self.refusal or self.words,
            ipdvs_seconds=_ipdvs(self.rtts) if len(self.rtts) > 1 else (),
        )


def _ipdvs(rtts: dict[int, float]) -> tuple[float, ...]:
    """Compare consecutive echoes (RFC 3393): a gap between two of them makes no pair."""
    return tuple(
        [abs(rtts[place + 1] - rtts[place]) for place in sorted(rtts) if place + 1 in rtts]
    )
