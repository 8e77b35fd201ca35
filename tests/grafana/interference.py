"""Interference: where is the spectrum disturbed, since when, on how many links at once?

"Jamming-like" is a pattern of several receivers, never an intent; every text here says so.
"""

from typing import Final

from grafana_foundation_sdk.builders import dashboard

from tests.grafana.frame import INTERFERENCE, LINK, address, board
from tests.grafana.incidents import COLUMNS, queries
from tests.grafana.maps import site_map
from tests.grafana.panels import (
    AMBER,
    RED,
    Column,
    Place,
    curves,
    history,
    rows,
    tile,
)

_RF: Final = 'cause=~"jamming_like|interference"'
_NONE: Final = " or 0 * max(netmon_sites)"


def interference() -> dashboard.Dashboard:
    """Build the board."""
    return board(
        INTERFERENCE,
        "interference and jamming",
        "Receivers that lose quality while their level holds; a pattern, never an intent.",
        _PANELS,
        since="now-12h",
    )


_PANELS: Final = (
    tile(
        Place(0, 0, 6, 4),
        "Jamming-like, now",
        "Incidents with the pattern of a jammer, without own emitters: a pattern, no intent.",
        f'count(netmon_incident_open{{cause="jamming_like", known=""}} == 1){_NONE}',
    ),
    tile(
        Place(6, 0, 6, 4),
        "Interference, now",
        "Single receivers disturbed, without the pattern.",
        f'count(netmon_incident_open{{cause="interference"}} == 1){_NONE}',
        steps=((1.0, AMBER),),
    ),
    tile(
        Place(12, 0, 6, 4),
        "GNSS receivers disturbed",
        "Receivers that say they are jammed or spoofed, suspected or sure.",
        "count(netmon_gnss_jamming >= 1 or netmon_gnss_spoofing >= 1)"
        " or 0 * count(netmon_gnss_jamming)",
    ),
    tile(
        Place(18, 0, 6, 4),
        "Clocks without a reference",
        "Holdover: time-division links follow within hours.",
        "count(netmon_clock_holdover == 1) or 0 * count(netmon_clock_holdover)",
        steps=((1.0, AMBER),),
    ),
    rows(
        Place(0, 4, 24, 8),
        "Disturbed now, with the evidence",
        "What is believed and why, in words and numbers; the runner-up cause is in the incident.",
        queries(_RF),
        COLUMNS,
        by="incident",
        empty="none",
    ),
    site_map(Place(0, 12, 10, 12), "Where", "Sites by condition; the area estimate is on the"
             " console.", country=".*"),
    history(
        Place(10, 12, 14, 12),
        "SNR against its last day",
        "Decibels below the receiver's median of the last 24 hours, five minutes a box.",
        "topk(30, max by (device, interface) ("
        "quantile_over_time(0.5, netmon_radio_snr_decibels[1d]) - netmon_radio_snr_decibels) > 3)",
        "{{device}} {{interface}}",
        unit="dB",
        interval="5m",
        steps=((3.0, AMBER), (6.0, RED)),
    ),
    rows(
        Place(0, 24, 10, 9),
        "Links of both incidents",
        "Links whose incident is interference or jamming-like, by how many subjects it explains.",
        [f"netmon_incident_members and on (job, instance, incident) netmon_incident_open{{{_RF}}}",
         f"max by (incident, link) (netmon_incident_open{{{_RF}}})"],
        [
            Column("incident", "Incident"),
            Column("link", "Link", link=address(LINK, "link", "Link")),
            Column("Value #A", "Subjects"),
        ],
        by="incident",
        empty="none",
    ),
    curves(
        Place(10, 24, 7, 9),
        "Highest noise floors",
        "Level with no wanted signal, the ten noisiest receivers; only some radios tell.",
        [("topk(10, netmon_radio_noise_floor_dbm)", "{{device}} {{interface}}")],
        "dBm",
    ),
    curves(
        Place(17, 24, 7, 9),
        "Incidents of the spectrum",
        "Interference and jamming-like incidents opened a day.",
        [(f"sum by (cause) (increase(netmon_incidents_total{{{_RF}}}[1d]))", "{{cause}}")],
        "short",
        low=0,
    ),
)  # fmt: skip
