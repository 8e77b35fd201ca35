"""A test whose server is missing skips with the one command that helps; in CI it fails."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.project.files import ROOT, files
from tests.servers import require

# Which Debian package brings the program; each must be among those of `make test-servers`.
PACKAGES = {
    "snmpd": "snmpd",
    "fping": "fping",
    "prometheus": "prometheus",
    "promtool": "prometheus",
    "alertmanager": "prometheus-alertmanager",
    "amtool": "prometheus-alertmanager",
    "prometheus-alertmanager": "prometheus-alertmanager",
    "prometheus-snmp-exporter": "prometheus-snmp-exporter",
    "docker-compose": "docker-compose",
    "faketime": "faketime",
    "ip": "iproute2",
    "nft": "nftables",
    "ping": "iputils-ping",
    "snmpbulkwalk": "snmp",
    "snmpget": "snmp",
    "snmpset": "snmp",
    "snmptrap": "snmp",
    "snmpinform": "snmp",
    "snmpwalk": "snmp",
}
HINT = "no-such-server is missing; install the test servers: sudo make test-servers"


def test_a_missing_server_skips_with_the_command_that_installs_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("NETMON_REQUIRE_SERVERS", raising=False)
    with pytest.raises(pytest.skip.Exception) as caught:
        require("no-such-server")
    assert caught.value.msg == HINT


def test_where_servers_are_required_a_missing_one_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NETMON_REQUIRE_SERVERS", "1")
    with pytest.raises(pytest.fail.Exception) as caught:
        require("no-such-server")
    assert caught.value.msg == HINT


@pytest.mark.parametrize(("required", "code", "word"), [("", 0, "SKIPPED"), ("1", 1, "FAILED")])
def test_a_whole_run_says_so(tmp_path: Path, required: str, code: int, word: str) -> None:
    (tmp_path / "test_one.py").write_text(
        "from tests.servers import require\n\ndef test_it():\n    require('no-such-server')\n"
    )
    command = [sys.executable, "-m", "pytest", "-ra", "-p", "no:cacheprovider", str(tmp_path)]
    ran = subprocess.run(
        command,
        cwd=tmp_path,
        env={"PATH": "/usr/bin", "PYTHONPATH": str(ROOT), "NETMON_REQUIRE_SERVERS": required},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == code, ran.stdout + ran.stderr
    assert word in ran.stdout
    assert HINT in ran.stdout


def test_a_server_that_is_there_is_found_outside_the_path_of_users_too() -> None:
    assert Path(require("sh")).is_file()


def test_make_test_servers_installs_every_program_that_a_test_asks_for() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    installed = re.search(r"^SERVERS := (.*)$", makefile, re.MULTILINE)
    assert installed is not None
    assert re.search(r"^test-servers:", makefile, re.MULTILINE)
    asked = {
        program
        for path in files("*.py")
        if path.is_relative_to(ROOT / "tests") and path != Path(__file__)
        for program in re.findall(r"\brequire\(\"([^\"]+)\"\)", path.read_text("utf-8"))
    }
    assert asked
    assert {PACKAGES[program] for program in asked} <= set(installed.group(1).split())


def test_ci_requires_the_servers_and_installs_them_first() -> None:
    script = (ROOT / ".ci" / "run").read_text("utf-8")
    required = script.index("NETMON_REQUIRE_SERVERS=1")
    assert required < script.index("make test-servers") < script.index("make test\n")
