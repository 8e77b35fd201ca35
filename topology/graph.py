"""A network as networkx graphs: the one door to networkx.

For questions networkx already answers well, and for whoever wants to look. Parallel links are
separate edges, keyed by link id; ask networkx nothing about a multigraph that it answers for the
simple graph beneath (`edge_connectivity` counts a doubled hop once).
"""

from typing import Final, TypeAlias

import networkx as nx

from topology.model import DeviceId, SiteId
from topology.network import Network

HUB: Final = "site"  # key of the edges between a site and its devices, and mark of a site node

Hub: TypeAlias = tuple[str, SiteId]


def hub_of(site: SiteId) -> Hub:
    """Return the node that stands for a site in the device graph."""
    return (HUB, site)


def site_graph(network: Network) -> "nx.MultiGraph[SiteId]":
    """Return sites joined by links. A cable inside one site joins nothing and is left out."""
    graph: nx.MultiGraph[SiteId] = nx.MultiGraph()
    graph.add_nodes_from(network.sites)
    for link in network.links.values():
        a, b = network.sites_of(link.id)
        if a != b:
            graph.add_edge(a, b, key=link.id, medium=link.medium.value)
    return graph


def device_graph(network: Network) -> "nx.MultiGraph[DeviceId | Hub]":
    """Return devices joined by links, and by a hub per site that every device there hangs on.

    The hub is the cabling of a site, which inventories leave out (docs/decisions/0002).
    """
    graph: nx.MultiGraph[DeviceId | Hub] = nx.MultiGraph()
    graph.add_nodes_from(hub_of(site) for site in network.sites)
    for device in network.devices.values():
        graph.add_edge(device.id, hub_of(device.site), key=HUB)
    for link in network.links.values():
        a, b = (network.device_of(end) for end in link.ends)
        graph.add_edge(a, b, key=link.id, medium=link.medium.value)
    return graph
