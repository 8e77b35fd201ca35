"""Clocks are read in `netmon.app` and in the demo, and handed down; nothing below asks the time."""

import ast
from pathlib import Path

import pytest

from tests.project.files import ROOT, files, name

WALL = {
    ("time", "time"), ("time", "time_ns"), ("datetime", "now"), ("datetime", "utcnow"),
    ("datetime", "today"), ("date", "today"),
}  # fmt: skip
TOLD_NOW = {("time", "gmtime"), ("time", "localtime"), ("time", "ctime")}  # with nothing: now
WHERE_CLOCKS_ARE_READ = {"netmon/app.py", "netmon/demo.py"}

MODULES = [
    path
    for path in files("*.py")
    if path.relative_to(ROOT).parts[0] in ("netmon", "collectors", "topology")
    and name(path) not in WHERE_CLOCKS_ARE_READ
]


def wall_clock_reads(source: str) -> list[str]:
    """Return every call in a source that reads the wall clock."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        holder = node.func.value
        owner = holder.attr if isinstance(holder, ast.Attribute) else getattr(holder, "id", "")
        called = owner, node.func.attr
        if called in WALL or (called in TOLD_NOW and not node.args):
            found.append(f"line {node.lineno}: {ast.unparse(node)}")
    return found


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_nothing_below_the_app_reads_the_wall_clock(path: Path) -> None:
    assert not wall_clock_reads(path.read_text("utf-8"))


@pytest.mark.parametrize(
    "source",
    [
        "import time\ntime.time()",
        "datetime.now(tz=UTC)",
        "datetime.datetime.now()",
        "time.gmtime()",
    ],
)
def test_a_reading_would_be_seen(source: str) -> None:
    assert len(wall_clock_reads(source)) == 1


def test_a_clock_that_is_handed_over_is_no_reading() -> None:
    assert not wall_clock_reads("def run(wall=time.time): return time.gmtime(wall())")
