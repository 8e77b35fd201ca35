"""Incidents as a table: the same columns on every board that shows them."""

from typing import Final

from tests.grafana.frame import DEVICE, LINK, SITE, address
from tests.grafana.panels import Column, severity_column

_KEY: Final = "on (job, instance, incident)"


def queries(chosen: str = "") -> tuple[str, str, str]:
    """Return the three queries (age, sites lost, dependents lost) of the incidents chosen."""
    given = f"{{{chosen}}}" if chosen else ""
    opened = f"netmon_incident_open{given} == 1"
    return (
        f"(time() - netmon_incident_opened_timestamp_seconds) * {_KEY} "
        f"group_left (severity, cause, site, link, device, known) ({opened}) * "
        f"{_KEY} group_left (title, because, phase) netmon_incident_info",
        f"netmon_incident_sites_lost and {_KEY} ({opened})",
        f"netmon_incident_dependents_lost and {_KEY} ({opened})",
    )


QUERIES: Final = queries()
COLUMNS: Final = (
    severity_column(),
    Column("title", "Incident", width=320),
    Column("Value #A", "For", unit="dtdurations", width=130),
    Column("cause", "Cause"),
    Column("site", "Site", link=address(SITE, "site", "Site")),
    Column("link", "Link", link=address(LINK, "link", "Link")),
    Column("device", "Device", link=address(DEVICE, "device", "Device")),
    Column("Value #B", "Sites lost"),
    Column("Value #C", "Dependents lost"),
    Column("because", "Why"),
    Column("phase", "Phase"),
    Column("known", "Known beforehand"),
)
