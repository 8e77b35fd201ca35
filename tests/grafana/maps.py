"""Maps and graphs: the two panels whose fields Grafana knows by name.

Node graph: refIds `nodes` and `edges`; fields id, title, mainstat, color / id, source, target.
Names must come from labels, since a renamed column only changes its head (grafana#54844). An edge
to a node that is missing crashes the panel (grafana#81434): edges are kept only where both sites
are among the nodes. No map tiles: the way to them is closed; a GeoJSON basemap may be added.
"""

from typing import Final

from grafana_foundation_sdk.builders import common, dashboard, geomap, nodegraph, prometheus
from grafana_foundation_sdk.models import common as shapes
from grafana_foundation_sdk.models import dashboard as models
from grafana_foundation_sdk.models.prometheus import PromQueryFormat

from netmon.verdict import Condition
from tests.grafana.panels import (
    CODES,
    DATASOURCE,
    NO_DATA,
    Place,
    condition_words,
    transformation,
)

_INFO: Final = 'netmon_site_info{{country=~"{country}"}}'
_NODES: Final = (
    'label_replace(label_replace(max by (site, name) ({info}), "id", "$1", "site", "(.*)"),'
    ' "title", "$1", "name", "(.*)")'
)
_COLOURED: Final = " or ".join(
    f'label_replace(site:netmon_site_condition:code == {code}, "color", "{colour}", "site", ".*")'
    for code, colour in CODES.values()
)


def site_map(place: Place, title: str, description: str, *, country: str) -> geomap.Panel:
    """Sites where they stand, coloured by condition."""
    info = _INFO.format(country=country)
    expression = (
        "max by (site, name, latitude, longitude) (site:netmon_site_condition:code"
        f" * on (job, instance, site) group_left (name, latitude, longitude) {info})"
    )
    return (
        geomap.Panel()
        .title(title)
        .description(description)
        .datasource(DATASOURCE)
        .grid_pos(place.grid)
        .no_value(NO_DATA)
        .unit("short")
        .mappings([condition_words()])
        .thresholds(_steps())
        .view(geomap.MapViewConfig().id("fit").all_layers(True))
        .basemap(common.MapLayerOptions().type("carto").name("none").opacity(0))
        .layers(
            [
                common.MapLayerOptions()
                .type("markers")
                .name("Sites")
                .tooltip(True)
                .location(
                    common.FrameGeometrySource()
                    .mode(shapes.FrameGeometrySourceMode.COORDS)
                    .latitude("latitude")
                    .longitude("longitude")
                )
                .config(
                    {
                        "showLegend": True,
                        "style": {
                            "size": {"fixed": 6, "min": 2, "max": 15},
                            "color": {"field": "Value", "fixed": "dark-green"},
                            "opacity": 0.9,
                            "symbol": {"mode": "fixed", "fixed": "img/icons/marker/circle.svg"},
                        },
                    }
                )
            ]
        )
        .with_target(_table("A", expression))
        .with_transformation(
            transformation(
                "convertFieldType",
                {
                    "conversions": [
                        {"targetField": "latitude", "destinationType": "number"},
                        {"targetField": "longitude", "destinationType": "number"},
                    ],
                    "fields": {},
                },
            )
        )
    )


def network_graph(place: Place, title: str, description: str) -> nodegraph.Panel:
    """Sites and the links between them."""
    nodes = (
        f"label_replace(label_replace(max by (site, name, color) (({_COLOURED})"
        ' * on (job, instance, site) group_left (name) netmon_site_info{country=~"$country"}),'
        ' "id", "$1", "site", "(.*)"), "title", "$1", "name", "(.*)")'
    )
    known = 'max by (site) (netmon_site_info{country=~"$country"})'
    edges = (
        "label_replace(label_replace(label_replace("
        "max by (link, site_a, site_b, medium) (netmon_link_info)"
        f' and on (site_a) label_replace({known}, "site_a", "$1", "site", "(.*)")'
        f' and on (site_b) label_replace({known}, "site_b", "$1", "site", "(.*)"),'
        ' "id", "$1", "link", "(.*)"), "source", "$1", "site_a", "(.*)"),'
        ' "target", "$1", "site_b", "(.*)")'
    )
    return (
        nodegraph.Panel()
        .title(title)
        .description(description)
        .datasource(DATASOURCE)
        .grid_pos(place.grid)
        .no_value(NO_DATA)
        .unit("short")
        .with_target(_table("nodes", nodes))
        .with_target(_table("edges", edges))
    )


def _table(reference: str, expression: str) -> prometheus.Dataquery:
    return (
        prometheus.Dataquery()
        .ref_id(reference)
        .expr(expression)
        .instant()
        .format(PromQueryFormat.TABLE)
        .datasource(DATASOURCE)
    )


def _steps() -> dashboard.ThresholdsConfig:
    ordered = sorted(CODES.values())
    return (
        dashboard.ThresholdsConfig()
        .mode(models.ThresholdsMode.ABSOLUTE)
        .steps(
            [
                models.Threshold(value=None, color=CODES[Condition.HEALTHY][1]),
                *(
                    models.Threshold(value=float(code), color=colour)
                    for code, colour in ordered[1:]
                ),
            ]
        )
    )
