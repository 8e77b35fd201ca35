"""Notices: what notifications make netmon do, which is to ask again; they never change a state.

Anybody who knows a community can forge a v1 or v2c trap, and a v3 trap tells of a moment only. So
each makes its device be polled at once, and again after two minutes for what settles late; what the
polls find is the truth. A port that flaps makes no more work than one that went down once, a device
that has just started may move its ports freely, and what comes often is said once, with a count.

Pure: `now` is monotonic.
"""

import math
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated, Final

from annotated_types import Ge, Gt

from collectors.trap.notification import Event, Notification
from netmon.flapping import PENALTIES, Flapping, FlappingSettings
from topology.model import DeviceId

SILENCE_SECONDS: Final = 60.0  # between two words on the same
MOST_SAID: Final = 10_000
RECENT: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeSettings:
    """How notifications are followed up."""

    again_seconds: Annotated[float, Gt(0)] = 120.0  # from a notification to the second poll
    spacing_seconds: Annotated[float, Gt(0)] = 10.0  # between polls of a device for notifications
    boot_grace_seconds: Annotated[float, Ge(0)] = 120.0  # after coldStart nothing counts as a flap
    stale_seconds: Annotated[float, Gt(0)] = 60.0  # told later than this: it is only recorded
    flapping: FlappingSettings = field(default_factory=FlappingSettings)


class Kind(StrEnum):
    """What a notice is of."""

    NOTIFIED = "notified"
    FLAPPING = "flapping"
    STEADY = "steady"  # a port that flapped does not any more


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Something said to people: once, however often it came."""

    kind: Kind
    device: DeviceId
    event: Event
    if_index: int | None
    count: int  # since it was last said
    notification: Notification | None = None  # the last one

    @property
    def words(self) -> str:
        """One line for the log."""
        port = "" if self.if_index is None else f" of ifIndex {self.if_index}"
        if self.kind is Kind.FLAPPING:
            return f"{self.device}: a port flaps{port}; its notifications are not followed up"
        if self.kind is Kind.STEADY:
            return f"{self.device}: a port is steady again{port}, after {self.count} changes"
        told = self.notification
        if told is None:
            return f"{self.device}: {self.event.value}{port}"
        what = told.trap_oid if self.event is Event.OTHER else self.event.value
        claim = told.agent_address
        foreign = f", which calls itself {claim}" if claim not in ("", told.source) else ""
        often = "" if self.count == 1 else f", {self.count} times"
        return (
            f"{self.device}: {what}{port} by {told.level.value} from {told.source}{foreign}{often}"
        )


@dataclass(slots=True)
class NoticeStatistics:
    """What notifications led to."""

    heard: int = 0
    strangers: int = 0  # of devices that had just left the inventory
    stale: int = 0
    polls: int = 0
    suppressed: int = 0  # since the port flaps


@dataclass(slots=True)
class _Said:
    said_at: float
    count: int
    last: Notification


class Notices:
    """Takes notifications; says which devices to poll, and what to tell."""

    def __init__(
        self,
        settings: NoticeSettings,
        devices: Iterable[DeviceId],
        tell: Callable[[Notice], None],
    ) -> None:
        self.statistics = NoticeStatistics()
        self.recent: deque[Notice] = deque(maxlen=RECENT)
        self.flapping = Flapping(settings.flapping)
        self._settings, self._tell_people = settings, tell
        self._devices = frozenset(devices)
        self._soon: dict[DeviceId, float] = {}  # when the next poll for a notification is due
        self._again: dict[DeviceId, float] = {}
        self._polled: dict[DeviceId, float] = {}
        self._booted: dict[DeviceId, float] = {}
        self._said: dict[tuple[DeviceId, Event, int | None], _Said] = {}

    def replace(self, devices: Iterable[DeviceId]) -> None:
        """Take the devices of a new inventory."""
        self._devices = frozenset(devices)
        for known in (self._soon, self._again, self._polled, self._booted):
            for device in known.keys() - self._devices:
                del known[device]
        for device, _ in self.flapping.ports:
            if device not in self._devices:
                self.flapping.forget(device)

    def take(self, notification: Notification, now: float) -> None:
        """Take one notification; `due` knows then what it asks for."""
        statistics, device, event = self.statistics, notification.device, notification.event
        if device not in self._devices:
            statistics.strangers += 1
            return
        statistics.heard += 1
        if now - notification.monotonic > self._settings.stale_seconds:
            statistics.stale += 1
            self._say(notification, now)
            return
        if event.is_boot:
            self._booted[device] = now
        if event in PENALTIES and self._flaps(notification, now):
            statistics.suppressed += 1
            return
        self.ask(device, now)
        self._say(notification, now)

    def ask(self, device: DeviceId, now: float) -> None:
        """Have a device polled at once, or as soon as it may be, and again later."""
        spaced = self._polled.get(device, -math.inf) + self._settings.spacing_seconds
        self._soon.setdefault(device, max(now, spaced))
        self._again.setdefault(device, now + self._settings.again_seconds)

    def due(self, now: float) -> list[DeviceId]:
        """Return the devices to poll now, each once."""
        devices = []
        for waiting in (self._soon, self._again):
            for device, at in tuple(waiting.items()):
                if at <= now:
                    del waiting[device]
                    devices.append(device)
        found = list(dict.fromkeys(devices))
        for device in found:
            self._polled[device] = now
        self.statistics.polls += len(found)
        return found

    def settle(self, now: float) -> None:
        """Say what has gathered, and which ports are steady again; once a second or so."""
        for device, index, count in self.flapping.settle(now):
            self._publish(
                Notice(
                    kind=Kind.STEADY,
                    device=device,
                    event=Event.LINK_UP,
                    if_index=index,
                    count=count,
                )
            )
            self.ask(device, now)
        for key, said in tuple(self._said.items()):
            if now - said.said_at < SILENCE_SECONDS:
                continue
            if said.count:
                self._publish_said(key, said, now)
            else:
                del self._said[key]
        for device, at in tuple(self._booted.items()):
            if now - at > self._settings.boot_grace_seconds:
                del self._booted[device]

    def _flaps(self, notification: Notification, now: float) -> bool:
        """Take a change of a port; return whether it asks for nothing, since the port flaps."""
        device, index = notification.device, notification.if_index
        booted = self._booted.get(device)
        if booted is not None and now - booted <= self._settings.boot_grace_seconds:
            return False
        flapped = self.flapping.is_flapping(device, index)
        if self.flapping.note(device, index, notification.event, now):
            self._publish(
                Notice(
                    kind=Kind.FLAPPING,
                    device=device,
                    event=notification.event,
                    if_index=index,
                    count=1,
                    notification=notification,
                )
            )
        return flapped

    def _say(self, notification: Notification, now: float) -> None:
        key = (notification.device, notification.event, notification.if_index)
        said = self._said.get(key)
        if said is None:
            if len(self._said) >= MOST_SAID:
                return  # forged indexes; what counts is counted
            said = self._said[key] = _Said(now, 1, notification)
            self._publish_said(key, said, now)
        else:
            said.count += 1
            said.last = notification

    def _publish_said(
        self, key: tuple[DeviceId, Event, int | None], said: _Said, now: float
    ) -> None:
        device, event, index = key
        self._publish(
            Notice(
                kind=Kind.NOTIFIED,
                device=device,
                event=event,
                if_index=index,
                count=said.count,
                notification=said.last,
            )
        )
        said.count, said.said_at = 0, now

    def _publish(self, notice: Notice) -> None:
        self.recent.append(notice)
        self._tell_people(notice)
