"""For all tests: laws have no deadline, the table of conformance, and no SET leaves."""

from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import settings

from tests import set_guard
from tests.conformance import Table, contradictions

settings.register_profile("unhurried", deadline=None)  # a busy machine is no counterexample
settings.load_profile("unhurried")

TABLE = pytest.StashKey[Table]()
GUARD = pytest.StashKey[set_guard.Guard]()
SETS = pytest.StashKey[list[str]]()
PAGE = Path(__file__).parents[1] / "docs" / "wire-conformance.md"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--conformance", type=Path, metavar="FILE", help="write the conformance table there"
    )


def pytest_configure(config: pytest.Config) -> None:
    config.stash[TABLE] = Table()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: Iterable[pytest.Item]) -> None:
    for item in items:
        for mark in item.iter_markers("conformance"):
            identity, expected = mark.args
            config.stash[TABLE].add(identity, expected, item.nodeid)


class _Noting:
    """Takes the outcomes of tests."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" or report.outcome != "passed":
            self._table.note(report.nodeid, report.outcome)


def pytest_sessionstart(session: pytest.Session) -> None:
    config = session.config
    config.pluginmanager.register(_Noting(config.stash[TABLE]), "conformance")
    if not config.option.collectonly:
        config.stash[GUARD] = set_guard.start()


def pytest_sessionfinish(session: pytest.Session) -> None:
    stash = session.config.stash
    stash[SETS] = stash[GUARD].finish() if GUARD in stash else []
    if stash[SETS]:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
    path: Path | None = session.config.getoption("--conformance")
    table = stash[TABLE]
    if path is not None:
        path.write_text(table.render(), "utf-8")
    elif contradictions(table, PAGE.read_text("utf-8")):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    config = terminalreporter.config
    for line in config.stash.get(SETS, []):
        terminalreporter.write_line(f"an SNMP SET left: {line}", red=True)
    if GUARD in config.stash and config.stash[GUARD].dropped:
        lost = config.stash[GUARD].dropped
        terminalreporter.write_line(f"the guard against SETs missed {lost} datagrams", yellow=True)
    if config.getoption("--conformance") is None:
        for line in contradictions(config.stash[TABLE], PAGE.read_text("utf-8")):
            terminalreporter.write_line(f"docs/wire-conformance.md: {line}", red=True)
