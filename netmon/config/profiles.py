"""Profiles: those that come with netmon, and the files and folders of the user's own."""

from pathlib import Path
from typing import Final

from collectors import yaml
from collectors.errors import ProfileError
from collectors.snmp.library import folder_of, load_profile, profiles
from netmon.config import entries, syntax, tree
from netmon.config.entries import Reporter
from netmon.config.models import ProfileDirectories, ProfileEntry
from netmon.config.problem import Report
from netmon.config.tree import Document

SECTION: Final = "profiles"
DIRECTORIES: Final = "directories"
_TAKEN: Final = "is the name of a built-in profile; choose another"


def known_profiles(documents: list[Document], report: Report) -> dict[str, str]:
    """Return the names of profiles with what the collectors know each by: a name, or a path."""
    known = {name: name for name in profiles()}
    for reporter, name, value in entries.named_section(documents, SECTION, report):
        if name == DIRECTORIES:
            _add_folders(known, value, reporter)
        else:
            _add_file(known, name, value, reporter)
    return known


def _add_file(known: dict[str, str], name: str, value: object, reporter: Reporter) -> None:
    path: tree.Path = (SECTION, name)
    if name in known:
        reporter.refuse(path, _taken(known, name), key=True)
        return
    entry = entries.check(ProfileEntry, value, path, reporter)
    known[name] = ""
    if entry is not None:
        file = (reporter.document.file.parent / entry.root).resolve()
        known[name] = str(file)
        _check(file, path, reporter)


def _add_folders(known: dict[str, str], value: object, reporter: Reporter) -> None:
    entry = entries.check(ProfileDirectories, value, (SECTION, DIRECTORIES), reporter)
    for number, given in enumerate(() if entry is None else entry.root):
        path: tree.Path = (SECTION, DIRECTORIES, number)
        folder = (reporter.document.file.parent / given).resolve()
        if not folder.is_dir():
            reporter.refuse(path, "is no folder")
            continue
        for name, file in folder_of(folder).items():
            if name in known:
                reporter.refuse(path, f"{name}.yaml {_taken(known, name)}")
                continue
            known[name] = str(file)
            _check(file, path, reporter)


def _taken(known: dict[str, str], name: str) -> str:
    return _TAKEN if known[name] == name else f"has the name of {known[name]}; choose another"


def _check(file: Path, path: tree.Path, reporter: Reporter) -> None:
    try:
        load_profile(file)
    except ProfileError as error:
        for line in str(error).splitlines():
            reporter.refuse(path, syntax.clean(line))
    except yaml.PARSER_FAULTS:
        reporter.refuse(path, "the file is not a profile in YAML")
