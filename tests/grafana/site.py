"""Sites: how is this region, this site, and what leads there?"""

from typing import Final

from grafana_foundation_sdk.builders import dashboard

from tests.grafana.frame import DEVICE, LINK, SITE, address, board
from tests.grafana.incidents import COLUMNS, queries
from tests.grafana.panels import (
    AMBER,
    RED,
    Column,
    Place,
    condition_column,
    conditions_over_time,
    curves,
    rows,
    tile,
)

_CHOSEN: Final = 'site=~"$site"'
_INCIDENTS: Final = (
    f"(netmon_incident_open{{{_CHOSEN}}} or (netmon_incident_open and on (job, instance, link) "
    '(netmon_link_info{site_a=~"$site"} or netmon_link_info{site_b=~"$site"})))'
)
_UPLINKS: Final = 'netmon_interface_info{site=~"$site", link!=""}'


def site() -> dashboard.Dashboard:
    """Build the board."""
    return board(
        SITE,
        "site",
        "State of a country or a site: reachable, its devices, its links, power, what it carries.",
        _PANELS,
        variables=("country", "site"),
        since="now-24h",
        marks=f"changes(site:netmon_site_condition:code{{{_CHOSEN}}}[1m]) > 0",
    )


_PANELS: Final = (
    tile(
        Place(0, 0, 4, 4),
        "Sites chosen",
        "Of the country and the sites chosen above.",
        f"count(netmon_site_reachable{{{_CHOSEN}}})",
        steps=(),
    ),
    tile(
        Place(4, 0, 4, 4),
        "Of them cut off",
        "Nothing answers there, or no working path leads there.",
        f"count(netmon_site_reachable{{{_CHOSEN}}} == 0)"
        f" or 0 * count(netmon_site_reachable{{{_CHOSEN}}})",
    ),
    tile(
        Place(8, 0, 4, 4),
        "Cameras, radars, sensors there",
        "What the sites carry; lost when their site is cut off.",
        f"sum(netmon_site_dependents{{{_CHOSEN}}})",
        steps=(),
    ),
    tile(
        Place(12, 0, 4, 4),
        "On battery",
        "Devices that say they run on battery; absent where none can say it.",
        f"sum(netmon_device_on_battery{{{_CHOSEN}}})",
        steps=((1.0, AMBER),),
    ),
    tile(
        Place(16, 0, 4, 4),
        "Reachable, 24 h",
        "Share of the last 24 hours, worst site of those chosen.",
        f"min(avg_over_time(site:netmon_site_reachable:avg5m{{{_CHOSEN}}}[24h]))",
        unit="percentunit",
        decimals=3,
        base=RED,
        steps=((0.99, AMBER), (0.999, "#4cc38a")),
    ),
    tile(
        Place(20, 0, 4, 4),
        "Reachable, 7 days",
        "Share of the last seven days, worst site of those chosen.",
        f"min(avg_over_time(site:netmon_site_reachable:avg5m{{{_CHOSEN}}}[7d]))",
        unit="percentunit",
        decimals=3,
        base=RED,
        steps=((0.99, AMBER), (0.999, "#4cc38a")),
    ),
    rows(
        Place(0, 4, 24, 7),
        "Incidents here",
        "Incidents whose root is at these sites or on a device or a link that ends here.",
        queries(_INCIDENTS),
        COLUMNS,
        by="incident",
        sort="Severity",
        empty="none",
    ),
    conditions_over_time(
        Place(0, 11, 12, 9),
        "Sites",
        "Condition of each site over time.",
        f"topk(40, site:netmon_site_condition:code{{{_CHOSEN}}})",
        "{{site}}",
    ),
    conditions_over_time(
        Place(12, 11, 12, 9),
        "Devices",
        "Condition of each device of these sites over time.",
        f"topk(40, device:netmon_device_condition:code{{{_CHOSEN}}})",
        "{{device}}",
    ),
    rows(
        Place(0, 20, 14, 9),
        "Links that end here",
        "Condition and traffic of each link at its end here; click a link for both ends.",
        [
            "max by (link) (link:netmon_link_condition:code * on (job, instance, link)"
            f" group_left () max by (job, instance, link) ({_UPLINKS}))",
            "max by (link) (link:netmon_interface_utilisation:ratio5m * on (job, instance, link)"
            f" group_left () max by (job, instance, link) ({_UPLINKS}))",
        ],
        [
            Column("link", "Link", link=address(LINK, "link", "Link")),
            condition_column("Value #A", "Condition"),
            Column("Value #B", "Used", unit="percentunit"),
        ],
        by="link",
        sort="Used",
    ),
    curves(
        Place(14, 20, 10, 9),
        "Loss",
        "Echoes lost on the whole way from netmon, over 5 minutes.",
        [(f"topk(12, device:netmon_ping_loss:ratio5m{{{_CHOSEN}}})", "{{device}}")],
        "percentunit",
        low=0,
    ),
    rows(
        Place(0, 29, 24, 8),
        "Power and temperature",
        "As the devices say; empty where a device has no such sensor.",
        [
            f"device:netmon_device_condition:code{{{_CHOSEN}}}",
            f"netmon_device_supply_volts{{{_CHOSEN}}}",
            f"netmon_device_battery_ratio{{{_CHOSEN}}}",
            f"netmon_device_temperature_celsius{{{_CHOSEN}}}",
        ],
        [
            Column("device", "Device", link=address(DEVICE, "device", "Device")),
            condition_column("Value #A", "Condition"),
            Column("Value #B", "Supply", unit="volt"),
            Column("Value #C", "Battery", unit="percentunit"),
            Column("Value #D", "Temperature", unit="celsius"),
        ],
        by="device",
    ),
)
