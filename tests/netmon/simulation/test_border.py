"""The demo's inventory is a network that could stand."""

import pytest

from netmon.config.load import Configuration
from topology.geometry import distance_m
from topology.model import LinkId, Medium, Role
from topology.reachability import Reachability
from topology.spectrum import band_of

# What a hop of a band carries in this climate, in kilometres.
LONGEST_KM = {"7 GHz": 62, "15 GHz": 30, "23 GHz": 16, "38 GHz": 8, "80 GHz": 4, "5 GHz": 15}


def test_the_network_has_the_size_the_demo_promises(border: Configuration) -> None:
    network = border.network
    assert (len(network.sites), len(network.devices), len(network.links)) == (28, 40, 36)


def test_every_role_and_every_medium_of_the_border_is_there(border: Configuration) -> None:
    assert {site.role for site in border.network.sites.values()} == set(Role)
    media = {link.medium for link in border.network.links.values()}
    assert media == set(Medium) - {Medium.COPPER}


def test_microwave_stands_in_five_bands(border: Configuration) -> None:
    bands = {
        band_of(link.carrier.frequency_hz).name
        for link in border.network.links.values()
        if link.medium is Medium.MICROWAVE and link.carrier is not None
    }
    assert bands == {"7 GHz", "15 GHz", "23 GHz", "38 GHz", "80 GHz"}


def test_no_hop_is_longer_than_its_band_carries(border: Configuration) -> None:
    network = border.network
    for link in network.links.values():
        if link.medium in (Medium.MICROWAVE, Medium.SUB6):
            assert link.carrier is not None
            band = band_of(link.carrier.frequency_hz).name
            assert network.length_m(link.id) / 1000 <= LONGEST_KM[band], link.id


def test_no_fibre_is_shorter_than_the_great_circle(border: Configuration) -> None:
    network = border.network
    for link in network.links.values():
        if link.medium is Medium.FIBRE:
            a, b = (network.sites[site].position for site in network.sites_of(link.id))
            assert network.length_m(link.id) >= distance_m(a, b), link.id


def test_the_collector_stands_at_a_core_and_reaches_everything(border: Configuration) -> None:
    network, site = border.network, border.collector_site
    assert site is not None
    assert network.sites[site].role is Role.CORE
    reach = Reachability(network).reach([site], [], [])
    assert reach.devices == set(network.devices)


def test_the_cut_duct_isolates_nobody(border: Configuration) -> None:
    network, site = border.network, border.collector_site
    assert site is not None
    duct = network.srlgs["duct-suwalki-gap"]
    assert duct == (LinkId("fo-vilnius-suwalki"), LinkId("fo-vilnius-bialystok"))
    assert Reachability(network).reach([site], [], duct).devices == set(network.devices)


@pytest.mark.parametrize("role", [Role.BORDER_POST, Role.SENSOR, Role.MOBILE])
def test_who_watches_the_border_carries_something(border: Configuration, role: Role) -> None:
    sites = [site for site in border.network.sites.values() if site.role is role]
    assert sites
    assert all(site.dependents for site in sites)
