"""GeoJSON (RFC 7946) of an estimated area: two multipolygons and a point, for any map."""

from typing import Any

from netmon.area import Area, Shape

Document = dict[str, Any]


def feature_collection(area: Area) -> Document:
    """Return the areas of 90 % and 50 % probability, and the likeliest point, as features."""
    bearings = [
        {
            "receiver": bearing.receiver,
            "site": bearing.site,
            "azimuth_deg": round(bearing.azimuth_deg, 1),
            "within_deg": round(bearing.within_deg, 1),
        }
        for bearing in area.bearings
    ]
    told = {
        "words": area.words,
        "within_m": round(area.within_m),
        "near": area.near,
        "near_m": round(area.near_m),
        "bearings": bearings,
    }
    point = {"type": "Point", "coordinates": list(area.likeliest)}
    return {
        "type": "FeatureCollection",
        "features": [
            _feature(_multipolygon(area.most), {"probability": 0.9}),
            _feature(_multipolygon(area.half), {"probability": 0.5}),
            _feature(point, told),
        ],
    }


def _feature(geometry: Document, properties: Document) -> Document:
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def _multipolygon(shapes: tuple[Shape, ...]) -> Document:
    coordinates = [[[list(point) for point in ring] for ring in shape] for shape in shapes]
    return {"type": "MultiPolygon", "coordinates": coordinates}
