"""Attributes: sites and links as flat names and values, for GraphML, node-link JSON and GeoJSON.

Lists are JSON in a text, since GraphML has no lists: then all three carry the same. Names that
others use for the same thing (Topology Zoo, TopoHub) are understood on reading.
"""

import json
from collections.abc import Collection, Iterable, Mapping
from enum import StrEnum
from typing import Final, TypeVar

from topology.errors import NetworkError
from topology.formats.draft import NOWHERE, Edge, Node, number
from topology.model import (
    Carrier,
    Dependent,
    DependentKind,
    LinkId,
    Medium,
    Polarisation,
    Role,
    SiteId,
)
from topology.network import Network

EnumT = TypeVar("EnumT", bound=StrEnum)

Value = str | float | int | bool
Values = Mapping[str, object]

_SPEEDS: Final = {"": 1.0, "K": 1e3, "M": 1e6, "G": 1e9, "T": 1e12}


def of_site(
    network: Network, site_id: SiteId, unplaced: Collection[SiteId] = ()
) -> dict[str, Value]:
    """Return what there is to know of a site; no position of those that are not placed."""
    site = network.sites[site_id]
    found: dict[str, Value] = {
        "name": site.name,
        "country": site.country,
        "role": site.role.value,
        "devices": json.dumps(
            [[device, network.devices[device].kind] for device in network.devices_of(site_id)]
        ),
    }
    if site_id not in unplaced:
        found["latitude"] = site.position.latitude_deg
        found["longitude"] = site.position.longitude_deg
        found["altitude_m"] = site.position.altitude_m
    if site.dependents:
        carried = [[each.id, each.kind.value] for each in site.dependents]
        found["dependents"] = json.dumps(carried)
    return found


def of_link(network: Network, link_id: LinkId) -> dict[str, Value]:
    """Return what there is to know of a link but its id and its sites."""
    link = network.links[link_id]
    found: dict[str, Value] = {"medium": link.medium.value}
    for end, interface in zip("ab", link.ends, strict=True):
        found[f"{end}_device"] = network.interfaces[interface].device
        found[f"{end}_interface"] = network.interfaces[interface].name
    if link.capacity_bps is not None:
        found["capacity_bps"] = link.capacity_bps
    if link.length_m is not None:
        found["length_m"] = link.length_m
    if link.carrier is not None:
        found["frequency_hz"] = link.carrier.frequency_hz
        found["width_hz"] = link.carrier.width_hz
        found["polarisation"] = link.carrier.polarisation.value
    if link.srlgs:
        found["srlgs"] = json.dumps(sorted(link.srlgs))
    return found


def node_of(identity: str, values: Values, where: str, place: str) -> Node:
    """Return the node; raises NetworkError for a value that cannot be, with its place."""
    latitude = _amount(values, ("latitude", "Latitude", "lat"), where)
    longitude = _amount(values, ("longitude", "Longitude", "lon"), where)
    if (latitude is None) != (longitude is None):
        raise NetworkError(f"{where}: site {identity!r} has half a position")
    country = _text(values, ("country",))
    return Node(
        id=identity,
        place=place,
        name=_text(values, ("name", "label")),
        latitude_deg=latitude,
        longitude_deg=longitude,
        altitude_m=_amount(values, ("altitude_m",), where) or 0.0,
        country=country or NOWHERE,
        role=_member(Role, values, "role", where),
        dependents=tuple(
            Dependent(id=each[0], kind=DependentKind(each[1]))
            for each in _pairs(values, "dependents", where, {kind.value for kind in DependentKind})
        ),
        devices=tuple((each[0], each[1]) for each in _pairs(values, "devices", where)),
    )


def edge_of(identity: str, a: str, b: str, values: Values, where: str, place: str) -> Edge:
    """Return the edge; raises NetworkError for a value that cannot be, with its place."""
    length_km = _amount(values, ("dist",), where)  # TopoHub
    length_m = _amount(values, ("length_m",), where)
    frequency_hz = _amount(values, ("frequency_hz",), where)
    width_hz = _amount(values, ("width_hz",), where)
    carrier = None
    if frequency_hz is not None and width_hz is not None:
        polarisation = _member(Polarisation, values, "polarisation", where)
        carrier = Carrier(
            frequency_hz=frequency_hz,
            width_hz=width_hz,
            polarisation=polarisation or Polarisation.VERTICAL,
        )
    if length_m is None and length_km:
        length_m = length_km * 1000
    return Edge(
        id=identity,
        a=a,
        b=b,
        place=place,
        a_end=_end(values, "a"),
        b_end=_end(values, "b"),
        medium=_member(Medium, values, "medium", where),
        carrier=carrier,
        capacity_bps=_capacity_bps(values, where),
        length_m=length_m,
        srlgs=frozenset(_texts(values, "srlgs", where)),
    )


def _capacity_bps(values: Values, where: str) -> float | None:
    told = _amount(values, ("capacity_bps", "LinkSpeedRaw"), where)
    if told is not None:
        return told if told > 0 else None
    speed, unit = _text(values, ("LinkSpeed",)), _text(values, ("LinkSpeedUnits",)).upper()
    if unit not in _SPEEDS or not unit:
        return None
    try:
        return float(speed) * _SPEEDS[unit] or None
    except ValueError:  # the Topology Zoo has ranges such as "34-155"
        return None


def _end(values: Values, end: str) -> tuple[str, str] | None:
    device, name = _text(values, (f"{end}_device",)), _text(values, (f"{end}_interface",))
    return (device, name) if device and name else None


def _text(values: Values, names: Iterable[str]) -> str:
    for name in names:
        if values.get(name) is not None:
            return str(values[name]).strip()
    return ""


def _amount(values: Values, names: Iterable[str], where: str) -> float | None:
    for name in names:
        told = values.get(name)
        if told is not None and str(told).strip():
            return number(str(told), f"{where}: {name}")
    return None


def _member(kind: type[EnumT], values: Values, name: str, where: str) -> EnumT | None:
    told = _text(values, (name,))
    if not told:
        return None
    known = [each.value for each in kind]
    if told not in known:
        raise NetworkError(f"{where}: {name} {told[:40]!r} is none of {', '.join(known)}")
    return kind(told)


def _texts(values: Values, name: str, where: str) -> list[str]:
    found = _json(values, name, where)
    if not all(isinstance(each, str) for each in found):
        raise NetworkError(f"{where}: {name} must be a list of texts")
    return [str(each) for each in found]


def _pairs(
    values: Values, name: str, where: str, known: set[str] | None = None
) -> list[tuple[str, str]]:
    found = []
    for each in _json(values, name, where):
        if not (
            isinstance(each, list) and len(each) == 2 and all(isinstance(x, str) for x in each)
        ):
            raise NetworkError(f"{where}: {name} must be a list of pairs of texts")
        if known is not None and each[1] not in known:
            raise NetworkError(
                f"{where}: {name}: {each[1][:40]!r} is none of {', '.join(sorted(known))}"
            )
        found.append((each[0], each[1]))
    return found


def _json(values: Values, name: str, where: str) -> list[object]:
    told = values.get(name)
    if isinstance(told, str) and told.strip():
        try:
            told = json.loads(told)
        except (ValueError, RecursionError) as error:
            raise NetworkError(f"{where}: {name} is no JSON: {error}") from None
    if told is None or told == "":
        return []
    if not isinstance(told, list):
        raise NetworkError(f"{where}: {name} must be a list")
    return told
