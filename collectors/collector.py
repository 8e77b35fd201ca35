"""Collector: the role of everything that asks.

Played by `ping.collector.PingCollector`, `snmp.engine.SnmpEngine` and
`snmp.pysnmp_engine.PysnmpEngine`.
"""

from typing import Protocol, TypeVar

TargetT = TypeVar("TargetT", contravariant=True)
ObservationT = TypeVar("ObservationT", covariant=True)


class Collector(Protocol[TargetT, ObservationT]):
    """Asks one target once; never raises for what the network does."""

    async def collect(self, target: TargetT) -> ObservationT:
        """Return the one observation of this poll, within the target's own budget."""
        ...

    def forget(self, device: str) -> None:
        """Drop what is remembered of a device that left the inventory."""
        ...

    async def close(self) -> None:
        """Release sockets; polls under way end as NOT_POLLED."""
        ...
