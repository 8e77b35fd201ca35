"""Where mobile units are: what devices and the API say is taken as far as it can be."""

from dataclasses import replace

import numpy as np
import pytest

from netmon.whereabouts import Doubt, Whereabouts
from tests.builders import Scene, make_network
from topology.geometry import destination, distance_m
from topology.model import Position, Role, SiteId
from topology.network import Network

VAN = SiteId("van")


def network() -> Network:
    made = make_network("hq-a", "a-van", "hq-van")
    sites = [
        replace(site, role=Role.MOBILE) if site.id == VAN else site for site in made.sites.values()
    ]
    parts = made.devices.values(), made.interfaces.values(), made.links.values()
    return Network.build(sites, *parts)


NETWORK = network()
HOME = NETWORK.sites[VAN].position


def away(metres: float, azimuth_deg: float = 90.0) -> Position:
    return destination(HOME, azimuth_deg, metres)


def report(units: Whereabouts, position: Position, monotonic: float) -> Doubt | None:
    where = position.latitude_deg, position.longitude_deg
    return units.report(NETWORK, VAN, *where, monotonic)


def test_until_it_says_something_a_unit_is_where_the_inventory_has_it() -> None:
    units = Whereabouts()
    assert units.position(NETWORK, VAN) == HOME
    assert units.placed(NETWORK) is NETWORK


def test_a_unit_that_drives_is_where_it_says() -> None:
    units = Whereabouts()
    for minute in range(10):
        assert report(units, away(1_000.0 * minute), 60.0 * minute) is None
    assert distance_m(units.position(NETWORK, VAN), away(9_000.0)) < 1.0
    placed = units.placed(NETWORK)
    assert distance_m(placed.sites[VAN].position, away(9_000.0)) < 1.0
    assert placed.sites[SiteId("a")] is NETWORK.sites[SiteId("a")]
    assert placed.links is NETWORK.links
    assert units.placed(NETWORK) is placed


def test_a_unit_that_only_trembles_moves_nothing_on_the_map() -> None:
    units = Whereabouts()
    report(units, HOME, 0.0)
    placed = units.placed(NETWORK)
    report(units, away(50.0), 10.0)
    assert units.placed(NETWORK) is placed


def test_a_jump_faster_than_anything_that_drives_is_ignored_and_what_follows_is_taken() -> None:
    units = Whereabouts()
    report(units, away(0.0), 0.0)
    assert report(units, away(50_000.0), 60.0) is Doubt.TOO_FAST
    assert units.doubts == {VAN: Doubt.TOO_FAST}
    assert distance_m(units.position(NETWORK, VAN), HOME) < 1.0
    assert report(units, away(1_500.0), 120.0) is None
    assert units.doubts == {}
    assert units.ignored == {Doubt.TOO_FAST: 1}


def test_the_first_word_must_be_within_reach_of_its_place_in_the_inventory() -> None:
    assert report(Whereabouts(), away(2_000_000.0), 0.0) is Doubt.TOO_FAR


@pytest.mark.parametrize(
    ("latitude", "longitude", "doubt"),
    [
        (91.0, 28.0, Doubt.OUT_OF_RANGE),
        (59.0, 181.0, Doubt.OUT_OF_RANGE),
        (float("nan"), 28.0, Doubt.OUT_OF_RANGE),
        (float("inf"), 28.0, Doubt.OUT_OF_RANGE),
        (0.0, 0.0, Doubt.NULL_ISLAND),
    ],
)
def test_what_is_no_position_is_ignored_with_its_reason(
    latitude: float, longitude: float, doubt: Doubt
) -> None:
    units = Whereabouts()
    assert units.report(NETWORK, VAN, latitude, longitude, 0.0) is doubt
    assert units.position(NETWORK, VAN) == HOME


@pytest.mark.parametrize("site", ["a", "nowhere"])
def test_only_mobile_units_are_moved(site: str) -> None:
    units = Whereabouts()
    assert units.report(NETWORK, SiteId(site), 59.0, 28.0, 0.0) is Doubt.NO_MOBILE_UNIT


def told(gauges: dict[str, float]) -> Whereabouts:
    """Let the van's device say so, and return what is believed then."""
    scene = Scene(NETWORK)
    for name, value in gauges.items():
        scene.gauges[name] = {"van-r": value}
    units, readings = Whereabouts(), scene.readings()
    units.look(NETWORK, readings.devices, 0.0)
    return units


DRIVEN = away(5_000.0)
SAID = {"latitude_degrees": DRIVEN.latitude_deg, "longitude_degrees": DRIVEN.longitude_deg}


def test_a_device_says_where_its_unit_is() -> None:
    assert distance_m(told(SAID).position(NETWORK, VAN), DRIVEN) < 1.0


@pytest.mark.parametrize(
    ("more", "doubt"),
    [
        ({"gnss_spoofing": 1.0}, Doubt.SPOOFED),
        ({"gnss_jamming": 2.0}, Doubt.SPOOFED),
        ({"gnss_fix": 0.0}, Doubt.NO_FIX),
    ],
)
def test_a_receiver_that_doubts_itself_is_not_believed(
    more: dict[str, float], doubt: Doubt
) -> None:
    units = told(SAID | more)
    assert units.doubts == {VAN: doubt}
    assert units.position(NETWORK, VAN) == HOME


def test_half_a_position_is_none() -> None:
    units = told({"latitude_degrees": 59.0, "longitude_degrees": float(np.nan)})
    assert units.position(NETWORK, VAN) == HOME
