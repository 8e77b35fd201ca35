"""What rises for unrelated devices at once belongs to what they share, and to none of them."""

import pytest

from netmon.correlation.rules import correlate
from netmon.detection.baseline import BaselineSettings
from netmon.detection.findings import DetectionSettings
from netmon.detection.judge import Judgement
from netmon.verdict import Cause, Condition, SubjectKind
from tests.builders import Scene, make_network
from topology.model import DeviceId, LinkId, Medium

GROWN = DetectionSettings(baseline=BaselineSettings(slot_seconds=10.0, slots=60))
# Four ways out of hq; behind a's a tree of its own.
STAR = ("hq-a", "hq-b", "hq-c", "hq-d", "a-e", "a-f", "e-g", "e-h")
ONE_WAY_OUT = ("hq-u", "u-a", "u-b", "u-c", "u-d")


def scene_of(*names: str) -> Scene:
    scene = Scene(make_network(*names, medium=Medium.FIBRE), GROWN)
    scene.rtt = dict.fromkeys(scene.network.devices, 0.004)
    scene.live(polls=40)
    return scene


def sick_devices(judgement: Judgement) -> set[str]:
    return {
        device
        for device, verdict in judgement.devices.items()
        if verdict.condition is not Condition.HEALTHY
    }


def sick_links(judgement: Judgement) -> set[str]:
    return {
        link
        for link, verdict in judgement.links.items()
        if verdict.condition is not Condition.HEALTHY
    }


# --- netmon's own site and its host ------------------------------------------------------------


def test_ipdv_that_rises_to_everybody_is_netmons_own() -> None:
    scene = scene_of(*STAR)
    scene.ipdv = dict.fromkeys(scene.network.devices, 0.025)
    judgement = scene.live(polls=4)
    assert sick_devices(judgement) == set()
    assert sick_links(judgement) == set()
    verdict = judgement.network
    assert verdict is not None
    assert (verdict.condition, verdict.cause) == (Condition.DEGRADED, Cause.UPSTREAM)
    assert verdict.because == (
        "IPDV to 9 of 9 devices rose together, by 24.8 ms in the mean: what they share is"
        " netmon's own site hq or its host, whose own devices are among them"
    )
    (evidence,) = verdict.evidence
    assert dict(evidence.figures) == pytest.approx(
        {"devices": 9, "devices_asked": 9, "mean_rise_ipdv_seconds": 0.0248}, abs=1e-4
    )


def test_delay_beyond_a_well_own_site_is_its_way_out() -> None:
    scene = scene_of(*STAR)
    scene.rtt |= {device: 0.034 for device in scene.network.devices if device != "hq-r"}
    judgement = scene.live(polls=4)
    assert sick_devices(judgement) == set()
    assert judgement.network is not None
    assert judgement.network.because.startswith("RTT to 8 of 9 devices rose together, by 30.0 ms")
    assert judgement.network.because.endswith("netmon's own site hq: its way out, or its host")


def test_loss_to_everybody_is_netmons_own() -> None:
    scene = scene_of(*STAR)
    scene.loss = dict.fromkeys(scene.network.devices, 0.2)
    judgement = scene.live(polls=4)
    assert sick_devices(judgement) == set()
    assert judgement.network is not None
    assert "loss to 9 of 9 devices rose together, by 20%" in judgement.network.because


def test_it_is_one_incident_about_netmons_own_site() -> None:
    scene = scene_of(*STAR)
    scene.ipdv = dict.fromkeys(scene.network.devices, 0.025)
    (suspicion,) = correlate(scene.live(polls=4), scene.network)
    assert suspicion.subject.kind is SubjectKind.NETWORK
    assert suspicion.cause is Cause.UPSTREAM
    assert suspicion.title == (
        "delay of unrelated devices rose together: what they share is netmon's own site"
    )
    assert "IPDV to 9 of 9 devices" in suspicion.evidence[0].words


def test_a_late_host_hides_no_link_that_is_down() -> None:
    scene = scene_of(*STAR)
    scene.ipdv = dict.fromkeys(scene.network.devices, 0.025)
    scene.link("hq-b").cut()
    found = {suspicion.subject.id for suspicion in correlate(scene.live(polls=6), scene.network)}
    assert found == {"network", "hq-b"}


def test_it_is_over_when_the_delays_are() -> None:
    scene = scene_of(*STAR)
    scene.ipdv = dict.fromkeys(scene.network.devices, 0.025)
    scene.live(polls=4)
    scene.ipdv = {}
    assert scene.live(polls=2).network is None


def test_who_is_much_worse_than_all_others_is_told_all_the_same() -> None:
    scene = scene_of(*STAR)
    scene.ipdv = dict.fromkeys(scene.network.devices, 0.015)
    scene.ipdv["d-r"] = 0.120
    judgement = scene.live(polls=5)
    assert sick_devices(judgement) == {"d-r"}
    assert judgement.devices[DeviceId("d-r")].because.startswith("d-r IPDV 120.0 ms")
    assert judgement.network is not None


def test_what_is_common_to_all_stays_so_while_few_show_it_at_a_time() -> None:
    scene = scene_of(*STAR)
    devices = list(scene.network.devices)
    for turn in range(30):  # a host that runs late hits some bursts hard, most a little
        scene.ipdv = {
            device: 0.022 if (row + turn) % 3 else 0.009 for row, device in enumerate(devices)
        }
        assert sick_devices(scene.live(polls=1)) == set()


# --- the limits: what is not netmon's own ----------------------------------------------------


def test_what_grows_worse_behind_one_link_is_that_link() -> None:
    scene = scene_of(*STAR)
    for device in ("a-r", "e-r", "f-r", "g-r", "h-r"):
        scene.rtt[device] = 0.040
    judgement = scene.live(polls=5)
    assert sick_links(judgement) == {"hq-a"}
    assert sick_devices(judgement) == set()
    assert judgement.network is None


def test_a_shared_backhaul_answers_for_what_is_behind_it() -> None:
    scene = scene_of(*STAR)
    for device in ("e-r", "g-r", "h-r"):
        scene.ipdv[device] = 0.030
    judgement = scene.live(polls=5)
    assert sick_links(judgement) == {"a-e"}
    assert "3 devices behind it grew worse together" in judgement.links[LinkId("a-e")].because
    assert judgement.network is None


def test_the_one_way_out_answers_for_all_if_the_own_site_is_well() -> None:
    scene = scene_of(*ONE_WAY_OUT)
    scene.rtt |= {device: 0.034 for device in scene.network.devices if device != "hq-r"}
    judgement = scene.live(polls=5)
    assert sick_links(judgement) == {"hq-u"}
    assert sick_devices(judgement) == set()
    assert judgement.network is None
    (suspicion,) = correlate(judgement, scene.network)
    assert suspicion.subject.id == "hq-u"


def test_two_links_of_many_are_two_links() -> None:
    scene = scene_of(*STAR, "hq-i", "hq-j", "hq-k", "hq-l")
    scene.rtt["b-r"] = scene.rtt["c-r"] = 0.040
    judgement = scene.live(polls=5)
    assert sick_devices(judgement) == {"b-r", "c-r"}
    assert judgement.network is None


def test_where_too_few_are_unrelated_each_is_told() -> None:
    scene = scene_of("hq-a", "hq-b")
    scene.ipdv = {"a-r": 0.030, "b-r": 0.030}
    judgement = scene.live(polls=5)
    assert sick_devices(judgement) == {"a-r", "b-r"}
    assert judgement.network is None


def test_without_a_place_of_its_own_netmon_blames_nobody_for_another() -> None:
    scene = Scene(make_network(*STAR, medium=Medium.FIBRE), GROWN, collector_site=None)
    scene.rtt = dict.fromkeys(scene.network.devices, 0.004)
    scene.live(polls=40)
    scene.ipdv = {"a-r": 0.030}
    assert sick_devices(scene.live(polls=5)) == {"a-r"}


# --- how many polls ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("loud_polls", "condition"),
    [(1, Condition.HEALTHY), (2, Condition.HEALTHY), (3, Condition.DEGRADED)],
)
def test_three_loud_polls_in_a_row_degrade_a_device(loud_polls: int, condition: Condition) -> None:
    scene = scene_of(*STAR)
    scene.ipdv["d-r"] = 0.050
    assert scene.live(polls=loud_polls).devices[DeviceId("d-r")].condition is condition


def test_single_loud_polls_again_and_again_never_degrade_it() -> None:
    scene = scene_of(*STAR)
    for _ in range(40):  # the change itself is long believed: a little more, all the time
        scene.ipdv["d-r"] = 0.004
        scene.live(polls=2)
        scene.ipdv["d-r"] = 0.050
        assert scene.live(polls=1).devices[DeviceId("d-r")].condition is Condition.HEALTHY


def test_reloading_forgets_nothing_of_what_is_common() -> None:
    scene = scene_of(*STAR)
    scene.ipdv = dict.fromkeys(scene.network.devices, 0.025)
    scene.live(polls=4)
    scene.judge.replace(make_network(*STAR, medium=Medium.FIBRE))
    judgement = scene.live(polls=1)
    assert sick_devices(judgement) == set()
    assert judgement.network is not None
