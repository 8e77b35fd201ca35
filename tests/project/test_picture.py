"""docs/architecture.md draws the house as .importlinter checks it and as the modules say."""

import configparser
import re
import tomllib

from tests.project.picture import PAGE, ROOT, layers, page, rooms

# A vocabulary of types rather than a thing that does something: at home everywhere.
EVERYWHERE = {"numpy"}


def drawn_layers() -> list[list[str]]:
    """Return the picture's line `a › b | c › d`, top to bottom."""
    block = re.search(r"```\n(__main__ .*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    assert block is not None, "the line from __main__ down is gone"
    return [[module.strip() for module in layer.split("|")] for layer in block.group(1).split("›")]


def test_the_line_drawn_is_the_line_checked() -> None:
    assert drawn_layers() == layers()["netmon"]


def test_every_module_is_in_the_picture_with_what_it_is() -> None:
    assert PAGE.read_text("utf-8") == page(), "python -m tests.project.picture"


def test_every_module_of_a_layered_room_has_one_place() -> None:
    """import-linter's `exhaustive` says the same; here it says it of what is on the disk."""
    placed = layers()
    assert set(placed) >= {
        "netmon", "netmon.correlation", "netmon.discovery", "topology",
        "collectors", "collectors.ping", "collectors.snmp", "collectors.snmp.discovery",
    }  # fmt: skip
    members = dict(rooms())
    for room, rows in placed.items():
        assert sorted(module for row in rows for module in row) == members[room]


def test_every_library_has_a_door() -> None:
    linter = configparser.ConfigParser()
    linter.read(ROOT / ".importlinter", encoding="utf-8")
    doors = {
        library
        for name in linter.sections()
        if ":door-of-" in name
        for option in ("protected_modules", "forbidden_modules")
        for library in linter[name].get(option, "").split()
    }
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    names = {re.split(r"[<>=!~\[; ]", entry)[0] for entry in project["dependencies"]}
    imported = {name.replace("-", "_").split(".")[0] for name in names}
    assert imported - EVERYWHERE <= doors
