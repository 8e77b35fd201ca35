"""What comes back at the same hour every day belongs to that hour."""

import numpy as np
import pytest

from netmon.detection.checkpoint import freeze_dry, thaw
from netmon.detection.hourly import Hourly
from netmon.verdict import Condition
from tests.builders import Scene, make_network
from topology.model import DeviceId, LinkId, Medium

DAY, HOUR, POLL = 86400.0, 3600.0, 300.0
BUSY = range(18, 22)
ALL = np.ones(2, dtype=bool)


def lived(days: int) -> Hourly:
    hourly = Hourly(2)
    for poll in range(int(days * DAY / POLL)):
        at = poll * POLL
        above = 4.0 if int(at // HOUR) % 24 in BUSY else 0.0
        hourly.learn(np.array([above, 0.0]), ALL, at)
    return hourly


def test_an_hour_is_believed_after_three_days() -> None:
    assert lived(3).added(19 * HOUR) == pytest.approx([4.0, 0.0])
    assert lived(2).added(19 * HOUR) == pytest.approx([0.0, 0.0])
    assert lived(3).added(12 * HOUR) == pytest.approx([0.0, 0.0])


def test_hours_outlive_a_restart_by_their_keys() -> None:
    new = Hourly(2)
    blob = freeze_dry([("rtt_by_hour", ["a", "b"], lived(4))])
    assert thaw([("rtt_by_hour", ["c", "a"], new)], blob) == 1
    assert new.added(19 * HOUR) == pytest.approx([0.0, 4.0])


def test_rows_that_stay_keep_their_hours() -> None:
    moved = lived(4).taken(np.array([-1, 1, 0]))
    assert moved.added(19 * HOUR) == pytest.approx([0.0, 0.0, 4.0])


def is_busy(scene: Scene) -> bool:
    return int((scene.now + POLL) // HOUR) % 24 in BUSY


def evenings(scene: Scene, *, days: int, rtt: float, noise_db: float) -> list[set[str]]:
    """Return what was not healthy in the busy hours of each day."""
    told: list[set[str]] = [set() for _ in range(days)]
    start = scene.now
    while scene.now - start < days * DAY - POLL:
        busy = is_busy(scene)
        scene.rtt = {"b-r": rtt if busy else 0.004}
        scene.link("hq-a").noise_rise_db = [noise_db if busy else 0.0] * 2
        judgement = scene.live(polls=1)
        if busy:
            day = int((scene.now - start) // DAY)
            verdicts = (judgement.devices[DeviceId("b-r")], judgement.links[LinkId("hq-a")])
            told[day] |= {v.subject.id for v in verdicts if v.condition is Condition.DEGRADED}
    return told


def scene_of(ghz: float) -> Scene:
    scene = Scene(make_network("hq-a", "hq-b", medium=Medium.SUB6, ghz=ghz), interval=POLL)
    scene.now = scene.now // DAY * DAY  # midnight
    return scene


def test_an_evening_like_every_evening_is_told_until_it_is_known() -> None:
    told = evenings(scene_of(5.5), days=5, rtt=0.0095, noise_db=5.0)
    assert told[0] == {"b-r", "hq-a"}
    assert told[4] == set()


def test_an_evening_much_worse_than_an_hour_may_be_is_told_every_day() -> None:
    told = evenings(scene_of(5.5), days=5, rtt=0.080, noise_db=15.0)
    assert told[4] == {"b-r", "hq-a"}


def test_a_licensed_band_has_no_busy_hours() -> None:
    told = evenings(scene_of(7.4), days=5, rtt=0.004, noise_db=5.0)
    assert told[4] == {"hq-a"}
