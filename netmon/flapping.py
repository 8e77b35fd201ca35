"""Flapping: a port that goes up and down gathers a penalty, which decays by half again and again.

Above one limit the port counts as flapping and its notifications make no more work; below another,
lower one it does not any more. So a storm of them is one event with a beginning and an end, and a
port that goes down once a day is none. As BGP damps routes.

References: RFC 2439 §4.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Final

from annotated_types import Gt

from collectors.trap.notification import Event
from topology.model import DeviceId

# A loss weighs as a withdrawn route, a return as a changed one (RFC 2439 §4.4.3 and its example).
PENALTIES: Final[Mapping[Event, float]] = {Event.LINK_DOWN: 1000.0, Event.LINK_UP: 500.0}
MOST_PORTS: Final = 256  # of one device; whoever forges more indexes shares one penalty

Port = tuple[DeviceId, int | None]  # ifIndex; None: all those a device has too many of


@dataclass(frozen=True, slots=True, kw_only=True)
class FlappingSettings:
    """When a port flaps. The figures are those usual for routes."""

    flapping_penalty: Annotated[float, Gt(0)] = 3000.0  # a loss counts 1000, a return 500
    steady_penalty: Annotated[float, Gt(0)] = 750.0  # it has decayed so far: flapping is over
    half_life_seconds: Annotated[float, Gt(0)] = 300.0
    longest_seconds: Annotated[float, Gt(0)] = 1200.0  # of silence, after which it is over anyway

    def __post_init__(self) -> None:
        if self.steady_penalty >= self.flapping_penalty:
            raise ValueError("steady_penalty must be less than flapping_penalty")

    @property
    def ceiling(self) -> float:
        """The most a penalty may be, so that it decays within `longest_seconds`."""
        halvings = min(self.longest_seconds / self.half_life_seconds, 64.0)
        return max(self.steady_penalty * math.pow(2.0, halvings), self.flapping_penalty)


@dataclass(slots=True)
class _Penalty:
    value: float
    at: float
    is_flapping: bool = False
    count: int = 0  # of changes since flapping began


class Flapping:
    """Which ports flap; `now` is monotonic."""

    def __init__(self, settings: FlappingSettings) -> None:
        self._settings, self._ceiling = settings, settings.ceiling
        self._penalties: dict[DeviceId, dict[int | None, _Penalty]] = {}

    @property
    def ports(self) -> tuple[Port, ...]:
        """Those that flap."""
        return tuple(
            (device, index)
            for device, ports in self._penalties.items()
            for index, penalty in ports.items()
            if penalty.is_flapping
        )

    def note(self, device: DeviceId, index: int | None, event: Event, now: float) -> bool:
        """Take a change of a port; return whether with it the port begins to flap."""
        ports = self._penalties.setdefault(device, {})
        if index not in ports and len(ports) >= MOST_PORTS:
            index = None
        penalty = ports.setdefault(index, _Penalty(0.0, now))
        penalty.value = min(self._decayed(penalty, now) + PENALTIES[event], self._ceiling)
        penalty.at = now
        penalty.count += 1
        if penalty.is_flapping or penalty.value < self._settings.flapping_penalty:
            return False
        penalty.is_flapping = True
        return True

    def is_flapping(self, device: DeviceId, index: int | None) -> bool:
        """Return whether a port flaps."""
        ports = self._penalties.get(device, {})
        penalty = ports.get(index) or ports.get(None)
        return penalty is not None and penalty.is_flapping

    def settle(self, now: float) -> list[tuple[DeviceId, int | None, int]]:
        """Return the ports that flap no more, with how often they changed; forget the steady."""
        over = []
        for device, ports in tuple(self._penalties.items()):
            for index, penalty in tuple(ports.items()):
                if self._decayed(penalty, now) >= self._settings.steady_penalty:
                    continue
                if penalty.is_flapping:
                    over.append((device, index, penalty.count))
                del ports[index]
            if not ports:
                del self._penalties[device]
        return over

    def forget(self, device: DeviceId) -> None:
        """Drop a device that left the inventory."""
        self._penalties.pop(device, None)

    def _decayed(self, penalty: _Penalty, now: float) -> float:
        age = max(0.0, now - penalty.at)
        return penalty.value * math.pow(0.5, age / self._settings.half_life_seconds)
