"""GraphML: read from anybody, the Internet Topology Zoo among them, and written for anybody.

Source: Brandes, Eiglsperger, Herman, Himsolt and Marshall, "GraphML Progress Report", GD 2001.
"""

from collections.abc import Collection, Iterable
from xml.sax.saxutils import escape, quoteattr

from topology.errors import NetworkError
from topology.formats import attributes
from topology.formats.draft import Draft, Edge, Node, drafted
from topology.formats.xml import Element, parse
from topology.model import SiteId
from topology.network import Network

Keys = dict[str, str]  # id of a key → the name it stands for


def read(text: str, source: str) -> Draft:
    """Return what a GraphML text says; directed edges count as links like others.

    Raises NetworkError with the line of what cannot be read.
    """
    root = parse(text, source)
    graph = root.first("graph") if root.tag == "graphml" else None
    if graph is None:
        raise NetworkError(f"{source}: line {root.line}: no <graph> in a <graphml>")
    keys = {
        key.attributes.get("id", ""): key.attributes.get("attr.name", "") for key in root.all("key")
    }
    nodes = (_node(each, keys, source) for each in graph.all("node"))
    edges = (_edge(each, keys, source) for each in graph.all("edge"))
    return drafted(source, nodes, edges)


def write(network: Network, unplaced: Collection[SiteId] = ()) -> str:
    """Return all of a network but interfaces that no link ends at, and positions nobody knows."""
    sites = {str(site): attributes.of_site(network, site, unplaced) for site in network.sites}
    links = {link: attributes.of_link(network, link) for link in network.links}
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<graphml xmlns="http://graphml.graphdrawing.org/xmlns">',
        *_keys("node", sites.values()),
        *_keys("edge", links.values()),
        '  <graph edgedefault="undirected">',
    ]
    for identity, values in sites.items():
        lines += [f"    <node id={quoteattr(identity)}>", *_data("node", values), "    </node>"]
    for link, values in links.items():
        a, b = network.sites_of(link)
        ends = f"source={quoteattr(a)} target={quoteattr(b)}"
        lines += [
            f"    <edge id={quoteattr(link)} {ends}>",
            *_data("edge", values),
            "    </edge>",
        ]
    return "\n".join([*lines, "  </graph>", "</graphml>", ""])


def _keys(domain: str, told: Iterable[dict[str, attributes.Value]]) -> list[str]:
    types = {name: _type(value) for values in told for name, value in values.items()}
    return [
        f'  <key id="{domain}-{name}" for="{domain}" attr.name="{name}" attr.type="{kind}"/>'
        for name, kind in types.items()
    ]


def _type(value: attributes.Value) -> str:
    return "double" if isinstance(value, float | int) else "string"


def _data(domain: str, values: dict[str, attributes.Value]) -> list[str]:
    return [
        f'      <data key="{domain}-{name}">{escape(str(value))}</data>'
        for name, value in values.items()
    ]


def _node(element: Element, keys: Keys, source: str) -> Node:
    place = f"line {element.line}"
    identity = _required(element, "id", source)
    values = _values(element, keys, source)
    return attributes.node_of(identity, values, f"{source}: {place}", place)


def _edge(element: Element, keys: Keys, source: str) -> Edge:
    place = f"line {element.line}"
    a, b = (_required(element, name, source) for name in ("source", "target"))
    values = _values(element, keys, source)
    identity = element.attributes.get("id", "") or str(values.get("id", ""))
    return attributes.edge_of(identity, a, b, values, f"{source}: {place}", place)


def _values(element: Element, keys: Keys, source: str) -> dict[str, str]:
    found = {}
    for data in element.all("data"):
        key = data.attributes.get("key", "")
        if key not in keys:
            raise NetworkError(f"{source}: line {data.line}: there is no <key> {key!r}")
        found[keys[key]] = data.text.strip()
    return found


def _required(element: Element, name: str, source: str) -> str:
    told = element.attributes.get(name)
    if not told:
        raise NetworkError(f"{source}: line {element.line}: <{element.tag}> without {name}")
    return told
