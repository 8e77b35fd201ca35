"""docs/wire-conformance.md is what the tests on the wire say, and every case of it passed."""

import re
import subprocess
import sys
from pathlib import Path

from tests.conformance import Table, contradictions, read_rows
from tests.wire.catalogue import HOSTILE_ANSWERS

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "wire-conformance.md").read_text("utf-8")


def test_the_page_has_the_ids_the_expectations_and_the_number_of_the_tests(tmp_path: Path) -> None:
    fresh = tmp_path / "table.md"
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "tests/wire"]
    collected = subprocess.run(
        [*command, "--conformance", str(fresh)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert collected.returncode == 0, collected.stdout
    found = {name: row._replace(result="") for name, row in read_rows(fresh.read_text()).items()}
    page = {name: row._replace(result="") for name, row in read_rows(PAGE).items()}
    assert page == found, "run: make conformance"


def test_every_case_of_the_catalogue_has_tests_and_no_other() -> None:
    answers = {f"HS-{number:02}" for number in range(1, 44)}
    notifications = {f"HT-{number:02}" for number in range(1, 15)}
    assert HOSTILE_ANSWERS.keys() == answers
    assert read_rows(PAGE).keys() == answers | notifications


def test_every_case_on_the_page_passed() -> None:
    assert {row.result for row in read_rows(PAGE).values()} == {"passed"}


def test_a_case_is_as_good_as_its_worst_test() -> None:
    table = Table()
    table.add("HT-01", "dropped", "a")
    table.add("HT-01", "counted", "b")
    table.note("a", "passed")
    assert "| HT-01 | dropped; counted | 2 | not run |" in table.render()
    table.note("b", "failed")
    table.note("b", "passed")
    assert re.search(r"\| 2 \| failed \|$", table.render(), re.MULTILINE)


def test_a_run_that_ends_otherwise_than_the_page_says_is_told() -> None:
    page = "| HT-01 | dropped | 1 | passed |\n| HT-02 | counted | 2 | passed |\n"
    table = Table()
    table.add("HT-01", "dropped", "a")
    table.add("HT-02", "counted", "b")  # one of two: played in part
    assert contradictions(table, page) == []
    table.note("a", "failed")
    table.note("b", "failed")
    assert contradictions(table, page) == ["HT-01: passed on the page, failed now"]
    table.cases["HT-01"].outcomes["a"] = "skipped"
    assert contradictions(table, page) == []
