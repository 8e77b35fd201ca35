"""Availability: what was promised, what was held, where did the minutes go?"""

from typing import Final

from grafana_foundation_sdk.builders import dashboard

from tests.grafana.frame import AVAILABILITY, LINK, SITE, address, board
from tests.grafana.panels import AMBER, GREEN, RED, Column, Place, bars, curves, rows, tile

_SITES: Final = 'site:netmon_site_reachable:avg5m{site=~"$site"}'
_LINKS: Final = "link:netmon_link_up:avg5m"
_PROMISED: Final = 0.999
_STEPS: Final = ((0.99, AMBER), (_PROMISED, GREEN))
_MINUTES: Final = "$__range_s / 60"


def availability() -> dashboard.Dashboard:
    """Build the board."""
    return board(
        AVAILABILITY,
        "availability",
        "Share of time that sites were reachable and links up, over the time range above.",
        _PANELS,
        variables=("country", "site"),
        since="now-30d",
        refresh="5m",
    )


_PANELS: Final = (
    tile(
        Place(0, 0, 6, 4),
        "Sites reachable",
        "Mean share of the time range over the sites chosen.",
        f"avg(avg_over_time({_SITES}[$__range]))",
        unit="percentunit",
        decimals=3,
        base=RED,
        steps=_STEPS,
    ),
    tile(
        Place(6, 0, 6, 4),
        "Worst site",
        "Its share of the time range.",
        f"min(avg_over_time({_SITES}[$__range]))",
        unit="percentunit",
        decimals=3,
        base=RED,
        steps=_STEPS,
    ),
    tile(
        Place(12, 0, 6, 4),
        "Budget left",
        "Of the 0.1 % of site-minutes that 99.9 % allows; below 0 it is overspent.",
        f"1 - (1 - avg(avg_over_time({_SITES}[$__range]))) / (1 - {_PROMISED})",
        unit="percentunit",
        base=RED,
        steps=((0.0, AMBER), (0.25, GREEN)),
    ),
    tile(
        Place(18, 0, 6, 4),
        "Links up",
        "Mean share of the time range over all links.",
        f"avg(avg_over_time({_LINKS}[$__range]))",
        unit="percentunit",
        decimals=3,
        base=RED,
        steps=_STEPS,
    ),
    rows(
        Place(0, 4, 14, 12),
        "Sites",
        "Share reachable, minutes lost and how often a site was lost, in the time range.",
        [
            f"max by (site) (avg_over_time({_SITES}[$__range]))",
            f"max by (site) ((1 - avg_over_time({_SITES}[$__range])) * {_MINUTES})",
            'max by (site) (ceil(changes(netmon_site_reachable{site=~"$site"}[$__range]) / 2))',
        ],
        [
            Column("site", "Site", link=address(SITE, "site", "Site")),
            Column("Value #A", "Reachable", unit="percentunit"),
            Column("Value #B", "Minutes lost", unit="short"),
            Column("Value #C", "Times lost", unit="short"),
        ],
        by="site",
        sort="Minutes lost",
    ),
    bars(
        Place(14, 4, 10, 12),
        "Links that were down longest",
        "Minutes down or unreachable in the time range.",
        f"topk(15, max by (link) ((1 - avg_over_time({_LINKS}[$__range])) * {_MINUTES}))",
        "{{link}}",
        unit="m",
        steps=((43.0, AMBER), (432.0, RED)),
    ),
    curves(
        Place(0, 16, 12, 9),
        "Sites reachable, day by day",
        "Share of the last 24 hours; the worst eight.",
        [(f"bottomk(8, avg_over_time({_SITES}[1d]))", "{{site}}")],
        "percentunit",
        high=1,
    ),
    curves(
        Place(12, 16, 12, 9),
        "Incidents a day, by cause",
        "Opened in the last 24 hours.",
        [("sum by (cause) (increase(netmon_incidents_total[1d]))", "{{cause}}")],
        "short",
        low=0,
    ),
    rows(
        Place(0, 25, 12, 9),
        "Links",
        "Share up, mean minutes of an outage and how often, in the time range.",
        [
            f"max by (link) (avg_over_time({_LINKS}[$__range]))",
            f"max by (link) ((1 - avg_over_time({_LINKS}[$__range])) * {_MINUTES}"
            " / ceil((changes(netmon_link_up[$__range]) > 0) / 2))",
            "max by (link) (ceil(changes(netmon_link_up[$__range]) / 2))",
        ],
        [
            Column("link", "Link", link=address(LINK, "link", "Link")),
            Column("Value #A", "Up", unit="percentunit"),
            Column("Value #B", "Minutes per outage", unit="short"),
            Column("Value #C", "Outages", unit="short"),
        ],
        by="link",
        sort="Outages",
    ),
    curves(
        Place(12, 25, 12, 9),
        "Loss, worst devices",
        "Echoes lost, mean of an hour; the worst eight.",
        [("topk(8, avg_over_time(device:netmon_ping_loss:ratio5m[1h]))", "{{site}} {{device}}")],
        "percentunit",
        low=0,
    ),
)
