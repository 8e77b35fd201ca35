"""An area without time is one thing, with the radios that suffer from it."""

from netmon.correlation.rules import correlate
from netmon.verdict import Cause, Subject, SubjectKind
from tests.builders import Scene, make_network
from topology.model import Medium


def timeless_scene() -> Scene:
    scene = Scene(make_network("hq-a", "a-b", "b-c", medium=Medium.LTE))
    scene.gauges = {"gnss_fix": {f"{site}-r": 3.0 for site in "abc"}}
    scene.live(polls=30)
    scene.gauges["gnss_fix"] = {f"{site}-r": 0.0 for site in "abc"}
    return scene


def test_clocks_near_each_other_that_lose_their_time_are_one_suspicion() -> None:
    scene = timeless_scene()
    (suspicion,) = correlate(scene.live(polls=5), scene.network)
    assert suspicion.cause is Cause.SYNC
    assert set(suspicion.members) == {Subject(SubjectKind.DEVICE, f"{site}-r") for site in "abc"}
    assert "time lost at 3 devices around" in suspicion.title


def test_links_that_share_their_channel_in_time_suffer_with_them() -> None:
    scene = timeless_scene()
    scene.live(polls=5)
    for name in ("a-b", "b-c"):
        scene.link(name).noise_rise_db = [8.0, 8.0]
    (suspicion,) = correlate(scene.live(polls=5), scene.network)
    assert suspicion.cause is Cause.SYNC
    assert Subject(SubjectKind.LINK, "a-b") in suspicion.members
    assert "2 links in time slots disturb each other" in suspicion.title
