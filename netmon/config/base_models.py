"""Base models: what entries of the files have in common, and the parts that several have."""

from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from netmon.config import units
from netmon.config.values import Altitude, Name


class Entry(BaseModel):
    """What all entries have in common: frozen, and no key goes unnoticed."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class NamedEntry(Entry):
    """An entry that others may name."""

    id: Name = Field(description="unique; the label of its series, so choose it to last")


class PositionEntry(Entry):
    """A point on WGS 84."""

    lat: Annotated[
        float,
        Field(ge=-90, le=90, description="degrees, north positive"),
        BeforeValidator(units.number),
    ]
    lon: Annotated[
        float,
        Field(ge=-180, le=180, description="degrees, east positive"),
        BeforeValidator(units.number),
    ]
    alt: Altitude = 0.0
