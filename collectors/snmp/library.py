"""Library: finds profiles by name or path, those that come with netmon and those of a user."""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Final

from collectors import yaml
from collectors.errors import ProfileError
from collectors.snmp.ber import Oid
from collectors.snmp.profile import Profile
from collectors.snmp.profile_document import build
from collectors.snmp.profile_lines import Faults, located

BUILTIN: Final = Path(__file__).parent / "profiles"
MAX_FILE_OCTETS: Final = 256 * 1024


class Library(Mapping[str, Profile]):
    """The profiles of one folder, by name; each is read when it is asked for first."""

    def __init__(self, folder: Path) -> None:
        self._paths: Final = {path.stem: path for path in sorted(folder.glob("*.yaml"))}

    def __getitem__(self, name: str) -> Profile:
        return _loaded(self._paths[name])

    def __contains__(self, name: object) -> bool:
        return name in self._paths

    def __iter__(self) -> Iterator[str]:
        return iter(self._paths)

    def __len__(self) -> int:
        return len(self._paths)


_BUILTIN: Final = Library(BUILTIN)


def profiles() -> Mapping[str, Profile]:
    """Return the profiles that come with netmon, by name."""
    return _BUILTIN


def folder_of(path: Path) -> Mapping[str, Path]:
    """Return the profiles' files of a user's folder, by name."""
    return {each.stem: each for each in sorted(path.glob("*.yaml"))}


def load_profile(source: str | Path, beside: Path | None = None) -> Profile:
    """Return the profile of a name or a path, or a ProfileError naming every fault.

    A name is looked for in the folder `beside` first and then among those of netmon.
    """
    path = _find(source, beside)
    return _loaded(path) if path.parent == BUILTIN else _load(path)


def closest(
    sysobjectid: Oid, sysdescr: str, library: Mapping[str, Profile] | None = None
) -> Profile | None:
    """Return the profile that fits a device best by its system group, or None."""
    found = max(
        (profiles() if library is None else library).values(),
        key=lambda profile: profile.match.closeness(sysobjectid, sysdescr),
        default=None,
    )
    if found is None or not found.match.fits(sysobjectid, sysdescr):
        return None
    return found


@lru_cache(maxsize=256)
def _loaded(path: Path) -> Profile:
    return _load(path)


def _load(path: Path) -> Profile:
    return parse_profile(_text(path), path.name, path.parent)


def parse_profile(text: str, file: str, beside: Path | None = None) -> Profile:
    """Return the profile of a text that stands, or would stand, in a file of that name."""
    faults = Faults()
    try:
        document = yaml.plain(text)
    except yaml.YamlError as error:
        raise ProfileError(f"{file}:{error.line}: {error.words}") from error
    profile = build(document, lambda name: load_profile(name, beside), faults)
    if profile is not None and profile.name != Path(file).stem:
        faults.add(("name",), f"{profile.name!r} must be the file's name, {Path(file).stem!r}")
    if profile is None or faults.found:
        said = located(faults.found, text)
        raise ProfileError("\n".join(f"{file}:{line}: {words}" for line, words in said))
    return profile


def _find(source: str | Path, beside: Path | None) -> Path:
    if isinstance(source, Path):
        return source
    if "/" in source or source.endswith((".yaml", ".yml")):
        return Path(source)
    for folder in (beside, BUILTIN):
        path = folder / f"{source}.yaml" if folder is not None else None
        if path is not None and path.is_file():
            return path
    known = ", ".join(profiles())
    raise ProfileError(f"unknown profile {source!r}; known are {known}, or give a path")


def _text(path: Path) -> str:
    try:
        if path.exists() and not path.is_file():  # a pipe or a device would never end
            raise ProfileError(f"{path.name}: is not a regular file")
        with path.open("rb") as stream:
            raw = stream.read(MAX_FILE_OCTETS + 1)
    except OSError as error:
        raise ProfileError(f"{path.name}: cannot be read: {error.strerror}") from error
    if len(raw) > MAX_FILE_OCTETS:
        raise ProfileError(f"{path.name}: larger than {MAX_FILE_OCTETS} octets")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ProfileError(f"{path.name}: is not UTF-8 text; save it as UTF-8") from error
