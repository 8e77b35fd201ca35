"""Capture: a process that reads all UDP on loopback and tells of every SNMP SET; needs root.

`python -m tests.capture COMMUNITY …`: "ready", then a line of JSON for each SET whose community is
none of these, until its standard input ends; then what it saw and what the kernel dropped. What
leaves through other namespaces, or is encrypted, it cannot see.
"""

import ctypes
import json
import select
import socket
import struct
import sys
from typing import Final

_SET: Final = 3 | 0xA0  # SetRequest-PDU (RFC 3416 §3)
_ETH_P_ALL: Final = 3
_SOL_PACKET, _PACKET_STATISTICS = 263, 6
_SO_ATTACH_FILTER: Final = 26
_SO_RCVBUFFORCE: Final = 33
_OUTGOING: Final = 4
_IP_OCTETS, _IP6_OCTETS, _UDP_OCTETS, _ETHERNET_OCTETS = 20, 40, 8, 14
# Classic BPF: IPv4 UDP without options, or IPv6 UDP, whose payload opens with a SEQUENCE.
_FILTER: Final = (
    (0x28, 0, 0, 12),  # ethertype
    (0x15, 0, 4, 0x0800),
    (0x30, 0, 0, 23),  # protocol
    (0x15, 0, 8, 17),
    (0x30, 0, 0, _ETHERNET_OCTETS + _IP_OCTETS + _UDP_OCTETS),
    (0x15, 5, 6, 0x30),
    (0x15, 0, 5, 0x86DD),
    (0x30, 0, 0, 20),  # next header
    (0x15, 0, 3, 17),
    (0x30, 0, 0, _ETHERNET_OCTETS + _IP6_OCTETS + _UDP_OCTETS),
    (0x15, 0, 1, 0x30),
    (0x06, 0, 0, 0x40000),
    (0x06, 0, 0, 0),
)


def _element(data: bytes, at: int) -> tuple[int, int, int]:
    """Return tag, start and end of the content of the element at a place; raise IndexError."""
    tag, length, at = data[at], data[at + 1], at + 2
    if length & 0x80:
        count = length & 0x7F
        length, at = int.from_bytes(data[at : at + count], "big"), at + count
    return tag, at, at + length


def community_of_set(data: bytes) -> bytes | None:
    """Return the community of a datagram that is an SNMP SET (v3: b""), or None if it is none.

    A reader of its own, that shares nothing with the codec it watches over.
    """
    try:
        tag, at, _ = _element(data, 0)
        if tag != 0x30:
            return None
        tag, first, at = _element(data, at)
        if tag != 0x02:
            return None
        if data[first:at] != b"\x03":
            tag, first, at = _element(data, at)
            return data[first:at] if tag == 0x04 and data[at] == _SET else None
        _, _, at = _element(data, at)  # the header
        _, _, at = _element(data, at)  # the parameters of USM
        tag, at, _ = _element(data, at)
        if tag != 0x30:
            return None  # encrypted
        _, _, at = _element(data, at)
        _, _, at = _element(data, at)
        return b"" if data[at] == _SET else None
    except IndexError:
        return None


def _open() -> socket.socket:
    sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(_ETH_P_ALL))
    program = b"".join(struct.pack("HBBI", *line) for line in _FILTER)
    # struct sock_fprog wants the address of the program, which must live until the call is over.
    kept = ctypes.create_string_buffer(program)
    prog = struct.pack("HL", len(_FILTER), ctypes.addressof(kept))
    sock.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, prog)
    sock.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, 64 * 1024 * 1024)
    sock.bind(("lo", 0))
    return sock


def _payload(packet: bytes) -> tuple[int, bytes]:
    """Return source port and payload of a packet that the filter has passed."""
    at = _ETHERNET_OCTETS + (_IP_OCTETS if packet[12:14] == b"\x08\x00" else _IP6_OCTETS)
    return int.from_bytes(packet[at : at + 2], "big"), packet[at + _UDP_OCTETS :]


def _tell(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main(allowed: frozenset[bytes]) -> None:
    """Tell of every SET until standard input ends."""
    seen = 0
    with _open() as sock:
        sock.setblocking(False)
        _tell("ready")
        is_over = False
        while not is_over:
            ready, _, _ = select.select([sock, sys.stdin], [], [])
            is_over = sys.stdin in ready
            while True:
                try:
                    packet, address = sock.recvfrom(65_536)
                except BlockingIOError:
                    break
                if address[2] == _OUTGOING:
                    continue  # each packet on loopback is seen going out and coming in
                seen += 1
                port, payload = _payload(packet)
                community = community_of_set(payload)
                if community is not None and community not in allowed:
                    finding = {"port": port, "octets": payload.hex()}
                    _tell(json.dumps(finding))
        statistics = sock.getsockopt(_SOL_PACKET, _PACKET_STATISTICS, 8)
        _tell(json.dumps({"seen": seen, "dropped": struct.unpack("II", statistics)[1]}))


if __name__ == "__main__":
    main(frozenset(word.encode() for word in sys.argv[1:]))
