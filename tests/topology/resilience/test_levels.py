import pytest
from hypothesis import given, settings

from tests.topology.resilience.multigraphs import Case, cases
from topology.errors import NetworkError
from topology.model import SiteId
from topology.resilience.levels import Ways, levels, ways_of
from topology.resilience.sources import of_edges, of_network


def ways(by_link: int, by_site: int) -> Ways:
    return Ways(by_link=by_link, by_site=by_site)


# west ══ a ── east,  a ── b ── west,  b ── spur,  lone
GRAPH = of_edges(
    [("west", "a"), ("west", "a"), ("a", "east"), ("a", "b"), ("b", "west"), ("b", "spur")],
    cores=["west", "east"],
    nodes=["lone"],
)


def test_two_ways_to_one_core_are_not_two_ways_to_different_cores() -> None:
    ring = of_edges(
        [("core", "a"), ("a", "b"), ("b", "core"), ("core", "far")], cores=["core", "far"]
    )
    found = levels(ring)
    level = found.of(found.sites.index(SiteId("b")))
    assert level.any_core == ways(2, 2)
    assert level.different_cores == ways(2, 1), "every way passes the same core"


def test_levels_tell_a_doubled_hop_a_spur_and_what_is_cut_off() -> None:
    found = levels(GRAPH)
    assert {
        site: (found.of(row).any_core, found.of(row).different_cores)
        for row, site in enumerate(found.sites)
    } == {
        "west": (ways(3, 2), ways(2, 2)),
        "east": (ways(3, 2), ways(2, 2)),
        "a": (ways(3, 2), ways(2, 2)),
        "b": (ways(2, 2), ways(2, 2)),
        "spur": (ways(1, 1), ways(1, 1)),
        "lone": (ways(0, 0), ways(0, 0)),
    }


def test_ways_are_counted_beyond_what_one_search_tells() -> None:
    level = ways_of(GRAPH, SiteId("a"))
    assert level.any_core == ways(4, 4)
    assert level.different_cores == ways(2, 2)
    with pytest.raises(NetworkError, match="there is no site 'x'"):
        ways_of(GRAPH, SiteId("x"))


@given(case=cases())
@settings(max_examples=200, deadline=None)
def test_one_search_tells_the_same_as_counting_ways_one_by_one(case: Case) -> None:
    snapshot = of_network(case.network())
    found = levels(snapshot)
    for row, site in enumerate(snapshot.sites):
        quick, counted = found.of(row), ways_of(snapshot, site)
        for told, exact in (
            (quick.any_core, counted.any_core),
            (quick.different_cores, counted.different_cores),
        ):
            assert told == ways(min(exact.by_link, 3), min(exact.by_site, 2)), site


# Mean and greatest count of ways without a common link over all ordered pairs of nodes, as
# published with the topologies (TopoHub 1.5.1, avg_adp_num and max_adp_num; Jurkiewicz 2023).
ABILENE = [
    (0, 1), (0, 2), (1, 10), (2, 9), (3, 4), (3, 6), (4, 5), (4, 6), (5, 8), (6, 7), (7, 8),
    (7, 10), (8, 9), (9, 10),
]  # fmt: skip


def test_ways_of_abilene_are_those_published() -> None:
    nodes = range(11)
    counts = [
        ways_of(
            of_edges([(str(a), str(b)) for a, b in ABILENE], cores=[str(core)]), SiteId(str(node))
        ).any_core.by_link
        for core in nodes
        for node in nodes
        if core != node
    ]
    assert max(counts) == 3
    assert round(sum(counts) / len(counts), 2) == 2.05
