"""From the index of a row to a name, and back where it can be told."""

import pytest

from collectors.snmp.naming import RowName, UnnamedError


@pytest.mark.parametrize(
    ("pattern", "suffix", "name"),
    [
        ("radio {1}", (3,), "radio 3"),
        ("slot {1} carrier {-1}", (2, 7, 4), "slot 2 carrier 4"),
        ("row {index}", (2, 7, 4), "row 2.7.4"),
        ("{text}", (3, 97, 98, 99), "abc"),  # with its length in front
        ("{text}", (97, 98, 99), "abc"),  # IMPLIED
        ("station {mac}", (6, 0, 37, 144, 10, 11, 255), "station 00:25:90:0a:0b:ff"),
        ("{label} receiver", (1,), "IF-1 receiver"),
        ("{interface} lane {2}", (1, 2), "eth0 lane 2"),
    ],
)
def test_pattern_names_a_row(pattern: str, suffix: tuple[int, ...], name: str) -> None:
    assert RowName(pattern).of(suffix, label="IF-1", interface="eth0") == name


@pytest.mark.parametrize(
    ("pattern", "suffix"),
    [
        ("radio {2}", (1,)),
        ("radio {-2}", (1,)),
        ("{text}", (2, 7, 8)),  # no visible characters
        ("{text}", (256, 300)),
        ("{text}", (1, 32)),  # a blank
        ("{mac}", (1, 2, 3)),
        ("{mac}", (1, 2, 3, 4, 5, 256)),
        ("{label}", (1,)),
        ("{interface}", (1,)),
    ],
)
def test_row_without_what_its_name_is_made_of_has_none(
    pattern: str, suffix: tuple[int, ...]
) -> None:
    with pytest.raises(UnnamedError):
        RowName(pattern).of(suffix)


@pytest.mark.parametrize("pattern", ["", "{0}", "{100}", "{x}", "{}"])
def test_other_patterns_are_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match=r"\S"):
        RowName(pattern)


def test_given_names_come_first_and_index_is_told_from_name() -> None:
    name = RowName("radio {1}", {(0,): "local radio", (1, 2): "far radio"})
    assert name.of((0,)) == "local radio"
    assert name.suffix_of("far radio") == (1, 2)
    assert name.suffix_of("radio 12") == (12,)
    assert name.suffix_of("radio 012") is None
    assert RowName("slot {1} carrier {2}").suffix_of("slot 1 carrier 2") is None
