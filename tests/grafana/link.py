"""A link: both its ends, what they receive, how clean it is, what it carries."""

from typing import Final

from grafana_foundation_sdk.builders import dashboard

from tests.grafana.frame import LINK, board
from tests.grafana.incidents import COLUMNS, queries
from tests.grafana.panels import AMBER, RED, Place, conditions_over_time, curves, rows

_ENDS: Final = (
    "on (job, instance, site, device, interface) group_left () "
    'max by (job, instance, site, device, interface) (netmon_interface_info{link="$link"})'
)
_DEVICES: Final = (
    "on (job, instance, site, device) group_left () "
    'max by (job, instance, site, device) (netmon_interface_info{link="$link"})'
)
_END: Final = "{{site}} {{device}} {{interface}}"


def at_ends(expression: str) -> str:
    """Narrow an expression of interfaces to the two ends of the link."""
    return f"{expression} * {_ENDS}"


def of_devices(expression: str) -> str:
    """Narrow an expression of devices to those at the two ends of the link."""
    return f"{expression} * {_DEVICES}"


def link() -> dashboard.Dashboard:
    """Build the board."""
    return board(
        LINK,
        "link",
        "Both ends of one link: level, quality, noise, errors, modulation, traffic, delay.",
        _PANELS,
        variables=("link",),
        single=("link",),
        marks='changes(link:netmon_link_condition:code{link="$link"}[1m]) > 0',
    )


_PANELS: Final = (
    conditions_over_time(
        Place(0, 0, 24, 3),
        "Condition",
        "What netmon believes of the link.",
        'link:netmon_link_condition:code{link="$link"}',
        "{{link}}",
    ),
    rows(
        Place(0, 3, 24, 6),
        "Incidents of this link",
        "Incidents whose root is this link; those that only include it are on the wall.",
        queries('netmon_incident_open{link="$link"}'),
        COLUMNS,
        by="incident",
        empty="none",
    ),
    curves(
        Place(0, 9, 8, 8),
        "Received level",
        "RSL at each end: both fall in rain, one when one transmitter or receiver fails.",
        [(at_ends("netmon_radio_rsl_dbm"), _END)],
        "dBm",
    ),
    curves(
        Place(8, 9, 8, 8),
        "SNR",
        "Signal to noise plus interference at each end.",
        [(at_ends("netmon_radio_snr_decibels"), _END)],
        "dB",
    ),
    curves(
        Place(16, 9, 8, 8),
        "Noise floor",
        "Level with no wanted signal: rises with interference; only some radios tell.",
        [(at_ends("netmon_radio_noise_floor_dbm"), _END)],
        "dBm",
    ),
    curves(
        Place(0, 17, 8, 8),
        "Transmitted level",
        "TSL at each end: automatic power control raises it in a fade, a dying transmitter drops.",
        [(at_ends("netmon_radio_tsl_dbm"), _END)],
        "dBm",
    ),
    curves(
        Place(8, 17, 8, 8),
        "Modulation",
        "Bits per symbol, or the radio's own order, at each end.",
        [(at_ends("netmon_radio_modulation_order"), _END)],
        "none",
    ),
    curves(
        Place(16, 17, 8, 8),
        "Errored seconds",
        "Errored and severely errored seconds (ITU-T G.826) in each quarter of an hour.",
        [
            (at_ends("increase(netmon_radio_errored_seconds_total[15m])"), f"ES {_END}"),
            (at_ends("increase(netmon_radio_severely_errored_seconds_total[15m])"), f"SES {_END}"),
        ],
        "s",
        low=0,
    ),
    curves(
        Place(0, 25, 8, 8),
        "Round trip",
        "Median of each burst of echoes to the devices at both ends, from netmon.",
        [(of_devices("netmon_ping_rtt_seconds"), "{{site}} {{device}}")],
        "s",
        low=0,
    ),
    curves(
        Place(8, 25, 8, 8),
        "Loss",
        "Echoes lost over 5 minutes, on the whole way from netmon.",
        [(of_devices("device:netmon_ping_loss:ratio5m"), "{{site}} {{device}}")],
        "percentunit",
        low=0,
        steps=((0.01, AMBER), (0.05, RED)),
    ),
    curves(
        Place(16, 25, 8, 8),
        "Traffic against capacity",
        "Bits received and sent at each end, and what the link can carry now.",
        [
            (f"8 * {at_ends('rate(netmon_interface_in_bytes_total[$__rate_interval])')}",
             f"in {_END}"),
            (f"8 * {at_ends('rate(netmon_interface_out_bytes_total[$__rate_interval])')}",
             f"out {_END}"),
            (f"8 * {at_ends('netmon_radio_capacity_bytes_per_second')}", f"capacity {_END}"),
            ('8 * netmon_link_capacity_bytes_per_second{link="$link"}', "by design"),
        ],
        "bps",
        low=0,
    ),
)  # fmt: skip
