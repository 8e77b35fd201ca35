"""ICMP echo to and from bytes, and the packets that errors quote (RFC 792, RFC 4443).

Pure. A device must return identifier, sequence and data unchanged (RFC 1122 §3.2.2.6), so the whole
reply is known when the request is made; with a random nonce in the data nobody else can know it.
"""

import ipaddress
import struct
from dataclasses import dataclass
from typing import Final

NONCE_OCTETS: Final = 8
HEADER_OCTETS: Final = 8
IPV4_HEADER_OCTETS: Final = 20  # without options

V4_ECHO_REPLY: Final = 0
V4_UNREACHABLE: Final = 3
V4_ECHO_REQUEST: Final = 8
V4_TIME_EXCEEDED: Final = 11
V4_PARAMETER_PROBLEM: Final = 12
V6_UNREACHABLE: Final = 1
V6_TOO_BIG: Final = 2
V6_TIME_EXCEEDED: Final = 3
V6_PARAMETER_PROBLEM: Final = 4
V6_ECHO_REQUEST: Final = 128
V6_ECHO_REPLY: Final = 129

V4_ERRORS: Final = frozenset({V4_UNREACHABLE, V4_TIME_EXCEEDED, V4_PARAMETER_PROBLEM})
V6_ERRORS: Final = frozenset({V6_UNREACHABLE, V6_TOO_BIG, V6_TIME_EXCEEDED, V6_PARAMETER_PROBLEM})
V4_ERROR_OCTETS: Final = frozenset(bytes((type_,)) for type_ in V4_ERRORS)
V6_ERROR_OCTETS: Final = frozenset(bytes((type_,)) for type_ in V6_ERRORS)

# What a router said, in its own RFC's words: (type, code) → words.
V4_WORDS: Final = {
    (3, 0): "network unreachable",
    (3, 1): "host unreachable",
    (3, 2): "protocol unreachable",
    (3, 3): "port unreachable",
    (3, 4): "fragmentation needed",
    (3, 9): "network prohibited",
    (3, 10): "host prohibited",
    (3, 13): "administratively prohibited",
    (11, 0): "time to live exceeded",
    (11, 1): "fragment reassembly time exceeded",
}
V6_WORDS: Final = {
    (1, 0): "no route",
    (1, 1): "administratively prohibited",
    (1, 2): "beyond scope of source address",
    (1, 3): "address unreachable",
    (1, 4): "port unreachable",
    (1, 5): "source address refused",
    (1, 6): "route rejected",
    (2, 0): "packet too big",
    (3, 0): "hop limit exceeded",
    (3, 1): "fragment reassembly time exceeded",
}

_IPV6_HEADER_OCTETS: Final = 40
_PROTOCOL_ICMP: Final = 1
_NEXT_HEADER_ICMPV6: Final = 58

_start = struct.Struct("!BBH").pack


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """An error about a request: which one it quotes, and what it says.

    `nonce` is empty where the quoting router kept only the 8 octets RFC 792 asks for.
    """

    destination: str
    identifier: int
    sequence: int
    nonce: bytes
    words: str


def remainder(octets: bytes) -> int:
    """Return octets as one number modulo 2¹⁶ - 1: their Internet checksum, negated (RFC 1071).

    A sum of 16-bit words with end-around carry is this remainder, because 2¹⁶ ≡ 1: one division in
    C instead of a loop in Python.
    """
    if len(octets) % 2:
        octets += b"\0"
    return int.from_bytes(octets, "big") % 0xFFFF


def without_checksum(message: bytes) -> bytes:
    """Return a message with its checksum 0, as ICMPv6 replies are expected."""
    return message[:2] + b"\0\0" + message[4:]


def reply_to(request: bytes) -> bytes:
    """Return the reply a correct device sends: for simulated devices and tests."""
    if request[0] == V6_ECHO_REQUEST:
        return b"\x81\0\0\0" + request[4:]
    return _start(V4_ECHO_REPLY, 0, -remainder(request[4:]) % 0xFFFF) + request[4:]


def error(type_: int, code: int, *, destination: str, request: bytes) -> bytes:
    """Return an ICMP error that quotes a request to `destination`: what a router would send."""
    address = ipaddress.ip_address(destination.partition("%")[0])
    if address.version == 6:
        quoted = struct.pack("!IHBB", 6 << 28, len(request), _NEXT_HEADER_ICMPV6, 64)
        quoted += bytes(16) + address.packed
        return struct.pack("!BBHI", type_, code, 0, 0) + quoted + request
    quoted = struct.pack(
        "!BBHHHBBH", 0x45, 0, 20 + len(request), 0, 0, 64, _PROTOCOL_ICMP, 0
    ) + bytes(4)
    rest = bytes(4) + quoted + address.packed + request
    return _start(type_, code, -remainder(_start(type_, code, 0) + rest) % 0xFFFF) + rest


def parse_error(message: bytes, *, ipv6: bool) -> Quote | None:
    """Return what an ICMP error quotes of an echo request; None if it quotes anything else."""
    return _parse_v6_error(message) if ipv6 else _parse_v4_error(message)


def _parse_v4_error(message: bytes) -> Quote | None:
    if len(message) < HEADER_OCTETS + IPV4_HEADER_OCTETS or remainder(message):
        return None
    if message[0] not in V4_ERRORS:
        return None
    quoted = message[HEADER_OCTETS:]
    header_octets = (quoted[0] & 0x0F) * 4
    if quoted[0] >> 4 != 4 or header_octets < IPV4_HEADER_OCTETS or quoted[9] != _PROTOCOL_ICMP:
        return None
    words = V4_WORDS.get((message[0], message[1]), f"ICMP type {message[0]} code {message[1]}")
    destination = str(ipaddress.IPv4Address(quoted[16:20]))
    return _quote(quoted[header_octets:], V4_ECHO_REQUEST, destination, words)


def _parse_v6_error(message: bytes) -> Quote | None:
    if len(message) < HEADER_OCTETS + _IPV6_HEADER_OCTETS or message[0] not in V6_ERRORS:
        return None
    quoted = message[HEADER_OCTETS:]
    if quoted[0] >> 4 != 6 or quoted[6] != _NEXT_HEADER_ICMPV6:
        return None  # our requests have no extension headers
    words = V6_WORDS.get((message[0], message[1]), f"ICMPv6 type {message[0]} code {message[1]}")
    destination = str(ipaddress.IPv6Address(quoted[24:40]))
    return _quote(quoted[_IPV6_HEADER_OCTETS:], V6_ECHO_REQUEST, destination, words)


def _quote(request: bytes, expected_type: int, destination: str, words: str) -> Quote | None:
    if len(request) < HEADER_OCTETS or request[0] != expected_type or request[1] != 0:
        return None
    identifier, sequence = struct.unpack_from("!HH", request, 4)
    nonce = request[HEADER_OCTETS : HEADER_OCTETS + NONCE_OCTETS]
    return Quote(
        destination=destination,
        identifier=identifier,
        sequence=sequence,
        nonce=nonce if len(nonce) == NONCE_OCTETS else b"",
        words=words,
    )
