"""The real servers tests talk to: Debian's, started on loopback, stopped at the end."""

import os
import shutil
import socket

import pytest

HINT = "install the test servers: sudo make test-servers"


def require(program: str) -> str:
    """Return the program's path; without it skip with the hint, or fail where it is required."""
    path = shutil.which(
        program, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin:/usr/local/sbin"
    )
    if path is None:
        message = f"{program} is missing; {HINT}"
        if os.environ.get("NETMON_REQUIRE_SERVERS") == "1":
            pytest.fail(message)
        pytest.skip(message)
    return path


def free_port(kind: socket.SocketKind = socket.SOCK_STREAM, host: str = "127.0.0.1") -> int:
    """Return a port that is free now."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, kind) as probe:
        probe.bind((host, 0))
        port: int = probe.getsockname()[1]
        return port
