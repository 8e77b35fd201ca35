"""docs/wire-conformance.md is what the tests on the wire say, and every case of it passed."""

import re
import subprocess
import sys
from pathlib import Path

from tests.conformance import Table, failures, read_rows

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "wire-conformance.md"


def test_the_page_has_the_ids_and_expectations_of_the_tests(tmp_path: Path) -> None:
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
    rows = read_rows(fresh)
    assert rows
    assert read_rows(PAGE) == rows, "run: make conformance"


def test_the_page_shows_no_case_that_did_not_pass() -> None:
    assert failures(PAGE.read_text("utf-8").splitlines()) == []


def test_every_trap_case_of_the_catalogue_has_a_test() -> None:
    assert {f"HT-{number:02}" for number in range(1, 15)} <= read_rows(PAGE).keys()


def test_a_case_is_as_good_as_its_worst_test() -> None:
    table = Table()
    table.add("HT-01", "dropped", "a")
    table.add("HT-01", "counted", "b")
    table.note("a", "passed")
    assert "| HT-01 | dropped; counted | 2 | not run |" in table.render()
    table.note("b", "failed")
    table.note("b", "passed")
    assert re.search(r"\| 2 \| failed \|$", table.render(), re.MULTILINE)
