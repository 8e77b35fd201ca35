"""Behind the TUN device every packet crosses the kernel, and nothing of it is left afterwards."""

import json
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.netmon.simulation.conftest import BORDER
from tests.servers import require

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def saw() -> dict[str, Any]:
    if os.geteuid() != 0 or not Path("/dev/net/tun").exists():
        pytest.skip("needs root and /dev/net/tun")
    before = socket.if_nameindex()
    command = [
        sys.executable,
        "-W",
        "error",
        "-m",
        "tests.netmon.simulation.tun_child",
        str(BORDER),
    ]
    if shutil.which("ping"):
        command.append("with-ping")
    child = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=50, check=False
    )
    assert child.returncode == 0, child.stderr
    assert socket.if_nameindex() == before
    result: dict[str, Any] = json.loads(child.stdout)
    return result


@pytest.mark.root
def test_the_namespace_is_empty_but_for_loopback(saw: dict[str, Any]) -> None:
    assert saw["interfaces"][0] == "lo"
    assert "eth0" not in saw["interfaces"]


@pytest.mark.root
def test_the_tun_device_comes_and_goes(saw: dict[str, Any]) -> None:
    assert "netmon0" in saw["with_tun"]
    assert "netmon0" not in saw["after"]


@pytest.mark.root
def test_every_device_answers_polls_and_pings_through_the_kernel(saw: dict[str, Any]) -> None:
    assert saw["polls"] == {"ok": 40}
    assert saw["bursts"] == {"ok": 40}
    assert saw["answered"] >= 40 * 5


@pytest.mark.root
def test_the_delay_of_the_way_is_real(saw: dict[str, Any]) -> None:
    assert 0.03 < saw["far_rtt_seconds"] < 0.2  # over LTE to the vehicle


@pytest.mark.root
def test_debians_ping_hears_the_device(saw: dict[str, Any]) -> None:
    require("ping")
    assert "64 bytes from 198.18.9.1" in saw["ping"]
