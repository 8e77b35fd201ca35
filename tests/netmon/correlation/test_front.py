"""Rain of one cell agrees over bands; what only one band of a hop feels is no rain."""

from dataclasses import replace

import pytest

from netmon.verdict import Cause
from tests.builders import make_network
from tests.netmon.correlation.test_correlation import members
from tests.netmon.correlation.test_jamming import Watch
from topology.model import (
    Carrier,
    DeviceId,
    Interface,
    LinkId,
    Polarisation,
    interface_id,
)
from topology.network import Network
from topology.propagation import rain_attenuation_db_per_km, rain_mm_per_h

HOPS = ("hq-a", "a-b", "b-c", "hq-d")


def test_links_under_one_rain_say_how_much_it_is_by_all_their_bands() -> None:
    watch = Watch(*HOPS, ghz={"hq-a": 38.0, "a-b": 18.0})
    for step in range(1, 13):
        for link, per_step_db in (("hq-a", 2.2), ("a-b", 0.8)):
            watch.scene.link(link).fade(per_step_db * step)
        suspicions = watch.live(2)
    (suspicion,) = suspicions
    assert suspicion.cause is Cause.RAIN
    assert members(suspicion) == {"hq-a", "a-b"}
    assert suspicion.evidence[0].finding == "rain_front"
    assert "by all bands (P.838)" in suspicion.evidence[0].words


def test_rain_that_moves_on_stays_one_incident_with_those_that_dried_lately() -> None:
    watch = Watch(*HOPS, ghz=23.0)
    for step in range(1, 13):
        for link in ("hq-a", "a-b"):
            watch.scene.link(link).fade(1.5 * step)
        watch.live(2)
    (first,) = watch.incidents.open
    for step in range(1, 13):
        watch.scene.link("hq-a").fade(max(18.0 - 3.0 * step, 0.0))
        watch.scene.link("b-c").fade(1.5 * step)
        watch.live(2)
    (incident,) = watch.incidents.open
    assert incident.id == first.id
    assert incident.cause is Cause.RAIN
    assert {member.id for member in incident.members} == {"hq-a", "a-b", "b-c"}


@pytest.mark.parametrize("ghz", [7.5, 23.0, 38.0, 80.0])
def test_the_rain_of_an_attenuation_has_that_attenuation(ghz: float) -> None:
    for rain in (1.0, 20.0, 100.0):
        loss = rain_attenuation_db_per_km(ghz * 1e9, Polarisation.VERTICAL, rain)
        back = rain_mm_per_h(ghz * 1e9, Polarisation.VERTICAL, loss)
        assert back == pytest.approx(rain)


def test_below_one_gigahertz_no_loss_tells_of_rain() -> None:
    assert rain_mm_per_h(0.4e9, Polarisation.VERTICAL, 3.0) is None


def test_a_fade_that_another_band_of_the_hop_does_not_share_is_no_rain() -> None:
    single = make_network("hq-a", "a-b", ghz={"hq-a": 38.0})
    first = single.links[LinkId("hq-a")]
    ends = [
        Interface(id=interface_id(device, name), device=device, name=name)
        for device, name in ((DeviceId("hq-r"), "beside-a"), (DeviceId("a-r"), "beside-hq"))
    ]
    carrier = Carrier(frequency_hz=23e9, width_hz=28e6)
    beside = replace(first, id=LinkId("beside"), a=ends[0].id, b=ends[1].id, carrier=carrier)
    network = Network.build(
        single.sites.values(),
        single.devices.values(),
        [*single.interfaces.values(), *ends],
        [*single.links.values(), beside],
    )
    watch = Watch(network=network)
    for step in range(1, 13):
        watch.scene.link("hq-a").fade(2.0 * step)
        suspicions = watch.live(2)
    (suspicion,) = suspicions
    assert suspicion.cause is not Cause.RAIN
    assert "stays dry" in suspicion.evidence[0].words
    watch.scene.link("beside").fade(12.0)
    suspicions = watch.live(4)
    assert [one.cause for one in suspicions] == [Cause.RAIN]
