"""GeoJSON (RFC 7946): sites as points, links as lines, for maps; and back."""

import json
from collections.abc import Iterator

from topology.errors import NetworkError
from topology.formats import attributes
from topology.formats.draft import Draft, Edge, Node, drafted, number
from topology.formats.nodelink import read_object
from topology.network import Network


def write(network: Network) -> str:
    """Return all of a network but interfaces that no link ends at."""
    features: list[object] = []
    for site in network.sites:
        position = network.sites[site].position
        point = [position.longitude_deg, position.latitude_deg, position.altitude_m]
        features.append(
            _feature(site, "Point", point, {"kind": "site", **attributes.of_site(network, site)})
        )
    for link in network.links:
        ends = network.sites_of(link)
        places = [network.sites[site].position for site in ends]
        line = [[place.longitude_deg, place.latitude_deg] for place in places]
        told = {"kind": "link", "source": ends[0], "target": ends[1]}
        features.append(
            _feature(link, "LineString", line, {**told, **attributes.of_link(network, link)})
        )
    whole = {"type": "FeatureCollection", "features": features}
    return json.dumps(whole, ensure_ascii=False) + "\n"


def read(text: str, source: str) -> Draft:
    """Return the points as sites and the lines with `source` and `target` as links.

    Raises NetworkError with the line, or with the number of the feature (from 0).
    """
    root = read_object(text, source)
    features = root.get("features")
    if root.get("type") != "FeatureCollection" or not isinstance(features, list):
        raise NetworkError(f"{source}: a FeatureCollection with features is needed")
    nodes: list[Node] = []
    edges: list[Edge] = []
    left_out = []
    for index, (kind, identity, values) in enumerate(_features(features, source)):
        place = f"feature {index}"
        where = f"{source}: {place}"
        if kind == "Point":
            nodes.append(attributes.node_of(identity, values, where, place))
        elif kind == "LineString" and "source" in values and "target" in values:
            a, b = str(values["source"]), str(values["target"])
            edges.append(attributes.edge_of(identity, a, b, values, where, place))
        else:
            left_out.append(f"{where}: {kind} is no site, and no link with source and target")
    return drafted(source, nodes, edges, left_out=left_out)


def _feature(
    identity: str, kind: str, coordinates: list[object] | list[float] | list[list[float]],
    properties: dict[str, attributes.Value],
) -> object:  # fmt: skip
    geometry = {"type": kind, "coordinates": coordinates}
    return {"type": "Feature", "id": identity, "geometry": geometry, "properties": properties}


def _features(features: list[object], source: str) -> Iterator[tuple[str, str, dict[str, object]]]:
    for index, feature in enumerate(features):
        where = f"{source}: feature {index}"
        if not isinstance(feature, dict):
            raise NetworkError(f"{where}: must be an object")
        geometry, properties = feature.get("geometry"), feature.get("properties")
        if not isinstance(geometry, dict):
            raise NetworkError(f"{where}: has no geometry")
        values = dict(properties) if isinstance(properties, dict) else {}
        kind = str(geometry.get("type"))
        identity = str(feature.get("id", values.get("id", "")))
        if kind == "Point":
            if not identity:
                raise NetworkError(f"{where}: a site needs an id")
            values["longitude"], values["latitude"] = _point(geometry, where)
        yield kind, identity, values


def _point(geometry: dict[str, object], where: str) -> tuple[float, float]:
    told = geometry.get("coordinates")
    if not (isinstance(told, list) and len(told) >= 2) or not all(
        isinstance(each, float | int) for each in told
    ):
        raise NetworkError(f"{where}: coordinates must be [longitude, latitude]")
    return number(str(told[0]), where), number(str(told[1]), where)
