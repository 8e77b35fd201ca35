"""The NOC wall: eleven panels, one question each, answered from three metres.

A number is absent, not 0, when there is no data: a dead collector must not look like a quiet
network. Core panels and Prometheus only, no map tiles: it works without any other network.
"""

from typing import Any, Final

from grafana_foundation_sdk.builders import (
    bargauge,
    common,
    dashboard,
    prometheus,
    stat,
    statetimeline,
    table,
    timeseries,
)
from grafana_foundation_sdk.models import common as shapes
from grafana_foundation_sdk.models import dashboard as models
from grafana_foundation_sdk.models.prometheus import PromQueryFormat

from netmon.verdict import Condition

UID: Final = "netmon-noc-wall"
_DATASOURCE: Final = shapes.DataSourceRef(type_val="prometheus", uid="${datasource}")
_GREY, _GREEN, _AMBER, _RED = "#9fb0c2", "#4cc38a", "#f2b33d", "#ff6a5e"
_NO_DATA: Final = "NO DATA"

# A state timeline needs one number per link: worst is not highest, words and colours say it.
CODES: Final[dict[Condition, tuple[int, str]]] = {
    Condition.HEALTHY: (0, _GREEN),
    Condition.DEGRADED: (1, _AMBER),
    Condition.DOWN: (2, _RED),
    Condition.UNREACHABLE: (3, "#c39bff"),
    Condition.UNKNOWN: (4, _GREY),
    Condition.MAINTENANCE: (5, "#5cb0ff"),
}


def noc_wall() -> dashboard.Dashboard:
    """Build the board."""
    board = (
        dashboard.Dashboard("netmon: NOC wall")
        .uid(UID)
        .description("What is wrong in the network now, worst first. Generated; do not edit.")
        .tags(["netmon"])
        .readonly()
        .timezone("utc")
        .refresh("10s")
        .time("now-6h", "now")
        .tooltip(models.DashboardCursorSync.CROSSHAIR)
        .with_variable(
            dashboard.DatasourceVariable("datasource").label("Prometheus").type("prometheus")
        )
        .link(
            dashboard.DashboardLink("netmon boards")
            .type(models.DashboardLinkType.DASHBOARDS)
            .tags(["netmon"])
            .as_dropdown(True)
            .keep_time(True)
        )
        .link(
            dashboard.DashboardLink("Runbooks")
            .type(models.DashboardLinkType.LINK)
            .url("https://netmon.example.org/docs/runbooks/")
            .target_blank(True)
        )
    )
    for panel in (*_tiles(), *_incidents(), *_worst()):
        board = board.with_panel(panel)
    return board


def _tiles() -> list[stat.Panel]:
    return [
        _tile(
            0,
            "Open incidents",
            "Causes, not symptoms: one lost relay is one incident, whatever is behind it.",
            "count(netmon_incident_open == 1) or 0 * max(netmon_sites)",
        ),
        _tile(
            4,
            "Sites cut off",
            "Sites where nothing answers or no working path leads to.",
            "count(netmon_site_reachable == 0) or 0 * count(netmon_site_reachable)",
        ),
        _tile(8, "Links down", "Roots only; links behind them are unreachable.", _links_in("down")),
        _tile(
            12,
            "Links degraded",
            "Up, with loss, delay, errors or signal out of their usual range.",
            _links_in("degraded"),
            colour=_AMBER,
        ),
        _tile(
            16,
            "Jamming-like",
            "Incidents with the pattern of a jammer, without own emitters: a pattern, no intent.",
            'count(netmon_incident_open{cause="jamming_like", known=""} == 1)'
            " or 0 * max(netmon_sites)",
        ),
        _tile(
            20,
            "Data age",
            "Since netmon last judged the network. Old or absent: nothing else here counts.",
            "time() - min(netmon_judge_last_run_timestamp_seconds and on (job, instance) up == 1)",
            unit="s",
            steps=(30.0, 60.0),
        ),
    ]


def _incidents() -> list[table.Panel | statetimeline.Panel]:
    incidents = (
        table.Panel()
        .title("Incidents")
        .description("Every incident that is not closed: since when, where, why, what it cuts off.")
        .datasource(_DATASOURCE)
        .grid_pos(models.GridPos(x=0, y=5, w=24, h=9))
        .no_value(_NO_DATA)
        .unit("short")
        .with_target(_instant("A", _INCIDENTS))
        .with_target(_instant("B", "netmon_incident_sites_lost"))
        .with_target(_instant("C", "netmon_incident_dependents_lost"))
        .with_transformation(
            _transformation("joinByField", {"byField": "incident", "mode": "outer"})
        )
        .with_transformation(
            _transformation(
                "filterFieldsByName",
                {"include": {"names": [name for name, _ in _INCIDENT_COLUMNS]}},
            )
        )
        .with_transformation(
            _transformation(
                "organize",
                {
                    "indexByName": {n: place for place, (n, _) in enumerate(_INCIDENT_COLUMNS)},
                    "renameByName": dict(_INCIDENT_COLUMNS),
                    "excludeByName": {},
                },
            )
        )
        .override_by_name(
            "Severity", [_mappings("mappings", _SEVERITIES), _property("custom.width", 110)]
        )
        .override_by_name("For", [_property("unit", "dtdurations"), _property("custom.width", 130)])
        .override_by_name("Incident", [_property("custom.minWidth", 320)])
        .sort_by([common.TableSortByFieldState().display_name("Sites lost").desc(True)])
        .footer(common.TableFooterOptions().show(False))
    )
    timeline = (
        statetimeline.Panel()
        .title("Links in trouble")
        .description("Condition of links while they are not healthy; an empty stretch is healthy.")
        .datasource(_DATASOURCE)
        .grid_pos(models.GridPos(x=0, y=14, w=16, h=10))
        .no_value(_NO_DATA)
        .unit("short")
        .mappings([_conditions()])
        .show_value(shapes.VisibilityMode.AUTO)
        .row_height(0.85)
        .legend(common.VizLegendOptions().show_legend(True))
        .with_target(_range("A", f"topk(30, {_TROUBLE} > 0)", "{{link}}"))
    )
    return [incidents, timeline]


def _worst() -> list[Any]:
    alerts = (
        table.Panel()
        .title("Alerts firing")
        .description("What Prometheus has told Alertmanager; silences are on its own page.")
        .datasource(_DATASOURCE)
        .grid_pos(models.GridPos(x=16, y=14, w=8, h=10))
        .no_value("none")
        .unit("short")
        .with_target(
            _instant(
                "A",
                "max by (alertname, severity, link, site, device) "
                '(ALERTS{alertstate="firing", alertname!="Watchdog"})',
            )
        )
        .with_transformation(
            _transformation(
                "organize", {"excludeByName": {"Time": True, "Value": True}, "renameByName": {}}
            )
        )
    )
    loss = (
        bargauge.Panel()
        .title("Worst loss, 5 min")
        .description("Devices that lose most echoes; the whole way from netmon counts.")
        .datasource(_DATASOURCE)
        .grid_pos(models.GridPos(x=0, y=24, w=8, h=9))
        .no_value(_NO_DATA)
        .unit("percentunit")
        .min(0)
        .max(1)
        .orientation(shapes.VizOrientation.HORIZONTAL)
        .thresholds(_thresholds((0.01, _AMBER), (0.05, _RED)))
        .with_target(
            _instant("A", "topk(10, device:netmon_ping_loss:ratio5m)", "{{site}} {{device}}")
        )
    )
    return [
        alerts,
        loss,
        _curves(
            8,
            "Longest round trips",
            "Median of each burst of echoes, the ten slowest devices that answer.",
            "topk(10, netmon_ping_rtt_seconds)",
            "s",
            "{{site}} {{device}}",
        ),
        _curves(
            16,
            "Weakest SNR",
            "Signal to noise plus interference, the ten weakest receivers.",
            "bottomk(10, netmon_radio_snr_decibels)",
            "dB",
            "{{device}} {{interface}}",
        ),
    ]


_KEY: Final = "on (job, instance, incident)"
_INCIDENTS: Final = (
    f"(time() - netmon_incident_opened_timestamp_seconds) * {_KEY} "
    "group_left (severity, cause, site, link, device) (netmon_incident_open == 1) * "
    f"{_KEY} group_left (title, because, phase) netmon_incident_info"
)
_INCIDENT_COLUMNS: Final[tuple[tuple[str, str], ...]] = (
    ("severity", "Severity"),
    ("title", "Incident"),
    ("Value #A", "For"),
    ("cause", "Cause"),
    ("site", "Site"),
    ("link", "Link"),
    ("device", "Device"),
    ("Value #B", "Sites lost"),
    ("Value #C", "Dependents lost"),
    ("because", "Why"),
    ("phase", "Phase"),
)
_SEVERITIES: Final = {
    "critical": ("✖ critical", _RED),
    "warning": ("▲ warning", _AMBER),
    "info": ("● info", _GREY),
}
_TROUBLE: Final = (
    "sum by (link) ("
    + " or ".join(
        f'netmon_link_condition{{netmon_link_condition="{condition.value}"}} * {code}'
        for condition, (code, _) in CODES.items()
        if code
    )
    + ")"
)


def _links_in(condition: str) -> str:
    series = f'netmon_link_condition{{netmon_link_condition="{condition}"}}'
    return f"count({series} == 1) or 0 * count({series})"


def _tile(
    x: int,
    title: str,
    description: str,
    expression: str,
    *,
    colour: str = _RED,
    unit: str = "short",
    steps: tuple[float, float] | None = None,
) -> stat.Panel:
    limits = ((steps[0], _AMBER), (steps[1], _RED)) if steps else ((1.0, colour),)
    return (
        stat.Panel()
        .title(title)
        .description(description)
        .datasource(_DATASOURCE)
        .grid_pos(models.GridPos(x=x, y=0, w=4, h=5))
        .no_value(_NO_DATA)
        .unit(unit)
        .decimals(0)
        .color_mode(shapes.BigValueColorMode.BACKGROUND)
        .graph_mode(shapes.BigValueGraphMode.NONE)
        .mappings([_nothing()])
        .thresholds(_thresholds(*limits))
        .with_target(_instant("A", expression))
    )


def _curves(
    x: int, title: str, description: str, expression: str, unit: str, legend: str
) -> timeseries.Panel:
    return (
        timeseries.Panel()
        .title(title)
        .description(description)
        .datasource(_DATASOURCE)
        .grid_pos(models.GridPos(x=x, y=24, w=8, h=9))
        .no_value(_NO_DATA)
        .unit(unit)
        .line_width(2)
        .legend(
            common.VizLegendOptions()
            .show_legend(True)
            .display_mode(shapes.LegendDisplayMode.TABLE)
            .placement(shapes.LegendPlacement.BOTTOM)
            .calcs(["lastNotNull"])
        )
        .with_target(_range("A", expression, legend))
    )


def _thresholds(*steps: tuple[float, str]) -> dashboard.ThresholdsConfig:
    return (
        dashboard.ThresholdsConfig()
        .mode(models.ThresholdsMode.ABSOLUTE)
        .steps(
            [
                models.Threshold(value=None, color=_GREEN),
                *(models.Threshold(value=value, color=colour) for value, colour in steps),
            ]
        )
    )


def _nothing() -> models.SpecialValueMap:
    """No data is grey, never green."""
    return models.SpecialValueMap(
        options=models.DashboardSpecialValueMapOptions(
            match=models.SpecialValueMatch.NULL_AND_NAN,
            result=models.ValueMappingResult(text=_NO_DATA, color=_GREY),
        )
    )


def _conditions() -> models.ValueMap:
    return models.ValueMap(
        options={
            str(code): models.ValueMappingResult(text=condition.value, color=colour, index=code)
            for condition, (code, colour) in CODES.items()
        }
    )


def _mappings(name: str, words: dict[str, tuple[str, str]]) -> models.DynamicConfigValue:
    options = {
        value: models.ValueMappingResult(text=text, color=colour)
        for value, (text, colour) in words.items()
    }
    return _property(name, [models.ValueMap(options=options)])


def _property(name: str, value: Any) -> models.DynamicConfigValue:
    return models.DynamicConfigValue(id_val=name, value=value)


def _transformation(name: str, options: dict[str, Any]) -> models.DataTransformerConfig:
    return models.DataTransformerConfig(id_val=name, options=options)


def _instant(reference: str, expression: str, legend: str = "") -> prometheus.Dataquery:
    query = prometheus.Dataquery().ref_id(reference).expr(expression).instant()
    query = query.format(PromQueryFormat.TABLE) if not legend else query.legend_format(legend)
    return query.datasource(_DATASOURCE)


def _range(reference: str, expression: str, legend: str) -> prometheus.Dataquery:
    query = prometheus.Dataquery().ref_id(reference).expr(expression).range()
    return query.legend_format(legend).datasource(_DATASOURCE)
