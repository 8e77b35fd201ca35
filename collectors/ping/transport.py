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
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Final, Protocol

from annotated_types import Ge, Gt, Le

from collectors.errors import PingUnavailable
from collectors.ping import packet
from collectors.ping.endpoint import (
    ERROR_ANCILLARY_OCTETS,
    MSG_ERRQUEUE,
    PING_GROUP_RANGE,
    Endpoint,
    extended_error,
    open_endpoint,
    what_is_missing,
)
from collectors.ping.mailbox import CAPACITY, LONGEST_OCTETS

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


# What arrived, in three lists: source addresses, ICMP messages without IP header, CLOCK_REALTIME of
# their arrivals in nanoseconds (None where the kernel did not tell).
Receiver = Callable[[list[str], list[bytes], list[int | None]], None]


@dataclass(slots=True)
class TransportStatistics:
    """What passed through the sockets, since the start."""

    packets_sent: int = 0
    packets_received: int = 0
    drops: int = 0  # arrived, but the receive buffer was full


class Transport(Protocol):
    """Carries echo requests away and brings answers back.

    Addresses are as `canonical` returns them. The receiver is called from the event loop or from
    `drain`; from within `send` only with errors, never with replies.
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

    def send(
        self,
        addresses: Sequence[str],
        requests: Sequence[bytes],
        departures: list[float],
        now: Callable[[], float],
    ) -> None:
        """Send a request to each address, in order, those that have no departure yet; append it.

        Raises BlockingIOError when the next one must wait, OSError when it is refused.
        """
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
                    family,
                    raw=raw,
                    receive_buffer_octets=settings.receive_buffer_octets,
                    message_octets=packet.HEADER_OCTETS + settings.payload_octets,
                )
            )
            is not None
        ]
        if endpoints:
            return SocketTransport(endpoints)
    raise PingUnavailable(what_is_missing(PING_GROUP_RANGE))


_Destination = tuple[str, int] | tuple[str, int, int, int]


class SocketTransport:
    """One socket per family, raw or datagram ("ping socket")."""

    def __init__(self, endpoints: "list[Endpoint]") -> None:
        self._endpoints = {endpoint.ipv6: endpoint for endpoint in endpoints}
        self._destinations = dict[str, _Destination]()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._receiver: Receiver | None = None
        self._statistics = TransportStatistics()
        self._send_to = {ipv6: each.socket.sendto for ipv6, each in self._endpoints.items()}
        self._raw = endpoints[0].raw
        self.name = "raw socket" if self._raw else "ping socket"

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
        if len(self._destinations) >= _DESTINATIONS:
            self._destinations.clear()
            endpoint.names.clear()
        destination: _Destination
        if ipv6:
            host, _, zone = address.partition("%")
            octets = socket.inet_pton(socket.AF_INET6, host)
            canonical = host = socket.inet_ntop(socket.AF_INET6, octets)
            index = _zone_index(host, zone)
            if index:
                canonical = f"{host}%{index}"
            octets += index.to_bytes(4, sys.byteorder)
            destination = host, 0, 0, index
        else:
            octets = socket.inet_pton(socket.AF_INET, address)
            canonical = address  # what inet_pton takes has one spelling only
            destination = address, 0
        endpoint.names[octets] = canonical
        self._destinations[canonical] = destination
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

    def send(
        self,
        addresses: Sequence[str],
        requests: Sequence[bytes],
        departures: list[float],
        now: Callable[[], float],
    ) -> None:
        """Send a request to each address, in order, those that have no departure yet."""
        before, asked_again = len(departures), -1
        try:
            while (at := len(departures)) < len(requests):
                try:
                    self._send(addresses[at:], requests[at:], departures, now)
                except OSError as error:
                    at = len(departures)
                    if error.errno == errno.ENOBUFS:  # the interface's queue is full
                        raise BlockingIOError(errno.EAGAIN, error.strerror) from error
                    if self._raw or isinstance(error, BlockingIOError) or at == asked_again:
                        raise
                    # It may belong to an earlier echo to somebody else: read it, ask once more.
                    asked_again = at
                    for endpoint in self._endpoints.values():
                        self._read_errors(endpoint)
        finally:
            self._statistics.packets_sent += len(departures) - before

    def _send(
        self,
        addresses: Sequence[str],
        requests: Sequence[bytes],
        departures: list[float],
        now: Callable[[], float],
    ) -> None:
        destinations, send = self._destinations, self._send_to
        for address, request in zip(addresses, requests, strict=True):
            destination = destinations.get(address) or destinations[self.canonical(address)]
            sendto = send[len(destination) == 4]
            departure = now()
            sendto(request, destination)
            departures.append(departure)

    def drain(self) -> None:
        """Deliver all that has arrived by now, and count what could not be kept."""
        drops = 0
        for endpoint in self._endpoints.values():
            self._read(endpoint, to_the_end=True)
            drops += endpoint.drops()
        self._statistics.drops = drops

    def close(self) -> None:
        """Close the sockets."""
        for endpoint in self._endpoints.values():
            if self._loop is not None and not self._loop.is_closed():
                self._loop.remove_reader(endpoint.socket.fileno())
            endpoint.socket.close()
        self._receiver = None

    def _read(self, endpoint: "Endpoint", *, to_the_end: bool = False) -> None:
        """Deliver what has arrived: all of it, or as much as leaves others their turn."""
        limit = _DATAGRAMS_PER_DRAIN if to_the_end else _DATAGRAMS_PER_WAKE
        while limit > 0 and self._receiver is not None:
            try:
                sources, messages, stamps = endpoint.mailbox.read()
            except BlockingIOError:
                return
            except OSError:
                self._read_errors(endpoint)
                continue
            self._statistics.packets_received += len(messages)
            self._receiver(sources, messages, stamps)
            limit -= len(messages)
            if len(messages) < CAPACITY and not to_the_end:
                return

    def _read_errors(self, endpoint: "Endpoint") -> None:
        """Deliver what the error queue of a ping socket holds, as the packets they were."""
        while True:
            try:
                request, ancillary, _, destination = endpoint.socket.recvmsg(
                    LONGEST_OCTETS, ERROR_ANCILLARY_OCTETS, MSG_ERRQUEUE
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
                    self._receiver([offender], [message], [None])


def _zone_index(host: str, zone: str) -> int:
    """Return the interface a link-local address is on; a zone elsewhere means nothing."""
    if not zone or not ipaddress.ip_address(host).is_link_local:
        return 0
    return int(zone) if zone.isdigit() else socket.if_nametoindex(zone)
