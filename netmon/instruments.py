"""Instruments: which of our own numbers is which metric; the one place where the two meet."""

from collections.abc import Callable, Mapping

from collectors.ping.transport import TransportStatistics
from collectors.snmp.settings import SnmpStatistics
from netmon.cadence import Cadence
from netmon.exposition.exposition import Exposition
from netmon.source import Vitals


def watch_cadence(exposition: Exposition, cadence: Cadence) -> None:
    """Export how polls keep their time."""
    statistics, watch = cadence.statistics, exposition.health.watch
    watch("netmon_polls_total", lambda: statistics.polls)
    watch("netmon_poll_overruns_total", lambda: statistics.overruns)
    watch("netmon_poll_skips_total", lambda: statistics.skips)


def watch_snmp(exposition: Exposition, read: Callable[[], tuple[SnmpStatistics, ...]]) -> None:
    """Export what the SNMP engines count, together."""
    watch = exposition.health.watch

    def total(name: str) -> Callable[[], float]:
        return lambda: sum(getattr(statistics, name) for statistics in read())

    def rejected() -> Mapping[str, float]:
        sums: dict[str, float] = {}
        for statistics in read():
            for reason, count in statistics.rejected.items():
                sums[str(reason)] = sums.get(str(reason), 0) + count
        return sums

    watch("netmon_snmp_requests_total", total("requests"))
    watch("netmon_snmp_retries_total", total("retries"))
    watch("netmon_snmp_in_flight", total("in_flight"))
    watch("netmon_socket_drops_total", total("socket_drops"), collector="snmp")
    exposition.health.watch_each("netmon_snmp_rejected_total", "reason", rejected)


def watch_ping(exposition: Exposition, statistics: TransportStatistics) -> None:
    """Export what the ICMP sockets lost."""
    exposition.health.watch("netmon_socket_drops_total", lambda: statistics.drops, collector="ping")


def watch_vitals(exposition: Exposition, vitals: Vitals) -> None:
    """Export how the configuration is."""
    watch = exposition.health.watch
    watch("netmon_config_last_reload_successful", lambda: float(vitals.reload_successful))
    watch("netmon_config_last_reload_timestamp_seconds", lambda: vitals.reloaded_at)
