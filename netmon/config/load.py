"""Load: YAML files to one Configuration, or a ConfigurationError with every mistake in them."""

import gc
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Final

from collectors.target import Community, Credential, Target
from netmon.config import assembly, entries, inventory, plans, secrets, syntax, tree
from netmon.config.addresses import Machine, this_machine
from netmon.config.assembly import Settings
from netmon.config.entries import Reporter
from netmon.config.models import ClassEntry, CommunityEntry, IntervalEntry, UsmEntry
from netmon.config.problem import ConfigurationError, Problem, Report
from netmon.config.profiles import known_profiles
from netmon.config.targets import Known, PollingClass
from netmon.config.tree import Document
from netmon.planned.plans import Plans
from topology.model import DeviceId, SiteId
from topology.network import Network

SECTIONS: Final = (
    "settings",
    "credentials",
    "intervals",
    "profiles",
    "sites",
    "devices",
    "links",
    "emissions",
    "maintenance",
)
DEFAULT_CLASS: Final = "default"
DEFAULT_INTERVAL_SECONDS: Final = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """Everything netmon is told: how to work, what the network is, whom to ask."""

    settings: Settings
    network: Network
    targets: Mapping[DeviceId, Target]
    collector_site: SiteId | None
    files: tuple[Path, ...]
    credentials: Mapping[str, Credential] = field(default_factory=dict)  # by name, in order
    plans: Plans = field(default_factory=Plans)
    warnings: tuple[Problem, ...] = ()


def load(
    paths: Sequence[Path],
    *,
    large: bool = False,
    environ: Mapping[str, str] = os.environ,
    machine: Machine | None = None,
) -> Configuration:
    """Read the files as one: lists are joined, named things must be named once.

    `machine` says which addresses are our own; by default the kernel is asked.
    Raises ConfigurationError, and nothing else, for whatever stands in the files.
    """
    if not paths:
        nothing = Problem(file=Path(), line=0, column=0, where="", message="no file is given")
        raise ConfigurationError([nothing])
    with _undisturbed():
        return _load(paths, large, environ, this_machine() if machine is None else machine)


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Stop the cycle collector: a million new objects that stay make it search in vain, 25 %."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _load(
    paths: Sequence[Path], large: bool, environ: Mapping[str, str], machine: Machine
) -> Configuration:
    report = Report()
    documents = []
    for number, path in enumerate(paths):
        if path in paths[:number]:
            twice = Problem(
                file=path, line=0, column=0, where="", message="is given twice; give it once"
            )
            report.problems.append(twice)
            continue
        text = syntax.read_text(path, large=large, report=report)
        if text is not None:
            documents.append(syntax.parse(text, path, large=large, report=report))
    _refuse_unknown_sections(documents, report)
    settings, collector = assembly.assemble(documents, report)
    known = Known(
        credentials=_credentials(documents, environ, report),
        classes=_classes(documents, report),
        profiles=known_profiles(documents, report),
        machine=machine,
    )
    network, targets, duty = inventory.build(documents, known, report)
    planned = plans.build(documents, network, duty, report)
    if collector is not None and network is not None and collector[0] not in network.sites:
        site, reporter = collector
        message = f"unknown site {site!r}{report.hint(site, network.sites)}"
        reporter.refuse(("settings", assembly.COLLECTOR_SITE), message)
    report.raise_if_any()
    if not targets:
        nobody = "there is no device to poll; list some under `devices`"
        report.warnings.append(Problem(file=paths[0], line=0, column=0, where="", message=nobody))
    assert network is not None  # noqa: S101 - else it was reported
    return Configuration(
        settings=settings,
        network=network,
        plans=planned,
        targets=MappingProxyType(targets),
        collector_site=None if collector is None else collector[0],
        credentials=MappingProxyType(
            {name: each for name, each in known.credentials.items() if each is not None}
        ),
        files=tuple(paths),
        warnings=tuple(report.warnings),
    )


def _refuse_unknown_sections(documents: list[Document], report: Report) -> None:
    for document in documents:
        for name in document.root:
            if name not in SECTIONS:
                message = f"unknown section{report.hint(name, SECTIONS)}"
                Reporter(document, report).refuse((name,), message, key=True)


def _classes(documents: list[Document], report: Report) -> dict[str, PollingClass | None]:
    known: dict[str, PollingClass | None] = {DEFAULT_CLASS: PollingClass(DEFAULT_INTERVAL_SECONDS)}
    for reporter, name, value in entries.named_section(documents, "intervals", report):
        path = ("intervals", name)
        known[name] = None
        if isinstance(value, tree.Mapping):
            full = entries.check(ClassEntry, value, path, reporter)
            if full is not None:
                known[name] = PollingClass(full.every, full.gap or 0.0)
        else:
            plain = entries.check(IntervalEntry, value, path, reporter)
            if plain is not None:
                known[name] = PollingClass(plain.root)
    return known


def _credentials(
    documents: list[Document], environ: Mapping[str, str], report: Report
) -> dict[str, Credential | None]:
    known: dict[str, Credential | None] = {}
    holders: dict[bytes, str] = {}
    for reporter, name, value in entries.named_section(
        documents, "credentials", report, discreet=True
    ):
        path = ("credentials", name)
        known[name] = None
        if not isinstance(value, tree.Mapping):
            reporter.refuse(path, entries.INLINE)
            continue
        entry: CommunityEntry | UsmEntry | None
        if any(key in UsmEntry.model_fields for key in value):
            entry = entries.check(UsmEntry, value, path, reporter)
        else:
            entry = entries.check(CommunityEntry, value, path, reporter)
        if entry is None:
            continue
        vault = secrets.Vault(
            beside=reporter.document.file.parent,
            environ=environ,
            warn=partial(reporter.warn, path),
        )
        try:
            known[name] = credential = secrets.credential(name, entry, vault)
        except secrets.SecretError as error:
            reporter.refuse(path, str(error))
            continue
        secret = credential.secret if isinstance(credential, Community) else credential.auth_secret
        if secret and (first := holders.setdefault(secret, name)) != name:
            reporter.warn(path, f"is the same secret as that of {first}; one leak opens both")
    return known
