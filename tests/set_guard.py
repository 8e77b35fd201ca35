"""No SNMP SET leaves in any test: the whole session is watched, and fails if one did.

As root by a capture of loopback (`tests.capture`), so that every process is watched, whoever
started it; else by a watch on the sockets of this process. The one community that may stand in a
SET is `REFUSED`: a test that proves a refusal says so by it.
"""

import json
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from tests.capture import community_of_set

REFUSED = b"a SET that must be refused"
ROOT = Path(__file__).parents[1]


class Guard(Protocol):
    dropped: int  # datagrams that the guard could not look at

    def finish(self) -> list[str]:
        """Stop watching; return a line for every SET that left."""
        ...


class CaptureGuard:
    """All of loopback, in a process of its own."""

    def __init__(self, allowed: bytes = REFUSED) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.capture", allowed.decode()],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,  # a Ctrl-C in the terminal is for pytest
        )
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == "ready\n"
        self.seen = self.dropped = 0

    def finish(self) -> list[str]:
        output, _ = self._process.communicate()
        *found, last = map(json.loads, output.splitlines())
        self.seen, self.dropped = last["seen"], last["dropped"]
        return [f"port {each['port']} sent {each['octets']}" for each in found]


class SocketGuard:
    """The sockets of this process, as far as Python sends by them."""

    def __init__(self, allowed: bytes = REFUSED) -> None:
        self._allowed = allowed
        self._found: list[str] = []
        self.dropped = 0
        self._names = ("send", "sendto", "sendmsg")
        for name in self._names:
            setattr(socket.socket, name, self._watched(getattr(socket.socket, name)))

    def _watched(self, send: Callable[..., Any]) -> Callable[..., Any]:
        def watched(sock: socket.socket, data: Any, *others: Any) -> Any:
            octets = b"".join(data) if isinstance(data, (list, tuple)) else bytes(data)
            if sock.type == socket.SOCK_DGRAM:
                community = community_of_set(octets)
                if community is not None and community != self._allowed:
                    self._found.append(f"sent {octets.hex()}")
            return send(sock, data, *others)

        return watched

    def finish(self) -> list[str]:
        for name in self._names:
            delattr(socket.socket, name)  # what lies below is the method of the C module
        return self._found


def start() -> Guard:
    """Return the best guard there is for whoever runs the tests."""
    try:
        with socket.socket(socket.AF_PACKET, socket.SOCK_RAW):
            pass
    except (AttributeError, OSError):
        return SocketGuard()
    return CaptureGuard()
