"""Files: what belongs to the repository, found without git, so that an archive passes too."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
MADE: Final = {"__pycache__", "build", "dist"}
KEPT_HIDDEN: Final = {".ci", ".gitignore", ".importlinter", ".dockerignore"}


def files(*patterns: str) -> list[Path]:
    """Return the files whose path from the root matches one of the patterns; all without any."""
    found = sorted(_under(ROOT))
    if not patterns:
        return found
    return [
        path for path in found if any(path.relative_to(ROOT).match(pattern) for pattern in patterns)
    ]


def name(path: Path) -> str:
    """Return a file's path from the root."""
    return str(path.relative_to(ROOT))


def _under(folder: Path) -> Iterator[Path]:
    for path in folder.iterdir():
        hidden = path.name.startswith(".") and path.name not in KEPT_HIDDEN
        if hidden or path.name in MADE or path.is_symlink():
            continue
        if path.is_dir():
            yield from _under(path)
        else:
            yield path
