"""Debian's real snmpd on loopback, with a configuration of its own."""

import contextlib
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.servers import free_port, require

COMMUNITY = b"netmon-test"


@contextlib.contextmanager
def running_snmpd() -> Iterator[int]:
    """Run snmpd; yield its port. It is stopped with everything it wrote."""
    program = require("snmpd")
    port = free_port(socket.SOCK_DGRAM)
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "snmpd.conf"
        config.write_text(
            f"agentaddress udp:127.0.0.1:{port}\n"
            f"rocommunity {COMMUNITY.decode()} 127.0.0.1\n"
            "sysdescr netmon test agent\n",
            encoding="ascii",
        )
        command = [program, "-f", "-Lo", "-C", "-c", str(config), "-I", "-smux"]
        environment = {"SNMP_PERSISTENT_DIR": folder, "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}
        with subprocess.Popen(
            command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as process:
            try:
                yield port
            finally:
                process.terminate()
