"""The JSON Schema of a profile's file: all that come with netmon satisfy it, mistakes do not."""

import re
from collections.abc import Callable
from typing import Any, Final

import pytest

from collectors import yaml
from collectors.snmp.library import BUILTIN
from collectors.snmp.profile_keys import json_schema

SCHEMA: Final = json_schema()
TYPES: Final[dict[str, type | tuple[type, ...]]] = {
    "object": dict,
    "array": list,
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
}


def satisfies(value: Any, schema: Any) -> bool:
    """Tell whether a value satisfies a schema, as far as ours uses JSON Schema."""
    return all(WORDS[word](value, given, schema) for word, given in schema.items())


def _is_a(value: Any, name: str) -> bool:
    return isinstance(value, TYPES[name]) and (name == "boolean" or not isinstance(value, bool))


def _keys(value: Any, known: dict[str, Any], rest: Any) -> bool:
    return all(
        satisfies(each, known[key])
        if key in known
        else rest is True or (rest is not False and satisfies(each, rest))
        for key, each in value.items()
    )


WORDS: Final[dict[str, Callable[[Any, Any, Any], bool]]] = {
    "$schema": lambda *_: True,
    "$defs": lambda *_: True,
    "title": lambda *_: True,
    "description": lambda *_: True,
    "$ref": lambda value, name, _: satisfies(value, SCHEMA["$defs"][name.rpartition("/")[2]]),
    "type": lambda value, names, _: any(
        _is_a(value, name) for name in ([names] if isinstance(names, str) else names)
    ),
    "enum": lambda value, words, _: value in words,
    "const": lambda value, word, _: value == word,
    "not": lambda value, schema, _: not satisfies(value, schema),
    "anyOf": lambda value, schemas, _: any(satisfies(value, each) for each in schemas),
    "pattern": lambda value, pattern, _: (
        not isinstance(value, str) or re.search(pattern, value) is not None
    ),
    "minLength": lambda value, least, _: not isinstance(value, str) or len(value) >= least,
    "maxLength": lambda value, most, _: not isinstance(value, str) or len(value) <= most,
    "minimum": lambda value, least, _: not _is_a(value, "number") or value >= least,
    "maximum": lambda value, most, _: not _is_a(value, "number") or value <= most,
    "items": lambda value, schema, _: (
        not isinstance(value, list) or all(satisfies(each, schema) for each in value)
    ),
    "minItems": lambda value, least, _: not isinstance(value, list) or len(value) >= least,
    "maxItems": lambda value, most, _: not isinstance(value, list) or len(value) <= most,
    "required": lambda value, keys, _: not isinstance(value, dict) or set(keys) <= set(value),
    "properties": lambda *_: True,  # with the next
    "additionalProperties": lambda value, rest, schema: (
        not isinstance(value, dict) or _keys(value, schema.get("properties", {}), rest)
    ),
}


@pytest.mark.parametrize("path", sorted(BUILTIN.glob("*.yaml")), ids=lambda path: path.stem)
def test_profiles_of_netmon_satisfy_the_schema(path: Any) -> None:
    assert satisfies(yaml.plain(path.read_text(encoding="utf-8")), SCHEMA)


@pytest.mark.parametrize(
    "wrong",
    [
        {"colour": "red"},
        {"source": None},
        {"name": "Mine"},
        {"columns": [{"oid": "1.3.6.1", "type": "integer"}]},
        {"columns": [{"quantity": "loudness", "oid": "1.3.6.1", "type": "integer"}]},
        {"columns": [{"quantity": "rsl_dbm", "oid": "1.3.x", "type": "integer"}]},
        {"columns": [{"quantity": "rsl_dbm", "oid": "1.3.6.1", "type": "real"}]},
        {"columns": [{"quantity": "rsl_dbm", "oid": "1.3.6.1", "type": "integer", "scale": "x"}]},
        {"rows": {"radio": {"nome": "radio {index}"}}},
        {"match": {"sysobjectid": ["x"]}},
    ],
)
def test_mistakes_do_not(wrong: dict[str, Any]) -> None:
    sound = {"name": "mine", "source": "a MIB", "extends": ["if-mib"]}
    assert satisfies(sound, SCHEMA)
    assert not satisfies({**sound, **wrong}, SCHEMA)
