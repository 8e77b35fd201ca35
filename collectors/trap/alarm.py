"""Alarms: what of the drops is worth a word, said once a minute for each source, with a count."""

from collections.abc import Callable
from typing import Final

from collectors.trap.counters import SECURITY, Drop
from collectors.trap.envelope import UsmEnvelope
from collectors.trap.frames import Warned
from topology.model import DeviceId

SILENCE_SECONDS: Final = 60.0  # between two words on the same
MOST: Final = 1000  # remembered at a time; who forges more sources gets fewer words
WORDS_PER_TICK: Final = 20
SAID: Final = frozenset({*SECURITY, Drop.UNKNOWN_SOURCE, Drop.LIMITED, Drop.NO_CREDENTIAL})


class _Noted:
    __slots__ = ("count", "device", "parameters", "said_at")

    def __init__(self, device: DeviceId | None) -> None:
        self.device = device
        self.parameters: UsmEnvelope | None = None
        self.count = 0
        self.said_at: float | None = None


class Alarms:
    """Counts drops by reason and source, and says the first at once; `now` is monotonic."""

    def __init__(self, warn: Callable[[Warned], None]) -> None:
        self._warn = warn
        self._noted: dict[tuple[Drop, str], _Noted] = {}
        self._words = 0  # since the last tick

    def note(
        self,
        reason: Drop,
        source: str,
        device: DeviceId | None,
        parameters: UsmEnvelope | None,
        now: float,
    ) -> None:
        """Take one drop."""
        if reason not in SAID:
            return
        noted = self._noted.get((reason, source))
        if noted is None:
            if len(self._noted) >= MOST:
                return
            noted = self._noted[reason, source] = _Noted(device)
        noted.count += 1
        noted.parameters = parameters
        if noted.said_at is None:
            self._say(reason, source, noted, now)

    def tick(self, now: float) -> None:
        """Say what has been counted since, and forget who has fallen silent; once a second."""
        self._words = 0
        for (reason, source), noted in tuple(self._noted.items()):
            if noted.said_at is not None and now - noted.said_at < SILENCE_SECONDS:
                continue
            if noted.count:
                self._say(reason, source, noted, now)
            else:
                del self._noted[reason, source]

    def _say(self, reason: Drop, source: str, noted: _Noted, now: float) -> None:
        if self._words >= WORDS_PER_TICK:
            return  # at a later tick
        self._words += 1
        around = noted.parameters
        self._warn(
            Warned(
                reason=reason,
                source=source,
                device=noted.device,
                count=noted.count,
                engine_id="" if around is None else around.engine_id.hex(),
                boots=0 if around is None else around.boots,
                time=0 if around is None else around.time,
            )
        )
        noted.count, noted.said_at = 0, now
