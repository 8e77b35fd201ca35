"""Monitoring: is netmon itself well, and does the way from it to people work?"""

from typing import Final

from grafana_foundation_sdk.builders import dashboard

from tests.grafana.frame import MONITORING, board
from tests.grafana.panels import AMBER, GREEN, RED, Column, Place, curves, rows, tile


def monitoring() -> dashboard.Dashboard:
    """Build the board."""
    return board(
        MONITORING,
        "monitoring health",
        "netmon, Prometheus and Alertmanager themselves: polls, scrapes, rules, notifications.",
        _PANELS,
    )


_PANELS: Final = (
    tile(
        Place(0, 0, 4, 4),
        "netmon answers",
        "Scrapes of netmon that succeed; 0 means nobody watches the network.",
        'min(up{job="netmon"})',
        base=RED,
        steps=((1.0, GREEN),),
    ),
    tile(
        Place(4, 0, 4, 4),
        "Devices silent",
        "Devices whose last poll was not answered.",
        "sum(netmon_devices_silent)",
        steps=((1.0, AMBER),),
    ),
    tile(
        Place(8, 0, 4, 4),
        "Latest poll",
        "How much later than planned the latest poll of netmon's life began.",
        "max(netmon_poll_lateness_worst_seconds)",
        unit="s",
        decimals=2,
        steps=((1.0, AMBER), (5.0, RED)),
    ),
    tile(
        Place(12, 0, 4, 4),
        "Judging takes",
        "Processor time of the last cycle.",
        "max(netmon_judge_duration_seconds)",
        unit="s",
        decimals=3,
        steps=((0.5, AMBER), (1.0, RED)),
    ),
    tile(
        Place(16, 0, 4, 4),
        "Configuration",
        "1: the files on disk are in force.",
        "min(netmon_config_last_reload_successful)",
        base=RED,
        steps=((1.0, GREEN),),
    ),
    tile(
        Place(20, 0, 4, 4),
        "Notifications failed",
        "That Alertmanager could not deliver in the last hour.",
        "sum(increase(alertmanager_notifications_failed_total[1h]))",
        steps=((1.0, RED),),
    ),
    curves(
        Place(0, 4, 8, 8),
        "Polls, by how they ended",
        "A second, over five minutes.",
        [
            (
                "sum by (collector, outcome) (rate(netmon_poll_outcomes_total[5m]))",
                "{{collector}} {{outcome}}",
            )
        ],
        "cps",
        low=0,
    ),
    curves(
        Place(8, 4, 8, 8),
        "Late, long, left out",
        "Polls that began late by their 99th percentile, and those that overran or were skipped.",
        [
            (
                "histogram_quantile(0.99, "
                "sum by (le) (rate(netmon_poll_lateness_seconds_bucket[5m])))",
                "lateness, p99 (s)",
            ),
            ("sum(increase(netmon_poll_overruns_total[5m]))", "overruns in 5 min"),
            ("sum(increase(netmon_poll_skips_total[5m]))", "skips in 5 min"),
        ],
        "short",
        low=0,
    ),
    curves(
        Place(16, 4, 8, 8),
        "Processor and memory",
        "Of netmon itself.",
        [
            ('rate(process_cpu_seconds_total{job="netmon"}[5m])', "cores"),
            ('process_resident_memory_bytes{job="netmon"} / 1e9', "memory (GB)"),
        ],
        "short",
        low=0,
    ),
    curves(
        Place(0, 12, 12, 8),
        "What was refused",
        "Answers that were not what was asked, and what did not prove who it is, in 5 minutes.",
        [
            ("sum by (reason) (increase(netmon_snmp_rejected_total[5m])) > 0", "{{reason}}"),
            ("sum by (kind) (increase(netmon_snmp_security_events_total[5m])) > 0", "{{kind}}"),
        ],
        "short",
        low=0,
    ),
    curves(
        Place(12, 12, 12, 8),
        "Scrapes and rules",
        "Seconds of the last scrape of each target, and rule evaluations that failed.",
        [
            ("scrape_duration_seconds", "scrape {{job}}"),
            ("sum(increase(prometheus_rule_evaluation_failures_total[5m]))", "rules failed"),
        ],
        "short",
        low=0,
    ),
    rows(
        Place(0, 20, 24, 8),
        "Alerts, as Alertmanager holds them",
        "Active ones go where their route says; suppressed ones are silenced or inhibited.",
        ["sum by (state) (alertmanager_alerts)"],
        [
            Column("state", "State"),
            Column("Value", "Alerts", unit="short"),
        ],
    ),
)
