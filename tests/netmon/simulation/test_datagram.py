"""IPv4, UDP and ICMP of the network behind the TUN device, octet by octet."""

import dataclasses
import random
import struct

import pytest

from collectors.ping import packet as icmp
from collectors.ping.mint import Mint
from collectors.target import Target
from netmon.config.load import Configuration
from netmon.simulation.addresses import behind_tun
from netmon.simulation.datagram import ICMP, UDP, Packet, answer_to, parse

US, THEM = bytes((198, 18, 0, 1)), bytes((198, 18, 9, 1))
# 198.18.0.1:40000 → 198.18.9.1:161, "hello", both checksums 0
HELLO = bytes.fromhex(
    "4500 0021 0001 0000 4011 0000 c612 0001 c612 09019c40 00a1 000d 0000 6865 6c6c 6f".replace(
        " ", ""
    )
)


def header_sum(octets: bytes) -> int:
    """Sum 16-bit words with end-around carry, slowly, by RFC 1071's own words."""
    total = 0
    for (word,) in struct.iter_unpack("!H", octets + b"\0" * (len(octets) % 2)):
        total += word
        total = (total & 0xFFFF) + (total >> 16)
    return total


def udp(payload: bytes = b"hello") -> Packet:
    return Packet(UDP, US, THEM, payload, 40_000, 161)


def mirrored(packet: Packet) -> Packet:
    return Packet(
        packet.protocol, packet.destination, packet.source, packet.payload,
        packet.destination_port, packet.source_port,
    )  # fmt: skip


@pytest.mark.parametrize("payload", [b"", b"x", b"hello", bytes(1400)])
def test_an_answer_can_be_parsed_and_goes_back_the_same_way(payload: bytes) -> None:
    answer = answer_to(udp(), payload)
    assert header_sum(answer[:20]) == 0xFFFF
    pseudo = answer[12:20] + struct.pack("!BBH", 0, UDP, len(answer) - 20)
    assert header_sum(pseudo + answer[20:]) == 0xFFFF
    parsed = parse(answer)
    assert parsed == mirrored(udp(payload))


def test_an_echo_is_answered_with_right_checksums() -> None:
    request, reply = Mint(7, ipv6=False, payload_octets=56, first_sequence=1).strike()
    answer = answer_to(Packet(ICMP, US, THEM, request), icmp.reply_to(request))
    assert header_sum(answer[20:]) == 0xFFFF
    parsed = parse(answer)
    assert parsed is not None
    assert parsed.payload == reply


def test_udp_without_a_checksum_is_accepted() -> None:
    fixed = bytearray(HELLO)
    fixed[10:12] = struct.pack("!H", 0xFFFF - header_sum(bytes(fixed[:20])))
    parsed = parse(bytes(fixed))
    assert parsed == udp()


@pytest.mark.parametrize("place", range(0, 33, 4))
def test_one_wrong_bit_is_noticed(place: int) -> None:
    bad = bytearray(answer_to(udp(), b"hello"))
    bad[place] ^= 0x10
    assert parse(bytes(bad)) is None


def test_a_fragment_is_not_answered() -> None:
    good = bytearray(answer_to(udp(), b"hello"))
    good[6] = 0x20
    good[10:12] = b"\0\0"
    good[10:12] = struct.pack("!H", 0xFFFF - header_sum(bytes(good[:20])))
    assert parse(bytes(good)) is None


def test_noise_is_nothing() -> None:
    draw = random.Random(3)
    good = answer_to(udp(), b"hello")
    for _ in range(5000):
        length = draw.randint(0, 60)
        noise = draw.randbytes(length) if draw.random() < 0.5 else good[:length]
        assert parse(noise) is None or noise == good


def test_an_answer_no_packet_can_hold_is_refused() -> None:
    with pytest.raises(ValueError, match="holds 65535 octets"):
        answer_to(udp(), bytes(65_530))


def test_the_same_devices_live_behind_the_tun(border: Configuration) -> None:
    moved = behind_tun(border.targets)
    target: Target = moved[next(iter(border.targets))]
    assert target.snmp is not None
    assert target.ping is not None
    assert (target.snmp.address, target.snmp.port) == ("198.18.1.1", 161)
    assert target.ping.address == "198.18.1.1"
    addresses = {each.snmp.address for each in moved.values() if each.snmp}
    assert len(addresses) == len(border.targets)


def test_a_real_address_is_not_moved(border: Configuration) -> None:
    device, target = next(iter(border.targets.items()))
    assert target.ping is not None
    elsewhere = dataclasses.replace(
        target, ping=dataclasses.replace(target.ping, address="192.0.2.7")
    )
    with pytest.raises(ValueError, match=r"must be at 127\.x\.x\.x, not 192\.0\.2\.7"):
        behind_tun({device: elsewhere})
