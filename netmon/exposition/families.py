"""Families: every metric netmon exports, in one table; docs/metrics.md is generated from it.

Names follow Prometheus: `netmon_<thing>_<quantity>_<unit>`, base units (bytes, seconds, ratios of
one; `_dbm` and `_decibels` because a logarithm has none), `_total` for counters. Labels are our own
ids, never a device's text; free text is only in `_info`. Unknown is absent, never 0.
"""

from typing import Final

from collectors.quantity import QUANTITIES, Scope
from netmon.exposition.family import Family, Type, counter, gauge, info, states
from netmon.exposition.own_families import OWN
from netmon.exposition.published import PUBLISHED

_DEVICE: Final = ("site", "device")
_INTERFACE: Final = ("site", "device", "interface")
_COUNTED: Final = "; counted by netmon across wraps, never across reboots, from 0 at its start"


def _measured() -> tuple[Family, ...]:
    families = []
    for quantity, published in PUBLISHED.items():
        row = QUANTITIES[quantity]
        is_device = row.scope is Scope.DEVICE
        families.append(
            Family(
                name=published.name,
                type=Type.COUNTER if row.kind.is_counter else Type.GAUGE,
                labels=_DEVICE if is_device else _INTERFACE,
                help=row.help + (_COUNTED if row.kind.is_counter else ""),
                chapter="Devices" if is_device else "Interfaces and radios",
            )
        )
    return tuple(families)


_LINKS, _SITES, _DEVICES = "Links", "Sites", "Devices"
_INTERFACES, _INCIDENTS = "Interfaces and radios", "Incidents"
_RESILIENCE: Final = "Resilience"
_WHAT_A_CONDITION_IS: Final = "healthy, degraded, down, unreachable, unknown or maintenance"
_INCIDENT: Final = (
    *("incident", "cause", "severity", "subject_kind", "site", "link", "device", "known"),
)

TABLE: Final[tuple[Family, ...]] = (
    gauge(
        _LINKS,
        "netmon_link_up",
        "1: healthy or degraded; 0: down, or unreachable behind a cause elsewhere",
        "link",
    ),
    states(_LINKS, "netmon_link_condition", f"What the link is: {_WHAT_A_CONDITION_IS}", "link"),
    gauge(_LINKS, "netmon_link_condition_since_timestamp_seconds", "When it became that", "link"),
    info(
        _LINKS,
        "netmon_link_info",
        "What the link is made of; a and b are its ends",
        "link",
        "medium",
        "band",
        "site_a",
        "device_a",
        "interface_a",
        "site_b",
        "device_b",
        "interface_b",
    ),
    gauge(
        _LINKS,
        "netmon_link_capacity_bytes_per_second",
        "Capacity by design, from the inventory",
        "link",
    ),
    gauge(
        _LINKS,
        "netmon_link_sun_outage_start_timestamp_seconds",
        "When the sun comes behind its satellite, as predicted; of the outage under way, or next",
        "link",
    ),
    gauge(
        _LINKS,
        "netmon_link_sun_outage_end_timestamp_seconds",
        "When it leaves again",
        "link",
    ),
    gauge(
        _RESILIENCE,
        "netmon_site_disjoint_paths",
        "Ways to any core without a common link, with what is down now; 3 is 3 or more",
        "site",
    ),
    gauge(
        _RESILIENCE,
        "netmon_site_designed_disjoint_paths",
        "The same by design, with nothing down",
        "site",
    ),
    gauge(
        _RESILIENCE,
        "netmon_single_points_of_failure",
        "Elements of a kind (link, device, site, srlg) whose loss alone cuts off other sites, now",
        "kind",
    ),
    gauge(
        _RESILIENCE,
        "netmon_designed_single_points_of_failure",
        "The same by design, with nothing down",
        "kind",
    ),
    gauge(
        _RESILIENCE,
        "netmon_topology_components",
        "Pieces that the network falls into with what is down now; 1 is whole",
    ),
    gauge(
        _SITES,
        "netmon_site_off_duty",
        "1 for a mobile unit whose silence is no incident now",
        "site",
    ),
    gauge(
        _INCIDENTS,
        "netmon_maintenance_active",
        "1 for every maintenance window that is open",
        "window",
    ),
    gauge(
        _INCIDENTS,
        "netmon_emission_active",
        "1 for every own emitter that radiates as planned, or may still be felt",
        "emission",
    ),
    gauge(
        _SITES,
        "netmon_site_reachable",
        "1: something there answers; 0: cut off, or down as a whole",
        "site",
    ),
    states(_SITES, "netmon_site_condition", f"What the site is: {_WHAT_A_CONDITION_IS}", "site"),
    info(
        _SITES,
        "netmon_site_info",
        "Where the site is (WGS 84 degrees) and what for",
        "site",
        "name",
        "country",
        "role",
        "latitude",
        "longitude",
    ),
    gauge(_SITES, "netmon_site_dependents", "Cameras, radars and sensors it carries", "site"),
    gauge(
        _DEVICES,
        "netmon_device_up",
        "1: healthy or degraded; 0: down, or unreachable behind a cause elsewhere",
        *_DEVICE,
    ),
    gauge(
        _DEVICES,
        "netmon_device_reachable",
        "1: a working way leads to it (it may be down itself); 0: behind a cause elsewhere",
        *_DEVICE,
    ),
    states(
        _DEVICES,
        "netmon_device_condition",
        f"What the device is: {_WHAT_A_CONDITION_IS}",
        *_DEVICE,
    ),
    info(_DEVICES, "netmon_device_info", "What kind of device it is", *_DEVICE, "kind"),
    gauge(
        _DEVICES,
        "netmon_device_snmp_timeouts",
        "Consecutive SNMP polls without any answer",
        *_DEVICE,
    ),
    gauge(
        _DEVICES,
        "netmon_device_snmp_poll_seconds",
        "How long its last SNMP poll took, tries and gaps included: here is the slow one's name",
        *_DEVICE,
    ),
    gauge(
        _DEVICES,
        "netmon_device_ping_timeouts",
        "Consecutive bursts of echoes without any reply",
        *_DEVICE,
    ),
    gauge(
        _DEVICES,
        "netmon_device_last_answer_age_seconds",
        "Since its last sign of life of any kind",
        *_DEVICE,
    ),
    gauge(
        _DEVICES,
        "netmon_device_stale_agent",
        "1: its sysUpTime stands still, so its agent serves old data",
        *_DEVICE,
    ),
    gauge(
        _DEVICES,
        "netmon_device_profile_mismatch",
        "1: by its sysObjectID or sysDescr it is not what its profile is for; see the log",
        *_DEVICE,
    ),
    gauge(
        _DEVICES,
        "netmon_device_interfaces_missing",
        "Interfaces the inventory names that it has not; the log has their names",
        *_DEVICE,
    ),
    gauge(_DEVICES, "netmon_ping_loss_ratio", "Of the last burst of echoes", *_DEVICE),
    gauge(_DEVICES, "netmon_ping_rtt_seconds", "Median of the last burst (RFC 2681)", *_DEVICE),
    gauge(
        _DEVICES,
        "netmon_ping_ipdv_seconds",
        "Mean difference of consecutive round trips of the last burst (RFC 3393), boards: jitter",
        *_DEVICE,
    ),
    counter(_DEVICES, "netmon_ping_requests_total", "Echoes sent", *_DEVICE),
    counter(_DEVICES, "netmon_ping_replies_total", "Echoes answered in time", *_DEVICE),
    counter(_DEVICES, "netmon_ping_duplicates_total", "Echoes answered once more", *_DEVICE),
    counter(_DEVICES, "netmon_ping_late_total", "Echoes answered too late", *_DEVICE),
    *_measured(),
    info(
        _INTERFACES,
        "netmon_interface_info",
        "Which link ends at the interface; one series for each link",
        *_INTERFACE,
        "link",
    ),
    gauge(
        _INCIDENTS,
        "netmon_incident_open",
        "1 for every incident that is not closed; known names what explains it beforehand"
        ' (planned_emission, maintenance, sun_outage) and is empty else; in a drill drill="true"',
        *_INCIDENT,
    ),
    gauge(
        _INCIDENTS,
        "netmon_incident_opened_timestamp_seconds",
        "When the incident was opened",
        "incident",
    ),
    gauge(
        _INCIDENTS,
        "netmon_incident_acknowledged",
        "1: a desk has taken it; 0 so far, since netmon has no way to take one yet",
        "incident",
    ),
    gauge(_INCIDENTS, "netmon_incident_members", "Subjects it explains", "incident"),
    gauge(_INCIDENTS, "netmon_incident_sites_lost", "Sites cut off by it", "incident"),
    gauge(
        _INCIDENTS,
        "netmon_incident_dependents_lost",
        "Cameras, radars and sensors cut off by it",
        "incident",
    ),
    info(
        _INCIDENTS,
        "netmon_incident_info",
        "The incident in words, for people",
        "incident",
        "title",
        "because",
        "phase",
        "condition",
        "runner_up",
        "sites_lost",
        "dependents_lost",
    ),
    counter(
        _INCIDENTS,
        "netmon_incidents_total",
        "Incidents opened since netmon's start",
        "cause",
        "severity",
    ),
    *OWN,
)

FAMILIES: Final[dict[str, Family]] = {family.name: family for family in TABLE}
