"""BER: what is written is read back, and what SNMP forbids is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.errors import DecodeError
from collectors.snmp.ber import (
    Tag,
    decode_header,
    decode_integer,
    decode_oid,
    decode_unsigned,
    encode_integer,
    encode_oid,
    encode_tlv,
    parse_oid,
)
from collectors.snmp.message import (
    Message,
    Pdu,
    PduType,
    Value,
    Varbind,
    decode_message,
    encode_message,
)

SUBIDENTIFIERS = st.lists(st.integers(0, 2**32 - 1), max_size=40)
VALUES = st.one_of(
    st.builds(Value, st.just(Tag.INTEGER), st.integers(-(2**31), 2**31 - 1)),
    st.builds(
        Value,
        st.sampled_from([Tag.COUNTER32, Tag.GAUGE32, Tag.TIMETICKS]),
        st.integers(0, 2**32 - 1),
    ),
    st.builds(Value, st.just(Tag.COUNTER64), st.integers(0, 2**64 - 1)),
    st.builds(Value, st.sampled_from([Tag.OCTET_STRING, Tag.OPAQUE]), st.binary(max_size=300)),
    st.builds(Value, st.just(Tag.IP_ADDRESS), st.binary(min_size=4, max_size=4)),
    st.builds(
        Value,
        st.sampled_from([Tag.NULL, Tag.NO_SUCH_OBJECT, Tag.END_OF_MIB_VIEW]),
        st.none(),
    ),
    st.builds(Value, st.just(Tag.OBJECT_IDENTIFIER), SUBIDENTIFIERS.map(lambda s: (1, 3, *s))),
)
VARBINDS = st.lists(st.builds(Varbind, SUBIDENTIFIERS.map(lambda s: (1, 3, *s)), VALUES))


@given(VARBINDS, st.integers(0, 2**31 - 1), st.binary(max_size=40))
def test_message_is_read_back_as_written(
    varbinds: list[Varbind], request_id: int, community: bytes
) -> None:
    message = Message(1, community, Pdu(PduType.RESPONSE, request_id, tuple(varbinds)))
    assert decode_message(encode_message(message)) == message


@given(st.binary(max_size=200))
def test_any_octets_are_read_or_refused(data: bytes) -> None:
    try:
        decode_message(data)
    except DecodeError:
        return


def test_known_encodings() -> None:
    assert encode_oid(parse_oid("1.3.6.1.2.1.1.3.0")) == bytes.fromhex("06082b06010201010300")
    assert encode_oid((2, 999, 3)) == bytes.fromhex("0603883703")
    assert decode_oid(bytes.fromhex("883703")) == (2, 999, 3)
    assert encode_integer(-1) == b"\x02\x01\xff"
    assert encode_integer(2**32 - 1, Tag.GAUGE32) == b"\x42\x05\x00\xff\xff\xff\xff"
    assert encode_tlv(4, b"x" * 200)[:3] == b"\x04\x81\xc8"


@pytest.mark.parametrize(
    ("tag", "content", "expected"),
    [
        (Tag.COUNTER32, b"\xff\xff\xff\xff", 2**32 - 1),  # HS-14
        (Tag.COUNTER32, b"\xff", 255),  # HS-15
        (Tag.COUNTER32, b"\x00\xff\xff\xff\xff", 2**32 - 1),
        (Tag.COUNTER64, b"\xff" * 8, 2**64 - 1),
    ],
)
def test_unsigned_numbers_are_read_unsigned(tag: Tag, content: bytes, expected: int) -> None:
    assert decode_unsigned(tag, content) == expected


@pytest.mark.parametrize(
    "content", [b"", b"\x01" * 5, b"\x00" * 6], ids=["empty", "too large", "too long"]
)
def test_unsigned_numbers_beyond_their_type_are_refused(content: bytes) -> None:
    with pytest.raises(DecodeError, match="1 … 4 are allowed"):
        decode_unsigned(Tag.COUNTER32, content)


def test_forbidden_lengths_are_refused() -> None:
    for data in (b"\x30", b"\x30\x80", b"\x30\x85\0\0\0\0\1", b"\x30\x05abc", b"\x3f\x01\x00"):
        with pytest.raises(DecodeError):
            decode_header(data, 0, len(data))
    with pytest.raises(DecodeError):
        decode_integer(b"\x01" * 5)


@pytest.mark.parametrize("content", [b"", b"\x80\x01", b"\x2b\x81", b"\x2b" + b"\x90" * 10 + b"\1"])
def test_malformed_oids_are_refused(content: bytes) -> None:
    with pytest.raises(DecodeError):
        decode_oid(content)


@pytest.mark.parametrize("text", ["", "1", "1.3.-6", "3.1.1", "1.40.1", "1.3.4294967296", "a.b"])
def test_malformed_oid_texts_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="OID"):
        parse_oid(text)
