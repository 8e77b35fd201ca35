"""How an answer is shown: a table for people, CSV for spreadsheets. A door of rich."""

import csv
import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table as RichTable

from netmon.planning.answer import Answer
from netmon.topo.visible import visible


def show(answer: Answer) -> None:
    """Print a table, and under it what it says in a sentence."""
    console = Console()
    table = RichTable(title=f"{answer.question}, {answer.base}")
    for column in answer.table.columns:
        table.add_column(column.strip(), overflow="fold")
    for row in answer.table.rows:
        table.add_row(*(escape(_cell(value)) for value in row))
    if answer.table.rows:
        console.print(table)
    left_out = answer.table.total - len(answer.table.rows)
    if left_out > 0:
        console.print(f"{left_out} more are left out; --limit shows more", style="dim")
    console.print(escape(visible(answer.summary)))


def csv_of(answer: Answer) -> str:
    """Return the table as CSV (RFC 4180); what a spreadsheet would run as a formula is quoted."""
    told = io.StringIO()
    writer = csv.writer(told)
    writer.writerow([column.strip() for column in answer.table.columns])
    for row in answer.table.rows:
        writer.writerow([_harmless(value) for value in row])
    return told.getvalue()


@contextmanager
def patience(words: str) -> Iterator[None]:
    """Show that work is going on, on a terminal and where it takes a while."""
    console = Console(stderr=True)
    if not sys.stderr.isatty():
        yield
        return
    with Progress(
        SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn(),
        console=console, transient=True,
    ) as progress:  # fmt: skip
        progress.add_task(words, total=None)
        yield


def _cell(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else visible(str(value))


def _harmless(value: object) -> object:
    """Keep a spreadsheet from running what an id says (OWASP, CSV injection)."""
    if isinstance(value, str) and value[:1] in {"=", "+", "-", "@", "\t", "\r"}:
        return "'" + value
    return value
