"""ICMP as bytes: against captured packets, and laws that hold for all of them."""

from hypothesis import given
from hypothesis import strategies as st

from collectors.ping import packet

NONCE = bytes.fromhex("0102030405060708")


def request(nonce: bytes = NONCE) -> bytes:
    return b"\x08\0\0\0\x12\x34\0\x01" + nonce


def test_a_device_turns_a_request_into_its_reply() -> None:
    assert packet.reply_to(request()) == b"\0\0\xdd\xb6\x12\x34\0\x01" + NONCE
    asked = b"\x80\0\0\0\0\x01\0\x02" + NONCE
    assert packet.reply_to(asked) == b"\x81\0\0\0\0\x01\0\x02" + NONCE


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
    asked = b"\x80\0\0\0\0\x07\0\x08" + NONCE
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
