"""What the way does to one packet there and back: delay, loss, copies, damage.

Delay and loss are the world's; copies and damage are rare accidents, drawn here. Draws follow one
seeded sequence: the same questions in the same order have the same answers.
"""

import random
from dataclasses import dataclass
from typing import Annotated, Final

from annotated_types import Ge, Lt

from netmon.simulation.world import World
from topology.model import DeviceId

COPY_DELAY_SECONDS: Final = 0.5e-3  # a copy comes this much later, at most


@dataclass(frozen=True, slots=True, kw_only=True)
class ImpairmentSettings:
    """Accidents on the way, of packets there and back; the loss of the world comes on top."""

    loss_ratio: Annotated[float, Ge(0), Lt(1)] = 0.0
    duplicate_ratio: Annotated[float, Ge(0), Lt(1)] = 0.0
    corruption_ratio: Annotated[float, Ge(0), Lt(1)] = 0.0


PERFECT: Final = ImpairmentSettings()
ROUGH: Final = ImpairmentSettings(loss_ratio=0.001, duplicate_ratio=0.002, corruption_ratio=0.001)


@dataclass(frozen=True, slots=True)
class Arrival:
    """One copy of a packet that comes back: after how long, and whether a bit of it is wrong."""

    delay_seconds: float
    is_corrupt: bool = False


class Impairment:
    """Draws what becomes of packets."""

    def __init__(self, world: World, settings: ImpairmentSettings = PERFECT) -> None:
        self._world = world
        self._settings = settings
        self._random = random.Random(world.seed)

    def refresh(self, time: float) -> None:
        """Let the world be computed for this instant, ahead of the packets that will ask."""
        self._world.now(time)

    def arrivals(self, device: DeviceId, time: float) -> tuple[Arrival, ...]:
        """Return the copies of an answer that come back; none if the packet or it is lost."""
        sample, row = self._world.now(time), self._world.device_rows[device]
        if not sample.answers[0, row]:
            return ()
        draw, settings = self._random.random, self._settings
        kept = (1 - float(sample.loss_ratio[0, row])) * (1 - settings.loss_ratio)
        if draw() >= kept:
            return ()
        rtt_seconds = float(sample.rtt_seconds[0, row])
        delay_seconds = rtt_seconds + self._random.expovariate(1.0) * float(
            sample.ipdv_seconds[0, row]
        )
        arrival = Arrival(delay_seconds, is_corrupt=draw() < settings.corruption_ratio)
        if draw() < settings.duplicate_ratio:
            return arrival, Arrival(delay_seconds + draw() * COPY_DELAY_SECONDS)
        return (arrival,)
