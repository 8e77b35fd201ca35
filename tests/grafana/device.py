"""A device: who it is, how it is, its interfaces, how well it answers."""

from typing import Final

from grafana_foundation_sdk.builders import dashboard

from tests.grafana.frame import DEVICE, LINK, address, board
from tests.grafana.panels import (
    AMBER,
    GREY,
    RED,
    Column,
    Place,
    conditions_over_time,
    curves,
    rows,
    tile,
)

_IT: Final = 'device="$device"'
_INTERFACE: Final = "{{interface}}"


def device() -> dashboard.Dashboard:
    """Build the board."""
    return board(
        DEVICE,
        "device",
        "One device over SNMP and ICMP: condition, sensors, interfaces, polls.",
        _PANELS,
        variables=("country", "site", "device"),
        single=("device",),
        marks=f"changes(device:netmon_device_condition:code{{{_IT}}}[1m]) > 0",
    )


_PANELS: Final = (
    conditions_over_time(
        Place(0, 0, 12, 4),
        "Condition",
        "What netmon believes of the device.",
        f"device:netmon_device_condition:code{{{_IT}}}",
        "{{site}} {{device}}",
    ),
    tile(
        Place(12, 0, 3, 4),
        "Up for",
        "Since its agent started (sysUpTime, RFC 3418).",
        f"min(netmon_device_uptime_seconds{{{_IT}}})",
        unit="dtdurations",
        base=AMBER,
        steps=((3600.0, "#4cc38a"),),
    ),
    tile(
        Place(15, 0, 3, 4),
        "Last answer",
        "Since its last sign of life of any kind.",
        f"max(netmon_device_last_answer_age_seconds{{{_IT}}})",
        unit="s",
        steps=((60.0, AMBER), (180.0, RED)),
    ),
    tile(
        Place(18, 0, 3, 4),
        "SNMP timeouts",
        "Polls in a row without any answer.",
        f"max(netmon_device_snmp_timeouts{{{_IT}}})",
        steps=((1.0, AMBER), (3.0, RED)),
    ),
    tile(
        Place(21, 0, 3, 4),
        "Loss",
        "Of the last burst of echoes.",
        f"max(netmon_ping_loss_ratio{{{_IT}}})",
        unit="percentunit",
        steps=((0.01, AMBER), (0.5, RED)),
    ),
    rows(
        Place(0, 4, 24, 8),
        "Interfaces",
        "Status (RFC 2863), what the device is set to, speed, traffic and errors of 5 minutes.",
        [
            f"max by (interface) (netmon_interface_oper_status{{{_IT}}})",
            f"max by (interface) (netmon_interface_admin_status{{{_IT}}})",
            f"max by (interface) (8 * netmon_interface_speed_bytes_per_second{{{_IT}}})",
            f"max by (interface) (8 * rate(netmon_interface_in_bytes_total{{{_IT}}}[5m]))",
            f"max by (interface) (8 * rate(netmon_interface_out_bytes_total{{{_IT}}}[5m]))",
            f"sum by (interface) (increase(netmon_interface_in_errors_total{{{_IT}}}[5m]))",
            f"max by (interface, link) (netmon_interface_info{{{_IT}}})",
        ],
        [
            Column("interface", "Interface"),
            Column("link", "Link", link=address(LINK, "link", "Link")),
            Column(
                "Value #A",
                "Status",
                words=(
                    ("1", "● up", "#4cc38a"),
                    ("2", "✖ down", RED),
                    ("3", "▲ testing", AMBER),
                    ("4", "? unknown", GREY),
                    ("5", "dormant", GREY),
                    ("6", "not present", GREY),
                    ("7", "✖ lower layer down", RED),
                ),
            ),
            Column("Value #B", "Wanted", words=(("1", "up", "#4cc38a"), ("2", "off", "#5cb0ff"))),
            Column("Value #C", "Speed", unit="bps"),
            Column("Value #D", "In", unit="bps"),
            Column("Value #E", "Out", unit="bps"),
            Column("Value #F", "Errors", unit="short"),
        ],
        by="interface",
        sort="In",
    ),
    curves(
        Place(0, 12, 12, 8),
        "Traffic",
        "Bits received (up) and sent (down), the busiest interfaces.",
        [
            (
                f"topk(6, 8 * rate(netmon_interface_in_bytes_total{{{_IT}}}[$__rate_interval]))",
                f"in {_INTERFACE}",
            ),
            (
                "-1 * topk(6, 8 * "
                f"rate(netmon_interface_out_bytes_total{{{_IT}}}[$__rate_interval]))",
                f"out {_INTERFACE}",
            ),
        ],
        "bps",
    ),
    curves(
        Place(12, 12, 12, 8),
        "Errors and discards",
        "Packets a second: errors in what came in, discards of what was to go out.",
        [
            (
                f"rate(netmon_interface_in_errors_total{{{_IT}}}[$__rate_interval])",
                f"errors in {_INTERFACE}",
            ),
            (
                f"rate(netmon_interface_out_discards_total{{{_IT}}}[$__rate_interval])",
                f"discards out {_INTERFACE}",
            ),
        ],
        "pps",
        low=0,
    ),
    curves(
        Place(0, 20, 8, 8),
        "Processor and memory",
        "In use, as the device says.",
        [
            (f"netmon_device_cpu_ratio{{{_IT}}}", "processor"),
            (f"netmon_device_memory_ratio{{{_IT}}}", "memory"),
        ],
        "percentunit",
        low=0,
        high=1,
    ),
    curves(
        Place(8, 20, 8, 8),
        "Temperature",
        "Of the device as a whole, and of its parts.",
        [
            (f"netmon_device_temperature_celsius{{{_IT}}}", "device"),
            (f"netmon_component_celsius{{{_IT}}}", _INTERFACE),
        ],
        "celsius",
    ),
    curves(
        Place(16, 20, 8, 8),
        "How long a poll takes",
        "SNMP poll with tries and gaps, and the round trip of echoes.",
        [
            (f"netmon_device_snmp_poll_seconds{{{_IT}}}", "SNMP poll"),
            (f"netmon_ping_rtt_seconds{{{_IT}}}", "round trip"),
        ],
        "s",
        low=0,
    ),
)
