"""ICMP as bytes: against captured packets, and laws that hold for all of them."""

import struct

from hypothesis import assume, given
from hypothesis import strategies as st

from collectors.ping import packet

NONCE = bytes.fromhex("0102030405060708")


def request(nonce: bytes = NONCE, padding: bytes = b"") -> bytes:
    data = nonce + padding
    pair = packet.echo(0x1234, 1, data, data_remainder=packet.remainder(data))
    assert pair is not None
    return pair[0]


def ones_complement_sum(message: bytes) -> int:
    """RFC 1071 by the letter."""
    message += b"\0" * (len(message) % 2)
    total = sum(message[i] << 8 | message[i + 1] for i in range(0, len(message), 2))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total


def test_an_echo_request_is_laid_out_as_rfc_792_says() -> None:
    assert request()[:2] == b"\x08\x00"
    assert request()[4:8] == b"\x12\x34\x00\x01"
    assert request()[8:] == NONCE


@given(
    identifier=st.integers(0, 0xFFFF),
    sequence=st.integers(0, 0xFFFF),
    data=st.binary(min_size=8, max_size=73),
)
def test_the_checksums_are_rfc_1071s_for_any_data(
    identifier: int, sequence: int, data: bytes
) -> None:
    pair = packet.echo(identifier, sequence, data, data_remainder=packet.remainder(data))
    assume(pair is not None)
    assert pair is not None
    assert ones_complement_sum(pair[0]) == 0xFFFF
    assert ones_complement_sum(pair[1]) == 0xFFFF
    assert packet.reply_to(pair[0]) == pair[1]


def test_data_whose_reply_has_two_checksums_is_not_used() -> None:
    body = struct.pack("!HH", 1, 2)
    missing = 0xFFFF - ones_complement_sum(body)
    data = struct.pack("!H", missing) + bytes(6)
    assert packet.echo(1, 2, data, data_remainder=packet.remainder(data)) is None


def test_an_icmpv6_reply_answers_an_icmpv6_request() -> None:
    asked, reply = packet.echo_v6(1, 2, NONCE)
    assert asked == b"\x80\0\0\0\0\x01\0\x02" + NONCE
    assert packet.reply_to(asked) == reply == b"\x81\0\0\0\0\x01\0\x02" + NONCE


def test_an_unreachable_quotes_the_request_it_is_about() -> None:
    message = packet.error(3, 1, destination="127.0.0.9", request=request())
    assert packet.parse_error(message, ipv6=False) == packet.Quote(
        destination="127.0.0.9",
        identifier=0x1234,
        sequence=1,
        nonce=NONCE,
        words="host unreachable",
    )


def test_a_quote_of_eight_octets_has_no_nonce() -> None:
    quote = packet.parse_error(
        packet.error(3, 1, destination="127.0.0.9", request=request()[:8]), ipv6=False
    )
    assert quote is not None
    assert quote.nonce == b""


def test_time_exceeded_is_told_in_words() -> None:
    message = packet.error(11, 0, destination="127.0.0.9", request=request())
    quote = packet.parse_error(message, ipv6=False)
    assert quote is not None
    assert quote.words == "time to live exceeded"


def test_an_unknown_code_is_told_by_its_number() -> None:
    message = packet.error(3, 77, destination="127.0.0.9", request=request())
    quote = packet.parse_error(message, ipv6=False)
    assert quote is not None
    assert quote.words == "ICMP type 3 code 77"


def test_an_icmpv6_error_quotes_an_icmpv6_request() -> None:
    asked, _ = packet.echo_v6(7, 8, NONCE)
    quote = packet.parse_error(packet.error(1, 3, destination="::1", request=asked), ipv6=True)
    assert quote is not None
    assert (quote.destination, quote.identifier, quote.sequence) == ("::1", 7, 8)
    assert quote.words == "address unreachable"


def test_an_error_with_a_wrong_checksum_is_nothing() -> None:
    message = bytearray(packet.error(3, 1, destination="127.0.0.9", request=request()))
    message[30] ^= 1
    assert packet.parse_error(bytes(message), ipv6=False) is None


@given(octets=st.binary(max_size=120), ipv6=st.booleans())
def test_no_octets_break_the_parser_of_errors(octets: bytes, ipv6: bool) -> None:
    packet.parse_error(octets, ipv6=ipv6)


@given(
    cut=st.integers(min_value=0, max_value=60),
    at=st.integers(min_value=0, max_value=59),
    value=st.integers(min_value=0, max_value=255),
)
def test_a_mutilated_error_is_parsed_or_ignored_but_never_raises(
    cut: int, at: int, value: int
) -> None:
    message = bytearray(packet.error(3, 1, destination="127.0.0.9", request=request()))
    message[at % len(message)] = value
    packet.parse_error(bytes(message[:cut]), ipv6=False)
    message[2:4] = b"\0\0"
    message[2:4] = (-packet.remainder(bytes(message)) % 0xFFFF).to_bytes(2, "big")
    packet.parse_error(bytes(message), ipv6=False)
