"""Families: every metric netmon exports, in one table; docs/metrics.md is generated from it.

Names follow Prometheus: `netmon_<thing>_<quantity>_<unit>`, base units (bytes, seconds, ratios of
one; `_dbm` and `_decibels` because a logarithm has none), `_total` for counters. Labels are our own
ids, never a device's text; free text is only in `_info`. Unknown is absent, never 0.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from collectors.quantity import QUANTITIES, Scope
from netmon.exposition.published import PUBLISHED


class Type(StrEnum):
    """As in OpenMetrics 1.0; the older text format says gauge for INFO and STATESET."""

    GAUGE = "gauge"
    COUNTER = "counter"
    HISTOGRAM = "histogram"
    INFO = "info"
    STATESET = "stateset"


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """One metric family. `name` is that of its samples; a histogram's have suffixes."""

    name: str
    type: Type
    labels: tuple[str, ...] = ()
    help: str
    chapter: str

    @property
    def bare_name(self) -> str:
        """The family's name in OpenMetrics, where `_total` and `_info` belong to the samples."""
        if self.type is Type.COUNTER:
            return self.name.removesuffix("_total")
        return self.name.removesuffix("_info") if self.type is Type.INFO else self.name


_DEVICE: Final = ("site", "device")
_INTERFACE: Final = ("site", "device", "interface")
_COUNTED: Final = "; counted by netmon across wraps, never across reboots, from 0 at its start"


def _measured() -> tuple[Family, ...]:
    families = []
    for quantity, published in PUBLISHED.items():
        row = QUANTITIES[quantity]
        is_device = row.scope is Scope.DEVICE
        families.append(
            Family(
                name=published.name,
                type=Type.COUNTER if row.kind.is_counter else Type.GAUGE,
                labels=_DEVICE if is_device else _INTERFACE,
                help=row.help + (_COUNTED if row.kind.is_counter else ""),
                chapter="Devices" if is_device else "Interfaces and radios",
            )
        )
    return tuple(families)


def _gauge(chapter: str, name: str, text: str, *labels: str) -> Family:
    return Family(name=name, type=Type.GAUGE, labels=labels, help=text, chapter=chapter)


def _counter(chapter: str, name: str, text: str, *labels: str) -> Family:
    return Family(name=name, type=Type.COUNTER, labels=labels, help=text, chapter=chapter)


def _info(chapter: str, name: str, text: str, *labels: str) -> Family:
    return Family(name=name, type=Type.INFO, labels=labels, help=text, chapter=chapter)


def _states(chapter: str, name: str, text: str, *labels: str) -> Family:
    return Family(name=name, type=Type.STATESET, labels=(*labels, name), help=text, chapter=chapter)


_LINKS, _SITES, _DEVICES = "Links", "Sites", "Devices"
_INTERFACES, _INCIDENTS, _OWN = "Interfaces and radios", "Incidents", "netmon itself"
_WHAT_A_CONDITION_IS: Final = "healthy, degraded, down, unreachable, unknown or maintenance"
_INCIDENT: Final = ("incident", "cause", "severity", "subject_kind", "site", "link", "device")

TABLE: Final[tuple[Family, ...]] = (
    _gauge(
        _LINKS,
        "netmon_link_up",
        "1: healthy or degraded; 0: down, or unreachable behind a cause elsewhere",
        "link",
    ),
    _states(_LINKS, "netmon_link_condition", f"What the link is: {_WHAT_A_CONDITION_IS}", "link"),
    _gauge(_LINKS, "netmon_link_condition_since_timestamp_seconds", "When it became that", "link"),
    _info(
        _LINKS,
        "netmon_link_info",
        "What the link is made of; a and b are its ends",
        "link",
        "medium",
        "band",
        "site_a",
        "device_a",
        "interface_a",
        "site_b",
        "device_b",
        "interface_b",
    ),
    _gauge(
        _LINKS,
        "netmon_link_capacity_bytes_per_second",
        "Capacity by design, from the inventory",
        "link",
    ),
    _gauge(
        _SITES,
        "netmon_site_reachable",
        "1: something there answers; 0: cut off, or down as a whole",
        "site",
    ),
    _states(_SITES, "netmon_site_condition", f"What the site is: {_WHAT_A_CONDITION_IS}", "site"),
    _info(
        _SITES,
        "netmon_site_info",
        "Where the site is (WGS 84 degrees) and what for",
        "site",
        "name",
        "country",
        "role",
        "latitude",
        "longitude",
    ),
    _gauge(_SITES, "netmon_site_dependents", "Cameras, radars and sensors it carries", "site"),
    _gauge(
        _DEVICES,
        "netmon_device_up",
        "1: healthy or degraded; 0: down, or unreachable behind a cause elsewhere",
        *_DEVICE,
    ),
    _gauge(
        _DEVICES,
        "netmon_device_reachable",
        "1: a working way leads to it (it may be down itself); 0: behind a cause elsewhere",
        *_DEVICE,
    ),
    _states(
        _DEVICES,
        "netmon_device_condition",
        f"What the device is: {_WHAT_A_CONDITION_IS}",
        *_DEVICE,
    ),
    _info(_DEVICES, "netmon_device_info", "What kind of device it is", *_DEVICE, "kind"),
    _gauge(
        _DEVICES,
        "netmon_device_snmp_timeouts",
        "Consecutive SNMP polls without any answer",
        *_DEVICE,
    ),
    _gauge(
        _DEVICES,
        "netmon_device_ping_timeouts",
        "Consecutive bursts of echoes without any reply",
        *_DEVICE,
    ),
    _gauge(
        _DEVICES,
        "netmon_device_last_answer_age_seconds",
        "Since its last sign of life of any kind",
        *_DEVICE,
    ),
    _gauge(
        _DEVICES,
        "netmon_device_stale_agent",
        "1: its sysUpTime stands still, so its agent serves old data",
        *_DEVICE,
    ),
    _gauge(_DEVICES, "netmon_ping_loss_ratio", "Of the last burst of echoes", *_DEVICE),
    _gauge(_DEVICES, "netmon_ping_rtt_seconds", "Median of the last burst (RFC 2681)", *_DEVICE),
    _gauge(
        _DEVICES,
        "netmon_ping_ipdv_seconds",
        "Mean difference of consecutive round trips of the last burst (RFC 3393), boards: jitter",
        *_DEVICE,
    ),
    _counter(_DEVICES, "netmon_ping_requests_total", "Echoes sent", *_DEVICE),
    _counter(_DEVICES, "netmon_ping_replies_total", "Echoes answered in time", *_DEVICE),
    _counter(_DEVICES, "netmon_ping_duplicates_total", "Echoes answered once more", *_DEVICE),
    _counter(_DEVICES, "netmon_ping_late_total", "Echoes answered too late", *_DEVICE),
    *_measured(),
    _info(
        _INTERFACES,
        "netmon_interface_info",
        "Which link ends at the interface; one series for each link",
        *_INTERFACE,
        "link",
    ),
    _gauge(
        _INCIDENTS, "netmon_incident_open", "1 for every incident that is not closed", *_INCIDENT
    ),
    _gauge(
        _INCIDENTS,
        "netmon_incident_opened_timestamp_seconds",
        "When the incident was opened",
        "incident",
    ),
    _gauge(_INCIDENTS, "netmon_incident_acknowledged", "1: a desk has taken it", "incident"),
    _gauge(_INCIDENTS, "netmon_incident_members", "Subjects it explains", "incident"),
    _gauge(_INCIDENTS, "netmon_incident_sites_lost", "Sites cut off by it", "incident"),
    _gauge(
        _INCIDENTS,
        "netmon_incident_dependents_lost",
        "Cameras, radars and sensors cut off by it",
        "incident",
    ),
    _info(
        _INCIDENTS,
        "netmon_incident_info",
        "The incident in words, for people",
        "incident",
        "title",
        "because",
        "phase",
        "condition",
        "runner_up",
        "sites_lost",
    ),
    _counter(
        _INCIDENTS,
        "netmon_incidents_total",
        "Incidents opened since netmon's start",
        "cause",
        "severity",
    ),
    _counter(
        _OWN,
        "netmon_poll_outcomes_total",
        "Polls by how they ended",
        "collector",
        "outcome",
    ),
    Family(
        name="netmon_poll_duration_seconds",
        type=Type.HISTOGRAM,
        labels=("collector",),
        help="From the first request of a poll to its end",
        chapter=_OWN,
    ),
    _counter(_OWN, "netmon_polls_total", "Polls begun"),
    _counter(
        _OWN, "netmon_poll_overruns_total", "Polls that took longer than their device's interval"
    ),
    _counter(_OWN, "netmon_poll_skips_total", "Polls left out, since the one before still ran"),
    _gauge(_OWN, "netmon_poll_lateness_seconds", "How late the last poll began"),
    _counter(_OWN, "netmon_snmp_requests_total", "Requests sent"),
    _counter(_OWN, "netmon_snmp_retries_total", "Requests sent again"),
    _counter(
        _OWN,
        "netmon_snmp_rejected_total",
        "Datagrams that were not the answer asked for, by reason",
        "reason",
    ),
    _gauge(_OWN, "netmon_snmp_in_flight", "Requests waiting for their answer"),
    _counter(
        _OWN,
        "netmon_socket_drops_total",
        "Datagrams the kernel dropped since our receive buffer was full",
        "collector",
    ),
    _counter(_OWN, "netmon_observations_belated_total", "Observations older than one remembered"),
    _counter(_OWN, "netmon_observations_failed_total", "Observations that could not be remembered"),
    _counter(_OWN, "netmon_device_reboots_total", "Reboots seen, all devices together"),
    _counter(
        _OWN,
        "netmon_interfaces_refused_total",
        "Interfaces not polled, since their device has too many",
    ),
    _gauge(_OWN, "netmon_queue_depth", "Observations waiting to be remembered"),
    _counter(_OWN, "netmon_queue_dropped_total", "Observations lost since the queue was full"),
    _gauge(_OWN, "netmon_event_loop_lag_seconds", "The longest wait of the last 15 seconds"),
    _gauge(_OWN, "netmon_judge_duration_seconds", "CPU time of the last cycle of judging"),
    _counter(_OWN, "netmon_judge_cycles_total", "Cycles of judging"),
    _gauge(
        _OWN,
        "netmon_judge_last_run_timestamp_seconds",
        "When the last cycle of judging ended",
    ),
    _gauge(_OWN, "netmon_devices", "Devices in the inventory"),
    _gauge(_OWN, "netmon_interfaces", "Interfaces known"),
    _gauge(_OWN, "netmon_links", "Links in the inventory"),
    _gauge(_OWN, "netmon_sites", "Sites in the inventory"),
    _gauge(_OWN, "netmon_config_last_reload_successful", "1: the files on disk are in force"),
    _gauge(_OWN, "netmon_config_last_reload_timestamp_seconds", "When files were last taken over"),
    _gauge(_OWN, "netmon_exposition_duration_seconds", "CPU time of the last scrape"),
    _gauge(_OWN, "netmon_exposition_series", "Series of the last scrape"),
    _counter(_OWN, "netmon_series_dropped_total", "Series left out of scrapes, above the cap"),
    _info(_OWN, "netmon_build_info", "What is running", "version", "python"),
    _counter(_OWN, "process_cpu_seconds_total", "CPU time, user and system"),
    _gauge(_OWN, "process_resident_memory_bytes", "Memory in use"),
    _gauge(_OWN, "process_virtual_memory_bytes", "Memory addressed"),
    _gauge(_OWN, "process_start_time_seconds", "When the process began"),
    _gauge(_OWN, "process_open_fds", "Open file descriptors"),
    _gauge(_OWN, "process_max_fds", "Most file descriptors it may open"),
)

FAMILIES: Final[dict[str, Family]] = {family.name: family for family in TABLE}
