"""What a column makes of what came: signs, texts, words, floats, milliwatts, and why nothing."""

import math
import struct
from typing import Any

import pytest

from collectors.quantity import QUANTITIES
from collectors.snmp.ber import Tag
from collectors.snmp.profile import Column, Index, Sign, Syntax
from collectors.snmp.reader import Reader

INTEGER, OCTETS, GAUGE = int(Tag.INTEGER), int(Tag.OCTET_STRING), int(Tag.GAUGE32)


def column(quantity: str = "rsl_dbm", syntax: Syntax = Syntax.INTEGER, **keys: Any) -> Column:
    kind = QUANTITIES[quantity]
    return Column(
        quantity=kind,
        oid=(1, 3, 6, 1),
        index=Index.INTERFACE,
        syntax=syntax,
        **{"low": kind.low, "high": kind.high, **keys},
    )


@pytest.mark.parametrize(
    ("keys", "raw", "expected"),
    [
        ({"sign": Sign.NEGATIVE}, 55, -55),  # a device that leaves the minus out
        ({"sign": Sign.NEGATIVE}, -55, -55),
        ({"scale": 0.1, "offset": -100.0}, 450, -55),
        ({"scale": 0.001, "is_milliwatts": True}, 1, -30),
        ({"scale": 0.001, "is_milliwatts": True}, 0, None),
        ({"sentinels": frozenset({-99.0, 255.0})}, 255, None),
        ({}, -2_147_483_648, None),
        ({}, 300, None),  # no level
    ],
)
def test_number_becomes_a_level_or_nothing(
    keys: dict[str, Any], raw: int, expected: float | None
) -> None:
    found = Reader(column(**keys)).value(raw)
    assert found == (None if expected is None else pytest.approx(expected))


def test_negative_number_written_without_a_sign_is_read_as_one() -> None:
    reader = Reader(column(syntax=Syntax.GAUGE32, is_signed=True, scale=0.1))
    assert reader.value(2**32 - 553) == pytest.approx(-55.3)
    assert reader.explain(GAUGE, (2**32 - 553).to_bytes(5, "big")).value == pytest.approx(-55.3)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"-40.5 dBm", -40.5),
        (b"-40.5", -40.5),
        (b" -4.05E1 dBm\0", -40.5),
        (b"N/A", None),
        (b"--", None),
        (b"", None),
    ],
)
def test_text_number_is_read(text: bytes, expected: float | None) -> None:
    reader = Reader(column(syntax=Syntax.OCTETS))
    assert reader.read(OCTETS, text) == expected
    assert bool(reader.explain(OCTETS, text).absent) is (expected is None)


@pytest.mark.parametrize(
    "text", [b"-40.5 dBm -41 dBm", b"high", b"-" * 500, b"\xff\xfe", b"1" * 400, b"1e999"]
)
def test_text_without_one_number_is_told_and_absent(text: bytes) -> None:
    reading = Reader(column(syntax=Syntax.OCTETS)).explain(OCTETS, text)
    assert reading.value is None
    assert reading.absent


def test_one_number_of_several_is_taken() -> None:
    text = b"main -40.5 dBm, diversity -61 dBm"
    assert Reader(column(syntax=Syntax.OCTETS, number=2)).read(OCTETS, text) == -61
    assert Reader(column(syntax=Syntax.OCTETS, number=3)).explain(OCTETS, text).value is None


def test_words_are_read_whatever_their_case() -> None:
    reader = Reader(column("modulation", Syntax.OCTETS, enum={"qpsk": 2.0, "256qam": 8.0}))
    assert reader.read(OCTETS, b"256QAM") == 8
    assert "not in enum" in reader.explain(OCTETS, b"1024QAM").absent


@pytest.mark.parametrize(
    ("octets", "expected"),
    [
        (struct.pack("<f", -55.5), -55.5),
        (struct.pack("<f", math.inf), None),
        (struct.pack("<f", math.nan), None),
        (b"-55", None),
        (b"", None),
    ],
)
def test_four_octets_are_a_float(octets: bytes, expected: float | None) -> None:
    reader = Reader(column(syntax=Syntax.OCTETS, is_float=True))
    reading = reader.explain(OCTETS, octets)
    assert reading.value == expected
    assert bool(reading.absent) is (expected is None)


def test_level_is_the_same_as_integer_and_gauge_but_no_text_is_a_number() -> None:
    reader = Reader(column())
    assert reader.read(INTEGER, b"\xd3") == -45
    assert Reader(column("snr_db")).read(GAUGE, b"\x1e") == 30
    assert "type" in reader.explain(OCTETS, b"-45").absent
