"""Echo requests: against RFC 792 and RFC 1071 by the letter, and laws that hold for all of them."""

from hypothesis import given
from hypothesis import strategies as st

from collectors.ping import packet
from collectors.ping.mint import Mint


def ones_complement_sum(message: bytes) -> int:
    """RFC 1071 by the letter."""
    message += b"\0" * (len(message) % 2)
    total = sum(message[i] << 8 | message[i + 1] for i in range(0, len(message), 2))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total


def make_mint(*, ipv6: bool = False, payload_octets: int = 56, sequence: int = 1) -> Mint:
    return Mint(
        0x1234,
        ipv6=ipv6,
        payload_octets=payload_octets,
        first_sequence=sequence,
        entropy=lambda octets: bytes(range(1, 9)) * (octets // 8),
    )


def test_an_echo_request_is_laid_out_as_rfc_792_says() -> None:
    request, reply = make_mint().strike()
    nonce = bytes.fromhex("0102030405060708")
    # type, code, checksum, identifier, sequence, nonce, what makes the checksum this one, padding
    compensation = bytes.fromhex("5db6")
    assert request == bytes.fromhex("0800 7800 1234 0001") + nonce + compensation + bytes(46)
    assert reply == bytes.fromhex("0000 8000 1234 0001") + nonce + compensation + bytes(46)


@given(
    identifier=st.integers(0, 0xFFFF),
    sequence=st.integers(0, 0xFFFF),
    nonce=st.binary(min_size=8, max_size=8),
    payload_octets=st.integers(16, 73),
)
def test_the_checksums_are_rfc_1071s_for_any_nonce(
    identifier: int, sequence: int, nonce: bytes, payload_octets: int
) -> None:
    mint = Mint(
        identifier,
        ipv6=False,
        payload_octets=payload_octets,
        first_sequence=sequence,
        entropy=lambda octets: nonce * (octets // 8),
    )
    request, reply = mint.strike()
    assert len(request) == 8 + payload_octets
    assert ones_complement_sum(request) == 0xFFFF
    assert ones_complement_sum(reply) == 0xFFFF
    assert request[4:16] == identifier.to_bytes(2, "big") + sequence.to_bytes(2, "big") + nonce
    assert packet.reply_to(request) == reply


def test_no_checksum_is_one_that_some_devices_write_in_another_way() -> None:
    mint = Mint(7, ipv6=False, payload_octets=16, first_sequence=0)
    for _ in range(2_000):
        request, reply = mint.strike()
        assert request[2:4] == b"\x78\0"
        assert reply[2:4] == b"\x80\0"


def test_an_icmpv6_reply_answers_an_icmpv6_request() -> None:
    request, reply = make_mint(ipv6=True).strike()
    assert request[:8] == b"\x80\0\0\0\x12\x34\0\x01"
    assert packet.reply_to(request) == reply
    assert reply[:8] == b"\x81\0\0\0\x12\x34\0\x01"


def test_sequences_follow_each_other_and_come_round() -> None:
    mint = make_mint(sequence=0xFFFF)
    sequences = [int.from_bytes(mint.strike()[0][6:8], "big") for _ in range(70_000)]
    assert sequences[:3] == [0xFFFF, 0, 1]
    assert sequences[511:514] == [510, 511, 512]
    assert sequences[-1] == 69_999 - 1 - 0x1_0000


def test_nonces_are_random_and_no_two_are_alike() -> None:
    mint = Mint(7, ipv6=False, payload_octets=16, first_sequence=0)
    assert len({mint.strike()[0][8:16] for _ in range(5_000)}) == 5_000


def test_a_reply_is_found_again_by_sequence_and_nonce_or_by_the_sequence_alone() -> None:
    mint = Mint(7, ipv6=False, payload_octets=56, first_sequence=5)
    request, reply = mint.strike()
    assert mint.reply(5, request[8:16]) == reply
    assert mint.reply(5) == reply
    assert mint.reply(6) != reply
    assert mint.reply(5, bytes(8)) != reply
