"""Planned models: emissions, maintenance, duty and satellites, as one writes them in the files."""

from enum import StrEnum

from pydantic import ConfigDict, Field, model_validator

from netmon.config.base_models import Entry, NamedEntry, PositionEntry
from netmon.config.values import (
    Angle,
    Dishes,
    Frequency,
    FrequencyRange,
    Instant,
    Length,
    Level,
    Name,
    Seconds,
    TimeOfDay,
    Words,
    Zone,
)
from netmon.planned.schedule import Occasion, Once, Span, Weekly


class Day(StrEnum):
    """A day of the week; the first is Monday."""

    MON = "mon"
    TUE = "tue"
    WED = "wed"
    THU = "thu"
    FRI = "fri"
    SAT = "sat"
    SUN = "sun"


_NUMBER = {day: number for number, day in enumerate(Day)}


class OccasionEntry(Entry):
    """When: once, from `start` to `end`, or every week, on `days` and `at` a time of day."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    start: Instant | None = Field(default=None, description="once: when it begins")
    end: Instant | None = Field(default=None, description="once: when it ends")
    days: tuple[Day, ...] | None = Field(
        default=None, description="every week: mon to sun; all seven if left out"
    )
    at: TimeOfDay | None = Field(default=None, description="every week: the time of day, there")
    duration: Seconds | None = Field(default=None, description="every week: for how long")
    zone: Zone | None = Field(default=None, description="every week: whose time of day it is")

    @model_validator(mode="after")
    def _is_once_or_weekly(self) -> "OccasionEntry":
        once = (self.start, self.end)
        weekly = (self.at, self.duration, self.zone)
        if any(part is not None for part in once):
            if self.start is None or self.end is None or any((self.days, *weekly)):
                raise ValueError(
                    "must be start and end, or days, at, duration and zone; not parts of both"
                )
            if self.end <= self.start:
                raise ValueError("ends before it begins; mind the offsets")
        elif any(part is None for part in weekly):
            raise ValueError(
                "must have start and end, or at, duration and zone, such as"
                " {days: [mon], at: 22:00, duration: 4h, zone: Europe/Warsaw}"
            )
        elif self.days == ():
            raise ValueError("days is empty; name some, or leave it out for all seven")
        return self

    @property
    def occasion(self) -> Occasion:
        """The value it stands for."""
        if self.start is not None and self.end is not None:
            return Once(Span(self.start, self.end))
        assert self.at is not None  # noqa: S101 - the validator looked
        assert self.duration is not None  # noqa: S101
        assert self.zone is not None  # noqa: S101
        days = frozenset(_NUMBER[day] for day in self.days or Day)
        return Weekly(days=days, at=self.at, seconds=self.duration, zone=self.zone)


class EmissionEntry(NamedEntry):
    """An own emitter: what it disturbs in its band, place and time is told and pages nobody."""

    name: Words = Field(default="", description="how people call it; the id if left out")
    site: Name | None = Field(default=None, description="where it radiates from; or a position")
    position: PositionEntry | None = None
    radius: Length = Field(default=20e3, description="receivers as near as this may suffer")
    bands: tuple[str, ...] = Field(
        default=(), description="by their names, such as 2.4 GHz, 5 GHz, GNSS"
    )
    frequency: FrequencyRange | None = Field(default=None, description="beside bands, or instead")
    eirp: Level | None = Field(default=None, description="for the text alone")
    when: tuple[OccasionEntry, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _is_somewhere_in_the_spectrum(self) -> "EmissionEntry":
        if (self.site is None) == (self.position is None):
            raise ValueError("must have exactly one of site and position")
        if not self.bands and self.frequency is None:
            raise ValueError("must have bands or a frequency, such as bands: [2.4 GHz]")
        if self.frequency is not None and self.frequency[0] >= self.frequency[1]:
            raise ValueError("the frequency must go from the lowest to the highest")
        return self


class WindowEntry(NamedEntry):
    """Maintenance: what is worked on is not judged, and what it hurts pages nobody meanwhile."""

    name: Words = Field(default="", description="how people call it; the id if left out")
    sites: tuple[Name, ...] = Field(
        default=(), description="with their devices, and the links that end there"
    )
    devices: tuple[Name, ...] = Field(default=(), description="with the links that end there")
    links: tuple[Name, ...] = ()
    when: tuple[OccasionEntry, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _is_of_something(self) -> "WindowEntry":
        if not (self.sites or self.devices or self.links):
            raise ValueError("must name some of sites, devices and links")
        return self


class SatelliteEntry(Entry):
    """The geostationary satellite of a VSAT link."""

    longitude: Angle = Field(description="over which it stands")
    dish: Dishes = Field(description="diameter; two, in the order of ends, where they differ")
    downlink: Frequency | None = Field(
        default=None, description="what the dishes receive; the link's frequency if left out"
    )
