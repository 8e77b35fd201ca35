"""The project tests itself: signs on doors, files with one idea, error trees as drawn."""

import ast
import importlib
import inspect
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("topology", "collectors", "netmon")
MODULES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
LONGEST = 520  # aim below 300; above this a file has two ideas


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_every_module_says_its_idea_in_one_sentence(path: Path) -> None:
    docstring = ast.get_docstring(ast.parse(path.read_text("utf-8")))
    assert docstring, "a docstring is missing"
    first = docstring.split("\n\n")[0]
    assert first.rstrip()[-1] in ".:;,!?", first


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_a_module_fits_one_idea(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= LONGEST


@pytest.mark.parametrize(
    "path", [path for path in MODULES if path.name == "__init__.py"], ids=_name
)
def test_a_door_is_a_sign_and_re_exports_nothing(path: Path) -> None:
    body = ast.parse(path.read_text("utf-8")).body
    assert len(body) == 1
    assert isinstance(body[0], ast.Expr)


def test_no_room_is_called_helper_or_manager() -> None:
    forbidden = {"utils", "helpers", "common", "base", "manager", "managers", "misc", "util"}
    assert not [_name(path) for path in MODULES if path.stem in forbidden]


@pytest.mark.parametrize("path", [path for path in MODULES if path.name == "errors.py"], ids=_name)
def test_the_error_tree_is_drawn_as_it_is(path: Path) -> None:
    module = importlib.import_module(_name(path)[:-3].replace("/", "."))
    drawn = set(re.findall(r"^[│├└─ ]*([A-Z][A-Za-z]+)", module.__doc__ or "", re.MULTILINE))
    drawn -= {"What"}  # the sentence above the tree
    real = {
        name
        for name, value in inspect.getmembers(module, inspect.isclass)
        if value.__module__ == module.__name__
    }
    assert drawn == real


def test_no_lock_file_names_a_host() -> None:
    for name in ("requirements.lock", "requirements-dev.lock"):
        text = (ROOT / name).read_text("utf-8")
        assert "://" not in text
        assert text.count("--hash=sha256:") > 100


def test_nothing_in_the_product_can_build_an_snmp_set() -> None:
    """SetRequest-PDU is context tag 3, constructed: 0xA3 (RFC 3416); netmon only reads.

    The simulated agents know the tag, to refuse it as a read-only agent does.
    """
    for path in MODULES:
        if "simulation" in path.parts:
            continue
        assert not re.search(r"0xa3\b|b\"\\xa3", path.read_text("utf-8"), re.IGNORECASE), path


@pytest.mark.parametrize("name", ["README.md", "LICENSE", "CHANGELOG.md", "CONTRIBUTING.md"])
def test_what_a_maintained_project_has_is_there(name: str) -> None:
    assert (ROOT / name).stat().st_size > 100
