"""Values with units."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netmon.config import units

DIMENSIONS = [
    units.DURATION,
    units.FREQUENCY,
    units.RATE,
    units.LENGTH,
    units.SIZE,
    units.RATIO,
    units.LEVEL,
]


@pytest.mark.parametrize(
    ("dimension", "text", "expected"),
    [
        (units.DURATION, "10s", 10),
        (units.DURATION, "1.5 min", 90),
        (units.DURATION, "1h30m", 5400),
        (units.DURATION, "250ms", 0.25),
        (units.DURATION, "1m500ms", 60.5),
        (units.FREQUENCY, "23.1 GHz", 23_100_000_000),
        (units.FREQUENCY, "380.0125MHz", 380_012_500),
        (units.RATE, "400 Mbit/s", 400_000_000),
        (units.RATE, "1 Gbps", 1_000_000_000),
        (units.LENGTH, "12.4 km", 12_400),
        (units.SIZE, "4 MiB", 4_194_304),
        (units.RATIO, "5 %", 0.05),
        (units.LEVEL, "-45.5 dBm", -45.5),
        (units.LENGTH, "17", 17),
        (units.LENGTH, "1e3", 1000),
    ],
)
def test_a_value_becomes_base_units(dimension: units.Dimension, text: str, expected: float) -> None:
    assert units.reader(dimension)(text) == expected


@pytest.mark.parametrize(
    ("dimension", "text", "words"),
    [
        (units.FREQUENCY, "23 ghz", "did you mean GHz?"),
        (units.FREQUENCY, "23 parsec", "unknown unit 'parsec'; use Hz"),
        (units.RATE, "5 MB/s", "unknown unit"),
        (units.DURATION, "soon", "such as 10s"),
        (units.DURATION, "0x10", "unknown unit"),
        (units.LENGTH, "1e999", "finite"),
        (units.LENGTH, "nan", "such as 12.4 km"),
        (units.LENGTH, "1_000", "unknown unit"),
    ],
)
def test_what_is_no_value_says_what_would_be(
    dimension: units.Dimension, text: str, words: str
) -> None:
    with pytest.raises(ValueError, match=re.escape(words)):
        units.reader(dimension)(text)


@given(st.sampled_from(DIMENSIONS), st.text(max_size=12))
def test_any_text_is_a_finite_number_or_a_mistake(dimension: units.Dimension, text: str) -> None:
    try:
        value = units.reader(dimension)(text)
    except ValueError:
        return
    assert isinstance(value, float)
    assert abs(value) < float("inf")


@given(st.sampled_from(DIMENSIONS), st.integers(1, 10**6), st.data())
def test_a_unit_multiplies(dimension: units.Dimension, figure: int, data: st.DataObject) -> None:
    unit = data.draw(st.sampled_from(sorted(dimension.factors)))
    expected = pytest.approx(figure * dimension.factors[unit])
    assert units.reader(dimension)(f"{figure} {unit}") == expected
