"""The command line: wrong input is told in words, with exit code 2, and nothing is started."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from netmon import cli
from netmon.demo import DemoSettings
from netmon.demo import run as run_demo
from netmon.version import VERSION
from tests.netmon.config.writing import NETWORK, write

ROOT = Path(__file__).resolve().parents[2]


def test_check_counts_what_it_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["check", str(write(tmp_path, NETWORK))]) == 0
    assert capsys.readouterr().out == "ok: 2 sites, 2 devices, 1 link; 2 polled\n"


def test_help_speaks_to_users_not_to_developers(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(["--help"])
    assert ended.value.code == 0
    told = capsys.readouterr().out
    assert "Watches the links of a border communication network" in " ".join(told.split())
    assert "Belongs here" not in told


def test_check_tells_every_mistake_and_ends_with_two(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = write(tmp_path, NETWORK.replace("10s", "0").replace("lat: 59.38", "lat: x"))
    assert cli.main(["check", str(file)]) == 2
    told = capsys.readouterr().err
    assert f"{file}:4:13: intervals.backbone" in told
    assert f"{file}:6:46: sites[0].position.lat" in told
    assert "2 mistakes; nothing was started" in told


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (["--seconds", "10"], "the story takes 90 seconds"),
        (["--seconds", "-5"], "the story takes 90 seconds"),
        (["--seconds", "nan"], "the story takes 90 seconds"),
        (["--seconds", "inf"], "the story takes 90 seconds"),
        (["--seconds", "soon"], "the story takes 90 seconds"),
        (["--port", "65536"], "must be 1 to 65535"),
        (["--port", "-1"], "must be 1 to 65535"),
        (["--port", "http"], "must be 1 to 65535"),
        (["--seed", "-1"], "whole number"),
        (["--seed", "9" * 400], "whole number"),
    ],
    ids=lambda value: value if isinstance(value, str) else " ".join(value)[:20],
)
def test_the_demo_refuses_what_it_cannot_do(
    given: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(["demo", *given])
    assert ended.value.code == 2
    assert words in capsys.readouterr().err


def test_a_port_in_use_is_told_with_what_would_be_right(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert run_demo(DemoSettings(port=port, headless=True)) == 2
    told = " ".join(capsys.readouterr().err.split())
    assert f"cannot listen on 127.0.0.1 port {port}: Address already in use" in told
    assert "--port, 0 for any free one" in told


def test_a_run_whose_port_is_in_use_says_so_and_ends_with_two(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store = tmp_path / "store.sqlite"
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        settings = f"settings: {{api: {{port: {port}}}, store: {{path: {store}}}}}\n"
        assert cli.main(["run", "--config", str(write(tmp_path, settings + NETWORK))]) == 2
    told = capsys.readouterr().err
    assert f"cannot listen on 127.0.0.1 port {port}: Address already in use" in told
    assert "Traceback" not in told


def test_a_run_whose_store_cannot_be_opened_says_so_and_ends_with_two(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store = tmp_path / "nowhere" / "store.sqlite"
    settings = f"settings: {{api: {{port: 0}}, store: {{path: {store}}}}}\n"
    assert cli.main(["run", "--config", str(write(tmp_path, settings + NETWORK))]) == 2
    told = capsys.readouterr().err
    assert told == (
        f"store {store} cannot be opened: unable to open database file;"
        " its directory must exist and be writable, and no other netmon may use the file\n"
    )


def demo(folder: Path) -> subprocess.Popen[str]:
    """Start the demo with its own folder for files; its first line of output is there at once."""
    return subprocess.Popen(
        # The parent may ignore SIGINT, as a shell's background jobs do.
        [sys.executable, "-c", "import signal, runpy\n"
         "signal.signal(signal.SIGINT, signal.default_int_handler); print(flush=True)\n"
         "runpy.run_module('netmon', run_name='__main__', alter_sys=True)",
         "demo", "--headless", "--port", "0"],
        env={**os.environ, "TMPDIR": str(folder)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )  # fmt: skip


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda one: one.name)
@pytest.mark.parametrize("after_seconds", [0.4, 1.0])
def test_a_signal_before_anything_runs_ends_it_without_a_traceback(
    number: signal.Signals, after_seconds: float, tmp_path: Path
) -> None:
    program = demo(tmp_path)
    assert program.stdout is not None
    program.stdout.readline()
    time.sleep(after_seconds)  # wherever it is then: importing, or making its folder
    program.send_signal(number)
    _, told = program.communicate(timeout=40)
    assert "Traceback" not in told
    assert program.returncode in (0, 130)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda one: one.name)
def test_a_signal_in_the_past_of_the_demo_is_obeyed_in_the_past(
    number: signal.Signals, tmp_path: Path
) -> None:
    program = demo(tmp_path)
    assert program.stderr is not None
    assert "living through the previous 24 hours" in program.stderr.readline()
    time.sleep(0.1)
    program.send_signal(number)
    _, told = program.communicate(timeout=40)
    assert "now live" not in told
    assert "Traceback" not in told
    assert program.returncode == 130
    assert not list(tmp_path.iterdir())


def test_without_root_tun_says_what_it_needs_and_ends_with_two() -> None:
    # As root it gives that up first, but only once all is imported: it may be under /root.
    program = (
        "import os, sys, netmon.cli, netmon.demo\n"
        "os.geteuid() or os.setuid(65534)\n"
        "sys.exit(netmon.cli.main(['demo', '--tun', '--headless', '--port', '0']))"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=40, check=False
    )
    told = " ".join(ended.stderr.split())
    assert ended.returncode == 2, told
    assert "--tun makes a network namespace" in told
    assert "run it as root" in told
    assert "Traceback" not in told


def test_the_version_is_told_in_a_checkout_too(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["version"]) == 0
    assert capsys.readouterr().out == f"netmon {VERSION}\n"


def test_the_package_and_the_image_have_that_version() -> None:
    asked = [sys.executable, "-m", "hatchling", "metadata", "version"]
    built = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=True)
    assert built.stdout.strip() == VERSION
    compose = (ROOT / "docker-compose.yml").read_text("utf-8")
    assert f"image: netmon:{VERSION}\n" in compose
