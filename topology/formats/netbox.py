"""NetBox: sites, devices, interfaces, cables and circuits of its REST API as a draft.

The objects are those of /api/dcim/… and /api/circuits/… as lists (NetBox 3.3 and later, where a
cable has lists of terminations). A cable between two interfaces is a link; so is a circuit whose
both terminations are cabled to interfaces. What ends at patch panels is told as left out.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from topology.errors import NetworkError
from topology.formats.draft import Draft, Edge, Node, drafted, number
from topology.model import Medium

Object = Mapping[str, object]
Termination = tuple[str, int]  # type and id of what a cable ends at

_INTERFACE: Final = "dcim.interface"
_CIRCUIT: Final = "circuits.circuittermination"

# What the type of a cable begins with, and the slug of a circuit's type contains.
_CABLES: Final = (
    ("smf", Medium.FIBRE), ("mmf", Medium.FIBRE), ("aoc", Medium.FIBRE),
    ("cat", Medium.COPPER), ("dac", Medium.COPPER), ("coax", Medium.COPPER),
    ("mrj", Medium.COPPER),
)  # fmt: skip
_CIRCUITS: Final = (
    ("microwave", Medium.MICROWAVE), ("radio", Medium.MICROWAVE), ("vsat", Medium.VSAT),
    ("sat", Medium.VSAT), ("lte", Medium.LTE), ("5g", Medium.LTE), ("tetra", Medium.TETRA),
    ("copper", Medium.COPPER), ("dsl", Medium.COPPER),
)  # fmt: skip
_METRES: Final = {"km": 1000.0, "m": 1.0, "cm": 0.01, "mi": 1609.344, "ft": 0.3048, "in": 0.0254}
_GONE: Final = frozenset({"decommissioned", "decommissioning", "deprovisioning", "offline"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """The objects of each kind, all pages put together."""

    sites: Sequence[Object] = ()
    devices: Sequence[Object] = ()
    interfaces: Sequence[Object] = ()
    cables: Sequence[Object] = ()
    circuits: Sequence[Object] = ()


@dataclass(slots=True)
class _Plant:
    """What cables and circuits are joined from."""

    device: dict[int, tuple[str, str]] = field(default_factory=dict)  # site and name
    interface: dict[int, tuple[int, str]] = field(default_factory=dict)  # device and name
    cabled: dict[int, int] = field(default_factory=dict)  # circuit termination → interface


def read(answers: Answers, source: str) -> Draft:
    """Return sites, devices and links; raises NetworkError that names what is wrong by its id."""
    plant = _Plant()
    left_out: list[str] = []
    sites = {_whole(site, "id", f"{source}: a site"): site for site in answers.sites}
    names = {at: _text(site, "slug") or f"site {at}" for at, site in sites.items()}
    _devices(answers.devices, names, plant, source, left_out)
    for interface in answers.interfaces:
        identity = _whole(interface, "id", f"{source}: an interface")
        where = f"{source}: interface {identity}"
        device = _whole(_object(interface, "device", where), "id", where)
        plant.interface[identity] = (device, _text(interface, "name") or f"interface {identity}")
    edges = [*_cables(answers.cables, plant, source, left_out)]
    edges += _circuits(answers.circuits, plant, source, left_out)
    nodes = [_node(at, site, names[at], plant, source) for at, site in sites.items()]
    return drafted(source, nodes, edges, left_out=left_out)


def _devices(
    devices: Sequence[Object],
    sites: Mapping[int, str],
    plant: _Plant,
    source: str,
    left_out: list[str],
) -> None:
    named: set[str] = set()
    for device in devices:
        identity = _whole(device, "id", f"{source}: a device")
        where = f"{source}: device {identity}"
        site = _whole(_object(device, "site", where), "id", where)
        if site not in sites:
            left_out.append(f"{where}: its site {site} was not among the sites")
            continue
        name = _text(device, "name") or f"device {identity}"
        if name in named:  # names are unique in a site only
            name = f"{name} ({identity})"
        named.add(name)
        plant.device[identity] = (sites[site], name)


def _node(identity: int, site: Object, name: str, plant: _Plant, source: str) -> Node:
    where = f"{source}: site {identity}"
    devices = [device for at, device in plant.device.values() if at == name]
    latitude, longitude = (_amount(site, key, where) for key in ("latitude", "longitude"))
    return Node(
        id=name,
        place=f"site {identity}",
        name=_text(site, "name"),
        latitude_deg=latitude,
        longitude_deg=longitude if latitude is not None else None,
        devices=tuple((device, "router") for device in devices),
    )


def _cables(
    cables: Sequence[Object], plant: _Plant, source: str, left_out: list[str]
) -> Iterator[Edge]:
    for cable in cables:
        identity = _whole(cable, "id", f"{source}: a cable")
        where = f"{source}: cable {identity}"
        if _choice(cable, "status") in _GONE:
            left_out.append(f"{where}: is {_choice(cable, 'status')}")
            continue
        ends = [_terminations(cable, f"{end}_terminations", where) for end in "ab"]
        if len(ends[0]) != 1 or len(ends[1]) != 1:
            left_out.append(f"{where}: has {len(ends[0])} and {len(ends[1])} ends, not one each")
            continue
        (one,), (other,) = ends
        kinds = {one[0], other[0]}
        if kinds == {_INTERFACE}:
            yield from _joined(
                _text(cable, "label") or f"cable {identity}", f"cable {identity}", one[1],
                other[1], plant, where, left_out, medium=_cable_medium(cable),
                length_m=_length_m(cable, where),
            )  # fmt: skip
        elif kinds == {_INTERFACE, _CIRCUIT}:
            interface, circuit = (one, other) if one[0] == _INTERFACE else (other, one)
            plant.cabled[circuit[1]] = interface[1]
        else:
            strange = min(kinds - {_INTERFACE, _CIRCUIT})
            left_out.append(f"{where}: ends at a {strange}, which is not followed")


def _circuits(
    circuits: Sequence[Object], plant: _Plant, source: str, left_out: list[str]
) -> Iterator[Edge]:
    for circuit in circuits:
        identity = _whole(circuit, "id", f"{source}: a circuit")
        where = f"{source}: circuit {identity}"
        if _choice(circuit, "status") in _GONE:
            left_out.append(f"{where}: is {_choice(circuit, 'status')}")
            continue
        ends: list[int] = []
        for side in ("termination_a", "termination_z"):
            told = circuit.get(side)
            if isinstance(told, Mapping):
                at = plant.cabled.get(_whole(told, "id", where))
                ends += [] if at is None else [at]
        if len(ends) != 2:
            left_out.append(f"{where}: not both of its ends are cabled to an interface")
            continue
        rate = _amount(circuit, "commit_rate", where)  # kbit/s
        kind = circuit.get("type")
        slug = _text(kind, "slug") if isinstance(kind, Mapping) else ""
        medium = next((each for word, each in _CIRCUITS if word in slug), Medium.FIBRE)
        yield from _joined(
            _text(circuit, "cid") or f"circuit {identity}", f"circuit {identity}", ends[0], ends[1],
            plant, where, left_out, medium=medium, capacity_bps=rate * 1000 if rate else None,
        )  # fmt: skip


def _joined(
    name: str,
    place: str,
    one: int,
    other: int,
    plant: _Plant,
    where: str,
    left_out: list[str],
    *,
    medium: Medium,
    length_m: float | None = None,
    capacity_bps: float | None = None,
) -> Iterator[Edge]:
    ends = [plant.interface.get(at) for at in (one, other)]
    told = [(plant.device.get(end[0]), end[1]) for end in ends if end is not None]
    known = [(device, interface) for device, interface in told if device is not None]
    if len(known) != 2:
        left_out.append(f"{where}: ends at an interface or a device that was not among them")
        return
    (a, a_interface), (b, b_interface) = known
    yield Edge(
        id=name,
        a=a[0],
        b=b[0],
        place=place,
        a_end=(a[1], a_interface),
        b_end=(b[1], b_interface),
        medium=medium,
        length_m=length_m,
        capacity_bps=capacity_bps,
    )


def _cable_medium(cable: Object) -> Medium:
    kind = _choice(cable, "type")
    return next((medium for word, medium in _CABLES if kind.startswith(word)), Medium.FIBRE)


def _length_m(cable: Object, where: str) -> float | None:
    length = _amount(cable, "length", where)
    unit = _METRES.get(_choice(cable, "length_unit"))
    return length * unit if length and unit else None


def _terminations(cable: Object, name: str, where: str) -> list[Termination]:
    told = cable.get(name)
    if not isinstance(told, list):
        raise NetworkError(f"{where}: {name} must be a list; is this NetBox older than 3.3?")
    found = []
    for each in told:
        if not isinstance(each, Mapping):
            raise NetworkError(f"{where}: {name} must hold objects")
        found.append((_text(each, "object_type"), _whole(each, "object_id", where)))
    return found


def _object(holder: Object, name: str, where: str) -> Object:
    told = holder.get(name)
    if not isinstance(told, Mapping):
        raise NetworkError(f"{where}: {name} must be an object")
    return told


def _choice(holder: Object, name: str) -> str:
    """Return the value of a choice: {"value": …, "label": …}, or the bare value."""
    told = holder.get(name)
    return _text(told, "value") if isinstance(told, Mapping) else str(told or "")


def _text(holder: Object, name: str) -> str:
    told = holder.get(name)
    return told.strip() if isinstance(told, str) else ""


def _whole(holder: Object, name: str, where: str) -> int:
    told = holder.get(name)
    if not isinstance(told, int) or isinstance(told, bool):
        raise NetworkError(f"{where}: {name} must be a whole number")
    return told


def _amount(holder: Object, name: str, where: str) -> float | None:
    told = holder.get(name)
    return None if told is None or told == "" else number(str(told), f"{where}: {name}")
