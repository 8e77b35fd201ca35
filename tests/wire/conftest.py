"""A folder that a process of another user can reach, whatever pytest does with its own."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def folder() -> Iterator[Path]:
    """Return an empty directory open to all: a receiver that has given up root works in it."""
    made = Path(tempfile.mkdtemp(prefix="netmon-wire-"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made)
