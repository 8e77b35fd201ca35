"""The whole line against the real thing: snmpd and loopback in, Prometheus out, kill -9 between."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest

from netmon.exposition.own_families import OWN
from tests.servers import free_port, require

ROOT = Path(__file__).resolve().parents[2]
ResultT = TypeVar("ResultT")
COMMUNITY = "scenario"


def _snmpd_pair(folder: Path) -> Iterator[tuple[int, int]]:
    snmpd = require("snmpd")
    ports = free_udp_port(), free_udp_port()
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


def free_udp_port() -> int:
    import socket

    return free_port(socket.SOCK_DGRAM)


@pytest.fixture
def agents(tmp_path: Path) -> Iterator[tuple[int, int]]:
    yield from _snmpd_pair(tmp_path)


@pytest.fixture
def configuration(agents: tuple[int, int], tmp_path: Path) -> tuple[Path, int]:
    port = free_port()
    secret = tmp_path / "community"
    secret.write_text(COMMUNITY)
    secret.chmod(0o400)
    path = tmp_path / "netmon.yaml"
    path.write_text(f"""
settings:
  collector_site: centre
  api: {{port: {port}}}
  pipeline: {{judge_interval_seconds: 0.5}}
  store: {{path: {tmp_path}/netmon.sqlite}}
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


def _netmon(path: Path) -> subprocess.Popen[bytes]:
    with path.with_suffix(".log").open("ab") as log:
        command = [sys.executable, "-m", "netmon", "run", "--config", str(path)]
        return subprocess.Popen(command, cwd=ROOT, stderr=log)


def _ask(url: str) -> Any:
    with urllib.request.urlopen(url, timeout=5) as answer:
        return json.load(answer)


def _eventually(ask: Callable[[], ResultT | None], seconds: float = 25.0) -> ResultT:
    """Return what comes at last; real servers start when they start."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            found = ask()
        except OSError:
            found = None
        if found:
            return found
        time.sleep(0.2)
    pytest.fail("it never came")


def test_a_real_prometheus_sees_every_link_of_real_agents(
    configuration: tuple[Path, int], tmp_path: Path
) -> None:
    prometheus = require("prometheus")
    path, port = configuration
    web = free_port()
    scrape = tmp_path / "prometheus.yml"
    scrape.write_text(
        "scrape_configs:\n"
        "  - job_name: netmon\n"
        "    scrape_interval: 1s\n"
        "    static_configs:\n"
        f'      - targets: ["127.0.0.1:{port}"]\n'
    )
    netmon = _netmon(path)
    server = subprocess.Popen(
        [prometheus, f"--config.file={scrape}", f"--storage.tsdb.path={tmp_path / 'tsdb'}",
         f"--web.listen-address=127.0.0.1:{web}"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        found = _eventually(
            lambda: _ask(f"http://127.0.0.1:{web}/api/v1/query?query=netmon_link_up")["data"][
                "result"
            ]
        )
        assert [(one["metric"]["link"], one["value"][1]) for one in found] == [("fo-1", "1")]
    finally:
        for process in (server, netmon):
            process.terminate()
            process.wait(20)
    assert netmon.returncode == 0
    assert "Traceback" not in path.with_suffix(".log").read_text()


def test_a_running_netmon_tells_every_number_about_itself(configuration: tuple[Path, int]) -> None:
    path, port = configuration
    netmon = _netmon(path)

    def page() -> str | None:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
            text: str = answer.read().decode()
        return text if "netmon_judge_last_run_timestamp_seconds" in text else None

    try:
        _eventually(page)  # the first scrape knows nothing of scrapes
        told = _eventually(page)
    finally:
        netmon.terminate()
        netmon.wait(20)
    absent = {family.name for family in OWN if f"# TYPE {family.name} " not in told}
    assert absent == set()
    for chore in ("baseline checkpoint", "retention"):
        assert f'netmon_chore_runs_total{{chore="{chore}"}} 0' in told


def test_kill_9_loses_no_incident(configuration: tuple[Path, int], tmp_path: Path) -> None:
    path, port = configuration
    url = f"http://127.0.0.1:{port}/api/v1"
    netmon = _netmon(path)
    try:
        _eventually(lambda: _condition(url) == "healthy")
        os.kill(int((tmp_path / "snmpd1.pid").read_text()), signal.SIGSTOP)
        before = _eventually(lambda: _ask(f"{url}/incidents?phase=open")["incidents"], 40)
        time.sleep(1)  # the writer thread's turn
        netmon.kill()
        netmon.wait()
        netmon = _netmon(path)
        after = _eventually(lambda: _ask(f"{url}/incidents?phase=open")["incidents"])
        assert after[0]["id"] == before[0]["id"]
        assert "Traceback" not in path.with_suffix(".log").read_text()
    finally:
        os.kill(int((tmp_path / "snmpd1.pid").read_text()), signal.SIGCONT)
        netmon.kill()
        netmon.wait()


def test_a_stopped_netmon_takes_nobody_down(configuration: tuple[Path, int]) -> None:
    """SIGSTOP for 10 s: our own stall is no device's silence."""
    path, port = configuration
    url = f"http://127.0.0.1:{port}/api/v1"
    netmon = _netmon(path)
    try:
        _eventually(lambda: _condition(url) == "healthy")
        netmon.send_signal(signal.SIGSTOP)
        time.sleep(10)
        netmon.send_signal(signal.SIGCONT)
        end = time.monotonic() + 6
        while time.monotonic() < end:
            assert not _eventually(lambda: [_ask(f"{url}/incidents")["incidents"]])[0]
            time.sleep(0.5)
        assert _condition(url) == "healthy"
    finally:
        netmon.kill()
        netmon.wait()


def test_a_broken_file_keeps_the_running_configuration(configuration: tuple[Path, int]) -> None:
    path, port = configuration
    url = f"http://127.0.0.1:{port}"
    good = path.read_text()
    netmon = _netmon(path)
    try:
        _eventually(lambda: _condition(f"{url}/api/v1") == "healthy")
        path.write_text(good.replace("medium: fibre", "medium: string"))
        netmon.send_signal(signal.SIGHUP)
        _eventually(lambda: "netmon_config_last_reload_successful 0" in _metrics(url))
        assert _condition(f"{url}/api/v1") == "healthy"
        path.write_text(good)
        netmon.send_signal(signal.SIGHUP)
        _eventually(lambda: "netmon_config_last_reload_successful 1" in _metrics(url))
    finally:
        netmon.kill()
        netmon.wait()


def _metrics(url: str) -> str:
    with urllib.request.urlopen(f"{url}/metrics", timeout=5) as answer:
        text: str = answer.read().decode()
        return text


def _condition(url: str) -> str:
    links = _ask(f"{url}/links")["links"]
    return str(links[0]["condition"])
