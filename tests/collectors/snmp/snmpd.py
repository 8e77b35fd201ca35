"""Debian's real snmpd on loopback, with a configuration of its own."""

import contextlib
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.servers import free_port, require

COMMUNITY = b"netmon-test"


@dataclass(slots=True)
class Snmpd:
    """An snmpd that can be stopped and started again, with what it remembers or without."""

    program: str
    port: int
    folder: Path
    lines: list[str]
    process: "subprocess.Popen[bytes] | None" = None

    def start(self) -> None:
        """Start it."""
        config = self.folder / "snmpd.conf"
        lines = (f"agentaddress udp:127.0.0.1:{self.port}", "sysdescr netmon test agent")
        config.write_text("\n".join((*lines, *self.lines)) + "\n", encoding="ascii")
        command = [self.program, "-f", "-Lo", "-I", "-smux"]  # -C would forget what is kept
        environment = {
            "SNMPCONFPATH": f"{self.folder}:{self.folder}/kept",
            "SNMP_PERSISTENT_DIR": str(self.folder / "kept"),
            "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
        }
        self.process = subprocess.Popen(
            command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )

    def stop(self) -> None:
        """Stop it; it keeps its users and engineBoots on disk."""
        if self.process is not None:
            self.process.terminate()
            self.process.wait(10)
            self.process = None


@contextlib.contextmanager
def snmpd(lines: list[str]) -> Iterator[Snmpd]:
    """Run snmpd with these lines of configuration; it is stopped with everything it wrote."""
    program = require("snmpd")
    with tempfile.TemporaryDirectory() as folder:
        agent = Snmpd(program, free_port(socket.SOCK_DGRAM), Path(folder), lines)
        agent.start()
        try:
            yield agent
        finally:
            agent.stop()


@contextlib.contextmanager
def running_snmpd() -> Iterator[int]:
    """Run snmpd with a community; yield its port."""
    with snmpd([f"rocommunity {COMMUNITY.decode()} 127.0.0.1"]) as agent:
        yield agent.port
