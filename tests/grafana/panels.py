"""Panels: the few shapes that all boards are made of, with what must hold for each of them.

A number is absent, not 0, when there is no data: a dead collector must not look like a quiet
network. Colour is never the only signal: a word or a sign stands beside it. Only core panels, the
Prometheus data source and transformations that Grafana's own libraries can run without a server.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from grafana_foundation_sdk.builders import (
    bargauge,
    common,
    dashboard,
    prometheus,
    stat,
    statetimeline,
    statushistory,
    table,
    timeseries,
)
from grafana_foundation_sdk.models import common as shapes
from grafana_foundation_sdk.models import dashboard as models
from grafana_foundation_sdk.models.prometheus import PromQueryFormat

from netmon.verdict import Condition

DATASOURCE: Final = shapes.DataSourceRef(type_val="prometheus", uid="${datasource}")
GREY, GREEN, AMBER, RED = "#9fb0c2", "#4cc38a", "#f2b33d", "#ff6a5e"
VIOLET, BLUE = "#c39bff", "#5cb0ff"
INK: Final = "#d8dee6"  # words that are no signal
NO_DATA: Final = "NO DATA"

# A state timeline needs one number per entity: worst is not highest, words and colours say it.
# The recording rules *:netmon_*_condition:code of prometheus/rules use the same numbers.
CODES: Final[dict[Condition, tuple[int, str]]] = {
    Condition.HEALTHY: (0, GREEN),
    Condition.DEGRADED: (1, AMBER),
    Condition.DOWN: (2, RED),
    Condition.UNREACHABLE: (3, VIOLET),
    Condition.UNKNOWN: (4, GREY),
    Condition.MAINTENANCE: (5, BLUE),
}
_WORDS: Final = {
    Condition.HEALTHY: "● healthy",
    Condition.DEGRADED: "▲ degraded",
    Condition.DOWN: "✖ down",
    Condition.UNREACHABLE: "◇ unreachable",
    Condition.UNKNOWN: "? unknown",
    Condition.MAINTENANCE: "⚒ maintenance",
}
SEVERITIES: Final = {
    "critical": ("✖ critical", RED),
    "warning": ("▲ warning", AMBER),
    "info": ("● info", GREY),
}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a panel lies: 24 columns, rows of 30 pixels."""

    x: int
    y: int
    w: int
    h: int

    @property
    def grid(self) -> models.GridPos:
        """Return it in Grafana's words."""
        return models.GridPos(x=self.x, y=self.y, w=self.w, h=self.h)


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table: the field it comes from, its head, and how it is shown."""

    field: str
    head: str
    unit: str = ""
    width: int = 0
    words: tuple[tuple[str, str, str], ...] = ()  # value, text, colour
    link: str = ""  # a board's address, with ${__data.fields["…"]}


def tile(
    place: Place,
    title: str,
    description: str,
    expression: str,
    *,
    unit: str = "short",
    decimals: int = 0,
    steps: Sequence[tuple[float, str]] = ((1.0, RED),),
    base: str = GREEN,
    mappings: Sequence[Any] = (),
) -> stat.Panel:
    """One number, readable from across the room; grey with words where there is none."""
    return (
        stat.Panel()
        .title(title)
        .description(description)
        .datasource(DATASOURCE)
        .grid_pos(place.grid)
        .no_value(NO_DATA)
        .unit(unit)
        .decimals(decimals)
        .color_mode(shapes.BigValueColorMode.BACKGROUND)
        .graph_mode(shapes.BigValueGraphMode.NONE)
        .mappings([*mappings, nothing()])
        .thresholds(thresholds(*steps, base=base))
        .with_target(instant("A", expression))
    )


def curves(
    place: Place,
    title: str,
    description: str,
    queries: Sequence[tuple[str, str]],
    unit: str,
    *,
    low: float | None = None,
    high: float | None = None,
    steps: Sequence[tuple[float, str]] = (),
) -> timeseries.Panel:
    """Curves over time; the legend is a table with the last value."""
    panel = (
        timeseries.Panel()
        .title(title)
        .description(description)
        .datasource(DATASOURCE)
        .grid_pos(place.grid)
        .no_value(NO_DATA)
        .unit(unit)
        .line_width(2)
        .legend(
            common.VizLegendOptions()
            .show_legend(True)
            .display_mode(shapes.LegendDisplayMode.TABLE)
            .placement(shapes.LegendPlacement.BOTTOM)
            .calcs(["lastNotNull"])
        )
    )
    if low is not None:
        panel = panel.min(low)
    if high is not None:
        panel = panel.max(high)
    if steps:
        panel = panel.thresholds(thresholds(*steps)).thresholds_style(
            common.GraphThresholdsStyleConfig().mode(shapes.GraphThresholdsStyleMode.DASHED)
        )
    for reference, (expression, legend) in zip("ABCDEFGH", queries, strict=False):
        panel = panel.with_target(ranged(reference, expression, legend))
    return panel


def bars(
    place: Place,
    title: str,
    description: str,
    expression: str,
    legend: str,
    *,
    unit: str,
    high: float | None = None,
    steps: Sequence[tuple[float, str]] = (),
) -> bargauge.Panel:
    """The worst few, one bar each."""
    panel = (
        bargauge.Panel()
        .title(title)
        .description(description)
        .datasource(DATASOURCE)
        .grid_pos(place.grid)
        .no_value(NO_DATA)
        .unit(unit)
        .min(0)
        .orientation(shapes.VizOrientation.HORIZONTAL)
        .thresholds(thresholds(*steps))
        .with_target(instant("A", expression, legend))
    )
    return panel if high is None else panel.max(high)


def rows(
    place: Place,
    title: str,
    description: str,
    queries: Sequence[str],
    columns: Sequence[Column],
    *,
    by: str = "",
    sort: str = "",
    empty: str = NO_DATA,
) -> table.Panel:
    """A table: the queries joined by one label (the first query's labels with one), columns named.

    With several queries Grafana calls the values `Value #A`, `Value #B` …; with one, `Value`.
    """
    panel = (
        table.Panel()
        .title(title)
        .description(description)
        .datasource(DATASOURCE)
        .grid_pos(place.grid)
        .no_value(empty)
        .unit("short")
        .footer(common.TableFooterOptions().show(False))
    )
    for reference, expression in zip("ABCDEFGH", queries, strict=False):
        panel = panel.with_target(instant(reference, expression))
    if len(queries) > 1:
        panel = panel.with_transformation(
            transformation("joinByField", {"byField": by, "mode": "outer"})
        )
    names = [column.field for column in columns]
    panel = panel.with_transformation(
        transformation("filterFieldsByName", {"include": {"names": names}})
    ).with_transformation(
        transformation(
            "organize",
            {
                "indexByName": {name: at for at, name in enumerate(names)},
                "renameByName": {column.field: column.head for column in columns},
                "excludeByName": {},
            },
        )
    )
    for column in columns:
        properties = _shown(column)
        if properties:
            panel = panel.override_by_name(column.head, properties)
    if sort:
        panel = panel.sort_by([common.TableSortByFieldState().display_name(sort).desc(True)])
    return panel


def _shown(column: Column) -> list[models.DynamicConfigValue]:
    properties = []
    if column.unit:
        properties.append(prop("unit", column.unit))
    if column.width:
        properties.append(prop("custom.width", column.width))
    if column.words:
        options = {
            value: models.ValueMappingResult(text=text, color=colour)
            for value, text, colour in column.words
        }
        properties.append(prop("mappings", [models.ValueMap(options=options)]))
    if column.link:
        address = {"title": f"Open {column.head.lower()}", "url": column.link}
        properties.append(prop("links", [address]))
    return properties


def conditions_over_time(
    place: Place,
    title: str,
    description: str,
    expression: str,
    legend: str,
    *,
    empty: str = NO_DATA,
) -> statetimeline.Panel:
    """One row per entity, its condition in words and colour."""
    return (
        statetimeline.Panel()
        .title(title)
        .description(description)
        .datasource(DATASOURCE)
        .grid_pos(place.grid)
        .no_value(empty)
        .unit("short")
        .mappings([condition_words()])
        .show_value(shapes.VisibilityMode.AUTO)
        .row_height(0.85)
        .legend(common.VizLegendOptions().show_legend(True))
        .with_target(ranged("A", expression, legend))
    )


def history(
    place: Place,
    title: str,
    description: str,
    expression: str,
    legend: str,
    *,
    unit: str,
    interval: str,
    steps: Sequence[tuple[float, str]],
) -> statushistory.Panel:
    """One box per entity and interval."""
    return (
        statushistory.Panel()
        .title(title)
        .description(description)
        .datasource(DATASOURCE)
        .grid_pos(place.grid)
        .no_value(NO_DATA)
        .unit(unit)
        .interval(interval)
        .show_value(shapes.VisibilityMode.NEVER)
        .row_height(0.9)
        .legend(common.VizLegendOptions().show_legend(True))
        .thresholds(thresholds(*steps))
        .with_target(ranged("A", expression, legend))
    )


def thresholds(*steps: tuple[float, str], base: str = GREEN) -> dashboard.ThresholdsConfig:
    """Colours from a value on."""
    return (
        dashboard.ThresholdsConfig()
        .mode(models.ThresholdsMode.ABSOLUTE)
        .steps(
            [
                models.Threshold(value=None, color=base),
                *(models.Threshold(value=value, color=colour) for value, colour in steps),
            ]
        )
    )


def nothing() -> models.SpecialValueMap:
    """No data is grey, never green."""
    return models.SpecialValueMap(
        options=models.DashboardSpecialValueMapOptions(
            match=models.SpecialValueMatch.NULL_AND_NAN,
            result=models.ValueMappingResult(text=NO_DATA, color=GREY),
        )
    )


def condition_words() -> models.ValueMap:
    """Each condition's code as sign, word and colour."""
    return models.ValueMap(
        options={
            str(code): models.ValueMappingResult(text=_WORDS[condition], color=colour, index=code)
            for condition, (code, colour) in CODES.items()
        }
    )


def condition_column(field: str, head: str) -> Column:
    """A column that holds codes of conditions."""
    words = tuple(
        (str(code), _WORDS[condition], colour) for condition, (code, colour) in CODES.items()
    )
    return Column(field, head, width=150, words=words)


def severity_column(field: str = "severity") -> Column:
    """A column of severities."""
    words = tuple((value, text, colour) for value, (text, colour) in SEVERITIES.items())
    return Column(field, "Severity", width=110, words=words)


def prop(name: str, value: Any) -> models.DynamicConfigValue:
    """One property of a field's override."""
    return models.DynamicConfigValue(id_val=name, value=value)


def transformation(name: str, options: dict[str, Any]) -> models.DataTransformerConfig:
    """One step of Grafana's transformation engine."""
    return models.DataTransformerConfig(id_val=name, options=options)


def instant(reference: str, expression: str, legend: str = "") -> prometheus.Dataquery:
    """A query for now; without a legend its answer is a table."""
    query = prometheus.Dataquery().ref_id(reference).expr(expression).instant()
    query = query.format(PromQueryFormat.TABLE) if not legend else query.legend_format(legend)
    return query.datasource(DATASOURCE)


def ranged(reference: str, expression: str, legend: str) -> prometheus.Dataquery:
    """A query over the board's time range."""
    query = prometheus.Dataquery().ref_id(reference).expr(expression).range()
    return query.legend_format(legend).datasource(DATASOURCE)
