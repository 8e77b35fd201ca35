"""SIGHUP with a smaller inventory: what is gone has no incident, no series and no polls."""

import signal
from pathlib import Path

from tests.scenarios import border
from tests.scenarios.running import eventually, running


def test_a_device_that_is_removed_closes_its_incidents_and_leaves_the_next_scrape(
    tmp_path: Path,
) -> None:
    path, port = border.write(tmp_path, mute=True)
    configuration = border.read(path)
    links = [
        link
        for link in configuration.network.links
        if link in configuration.network.links_of(border.MUTE)
    ]
    assert links == [border.MUTE_LINK]
    with (
        border.answering(configuration, mute=True),
        running(path, port, border.ENVIRON) as netmon,
    ):
        (incident,) = eventually(netmon.incidents)
        assert incident["subject"] == {"kind": "device", "id": border.MUTE}
        page = netmon.page()
        assert f'device="{border.MUTE}"' in page
        assert f'link="{border.MUTE_LINK}"' in page
        reloaded_at = netmon.value("netmon_config_last_reload_timestamp_seconds")

        kept = [line for line in path.read_text("utf-8").splitlines() if border.MUTE not in line]
        path.write_text("\n".join(kept) + "\n", encoding="utf-8")
        netmon.signal(signal.SIGHUP)
        eventually(
            lambda: netmon.value("netmon_config_last_reload_timestamp_seconds") > reloaded_at
        )
        page = netmon.page()
        assert border.MUTE not in page
        assert border.MUTE_LINK not in page
        assert not netmon.incidents()
        (closed,) = netmon.incidents("closed")
        assert closed["id"] == incident["id"]
        assert closed["closed_at"] >= closed["opened_at"]
        devices = {device for device in configuration.targets if device != border.MUTE}
        eventually(lambda: len(netmon.samples()["netmon_device_up"]) == len(devices))
        assert netmon.value("netmon_observations_failed_total") == 0
