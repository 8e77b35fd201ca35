"""Running: a real `netmon run`, asked over HTTP as people and Prometheus ask it."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.servers import free_port

ROOT = Path(__file__).resolve().parents[2]
ResultT = TypeVar("ResultT")

Labels = frozenset[tuple[str, str]]
Samples = dict[str, dict[Labels, float]]


@dataclass
class Netmon:
    """One netmon and its configuration; it may be killed and started again."""

    path: Path
    port: int
    environ: Mapping[str, str] = field(default_factory=dict)
    launcher: tuple[str, ...] = ("-m", "netmon")
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> str:
        return self.path.with_suffix(".log").read_text(encoding="utf-8")

    def start(self) -> None:
        command = [sys.executable, *self.launcher, "run", "--config", str(self.path)]
        with self.path.with_suffix(".log").open("ab") as log:
            environ = {**os.environ, **self.environ}
            self.process = subprocess.Popen(command, cwd=ROOT, stderr=log, env=environ)

    def signal(self, number: signal.Signals) -> None:
        assert self.process is not None
        self.process.send_signal(number)

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def stop(self) -> int:
        """Ask it to end; return its exit code."""
        assert self.process is not None
        self.process.terminate()
        return self.process.wait(20)

    def ask(self, what: str) -> Any:
        with urllib.request.urlopen(f"{self.url}/api/v1/{what}", timeout=10) as answer:
            return json.load(answer)

    def incidents(self, phase: str = "open") -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.ask(f"incidents?phase={phase}")["incidents"]
        return found

    def conditions(self) -> dict[str, str]:
        """Link → condition."""
        return {link["id"]: link["condition"] for link in self.ask("links")["links"]}

    def page(self) -> str:
        with urllib.request.urlopen(f"{self.url}/metrics", timeout=10) as answer:
            text: str = answer.read().decode()
            return text

    def samples(self) -> Samples:
        """Scrape; return every sample by name and labels."""
        found: Samples = {}
        for family in text_string_to_metric_families(self.page()):
            for sample in family.samples:
                labels = frozenset(sample.labels.items())
                found.setdefault(sample.name, {})[labels] = sample.value
        return found

    def value(self, name: str) -> float:
        """Scrape; return the one sample of a name."""
        (value,) = self.samples()[name].values()
        return value


@contextlib.contextmanager
def running(
    path: Path,
    port: int,
    environ: Mapping[str, str] | None = None,
    launcher: tuple[str, ...] = ("-m", "netmon"),
) -> Iterator[Netmon]:
    """Run netmon; whatever happens, it is gone in the end and has said no traceback."""
    netmon = Netmon(path, port, environ or {}, launcher)
    netmon.start()
    try:
        yield netmon
        assert "Traceback" not in netmon.log, netmon.log[-3000:]
    finally:
        netmon.kill()


def eventually(ask: Callable[[], ResultT | None], seconds: float = 60.0) -> ResultT:
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


def watch(seconds: float, look: Callable[[], None], *, every: float = 0.5) -> None:
    """Look again and again for so long."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        look()
        time.sleep(every)


def udp_port() -> int:
    return free_port(socket.SOCK_DGRAM)
