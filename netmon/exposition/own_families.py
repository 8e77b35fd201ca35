"""Own families: the metrics about netmon itself; part of the table in `families`."""

from typing import Final

from netmon.exposition.family import Family, counter, gauge, histogram, info

_OWN: Final = "netmon itself"

OWN: Final[tuple[Family, ...]] = (
    counter(
        _OWN,
        "netmon_poll_outcomes_total",
        "Polls by how they ended",
        "collector",
        "outcome",
    ),
    histogram(
        _OWN,
        "netmon_poll_duration_seconds",
        "From the first request of a poll to its end",
        "collector",
    ),
    counter(_OWN, "netmon_polls_total", "Polls begun"),
    counter(
        _OWN, "netmon_poll_overruns_total", "Polls that took longer than their device's interval"
    ),
    counter(_OWN, "netmon_poll_skips_total", "Polls left out, since the one before still ran"),
    counter(_OWN, "netmon_poll_deferrals_total", "Polls moved, since netmon itself had stalled"),
    histogram(_OWN, "netmon_poll_lateness_seconds", "How much later than planned a poll began"),
    gauge(_OWN, "netmon_poll_lateness_worst_seconds", "The latest begin since netmon's start"),
    gauge(_OWN, "netmon_polls_under_way", "Polls begun and not ended"),
    gauge(_OWN, "netmon_devices_silent", "Devices whose last poll was not answered"),
    counter(_OWN, "netmon_snmp_requests_total", "Requests sent"),
    counter(_OWN, "netmon_snmp_retries_total", "Requests sent again"),
    counter(
        _OWN,
        "netmon_snmp_rejected_total",
        "Datagrams that were not the answer asked for, by reason",
        "reason",
    ),
    counter(
        _OWN,
        "netmon_snmp_security_events_total",
        "What devices showed that concerns security: another identity, a reboot, refused keys …",
        "kind",
    ),
    counter(
        _OWN,
        "netmon_snmp_halvings_total",
        "Times a device was asked for less at once, since it could not answer more",
    ),
    gauge(_OWN, "netmon_snmp_in_flight", "Requests waiting for their answer"),
    counter(_OWN, "netmon_snmp_answers_total", "Answers to what was asked"),
    counter(
        _OWN,
        "netmon_snmp_answers_read_strictly_total",
        "Answers of a shape not seen before; the others are read in one stroke",
    ),
    counter(_OWN, "netmon_snmp_timeouts_total", "Requests without an answer, each try counted"),
    counter(_OWN, "netmon_snmp_refused_total", "Requests refused at their way (ICMP)"),
    counter(_OWN, "netmon_snmp_too_late_total", "Silences not believed: netmon had stalled"),
    counter(_OWN, "netmon_snmp_late_answers_total", "Answers to a try given up, or once more"),
    counter(_OWN, "netmon_snmp_strays_total", "Datagrams from an address that was not asked"),
    counter(_OWN, "netmon_snmp_oversized_total", "Datagrams too large to be read"),
    counter(_OWN, "netmon_snmp_send_failures_total", "Requests our own kernel would not send"),
    counter(_OWN, "netmon_snmp_mappings_total", "Times a device's interfaces were mapped"),
    counter(_OWN, "netmon_icmp_packets_sent_total", "ICMP packets sent"),
    counter(_OWN, "netmon_icmp_packets_received_total", "ICMP packets received, of any kind"),
    counter(_OWN, "netmon_icmp_malformed_total", "ICMP packets that could not be read"),
    counter(_OWN, "netmon_icmp_foreign_total", "Replies to others, forged or altered on the way"),
    counter(_OWN, "netmon_icmp_wrong_source_total", "Replies from an address that was not asked"),
    counter(_OWN, "netmon_icmp_quotes_total", "Errors that quote an echo of ours"),
    counter(_OWN, "netmon_icmp_quotes_ignored_total", "Errors whose quote fits no echo of ours"),
    counter(_OWN, "netmon_icmp_send_failures_total", "Echoes our own kernel would not send"),
    counter(_OWN, "netmon_icmp_disturbances_total", "Times silence could not be trusted"),
    counter(_OWN, "netmon_chore_runs_total", "Runs of what is done now and then", "chore"),
    counter(_OWN, "netmon_chore_failures_total", "Runs that failed", "chore"),
    counter(_OWN, "netmon_api_connections_total", "Connections to the web port"),
    counter(
        _OWN, "netmon_api_dropped_total", "Connections dropped by the web port's guard", "reason"
    ),
    counter(
        _OWN,
        "netmon_socket_drops_total",
        "Datagrams the kernel dropped since our receive buffer was full",
        "collector",
    ),
    counter(_OWN, "netmon_observations_belated_total", "Observations older than one remembered"),
    counter(
        _OWN, "netmon_observations_strangers_total", "Observations of devices that had just left"
    ),
    counter(_OWN, "netmon_observations_failed_total", "Observations that could not be remembered"),
    counter(_OWN, "netmon_device_reboots_total", "Reboots seen, all devices together"),
    counter(
        _OWN,
        "netmon_interfaces_refused_total",
        "Interfaces not polled, since their device has too many",
    ),
    gauge(_OWN, "netmon_queue_depth", "Observations waiting to be remembered"),
    counter(_OWN, "netmon_queue_dropped_total", "Observations lost since the queue was full"),
    gauge(_OWN, "netmon_event_loop_lag_seconds", "The longest wait of the last 15 seconds"),
    gauge(_OWN, "netmon_judge_duration_seconds", "CPU time of the last cycle of judging"),
    counter(_OWN, "netmon_judge_cycles_total", "Cycles of judging"),
    gauge(
        _OWN,
        "netmon_judge_last_run_timestamp_seconds",
        "When the last cycle of judging ended",
    ),
    gauge(_OWN, "netmon_devices", "Devices in the inventory"),
    gauge(_OWN, "netmon_interfaces", "Interfaces known"),
    gauge(_OWN, "netmon_links", "Links in the inventory"),
    gauge(_OWN, "netmon_sites", "Sites in the inventory"),
    gauge(_OWN, "netmon_config_last_reload_successful", "1: the files on disk are in force"),
    gauge(_OWN, "netmon_config_last_reload_timestamp_seconds", "When files were last taken over"),
    gauge(_OWN, "netmon_exposition_duration_seconds", "CPU time of the last scrape"),
    gauge(_OWN, "netmon_exposition_series", "Series of the last scrape"),
    counter(_OWN, "netmon_series_dropped_total", "Series left out of scrapes, above the cap"),
    info(_OWN, "netmon_build_info", "What is running", "version", "python"),
    counter(_OWN, "process_cpu_seconds_total", "CPU time, user and system"),
    gauge(_OWN, "process_resident_memory_bytes", "Memory in use"),
    gauge(_OWN, "process_virtual_memory_bytes", "Memory addressed"),
    gauge(_OWN, "process_start_time_seconds", "When the process began"),
    gauge(_OWN, "process_open_fds", "Open file descriptors"),
    gauge(_OWN, "process_max_fds", "Most file descriptors it may open"),
)
