"""Random multigraphs small enough to try everything on them, and the plain way to try it."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from hypothesis import strategies as st

from tests.topology.builders import make_network
from topology.model import DeviceId, LinkId, SiteId
from topology.network import Network
from topology.resilience.snapshot import Elements

MOST_LINKS = 12


@dataclass(frozen=True, slots=True)
class Case:
    """Devices at sites, links by the numbers of their devices (doubles welcome), cores, SRLGs."""

    site_of: tuple[int, ...]
    links: tuple[tuple[int, int], ...]
    cores: frozenset[int]
    srlgs: tuple[frozenset[int], ...]

    def network(self) -> Network:
        """Return it as a network; every site has a device."""
        groups = {
            f"l{at}": [f"g{group}" for group, members in enumerate(self.srlgs) if at in members]
            for at in range(len(self.links))
        }
        return make_network(
            {f"d{at}": f"s{site}" for at, site in enumerate(self.site_of)},
            {f"l{at}": (f"d{a}", f"d{b}") for at, (a, b) in enumerate(self.links)},
            cores=[f"s{core}" for core in self.cores],
            srlgs=groups,
        )


@st.composite
def cases(draw: st.DrawFn, *, most_links: int = MOST_LINKS, one_device: bool = False) -> Case:
    """Draw a case; sites without several devices where told."""
    sites = draw(st.integers(2, 6))
    extra = [] if one_device else draw(st.lists(st.integers(0, sites - 1), max_size=4))
    site_of = (*range(sites), *extra)
    devices = st.integers(0, len(site_of) - 1)
    pairs = st.tuples(devices, devices).filter(lambda pair: pair[0] != pair[1])
    links = tuple(draw(st.lists(pairs, max_size=most_links)))
    cores = draw(st.frozensets(st.integers(0, sites - 1), min_size=1, max_size=2))
    srlgs: tuple[frozenset[int], ...] = ()
    if links:
        members = st.frozensets(st.integers(0, len(links) - 1), min_size=1, max_size=4)
        srlgs = tuple(draw(st.lists(members, max_size=3)))
    return Case(site_of, links, cores, srlgs)


def reached(network: Network, failed: Elements) -> frozenset[SiteId]:
    """Return the sites from which a core is reached, by spreading out as long as anything does.

    Written from the words of docs/decisions/0002 and nothing else: a device that works reaches
    its site, and with it every working device there.
    """
    down_links = failed.links | {
        link for srlg in failed.srlgs for link in network.srlgs[srlg]
    }  # fmt: skip
    working = {
        device.id
        for device in network.devices.values()
        if device.id not in failed.devices and device.site not in failed.sites
    }
    found: set[DeviceId] = set()
    grown: set[DeviceId] = {each for each in working if network.site_of(each) in network.cores}
    while grown != found:
        found = set(grown)
        for link in network.links.values():
            ends = {network.device_of(end) for end in link.ends}
            if link.id not in down_links and ends <= working and ends & found:
                grown |= ends
        places = {network.site_of(device) for device in grown}
        grown |= {device for device in working if network.site_of(device) in places}
    return frozenset(network.site_of(device) for device in found)


def lost(network: Network, failed: Elements) -> frozenset[SiteId]:
    """Return the sites that reach a core only while these work."""
    return reached(network, Elements()) - reached(network, failed)


def links(*names: str) -> Elements:
    """Return some links as elements."""
    return Elements(links=frozenset(LinkId(name) for name in names))


def one(kind: str, name: str) -> Elements:
    """Return one element, by the noun of its kind."""
    return {
        "link": Elements(links=frozenset({LinkId(name)})),
        "device": Elements(devices=frozenset({DeviceId(name)})),
        "site": Elements(sites=frozenset({SiteId(name)})),
        "srlg": Elements(srlgs=frozenset({name})),
    }[kind]


def names(sites: Iterable[SiteId] | Collection[SiteId]) -> set[str]:
    """Return ids as a plain set."""
    return {str(site) for site in sites}
