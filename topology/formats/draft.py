"""Draft: what a text says of a network, each thing with its place in the text, not yet checked.

Whoever reads a format fills a draft; here it is told what is wrong with it, and made a network,
or a snapshot where positions are not known.
"""

import math
import unicodedata
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Final, TypeVar

from topology.errors import NetworkError
from topology.model import (
    Carrier,
    Dependent,
    Device,
    DeviceId,
    Interface,
    InterfaceId,
    Link,
    LinkId,
    Medium,
    Position,
    Role,
    Site,
    SiteId,
    interface_id,
)
from topology.network import Network
from topology.resilience.snapshot import Snapshot
from topology.resilience.sources import of_network

T = TypeVar("T")

MOST_OCTETS: Final = 64 * 2**20
MOST_NODES: Final = 200_000
MOST_EDGES: Final = 500_000
MOST_FAULTS: Final = 50  # told at once

NULL: Final = Position(latitude_deg=0.0, longitude_deg=0.0)  # stands for no position
_INVISIBLE: Final = frozenset({"Cc", "Cs", "Cf", "Zl", "Zp"})  # Unicode general categories
NOWHERE: Final = "ZZ"  # ISO 3166-1 leaves it to users: a country that is not known


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A site as a text tells of it."""

    id: str
    place: str  # line 12, feature 3
    name: str = ""
    latitude_deg: float | None = None
    longitude_deg: float | None = None
    altitude_m: float = 0.0
    country: str = NOWHERE
    role: Role | None = None
    dependents: tuple[Dependent, ...] = ()
    devices: tuple[tuple[str, str], ...] = ()  # (id, kind); none told: one, named as the site


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """A link as a text tells of it; an end may name its device and interface."""

    id: str  # empty: none told
    a: str
    b: str
    place: str
    a_end: tuple[str, str] | None = None  # (device, interface name)
    b_end: tuple[str, str] | None = None
    medium: Medium | None = None
    carrier: Carrier | None = None
    capacity_bps: float | None = None
    length_m: float | None = None
    srlgs: frozenset[str] = frozenset()

    @property
    def is_loop(self) -> bool:
        """Whether it leads to where it came from: not so a cable between devices of one site."""
        if self.a != self.b:
            return False
        return self.a_end is None or self.b_end is None or self.a_end[0] == self.b_end[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """All of a text. `left_out` says what was passed over, and why."""

    source: str  # name of the text, for messages
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    left_out: tuple[str, ...] = ()
    demand_bps: dict[str, float] = field(default_factory=dict)  # of nodes, where told

    def without_loops(self) -> "Draft":
        """Return the draft without the links from a node to itself, each told as left out."""
        loops = [edge for edge in self.edges if edge.is_loop]
        told = tuple(
            f"{self.source}: {edge.place}: {_named(edge)} leads from {edge.a!r} to itself"
            for edge in loops
        )
        kept = tuple(edge for edge in self.edges if not edge.is_loop)
        return replace(self, edges=kept, left_out=(*self.left_out, *told))

    def only_placed(self) -> "Draft":
        """Return the draft without sites that have no position, each told as left out."""
        told = [
            f"{self.source}: {node.place}: site {node.id!r} has no position"
            for node in self.nodes
            if node.latitude_deg is None
        ]
        nodes = tuple(node for node in self.nodes if node.latitude_deg is not None)
        gone = self.unplaced
        edges = tuple(edge for edge in self.edges if gone.isdisjoint((edge.a, edge.b)))
        return replace(self, nodes=nodes, edges=edges, left_out=(*self.left_out, *told))

    def network(
        self,
        *,
        cores: Collection[str] = (),
        medium: Medium = Medium.FIBRE,
        unplaced: Position | None = None,
    ) -> Network:
        """Return the network that the draft describes.

        `cores` are the sites that traffic must reach, where the text tells no roles; `medium` is
        that of links without one; `unplaced` is where sites without a position are put.
        Raises NetworkError that names every fault with its place.
        """
        faults = [*self._faults(frozenset(cores), unplaced)]
        if faults:
            raise NetworkError(faults=_capped(faults))
        try:
            return self._built(frozenset(cores), medium, unplaced)
        except NetworkError as error:
            raise NetworkError(
                faults=_capped([f"{self.source}: {fault}" for fault in error.faults])
            ) from error

    def snapshot(self, *, cores: Collection[str] = ()) -> Snapshot:
        """Return the draft as a snapshot; what has no position has none there either."""
        return of_network(self.network(cores=cores, unplaced=NULL), unplaced=self.unplaced)

    @property
    def unplaced(self) -> frozenset[SiteId]:
        """The sites of which the text does not tell where they are."""
        return frozenset(SiteId(node.id) for node in self.nodes if node.latitude_deg is None)

    def _faults(self, cores: frozenset[str], unplaced: Position | None) -> Iterator[str]:
        first: dict[str, str] = {}
        for node in self.nodes:
            where = f"{self.source}: {node.place}"
            if node.id in first:
                yield f"{where}: site {node.id!r} was given already, at {first[node.id]}"
            first.setdefault(node.id, node.place)
            if node.latitude_deg is None and unplaced is None:
                yield f"{where}: site {node.id!r} has no position; give it latitude and longitude"
        for edge in self.edges:
            where = f"{self.source}: {edge.place}: {_named(edge)}"
            for end in (edge.a, edge.b):
                if end not in first:
                    yield f"{where} ends at {end!r}, which is no site here"
            if edge.is_loop:
                yield f"{where} leads from site {edge.a!r} to itself; leave it out"
        yield from self._hidden()
        yield from self._repeated_edges()
        for core in sorted(cores - set(first)):
            yield f"{self.source}: core {core!r} is no site here"

    def _hidden(self) -> Iterator[str]:
        for told in (self.nodes, self.edges):
            for one in told:
                if any(unicodedata.category(letter) in _INVISIBLE for letter in one.id):
                    yield f"{self.source}: {one.place}: id {one.id[:40]!r} holds what nobody sees"

    def _repeated_edges(self) -> Iterator[str]:
        first: dict[str, str] = {}
        for edge in self.edges:
            if edge.id and edge.id in first:
                yield (
                    f"{self.source}: {edge.place}: link {edge.id!r} was given already, at "
                    f"{first[edge.id]}; a parallel link needs an id of its own"
                )
            first.setdefault(edge.id, edge.place)

    def _built(self, cores: frozenset[str], medium: Medium, unplaced: Position | None) -> Network:
        taken = {edge.id for edge in self.edges}
        sites, devices, links = [], [], []
        interfaces: dict[InterfaceId, Interface] = {}
        port = {node.id: _first_device(node) for node in self.nodes}
        for node in self.nodes:
            sites.append(_site(node, cores, unplaced, f"{self.source}: {node.place}"))
            for device, kind in node.devices or ((node.id, "router"),):
                devices.append(Device(id=DeviceId(device), site=SiteId(node.id), kind=kind))
        for number, edge in enumerate(self.edges):
            identity = edge.id or _fresh(number, taken)
            ends: list[InterfaceId] = []
            for site, told in ((edge.a, edge.a_end), (edge.b, edge.b_end)):
                device, name = told or (port[site], identity)
                end = interface_id(DeviceId(device), name)
                interfaces[end] = Interface(id=end, device=DeviceId(device), name=name)
                ends.append(end)
            links.append(
                Link(
                    id=LinkId(identity),
                    a=ends[0],
                    b=ends[1],
                    medium=edge.medium or medium,
                    carrier=edge.carrier,
                    capacity_bps=edge.capacity_bps,
                    length_m=edge.length_m,
                    srlgs=edge.srlgs,
                )
            )
        return Network.build(sites, devices, interfaces.values(), links)


def check_size(text: str, source: str) -> None:
    """Refuse what is larger than any network netmon plans with."""
    if len(text) > MOST_OCTETS:
        raise NetworkError(
            f"{source}: {len(text):,} characters are more than {MOST_OCTETS:,}; split the file"
        )


def drafted(
    source: str,
    nodes: Iterable[Node],
    edges: Iterable[Edge],
    *,
    left_out: Iterable[str] = (),
    demand_bps: dict[str, float] | None = None,
) -> Draft:
    """Return the draft; raises NetworkError as soon as there are too many nodes or links."""
    return Draft(
        source=source,
        nodes=_counted(source, nodes, MOST_NODES, "sites"),
        edges=_counted(source, edges, MOST_EDGES, "links"),
        left_out=tuple(left_out),
        demand_bps=demand_bps or {},
    )


def _counted(source: str, things: Iterable[T], most: int, noun: str) -> tuple[T, ...]:
    found: list[T] = []
    for thing in things:
        if len(found) == most:
            raise NetworkError(f"{source}: more than {most:,} {noun}; split the file")
        found.append(thing)
    return tuple(found)


def number(text: str, where: str) -> float:
    """Return a finite number; raises NetworkError that says where it is none."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise NetworkError(f"{where}: {text[:40]!r} is no number")
    return value


def _site(node: Node, cores: frozenset[str], unplaced: Position | None, where: str) -> Site:
    position = unplaced
    if node.latitude_deg is not None and node.longitude_deg is not None:
        try:
            position = Position(
                latitude_deg=node.latitude_deg,
                longitude_deg=node.longitude_deg,
                altitude_m=node.altitude_m,
            )
        except NetworkError as error:
            raise NetworkError(f"{node.place}: site {node.id!r}: {error}") from error
    if position is None:
        raise NetworkError(f"{where}: site {node.id!r} has half a position")
    role = Role.CORE if node.id in cores else node.role or Role.RELAY
    return Site(
        id=SiteId(node.id),
        country=node.country,
        position=position,
        role=role,
        name=node.name,
        dependents=node.dependents,
    )


def _first_device(node: Node) -> str:
    return node.devices[0][0] if node.devices else node.id


def _fresh(number: int, taken: set[str]) -> str:
    identity = f"link {number}"
    while identity in taken:
        identity += "'"
    taken.add(identity)
    return identity


def _named(edge: Edge) -> str:
    return f"link {edge.id!r}" if edge.id else "a link"


def _capped(faults: list[str]) -> list[str]:
    more = len(faults) - MOST_FAULTS
    return [*faults[:MOST_FAULTS], f"and {more} more"] if more > 0 else faults
