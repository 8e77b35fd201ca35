"""An estimated area is GeoJSON that any map takes, and words that people take."""

from dataclasses import replace

from netmon.api.document import incident_document
from netmon.area import Area, Bearing
from tests.netmon.test_store import INCIDENT

AREA = Area(
    likeliest=(28.2, 59.4),
    near="narva",
    near_m=4_200.0,
    within_m=14_000.0,
    half=((((28.1, 59.3), (28.3, 59.3), (28.2, 59.5), (28.1, 59.3)),),),
    most=((((28.0, 59.3), (28.4, 59.3), (28.2, 59.6), (28.0, 59.3)),),),
    bearings=(
        Bearing(receiver="narva-r1:radio1", site="narva", azimuth_deg=112.3, within_deg=15.2),
    ),
)


def test_the_document_of_an_incident_has_its_area_as_geojson() -> None:
    document = incident_document(replace(INCIDENT, area=AREA))["area"]
    assert document["type"] == "FeatureCollection"
    most, half, point = document["features"]
    assert most["properties"] == {"probability": 0.9}
    assert half["properties"] == {"probability": 0.5}
    assert most["geometry"] == {
        "type": "MultiPolygon",
        "coordinates": [[[[28.0, 59.3], [28.4, 59.3], [28.2, 59.6], [28.0, 59.3]]]],
    }
    assert point["geometry"] == {"type": "Point", "coordinates": [28.2, 59.4]}
    assert point["properties"]["bearings"] == [
        {"receiver": "narva-r1:radio1", "site": "narva", "azimuth_deg": 112.3, "within_deg": 15.2}
    ]


def test_an_incident_without_an_area_says_null() -> None:
    assert incident_document(replace(INCIDENT, area=None))["area"] is None


def test_an_area_reads_as_people_say_it() -> None:
    assert AREA.words == (
        "probably within 14 km of a point 4.2 km from narva, bearing 112° ± 15° from narva"
    )
