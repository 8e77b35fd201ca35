"""The NOC wall: eleven panels, one question each, answered from three metres."""

from typing import Final

from grafana_foundation_sdk.builders import dashboard

from tests.grafana.frame import DEVICE, LINK, SITE, WALL, address, board
from tests.grafana.incidents import COLUMNS, QUERIES, in_trouble
from tests.grafana.panels import (
    AMBER,
    RED,
    Column,
    Place,
    bars,
    conditions_over_time,
    curves,
    rows,
    severity_column,
    tile,
)


def _links_in(condition: str) -> str:
    series = f'netmon_link_condition{{netmon_link_condition="{condition}"}}'
    return f"count({series} == 1) or 0 * count({series})"


def noc_wall() -> dashboard.Dashboard:
    """Build the board."""
    return board(
        WALL,
        "NOC wall",
        "What is wrong in the network now, worst first.",
        [*_TILES, *_REST],
        refresh="10s",
    )


_TILES: Final = (
    tile(
        Place(0, 0, 4, 5),
        "Open incidents",
        "Causes, not symptoms: one lost relay is one incident, whatever is behind it.",
        "count(netmon_incident_open == 1) or 0 * max(netmon_sites)",
    ),
    tile(
        Place(4, 0, 4, 5),
        "Sites cut off",
        "Sites where nothing answers or no working path leads to.",
        "count(netmon_site_reachable == 0) or 0 * count(netmon_site_reachable)",
    ),
    tile(
        Place(8, 0, 4, 5),
        "Links down",
        "Roots only; links behind them are unreachable.",
        _links_in("down"),
    ),
    tile(
        Place(12, 0, 4, 5),
        "Links degraded",
        "Up, with loss, delay, errors or signal out of their usual range.",
        _links_in("degraded"),
        steps=((1.0, AMBER),),
    ),
    tile(
        Place(16, 0, 4, 5),
        "Jamming-like",
        "Incidents with the pattern of a jammer, without own emitters: a pattern, no intent.",
        'count(netmon_incident_open{cause="jamming_like", known=""} == 1) or 0 * max(netmon_sites)',
    ),
    tile(
        Place(20, 0, 4, 5),
        "Data age",
        "Since netmon last judged the network. Old or absent: nothing else here counts.",
        "time() - min(netmon_judge_last_run_timestamp_seconds and on (job, instance) up == 1)",
        unit="s",
        steps=((30.0, AMBER), (60.0, RED)),
    ),
)
_REST: Final = (
    rows(
        Place(0, 5, 24, 9),
        "Incidents",
        "Every incident not closed: since when, why, what to check first, what it cuts off.",
        QUERIES,
        COLUMNS,
        by="incident",
        sort="Severity",
    ),
    conditions_over_time(
        Place(0, 14, 16, 10),
        "Links in trouble",
        "Links while they are not healthy; a stretch that is empty is healthy.",
        in_trouble(15),
        "{{link}}",
        empty="ALL HEALTHY, or NO DATA: see Data age",
    ),
    rows(
        Place(16, 14, 8, 10),
        "Alerts firing",
        "What Prometheus has told Alertmanager; silences are on its own page.",
        [
            "max by (alertname, severity, link, site, device) "
            '(ALERTS{alertstate="firing", alertname!="Watchdog"})'
        ],
        [
            severity_column(),
            Column("alertname", "Alert"),
            Column("site", "Site", link=address(SITE, "site", "Site")),
            Column("link", "Link", link=address(LINK, "link", "Link")),
            Column("device", "Device", link=address(DEVICE, "device", "Device")),
        ],
        empty="none",
    ),
    bars(
        Place(0, 24, 8, 9),
        "Worst loss, 5 min",
        "Devices that lose most echoes; the whole way from netmon counts.",
        "topk(10, device:netmon_ping_loss:ratio5m)",
        "{{site}} {{device}}",
        unit="percentunit",
        high=1,
        steps=((0.01, AMBER), (0.05, RED)),
    ),
    curves(
        Place(8, 24, 8, 9),
        "Longest round trips",
        "Median of each burst of echoes, the ten slowest devices that answer.",
        [("topk(10, netmon_ping_rtt_seconds)", "{{site}} {{device}}")],
        "s",
    ),
    curves(
        Place(16, 24, 8, 9),
        "Weakest SNR",
        "Signal to noise plus interference, the ten weakest receivers.",
        [("bottomk(10, netmon_radio_snr_decibels)", "{{device}} {{interface}}")],
        "dB",
    ),
)
