"""Silence: sockets that hear what a device is asked and never answer."""

import contextlib
import socket
from collections.abc import Iterable, Iterator

from collectors.target import Target


@contextlib.contextmanager
def silent(targets: Iterable[Target]) -> Iterator[None]:
    """Listen where devices would: without it the kernel would say that the port is closed."""
    with contextlib.ExitStack() as doors:
        for target in targets:
            if target.snmp is not None:
                door = doors.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
                door.bind((target.snmp.address, target.snmp.port))
        yield
