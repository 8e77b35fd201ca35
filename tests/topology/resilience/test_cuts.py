from itertools import combinations

from hypothesis import given, settings

from tests.topology.builders import make_network
from tests.topology.resilience.multigraphs import Case, cases, links, lost, one
from topology.resilience.cuts import link_classes
from topology.resilience.pairs import site_pairs
from topology.resilience.snapshot import Elements
from topology.resilience.sources import of_edges, of_network


def test_any_two_hops_of_a_ring_cut_off_what_lies_between_them() -> None:
    ring = of_edges([("core", "a"), ("a", "b"), ("b", "c"), ("c", "core")], cores=["core"])
    (only,) = link_classes(ring)
    assert sorted(only.links) == ["0", "1", "2", "3"]
    assert only.sites.tolist() == [1, 1, 1]
    assert only.worst.sites == ("a", "b", "c")
    place = {str(link): at for at, link in enumerate(only.links)}
    first, last = sorted((place["0"], place["2"]))
    assert only.between(first, last).sites == ("a", "b")


def test_a_ring_between_two_cores_falls_apart_in_the_same_way() -> None:
    chain = of_edges([("west", "a"), ("a", "b"), ("b", "east")], cores=["west", "east"])
    (only,) = link_classes(chain)
    assert sorted(only.links) == ["0", "1", "2"]
    assert only.worst.sites == ("a", "b")


def test_a_doubled_hop_is_a_pair_and_a_tripled_one_is_none() -> None:
    doubled = [("core", "a"), ("core", "a"), ("a", "b")]
    (only,) = link_classes(of_edges(doubled, cores=["core"]))
    assert (set(only.links), only.worst.sites) == ({"0", "1"}, ("a", "b"))
    assert link_classes(of_edges([*doubled, ("core", "a")], cores=["core"])) == ()


def test_a_site_that_two_others_hold_is_told_with_them() -> None:
    square = of_edges([("core", "a"), ("core", "b"), ("a", "c"), ("b", "c")], cores=["core"])
    found = {(pair.site, pair.kind.value, pair.other): pair.more for pair in site_pairs(square)}
    assert found == {
        ("a", "site", "b"): 1,
        ("a", "link", "1"): 2,
        ("a", "link", "3"): 1,
        ("b", "link", "0"): 2,
        ("b", "link", "2"): 1,
        ("c", "link", "0"): 1,
        ("c", "link", "1"): 1,
    }


@given(case=cases())
@settings(max_examples=250, deadline=None)
def test_every_pair_of_links_takes_what_trying_it_takes(case: Case) -> None:
    network = case.network()
    told = {}
    for each in link_classes(of_network(network)):
        for first, last in combinations(range(len(each.links)), 2):
            pair = frozenset((each.links[first], each.links[last]))
            assert pair not in told, "a pair is in one class"
            told[pair] = set(each.between(first, last).sites)
            assert len(told[pair]) == each.sites[first:last].sum()
    alone = {link: lost(network, links(link)) for link in network.links}
    for a, b in combinations(network.links, 2):
        more = lost(network, links(a, b)) - alone[a] - alone[b]
        if not alone[a] and not alone[b]:
            assert told.get(frozenset((a, b)), set()) == more
        else:
            assert frozenset((a, b)) not in told


@given(case=cases(most_links=9))
@settings(max_examples=100, deadline=None)
def test_every_pair_with_a_site_takes_what_trying_it_takes(case: Case) -> None:
    network = case.network()
    told = {(str(pair.site), pair.other): pair.more for pair in site_pairs(of_network(network))}
    elements = [("site", site) for site in network.sites] + [("link", li) for li in network.links]
    for site, (kind, other) in ((s, e) for s in network.sites for e in elements):
        if kind == "site" and site >= other:
            continue
        both: Elements = one("site", site) | one(kind, other)
        more = lost(network, both) - lost(network, one("site", site))
        more -= lost(network, one(kind, other))
        count = told.get((site, other), told.get((other, site), 0)) if kind == "site" else None
        assert (told.get((site, other), 0) if count is None else count) == len(more)


def test_two_sites_are_a_ring_only_once_they_are_joined_twice() -> None:
    network = make_network({"a": "x", "b": "y"}, {"l": ("a", "b")}, cores=["x"])
    assert link_classes(of_network(network)) == ()
