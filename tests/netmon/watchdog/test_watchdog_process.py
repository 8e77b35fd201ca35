"""The watchdog as its users run it: a process, a real mail server, real HTTP."""

import asyncio
import contextlib
import json
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from email import message_from_bytes
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import Envelope

from netmon import cli
from netmon.watchdog.silence import News
from netmon.watchdog.telling import Mail, Ways, tell
from tests.servers import free_port

BEAT = {"version": "4", "alerts": [{"status": "firing", "labels": {"alertname": "Watchdog"}}]}
TOKEN = "a-long-secret"


class Postbox:
    """A mail server's handler that keeps what it is given."""

    def __init__(self) -> None:
        self.letters: list[Any] = []

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        assert isinstance(envelope.content, bytes)
        self.letters.append(message_from_bytes(envelope.content))
        return "250 kept"


@pytest.fixture
def postbox() -> Iterator[tuple[Postbox, int]]:
    handler, port = Postbox(), free_port()
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield handler, port
    finally:
        controller.stop()


@contextlib.contextmanager
def watchdog(*words: str | Path) -> "Iterator[subprocess.Popen[str]]":
    process = subprocess.Popen(
        [sys.executable, "-m", "netmon", "watchdog", *map(str, words)],
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def _post(port: int, body: object, token: str = TOKEN) -> int:
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/api/v1/watchdog",
        json.dumps(body).encode(),
        {"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
    )
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def _until(condition: Any, seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.1)


def _answers(port: int) -> bool:
    try:
        return _post(port, BEAT) == 200
    except OSError:
        return False


def test_silence_is_mailed_and_sounded_and_so_is_its_end(
    tmp_path: Path, postbox: tuple[Postbox, int]
) -> None:
    handler, mail_port = postbox
    port, token, siren = free_port(), tmp_path / "token", tmp_path / "siren"
    token.write_text(TOKEN + "\n")
    siren.write_text(f'#!/bin/sh\necho "$1" >> {tmp_path}/sounded\n')
    siren.chmod(0o700)
    with watchdog(
        "--port", str(port), "--silent-seconds", "2", "--token-file", token, "--run", siren,
        "--mail-to", "duty@example.org", "--mail-from", "netmon@example.org",
        "--mail-server", f"127.0.0.1:{mail_port}", "--mail-without-tls", "--name", "Narva",
    ):  # fmt: skip
        _until(lambda: _answers(port))
        assert _post(port, BEAT, "wrong") == 401
        assert _post(port, {"alerts": []}) == 422
        assert handler.letters == []
        _until(lambda: len(handler.letters) == 1)
        assert handler.letters[0]["Subject"] == (
            "[netmon] ALARM: nobody is being alerted, Narva is silent"
        )
        assert handler.letters[0]["To"] == "duty@example.org"
        assert "First checks" in handler.letters[0].get_payload()
        assert _post(port, BEAT) == 200
        _until(lambda: len(handler.letters) == 2)
        assert "works again" in handler.letters[1]["Subject"]
        _until(lambda: (tmp_path / "sounded").read_text() == "silent\nback\n")


def test_a_mail_server_that_is_dead_does_not_keep_the_siren_quiet(tmp_path: Path) -> None:
    siren = tmp_path / "siren"
    siren.write_text(f'#!/bin/sh\necho "$1" > {tmp_path}/sounded\n')
    siren.chmod(0o700)
    with watchdog(
        "--port", "0", "--silent-seconds", "0.5", "--run", siren,
        "--mail-to", "duty@example.org", "--mail-from", "netmon@example.org",
        "--mail-server", f"127.0.0.1:{free_port()}", "--mail-without-tls",
    ) as process:  # fmt: skip
        _until((tmp_path / "sounded").exists)
        assert process.poll() is None
        process.terminate()
        assert process.wait(10) == 0
        log = process.stderr.read() if process.stderr else ""
    assert "mail not sent" in log
    assert "Traceback" not in log


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--mail-to", "a@b.org"), "--mail-to needs --mail-server and --mail-from"),
        (("--silent-seconds", "0"), "must be seconds above 0"),
        (("--token-file", "/no/such/file"), "cannot be read"),
        (("--host", "example.org"), "host must be an IP address"),
        (
            ("--mail-to", "a@b.org\nBcc: c@d.org", "--mail-from", "a@b.org", "--mail-server", "m"),
            "must be a plain mail address",
        ),
    ],
)
def test_what_cannot_work_is_refused_at_the_start(
    words: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(["watchdog", *words])
    assert ended.value.code == 2
    assert said in " ".join(capsys.readouterr().err.split())


def test_a_mail_that_cannot_be_sent_for_whatever_reason_is_a_line_in_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    names_no_host = Mail(host="a" * 70, sender="a@b", recipients=("c@d",), starttls=False)
    asyncio.run(tell(Ways(mail=names_no_host), News.SILENT, 180.0, "netmon"))
    assert "watchdog: mail not sent: UnicodeError" in caplog.text


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--token-file", "{}"), "is empty; it must hold the secret alone"),
        (("--name", "a\nb"), "--name must be printable"),
        (
            ("--mail-to", "a@b", "--mail-from", "c@d", "--mail-server", "e", "--mail-user", "ü"),
            "may hold ASCII characters only",
        ),
    ],
)
def test_what_would_fail_only_in_an_alarm_or_let_anybody_beat_is_refused_at_once(
    words: tuple[str, ...], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    empty = tmp_path / "empty"
    empty.write_text("\n")
    with pytest.raises(SystemExit) as ended:
        cli.main(["watchdog", *(word.format(empty) for word in words)])
    assert ended.value.code == 2
    assert said in capsys.readouterr().err
