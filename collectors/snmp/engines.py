"""Engines: which SNMP engine stands behind which device, and who claims another one's identity.

Identities change when a device is swapped or reset, or when somebody puts himself in its place.
Two devices with one engineID break each other in monitors that keep state by engineID; here it is
kept by device, so both are polled, and the clone is told.
"""

from collectors.observation import SecurityEvent, SecurityKind


class Engines:
    """The proven engines of all devices."""

    def __init__(self) -> None:
        self._engines: dict[str, bytes] = {}
        self._devices: dict[bytes, dict[str, str]] = {}  # engineID → device → where it is

    def note(self, device: str, where: str, engine_id: bytes) -> list[SecurityEvent]:
        """Take that a device has proven to be this engine; return what is odd about it.

        Several devices at one address are one engine seen through several contexts, or users.
        """
        known = self._engines.get(device)
        events = []
        if known is not None and known != engine_id:
            self.forget(device)
            words = f"engineID went from {known.hex()} to {engine_id.hex()}: swapped or reset"
            events.append(SecurityEvent(SecurityKind.ENGINE_CHANGED, words))
        claims = self._devices.setdefault(engine_id, {})
        others = [name for name, place in claims.items() if name != device and place != where]
        if others and known != engine_id:
            words = f"engineID {engine_id.hex()} is claimed by {min(others)} too"
            events.append(SecurityEvent(SecurityKind.DUPLICATE_ENGINE, words))
        self._engines[device] = engine_id
        claims[device] = where
        return events

    def forget(self, device: str) -> None:
        """Drop a device."""
        engine_id = self._engines.pop(device, None)
        if engine_id is not None:
            self._devices[engine_id].pop(device, None)
            if not self._devices[engine_id]:
                del self._devices[engine_id]
