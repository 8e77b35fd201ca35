"""What happens to netmon itself is no device's fault: a stop of the process, a lost uplink."""

import signal
import time
from pathlib import Path

from netmon.config.load import Configuration
from tests.scenarios import border
from tests.scenarios.running import Netmon, eventually, running, watch
from tests.scenarios.silence import silent

STOP_SECONDS = 10.0  # five polls of every device are missed, three would be an outage


def all_well(netmon: Netmon, configuration: Configuration) -> bool:
    """Say whether every device has answered and every link is healthy."""
    up = netmon.samples().get("netmon_device_up", {})
    return len(up) == len(configuration.targets) and set(netmon.conditions().values()) == {
        "healthy"
    }


def test_a_netmon_stopped_for_ten_seconds_takes_none_of_forty_devices_down(tmp_path: Path) -> None:
    path, port = border.write(tmp_path)
    configuration = border.read(path)
    assert len(configuration.targets) == 40
    with border.answering(configuration), running(path, port, border.ENVIRON) as netmon:
        eventually(lambda: all_well(netmon, configuration))
        polls = netmon.value("netmon_polls_total")
        netmon.signal(signal.SIGSTOP)
        time.sleep(STOP_SECONDS)
        netmon.signal(signal.SIGCONT)

        def nobody_is_down() -> None:
            assert not netmon.incidents()
            samples = netmon.samples()
            assert list(samples["netmon_device_up"].values()) == [1.0] * 40
            assert list(samples["netmon_link_up"].values()) == [1.0] * 36

        watch(7, nobody_is_down)
        assert all_well(netmon, configuration)
        assert netmon.value("netmon_polls_total") > polls + 40


def test_an_uplink_of_our_own_that_is_lost_is_one_incident_and_all_beyond_is_unknown(
    tmp_path: Path,
) -> None:
    path, port = border.write(tmp_path, echoes=False)
    configuration = border.read(path)
    own = configuration.network.devices_of(border.site(configuration))
    beyond = [t for t in configuration.targets.values() if t.device not in own]
    assert len(own) == 2
    with running(path, port, border.ENVIRON) as netmon:
        with border.answering(configuration):
            eventually(lambda: all_well(netmon, configuration))
        with silent(beyond), border.answering(configuration, only=own):
            (incident,) = eventually(netmon.incidents)
            assert incident["subject"] == {"kind": "network", "id": "network"}
            assert incident["cause"] == "upstream"

            def nothing_is_believed_of_others() -> None:
                assert [each["id"] for each in netmon.incidents()] == [incident["id"]]
                assert set(netmon.conditions().values()) <= {"healthy", "unknown"}

            watch(4, nothing_is_believed_of_others)
            assert set(netmon.conditions().values()) == {"unknown"}
            assert "netmon_link_up" not in netmon.samples()  # unknown is absent, not 0
        with border.answering(configuration):
            eventually(lambda: all_well(netmon, configuration))
