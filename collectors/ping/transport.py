"""Transport: how echo requests leave and how answers arrive, with the kernel's time on them.

`Transport` is the seam: the simulation answers echoes in the process itself, tests lose and forge
them. It has no opinion on what arrives; `collector` believes nothing of it.

`open_transport` prefers raw sockets (CAP_NET_RAW): one per family, shared by all targets. The
kernel drops what is not ours by type (ICMP_FILTER, ICMP6_FILTER) and by identifier (a BPF program),
so another program's ping flood costs us nothing. Without the capability it uses ping sockets, whose
identifier the kernel chooses, and whose errors come through the error queue.

Overruns of the receive buffer are read from SO_MEMINFO, which holds the very counter SO_RXQ_OVFL
would attach to the next datagram: it also tells drops that no datagram follows.
"""

import asyncio
import errno
import ipaddress
import socket
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, Final, Protocol

from annotated_types import Ge, Gt, Le

from collectors.errors import PingUnavailable
from collectors.ping import packet
from collectors.ping.endpoint import (
    ANCILLARY_OCTETS,
    DATAGRAM_OCTETS,
    ERROR_ANCILLARY_OCTETS,
    MSG_ERRQUEUE,
    PING_GROUP_RANGE,
    Endpoint,
    extended_error,
    kernel_time_ns,
    open_endpoint,
    what_is_missing,
)

_DATAGRAMS_PER_WAKE: Final = 256  # then other tasks get their turn: ≈ 1 ms
_DESTINATIONS: Final = 100_000  # remembered; reloads may bring new ones for ever
_DATAGRAMS_PER_DRAIN: Final = 50_000  # more than a 4 MiB buffer holds


@dataclass(frozen=True, slots=True, kw_only=True)
class PingSettings:
    """How echoes are sent, for all targets together."""

    packets_per_second: Annotated[float, Gt(0)] = 10_000.0
    packets_at_once: Annotated[int, Gt(0)] = 64
    payload_octets: Annotated[int, Ge(16), Le(1_400)] = 56
    receive_buffer_octets: Annotated[int, Gt(0)] = 4 * 1024 * 1024
    stall_seconds: Annotated[float, Gt(0)] = 0.25  # a timer later than this: our fault, not theirs
    memory_seconds: Annotated[float, Ge(0)] = 10.0  # how long late replies are known as ours


class Kind(StrEnum):
    """What arrived."""

    REPLY = "reply"
    ERROR = "error"


# (source address, the ICMP message without IP header, CLOCK_REALTIME of its arrival, what it is)
Receiver = Callable[[str, bytes, int | None, Kind], None]


@dataclass(slots=True)
class TransportStatistics:
    """What passed through the sockets, since the start."""

    packets_sent: int = 0
    packets_received: int = 0
    malformed: int = 0
    drops: int = 0  # arrived, but the receive buffer was full


class Transport(Protocol):
    """Carries echo requests away and brings answers back.

    Addresses are as `canonical` returns them. The receiver is called from the event loop, also from
    within `send` if need be.
    """

    @property
    def name(self) -> str:
        """Say what it is, for logs."""
        ...

    @property
    def statistics(self) -> TransportStatistics:
        """Counters; `drops` is right after `drain`."""
        ...

    def canonical(self, address: str) -> str:
        """Return the address as answers will carry it; raise OSError if it can never be reached."""
        ...

    def identifier(self, *, ipv6: bool) -> int:
        """Return the ICMP identifier requests must carry."""
        ...

    def listen(self, receiver: Receiver) -> None:
        """Start to deliver what arrives; called once, in the running loop."""
        ...

    def send(self, address: str, packet: bytes) -> None:
        """Send at once; raise BlockingIOError when it must wait, OSError when it is refused."""
        ...

    def drain(self) -> None:
        """Deliver all that has arrived by now, and bring `statistics.drops` up to date."""
        ...

    def close(self) -> None:
        """Release everything; nothing is delivered afterwards."""
        ...


def open_transport(settings: PingSettings = PingSettings()) -> "SocketTransport":
    """Open raw sockets, or else ping sockets; raise PingUnavailable if neither is allowed."""
    for raw in (True, False):
        endpoints = [
            endpoint
            for family in (socket.AF_INET, socket.AF_INET6)
            if (
                endpoint := open_endpoint(
                    family, raw=raw, receive_buffer_octets=settings.receive_buffer_octets
                )
            )
            is not None
        ]
        if endpoints:
            return SocketTransport(endpoints)
    raise PingUnavailable(what_is_missing(PING_GROUP_RANGE))


_KINDS_V4: Final = {packet.V4_ECHO_REPLY: Kind.REPLY} | dict.fromkeys(packet.V4_ERRORS, Kind.ERROR)
_KINDS_V6: Final = {packet.V6_ECHO_REPLY: Kind.REPLY} | dict.fromkeys(packet.V6_ERRORS, Kind.ERROR)


class SocketTransport:
    """One socket per family, raw or datagram ("ping socket")."""

    def __init__(self, endpoints: "list[Endpoint]") -> None:
        self._endpoints = {endpoint.ipv6: endpoint for endpoint in endpoints}
        self._destinations: dict[str, tuple[Endpoint, tuple[str, int] | tuple[str, int, int, int]]]
        self._destinations = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._receiver: Receiver | None = None
        self._statistics = TransportStatistics()
        self.name = "raw socket" if endpoints[0].raw else "ping socket"

    @property
    def statistics(self) -> TransportStatistics:
        """Counters; `drops` is right after `drain`."""
        return self._statistics

    def canonical(self, address: str) -> str:
        """Return the address as answers will carry it: a zone as its interface index."""
        if address in self._destinations:
            return address
        ipv6 = ":" in address
        endpoint = self._endpoints.get(ipv6)
        if endpoint is None:
            raise OSError(errno.EAFNOSUPPORT, f"IPv{6 if ipv6 else 4} is off on this host")
        family = socket.AF_INET6 if ipv6 else socket.AF_INET
        host, _, zone = address.partition("%")
        host = socket.inet_ntop(family, socket.inet_pton(family, host))
        index = _zone_index(host, zone)
        canonical = f"{host}%{index}" if index else host
        if len(self._destinations) >= _DESTINATIONS:
            self._destinations.clear()
        self._destinations[canonical] = (endpoint, (host, 0, 0, index) if ipv6 else (host, 0))
        return canonical

    def identifier(self, *, ipv6: bool) -> int:
        """Return ours, or what the kernel gave the ping socket."""
        return self._endpoints[ipv6].identifier

    def listen(self, receiver: Receiver) -> None:
        """Start to deliver what arrives."""
        self._receiver = receiver
        self._loop = asyncio.get_running_loop()
        for endpoint in self._endpoints.values():
            self._loop.add_reader(endpoint.socket.fileno(), self._read, endpoint)

    def send(self, address: str, packet: bytes) -> None:
        """Send at once; raise BlockingIOError when the send buffer is full."""
        found = self._destinations.get(address)
        if found is None:
            found = self._destinations[self.canonical(address)]
        endpoint, destination = found
        try:
            endpoint.socket.sendto(packet, destination)
        except BlockingIOError:
            raise
        except OSError as error:
            if error.errno == errno.ENOBUFS:
                raise BlockingIOError(errno.EAGAIN, "the interface's queue is full") from error
            if endpoint.raw:
                raise
            # The error may belong to an earlier echo to somebody else: read it, ask once more.
            self._read_errors(endpoint)
            endpoint.socket.sendto(packet, destination)
        self._statistics.packets_sent += 1

    def drain(self) -> None:
        """Deliver all that has arrived by now, and count what could not be kept."""
        drops = 0
        for endpoint in self._endpoints.values():
            self._read(endpoint, _DATAGRAMS_PER_DRAIN)
            drops += endpoint.drops()
        self._statistics.drops = drops

    def close(self) -> None:
        """Close the sockets."""
        for endpoint in self._endpoints.values():
            if self._loop is not None and not self._loop.is_closed():
                self._loop.remove_reader(endpoint.socket.fileno())
            endpoint.socket.close()
        self._receiver = None

    def _read(self, endpoint: "Endpoint", limit: int = _DATAGRAMS_PER_WAKE) -> None:
        """Read in one go, deliver in another: a system call between makes Python slower."""
        view, receive = endpoint.view, endpoint.socket.recvmsg_into
        buffers, raw_v4 = endpoint.buffers, endpoint.raw and not endpoint.ipv6
        start = 0
        datagrams: list[tuple[bytes, list[tuple[int, int, bytes]], tuple[Any, ...]]] = []
        while len(datagrams) < limit and self._receiver is not None:
            try:
                octets, ancillary, _, source = receive(buffers, ANCILLARY_OCTETS)
            except BlockingIOError:
                break
            except OSError:
                self._read_errors(endpoint)
                continue
            if raw_v4:
                start = (view[0] & 0x0F) * 4
            datagrams.append((bytes(view[start:octets]), ancillary, source))
        self._statistics.packets_received += len(datagrams)
        kinds = _KINDS_V6 if endpoint.ipv6 else _KINDS_V4
        for message, ancillary, source in datagrams:
            kind = kinds.get(message[0]) if len(message) >= packet.HEADER_OCTETS else None
            if kind is None or self._receiver is None:
                self._statistics.malformed += 1
                continue
            host = source[0] if len(source) == 2 or not source[3] else f"{source[0]}%{source[3]}"
            self._receiver(host, message, kernel_time_ns(ancillary), kind)

    def _read_errors(self, endpoint: "Endpoint") -> None:
        """Deliver what the error queue of a ping socket holds, as the packets they were."""
        while True:
            try:
                request, ancillary, _, destination = endpoint.socket.recvmsg(
                    DATAGRAM_OCTETS, ERROR_ANCILLARY_OCTETS, MSG_ERRQUEUE
                )
            except OSError:
                return
            for level, type_, data in ancillary:
                error = extended_error(level, type_, data)
                if error is not None and self._receiver is not None and destination:
                    offender, icmp_type, code = error
                    message = packet.error(
                        icmp_type, code, destination=destination[0], request=request
                    )
                    self._receiver(offender, message, None, Kind.ERROR)


def _zone_index(host: str, zone: str) -> int:
    """Return the interface a link-local address is on; a zone elsewhere means nothing."""
    if not zone or not ipaddress.ip_address(host).is_link_local:
        return 0
    return int(zone) if zone.isdigit() else socket.if_nametoindex(zone)
