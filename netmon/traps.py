"""Traps: the receiver tied to the cadence; what it hears becomes polls, log lines and counts."""

import asyncio
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final

from collectors.target import Community, Target, UsmUser
from collectors.trap.counters import FATES, SECURITY, Count, Drop
from collectors.trap.frames import Source, Warned
from collectors.trap.notification import Notification
from collectors.trap.settings import TrapSettings
from collectors.trap.supervisor import TrapReceiver
from netmon.notices import Notice, Notices, NoticeSettings
from topology.model import DeviceId

_log = logging.getLogger(__name__)

FOLLOW_SECONDS: Final = 0.5  # how late the second poll may be
KERNEL: Final = "kernel"  # a reason beside those of the receiver: its buffer was full
_DOUBTS: Final = (Drop.BOOTS_BACK, Drop.NOT_IN_TIME)  # forged or replayed; or it was reset
MEMORY_LOST: Final = "replay_memory_lost"
Proof = tuple[bytes, int, int]  # engineID, boots, time, under the device's key
_WORDS: Final[Mapping[str, str]] = {
    Drop.UNKNOWN_SOURCE: "is in no inventory and sends notifications",
    Drop.LIMITED: "sends more notifications than one source may",
    Drop.NO_CREDENTIAL: "sends notifications of an SNMP version it has no credential for",
    Drop.WRONG_COMMUNITY: "sends notifications with another community than its own",
    Drop.UNKNOWN_USER: "sends notifications of another user than its own",
    Drop.SECURITY_LEVEL: "sends notifications less protected than its user must be",
    Drop.WRONG_DIGEST: "sends notifications that its user's key did not sign",
    Drop.NOT_IN_TIME: "sends notifications that are too old",
    Drop.REPLAYED: "sends notifications that were sent before",
    Drop.BOOTS_BACK: "sends notifications whose engineBoots went back: replayed, or it was reset",
    Drop.MEMORY: "sent notifications that could not be guarded against replay: is the disk full?",
    MEMORY_LOST: "the memory of notifications seen was damaged; those may be replayed once",
}


class Traps:
    """Notifications, followed up. `monotonic` is the system's clock."""

    def __init__(
        self,
        settings: TrapSettings,
        notices: NoticeSettings,
        targets: Iterable[Target],
        *,
        poll_now: Callable[[DeviceId], bool],
        monotonic: Callable[[], float],
    ) -> None:
        """Bind the sockets. Raises TrapsUnavailable."""
        known = tuple(targets)
        self._poll_now, self._monotonic = poll_now, monotonic
        self.notices = Notices(notices, (each.device for each in known), self._tell)
        self.receiver = TrapReceiver(
            settings, sources_of(known), hear=self._hear, warn=self._warned, monotonic=monotonic
        )
        self._memories_lost = 0
        self._doubtful: set[DeviceId] = set()  # whose boots or time a poll must tell

    @property
    def drops(self) -> Mapping[str, float]:
        """What went no further, by reason."""
        found: dict[str, float] = {
            str(reason): count for reason, count in self.receiver.counters.drops.items()
        }
        return {**found, KERNEL: self.receiver.kernel_drops}

    @property
    def processed(self) -> Mapping[str, float]:
        """What was dealt with, by what became of it; with `drops` it makes all that was sent."""
        return {str(fate): self.receiver.counters[fate] for fate in FATES}

    @property
    def security_events(self) -> Mapping[str, float]:
        """What an administrator should look at, by kind."""
        counters = self.receiver.counters
        found: dict[str, float] = {str(reason): counters[reason] for reason in SECURITY}
        return {**found, MEMORY_LOST: self._memories_lost}

    @property
    def lost(self) -> int:
        """How many were told by the receiver while netmon was too slow to hear them."""
        return self.receiver.counters[Count.LOST]

    def replace(self, targets: Iterable[Target]) -> None:
        """Take the targets of a new inventory."""
        known = tuple(targets)
        self.notices.replace(each.device for each in known)
        self._doubtful &= {each.device for each in known}
        self.receiver.know(sources_of(known))

    async def run(self) -> None:
        """Receive and follow up, for ever."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.receiver.run(), name="trap receiver")
            while True:
                await asyncio.sleep(FOLLOW_SECONDS)
                self.notices.settle(self._monotonic())
                self._follow()

    def confirm(self, device: DeviceId, proven: Callable[[], Proof | None]) -> None:
        """Take what a poll has found out about a device's engine, if a trap made it doubtful."""
        if device not in self._doubtful:
            return
        self._doubtful.discard(device)
        found = proven()
        if found is not None:
            self.receiver.admit_boots(*found)

    def close(self) -> None:
        """Release the sockets; after `run` was cancelled."""
        self.receiver.close()

    def _hear(self, notification: Notification) -> None:
        self.notices.take(notification, self._monotonic())
        self._follow()

    def _follow(self) -> None:
        for device in self.notices.due(self._monotonic()):
            self._poll_now(device)

    def _warned(self, warned: Warned) -> None:
        whose = warned.source if warned.device is None else f"{warned.device} ({warned.source})"
        words = _WORDS.get(warned.reason, warned.reason)
        often = "" if warned.count == 1 else f", {warned.count} times since that was said last"
        _log.warning("traps: %s %s%s", whose, words, often)
        if warned.reason == MEMORY_LOST:
            self._memories_lost += 1
        if warned.device is not None and warned.reason in _DOUBTS:
            self._doubtful.add(warned.device)
            self.notices.ask(warned.device, self._monotonic())

    def _tell(self, notice: Notice) -> None:
        _log.info("%s", notice.words)


def sources_of(targets: Iterable[Target]) -> list[Source]:
    """Return which devices may send notifications, and what each proves itself by."""
    return [source for target in targets for source in _sources(target)]


def _sources(target: Target) -> Iterator[Source]:
    asked = target.snmp or target.ping
    polled = () if asked is None else (asked.address,)
    credential = target.traps.credential
    if credential is None and target.snmp is not None:
        credential = target.snmp.credential
    for address in dict.fromkeys((*polled, *target.traps.addresses)):
        yield Source(
            device=target.device,
            address=address,
            community=credential.secret if isinstance(credential, Community) else b"",
            user=credential if isinstance(credential, UsmUser) else None,
        )
