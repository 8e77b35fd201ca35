"""Chance: a story for every seed – all causes at stated rates – with the truth about each event.

The rates are far above life's, so that a day holds enough to be scored; how often things happen in
life enters where false alarms are counted, on quiet networks. Same seed, same story.
"""

import math
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from netmon.simulation import attacks, mishaps, weathers
from netmon.simulation.borders import Border
from netmon.simulation.draws import Draw, Events
from netmon.simulation.emitters import Jammer, JammerKind
from netmon.simulation.events import BadFirmware, Event
from netmon.simulation.receivers import Receivers
from netmon.simulation.reckoning import Happening, Reckoner, with_overlaps
from netmon.simulation.skies import RainField
from netmon.simulation.story import Story
from netmon.simulation.truth import Truth
from netmon.verdict import Cause
from topology.model import Medium

DAY_SECONDS: Final = 86_400.0
BAD_FIRMWARE: Final = 13 / 500  # of the radio links
RAIN_AND_JAMMING: Final = 0.10  # of the jammers begin within rain
CHANGE_AND_FAULT: Final = 0.05  # of the changes come with a fault of the same link

_C: Final = Cause


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """How often something happens (per day and 100 links), how it is drawn, what it is called."""

    per_day: float
    cause: Cause
    make: Callable[[Draw], Events]
    also: frozenset[Cause] = frozenset()
    is_benign: bool = False


def _kind(per_day: float, cause: Cause, make: Callable[[Draw], Events], *also: Cause,
          benign: bool = False) -> Kind:  # fmt: skip
    return Kind(per_day=per_day, cause=cause, make=make, also=frozenset(also), is_benign=benign)


JAMMING: Final = "jamming"
JAMMING_PER_DAY: Final = 2.0
KINDS: Final[Mapping[str, Kind]] = {
    "rain": _kind(1.2, _C.RAIN, weathers.rain),
    "multipath": _kind(0.8, _C.MULTIPATH, weathers.multipath),
    "misalignment": _kind(0.8, _C.MISALIGNMENT, mishaps.misalignment),
    "wind": _kind(0.4, _C.MISALIGNMENT, weathers.wind, _C.MULTIPATH, _C.UNKNOWN),
    "transmitter": _kind(1.2, _C.TRANSMITTER, mishaps.transmitter),
    "receiver": _kind(0.8, _C.RECEIVER, mishaps.receiver),
    "power": _kind(1.0, _C.POWER, mishaps.power),
    "fibre cut": _kind(0.6, _C.FIBRE_CUT, mishaps.fibre_cut),
    "congestion": _kind(0.8, _C.CONGESTION, mishaps.congestion),
    "flood": _kind(0.4, _C.CONGESTION, mishaps.flood),
    "configuration": _kind(0.8, _C.CONFIGURATION, mishaps.configuration),
    "interference": _kind(1.0, _C.INTERFERENCE, mishaps.interference),
    "sync": _kind(0.4, _C.SYNC, mishaps.sync),
    "upstream": _kind(0.5, _C.UPSTREAM, mishaps.upstream, _C.FIBRE_CUT),
    "snow": _kind(0.4, _C.UNKNOWN, weathers.snow, _C.RAIN, _C.MISALIGNMENT, _C.RECEIVER),
    "sun outage": _kind(0.3, _C.INTERFERENCE, weathers.sun, _C.UNKNOWN, benign=True),
    "reboot": _kind(0.5, _C.CONFIGURATION, mishaps.reboot, _C.POWER, _C.UNKNOWN, benign=True),
    "counter reset": _kind(0.4, _C.UNKNOWN, mishaps.counter_reset, benign=True),
    "maintenance": _kind(0.4, _C.POWER, mishaps.maintenance, _C.CONFIGURATION, benign=True),
}


def random_story(
    border: Border,
    seed: int,
    *,
    seconds: float = DAY_SECONDS,
    rates: Mapping[str, float] | None = None,
    jammers: tuple[JammerKind, ...] = attacks.DEVELOPMENT,
    rain: Callable[[Draw], RainField] | None = None,
    wider: bool = False,
    pace: float = 1.0,
) -> Story:
    """Return what happens on a border within `seconds`, with the truth about it in `truths`.

    `rates` are per day and 100 links, by kind ("jamming", or a name in KINDS): those not named
    keep theirs, 0 leaves one out. `jammers` are the kinds to draw from. `rain` makes another sort
    of rain, such as a measured field (`showers.field_over`). `wider` stretches all ranges by a
    quarter, for tests. `pace` makes everything happen that much faster and more often: a day's
    story within half an hour is `seconds=1800, pace=48`.
    """
    teller = _Teller(border, seed, jammers=jammers, rain=rain, wider=wider, pace=pace)
    expected = seconds * pace / DAY_SECONDS * len(border.network.links) / 100
    given = {**{name: kind.per_day for name, kind in KINDS.items()}, JAMMING: JAMMING_PER_DAY}
    unknown = set(rates or {}) - set(given)
    if unknown:
        raise ValueError(f"there are no rates of {', '.join(sorted(unknown))}")
    for name, per_day in {**given, **(rates or {})}.items():
        for _ in range(_poisson(teller.chance, per_day * expected)):
            teller.add(name, teller.chance.uniform(0.03, 0.92) * seconds)
    teller.add_bad_firmware(seconds)
    return Story(
        name=f"seed {seed}",
        length_seconds=seconds,
        events=tuple(teller.events),
        truths=with_overlaps(teller.truths),
    )


class _Teller:
    """Draws happenings one after the other and finds out what they do."""

    def __init__(
        self,
        border: Border,
        seed: int,
        *,
        jammers: tuple[JammerKind, ...],
        rain: Callable[[Draw], RainField] | None,
        wider: bool,
        pace: float,
    ) -> None:
        self.chance = random.Random(f"story {seed}")
        self.events: list[Event] = []
        self.truths: list[Truth] = []
        self._border = border
        self._jammers, self._rain, self._wider, self._pace = jammers, rain, wider, pace
        self._reckoner = Reckoner(border.network, seed)
        self._receivers = Receivers(border.network, seed)

    def add(self, name: str, start_seconds: float) -> None:
        """Let something of a kind happen, if the network has anything it could happen to."""
        draw = Draw(
            chance=self.chance,
            border=self._border,
            start_seconds=start_seconds,
            pace=self._pace,
            wider=self._wider,
        )
        if name == JAMMING:
            self._jam(draw)
            return
        kind = KINDS[name]
        is_measured = name == "rain" and self._rain is not None
        made = (self._rain(draw),) if is_measured and self._rain else kind.make(draw)
        self._note(name, kind.cause, made, kind.also, is_benign=kind.is_benign)
        if name == "configuration" and made and self.chance.random() < CHANGE_AND_FAULT:
            self.add("transmitter", start_seconds)

    def _jam(self, draw: Draw) -> None:
        jammer = attacks.attack(draw, self._receivers, self._jammers)
        if jammer is None:
            return
        if self.chance.random() < RAIN_AND_JAMMING:
            self.add("rain", max(draw.start_seconds - 600.0 / self._pace, 0.0))
        self._note(_name(jammer), Cause.JAMMING_LIKE, (jammer,))
        self._forgive(jammer)

    def _forgive(self, jammer: Jammer) -> None:
        """One steady signal that reaches one link alone looks like any other interference."""
        is_plain = jammer.kind is JammerKind.CONSTANT and not jammer.track
        last = self.truths[-1] if self.truths else None
        if is_plain and last and last.cause is Cause.JAMMING_LIKE and len(last.touched) == 1:
            self.truths[-1] = replace(last, also=frozenset({Cause.INTERFERENCE}))

    def add_bad_firmware(self, seconds: float) -> None:
        """Let the radios of some links say nonsense all the time."""
        for link in self._border.network.links.values():
            if link.medium is Medium.MICROWAVE and self.chance.random() < BAD_FIRMWARE:
                event = BadFirmware(
                    start_seconds=-seconds,
                    end_seconds=seconds,
                    interface=self.chance.choice(link.ends),
                    jump_db=self.chance.uniform(3.5, 8.0),
                )
                self._note("firmware", Cause.UNKNOWN, (event,), is_benign=True)

    def _note(
        self,
        kind: str,
        cause: Cause,
        events: Events,
        also: frozenset[Cause] = frozenset(),
        *,
        is_benign: bool = False,
    ) -> None:
        if not events:
            return
        happening = Happening(kind=kind, cause=cause, events=events, also=also, is_benign=is_benign)
        truth = self._reckoner.truth(happening, f"{len(self.truths) + 1} {kind}")
        if truth is not None:
            self.events += events
            self.truths.append(truth)


def _name(jammer: Jammer) -> str:
    moving = "moving " if jammer.track else ""
    return f"{moving}{jammer.kind.value.replace('_', '-')} jamming"


def _poisson(chance: random.Random, mean: float) -> int:
    """Draw how many of what happens so often on average (Knuth 1969)."""
    limit, product, count = math.exp(-mean), chance.random(), 0
    while product > limit:
        product *= chance.random()
        count += 1
    return count
