"""Schema: the JSON Schema of the files, for editors that complete and check while one types."""

from typing import Any, Final

from pydantic import Field, create_model

from netmon.config import assembly
from netmon.config.base_models import Entry
from netmon.config.models import (
    ClassEntry,
    CommunityEntry,
    DeviceEntry,
    LinkEntry,
    SiteEntry,
    UsmEntry,
)
from netmon.config.planned_models import EmissionEntry, WindowEntry
from netmon.config.values import FilePath, Interval, Name

DRAFT: Final = "https://json-schema.org/draft/2020-12/schema"
TITLE: Final = "netmon configuration"


class _Settings(Entry):
    """How netmon works."""

    collector_site: Name | None = Field(
        default=None, description="where this netmon stands, and its own uplink with it"
    )


class _Files(Entry):
    """Settings and inventory of netmon, in one file or several."""

    credentials: dict[Name, CommunityEntry | UsmEntry] = Field(
        default={}, description="where secrets are kept, by name; never the secrets themselves"
    )
    intervals: dict[Name, Interval | ClassEntry] = Field(
        default={}, description="polling classes: how often a device of the class is asked"
    )
    profiles: dict[Name, FilePath | tuple[FilePath, ...]] = Field(
        default={},
        description="files of profiles of your own; `directories` lists folders of such files",
    )
    sites: tuple[SiteEntry, ...] = Field(default=(), description="places with position and country")
    devices: tuple[DeviceEntry, ...] = Field(
        default=(), description="what answers at a management address"
    )
    links: tuple[LinkEntry, ...] = Field(
        default=(), description="two interfaces that face each other"
    )
    emissions: tuple[EmissionEntry, ...] = Field(
        default=(), description="own emitters: counter-drone jammers, exercises"
    )
    maintenance: tuple[WindowEntry, ...] = Field(default=(), description="windows of planned works")


def json_schema() -> dict[str, Any]:
    """Return the schema of a whole file; every section may be missing."""
    groups: dict[str, Any] = {
        name: (assembly.model_of(group), Field(default_factory=group))
        for name, group in assembly.GROUPS.items()
    }
    settings = create_model("Settings", __base__=_Settings, __doc__=_Settings.__doc__, **groups)
    files = create_model(
        "Files",
        __base__=_Files,
        __doc__=_Files.__doc__,
        settings=(settings, Field(default={}, description="how netmon works")),
    )
    return {"$schema": DRAFT, **files.model_json_schema(by_alias=True), "title": TITLE}
