"""Truth: what really happened, per event, so that what was found can be held against it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from netmon.verdict import Cause, Subject
from topology.model import LinkId


@dataclass(frozen=True, slots=True, kw_only=True)
class Touch:
    """The most that one event did to one link, in either direction."""

    fade_db: float = 0.0  # signal lost, whatever ATPC made up for
    noise_rise_db: float = 0.0
    snr_loss_db: float = 0.0
    errored_ratio: float = 0.0  # of the seconds
    is_lost: bool = False  # down, or nothing gets through
    is_full: bool = False  # more was offered than it carried


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """One event of a story as an all-knowing judge would write it down.

    `cause` is the word that is right, `also` those that are no mistake; for what is benign it is
    right to say nothing at all. `onset_seconds` and `end_seconds` are when its effects begin and
    end, on the simulation's clock. `members` are the links touched and the devices and sites that
    fall silent by it; `overlaps` are the ids of others that touch a member at the same time.
    """

    id: str
    kind: str  # finer than the cause: "wind", "snow", "pulsed jamming", …
    cause: Cause
    also: frozenset[Cause] = frozenset()
    is_benign: bool = False
    onset_seconds: float
    end_seconds: float
    members: tuple[Subject, ...]
    touched: Mapping[LinkId, Touch] = field(default_factory=dict, hash=False)
    overlaps: tuple[str, ...] = ()

    @property
    def peak_fade_db(self) -> float:
        """The most signal lost on any link."""
        return max((touch.fade_db for touch in self.touched.values()), default=0.0)

    @property
    def peak_noise_rise_db(self) -> float:
        """The most that noise rose on any link."""
        return max((touch.noise_rise_db for touch in self.touched.values()), default=0.0)
