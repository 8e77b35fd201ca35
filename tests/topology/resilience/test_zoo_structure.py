"""All 276 networks of the Internet Topology Zoo, counted as three other libraries count them.

The table holds what networkx, rustworkx and igraph agree on; bridges with parallel links counted
as such come from brute force.
"""

from functools import cache

import numpy as np
import pytest

from tests.topology.resilience.zoo import backbone, components, edges, needs_zoo, rows
from topology.model import SiteId
from topology.resilience.blocks import blocks
from topology.resilience.failures import single_failures
from topology.resilience.fallible import fallible
from topology.resilience.levels import levels, ways_of

pytestmark = needs_zoo

TABLE = rows()

# Nodes, links, bridges where parallel links count, articulation points and biconnected parts.
KNOWN = {
    "Abilene": (11, 14, 0, 0, 1),
    "Nsfnet": (13, 15, 3, 3, 4),
    "Arpanet19723": (25, 28, 1, 1, 2),
    "Geant2012": (40, 61, 8, 8, 10),
    "GtsPoland": (33, 37, 7, 4, 8),
    "PionierL3": (38, 52, 10, 6, 11),
    "Psnc": (36, 41, 7, 7, 8),
    "Cogentco": (197, 245, 30, 33, 36),
    "UsCarrier": (158, 189, 31, 33, 37),
    "Interoute": (110, 156, 6, 8, 12),
    "Uninett2011": (69, 98, 12, 10, 13),
    "Esnet": (68, 92, 38, 14, 42),
    "Garr201201": (61, 89, 30, 17, 40),
    "Colt": (153, 191, 48, 30, 68),
    "GtsCe": (149, 193, 13, 11, 15),
    "TataNld": (145, 194, 8, 12, 14),
    "Kdl": (754, 899, 73, 69, 76),
}


@cache
def bridges(name: str, *, simple: bool) -> int:
    failures = single_failures(backbone(name, simple=simple))
    return int(np.count_nonzero(failures.links.sites))


@cache
def articulation_points(name: str) -> int:
    """Count them with two choices of cores: a core itself is judged where another one is core."""
    found: set[SiteId] = set()
    for choice in (min, max):
        cores = [choice(each) for each in components(name)]
        failures = single_failures(backbone(name, cores=cores))
        found |= {
            failures.sites.ids[row]  # type: ignore[misc]
            for row in np.flatnonzero(failures.sites.elsewhere).tolist()
            if failures.sites.ids[row] not in cores
        }
    return len(found)


def biconnected(name: str) -> int:
    """Count the parts that hang on one vertex each, but for the edges that lead to the cores."""
    snapshot = backbone(name)
    return len(list(blocks(fallible(snapshot)))) - int(snapshot.core.sum())


@pytest.mark.parametrize("row", TABLE, ids=[row["name"] for row in TABLE])
def test_a_network_has_the_bridges_and_articulation_points_of_the_table(
    row: dict[str, str],
) -> None:
    name = row["name"]
    nodes, links, loops = edges(name)
    counted = {
        "nodes": len(nodes),
        "links": len(links),
        "selfloops": loops,
        "components": len(components(name)),
        "bridges_simple": bridges(name, simple=True),
        "bridges_multi": bridges(name, simple=False),
        "articulation": articulation_points(name),
        "bicomps": biconnected(name),
    }
    assert counted == {column: int(row[column]) for column in counted}
    if name in KNOWN:
        columns = "nodes", "links", "bridges_multi", "articulation", "bicomps"
        assert KNOWN[name] == tuple(counted[column] for column in columns)
    if row["n_pub"]:
        simple = {tuple(sorted(link)) for link in links}
        assert (len(nodes), len(simple)) == (int(row["n_pub"]), int(row["m_pub"]))


@pytest.mark.parametrize("row", TABLE, ids=[row["name"] for row in TABLE])
def test_the_weakest_site_has_as_many_ways_as_the_network_is_connected_by_links(
    row: dict[str, str],
) -> None:
    connected = int(row["edge_conn_multi"])
    snapshot = backbone(row["name"], cores=[min(components(row["name"])[0])])
    found = levels(snapshot)
    weakest = int(found.any_by_link.min())
    assert weakest == min(connected, 3)
    if weakest == 3:
        others = [site for site, core in zip(found.sites, snapshot.core, strict=True) if not core]
        assert min(ways_of(snapshot, site).any_core.by_link for site in others) == connected


def test_the_whole_zoo_adds_up() -> None:
    assert len(TABLE) == 276
    single = [bridges(row["name"], simple=False) for row in TABLE]
    assert sum(single) == 3936
    assert sum(bridges(row["name"], simple=True) for row in TABLE) == 4117
    assert sum(articulation_points(row["name"]) for row in TABLE) == 1994


@pytest.mark.parametrize(("name", "alone", "wrongly"), [("Colt", 48, 61), ("Garr201201", 30, 39)])
def test_doubled_hops_are_pairs_and_not_single_points(name: str, alone: int, wrongly: int) -> None:
    snapshot = backbone(name)
    failures = single_failures(snapshot)
    assert np.count_nonzero(failures.links.sites) == alone
    assert bridges(name, simple=True) == wrongly
    ends = [tuple(sorted(pair)) for pair in snapshot.link_ends.tolist()]
    doubled = [row for row, pair in enumerate(ends) if ends.count(pair) == 2]
    assert doubled
    assert not failures.links.sites[doubled].any()
