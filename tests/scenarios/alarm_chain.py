"""The alarm chain: the shipped rules and routes in real servers, with a page of metrics we write.

Time runs twenty times as fast: every `for`, wait and repetition is a twentieth. Mail goes to
a real mail server, webhooks to a real HTTP server; both keep what they are given.
"""

import contextlib
import copy
import json
import re
import subprocess
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import Envelope
from ruamel.yaml import YAML

from tests.prometheus.rules import FOLDER, read
from tests.servers import free_port, require

FASTER: Final = 20
_UNITS: Final = {"s": 1.0, "m": 60.0, "h": 3600.0}
_DURATIONS: Final = {
    "for", "keep_firing_for", "group_wait", "group_interval", "repeat_interval", "resolve_timeout",
}  # fmt: skip


class Post:
    """Everything people would have got: webhooks by path, letters."""

    def __init__(self) -> None:
        self.hooks: list[tuple[str, dict[str, Any]]] = []
        self.letters: list[Message] = []

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        assert isinstance(envelope.content, bytes)
        self.letters.append(message_from_bytes(envelope.content))
        return "250 kept"

    def told(self, receiver: str, **labels: str) -> list[str]:
        """Return `firing` or `resolved` of each webhook call about an alert with these labels."""
        return [
            str(call["status"])
            for path, call in self.hooks
            if path == f"/{receiver}"
            and any(labels.items() <= alert["labels"].items() for alert in call["alerts"])
        ]

    def mails(self, address: str, words: str = "") -> list[str]:
        """Return the subjects of the letters to an address that hold the words."""
        return [
            str(letter["Subject"])
            for letter in self.letters
            if address in str(letter["To"]) and words in letter.as_string() + str(letter["Subject"])
        ]


@dataclass
class Chain:
    """Prometheus and Alertmanager on loopback, and what they told."""

    folder: Path
    post: Post
    netmon: int
    prometheus: int
    alertmanager: int
    processes: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)

    def start_prometheus(self) -> None:
        self._start(
            "prometheus", require("prometheus"),
            f"--config.file={self.folder}/prometheus.yml",
            f"--storage.tsdb.path={self.folder}/tsdb",
            f"--web.listen-address=127.0.0.1:{self.prometheus}", "--rules.alert.resend-delay=1s",
        )  # fmt: skip

    def start_alertmanager(self) -> None:
        self._start(
            "alertmanager", require("prometheus-alertmanager"),
            f"--config.file={self.folder}/alertmanager.yml", f"--storage.path={self.folder}/am",
            f"--web.listen-address=127.0.0.1:{self.alertmanager}", "--cluster.listen-address=",
        )  # fmt: skip

    def stop(self, name: str) -> None:
        process = self.processes.pop(name)
        process.terminate()
        process.wait(20)

    def ask(self, path: str) -> Any:
        url = f"http://127.0.0.1:{self.alertmanager}/api/v2/{path}"
        with urllib.request.urlopen(url, timeout=5) as answer:
            return json.load(answer)

    def _start(self, name: str, *command: str) -> None:
        with (self.folder / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(command, stdout=log, stderr=log)


@contextlib.contextmanager
def alarm_chain(
    folder: Path, page: Callable[[], str], *, netmon: int | None = None, faster: int = FASTER
) -> Iterator[Chain]:
    """Run the chain over a page of metrics, or over a netmon on a port; nothing is left behind.

    `faster` is how many times as fast as shipped; 1 leaves all durations and scrapes alone.
    """
    post = Post()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(post, page))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    letters = Controller(post, hostname="127.0.0.1", port=free_port())
    letters.start()
    chain = Chain(folder, post, server.server_port, free_port(), free_port())
    _write(chain, int(letters.port), netmon or server.server_port, faster)
    try:
        chain.start_alertmanager()
        until(lambda: chain.ask("status"))
        chain.start_prometheus()
        yield chain
    finally:
        for name in list(chain.processes):
            chain.processes[name].kill()
            chain.processes.pop(name).wait()
        letters.stop()
        server.shutdown()
        server.server_close()


def until(ask: Callable[[], Any], seconds: float = 60.0) -> Any:
    """Wait for something true; real servers start when they start."""
    end = time.monotonic() + seconds
    while True:
        with contextlib.suppress(OSError):
            if found := ask():
                return found
        assert time.monotonic() < end, "it never came"
        time.sleep(0.1)


def _handler(post: Post, page: Callable[[], str]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = page().encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/plain; version=0.0.4")
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            post.hooks.append((self.path, json.loads(body)))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_words: Any) -> None:
            """Say nothing."""

    return Handler


def _write(chain: Chain, mail_port: int, netmon: int, faster: int) -> None:
    """Write the shipped files for loopback: places and secrets are ours, durations a twentieth."""
    prometheus = read(FOLDER / "prometheus.yml")
    if faster > 1:
        prometheus["global"] = {"scrape_interval": "1s", "scrape_timeout": "1s",
                            "evaluation_interval": "1s"}  # fmt: skip
    prometheus["scrape_configs"] = [
        {**job, "static_configs": [{"targets": [f"127.0.0.1:{netmon}"]}]}
        for job in prometheus["scrape_configs"]
        if job["job_name"] == "netmon"
    ]
    target = {"targets": [f"127.0.0.1:{chain.alertmanager}"]}
    prometheus["alerting"] = {"alertmanagers": [{"static_configs": [target]}]}
    _dump(chain.folder / "prometheus.yml", prometheus)
    (chain.folder / "rules").mkdir()
    for path in (FOLDER / "rules").glob("*.yaml"):
        _dump(chain.folder / "rules" / path.name, _faster(read(path), faster))
    manager = _faster(read(FOLDER / "alertmanager.yml"), faster)
    manager["global"] = {"smtp_smarthost": f"127.0.0.1:{mail_port}", "smtp_require_tls": False,
                         "smtp_from": "netmon@example.org", "resolve_timeout": "30s"}  # fmt: skip
    manager.pop("templates", None)
    if templates := sorted(FOLDER.glob("*.tmpl")):
        manager["templates"] = [str(path) for path in templates]
    for receiver in manager["receivers"]:
        for hook in receiver.get("webhook_configs", ()):
            hook["url"] = f"http://127.0.0.1:{chain.netmon}/{receiver['name']}"
            hook.pop("http_config", None)
    _dump(chain.folder / "alertmanager.yml", manager)


def _faster(tree: Any, times: int) -> Any:
    if isinstance(tree, Mapping):
        return {
            key: _shorter(value, times) if key in _DURATIONS else _faster(value, times)
            for key, value in tree.items()
        }
    return [_faster(one, times) for one in tree] if isinstance(tree, list) else copy.copy(tree)


def _shorter(duration: str, times: int) -> str:
    seconds = sum(float(n) * _UNITS[unit] for n, unit in re.findall(r"(\d+)([smh])", duration))
    return f"{round(1000 * seconds / times)}ms"


def _dump(path: Path, content: Any) -> None:
    with path.open("w", encoding="utf-8") as file:
        YAML(typ="safe").dump(content, file)
