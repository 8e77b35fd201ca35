"""Assembly: the settings of all rooms in one table, each checked against its own dataclass.

A room defines its settings beside the code that uses them; a pydantic model is made of the fields
here, so that types, limits and names are stated once.
"""

import dataclasses
import typing
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Final

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, create_model

from collectors.ping.transport import PingSettings
from collectors.snmp.discovery.settings import DiscoverySettings
from collectors.snmp.settings import SnmpSettings
from collectors.trap.settings import TrapSettings
from netmon.api.server import ApiSettings
from netmon.cadence import CadenceSettings
from netmon.config import comments, entries, tree, units
from netmon.config.entries import Reporter
from netmon.config.problem import Report
from netmon.config.tree import Document
from netmon.config.values import Also, Boolean, Name
from netmon.correlation.settings import CorrelationSettings
from netmon.detection.findings import DetectionSettings
from netmon.history import HistorySettings
from netmon.incidents import IncidentSettings
from netmon.notices import NoticeSettings
from netmon.pipeline import PipelineSettings
from netmon.planned.outlook import PlannedSettings
from netmon.store import StoreSettings
from netmon.whereabouts import WhereaboutsSettings
from topology.model import SiteId


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What every room may be told; a group that is left out has its defaults."""

    snmp: SnmpSettings = field(default_factory=SnmpSettings)
    ping: PingSettings = field(default_factory=PingSettings)
    pipeline: PipelineSettings = field(default_factory=PipelineSettings)
    detection: DetectionSettings = field(default_factory=DetectionSettings)
    incidents: IncidentSettings = field(default_factory=IncidentSettings)
    store: StoreSettings = field(default_factory=StoreSettings)
    cadence: CadenceSettings = field(default_factory=CadenceSettings)
    correlation: CorrelationSettings = field(default_factory=CorrelationSettings)
    planned: PlannedSettings = field(default_factory=PlannedSettings)
    whereabouts: WhereaboutsSettings = field(default_factory=WhereaboutsSettings)
    history: HistorySettings = field(default_factory=HistorySettings)
    api: ApiSettings = field(default_factory=ApiSettings)
    traps: TrapSettings = field(default_factory=TrapSettings)
    notices: NoticeSettings = field(default_factory=NoticeSettings)
    discovery: DiscoverySettings = field(default_factory=DiscoverySettings)


GROUPS: Final[Mapping[str, type[Any]]] = {
    group.name: typing.get_type_hints(Settings)[group.name]
    for group in dataclasses.fields(Settings)
}
COLLECTOR_SITE: Final = "collector_site"
_MODELS: Final[dict[type[Any], type[BaseModel]]] = {}


def model_of(group: type[Any]) -> type[BaseModel]:
    """Return the pydantic model of a settings dataclass; always the same one."""
    if (made := _MODELS.get(group)) is not None:
        return made
    hints = typing.get_type_hints(group, include_extras=True)
    words = comments.of_fields(group)
    members: dict[str, Any] = {}
    for member in dataclasses.fields(group):
        if not member.init:
            continue
        told: dict[str, Any] = {"description": words.get(member.name)}
        if member.default is not dataclasses.MISSING:
            told["default"] = member.default
        elif member.default_factory is not dataclasses.MISSING:
            told["default_factory"] = member.default_factory
        members[member.name] = (_hint(hints[member.name], member.name), Field(**told))
    summary = (group.__doc__ or "").strip()
    config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)
    model: type[BaseModel] = create_model(
        group.__name__, __config__=config, __doc__=summary, **members
    )
    _MODELS[group] = model
    return model


def _hint(hint: Any, name: str) -> Any:
    """Say how a field is read from text: nested groups, true and false, numbers with units."""
    bare = _bare(hint)
    if dataclasses.is_dataclass(bare):
        return model_of(bare)  # type: ignore[arg-type]
    if bare is bool:
        return Boolean
    if bare in (int, float):
        for suffix, dimension in units.SUFFIXES.items():
            if name.endswith(suffix):
                also = Also(type="string", example=dimension.example)
                return Annotated[hint, BeforeValidator(units.reader(dimension)), also]
        return Annotated[hint, BeforeValidator(units.number)]
    return hint


def _bare(hint: Any) -> Any:
    """Strip Annotated and `| None`."""
    while typing.get_origin(hint) is Annotated:
        hint = typing.get_args(hint)[0]
    choices = [choice for choice in typing.get_args(hint) if choice is not type(None)]
    if type(None) in typing.get_args(hint) and len(choices) == 1:
        return _bare(choices[0])
    return hint


class CollectorSite(BaseModel):
    """The one setting that belongs to no room."""

    collector_site: Name | None = None


def assemble(
    documents: list[Document], report: Report
) -> tuple[Settings, tuple[SiteId, Reporter] | None]:
    """Return the settings, and where the collector stands with whom to tell if that is wrong."""
    groups: dict[str, Any] = {}
    site: tuple[SiteId, Reporter] | None = None
    for reporter, name, value in entries.named_section(documents, "settings", report):
        path: tree.Path = ("settings", name)
        if name == COLLECTOR_SITE:
            checked = entries.check(CollectorSite, {name: value}, ("settings",), reporter)
            if checked is not None and checked.collector_site is not None:
                site = SiteId(checked.collector_site), reporter
        elif name not in GROUPS:
            known = (*GROUPS, COLLECTOR_SITE)
            reporter.refuse(path, f"unknown key{report.hint(name, known)}", key=True)
        elif value is not None:
            model = entries.check(model_of(GROUPS[name]), value, path, reporter)
            if model is not None:
                groups[name] = _built(GROUPS[name], model, path, reporter)
    return Settings(**{name: group for name, group in groups.items() if group is not None}), site


def _built(group: type[Any], model: BaseModel, path: tree.Path, reporter: Reporter) -> Any:
    """Make the dataclass of its model; what it refuses by itself is a mistake in the file."""
    values: dict[str, Any] = {}
    for name in type(model).model_fields:
        value = getattr(model, name)
        if isinstance(value, BaseModel):
            hint = _bare(typing.get_type_hints(group, include_extras=True)[name])
            value = _built(hint, value, (*path, name), reporter)
            if value is None:
                return None
        values[name] = value
    try:
        return group(**values)
    except (ValueError, TypeError) as error:
        reporter.refuse(path, str(error))
        return None
