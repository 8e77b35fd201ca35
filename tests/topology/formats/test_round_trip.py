import io
import json
from collections.abc import Callable
from typing import cast

import networkx as nx
import pytest
from hypothesis import given, settings

from tests.topology.builders import make_interface
from tests.topology.resilience.multigraphs import Case, cases
from topology.formats import geojson, graphml, nodelink
from topology.formats.draft import Draft
from topology.model import (
    Carrier,
    Dependent,
    DependentKind,
    Device,
    DeviceId,
    InterfaceId,
    Link,
    LinkId,
    Medium,
    Polarisation,
    Position,
    Role,
    Site,
    SiteId,
)
from topology.network import Network
from topology.resilience.sources import of_network

FORMATS = {
    "graphml": (graphml.write, graphml.read),
    "node-link": (nodelink.write, nodelink.read),
    "geojson": (geojson.write, geojson.read),
}
Writer = Callable[[Network], str]
Reader = Callable[[str, str], Draft]

ODD = "Ełk \"<&>' & co"
RICH = Network.build(
    sites=[
        Site(
            id=SiteId(ODD),
            country="PL",
            position=Position(latitude_deg=53.8, longitude_deg=22.35, altitude_m=131.5),
            role=Role.CORE,
            name="Ełk 🗼",
            dependents=(Dependent(id="radar 1", kind=DependentKind.RADAR),),
        ),
        Site(
            id=SiteId("van"),
            country="LT",
            position=Position(latitude_deg=-54.1, longitude_deg=-179.5),
            role=Role.MOBILE,
        ),
    ],
    devices=[
        Device(id=DeviceId("core"), site=SiteId(ODD)),
        Device(id=DeviceId("radio"), site=SiteId(ODD), kind="radio"),
        Device(id=DeviceId("spare"), site=SiteId(ODD)),
        Device(id=DeviceId("van"), site=SiteId("van")),
    ],
    interfaces=[
        make_interface("core", "ge-0/0"),
        make_interface("radio", "eth0"),
        make_interface("radio", "air"),
        make_interface("van", "air"),
        make_interface("van", "air2"),
    ],
    links=[
        Link(
            id=LinkId("cable"),
            a=InterfaceId("core:ge-0/0"),
            b=InterfaceId("radio:eth0"),
            medium=Medium.COPPER,
            length_m=12.5,
        ),
        Link(
            id=LinkId("hop"),
            a=InterfaceId("radio:air"),
            b=InterfaceId("van:air"),
            medium=Medium.MICROWAVE,
            carrier=Carrier(
                frequency_hz=22.4e9, width_hz=28e6, polarisation=Polarisation.HORIZONTAL
            ),
            capacity_bps=4e8,
            srlgs=frozenset({"mast, 7", "power"}),
        ),
        Link(
            id=LinkId("hop, spare"),
            a=InterfaceId("radio:air"),
            b=InterfaceId("van:air2"),
            medium=Medium.MICROWAVE,
        ),
    ],
)


def same(one: Network, other: Network) -> bool:
    return all(
        dict(getattr(one, part)) == dict(getattr(other, part))
        for part in ("sites", "devices", "interfaces", "links", "srlgs")
    )


@pytest.mark.parametrize(("write", "read"), FORMATS.values(), ids=FORMATS)
def test_what_is_written_is_read_as_it_was(write: Writer, read: Reader) -> None:
    assert same(read(write(RICH), "x").network(), RICH)


@given(cases())
@settings(max_examples=30, deadline=None)
def test_any_network_comes_back_from_every_format(case: Case) -> None:
    network = case.network()
    for write, read in FORMATS.values():
        back = read(write(network), "x").network()
        assert same(back, network)
        assert of_network(back).digest == of_network(network).digest


def test_networkx_reads_what_is_written() -> None:
    graph = cast(
        "nx.MultiGraph[str]",
        nx.read_graphml(io.BytesIO(graphml.write(RICH).encode()), force_multigraph=True),
    )
    assert set(graph.nodes) == {ODD, "van"}
    assert graph.nodes["van"]["latitude"] == -54.1
    assert set(graph.edges(keys=True)) == {
        (ODD, ODD, "cable"), (ODD, "van", "hop"), (ODD, "van", "hop, spare"),
    }  # fmt: skip
    linked = cast(
        "nx.MultiGraph[str]",
        nx.node_link_graph(json.loads(nodelink.write(RICH)), edges="edges"),
    )
    assert linked.is_multigraph()
    assert linked.edges[ODD, "van", "hop"]["frequency_hz"] == 22.4e9


def test_what_networkx_writes_is_read() -> None:
    graph: nx.MultiGraph[int] = nx.MultiGraph()
    graph.add_node(1, latitude=54.0, longitude=23.0)
    graph.add_node(2, latitude=54.1, longitude=23.1)
    graph.add_edges_from([(1, 2), (1, 2)])
    text = json.dumps(nx.node_link_data(graph, edges="links"))
    network = nodelink.read(text, "x").network(cores=["1"])
    assert len(network.links) == 2
    assert network.cores == ("1",)
    stream = io.BytesIO()
    nx.write_graphml(graph, stream)
    assert len(graphml.read(stream.getvalue().decode(), "x").network().links) == 2
