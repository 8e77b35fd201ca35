from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.topology.builders import make_network
from tests.topology.resilience.multigraphs import Case, cases, lost, names, one
from topology.errors import NetworkError
from topology.model import DeviceId, LinkId, SiteId
from topology.network import Network
from topology.resilience.loss import Kind
from topology.resilience.snapshot import Elements, Snapshot
from topology.resilience.sources import of_network
from topology.resilience.whatif import Background, Question, element, impact, whatif


def ways(network: Network, site: str, failed: Elements) -> int:
    """Count ways without a common link, up to two: is any single further link fatal?"""
    if site in lost(network, failed):
        return 0
    return 1 + all(
        site not in lost(network, failed | Elements(links=frozenset({link})))
        for link in network.links
    )


@given(cases(), st.data())
@settings(max_examples=80, deadline=None)
def test_what_is_isolated_and_what_hangs_on_one_link_is_what_trying_shows(
    case: Case, data: st.DataObject
) -> None:
    network = case.network()
    everything = [
        *(("link", link) for link in network.links),
        *(("device", device) for device in network.devices),
        *(("site", site) for site in network.sites),
        *(("srlg", srlg) for srlg in network.srlgs),
    ]
    chosen = data.draw(st.lists(st.sampled_from(everything), min_size=1, max_size=3, unique=True))
    questions = [Question(name=f"{kind} {name}", down=one(kind, name)) for kind, name in chosen]
    found = whatif(of_network(network), questions)
    down = Elements()
    for question, cause in zip(questions, found.by_cause, strict=True):
        down |= question.down
        assert names(cause.isolated.sites) == lost(network, question.down)
    assert names(found.isolated.sites) == lost(network, down)
    alone = set().union(*(cause.isolated.sites for cause in found.by_cause))
    assert set(found.together.sites) == set(found.isolated.sites) - alone
    if not down.devices and not down.sites:
        expected = {
            site
            for site in network.sites
            if site not in network.cores
            and ways(network, site, Elements()) == 2
            and ways(network, site, down) == 1
            and site not in lost(network, down)
        }
        reaching = {site for site in network.sites if site in lost(network, _all_links(network))}
        assert names(found.degraded) == {str(site) for site in expected & reaching}


def _all_links(network: Network) -> Elements:
    return Elements(links=frozenset(network.links))


RING = make_network(
    {"hq": "hq", "r1": "r1", "r2": "r2", "r3": "r3", "van": "van"},
    {
        "a": ("hq", "r1"),
        "b": ("r1", "r2"),
        "c": ("r2", "r3"),
        "d": ("r3", "hq"),
        "v": ("r2", "van"),
    },
    cores=["hq"],
)


def test_the_first_cut_of_a_ring_degrades_and_the_second_isolates_what_lies_between() -> None:
    snapshot = of_network(RING)
    first = impact(snapshot, Kind.LINK, "a")
    assert first.isolated.sites == ()
    assert first.degraded == ("r1", "r2", "r3")
    both = whatif(
        snapshot,
        [
            Question(name="window", down=element(Kind.LINK, "a")),
            Question(name="storm", down=element(Kind.LINK, "c")),
        ],
        Background(mobile=frozenset({SiteId("van")})),
    )
    assert both.isolated.sites == ("r1", "r2", "van")
    assert both.together.sites == ("r1", "r2", "van")
    assert [cause.isolated.sites for cause in both.by_cause] == [(), ()]
    assert both.degraded == ("r3",)
    assert [(each.unit, each.nearest) for each in both.stranded] == [("van", "hq")]
    assert both.stranded[0].distance_m == 0.0


def test_what_was_down_before_is_not_lost_again() -> None:
    snapshot = of_network(RING, failed=Elements(devices=frozenset({DeviceId("r2")})))
    found = impact(snapshot, Kind.LINK, "a")
    assert found.isolated.sites == ("r1",)


def test_a_site_that_gets_too_little_through_what_is_left_is_short() -> None:
    found = whatif(
        _with_capacity(10e6),
        [Question(name="cut", down=Elements(links=frozenset({LinkId("a")})))],
        Background(demand_bps={SiteId("r1"): 6e6, SiteId("r3"): 6e6}),
    )
    (short,) = found.capacity_short
    assert short.sites == ("r1", "r3")
    assert short.links == ("d",)
    assert (short.demand_bps, short.served_bps) == (12e6, 10e6)


def _with_capacity(capacity_bps: float) -> Snapshot:
    snapshot = of_network(RING)
    return replace(snapshot, capacity_bps=np.full(len(snapshot.links), capacity_bps))


def test_a_name_asked_twice_and_an_unknown_id_are_refused() -> None:
    snapshot = of_network(RING)
    with pytest.raises(NetworkError, match="'window' is asked twice"):
        whatif(snapshot, [Question(name="window"), Question(name="window")])
    with pytest.raises(NetworkError, match="there is no link 'x'"):
        impact(snapshot, Kind.LINK, "x")
