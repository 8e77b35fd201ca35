"""Reckoning: what an event does, found by running the physics with it and without it.

Because everything is a function of time, the difference of the two runs is the event's own doing,
to the last decibel; nobody has to write down by hand whom a jammer reaches.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from netmon.simulation.conditions import Conditions, Flags, Physics
from netmon.simulation.events import Event
from netmon.simulation.noise import Floats
from netmon.simulation.rain import drying_seconds
from netmon.simulation.receivers import TIME_SHARING
from netmon.simulation.skies import RainCell, RainField
from netmon.simulation.story import QUIET, Story
from netmon.simulation.truth import Touch, Truth
from netmon.verdict import Cause, Subject, SubjectKind
from topology.model import DeviceId, LinkId
from topology.network import Network

INSTANTS: Final = 72  # at which an event is looked at, besides its edges
FELT_DB: Final = 1.0  # less than this is no effect
FELT_RATIO: Final = 0.02  # of errored seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """One thing that happens: its events, and what it should be called."""

    kind: str
    cause: Cause
    events: tuple[Event, ...]
    also: frozenset[Cause] = frozenset()
    is_benign: bool = False


class Reckoner:
    """Finds the truth about happenings in one network."""

    def __init__(self, network: Network, seed: int) -> None:
        self._network = network
        self._seed = seed
        self._calm = Physics(network, seed, QUIET)
        self._keeps_time = np.array([_keeps_time(network, each) for each in network.devices])

    def truth(self, happening: Happening, identity: str) -> Truth | None:
        """Return what one happening does; None if nobody could feel it."""
        times = _instants(happening.events)
        story = Story(name=identity, length_seconds=times[-1] + 1.0, events=happening.events)
        physics = Physics(self._network, self._seed, story, like=self._calm)
        with_it = physics.at(times)
        felt, touched = self._touched(self._calm.at(times), with_it)
        silent = ~with_it.supply.powered
        felt |= np.any(silent | with_it.supply.on_battery, axis=1)
        anew = physics.power.counted(times, None) != self._calm.power.counted(times, None)
        felt |= np.any(anew, axis=1)
        untimed = self._keeps_time & (physics.timing.values(times)["gnss_fix"] < 1.0)
        felt |= np.any(untimed, axis=1)
        members = [Subject(SubjectKind.LINK, str(link)) for link in touched]
        members += self._silent(np.any(silent, axis=0))
        members += self._devices(np.any(untimed, axis=0))
        if not felt.any() or not (members or happening.is_benign):
            return None
        rows = np.flatnonzero(felt)
        return Truth(
            id=identity,
            kind=happening.kind,
            cause=happening.cause,
            also=happening.also,
            is_benign=happening.is_benign,
            onset_seconds=float(times[rows[0]]),
            end_seconds=float(times[min(rows[-1] + 1, len(times) - 1)]),
            members=tuple(members),
            touched=touched,
        )

    def _touched(self, calm: Conditions, now: Conditions) -> tuple[Flags, dict[LinkId, Touch]]:
        fewer_dbm = calm.radio.rsl_dbm - now.radio.said_rsl_dbm
        fade = np.maximum(fewer_dbm, fewer_dbm + now.radio.tsl_dbm - calm.radio.tsl_dbm)
        rise = now.radio.noise_floor_dbm - calm.radio.noise_floor_dbm
        worse = calm.radio.snr_db - now.radio.snr_db
        errored = now.errored_ratio - calm.errored_ratio
        full = (now.offered_bps > now.capacity_bps) & (calm.offered_bps <= calm.capacity_bps)
        lost = ~now.links_carry & calm.links_carry
        lossy = now.loss_ratio - calm.loss_ratio
        loud = np.maximum(np.maximum(fade, rise), worse) > FELT_DB
        felt: Flags = np.any(
            np.hstack([lost, full, errored > FELT_RATIO, lossy > FELT_RATIO, loud]), axis=1
        )
        touched: dict[LinkId, Touch] = {}
        receivers = self._calm.receivers
        for row, link in enumerate(self._network.links):
            here = np.flatnonzero(receivers.link == row)
            flows = slice(2 * row, 2 * row + 2)
            touch = Touch(
                fade_db=_most(fade[:, here]),
                noise_rise_db=_most(rise[:, here]),
                snr_loss_db=_most(worse[:, here]),
                errored_ratio=_most(errored[:, flows]),
                is_lost=bool(lost[:, row].any()),
                is_full=bool(full[:, flows].any()),
            )
            decibels = max(touch.fade_db, touch.noise_rise_db, touch.snr_loss_db)
            is_felt = decibels > FELT_DB or touch.errored_ratio > FELT_RATIO
            if is_felt or touch.is_lost or touch.is_full or _most(lossy[:, flows]) > FELT_RATIO:
                touched[link] = touch
        return felt, touched

    def _devices(self, flags: Flags) -> list[Subject]:
        named = zip(self._network.devices, flags.tolist(), strict=True)
        return [Subject(SubjectKind.DEVICE, str(device)) for device, is_one in named if is_one]

    def _silent(self, silent: Flags) -> list[Subject]:
        named = zip(self._network.devices, silent.tolist(), strict=True)
        devices = [device for device, is_silent in named if is_silent]
        gone: set[DeviceId] = set(devices)
        sites = [
            site
            for site in self._network.sites
            if (there := self._network.devices_of(site)) and gone.issuperset(there)
        ]
        return [Subject(SubjectKind.SITE, str(site)) for site in sites] + self._devices(silent)


def _keeps_time(network: Network, device: DeviceId) -> bool:
    """Return whether it has a clock of its own: a time server, the base of a shared channel."""
    shared = (network.links[link] for link in network.links_of(device))
    is_base = any(
        link.medium in TIME_SHARING and network.device_of(link.a) == device for link in shared
    )
    return is_base or network.devices[device].kind == "clock"


def with_overlaps(truths: Iterable[Truth]) -> tuple[Truth, ...]:
    """Return the truths in the order of their onset, each with those it shares a member with."""
    ordered = sorted(truths, key=lambda truth: truth.onset_seconds)
    return tuple(
        replace(one, overlaps=tuple(other.id for other in ordered if _meet(one, other)))
        for one in ordered
    )


def _meet(one: Truth, other: Truth) -> bool:
    if one.id == other.id:
        return False
    together = one.onset_seconds < other.end_seconds and other.onset_seconds < one.end_seconds
    return together and bool(set(one.members) & set(other.members))


def _instants(events: Sequence[Event]) -> Floats:
    """Return when to look: evenly over all of it, and just inside and outside of every edge."""
    begin = min(event.start_seconds for event in events)
    end = max(event.end_seconds for event in events)
    wet = [each for each in events if isinstance(each, RainCell | RainField)]
    end = max([end, *(event.end_seconds + drying_seconds(event) for event in wet)])
    edges = {event.start_seconds + 0.5 for event in events} | {e.end_seconds for e in events}
    even = np.linspace(begin, end, INSTANTS)
    return np.unique(np.concatenate([even, sorted(edges)]))


def _most(values: Floats) -> float:
    return max(float(values.max(initial=0.0)), 0.0)
