import math
from dataclasses import replace

import pytest

from tests.topology.builders import make_device, make_interface, make_link, make_site
from topology.errors import NetworkError
from topology.model import Carrier, InterfaceId, LinkId, Medium, Position, Role
from topology.network import Network
from topology.resilience.jammer import Jammer, jamming
from topology.resilience.sources import of_network
from topology.resilience.whatif import Question, whatif

HOP = Carrier(frequency_hz=22.4e9, width_hz=28e6)
FIVE = Carrier(frequency_hz=5.6e9, width_hz=40e6)

# A chain from west to east along 54° N, 0.3° or 19.6 km a hop, and a fibre to a second post.
NETWORK = Network.build(
    sites=[
        make_site("hq", latitude_deg=54.0, longitude_deg=23.0, role=Role.CORE),
        make_site("relay", latitude_deg=54.0, longitude_deg=23.3),
        make_site("post", latitude_deg=54.0, longitude_deg=23.6),
        make_site("other", latitude_deg=54.2, longitude_deg=23.0),
    ],
    devices=[make_device(name, name) for name in ("hq", "relay", "post", "other")],
    interfaces=[
        make_interface(device, link)
        for device, link in (
            ("hq", "west"), ("relay", "west"), ("relay", "east"), ("post", "east"),
            ("hq", "duct"), ("other", "duct"),
        )
    ],
    links=[
        make_link("west", "hq:west", "relay:west", carrier=HOP),
        make_link("east", "relay:east", "post:east", medium=Medium.SUB6, carrier=FIVE),
        make_link("duct", "hq:duct", "other:duct", medium=Medium.FIBRE),
    ],
)  # fmt: skip
RSL = {InterfaceId("hq:west"): -40.0, InterfaceId("relay:west"): -40.0}


def at(longitude_deg: float, eirp_dbm: float, low_ghz: float, high_ghz: float) -> Jammer:
    return Jammer(
        position=Position(latitude_deg=54.0, longitude_deg=longitude_deg),
        eirp_dbm=eirp_dbm,
        low_hz=low_ghz * 1e9,
        high_hz=high_ghz * 1e9,
    )


def test_the_budget_of_a_jammer_on_the_axis_is_that_of_the_textbook() -> None:
    found = jamming(NETWORK, at(23.6, 30.0, 22.386, 22.414), RSL)
    ends = {str(end.receiver): end for end in found.ends}
    assert set(ends) == {"hq:west", "relay:west"}
    west = ends["hq:west"]
    # 39.2 km east, on the axis: 32.45 + 20 log 39.2 + 20 log 22,400 = 151.3 dB of free space;
    # a dish of 0.6 m has 7.7 + 20 log (0.6 / 0.01338) = 40.7 dBi.
    assert west.distance_m == pytest.approx(39_212, rel=1e-3)
    assert west.off_axis_deg < 0.3
    assert west.interference_dbm == pytest.approx(30 - 151.3 + 40.7, abs=0.2)
    assert west.sinr_db == pytest.approx(-40 + 80.6, abs=0.3)
    # The other end looks away from it: 180° off its axis, at −10 + 52 − 10 log 44.8 … below.
    back = ends["relay:west"]
    assert back.off_axis_deg == pytest.approx(180, abs=0.3)
    assert west.interference_dbm - back.interference_dbm > 40


def test_only_what_shares_its_band_suffers_and_a_wider_band_spreads_the_power() -> None:
    narrow = jamming(NETWORK, at(23.6, 30.0, 22.386, 22.414), RSL)
    wide = jamming(NETWORK, at(23.6, 30.0, 22.26, 22.54), RSL)
    assert {end.link for end in narrow.ends} == {"west"}
    spread = narrow.ends[0].interference_dbm - wide.ends[0].interference_dbm
    assert spread == pytest.approx(10.0)
    assert jamming(NETWORK, at(23.6, 60.0, 24.0, 24.1), RSL).ends == ()


def test_more_power_never_gives_a_link_back_and_enough_takes_it() -> None:
    lost = [
        len(jamming(NETWORK, at(23.61, eirp, 5.0, 23.0)).lost.links) for eirp in range(-40, 120, 10)
    ]
    assert lost == sorted(lost)
    assert (lost[0], lost[-1]) == (0, 2)


def test_what_a_jammer_takes_down_is_a_question_for_what_if() -> None:
    jammer = at(23.305, 50.0, 5.58, 5.62)
    found = jamming(NETWORK, jammer)
    assert found.lost.links == {LinkId("east")}
    answer = whatif(of_network(NETWORK), [Question(name="jammer", down=found.lost)])
    assert answer.isolated.sites == ("post",)


def test_a_fixed_modulation_needs_more() -> None:
    jammer = at(23.6, 30.0, 22.386, 22.414)
    assert not jamming(NETWORK, jammer, RSL).lost.links
    demanding = jamming(NETWORK, jammer, RSL, {LinkId("west"): 45.0})
    assert demanding.lost.links == {LinkId("west")}
    assert demanding.ends[0].margin_db == pytest.approx(-4.4, abs=0.3)


def test_a_jammer_that_cannot_be_is_refused() -> None:
    with pytest.raises(NetworkError, match="a band from 2 to 1 Hz is none"):
        replace(at(23, 0, 1, 2), low_hz=2.0, high_hz=1.0)
    with pytest.raises(NetworkError, match="an EIRP of inf dBm"):
        at(23, math.inf, 1, 2)
