"""Drills are whole, say what is wrong with a file, and are marked so that nobody is paged."""

import subprocess
import sys
import urllib.request
from pathlib import Path

import numpy as np
import pytest

from netmon.config.load import Configuration
from netmon.exercise import MARK
from netmon.simulation import drills
from netmon.simulation.drills import DrillError
from netmon.simulation.emitters import Jammer, JammerKind
from netmon.simulation.reckoning import Happening, Reckoner
from netmon.simulation.world import World
from tests.servers import free_port

HEAD = "title: t\nabout: a\nseconds: 90\nexpected: []\n"


@pytest.mark.parametrize("name", drills.names())
def test_every_drill_does_what_it_expects_to_be_found(border: Configuration, name: str) -> None:
    drill = drills.load(name)
    assert drill.title
    assert drill.about
    (expected,) = drill.story.expected
    happening = Happening(kind=name, cause=expected.cause, events=drill.story.events)
    truth = Reckoner(border.network, 1).truth(happening, name)
    assert truth is not None
    hit = {member.id for member in truth.members}
    assert hit & {subject.id for subject in expected.any_of}
    assert {subject.id for subject in expected.includes} <= hit
    assert set(expected.around) <= set(border.network.sites)
    latest = expected.start_seconds + expected.latest_seconds
    assert truth.onset_seconds < latest <= drill.story.length_seconds


@pytest.mark.parametrize("name", drills.names())
def test_before_and_after_a_drill_all_is_well(border: Configuration, name: str) -> None:
    assert border.collector_site is not None
    story = drills.load(name).story
    world = World(border.network, collector_site=border.collector_site, story=story)
    sample = world.sample(np.array([-60.0, 5.0, story.length_seconds]))
    assert sample.answers.all()
    assert (sample.interfaces["oper_status"] == 1).all()


def test_the_fields_of_an_event_may_be_any(tmp_path: Path) -> None:
    (tmp_path / "one.yaml").write_text(
        HEAD + "events:\n  - {event: Jammer, start_seconds: 1, end_seconds: 9, position: [59, 28],"
        " kind: sweep, track: [[59.1, 28], [59.2, 28]], eirp_dbm: 30,"
        " carrier: {frequency_hz: 5.8e+9, width_hz: 1.0e+8}}\n"
    )
    (jammer,) = drills.load("one", tmp_path).story.events
    assert isinstance(jammer, Jammer)
    assert jammer.kind is JammerKind.SWEEP
    assert jammer.track[1].latitude_deg == 59.2
    assert jammer.carrier.width_hz == 1e8


@pytest.mark.parametrize(
    ("events", "words"),
    [
        ("[{event: Flood}]", r"one.yaml: event 1: no event 'Flood'; there are BadFirmware, "),
        (
            "[{event: Reboot, device: a, begin: 3}]",
            r"event 1: Reboot has .*device.*; not 'begin'",
        ),
        ("[{event: Reboot, device: a}]", r"event 1: .*missing.*start_seconds"),
        ("[{event: FibreCut, links: a}]", r"event 1: links must be a list"),
        (
            "[{event: Jammer, position: [91, 28]}]",
            r"one.yaml: latitude 91.0 is outside",
        ),
        ("[{device: a}]", r"one.yaml: lacks 'event'"),
        ("[", r"one.yaml: line \d+, column \d+"),
    ],
)
def test_a_mistake_in_a_file_is_named(tmp_path: Path, events: str, words: str) -> None:
    (tmp_path / "one.yaml").write_text(HEAD + f"events: {events}\n")
    with pytest.raises(DrillError, match=words):
        drills.load("one", tmp_path)


def test_an_unknown_drill_names_the_known_ones() -> None:
    with pytest.raises(DrillError, match=r"no drill 'flod'; there are dying-transmitter, "):
        drills.load("flod")


def test_a_drill_on_the_command_line_is_marked_everywhere() -> None:
    port = free_port()
    command = [sys.executable, "-m", "netmon", "drill", "fibre-cut", "--headless", "--port", port]
    with subprocess.Popen(
        list(map(str, command)), stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as running:
        try:
            page, incidents = "", ""
            for _ in range(300):
                assert running.poll() is None
                page = _read(f"http://127.0.0.1:{port}/metrics")
                if "netmon_incident_open{" in page:
                    incidents = _read(f"http://127.0.0.1:{port}/api/v1/incidents")
                    break
                with pytest.raises(subprocess.TimeoutExpired):
                    running.wait(0.5)
        finally:
            running.terminate()
            running.communicate(timeout=60)
    (line,) = [one for one in page.splitlines() if one.startswith("netmon_incident_open{")]
    assert 'drill="true"' in line
    assert 'severity="info"' in line
    assert f'title="{MARK}' in page
    assert f'"title":"{MARK}' in incidents.replace('": "', '":"')


def _read(url: str) -> str:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return str(answer.read().decode())
    except OSError:
        return ""


def test_list_names_all_drills() -> None:
    told = subprocess.run(
        [sys.executable, "-m", "netmon", "drill", "list"],
        capture_output=True, text=True, check=True, timeout=60,
    ).stdout  # fmt: skip
    for name in drills.names():
        assert name in told
