"""The container set-up: valid, bound to this machine, without more rights than it needs.

No engine runs in CI: images are neither built nor pulled there.
"""

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from netmon.api.server import ApiSettings
from netmon.config import load
from tests.prometheus.rules import ROOT, read
from tests.servers import require


def _compose() -> dict[str, Any]:
    compose: dict[str, Any] = read(ROOT / "docker-compose.yml")
    return compose


SERVICES = sorted(_compose()["services"])


def test_compose_takes_the_file() -> None:
    program = require("docker-compose")
    done = subprocess.run(
        [program, "--file", str(ROOT / "docker-compose.yml"), "config", "--quiet"],
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_is_read_only_without_rights_and_seen_from_here_alone(name: str) -> None:
    service = _compose()["services"][name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service.get("cap_add", []) == (["NET_RAW"] if name == "netmon" else [])
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert all(port.startswith("127.0.0.1:") for port in service["ports"])
    assert service["healthcheck"]["test"][0] == "CMD"
    assert "privileged" not in service
    assert "network_mode" not in service


@pytest.mark.parametrize("name", SERVICES)
def test_every_image_is_pinned_and_no_host_path_is_writable(name: str) -> None:
    service = _compose()["services"][name]
    assert re.search(r":v?\d+\.\d+\.\d+\}?$", service["image"])
    for volume in service["volumes"]:
        source = volume.split(":")[0]
        assert volume.endswith(":ro") or source in _compose()["volumes"], volume


@pytest.mark.parametrize("name", SERVICES)
def test_no_secret_is_in_the_file(name: str) -> None:
    service = _compose()["services"][name]
    for key in service.get("environment", {}):
        if re.search("PASSWORD|TOKEN|SECRET|KEY", key):
            assert key.endswith("__FILE")
    for secret in service.get("secrets", []):
        assert "file" in _compose()["secrets"][secret]


def test_the_image_is_not_root_and_takes_only_hashed_wheels() -> None:
    text = (ROOT / "Dockerfile").read_text("utf-8")
    assert "USER 10001:10001" in text
    assert "--require-hashes" in text
    assert "--only-binary=:all:" in text
    assert re.findall(r"^FROM (\S+)", text, re.M) == ["python:3.11-slim", "python:3.11-slim"]


def test_only_what_the_image_needs_reaches_the_engine() -> None:
    lines = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    kept = {line.removeprefix("!") for line in lines if line.startswith("!")}
    copied = re.findall(r"^COPY (?!--from)(\S+)", (ROOT / "Dockerfile").read_text("utf-8"), re.M)
    assert kept == set(copied)
    assert all((ROOT / name).exists() for name in kept)


def test_one_port_is_named_everywhere() -> None:
    port = str(ApiSettings().port)
    for name in ("Dockerfile", "docker-compose.yml", "prometheus/prometheus.yml"):
        assert port in (ROOT / name).read_text("utf-8"), name


def test_the_configuration_the_container_runs_is_valid(tmp_path: Path) -> None:
    for name in ("snmp-backbone", "snmp-field"):
        secret = tmp_path / name
        secret.write_text("kept-elsewhere-1", "utf-8")
        secret.chmod(0o400)
    files = re.findall(r"/etc/netmon/(\S+?)\"", (ROOT / "Dockerfile").read_text("utf-8"))
    configuration = load.load(
        [ROOT / "examples" / name for name in files],
        environ={"CREDENTIALS_DIRECTORY": str(tmp_path)},
    )
    assert configuration.settings.api.host == "0.0.0.0"
    assert configuration.settings.api.allowed_hosts == ("netmon",)
    assert configuration.settings.store.path == "/var/lib/netmon/netmon.sqlite"
