"""Channel: one non-blocking UDP socket of one address family, with its drops and ICMP errors.

The socket stays unconnected, for it serves all agents; IP_RECVERR puts the ICMP errors of each into
an error queue that says whose they are (ip(7)). An epoll of our own stands between the socket and
the event loop, because libuv gives up a descriptor for good when it reports an error.
"""

import contextlib
import select
import socket
from collections.abc import Iterator
from struct import Struct
from typing import Any, Final

Address = tuple[Any, ...]  # as the kernel gives it: host, port, and for IPv6 flow and scope

_SO_RXQ_OVFL: Final = 40
_IP_RECVERR: Final = 11
_IPV6_RECVERR: Final = 25
_DROPS: Final = Struct("=I")
_EXTENDED_ERROR: Final = Struct("=IBBBxII")  # struct sock_extended_err: errno origin type code …
_ORIGIN_ICMP, _ORIGIN_ICMP6 = 2, 3
_PORT_UNREACHABLE: Final = {(_ORIGIN_ICMP, 3, 3), (_ORIGIN_ICMP6, 1, 4)}
_ANCILLARY_OCTETS: Final = 512


def address_of(host: str, port: int) -> tuple[socket.AddressFamily, Address]:
    """Return family and kernel form of a numeric address; raise OSError for anything else."""
    flags = socket.AI_NUMERICHOST | socket.AI_NUMERICSERV
    found = socket.getaddrinfo(host, port, type=socket.SOCK_DGRAM, flags=flags)
    return found[0][0], found[0][4]


class Channel:
    """One socket."""

    def __init__(self, family: socket.AddressFamily, receive_buffer_octets: int) -> None:
        self.socket: Final = socket.socket(family, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        try:
            self._set_up(family, receive_buffer_octets)
        except OSError:
            self.socket.close()
            raise
        self._ready: Final = select.epoll()
        self.resume()

    def _set_up(self, family: socket.AddressFamily, octets: int) -> None:
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, octets)
        with contextlib.suppress(PermissionError):  # beyond rmem_max only with CAP_NET_ADMIN
            self.socket.setsockopt(socket.SOL_SOCKET, 33, octets)  # SO_RCVBUFFORCE
        self.socket.setsockopt(socket.SOL_SOCKET, _SO_RXQ_OVFL, 1)
        if family == socket.AF_INET6:
            self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            self.socket.setsockopt(socket.IPPROTO_IPV6, _IPV6_RECVERR, 1)
            self.socket.bind(("::", 0))
        else:
            self.socket.setsockopt(socket.IPPROTO_IP, _IP_RECVERR, 1)
            self.socket.bind(("0.0.0.0", 0))  # noqa: S104 - which way an answer comes is routing

    def fileno(self) -> int:
        """Return what an event loop watches for reading."""
        return self._ready.fileno()

    def receive_first(self, most: int) -> tuple[bytes, Address, int | None]:
        """Return a datagram, where it came from, and the drops counted so far, if any were."""
        data, ancillary, _, address = self.socket.recvmsg(most, _ANCILLARY_OCTETS)
        drops = None
        for level, kind, content in ancillary:
            if level == socket.SOL_SOCKET and kind == _SO_RXQ_OVFL:
                drops = int(_DROPS.unpack(content[: _DROPS.size])[0])
        return data, address, drops

    def pause(self) -> None:
        """Let the event loop hear nothing of what comes in, errors neither."""
        self._ready.unregister(self.socket.fileno())

    def resume(self) -> None:
        """Let the event loop hear again."""
        self._ready.register(self.socket.fileno(), select.EPOLLIN)

    def refusals(self) -> Iterator[Address]:
        """Yield the agents whose own host says that nobody listens on the port (HS-25)."""
        while True:
            try:
                _, ancillary, _, address = self.socket.recvmsg(
                    512, _ANCILLARY_OCTETS, socket.MSG_ERRQUEUE
                )
            except OSError:
                return
            if any(_is_refusal(content, address) for _, _, content in ancillary):
                yield address

    def close(self) -> None:
        """Close the socket."""
        self._ready.close()
        self.socket.close()


def _is_refusal(content: bytes, address: Address) -> bool:
    if len(content) < _EXTENDED_ERROR.size:
        return False
    _, origin, kind, code, _, _ = _EXTENDED_ERROR.unpack_from(content)
    if (origin, kind, code) not in _PORT_UNREACHABLE:
        return False
    offender = content[_EXTENDED_ERROR.size :]  # a struct sockaddr: the host that complained
    if len(offender) >= 24 and origin == _ORIGIN_ICMP6:
        host = socket.inet_ntop(socket.AF_INET6, offender[8:24])
    elif len(offender) >= 8 and origin == _ORIGIN_ICMP:
        host = socket.inet_ntop(socket.AF_INET, offender[4:8])
    else:
        return False
    return bool(host == str(address[0]).partition("%")[0])
