"""Low duty (T3): sweeping jammers that hit a channel a tenth of the time, where counters are read.

SNR that is read once a minute mostly misses them; the errored seconds that devices count do not.
One jammer at a time on a made-up border that is else quiet, its power set for a J/N of 3–30 dB at
its victim. Whoever else hears it is guarded and not counted. The same polls are judged once more
with the counters hidden, and by a fixed line on the errored seconds.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import exp, log, log10
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bench.detection.injection import WARM_UP_POLLS, Injected, Kind
from bench.detection.interference import Met, Score, score
from bench.detection.stories import POLL_SECONDS, watch
from bench.detection.windows import lasting
from collectors.snmp.library import load_profile
from netmon.detection.errored import EVENTS, SECONDS
from netmon.detection.judge import Judge, Judgement
from netmon.detection.readings import Readings
from netmon.incidents import Incident
from netmon.simulation.borders import Border, random_border
from netmon.simulation.emitters import Jammer, JammerKind
from netmon.simulation.jamming import heard_dbm
from netmon.simulation.meters import REAL
from netmon.simulation.receivers import Receiver, Receivers
from netmon.simulation.reckoning import Happening, Reckoner
from netmon.simulation.story import Story
from netmon.simulation.trial import Trial
from netmon.simulation.world import World
from netmon.verdict import Cause, Condition
from topology.geometry import destination
from topology.model import Carrier, LinkId, SiteId
from topology.network import Network

Flags = NDArray[np.bool_]
SECONDS_PER_SEED: Final = 12 * 3600.0
DUTY: Final = 0.1
COUNTERS: Final = frozenset({*SECONDS, *EVENTS, "unavailable_seconds"})
_METRES: Final = 3000.0  # from the victim, in its beam
_APART_SECONDS: Final = 2 * 3600.0  # between two jammers that one link hears
_TRIES: Final = 400
_LINE: Final = 0.05  # of the seconds, three polls in a row: the fixed rule
_FAMILY: Final = (Cause.INTERFERENCE, Cause.JAMMING_LIKE)
_ILL: Final = (Condition.DEGRADED, Condition.DOWN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweep:
    """One sweeping jammer, its victim, and what it takes of the victim's SNR while it hits."""

    jammer: Jammer
    victim: LinkId
    over_noise_db: float
    peak_loss_db: float
    felt_by: tuple[LinkId, ...]  # whoever else


def lay(border: Border, seed: int) -> tuple[Sweep, ...]:
    """Draw sweeps for a border, each link left alone for two hours after one."""
    chance = random.Random(f"sweeps {seed}")
    receivers, reckoner = Receivers(border.network, seed), Reckoner(border.network, seed)
    counted = _with_counters(border)
    each = [one for one in receivers.each if border.network.device_of(one.interface) in counted]
    caps = {one.interface: one.radio.snr_cap_db for one in each}
    laid: list[Sweep] = []
    busy: dict[LinkId, list[tuple[float, float]]] = {}
    for _ in range(_TRIES):
        victim = chance.choice(each)
        sweep = _sweep(chance, victim, caps[victim.interface])
        span = (
            sweep.jammer.start_seconds - _APART_SECONDS,
            sweep.jammer.end_seconds + _APART_SECONDS,
        )
        happening = Happening(kind="sweep", cause=Cause.JAMMING_LIKE, events=(sweep.jammer,))
        if _meets(busy.get(victim.link.id, ()), span):
            continue
        truth = reckoner.truth(happening, f"sweep {len(laid)}")
        felt = () if truth is None else tuple(truth.touched)
        if any(_meets(busy.get(link, ()), span) for link in felt):
            continue
        for link in {victim.link.id, *felt}:
            busy.setdefault(link, []).append((sweep.jammer.start_seconds, sweep.jammer.end_seconds))
        others = tuple(link for link in felt if link != victim.link.id)
        laid.append(replace(sweep, felt_by=others))
    return tuple(sorted(laid, key=lambda one: one.jammer.start_seconds))


def _meets(taken: Sequence[tuple[float, float]], span: tuple[float, float]) -> bool:
    return any(begin < span[1] and end > span[0] for begin, end in taken)


def _with_counters(border: Border) -> set[str]:
    """Return the devices whose profile reads errored seconds."""
    return {
        target.device
        for target in border.targets
        if target.snmp is not None
        and any(
            column.quantity.name in SECONDS for column in load_profile(target.snmp.profile).columns
        )
    }


def _sweep(chance: random.Random, victim: Receiver, cap_db: float) -> Sweep:
    start = chance.uniform(600.0, SECONDS_PER_SEED - 7800.0)
    lasts = exp(chance.uniform(log(600.0), log(7200.0)))
    width = victim.carrier.width_hz
    spot = width / 2
    jammer = Jammer(
        start_seconds=start,
        end_seconds=start + lasts,
        position=destination(victim.position, victim.azimuth_deg, _METRES),
        eirp_dbm=0.0,
        carrier=Carrier(frequency_hz=victim.carrier.frequency_hz, width_hz=(width + spot) / DUTY),
        kind=JammerKind.SWEEP,
        period_seconds=chance.uniform(0.5, 60.0),
        spot_hz=spot,
    )
    over_noise_db = chance.uniform(3.0, 30.0)
    eirp_dbm = victim.noise_dbm + over_noise_db - heard_dbm(victim, jammer, jammer.position)
    signal_db = victim.rsl_dbm - victim.noise_dbm
    own, thermal = 10 ** (-cap_db / 10), 10 ** (-signal_db / 10)
    hit = thermal * (1 + 10 ** (over_noise_db / 10))
    return Sweep(
        jammer=replace(jammer, eirp_dbm=eirp_dbm),
        victim=victim.link.id,
        over_noise_db=over_noise_db,
        peak_loss_db=10 * log10((hit + own) / (thermal + own)),
        felt_by=(),
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Watched:
    """What was believed of every link at every poll; (links, polls), the quiet day before it."""

    events: tuple[Injected, ...]
    named: Flags  # interference or jamming-like
    ill: Flags
    over_line: Flags  # the fixed rule


def run(seed: int, *, counters: bool) -> Watched:
    """Let netmon watch the sweeps of a seed, with the counters or without them."""
    border = random_border(seed, interval_seconds=POLL_SECONDS)
    sweeps = lay(border, seed)
    story = Story(
        name=f"sweeps {seed}",
        length_seconds=SECONDS_PER_SEED,
        events=tuple(one.jammer for one in sweeps),
    )
    world = World(
        border.network, collector_site=border.collector_site, story=story, seed=seed, meters=REAL
    )
    made = Trial(border=border, story=story, world=world)
    judge = _Reading(border.network, border.collector_site, hide=not counters)
    watch(made, SECONDS_PER_SEED, judge=judge, observers=(judge.note,))
    rows = {link: row for row, link in enumerate(border.network.links)}
    return Watched(
        events=tuple(_events(sweeps, rows)),
        named=judge.flags("named"),
        ill=judge.flags("ill"),
        over_line=lasting(judge.flags("over_line"), 3),
    )


def scores(watched: Sequence[tuple[Watched, Watched]], seed: int) -> tuple[Score, ...]:
    """Score runs with and without counters: netmon with, netmon without, the fixed line."""
    seen, blind = [one for one, _ in watched], [one for _, one in watched]
    return (
        _score("netmon: named interference, counters read", seen, "named", seed),
        _score("netmon: anything told, counters read", seen, "ill", seed),
        _score("netmon: named interference, counters hidden", blind, "named", seed),
        _score("netmon: anything told, counters hidden", blind, "ill", seed),
        _score(f"errored seconds > {_LINE:.0%} × 3 polls", seen, "over_line", seed),
    )


def _score(name: str, runs: Sequence[Watched], which: str, seed: int) -> Score:
    """Score one flag over all seeds; a link of another seed is another link."""
    parts: list[Score] = []
    links = 0
    for one in runs:
        flags: Flags = getattr(one, which)
        known = np.ones_like(flags)
        part = score(name, flags, one.events, known, seed=seed)
        shifted = tuple(
            Met(
                event=replace(met.event, direction=met.event.direction + 2 * links),
                delay_seconds=met.delay_seconds,
            )
            for met in part.met
        )
        links += len(flags)
        parts.append(replace(part, met=shifted))
    return Score(
        name=name,
        false_count=sum(part.false_count for part in parts),
        link_months=sum(part.link_months for part in parts),
        met=tuple(met for part in parts for met in part.met),
        seed=seed,
    )


def _events(sweeps: Sequence[Sweep], rows: Mapping[LinkId, int]) -> Iterator[Injected]:
    """Yield each sweep at its victim, and what others hear of it with no loss that counts."""
    for one in sweeps:
        first = WARM_UP_POLLS + int(one.jammer.start_seconds // POLL_SECONDS)
        last = WARM_UP_POLLS + int(one.jammer.end_seconds // POLL_SECONDS) + 1
        for link in (one.victim, *one.felt_by):
            yield Injected(
                direction=2 * rows[link],
                first_poll=first,
                polls=last - first,
                kind=Kind.SWEEP,
                over_noise_db=one.over_noise_db,
                peak_loss_db=one.peak_loss_db if link == one.victim else 0.0,
            )


class _Reading:
    """The real judge; it may be kept from reading counters, and what it says is noted."""

    def __init__(self, network: Network, collector_site: SiteId | None, *, hide: bool) -> None:
        self._judge = Judge(network, collector_site=collector_site)
        self._network = network
        self._hide = hide
        self._polls: list[dict[str, Flags]] = []
        self._over = np.zeros(len(network.links), dtype=np.bool_)

    def judge(self, readings: Readings) -> Judgement:
        """Conclude from what may be read."""
        rates = readings.interfaces.rates
        share = np.nan_to_num(rates.get(SECONDS[0], np.zeros(len(readings.interfaces.ids))))
        links = readings.links
        self._over = np.maximum(share[links.a_row], share[links.b_row]) > _LINE
        if self._hide:
            left = {name: rate for name, rate in rates.items() if name not in COUNTERS}
            readings = replace(readings, interfaces=replace(readings.interfaces, rates=left))
        return self._judge.judge(readings)

    def replace(self, network: Network) -> None:
        """Go on with another network."""
        self._judge.replace(network)

    def note(self, judgement: Judgement, _changed: Sequence[Incident]) -> None:
        """Keep what is believed of every link."""
        verdicts = [judgement.links.get(link) for link in self._network.links]
        ill = [one is not None and one.condition in _ILL for one in verdicts]
        self._polls.append(
            {
                "ill": np.array(ill),
                "named": np.array(
                    [
                        is_ill and one is not None and one.cause in _FAMILY
                        for is_ill, one in zip(ill, verdicts, strict=True)
                    ]
                ),
                "over_line": self._over.copy(),
            }
        )

    def flags(self, which: str) -> Flags:
        """Return one flag per link and poll of the story, a quiet day's polls before them."""
        polls = round(SECONDS_PER_SEED / POLL_SECONDS)
        story = np.stack([one[which] for one in self._polls[-polls:]], axis=1)
        before = np.zeros((len(self._network.links), WARM_UP_POLLS), dtype=np.bool_)
        return np.concatenate([before, story], axis=1)
