"""Availability of every site of every network of the Topology Zoo, to its best connected one."""

from collections import Counter

import numpy as np
import pytest

from tests.topology.resilience.zoo import backbone, edges, needs_zoo, rows
from topology.resilience.availability import Method, availability
from topology.resilience.fallible import fallible
from topology.resilience.sampling import sampled

pytestmark = needs_zoo

TOO_WIDE = {"Kdl"}  # of 276 networks


def best_connected(name: str) -> str:
    counts = Counter(end for link in edges(name)[1] for end in link)
    return max(sorted(counts), key=counts.__getitem__)


@pytest.mark.parametrize("name", [row["name"] for row in rows()])
def test_all_sites_of_a_network_are_worked_out_exactly(name: str) -> None:
    core = best_connected(name)
    for link in (0.9, 0.99, 0.999):
        snapshot = backbone(name, cores=[core], link_availability=link)
        found = availability(snapshot, method=Method.EXACT)
        assert found.is_exact.all() == (name not in TOO_WIDE)
        by_cuts = availability(snapshot, method=Method.CUTS)
        exact = found.is_exact
        assert (by_cuts.low[exact] <= found.value[exact] + 1e-12).all()
        assert (found.value[exact] <= by_cuts.high[exact] + 1e-12).all()
        # How far the cuts of one and two are off: published for all sites of these networks.
        error = (by_cuts.high - found.value)[exact].max()
        assert error <= {0.9: 1.0, 0.99: 1.9e-3, 0.999: 2.1e-6}[link] * 1.05


@pytest.mark.parametrize("name", ["Geant2012", "Colt", "GtsPoland", "Cogentco"])
def test_samples_agree_with_exact_figures_on_real_networks(name: str) -> None:
    snapshot = backbone(name, cores=[best_connected(name)], link_availability=0.99)
    exact = availability(snapshot, method=Method.EXACT)
    found = sampled(fallible(snapshot), 65_536, 1)
    spread = np.maximum((found.high - found.low) / 2 / 1.96, 1e-9)
    assert (np.abs(found.value - exact.value) / spread).max() < 4
    drawn_in = availability(snapshot, method=Method.MONTE_CARLO, samples=65_536, seed=1)
    assert (drawn_in.low <= drawn_in.value).all()
    assert (drawn_in.value <= drawn_in.high).all()
    inside = (drawn_in.low <= exact.value + 1e-12) & (exact.value <= drawn_in.high + 1e-12)
    assert inside.mean() > 0.85  # 95 % of the intervals, which are not independent of each other
