"""The whole line against the real thing: snmpd and loopback in, Prometheus out."""

import json
import os
import signal
import subprocess
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from netmon.exposition.own_families import OWN
from tests.scenarios.running import Netmon, eventually, running, udp_port
from tests.servers import free_port, require

COMMUNITY = "scenario"


def _snmpd_pair(folder: Path) -> Iterator[tuple[int, int]]:
    snmpd = require("snmpd")
    ports = udp_port(), udp_port()
    running = []
    for number, port in enumerate(ports):
        configuration = folder / f"snmpd{number}.conf"
        configuration.write_text(f"rocommunity {COMMUNITY} 127.0.0.1\nsysName agent{number}\n")
        running.append(
            subprocess.Popen(
                [snmpd, "-f", "-Lo", "-C", "-c", configuration, "-p", folder / f"snmpd{number}.pid",
                 f"udp:127.0.0.1:{port}"],
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env={**os.environ, "SNMP_PERSISTENT_DIR": str(folder / f"persistent{number}")},
            )
        )  # fmt: skip
    try:
        yield ports
    finally:
        for process in running:
            process.kill()
            process.wait()


@pytest.fixture(scope="module")
def agents(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, int]]:
    yield from _snmpd_pair(tmp_path_factory.mktemp("agents"))


@pytest.fixture(scope="module")
def netmon(agents: tuple[int, int], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Netmon]:
    """Run one for all that leave it as it was; in the end it stops in peace."""
    with running(*_configuration(agents, tmp_path_factory.mktemp("netmon"))) as netmon:
        yield netmon
        assert netmon.stop() == 0


def _configuration(agents: tuple[int, int], folder: Path) -> tuple[Path, int]:
    port = free_port()
    secret = folder / "community"
    secret.write_text(COMMUNITY)
    secret.chmod(0o400)
    path = folder / "netmon.yaml"
    path.write_text(f"""
settings:
  collector_site: centre
  api: {{port: {port}}}
  pipeline: {{judge_interval_seconds: 0.5}}
  store: {{path: {folder}/netmon.sqlite}}
credentials: {{lab: {{community_file: {secret}}}}}
intervals: {{default: 1s}}
sites:
  - {{id: centre, country: LT, position: {{lat: 54.7, lon: 25.3}}, role: core}}
  - {{id: post, country: LT, position: {{lat: 54.5, lon: 25.6}}, role: border_post}}
devices:
  - {{id: r1, site: centre, address: 127.0.0.1, port: {agents[0]}, credentials: lab}}
  - {{id: r2, site: post, address: 127.0.0.1, port: {agents[1]}, credentials: lab}}
links:
  - {{id: fo-1, ends: ["r1:lo", "r2:lo"], medium: fibre, capacity: 1 Gbit/s}}
""")
    return path, port


def test_a_real_prometheus_sees_every_link_of_real_agents(netmon: Netmon, tmp_path: Path) -> None:
    prometheus = require("prometheus")
    web = free_port()
    scrape = tmp_path / "prometheus.yml"
    scrape.write_text(
        "scrape_configs:\n"
        "  - job_name: netmon\n"
        "    scrape_interval: 1s\n"
        "    static_configs:\n"
        f'      - targets: ["127.0.0.1:{netmon.port}"]\n'
    )
    server = subprocess.Popen(
        [prometheus, f"--config.file={scrape}", f"--storage.tsdb.path={tmp_path / 'tsdb'}",
         f"--web.listen-address=127.0.0.1:{web}"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        found = eventually(
            lambda: _ask(f"http://127.0.0.1:{web}/api/v1/query?query=netmon_link_up")["data"][
                "result"
            ]
        )
        assert [(one["metric"]["link"], one["value"][1]) for one in found] == [("fo-1", "1")]
    finally:
        server.terminate()
        server.wait(20)


def test_a_running_netmon_tells_every_number_about_itself(netmon: Netmon) -> None:
    def page() -> str | None:
        text = netmon.page()
        return text if "netmon_judge_last_run_timestamp_seconds" in text else None

    eventually(page)  # the first scrape knows nothing of scrapes
    told = eventually(page)
    absent = {family.name for family in OWN if f"# TYPE {family.name} " not in told}
    of_traps = {name for name in absent if name.startswith(("netmon_traps_", "netmon_notices_"))}
    assert absent == of_traps  # no receiver is configured here: absent, not 0
    for chore in ("baseline checkpoint", "retention"):
        assert f'netmon_chore_runs_total{{chore="{chore}"}} 0' in told


# Starts netmon as root may be started in a container: without CAP_NET_RAW (13), not even by exec.
WITHOUT_NET_RAW = """
import ctypes, os, sys
PR_CAPBSET_DROP = 24
assert ctypes.CDLL(None).prctl(PR_CAPBSET_DROP, 13, 0, 0, 0) == 0
os.execv(sys.executable, [sys.executable, "-m", "netmon", *sys.argv[1:]])
"""


@pytest.mark.root
@pytest.mark.skipif(os.geteuid() != 0, reason="needs root (to give up CAP_NET_RAW)")
def test_without_any_right_to_ping_netmon_says_so_and_goes_on_with_snmp(
    agents: tuple[int, int], tmp_path: Path
) -> None:
    lowest, highest = Path("/proc/sys/net/ipv4/ping_group_range").read_text().split()
    if int(lowest) <= os.getegid() <= int(highest):
        pytest.skip("this host lets root's group use ping sockets")
    path, port = _configuration(agents, tmp_path)
    with running(path, port, launcher=("-c", WITHOUT_NET_RAW)) as netmon:
        up = eventually(lambda: netmon.samples().get("netmon_link_up"))
        assert up == {frozenset({("link", "fo-1")}): 1.0}
        assert "netmon_ping_rtt_seconds" not in netmon.samples()
    assert "going on with SNMP only: no ICMP socket may be opened" in netmon.log
    assert "CAP_NET_RAW" in netmon.log
    assert f'sysctl -w net.ipv4.ping_group_range="{os.getegid()} {os.getegid()}"' in netmon.log


def _ask(url: str) -> Any:
    with urllib.request.urlopen(url, timeout=5) as answer:
        return json.load(answer)


def test_a_broken_file_keeps_the_running_configuration(netmon: Netmon) -> None:
    good = netmon.path.read_text()
    eventually(lambda: netmon.conditions() == {"fo-1": "healthy"})
    netmon.path.write_text(good.replace("medium: fibre", "medium: string"))
    netmon.signal(signal.SIGHUP)
    eventually(lambda: netmon.value("netmon_config_last_reload_successful") == 0.0)
    assert netmon.conditions() == {"fo-1": "healthy"}
    netmon.path.write_text(good)
    netmon.signal(signal.SIGHUP)
    eventually(lambda: netmon.value("netmon_config_last_reload_successful") == 1.0)
