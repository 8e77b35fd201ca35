"""The picture of the house: which module stands where, and what it says of itself.

Places come from the layers in .importlinter, words from the modules' docstrings. `python -m
tests.project.picture` (in `make docs`) draws both into docs/architecture.md; a test compares.
"""

import ast
import configparser
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
PAGE: Final = ROOT / "docs" / "architecture.md"
BEGIN: Final = "<!-- drawn by make docs: begin -->\n"
END: Final = "<!-- drawn by make docs: end -->\n"
PACKAGES: Final = ("netmon", "collectors", "topology")

Layers = list[list[str]]


def layers() -> dict[str, Layers]:
    """Return the layers of each room that has them, top to bottom, as .importlinter says."""
    linter = configparser.ConfigParser()
    linter.read(ROOT / ".importlinter", encoding="utf-8")
    found = {}
    for name in linter.sections():
        section = linter[name]
        if section.get("type") == "layers" and "containers" in section:
            rows = section["layers"].split("\n")
            found[section["containers"].strip()] = [
                [module.strip() for module in row.split("|")] for row in rows if row.strip()
            ]
    return found


def rooms() -> Iterator[tuple[str, list[str]]]:
    """Yield every folder of modules with what is in it, as dotted names without the folder's."""
    for package in PACKAGES:
        folders = [ROOT / package, *sorted(path for path in (ROOT / package).rglob("*"))]
        for folder in folders:
            if (folder / "__init__.py").is_file():
                yield _dotted(folder), sorted(_members(folder))


def idea(dotted: str) -> str:
    """Return the first sentence of a module's docstring, without its own name before it."""
    path = ROOT.joinpath(*dotted.split("."))
    path = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    docstring = ast.get_docstring(ast.parse(path.read_text("utf-8"))) or ""
    sentence = re.split(r"(?<=[\w)`])\.(?:\s|$)", " ".join(docstring.split("\n\n")[0].split()))[0]
    title, colon, words = sentence.partition(": ")
    name = dotted.rpartition(".")[2].replace("_", "")
    is_title = bool(colon) and name in title.lower().replace(" ", "") and title.count(" ") < 3
    return (words if is_title else sentence).rstrip(":").replace("|", r"\|")


def draw() -> str:
    """Return the picture, in Markdown."""
    placed = layers()
    parts = []
    for room, members in rooms():
        rows = placed.get(room, [members])
        parts.append(f"### {room}\n")
        parts.append(f"{idea(room)}.\n")
        parts.append("| layer | module | it is |\n|---|---|---|" if room in placed else
                     "| module | it is |\n|---|---|")  # fmt: skip
        for number, row in enumerate(rows, 1):
            parts += [_line(room, module, number if room in placed else None) for module in row]
        parts.append("")
    return "\n".join(parts)


def page() -> str:
    """Return docs/architecture.md with the picture as it should be."""
    text = PAGE.read_text("utf-8")
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{draw()}\n{END}{after}"


def _line(room: str, module: str, number: int | None) -> str:
    layer = "" if number is None else f"| {number} "
    return f"{layer}| `{module}` | {idea(f'{room}.{module}')} |"


def _members(folder: Path) -> Iterator[str]:
    for path in folder.iterdir():
        if path.suffix == ".py" and path.name != "__init__.py":
            yield path.stem
        elif (path / "__init__.py").is_file():
            yield path.name


def _dotted(folder: Path) -> str:
    return ".".join(folder.relative_to(ROOT).parts)


if __name__ == "__main__":
    if "--print" in sys.argv:
        sys.stdout.write(page())
    else:
        PAGE.write_text(page(), encoding="utf-8")
