"""Whatever things are called, and in whatever order they come: the same answers."""

import random
from dataclasses import replace

import numpy as np
import pytest

from tests.topology.resilience.radio import radio_network
from topology.model import LinkId, SiteId
from topology.resilience.capacity import served_demand
from topology.resilience.diff import diff
from topology.resilience.explain import Observed, explain
from topology.resilience.fallible import Assumed
from topology.resilience.paths import Cost, Disjoint, disjoint_paths
from topology.resilience.region import worst_discs
from topology.resilience.snapshot import Elements, Snapshot
from topology.resilience.sources import of_edges
from topology.resilience.whatif import Question, whatif


def renamed(snapshot: Snapshot, seed: int) -> tuple[Snapshot, dict[str, str], dict[str, str]]:
    """Return the network under other names in another order, with the new names by the old."""
    rng = random.Random(seed)
    sites = {str(site): f"x{at}" for at, site in enumerate(rng.sample(snapshot.sites, 40))}
    order = rng.sample(range(len(snapshot.links)), len(snapshot.links))
    pairs = [[snapshot.sites[end] for end in snapshot.link_ends[row]] for row in order]
    edges = [(sites[a], sites[b]) if rng.random() < 0.5 else (sites[b], sites[a]) for a, b in pairs]
    cores = [sites[snapshot.sites[row]] for row in np.flatnonzero(snapshot.core)]
    other = of_edges(edges, cores=cores, nodes=rng.sample(sorted(sites.values()), 40))
    old = {new: name for name, new in sites.items()}
    rows = [snapshot.site_rows[SiteId(old[site])] for site in other.sites]
    placed = replace(
        other,
        latitude_deg=snapshot.latitude_deg[rows],
        longitude_deg=snapshot.longitude_deg[rows],
    )
    links = {snapshot.links[row]: str(at) for at, row in enumerate(order)}
    return placed, sites, {str(old): new for old, new in links.items()}


@pytest.mark.parametrize("seed", range(3))
def test_answers_do_not_hang_on_names_or_order(seed: int) -> None:
    one = radio_network(40, seed)
    other, sites, links = renamed(one, seed + 10)
    rng = random.Random(seed)
    cut = rng.sample(one.links, 4)
    down = Elements(links=frozenset(cut))
    down_there = Elements(links=frozenset(LinkId(links[link]) for link in cut))
    here = whatif(one, [Question(name="q", down=down)])
    there = whatif(other, [Question(name="q", down=down_there)])
    assert {sites[site] for site in here.isolated.sites} == set(there.isolated.sites)
    assert {sites[site] for site in here.degraded} == set(there.degraded)

    a, b = rng.sample(one.sites, 2)
    for by in (Disjoint.LINK, Disjoint.NODE):
        first = disjoint_paths(one, a, b, by=by, cost=Cost.HOPS)
        second = disjoint_paths(other, SiteId(sites[a]), SiteId(sites[b]), by=by, cost=Cost.HOPS)
        assert (first.disjoint, first.total_cost) == (second.disjoint, second.total_cost)
        assert len(first.shared) == len(second.shared)

    demand = dict.fromkeys(one.sites, 1e6)
    flat = replace(one, capacity_bps=np.full(len(one.links), 5e6))
    flat_there = replace(other, capacity_bps=np.full(len(other.links), 5e6))
    served = served_demand(flat, demand).served_bps
    assert served == pytest.approx(
        served_demand(flat_there, {SiteId(sites[site]): 1e6 for site in one.sites}).served_bps
    )

    worst, worst_there = (worst_discs(each, 15_000, top=1)[0] for each in (one, other))
    assert len(worst.inside.sites) == len(worst_there.inside.sites)
    assert len(worst.outside.sites) == len(worst_there.outside.sites)

    silent = frozenset(one.devices[one.site_rows[site]] for site in here.isolated.sites)
    faults = explain(one, Observed(up=frozenset(one.devices) - silent, down=silent)).faults
    assert len(faults) == len(
        explain(
            other,
            Observed(
                up=frozenset(other.devices) - {other.devices[other.site_rows[site]]
                                               for site in there.isolated.sites},
                down=frozenset(other.devices[other.site_rows[site]]
                               for site in there.isolated.sites),
            ),
        ).faults
    )  # fmt: skip

    assumed = Assumed(link=0.999)
    figures = diff(one, other, assumed=assumed).measures
    assert all(each.change == pytest.approx(0, abs=1e-6) for each in figures)
