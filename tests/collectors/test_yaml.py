"""The door of YAML: values as YAML 1.2 has them, events with their places, one kind of error."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors import yaml
from collectors.yaml import Event, Kind, YamlError


def test_the_country_code_of_norway_is_a_word() -> None:
    assert yaml.plain("country: NO\nports: [1, 0x10]\n") == {"country": "NO", "ports": [1, 16]}


def test_events_say_where_they_stand() -> None:
    assert list(yaml.events("a: [x, 'y']\nb: *z\n"))[:5] == [
        Event(Kind.DOCUMENT, 1, 1),
        Event(Kind.MAPPING, 1, 1),
        Event(Kind.SCALAR, 1, 1, "a", is_plain=True),
        Event(Kind.SEQUENCE, 1, 4),
        Event(Kind.SCALAR, 1, 5, "x", is_plain=True),
    ]
    assert [event.kind for event in yaml.events("b: *z\n")][3] is Kind.ALIAS


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [("a: 1\nb: [\n", 3, 1), ("a: 1\n\tb: 2\n", 2, 1), ("a: 1\nb: \x07\n", 2, 4)],
)
def test_what_is_not_yaml_says_where(text: str, line: int, column: int) -> None:
    for read in (yaml.plain, lambda given: list(yaml.events(given))):
        with pytest.raises(YamlError) as caught:
            read(text)
        assert (caught.value.line, caught.value.column) == (line, column)


def test_no_object_is_ever_made() -> None:
    with pytest.raises(YamlError):
        yaml.plain("!!python/object/apply:os.getcwd []")


@given(st.text(max_size=60))
def test_any_text_is_yaml_or_a_yaml_error(text: str) -> None:
    for read in (yaml.plain, lambda given: list(yaml.events(given))):
        with suppress(YamlError):
            read(text)
