"""Resilience: what hangs on one thread, what did we lose of it, how is it knit?"""

from typing import Final

from grafana_foundation_sdk.builders import dashboard

from tests.grafana.frame import LINK, RESILIENCE, SITE, address, board
from tests.grafana.incidents import in_trouble
from tests.grafana.maps import network_graph, site_map
from tests.grafana.panels import (
    AMBER,
    Column,
    Place,
    condition_column,
    conditions_over_time,
    rows,
    tile,
)

_IN: Final = "* on (job, instance, site) group_left (country) "
_HERE: Final = 'netmon_site_info{country=~"$country"}'


def resilience() -> dashboard.Dashboard:
    """Build the board."""
    return board(
        RESILIENCE,
        "topology and resilience",
        "How the network is knit and what of it is left.",
        _PANELS,
        variables=("country",),
        since="now-7d",
    )


_PANELS: Final = (
    tile(
        Place(0, 0, 6, 4),
        "Sites",
        "In the inventory.",
        f"count({_HERE})",
        steps=(),
    ),
    tile(
        Place(6, 0, 6, 4),
        "Sites cut off",
        "Sites where nothing answers or no working path leads to.",
        f"count((netmon_site_reachable {_IN}{_HERE}) == 0)"
        f" or 0 * count(netmon_site_reachable {_IN}{_HERE})",
    ),
    tile(
        Place(12, 0, 6, 4),
        "Links not whole",
        "Links down, degraded or unreachable.",
        "count(link:netmon_link_condition:code > 0 < 4)"
        " or 0 * count(link:netmon_link_condition:code)",
        steps=((1.0, AMBER),),
    ),
    tile(
        Place(18, 0, 6, 4),
        "Cameras, radars, sensors lost",
        "Cut off by open incidents now.",
        "sum(netmon_incident_dependents_lost) or 0 * max(netmon_sites)",
    ),
    network_graph(
        Place(0, 4, 14, 16),
        "Network",
        "Sites and the links between them, by condition.",
    ),
    site_map(
        Place(14, 4, 10, 16),
        "Map",
        "Sites where they stand, by condition.",
        country="$country",
    ),
    rows(
        Place(0, 20, 12, 10),
        "What each incident has cut off",
        "Open incidents that cut off sites: which, and how many cameras, radars and sensors.",
        [
            "max by (incident, title, sites_lost) (netmon_incident_sites_lost * on (job, instance,"
            " incident) group_left (title, sites_lost) netmon_incident_info) > 0",
            "max by (incident, link) (netmon_incident_dependents_lost * on (job, instance,"
            " incident) group_left (link) netmon_incident_open)"
            " and on (incident) netmon_incident_sites_lost > 0",
        ],
        [
            Column("title", "Incident", width=320),
            Column("link", "Root link", link=address(LINK, "link", "Root link")),
            Column("Value #A", "Sites lost"),
            Column("sites_lost", "Which"),
            Column("Value #B", "Dependents lost"),
        ],
        by="incident",
        sort="Sites lost",
        empty="none",
    ),
    rows(
        Place(12, 20, 12, 10),
        "Sites, healthy last",
        "Condition of each site, and how many cameras, radars and sensors it carries.",
        [
            f"max by (site, country) (site:netmon_site_condition:code {_IN}{_HERE})",
            "max by (site) (netmon_site_dependents)",
        ],
        [
            Column("site", "Site", link=address(SITE, "site", "Site")),
            Column("country", "Country"),
            condition_column("Value #A", "Condition"),
            Column("Value #B", "Carries"),
        ],
        by="site",
        sort="Condition",
    ),
    conditions_over_time(
        Place(0, 30, 24, 9),
        "Links in trouble",
        "While they are not healthy; a stretch that is empty is healthy.",
        in_trouble(20),
        "{{link}}",
        empty="ALL HEALTHY, or NO DATA: see the NOC wall",
    ),
)
