"""Sockets of the trap receiver: bound by netmon, who may still be root, read by the receiver.

They stay open while a receiver that died is started again, so what arrives meanwhile waits in the
kernel. What the kernel had to drop is read from SO_MEMINFO, the counter behind SO_RXQ_OVFL.
"""

import contextlib
import ipaddress
import os
import socket
import struct
from collections.abc import Mapping, Sequence
from typing import Final

from collectors.errors import TrapsUnavailable
from collectors.trap.settings import SYSTEMD, TrapSettings

_SO_RCVBUFFORCE: Final = 33
_SO_MEMINFO: Final = 55
_MEMINFO: Final = struct.Struct("=9I")
_DROPS: Final = 8  # SK_MEMINFO_DROPS, sock_diag(7)
_FIRST_HANDED_OVER: Final = 3  # sd_listen_fds(3)


def open_sockets(
    settings: TrapSettings, environ: Mapping[str, str] = os.environ
) -> list[socket.socket]:
    """Bind what the settings name; raise TrapsUnavailable with what would allow it."""
    opened: list[socket.socket] = []
    try:
        for each in settings.listen:
            if each == SYSTEMD:
                opened.extend(_handed_over(environ))
            else:
                opened.append(_bound(each, settings.port))
        for sock in opened:
            _enlarge(sock, settings.receive_buffer_octets)
    except (OSError, TrapsUnavailable) as error:
        close(opened)
        if isinstance(error, TrapsUnavailable):
            raise
        raise TrapsUnavailable(_words(error, settings)) from error
    return opened


def close(sockets: Sequence[socket.socket]) -> None:
    """Close them all."""
    for sock in sockets:
        sock.close()


def kernel_drops(sockets: Sequence[socket.socket]) -> int:
    """Return how many datagrams found the receive buffers full."""
    return sum(
        _MEMINFO.unpack(sock.getsockopt(socket.SOL_SOCKET, _SO_MEMINFO, _MEMINFO.size))[_DROPS]
        for sock in sockets
    )


def _bound(address: str, port: int) -> socket.socket:
    ip = ipaddress.ip_address(address)
    family = socket.AF_INET if ip.version == 4 else socket.AF_INET6
    sock = socket.socket(family, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
    try:
        if family == socket.AF_INET6:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        sock.bind(socket.getaddrinfo(address, port, type=socket.SOCK_DGRAM)[0][4])
    except OSError:
        sock.close()
        raise
    return sock


def _enlarge(sock: socket.socket, octets: int) -> None:
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, octets)
    with contextlib.suppress(PermissionError):  # beyond rmem_max only with CAP_NET_ADMIN
        sock.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, octets)


def _handed_over(environ: Mapping[str, str]) -> list[socket.socket]:
    """Return the datagram sockets that systemd has opened for this process (sd_listen_fds(3))."""
    if environ.get("LISTEN_PID") != str(os.getpid()):
        raise TrapsUnavailable(
            "traps.listen says systemd, but no socket was handed over; give the service a .socket"
            " unit with ListenDatagram=162, or name an address"
        )
    found = []
    for number in range(int(environ.get("LISTEN_FDS", "0"))):
        sock = socket.socket(fileno=os.dup(_FIRST_HANDED_OVER + number))
        if sock.type == socket.SOCK_DGRAM:
            sock.setblocking(False)
            found.append(sock)
        else:
            sock.close()
    if not found:
        raise TrapsUnavailable("systemd handed over no datagram socket; it needs ListenDatagram=")
    return found


def _words(error: OSError, settings: TrapSettings) -> str:
    where = f"{', '.join(settings.listen)} port {settings.port}"
    if isinstance(error, PermissionError):
        return (
            f"traps cannot be received on {where}: only root may bind a port below 1024; let"
            " systemd hand over the socket (traps.listen: [systemd]), or set traps.port above 1023"
            " and redirect port 162 to it"
        )
    return f"traps cannot be received on {where}: {error.strerror}"
