"""How many ways lead from city to city: figures of others, where the data is at hand."""

from itertools import combinations
from pathlib import Path

import pytest

from topology.formats import graphml
from topology.resilience.paths import Cost, Disjoint, disjoint_paths

ABILENE = Path(__file__).resolve().parents[4] / "shared/data/topology/topologyzoo/Abilene.graphml"

pytestmark = pytest.mark.skipif(
    not ABILENE.is_file(), reason="the Topology Zoo is not beside the repository (../shared/data)"
)


def test_abilene_has_two_and_a_bit_link_disjoint_paths_between_its_cities() -> None:
    """Average 2.05, at most 3: TopoHub (Jurkiewicz, SoftwareX 24, 2023), stats of Abilene."""
    snapshot = graphml.read(ABILENE.read_text("utf-8"), "Abilene").snapshot()
    assert (len(snapshot.sites), len(snapshot.links)) == (11, 14)
    counts = []
    for a, b in combinations(snapshot.sites, 2):
        found = [
            disjoint_paths(snapshot, a, b, by=Disjoint.LINK, k=k, cost=Cost.HOPS).disjoint
            for k in (1, 2, 3, 4)
        ]
        counts.append(sum(found))
    assert max(counts) == 3
    assert sum(counts) / len(counts) == pytest.approx(2.05, abs=0.005)
