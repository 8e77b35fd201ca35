"""The page, the schema and the examples agree with the code."""

import dataclasses
import json
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from netmon.config import assembly
from netmon.config.assembly import GROUPS, Settings
from netmon.config.document import document
from netmon.config.load import SECTIONS, load
from netmon.config.schema import json_schema
from tests.netmon.config.writing import MACHINE

ROOT = Path(__file__).parents[3]


def test_the_page_is_what_the_schema_says() -> None:
    page = (ROOT / "docs/configuration.md").read_text(encoding="utf-8")
    assert page == document(), "python -m netmon.config.document > docs/configuration.md"


def test_the_schema_knows_every_section() -> None:
    schema = json_schema()
    assert set(schema["properties"]) == set(SECTIONS)
    assert schema["additionalProperties"] is False
    assert json.loads(json.dumps(schema)) == schema


def groups_of(group: type[Any]) -> Iterator[type[Any]]:
    yield group
    for hint in typing.get_type_hints(group).values():
        if dataclasses.is_dataclass(hint):
            yield from groups_of(typing.cast("type[Any]", hint))


@pytest.mark.parametrize("group", list(groups_of(Settings)), ids=lambda group: group.__name__)
def test_every_group_is_what_its_defaults_say(group: type[Any]) -> None:
    """A group inside a group has its own defaults: else a partial one would lose the outer's."""
    hints = typing.get_type_hints(group)
    for member in dataclasses.fields(group):
        if dataclasses.is_dataclass(hints[member.name]):
            assert member.default_factory is hints[member.name]
    if group is not Settings:
        model = assembly.model_of(group)
        assert set(model.model_fields) == {member.name for member in dataclasses.fields(group)}


def test_every_room_with_settings_is_in_the_table() -> None:
    rooms = (
        "snmp ping cadence pipeline detection correlation incidents store history api traps notices"
        " discovery planned whereabouts"
    )
    assert set(GROUPS) == set(rooms.split())


def test_the_examples_load(tmp_path: Path) -> None:
    for name in ("snmp-backbone", "snmp-field"):
        (tmp_path / name).write_text(f"example-of-{name}")
        (tmp_path / name).chmod(0o400)
    configuration = load(
        [ROOT / "examples/netmon.yaml", ROOT / "examples/inventory.yaml"],
        environ={"CREDENTIALS_DIRECTORY": str(tmp_path)},
        machine=MACHINE,
    )
    assert configuration.collector_site == "warsaw"
    assert len(configuration.network.links) == 8
    assert [one.id for one in configuration.plans.emissions] == ["terespol-counter-drone"]
    assert [one.id for one in configuration.plans.windows] == ["siedlce-generator"]
    assert list(configuration.plans.duty) == ["patrol-1"]
    assert not configuration.warnings


def test_the_demos_inventory_loads() -> None:
    file = ROOT / "netmon/simulation/border.yaml"
    configuration = load([file], environ={"NETMON_DEMO_COMMUNITY": "x-demo"}, machine=MACHINE)
    assert len(configuration.network.links) >= 30
