"""Draw: with what something is drawn for a network – chance, when, how fast, how far."""

import random
from dataclasses import dataclass
from typing import Final

from netmon.simulation.borders import WIDER, Border
from netmon.simulation.events import Event
from topology.model import InterfaceId, Link, Medium, Role, SiteId

MIN: Final = 60.0
HOUR: Final = 3600.0
Events = tuple[Event, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Draw:
    """What a mishap is drawn with: chance, the network, when, and how fast time goes."""

    chance: random.Random
    border: Border
    start_seconds: float
    pace: float = 1.0
    wider: bool = False

    def between(self, low: float, high: float) -> float:
        """Draw from a range, which is wider by a quarter where that is asked for."""
        extra = (high - low) * (WIDER - 1) / 2 if self.wider else 0.0
        return max(self.chance.uniform(low - extra, high + extra), low / 4)

    def end(self, low_seconds: float, high_seconds: float) -> float:
        """Draw when something ends that lasts so long."""
        return self.start_seconds + self.between(low_seconds, high_seconds) / self.pace

    def link(self, *media: Medium) -> Link | None:
        """Draw a link of some media, or of any."""
        found = [
            link for link in self.border.network.links.values() if not media or link.medium in media
        ]
        return self.chance.choice(found) if found else None

    def end_of(self, *media: Medium) -> InterfaceId | None:
        """Draw one end of a link of some media."""
        link = self.link(*media)
        return None if link is None else self.chance.choice(link.ends)

    def site(self, *roles: Role) -> SiteId:
        """Draw a site of some roles, or any but the core."""
        sites = self.border.network.sites.values()
        found = [s.id for s in sites if (s.role in roles if roles else s.role is not Role.CORE)]
        return self.chance.choice(found)
