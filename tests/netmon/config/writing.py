"""Writes configuration files for the tests, and reads what is wrong with them."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from netmon.config.addresses import Machine
from netmon.config.load import Configuration, load
from netmon.config.problem import ConfigurationError, Problem

NETWORK = """\
credentials:
  backbone: {community_file: backbone.secret}
intervals:
  backbone: 10s
sites:
  - {id: narva, country: EE, position: {lat: 59.38, lon: 28.19}, role: border_post}
  - {id: tartu, country: EE, position: {lat: 58.38, lon: 26.72}, role: core}
devices:
  - {id: narva-r1, site: narva, address: 10.0.0.1, credentials: backbone, class: backbone}
  - {id: tartu-r1, site: tartu, address: 10.0.0.2, credentials: backbone, class: backbone}
links:
  - {id: narva-tartu, ends: [narva-r1:ge0, tartu-r1:ge0], medium: fibre}
"""
SECRET = "Zt7-canary"
MACHINE = Machine(own=frozenset({"192.0.2.7", "127.0.0.1"}), broadcasts=frozenset({"192.0.2.255"}))


def write(directory: Path, text: str, name: str = "network.yaml") -> Path:
    """Write a file beside its secret."""
    secret = directory / "backbone.secret"
    if not secret.exists():
        secret.write_text(SECRET + "\n")
        secret.chmod(0o400)
    file = directory / name
    file.write_text(text, encoding="utf-8")
    return file


def read(
    directory: Path, text: str, *, environ: Mapping[str, str] | None = None, large: bool = False
) -> Configuration:
    """Load one file's text."""
    file = write(directory, text)
    return load([file], large=large, environ=environ or {}, machine=MACHINE)


def problems(
    directory: Path, text: str, *, environ: Mapping[str, str] | None = None, large: bool = False
) -> tuple[Problem, ...]:
    """Return what is wrong with one file's text; something must be."""
    with pytest.raises(ConfigurationError) as caught:
        read(directory, text, environ=environ, large=large)
    assert SECRET not in str(caught.value)
    assert SECRET not in repr(caught.value)
    return caught.value.problems


def the_problem(directory: Path, text: str) -> Problem:
    """Return the only thing that is wrong."""
    found = problems(directory, text)
    assert len(found) == 1, "\n".join(map(str, found))
    return found[0]
