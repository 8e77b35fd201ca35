"""Frame: what all boards have in common – name, clock, variables, the ways between them."""

from collections.abc import Sequence
from typing import Any, Final

from grafana_foundation_sdk.builders import dashboard, prometheus
from grafana_foundation_sdk.models import dashboard as models

from tests.grafana.panels import AMBER, DATASOURCE

WALL, SITE, LINK, DEVICE = "netmon-noc-wall", "netmon-site", "netmon-link", "netmon-device"
INTERFERENCE, RESILIENCE = "netmon-interference", "netmon-resilience"
AVAILABILITY, MONITORING = "netmon-availability", "netmon-monitoring"
RUNBOOKS: Final = "https://netmon.example.org/docs/runbooks/"

# Variables by name: the question to Prometheus. Each is narrowed by those before it.
_VARIABLES: Final = {
    "country": "label_values(netmon_site_info, country)",
    "site": 'label_values(netmon_site_info{country=~"$country"}, site)',
    "any_site": "label_values(netmon_site_info, site)",
    "device": 'label_values(netmon_device_info{site=~"$site"}, device)',
    "link": "label_values(netmon_link_info, link)",
}


def board(
    uid: str,
    title: str,
    description: str,
    panels: Sequence[Any],
    *,
    variables: Sequence[str] = (),
    single: Sequence[str] = (),
    since: str = "now-6h",
    refresh: str = "30s",
    marks: str = "",
) -> dashboard.Dashboard:
    """Build a board; `single` variables have one value, `marks` is true when a mark is due."""
    made = (
        dashboard.Dashboard(f"netmon: {title}")
        .uid(uid)
        .description(f"{description} Generated; do not edit.")
        .tags(["netmon"])
        .readonly()
        .timezone("utc")
        .refresh(refresh)
        .time(since, "now")
        .tooltip(models.DashboardCursorSync.CROSSHAIR)
        .with_variable(
            dashboard.DatasourceVariable("datasource").label("Prometheus").type("prometheus")
        )
    )
    for name in variables:
        made = made.with_variable(_variable(name, single=name in single))
    if marks:
        made = made.annotation(_marks(marks))
    made = (
        made.link(_back_to_the_wall()) if uid != WALL else made
    ).link(
        dashboard.DashboardLink("netmon boards")
        .type(models.DashboardLinkType.DASHBOARDS)
        .tags(["netmon"])
        .as_dropdown(True)
        .keep_time(True)
    ).link(
        dashboard.DashboardLink("Runbooks")
        .type(models.DashboardLinkType.LINK)
        .url(RUNBOOKS)
        .target_blank(True)
    )  # fmt: skip
    for panel in panels:
        made = made.with_panel(panel)
    return made


def address(uid: str, variable: str, value: str) -> str:
    """The way to another board about the entity of a table's row, at the same time and source."""
    field = f'["{value}"]' if " " in value else f".{value}"
    return (
        f"/d/{uid}?var-{variable}=${{__data.fields{field}}}"
        "&${datasource:queryparam}&${__url_time_range}"
    )


def _back_to_the_wall() -> dashboard.DashboardLink:
    return (
        dashboard.DashboardLink("NOC wall")
        .type(models.DashboardLinkType.LINK)
        .url(f"/d/{WALL}")
        .keep_time(True)
    )


def _variable(name: str, *, single: bool) -> dashboard.QueryVariable:
    shown = name.removeprefix("any_")
    made = (
        dashboard.QueryVariable(shown)
        .label(shown.capitalize())
        .query(_VARIABLES[name])
        .datasource(DATASOURCE)
        .refresh(models.VariableRefresh.ON_TIME_RANGE_CHANGED)
        .sort(models.VariableSort.NATURAL_ASC)
    )
    if single:
        return made
    return made.include_all(True).all_value(".*").multi(True)


def _marks(expression: str) -> dashboard.AnnotationQuery:
    """A mark where a condition changes; never one per sample, which hangs a browser."""
    return (
        dashboard.AnnotationQuery()
        .name("Condition changes")
        .datasource(DATASOURCE)
        .enable(True)
        .hide(False)
        .icon_color(AMBER)
        .target(prometheus.Dataquery().ref_id("marks").expr(expression).range().interval("60s"))
    )
