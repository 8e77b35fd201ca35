"""Instruments: which of our own numbers is which metric; the one place where the two meet.

A field of a statistics class is in one of the tables, or in NOT_EXPORTED with the reason; a test
holds every class to it.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, Final

from collectors.ping.clock import KernelClock
from collectors.ping.flight import FlightStatistics
from collectors.ping.transport import TransportStatistics
from collectors.snmp.settings import SnmpStatistics
from collectors.target import Target, UsmUser
from collectors.trap.counters import Count
from collectors.trap.supervisor import TrapStatistics
from netmon.api.guard import GuardStatistics
from netmon.cadence import LATENESS_BOUNDS_SECONDS, Cadence, CadenceStatistics
from netmon.chores import Chores
from netmon.exposition.exposition import Exposition
from netmon.notices import NoticeStatistics
from netmon.planned.agenda import Agenda
from netmon.planned.suns import Predicted
from netmon.redundancy import Redundancy
from netmon.source import Vitals
from netmon.tally import Durations
from netmon.traps import Traps
from netmon.whereabouts import Doubt, Whereabouts
from topology.model import DeviceId, LinkId

CADENCE: Final = {
    "polls": "netmon_polls_total",
    "under_way": "netmon_polls_under_way",
    "silent": "netmon_devices_silent",
    "overruns": "netmon_poll_overruns_total",
    "skips": "netmon_poll_skips_total",
    "deferred": "netmon_poll_deferrals_total",
    "lateness_seconds_max": "netmon_poll_lateness_worst_seconds",
}
SNMP: Final = {
    "requests": "netmon_snmp_requests_total",
    "retries": "netmon_snmp_retries_total",
    "answers": "netmon_snmp_answers_total",
    "answers_read_strictly": "netmon_snmp_answers_read_strictly_total",
    "timeouts": "netmon_snmp_timeouts_total",
    "refused": "netmon_snmp_refused_total",
    "too_late": "netmon_snmp_too_late_total",
    "late_answers": "netmon_snmp_late_answers_total",
    "strays": "netmon_snmp_strays_total",
    "oversized": "netmon_snmp_oversized_total",
    "send_failures": "netmon_snmp_send_failures_total",
    "in_flight": "netmon_snmp_in_flight",
    "in_flight_limit": "netmon_snmp_in_flight_limit",
    "mappings": "netmon_snmp_mappings_total",
    "halvings": "netmon_snmp_halvings_total",
}
TRANSPORT: Final = {
    "packets_sent": "netmon_icmp_packets_sent_total",
    "packets_received": "netmon_icmp_packets_received_total",
}
FLIGHT: Final = {
    "malformed": "netmon_icmp_malformed_total",
    "foreign": "netmon_icmp_foreign_total",
    "wrong_source": "netmon_icmp_wrong_source_total",
    "quotes": "netmon_icmp_quotes_total",
    "quotes_ignored": "netmon_icmp_quotes_ignored_total",
    "refused": "netmon_icmp_send_failures_total",
    "disturbances": "netmon_icmp_disturbances_total",
}
TRAP: Final = {
    "is_up": "netmon_traps_up",
    "restarts": "netmon_traps_restarts_total",
    "latency_seconds": "netmon_traps_latency_seconds",
    "garbled": "netmon_traps_garbled_total",
}
NOTICES: Final = {
    "heard": "netmon_notices_heard_total",
    "strangers": "netmon_notices_strangers_total",
    "stale": "netmon_notices_stale_total",
    "polls": "netmon_notices_polls_total",
    "suppressed": "netmon_notices_suppressed_total",
}
_DROPPED: Final = ("refused", "timeouts", "oversized", "malformed")  # reasons of the web's guard

NOT_EXPORTED: Final = {
    "FlightStatistics.sent": "the sum of netmon_ping_requests_total",
    "FlightStatistics.answered": "the sum of netmon_ping_replies_total",
    "FlightStatistics.duplicates": "the sum of netmon_ping_duplicates_total",
    "FlightStatistics.late": "the sum of netmon_ping_late_total",
    "FlightStatistics.bursts_too_late": "netmon_poll_outcomes_total, outcome too_late",
    "SnmpStatistics.reboots_seen": "netmon_device_reboots_total, counted where they are judged",
    "PipelineStatistics.judged_monotonic": "netmon_judge_last_run_timestamp_seconds says it",
}


def watch_cadence(exposition: Exposition, cadence: Cadence) -> None:
    """Export how polls keep their time."""
    statistics = cadence.statistics
    _watch_all(exposition, CADENCE, lambda: (statistics,))
    exposition.health.watch_durations("netmon_poll_lateness_seconds", lambda: _lateness(statistics))


def watch_snmp(exposition: Exposition, read: Callable[[], tuple[SnmpStatistics, ...]]) -> None:
    """Export what the SNMP engines count, together."""

    def each(field: str) -> Callable[[], Mapping[str, float]]:
        def sums() -> Mapping[str, float]:
            found: Counter[str] = Counter()
            for statistics in read():
                counts = getattr(statistics, field)
                found.update({str(label): count for label, count in counts.items()})
            return found

        return sums

    _watch_all(exposition, SNMP, read)
    _watch_all(exposition, {"socket_drops": "netmon_socket_drops_total"}, read, collector="snmp")
    watch_each = exposition.health.watch_each
    watch_each("netmon_snmp_rejected_total", "reason", each("rejected"))
    watch_each("netmon_snmp_security_events_total", "kind", each("security_events"))


def watch_protection(exposition: Exposition, read: Callable[[], Mapping[DeviceId, Target]]) -> None:
    """Export how many devices are asked in clear, and how many under which protection."""

    def counts() -> Mapping[str, float]:
        found: Counter[str] = Counter()
        for target in read().values():
            if target.snmp is None:
                continue
            asked_as = target.snmp.credential
            found[asked_as.level if isinstance(asked_as, UsmUser) else asked_as.version] += 1
        return found

    exposition.health.watch_each("netmon_snmp_devices", "security", counts)


def watch_ping(
    exposition: Exposition,
    transport: TransportStatistics,
    flight: FlightStatistics,
    clock: KernelClock,
) -> None:
    """Export what the ICMP sockets, the echoes in flight and the clock beside them count."""
    exposition.health.watch("netmon_wall_clock_steps_total", lambda: clock.steps)
    _watch_all(exposition, TRANSPORT, lambda: (transport,))
    _watch_all(exposition, FLIGHT, lambda: (flight,))
    _watch_all(
        exposition,
        {"drops": "netmon_socket_drops_total"},
        lambda: (transport,),
        collector="ping",
    )


def watch_chores(exposition: Exposition, chores: Chores) -> None:
    """Export how often each chore was done, and failed."""
    watch_each = exposition.health.watch_each
    watch_each("netmon_chore_runs_total", "chore", lambda: chores.runs)
    watch_each("netmon_chore_failures_total", "chore", lambda: chores.failures)


def watch_guard(exposition: Exposition, guard: GuardStatistics) -> None:
    """Export whom the web port's guard let in, and whom not."""
    exposition.health.watch("netmon_api_connections_total", lambda: guard.connections)
    exposition.health.watch_each(
        "netmon_api_dropped_total",
        "reason",
        lambda: {reason: getattr(guard, reason) for reason in _DROPPED},
    )


def watch_traps(exposition: Exposition, trap: TrapStatistics, notices: NoticeStatistics) -> None:
    """Export how the trap receiver is, and what notifications led to."""
    _watch_all(exposition, TRAP, lambda: (trap,))
    _watch_all(exposition, NOTICES, lambda: (notices,))


def watch_receiver(exposition: Exposition, traps: Traps) -> None:
    """Export what became of every datagram that was sent to us."""
    watch, watch_each = exposition.health.watch, exposition.health.watch_each
    counters = traps.receiver.counters
    watch("netmon_traps_received_total", lambda: counters[Count.RECEIVED])
    watch_each("netmon_traps_processed_total", "outcome", lambda: traps.processed)
    watch_each("netmon_traps_dropped_total", "reason", lambda: traps.drops)
    watch("netmon_traps_lost_total", lambda: counters[Count.LOST])
    watch("netmon_traps_queue_depth", lambda: counters[Count.QUEUED])
    watch("netmon_notices_flapping_ports", lambda: len(traps.notices.flapping.ports))
    watch_each("netmon_traps_security_events_total", "kind", lambda: traps.security_events)


def watch_vitals(exposition: Exposition, vitals: Vitals) -> None:
    """Export how the configuration and the store are."""
    watch = exposition.health.watch
    watch("netmon_config_last_reload_successful", lambda: float(vitals.reload_successful))
    watch("netmon_config_last_reload_timestamp_seconds", lambda: vitals.reloaded_at)
    watch("netmon_config_restart_needed", lambda: float(vitals.restart_needed))
    watch("netmon_store_failures_total", lambda: float(vitals.store_failures))


def watch_whereabouts(exposition: Exposition, whereabouts: Whereabouts) -> None:
    """Export which positions of mobile units were not believed, and why."""
    exposition.health.watch_each(
        "netmon_positions_ignored_total",
        "reason",
        lambda: {doubt.value: whereabouts.ignored[doubt] for doubt in Doubt},
    )


def watch_redundancy(exposition: Exposition, last: Callable[[], Redundancy | None]) -> None:
    """Export how much redundancy is left; absent until it was worked out."""

    def read(field: str) -> Callable[[], Mapping[str, float]]:
        return lambda: {} if (found := last()) is None else getattr(found, field)

    each = exposition.health.watch_each
    each("netmon_site_disjoint_paths", "site", read("site_paths"))
    each("netmon_site_designed_disjoint_paths", "site", read("designed_site_paths"))
    each("netmon_single_points_of_failure", "kind", read("single_points"))
    each("netmon_designed_single_points_of_failure", "kind", read("designed_single_points"))
    exposition.health.watch(
        "netmon_topology_components",
        lambda: None if (found := last()) is None else float(found.components),
    )


def watch_plans(
    exposition: Exposition,
    agenda: Callable[[], Agenda],
    suns: Callable[[], Mapping[LinkId, Predicted]],
) -> None:
    """Export what of all plans holds now, and when the sun comes next."""
    each = exposition.health.watch_each
    each("netmon_maintenance_active", "window", lambda: {one.id: 1 for one in agenda().windows})
    each("netmon_emission_active", "emission", lambda: {one.id: 1 for one in agenda().emissions})
    each("netmon_site_off_duty", "site", lambda: dict.fromkeys(agenda().off_duty, 1))
    each(
        "netmon_link_sun_outage_start_timestamp_seconds",
        "link",
        lambda: {link: one.outage.start for link, one in suns().items()},
    )
    each(
        "netmon_link_sun_outage_end_timestamp_seconds",
        "link",
        lambda: {link: one.outage.end for link, one in suns().items()},
    )


def _watch_all(
    exposition: Exposition,
    table: Mapping[str, str],
    read: Callable[[], tuple[Any, ...]],
    **labels: str,
) -> None:
    def total(field: str) -> Callable[[], float]:
        return lambda: sum(getattr(statistics, field) for statistics in read())

    for field, name in table.items():
        exposition.health.watch(name, total(field), **labels)


def _lateness(statistics: CadenceStatistics) -> Durations:
    return Durations(
        bounds=LATENESS_BOUNDS_SECONDS,
        counts=statistics.lateness_buckets,
        total_seconds=statistics.lateness_seconds_sum,
    )
