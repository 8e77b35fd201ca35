"""An incident and `netmon topo whatif` say the same of one failure, on any network."""

from hypothesis import given
from hypothesis import strategies as st

from netmon.correlation.consequence import Failure, sites_cut_off
from tests.builders import make_network
from topology.model import LinkId
from topology.network import Network
from topology.resilience.snapshot import Elements
from topology.resilience.sources import of_network
from topology.resilience.whatif import Question, whatif

SITES = ("hq", "a", "b", "c", "d", "e")
PAIRS = tuple(f"{one}-{other}" for at, one in enumerate(SITES) for other in SITES[at + 1 :])


@st.composite
def broken(draw: st.DrawFn) -> tuple[Network, Failure]:
    names = draw(st.lists(st.sampled_from(PAIRS), min_size=2, max_size=9, unique=True))
    if not any("hq" in name for name in names):
        names.append("hq-a")
    network = make_network(*names)
    links = draw(st.sets(st.sampled_from(sorted(network.links)), max_size=3))
    devices = draw(st.sets(st.sampled_from(sorted(network.devices)), max_size=2))
    return network, Failure(links=frozenset(links), devices=frozenset(devices))


@given(broken())
def test_what_a_failure_cuts_off_is_what_planners_are_told(case: tuple[Network, Failure]) -> None:
    network, failure = case
    (lost,) = sites_cut_off(network, [failure])
    asked = Question(name="it", down=Elements(links=failure.links, devices=failure.devices))
    assert lost == frozenset(whatif(of_network(network), [asked]).isolated.sites)


def test_a_cut_chain_is_no_empty_example() -> None:
    chain = make_network("hq-a", "a-b")
    down = frozenset({LinkId("a-b")})
    assert sites_cut_off(chain, [Failure(links=down)]) == [frozenset({"b"})]
    asked = Question(name="it", down=Elements(links=down))
    assert whatif(of_network(chain), [asked]).isolated.sites == ("b",)
