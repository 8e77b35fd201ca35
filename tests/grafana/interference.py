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
        "Receivers disturbed without the pattern; what was known beforehand is left out.",
        f'count(netmon_incident_open{{cause="interference", known=""}} == 1){_NONE}',
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
        "Holdover: within hours their links lose the common time.",
        "count(netmon_clock_holdover == 1) or 0 * count(netmon_clock_holdover)",
        steps=((1.0, AMBER),),
    ),
    rows(
        Place(0, 4, 24, 8),
        "Disturbed now, with the evidence",
        "What is believed and why, in words and numbers; the runner-up cause is in the API.",
        queries(f"netmon_incident_open{{{_RF}}}"),
        COLUMNS,
        by="incident",
        empty="none",
    ),
    site_map(Place(0, 12, 10, 12), "Where", "Sites by condition; from where it probably comes"
             " is on netmon's own page.", country=".*"),
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
        "How far each reaches",
        "The link that names the incident, and how many links, devices and sites it takes in.",
        [f"netmon_incident_members and on (job, instance, incident) netmon_incident_open{{{_RF}}}",
         f"max by (incident, link) (netmon_incident_open{{{_RF}}})"],
        [
            Column("incident", "Incident"),
            Column("link", "Link", link=address(LINK, "link", "Link")),
            Column("Value #A", "Takes in"),
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
        "Spectrum incidents, last 24 h",
        "Interference and jamming-like incidents opened in the 24 hours before.",
        [(f"sum by (cause) (increase(netmon_incidents_total{{{_RF}}}[1d]))", "{{cause}}")],
        "short",
        low=0,
    ),
)  # fmt: skip
