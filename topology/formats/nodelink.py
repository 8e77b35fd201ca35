"""Node-link JSON: as networkx writes it (node_link_data), and TopoHub with positions and demands.

Source: networkx 3.6 documentation; Jurkiewicz, "TopoHub: A repository of reference Gabriel graph
and real-world topologies for networking research", SoftwareX 24, 2023.
"""

import json
from collections.abc import Collection, Iterator

from topology.errors import NetworkError
from topology.formats import attributes
from topology.formats.draft import Draft, Edge, Node, check_size, drafted
from topology.model import SiteId
from topology.network import Network


def read(text: str, source: str) -> Draft:
    """Return what a node-link text says; links stand under `edges` or `links`.

    Raises NetworkError with the line, or with the number of the node or link (from 0).
    """
    root = read_object(text, source)
    nodes = _list(root, "nodes", source)
    name = "edges" if "edges" in root else "links"
    return drafted(source, _nodes(nodes, source), _edges(_list(root, name, source), name, source))


def read_object(text: str, source: str) -> dict[str, object]:
    """Return the object that a JSON text is; raises NetworkError with the line where it is none."""
    check_size(text, source)
    try:
        root = json.loads(text)
    except json.JSONDecodeError as error:
        raise NetworkError(f"{source}: line {error.lineno}: no JSON: {error.msg}") from None
    except ValueError as error:  # a whole number of thousands of digits
        raise NetworkError(f"{source}: no JSON: {str(error)[:80]}") from None
    except RecursionError:
        raise NetworkError(f"{source}: lists in lists in lists: too deep to be a network") from None
    if not isinstance(root, dict):
        raise NetworkError(f"{source}: the whole must be an object, {{…}}")
    return root


def write(network: Network, unplaced: Collection[SiteId] = ()) -> str:
    """Return all of a network but interfaces that no link ends at, and positions nobody knows."""
    nodes = [{"id": site, **attributes.of_site(network, site, unplaced)} for site in network.sites]
    edges = []
    for link in network.links:
        a, b = network.sites_of(link)
        edges.append({"source": a, "target": b, "key": link, **attributes.of_link(network, link)})
    whole = {"directed": False, "multigraph": True, "graph": {}, "nodes": nodes, "edges": edges}
    return json.dumps(whole, indent=1, ensure_ascii=False) + "\n"


def _list(root: dict[str, object], name: str, source: str) -> list[object]:
    found = root.get(name)
    if not isinstance(found, list):
        raise NetworkError(f"{source}: {name} must be a list")
    return found


def _nodes(nodes: list[object], source: str) -> Iterator[Node]:
    for number, values in enumerate(nodes):
        place = f"node {number}"
        where = f"{source}: {place}"
        identity = _identity(values, "id", where)
        told = dict(values) if isinstance(values, dict) else {}
        position = told.get("pos")
        if isinstance(position, list) and len(position) == 2:  # TopoHub: longitude, latitude
            told["longitude"], told["latitude"] = position
        yield attributes.node_of(identity, told, where, place)


def _edges(edges: list[object], name: str, source: str) -> Iterator[Edge]:
    for number, values in enumerate(edges):
        place = f"{name[:-1]} {number}"
        where = f"{source}: {place}"
        a, b = (_identity(values, end, where) for end in ("source", "target"))
        told = values if isinstance(values, dict) else {}
        # networkx numbers parallel edges by `key` from 0; only a text is a name.
        key = told.get("id", told.get("key"))
        identity = key if isinstance(key, str) else ""
        yield attributes.edge_of(identity, a, b, told, where, place)


def _identity(values: object, name: str, where: str) -> str:
    told = values.get(name) if isinstance(values, dict) else None
    if isinstance(told, bool) or not isinstance(told, str | int) or told == "":
        raise NetworkError(f"{where}: {name} must be a text or a whole number")
    return str(told)
