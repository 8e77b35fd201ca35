"""Datagrams read many at a time come out whole, each with its own source and its own time."""

import socket
import time
from collections.abc import Iterator

import pytest

from collectors.ping.mailbox import CAPACITY, Mailbox, Names

MESSAGE = bytes(range(64))
SO_TIMESTAMPNS = 35


class Line:
    """Two UDP sockets on loopback; what one sends comes into the other's mailbox."""

    def __init__(self, *, ipv6: bool, stamps: bool = True) -> None:
        family, self.host = (socket.AF_INET6, "::1") if ipv6 else (socket.AF_INET, "127.0.0.1")
        self.sender = socket.socket(family, socket.SOCK_DGRAM)
        self.receiver = socket.socket(family, socket.SOCK_DGRAM)
        self.receiver.bind((self.host, 0))
        self.sender.connect(self.receiver.getsockname())
        if stamps:
            self.receiver.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        self.names = Names()
        self.mailbox = Mailbox(
            self.receiver, ipv6=ipv6, raw=False, message_octets=len(MESSAGE), names=self.names
        )

    def close(self) -> None:
        self.sender.close()
        self.receiver.close()


@pytest.fixture(params=[False, True], ids=["ipv4", "ipv6"])
def line(request: pytest.FixtureRequest) -> Iterator[Line]:
    if request.param and not socket.has_dualstack_ipv6():
        pytest.skip("IPv6 is off on this host")
    opened = Line(ipv6=request.param)
    yield opened
    opened.close()


def test_an_empty_mailbox_says_so(line: Line) -> None:
    with pytest.raises(BlockingIOError):
        line.mailbox.read()


def test_a_message_comes_with_its_source_and_the_kernels_time(line: Line) -> None:
    before = time.time_ns()
    line.sender.send(MESSAGE)
    sources, messages, (stamp,) = line.mailbox.read()
    assert (sources, messages) == ([line.host], [MESSAGE])
    assert stamp is not None
    assert before <= stamp <= time.time_ns()


def test_without_stamps_the_last_batch_s_are_not_taken_for_these() -> None:
    line = Line(ipv6=False)
    line.sender.send(MESSAGE)
    assert line.mailbox.read()[2] != [None]
    line.receiver.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 0)
    line.sender.send(MESSAGE)
    assert line.mailbox.read() == (["127.0.0.1"], [MESSAGE], [None])
    line.close()


def test_messages_of_any_length_come_out_whole_and_in_order(line: Line) -> None:
    sent = [MESSAGE, b"", b"\x03", MESSAGE[:63], MESSAGE + b"!", bytes(1_400), MESSAGE]
    for message in sent:
        line.sender.send(message)
    assert line.mailbox.read()[1] == sent


def test_what_is_longer_than_any_message_is_cut_off(line: Line) -> None:
    line.sender.send(bytes(5_000))
    assert line.mailbox.read()[1] == [bytes(2_048)]


def test_more_than_a_mailbox_holds_is_read_in_turns(line: Line) -> None:
    sent = [index.to_bytes(2, "big") * 32 for index in range(CAPACITY + 5)]
    for message in sent:
        line.sender.send(message)
    first, second = line.mailbox.read(), line.mailbox.read()
    assert (len(first[1]), len(second[1])) == (CAPACITY, 5)
    assert first[1] + second[1] == sent


def test_sources_have_the_names_they_were_asked_by_and_others_are_written_out() -> None:
    names = Names()
    names[bytes([127, 0, 0, 9])] = "127.0.0.9"
    assert names[bytes([127, 0, 0, 9])] == "127.0.0.9"
    assert names[bytes([198, 18, 0, 1])] == "198.18.0.1"
    link_local = socket.inet_pton(socket.AF_INET6, "fe80::1")
    zone = socket.htonl(7) if socket.htonl(1) == 1 else 7
    octets = link_local + zone.to_bytes(4, "little")
    assert names[octets] == "fe80::1%7"
    assert names[link_local + bytes(4)] == "fe80::1"


def test_an_ip_header_with_options_is_taken_off() -> None:
    """A raw socket gives the header too; 127.0.0.1 sends itself an echo with a NOP option."""
    try:
        raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
    except PermissionError:
        pytest.skip("needs CAP_NET_RAW")
    names = Names()
    mailbox = Mailbox(raw, ipv6=False, raw=True, message_octets=len(MESSAGE), names=names)
    with socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP) as sender:
        # type 0, an echo reply that nobody asked for: no one answers it
        message = b"\0\0\0\0\x6e\x65\0\x01" + MESSAGE[8:]
        sender.setsockopt(socket.IPPROTO_IP, socket.IP_OPTIONS, b"\x01\x01\x01\x00")
        sender.sendto(message, ("127.0.0.1", 0))
        sender.setsockopt(socket.IPPROTO_IP, socket.IP_OPTIONS, b"")
        sender.sendto(message, ("127.0.0.1", 0))
    _, messages, _ = mailbox.read()
    raw.close()
    assert [each for each in messages if each[4:6] == b"\x6e\x65"] == [message, message]
