"""Availability as others have published it, and as independent methods agree on it.

Two-, k- and all-terminal reliabilities of the literature: Herrmann and Soh 2011 (bridge), Hardy,
Lucet and Limnios 2007 (figure 5, tables 1 and 2), Yeh, Lu and Kuo 2002 (networks 5, 6 and 8 of
figure 9), as corrected and collected by Reed 2019. Counts of connected spanning subgraphs of grids:
OEIS A359992 and A359993 (Howroyd). Backbones: a decision-diagram library, a frontier method and
brute force agree on each to 3e-15. Vertices never fail here.
"""

import json
from fractions import Fraction

import networkx as nx
import pytest

from tests.topology.resilience.zoo import FOLDER
from topology.model import SiteId
from topology.resilience.availability import (
    Method,
    availability,
    availability_of_all,
    exact_availability_of_all,
)
from topology.resilience.sources import of_edges

Edges = list[tuple[str, str]]

HARDY_5: Edges = [("a", "b"), ("a", "c"), ("c", "b"), ("b", "d"), ("c", "e"), ("d", "e")]
BRIDGE: Edges = [("s", "u"), ("s", "v"), ("u", "v"), ("u", "t"), ("v", "t")]
NET_19 = "ar ab as bc bd ce ef df dm cl eg fh li ln gi gj hj hk km ip jo kq op oq mt nr pr qs ts rs"
NETWORK_5: Edges = [(pair[0], pair[1]) for pair in NET_19.split()]


def grid(rows: int, columns: int) -> Edges:
    graph = nx.grid_2d_graph(rows, columns)
    return [(f"{a[0]},{a[1]}", f"{b[0]},{b[1]}") for a, b in graph.edges]


def numbered(graph: "nx.Graph[int]") -> Edges:
    return [(str(a), str(b)) for a, b in graph.edges]


def cylinder() -> Edges:
    graph = nx.circular_ladder_graph(8)
    return numbered(graph)


def joined(edges: Edges, terminals: list[str], p: float) -> float:
    """Return the chance that all terminals are joined, by an answer that is exact."""
    snapshot = of_edges(edges, cores=terminals[:1], link_availability=p)
    found = availability_of_all(snapshot, [SiteId(name) for name in terminals])
    assert found.method is Method.EXACT
    if len(terminals) == 2:
        assert availability(snapshot).of(SiteId(terminals[1])).value == pytest.approx(
            found.value, abs=1e-13
        )
    return found.value


def everybody(edges: Edges) -> list[str]:
    return list(dict.fromkeys(end for edge in edges for end in edge))


NET_8 = [f"{row},{column}" for row in (0, 1) for column in range(5)] + ["2,0", "4,4"]
NET_6 = [f"0,{at}" for at in range(8)] + [f"1,{at}" for at in range(6)] + ["2,9"]


@pytest.mark.parametrize(
    ("edges", "terminals", "p", "published", "computed"),
    [
        (BRIDGE, ["s", "t"], 0.9, 0.97848, 0.978480000000),
        (HARDY_5, ["a", "c", "d"], 0.3, 0.0956, 0.095607),
        (HARDY_5, ["a", "c", "d"], 0.5, 0.3593, 0.359375),
        (HARDY_5, ["a", "c", "d"], 0.9, 0.9673, 0.967383),
        (cylinder(), ["0", "4"], 0.9, 0.99555, 0.995552774437),
        (grid(5, 5), ["0,0", "4,4"], 0.9, 0.97555, 0.975556589505),
        (grid(5, 5), NET_8, 0.9, 0.95743, 0.957427442371),
        (grid(5, 5), everybody(grid(5, 5)), 0.9, 0.93981, 0.939813132115),
        (grid(6, 6), ["0,0", "5,5"], 0.9, 0.975644995, 0.975644995285),
        (grid(3, 10), NET_6, 0.9, 0.95493, 0.954934992993),
        (grid(2, 100), ["0,0", "1,99"], 0.9, 0.30429, 0.304293178204),
        (grid(2, 100), everybody(grid(2, 100)), 0.9, 0.25107, 0.251073419123),
        (NETWORK_5, list("aghijkopq"), 0.9, 0.98909, 0.989092478415),
        (numbered(nx.complete_graph(8)), [str(at) for at in range(8)], 0.9, 0.999999199977, None),
    ],
)  # fmt: skip
def test_reliabilities_of_the_literature_to_their_last_digit(
    edges: Edges, terminals: list[str], p: float, published: float, computed: float | None
) -> None:
    found = joined(edges, terminals, p)
    digits = len(repr(published).partition(".")[2])
    # Some print rounded and some cut off: within one unit of the last digit either way.
    assert abs(found - published) < 10**-digits
    if computed is not None:
        places = len(repr(computed).partition(".")[2])
        assert abs(found - computed) <= 0.6 * 10**-places


@pytest.mark.parametrize(
    ("rows", "columns", "count"),
    [
        (2, 2, 5),
        (2, 3, 23),
        (2, 4, 105),
        (3, 3, 431),
        (3, 4, 7857),
        (4, 4, 555195),
        (4, 5, 38757695),
        (5, 5, 10286937043),
        (5, 6, 2711895924889),
        (6, 6, 2692324030864335),
        (7, 7, 9852929684161379901975),
    ],
)
def test_connected_subgraphs_of_grids_are_counted_to_the_last_one(
    rows: int, columns: int, count: int
) -> None:
    edges = grid(rows, columns)
    snapshot = of_edges(edges, cores=["0,0"], link_availability=0.5)
    found = exact_availability_of_all(snapshot, snapshot.sites)
    assert found == Fraction(count, 2 ** len(edges))


@pytest.mark.parametrize(
    ("q", "unavailability"), [(0.1, 2.8796013e-3), (0.01, 2.0618911e-6), (0.001, 2.006018e-9)]
)
def test_rare_failures_of_the_dodecahedron(q: float, unavailability: float) -> None:
    edges = numbered(nx.dodecahedral_graph())
    snapshot = of_edges(edges, cores=["0"], link_availability=1 - q)
    (far,) = (
        node
        for node, steps in nx.single_source_shortest_path_length(nx.dodecahedral_graph(), 0).items()
        if steps == 5
    )
    found = 1 - availability(snapshot).of(SiteId(str(far))).value
    assert found == pytest.approx(unavailability, rel=6e-7)


@pytest.mark.parametrize("p", [0.5, 0.9, 0.99])
def test_rings_trees_and_complete_graphs_follow_their_formulas(p: float) -> None:
    ring = numbered(nx.cycle_graph(7))
    assert joined(ring, everybody(ring), p) == pytest.approx(p**7 + 7 * p**6 * (1 - p), abs=1e-14)
    tree = numbered(nx.full_rary_tree(3, 13))
    assert joined(tree, everybody(tree), p) == pytest.approx(p**12, abs=1e-14)
    # Gilbert 1959: the part joined to a given vertex has k of n vertices.
    connected = {1: 1.0}
    for n in range(2, 9):
        binomial = 1
        connected[n] = 1.0
        for k in range(1, n):
            connected[n] -= binomial * connected[k] * (1 - p) ** (k * (n - k))
            binomial = binomial * (n - k) // k
    complete = numbered(nx.complete_graph(8))
    assert joined(complete, everybody(complete), p) == pytest.approx(connected[8], abs=1e-13)


def test_nodes_that_fail_on_a_small_grid() -> None:
    edges = grid(3, 3)
    nodes = {name: 0.95 for name in everybody(edges) if name != "0,0"}
    snapshot = of_edges(edges, cores=["0,0"], link_availability=0.9, node_availability=nodes)
    value = availability(snapshot).of(SiteId("2,2")).value
    assert value == pytest.approx(0.890772942427756, abs=1e-13)


def test_what_is_too_wide_for_exact_figures_says_so() -> None:
    edges = numbered(nx.complete_graph(12))
    snapshot = of_edges(edges, cores=["0"], link_availability=0.9)
    found = availability_of_all(snapshot, snapshot.sites, most_states=100_000)
    assert found.method is Method.BOUNDS
    assert found.low <= 0.999999999880007 <= found.high


def mesh(name: str) -> Edges:
    return {
        "Petersen": lambda: numbered(nx.petersen_graph()),
        "Heawood": lambda: numbered(nx.heawood_graph()),
        "Dodecahedron": lambda: numbered(nx.dodecahedral_graph()),
    }[name]()


@pytest.mark.parametrize(
    ("name", "end", "two", "two_99", "all_of_them", "all_99"),
    [
        ("Petersen", "7", 0.997271880181, 0.999997938595, 0.988566914644, 0.999989849485),
        ("Heawood", "7", 0.997251353589, 0.999997938769, 0.984051000027, 0.999985790115),
        ("Dodecahedron", "15", 0.997120398747, 0.999997938109, 0.977130835939, 0.999979698967),
    ],
)
def test_famous_graphs(
    name: str, end: str, two: float, two_99: float, all_of_them: float, all_99: float
) -> None:
    edges = mesh(name)
    for p, pair, together in ((0.9, two, all_of_them), (0.99, two_99, all_99)):
        assert joined(edges, ["0", end], p) == pytest.approx(pair, abs=6e-13)
        assert joined(edges, everybody(edges), p) == pytest.approx(together, abs=6e-13)


REFERENCE = FOLDER / "reliability_reference.json"

# Name in the file, two-terminal at 0.9 and 0.99, all-terminal at 0.9 and 0.99.
BACKBONES = [
    ("NSFNET-14/21 (Net2Plan NSFNet_N14_E42)",
     0.995562851207, 0.999996868221, 0.965462469944, 0.999786802226),
    ("sndlib/polska", 0.996070955685, 0.999996909243, 0.964393058537, 0.999784857124),
    ("topozoo/Abilene", 0.929362318587, 0.999296323209, 0.888990550879, 0.998890870054),
    ("sndlib/nobel-germany", 0.963827652763, 0.999693071201, 0.892752201859, 0.998985727232),
    ("sndlib/germany50", 0.988983563305, 0.999899926795, 0.872211216352, 0.998875538166),
    ("sndlib/cost266", 0.974388211970, 0.999794975871, 0.869292655334, 0.998960593882),
    ("sndlib/nobel-eu", 0.958089574462, 0.999599835226, 0.840008501479, 0.998391735587),
    ("sndlib/janos-us", 0.960552213781, 0.999690940847, 0.918750899374, 0.999377913878),
    ("sndlib/france", 0.985656764467, 0.999895960506, 0.873476061308, 0.998697614639),
    ("sndlib/norway", 0.986050674745, 0.999896909408, 0.962528212317, 0.999783812109),
    ("zoo/Arpanet196912", 0.882900000000, 0.989802990000, 0.874800000000, 0.989704980000),
    ("zoo/Arpanet19706", 0.767283362100, 0.979518838448, 0.723184912800, 0.978847571849),
    ("zoo/Arpanet19719", 0.861274095752, 0.998498635483, 0.748218421519, 0.996924925326),
    ("zoo/Arpanet19723", 0.747608665976, 0.996918759942, 0.535456179086, 0.984332836038),
    ("zoo/Arpanet19728", 0.814910723347, 0.998685208778, 0.547128549472, 0.994624352318),
    ("zoo/Geant2012", 0.877160215934, 0.989797001598, 0.353896520648, 0.920990922723),
    ("zoo/GtsPoland", 0.778236073033, 0.989044420310, 0.306961032483, 0.928115679931),
]  # fmt: skip


@pytest.mark.skipif(not REFERENCE.is_file(), reason="the edges are not beside the repository")
@pytest.mark.parametrize(("name", "two", "two_99", "all_of_them", "all_99"), BACKBONES)
def test_backbones_that_several_methods_agree_on(
    name: str, two: float, two_99: float, all_of_them: float, all_99: float
) -> None:
    given = json.loads(REFERENCE.read_text("utf-8"))[name]
    edges = [(str(a), str(b)) for a, b in given["edges"]]
    ends = [str(given["s"]), str(given["t"])]
    for p, pair, together in ((0.9, two, all_of_them), (0.99, two_99, all_99)):
        assert joined(edges, ends, p) == pytest.approx(pair, abs=6e-13)
        assert joined(edges, everybody(edges), p) == pytest.approx(together, abs=6e-13)


@pytest.mark.parametrize("p", [0.99, 0.9])
def test_samples_and_bounds_hold_the_exact_figures_between_them(p: float) -> None:
    edges = numbered(nx.dodecahedral_graph())
    snapshot = of_edges(edges, cores=["0"], link_availability=p)
    exact = availability(snapshot).value
    found = availability(snapshot, method=Method.MONTE_CARLO, samples=100_000, seed=5)
    assert ((found.low <= exact + 1e-12) & (exact <= found.high + 1e-12)).mean() >= 0.9
    cuts = availability(snapshot, method=Method.CUTS)
    assert ((cuts.low <= exact) & (exact <= cuts.high)).all()
