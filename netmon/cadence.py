"""Cadence: when each device is polled, on the monotonic clock and on nothing else.

`Timetable` is pure and holds the rules; `Cadence` runs it on the event loop. The rules:

- Each device has a grid of slots, one per interval; the grids of all devices are spread evenly.
- A device is out of the timetable while it is being polled: two polls of it cannot overlap.
- Nothing is caught up. Slots that pass unused are skips; after a stall of our own the polls that
  were missed keep the distances they had, so that a thousand of them are no burst.
- A silent device is polled faster while its outage is young, since a repair or a glitch is worth
  seeing early; later slower, with jitter, since a dead device tells nothing new.

What a poll is, whom it tells and what "down" means is not known here.
"""

import asyncio
import heapq
import math
import random
import time
from bisect import bisect_left
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import Annotated, Final

from annotated_types import Ge, Gt, Le

from collectors.target import Target
from topology.model import DeviceId

LATENESS_BOUNDS_SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

# Multiples of it, modulo 1, are spread evenly however many there are (Weyl; Knuth vol. 3 §6.4).
_GOLDEN_RATIO: Final = (math.sqrt(5) - 1) / 2

_ROUNDING: Final = 1e-6  # of an interval: a slot's own beginning is in it, whatever doubles say


@dataclass(frozen=True, slots=True, kw_only=True)
class CadenceSettings:
    """How the intervals of the targets are bent by outages and by our own lateness."""

    young_outage_seconds: Annotated[float, Ge(0)] = 300.0
    young_outage_ratio: Annotated[float, Gt(0), Le(1)] = 0.5  # of the interval
    young_outage_floor_seconds: Annotated[float, Gt(0)] = 5.0
    old_outage_ratio: Annotated[float, Ge(1)] = 2.0  # of the interval
    old_outage_ceiling_seconds: Annotated[float, Gt(0)] = 120.0  # where the interval is shorter
    jitter_ratio: Annotated[float, Ge(0), Le(0.5)] = 0.1
    grace_seconds: Annotated[float, Gt(0)] = 1.0  # a start later than this is a stall of ours
    tick_seconds: Annotated[float, Ge(0)] = 0.25  # polls due this close together start together


@dataclass(slots=True)
class CadenceStatistics:
    """How polls kept their time, since the start."""

    polls: int = 0  # started
    under_way: int = 0
    silent: int = 0  # devices whose last poll was not answered
    overruns: int = 0  # polls that took longer than their interval
    skips: int = 0  # slots that passed without a poll
    deferred: int = 0  # polls moved because we ourselves had stalled
    lateness_seconds_sum: float = 0.0
    lateness_seconds_max: float = 0.0
    lateness_buckets: list[int] = field(  # one per bound, and one beyond the last
        default_factory=lambda: [0] * (len(LATENESS_BOUNDS_SECONDS) + 1)
    )

    def note_start(self, lateness_seconds: float) -> None:
        """Count a poll that starts this late."""
        self.polls += 1
        self.under_way += 1
        self.lateness_seconds_sum += lateness_seconds
        if lateness_seconds > self.lateness_seconds_max:
            self.lateness_seconds_max = lateness_seconds
        self.lateness_buckets[bisect_left(LATENESS_BOUNDS_SECONDS, lateness_seconds)] += 1


class _Row:
    """One device in the timetable."""

    __slots__ = (
        "again",
        "anchor",
        "deferred",
        "due",
        "gone",
        "on_grid",
        "serial",
        "silent_since",
        "slot",
        "started",
        "target",
    )

    def __init__(self, target: Target, *, anchor: float) -> None:
        self.target = target
        self.anchor = anchor  # slots are anchor + k · interval
        self.slot = -1  # k of the last slot used
        self.on_grid = True  # False if an outage or a stall moved its last poll
        self.due = anchor
        self.serial = 0  # of the heap entry that counts
        self.started: float | None = None  # while it is being polled
        self.silent_since: float | None = None
        self.deferred = False
        self.again = False  # poll once more at once
        self.gone = False

    def slot_at(self, moment: float) -> int:
        """Return k of the slot a moment is in; negative before the first."""
        return math.floor((moment - self.anchor) / self.target.interval_seconds + _ROUNDING)

    def slot_after(self, moment: float) -> float:
        """Return when the first slot after a moment begins."""
        return self.anchor + max(self.slot_at(moment) + 1, 0) * self.target.interval_seconds


class Timetable:
    """Which device is due when. Pure: `now` is monotonic and an argument."""

    def __init__(
        self,
        targets: Iterable[Target],
        now: float,
        settings: CadenceSettings = CadenceSettings(),
        chance: random.Random | None = None,
    ) -> None:
        self.statistics = CadenceStatistics()
        self._settings = settings
        self._chance = chance or random.Random()
        self._rows: dict[DeviceId, _Row] = {}
        self._heap: list[tuple[float, int, _Row]] = []
        self._serial = 0
        self._placed: Counter[float] = Counter()  # how many grids each interval has had
        self.replace(targets, now)

    def __len__(self) -> int:
        return sum(not row.gone for row in self._rows.values())

    @property
    def next_due(self) -> float:
        """When the next poll is due; infinity while there is none."""
        heap = self._heap
        while heap and heap[0][1] != heap[0][2].serial:
            heapq.heappop(heap)
        return heap[0][0] if heap else math.inf

    def replace(self, targets: Iterable[Target], now: float) -> None:
        """Take the targets of a new configuration; those that stay keep their grid."""
        fresh = {target.device: target for target in targets}
        for device, row in tuple(self._rows.items()):
            if device not in fresh:
                self._remove(row)
        for device, target in fresh.items():
            known = self._rows.get(device)
            if known is None:
                row = _Row(target, anchor=now + self._offset(target.interval_seconds))
                self._rows[device] = row
                self._push(row, row.anchor)
            else:
                self._retarget(known, target, now)

    def due(self, now: float) -> list[Target]:
        """Return what must be polled now; each is out of the timetable until `finish`."""
        first_missed = self.next_due
        started = []
        heap, missed_before = self._heap, now - self._settings.grace_seconds
        while heap and heap[0][0] <= now:
            _, serial, row = heapq.heappop(heap)
            if serial != row.serial:
                continue  # removed, or moved since
            if row.due < missed_before and not row.deferred:
                self._defer(row, first_missed, now)
            else:
                self._start(row, now)
                started.append(row.target)
        return started

    def finish(self, device: DeviceId, now: float, *, answered: bool | None) -> None:
        """Put a device back; `answered` is None if the poll was cancelled and tells nothing."""
        row = self._rows[device]
        if row.started is None:
            raise ValueError(f"{device}: finished, but no poll of it had started")
        started, row.started = row.started, None
        statistics = self.statistics
        statistics.under_way -= 1
        if row.gone:
            del self._rows[device]
            return
        statistics.overruns += now - started > row.target.interval_seconds
        if answered is not None:
            self._note_answer(row, answered=answered, started=started)
        if row.again:
            row.again = False
            self._push(row, now)
        else:
            self._push(row, max(self._next(row, started, now), now))

    def poll_now(self, device: DeviceId, now: float) -> bool:
        """Make a device due at once, or once more if it is being polled; False if unknown."""
        row = self._rows.get(device)
        if row is None or row.gone:
            return False
        if row.started is not None:
            row.again = True
        else:
            self._push(row, now)
        return True

    def _offset(self, interval: float) -> float:
        self._placed[interval] += 1
        return self._placed[interval] * _GOLDEN_RATIO % 1.0 * interval

    def _push(self, row: _Row, due: float) -> None:
        self._serial += 1
        row.serial, row.due = self._serial, due
        heapq.heappush(self._heap, (due, self._serial, row))

    def _remove(self, row: _Row) -> None:
        if row.gone:
            return
        row.serial = 0
        self._note_answer(row, answered=True, started=0.0)  # an absent device is not silent
        if row.started is None:
            del self._rows[row.target.device]
        else:
            row.gone = True  # its poll still runs: if it comes back now, it must wait for that

    def _retarget(self, row: _Row, target: Target, now: float) -> None:
        row.gone = False
        same_interval = target.interval_seconds == row.target.interval_seconds
        row.target = target
        if not same_interval:
            row.anchor = now + self._offset(target.interval_seconds)
            row.slot = -1
            if row.started is None:
                self._push(row, row.anchor)

    def _start(self, row: _Row, now: float) -> None:
        slot = row.slot_at(now)
        if row.on_grid and slot > row.slot + 1 and row.slot >= 0:
            self.statistics.skips += slot - row.slot - 1
        if slot > row.slot:
            row.slot = slot
        row.on_grid = row.silent_since is None and not row.deferred
        row.started = now
        row.deferred = False
        self.statistics.note_start(now - row.due)

    def _defer(self, row: _Row, first_missed: float, now: float) -> None:
        """Move a poll that a stall made us miss: it keeps its distance to the first one missed."""
        row.deferred = True  # once: a loop that is always late still polls everybody
        self.statistics.deferred += 1
        self.statistics.lateness_seconds_max = max(
            self.statistics.lateness_seconds_max, now - row.due
        )
        self._push(row, min(now + row.due - first_missed, row.slot_after(now)))

    def _note_answer(self, row: _Row, *, answered: bool, started: float) -> None:
        if answered and row.silent_since is not None:
            row.silent_since = None
            self.statistics.silent -= 1
        elif not answered and row.silent_since is None:
            row.silent_since = started
            self.statistics.silent += 1

    def _next(self, row: _Row, started: float, now: float) -> float:
        interval, settings = row.target.interval_seconds, self._settings
        if row.silent_since is None:
            due = row.anchor + (row.slot + 1) * interval
            if row.on_grid and due > now:
                return due
            # From outside the grid its next slot may be moments away: leave half an interval.
            moment = now if row.on_grid else max(now, started + interval / 2)
            return row.slot_after(moment)
        if started - row.silent_since < settings.young_outage_seconds:
            floor = min(settings.young_outage_floor_seconds, interval)
            return started + max(interval * settings.young_outage_ratio, floor)
        slow = interval * settings.old_outage_ratio
        slow = max(min(slow, settings.old_outage_ceiling_seconds), interval)
        return started + slow * (1 + settings.jitter_ratio * self._chance.uniform(-1, 1))


class Cadence:
    """Runs a timetable: one timer, one task per poll under way."""

    def __init__(
        self,
        targets: Iterable[Target],
        poll: Callable[[Target], Awaitable[bool]],  # True: the device answered
        settings: CadenceSettings = CadenceSettings(),
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._poll = poll
        self._settings = settings
        self._monotonic = monotonic
        self._timetable = Timetable(targets, monotonic(), settings)
        self._wake: asyncio.Future[None] | None = None
        self._wake_at = -math.inf

    @property
    def statistics(self) -> CadenceStatistics:
        """How polls kept their time."""
        return self._timetable.statistics

    def replace(self, targets: Iterable[Target]) -> None:
        """Take new targets; polls under way end in peace."""
        self._timetable.replace(targets, self._monotonic())
        self._hurry()

    def poll_now(self, device: DeviceId) -> bool:
        """Poll a device at once, or once more after the poll under way; False if unknown."""
        known = self._timetable.poll_now(device, self._monotonic())
        self._hurry()
        return known

    async def run(self) -> None:
        """Poll for ever. A poll that raises is a bug of ours: it ends all, its device named."""
        async with asyncio.TaskGroup() as tasks:
            while True:
                for target in self._timetable.due(self._monotonic()):
                    tasks.create_task(self._poll_one(target))
                await self._sleep()

    async def _poll_one(self, target: Target) -> None:
        answered: bool | None = None
        try:
            answered = await self._poll(target)
        except Exception as error:
            error.add_note(f"while polling {target.device}")
            raise
        finally:
            self._timetable.finish(target.device, self._monotonic(), answered=answered)
            self._hurry()

    async def _sleep(self) -> None:
        """Wait for the next poll that is due, or for a change that brings one earlier."""
        loop = asyncio.get_running_loop()
        self._wake = loop.create_future()
        self._wake_at = self._timetable.next_due
        timer = None
        if self._wake_at < math.inf:
            delay = max(self._wake_at - self._monotonic(), self._settings.tick_seconds)
            timer = loop.call_later(delay, _resolve, self._wake)
        try:
            await self._wake
        finally:
            self._wake = None
            if timer is not None:
                timer.cancel()

    def _hurry(self) -> None:
        if self._wake is not None and self._timetable.next_due < self._wake_at:
            _resolve(self._wake)


def _resolve(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)
