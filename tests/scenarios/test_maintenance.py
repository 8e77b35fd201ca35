"""Works at a device that is silent already, written down while netmon runs: nobody is paged on."""

import signal
from pathlib import Path

from tests.scenarios import border
from tests.scenarios.running import eventually, running

WINDOW = """
maintenance:
  - id: works
    name: Works at the mute one
    devices: [{device}]
    when: [{{start: 2020-01-01T00:00:00Z, end: 2090-01-01T00:00:00Z}}]
"""


def test_a_window_that_is_reloaded_explains_an_open_incident_and_its_end_pages_again(
    tmp_path: Path,
) -> None:
    path, port = border.write(tmp_path, mute=True)
    configuration = border.read(path)
    without = path.read_text("utf-8")
    with (
        border.answering(configuration, mute=True),
        running(path, port, border.ENVIRON) as netmon,
    ):
        (incident,) = eventually(netmon.incidents)
        assert incident["known"] is None
        assert incident["severity"] != "info"

        path.write_text(without + WINDOW.format(device=border.MUTE), encoding="utf-8")
        netmon.signal(signal.SIGHUP)
        (explained,) = eventually(
            lambda: [one for one in netmon.incidents() if one["known"] == "maintenance"]
        )
        assert explained["id"] == incident["id"]
        assert explained["severity"] == "info"
        assert explained["condition"] == "maintenance"
        assert "Works at the mute one" in explained["title"]
        page = netmon.page()
        assert 'netmon_maintenance_active{window="works"} 1' in page
        (line,) = [one for one in page.splitlines() if one.startswith("netmon_incident_open{")]
        assert 'known="maintenance"' in line
        told = {dict(labels)["device"] for labels in netmon.samples()["netmon_device_up"]}
        assert border.MUTE not in told  # neither up nor down: it is worked on

        path.write_text(without, encoding="utf-8")
        netmon.signal(signal.SIGHUP)
        (again,) = eventually(lambda: [one for one in netmon.incidents() if one["known"] is None])
        assert again["id"] == incident["id"]
        assert again["severity"] != "info"
        assert "netmon_maintenance_active{" not in netmon.page()
