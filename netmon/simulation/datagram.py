"""IPv4 packets with UDP or ICMP inside, to and from octets (RFC 791, RFC 768, RFC 792).

Pure; for the user-space network behind the TUN device. Fragments, options of IP and anything else
than UDP and ICMP are not answered.
"""

import struct
from typing import Final, NamedTuple

from collectors.ping.packet import remainder

ICMP: Final = 1
UDP: Final = 17
HEADER_OCTETS: Final = 20
UDP_HEADER_OCTETS: Final = 8
TTL: Final = 61  # a few hops away
MOST_OCTETS: Final = 65_535

_header = struct.Struct("!BBHHHBBH4s4s")
_udp_header = struct.Struct("!HHHH")
_MORE_OR_OFFSET: Final = 0x3FFF  # more fragments, or not the first


class Packet(NamedTuple):
    """One IPv4 packet; for UDP the payload is that of UDP, for ICMP the whole message."""

    protocol: int
    source: bytes
    destination: bytes
    payload: bytes
    source_port: int = 0
    destination_port: int = 0


def parse(octets: bytes) -> Packet | None:
    """Return the packet; None for what is broken or not ours to answer."""
    if len(octets) < HEADER_OCTETS or octets[0] >> 4 != 4:
        return None
    start = (octets[0] & 0x0F) * 4
    _, _, length, _, fragment, _, protocol, _, source, destination = _header.unpack_from(octets)
    if start < HEADER_OCTETS or not start <= length <= len(octets) or fragment & _MORE_OR_OFFSET:
        return None
    if remainder(octets[:start]):  # a right checksum makes the header's sum 0
        return None
    payload = octets[start:length]
    if protocol == ICMP:
        whole = len(payload) >= 8 and not remainder(payload)
        return Packet(protocol, source, destination, payload) if whole else None
    if protocol != UDP or len(payload) < UDP_HEADER_OCTETS:
        return None
    source_port, destination_port, udp_length, checksum = _udp_header.unpack_from(payload)
    if not UDP_HEADER_OCTETS <= udp_length <= len(payload):
        return None
    content = payload[:udp_length]
    if checksum and remainder(_pseudo_header(source, destination, udp_length) + content):
        return None
    return Packet(
        protocol, source, destination, content[UDP_HEADER_OCTETS:], source_port, destination_port
    )


def answer_to(packet: Packet, payload: bytes) -> bytes:
    """Return the packet that goes back the same way, its checksums right."""
    length = HEADER_OCTETS + len(payload) + (UDP_HEADER_OCTETS if packet.protocol == UDP else 0)
    if length > MOST_OCTETS:
        raise ValueError(f"an IPv4 packet holds {MOST_OCTETS} octets, not {length}")
    if packet.protocol == UDP:
        payload = _udp(packet, payload)
    fields = (0x45, 0, length, 0, 0, TTL, packet.protocol)
    head = _header.pack(*fields, 0, packet.destination, packet.source)
    return _header.pack(*fields, _checksum(head), packet.destination, packet.source) + payload


def _udp(packet: Packet, payload: bytes) -> bytes:
    length = UDP_HEADER_OCTETS + len(payload)
    ports = packet.destination_port, packet.source_port
    pseudo = _pseudo_header(packet.destination, packet.source, length)
    checksum = _checksum(pseudo + _udp_header.pack(*ports, length, 0) + payload)
    return _udp_header.pack(*ports, length, checksum or 0xFFFF) + payload  # 0 means: none


def _pseudo_header(source: bytes, destination: bytes, length: int) -> bytes:
    return source + destination + struct.pack("!BBH", 0, UDP, length)


def _checksum(octets: bytes) -> int:
    return -remainder(octets) % 0xFFFF
