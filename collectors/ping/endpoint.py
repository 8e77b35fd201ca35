"""Endpoint: one ICMP socket, opened so that the kernel times, sorts and counts for us.

Everything here is Linux: socket options and filters that Python's `socket` has no names for.
"""

import ctypes
import errno
import os
import socket
import struct
from pathlib import Path
from typing import Final

from collectors.ping import packet
from collectors.ping.mailbox import Mailbox, Names

# Of asm-generic/socket.h, linux/icmp.h, linux/icmpv6.h, linux/in.h, linux/in6.h, linux/errqueue.h.
MSG_ERRQUEUE: Final = 0x2000
_SO_RCVBUFFORCE: Final = 33
_SO_TIMESTAMPNS: Final = 35
_SO_ATTACH_FILTER: Final = 26
_SO_MEMINFO: Final = 55
_SK_MEMINFO_DROPS: Final = 8
_SOL_RAW: Final = 255
_ICMP_FILTER: Final = 1
_ICMPV6_FILTER: Final = 1
_IP_RECVERR: Final = 11
_IPV6_RECVERR: Final = 25
_SO_EE_ORIGIN_ICMP: Final = 2
_SO_EE_ORIGIN_ICMP6: Final = 3

# Classic BPF (linux/bpf_common.h), the few instructions the filters below need.
_LOAD_OCTET: Final = 0x30
_LOAD_WORD: Final = 0x28
_LOAD_OCTET_AT_X: Final = 0x50
_LOAD_WORD_AT_X: Final = 0x48
_HEADER_TO_X: Final = 0xB1
_AND: Final = 0x54
_SHIFT_LEFT: Final = 0x64
_ADD_X: Final = 0x0C
_TO_X: Final = 0x07
_JUMP: Final = 0x05
_JUMP_IF_EQUAL: Final = 0x15
_RETURN: Final = 0x06

PING_GROUP_RANGE: Final = Path("/proc/sys/net/ipv4/ping_group_range")
ERROR_ANCILLARY_OCTETS: Final = 512

_unpack_extended_error: Final = struct.Struct("=IBBBxII").unpack_from


class Endpoint:
    """One open socket and the mailbox it is read through."""

    __slots__ = ("identifier", "ipv6", "mailbox", "names", "raw", "socket")

    def __init__(
        self, opened: socket.socket, *, ipv6: bool, raw: bool, identifier: int, message_octets: int
    ) -> None:
        self.socket = opened
        self.ipv6 = ipv6
        self.raw = raw
        self.identifier = identifier
        self.names = Names()
        self.mailbox = Mailbox(
            opened, ipv6=ipv6, raw=raw, message_octets=message_octets, names=self.names
        )

    def drops(self) -> int:
        """Return how many datagrams found the receive buffer full, ever."""
        figures = self.socket.getsockopt(socket.SOL_SOCKET, _SO_MEMINFO, 36)
        count: int = struct.unpack("=9I", figures)[_SK_MEMINFO_DROPS]
        return count


def open_endpoint(
    family: int, *, raw: bool, receive_buffer_octets: int, message_octets: int
) -> Endpoint | None:
    """Open one family's socket; None where the host has no such family or forbids it.

    `message_octets` is what most answers will have; others are read too, only slower.
    """
    ipv6 = family == socket.AF_INET6
    protocol = socket.IPPROTO_ICMPV6 if ipv6 else socket.IPPROTO_ICMP
    try:
        opened = socket.socket(family, socket.SOCK_RAW if raw else socket.SOCK_DGRAM, protocol)
    except OSError as error:
        if error.errno in (errno.EPERM, errno.EACCES, errno.EAFNOSUPPORT, errno.EPROTONOSUPPORT):
            return None
        raise
    try:
        opened.setblocking(False)
        opened.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
        _enlarge(opened, receive_buffer_octets)
        if raw:
            identifier = int.from_bytes(os.urandom(2), "big") or 1
            _filter_types(opened, ipv6=ipv6)
            _filter_identifier(opened, identifier, ipv6=ipv6)
        else:
            opened.bind(("::" if ipv6 else "0.0.0.0", 0))  # noqa: S104 - an identifier, no port
            identifier = opened.getsockname()[1]
            if ipv6:
                opened.setsockopt(socket.IPPROTO_IPV6, _IPV6_RECVERR, 1)
            else:
                opened.setsockopt(socket.IPPROTO_IP, _IP_RECVERR, 1)
    except BaseException:
        opened.close()
        raise
    return Endpoint(
        opened, ipv6=ipv6, raw=raw, identifier=identifier, message_octets=message_octets
    )


def _enlarge(opened: socket.socket, octets: int) -> None:
    try:
        opened.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, octets)
    except PermissionError:  # without CAP_NET_ADMIN net.core.rmem_max is the limit
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, octets)


def _filter_types(opened: socket.socket, *, ipv6: bool) -> None:
    """Let in replies and errors only; on loopback a raw socket would see our own requests too."""
    if ipv6:
        blocked = bytearray(b"\xff" * 32)  # RFC 3542 §3.2; on Linux a set bit blocks
        for type_ in (packet.V6_ECHO_REPLY, *packet.V6_ERRORS):
            word = struct.unpack_from("=I", blocked, type_ // 32 * 4)[0] & ~(1 << type_ % 32)
            struct.pack_into("=I", blocked, type_ // 32 * 4, word)
        opened.setsockopt(socket.IPPROTO_ICMPV6, _ICMPV6_FILTER, bytes(blocked))
        return
    passed = sum(1 << type_ for type_ in (packet.V4_ECHO_REPLY, *packet.V4_ERRORS))
    opened.setsockopt(_SOL_RAW, _ICMP_FILTER, struct.pack("=I", ~passed & 0xFFFFFFFF))


def _filter_identifier(opened: socket.socket, identifier: int, *, ipv6: bool) -> None:
    """Let in only what carries our identifier, or quotes it; the nonce is still the proof.

    Classic BPF; the data of a raw IPv4 socket begin at the IP header, of an ICMPv6 one behind it.
    """
    accept, drop = 0x40000, 0
    if ipv6:
        program = [
            (_LOAD_OCTET, 0, 0, 0),  # type
            (_JUMP_IF_EQUAL, 0, 2, packet.V6_ECHO_REPLY),
            (_LOAD_WORD, 0, 0, 4),  # identifier
            (_JUMP, 0, 0, 1),
            (_LOAD_WORD, 0, 0, 8 + 40 + 4),  # identifier of the quoted request
        ]
    else:
        program = [
            (_HEADER_TO_X, 0, 0, 0),  # X = octets of the IP header
            (_LOAD_OCTET_AT_X, 0, 0, 0),  # type
            (_JUMP_IF_EQUAL, 0, 2, packet.V4_ECHO_REPLY),
            (_LOAD_WORD_AT_X, 0, 0, 4),  # identifier
            (_JUMP, 0, 0, 6),
            (_LOAD_OCTET_AT_X, 0, 0, 8),  # first octet of the quoted IP header
            (_AND, 0, 0, 0x0F),
            (_SHIFT_LEFT, 0, 0, 2),
            (_ADD_X, 0, 0, 0),
            (_TO_X, 0, 0, 0),  # X = octets of both IP headers
            (_LOAD_WORD_AT_X, 0, 0, 8 + 4),  # identifier of the quoted request
        ]
    program += [
        (_JUMP_IF_EQUAL, 0, 1, identifier),
        (_RETURN, 0, 0, accept),
        (_RETURN, 0, 0, drop),
    ]
    code = b"".join(struct.pack("=HBBI", *instruction) for instruction in program)
    held = ctypes.create_string_buffer(code, len(code))  # the kernel copies it in the call below
    option = struct.pack("@HP", len(program), ctypes.addressof(held))
    opened.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, option)


def extended_error(level: int, type_: int, data: bytes) -> tuple[str, int, int] | None:
    """Return who sent an error, its type and its code (struct sock_extended_err)."""
    if (level, type_) not in (
        (socket.IPPROTO_IP, _IP_RECVERR),
        (socket.IPPROTO_IPV6, _IPV6_RECVERR),
    ):
        return None
    _, origin, icmp_type, code, _, _ = _unpack_extended_error(data)
    if origin == _SO_EE_ORIGIN_ICMP:
        return socket.inet_ntop(socket.AF_INET, data[20:24]), icmp_type, code
    if origin == _SO_EE_ORIGIN_ICMP6:
        return socket.inet_ntop(socket.AF_INET6, data[24:40]), icmp_type, code
    return None


def what_is_missing(ping_group_range: Path) -> str:
    """Say which capability or sysctl would let this process ping."""
    try:
        allowed = " ".join(ping_group_range.read_text().split())
    except OSError:
        allowed = "unreadable"
    group = os.getegid()
    return (
        "no ICMP socket may be opened: this process has no CAP_NET_RAW (systemd: "
        "AmbientCapabilities=CAP_NET_RAW; docker: cap_add: [NET_RAW]), and its group "
        f'{group} is outside net.ipv4.ping_group_range = "{allowed}" '
        f'(sysctl -w net.ipv4.ping_group_range="{group} {group}"); one of them is enough'
    )
