"""What a newcomer is promised: the command, the wheel, the changelog, the words of the README."""

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

from netmon import cli
from tests.prometheus.rules import read

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text("utf-8")


def run(*command: str | Path, cwd: Path = ROOT, **environ: str) -> str:
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env={**os.environ, **environ},
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_make_puts_a_netmon_command_into_the_venv_that_works_anywhere(tmp_path: Path) -> None:
    if shutil.which("make") is None:
        pytest.skip("make is missing; sudo apt-get install make")
    home = tmp_path / "a place"  # with a space in it
    checkout = home / "netmon"
    checkout.mkdir(parents=True)
    for name in ("netmon", "collectors", "topology"):
        (checkout / name).symlink_to(ROOT / name)
    shutil.copy(ROOT / "Makefile", checkout)
    (checkout / "requirements.lock").write_text("")  # what it needs is lent to it below
    venv.create(checkout / ".venv", symlinks=True)
    pip = checkout / ".venv" / "bin" / "uv"
    pip.write_text("#!/bin/sh\n")  # nothing to install
    pip.chmod(0o755)
    path = f"{pip.parent}:{os.environ['PATH']}"
    run("make", "--silent", ".venv/.runtime", cwd=checkout, PATH=path)
    lent = sysconfig.get_path("purelib")
    command = checkout / ".venv" / "bin" / "netmon"
    told = run(command, "check", ROOT / "netmon/simulation/border.yaml", cwd=tmp_path,
               PYTHONPATH=lent, NETMON_DEMO_COMMUNITY="a-secret-7")  # fmt: skip
    assert told == "ok: 28 sites, 40 devices, 36 links; 40 polled\n"


def test_the_two_halves_of_make_test_are_all_tests_and_no_test_is_in_both() -> None:
    if shutil.which("make") is None:
        pytest.skip("make is missing; sudo apt-get install make")
    told = run("make", "--dry-run", "test-first-half", "test-second-half")
    first, second = (
        line.split(" -m pytest ")[1].split() for line in told.splitlines() if " -m pytest " in line
    )
    assert len(first) > 5
    assert all((ROOT / folder).is_dir() for folder in first)
    assert second == ["tests", *(f"--ignore={folder}" for folder in first)]


def test_the_wheel_holds_all_that_runs(tmp_path: Path) -> None:
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", tmp_path)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        held = set(archive.namelist())
        (entry,) = [name for name in held if name.endswith("entry_points.txt")]
        assert "netmon = netmon.__main__:main" in archive.read(entry).decode()
    folders = {name.split("/")[0] for name in held if ".dist-info" not in name}
    assert folders == {"netmon", "collectors", "topology"}
    tracked = {
        str(path.relative_to(ROOT))
        for package in ("netmon", "collectors", "topology")
        for path in (ROOT / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert tracked <= held
    assert {"netmon/simulation/border.yaml", "netmon/api/web/netmon.css"} <= held


def test_the_changelog_can_be_built() -> None:
    told = run(sys.executable, "-m", "towncrier", "build", "--draft", "--version", "1.2.3")
    assert "## 1.2.3" in told
    fragments = [path for path in (ROOT / "changelog.d").iterdir() if path.suffix == ".md"]
    assert all(re.fullmatch(r"\+[\w-]+\.(added|changed|fixed|removed|security)\.md", each.name)
               for each in fragments)  # fmt: skip


def test_the_readme_makes_every_secret_that_compose_needs() -> None:
    compose = read(ROOT / "docker-compose.yml")
    made = dict(
        re.findall(r"([\w-]+):(\d+)(?=[ ;])", README.split("for one in")[1].split("do\n")[0])
    )
    assert set(made) == set(compose["secrets"])
    users = {"netmon": "10001", "alertmanager": "65534", "grafana": "472"}
    for service, user in users.items():
        assert {made[name] for name in compose["services"][service]["secrets"]} == {user}
    assert f"USER {made['snmp-backbone']}:" in (ROOT / "Dockerfile").read_text("utf-8")


def test_every_netmon_command_of_the_readme_exists(capsys: pytest.CaptureFixture[str]) -> None:
    blocks = "".join(re.findall(r"^```\n(.*?)^```", README, re.M | re.S))
    verbs = {*re.findall(r"^netmon (\w+)", blocks, re.M), *re.findall(r"`netmon (\w+)", README)}
    assert {"check", "run", "schema"} <= verbs
    for verb in verbs:
        with pytest.raises(SystemExit) as ended:
            cli.main([verb, "--help"])
        assert ended.value.code == 0
    assert capsys.readouterr().out


def test_the_readme_says_where_it_runs_and_what_was_not_seen() -> None:
    assert "Linux only" in README
    assert "## What CI could not open" in README


def test_the_examples_pass_netmon_check(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("snmp-backbone", "snmp-field"):
        (tmp_path / name).write_text(f"kept-elsewhere-{name}")
        (tmp_path / name).chmod(0o400)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    files = [str(ROOT / "examples" / name) for name in ("netmon.yaml", "inventory.yaml")]
    assert cli.main(["check", *files]) == 0
    told = capsys.readouterr()
    assert told.out == "ok: 5 sites, 8 devices, 8 links; 8 polled\n"
    assert told.err == ""
