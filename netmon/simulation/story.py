"""Stories: what happens to the border network, and what an attentive judge should have found.

The demo lives faster than weather: a shower comes and goes within half a minute. The times are
those of a story of 90 seconds and stretch with its length.
"""

from dataclasses import dataclass
from typing import Final

from netmon.simulation.emitters import Jammer
from netmon.simulation.events import Event, FibreCut, PowerLoss
from netmon.simulation.skies import RainCell
from netmon.simulation.truth import Truth
from netmon.verdict import Cause, Subject, SubjectKind
from topology.model import Carrier, LinkId, Position, SiteId

SECONDS: Final = 90.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What has to be found of one event.

    One of `any_of` must be the subject or a member of an incident with this cause, within
    `latest_seconds` of the event's start; `includes` must all be members before the story ends.
    `around` are the sites whose other incidents are the event's echo and no false alarm, unless
    their cause is in `must_not`.
    """

    title: str
    cause: Cause
    start_seconds: float
    end_seconds: float
    latest_seconds: float
    any_of: tuple[Subject, ...]
    includes: tuple[Subject, ...] = ()
    around: tuple[SiteId, ...] = ()
    must_not: tuple[Cause, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """Events and what is expected; with a period it begins anew for ever."""

    name: str
    length_seconds: float = SECONDS
    events: tuple[Event, ...] = ()
    expected: tuple[Expected, ...] = ()
    truths: tuple[Truth, ...] = ()  # of a story drawn by chance
    repeats: bool = False

    @property
    def period_seconds(self) -> float | None:
        """After how long it begins anew, if it does."""
        return self.length_seconds if self.repeats else None


Chapter = tuple[Event, Expected]


def _links(*names: str) -> tuple[Subject, ...]:
    return tuple(Subject(SubjectKind.LINK, name) for name in names)


def _sites(*names: str) -> tuple[SiteId, ...]:
    return tuple(SiteId(name) for name in names)


def rain(start: float, *, stretch: float = 1.0) -> Chapter:
    """A shower drifts over Terespol: 23, 38 and 80 GHz fade in the ratio of ITU-R P.838."""
    links = _links("mw-koroszczyn-terespol-23", "mw-koroszczyn-terespol-38", "eb-terespol-most")
    end = start + 20 * stretch
    cell = RainCell(
        start_seconds=start,
        end_seconds=end,
        begins_at=Position(latitude_deg=52.066, longitude_deg=23.585),
        ends_at=Position(latitude_deg=52.086, longitude_deg=23.635),
        radius_m=5000.0,
        peak_mm_per_h=26.0,
        ramp_seconds=5 * stretch,
    )
    return cell, Expected(
        title="rain cell over Terespol",
        cause=Cause.RAIN,
        start_seconds=start,
        end_seconds=end,
        latest_seconds=18 * stretch,
        any_of=links,
        includes=links[1:],
        around=_sites("koroszczyn", "terespol", "terespol-most"),
        must_not=(Cause.JAMMING_LIKE, Cause.INTERFERENCE, Cause.POWER),
    )


def jammer(start: float, *, stretch: float = 1.0) -> Chapter:
    """A transmitter on the far bank of the Narva river covers 5.7 … 5.9 GHz."""
    links = _links("s6-narva-kulgu", "s6-narva-joesuu")
    end = start + 16 * stretch
    transmitter = Jammer(
        start_seconds=start,
        end_seconds=end,
        position=Position(latitude_deg=59.372, longitude_deg=28.226),
        eirp_dbm=43.0,
        carrier=Carrier(frequency_hz=5.8e9, width_hz=200e6),
        obstruction_db=3.0,
    )
    return transmitter, Expected(
        title="jammer in 5 GHz near Narva",
        cause=Cause.JAMMING_LIKE,
        start_seconds=start,
        end_seconds=end,
        latest_seconds=14 * stretch,
        any_of=links,
        includes=links,
        around=_sites("narva", "kulgu", "narva-joesuu", "patrol-narva"),
        must_not=(Cause.RAIN, Cause.POWER, Cause.FIBRE_CUT),
    )


def fibre(start: float, *, stretch: float = 1.0) -> Chapter:
    """An excavator in the Suwałki gap cuts the duct with both fibres; the ring holds."""
    links = _links("fo-vilnius-suwalki", "fo-vilnius-bialystok")
    end = start + 13 * stretch
    cut = FibreCut(
        start_seconds=start,
        end_seconds=end,
        links=tuple(LinkId(link.id) for link in links),
    )
    return cut, Expected(
        title="fibre cut in duct-suwalki-gap",
        cause=Cause.FIBRE_CUT,
        start_seconds=start,
        end_seconds=end,
        latest_seconds=12 * stretch,
        any_of=links,
        includes=links,
        # Behind the detour everything answers a little later.
        around=_sites("vilnius", "suwalki", "bialystok", "kybartai", "kuznica", "koroszczyn",
                      "terespol", "terespol-most", "hrubieszow"),
        must_not=(Cause.JAMMING_LIKE, Cause.INTERFERENCE, Cause.RAIN, Cause.POWER),
    )  # fmt: skip


def power(start: float, *, stretch: float = 1.0) -> Chapter:
    """Mains fail at Luhamaa: on battery first, then the site is dark."""
    end = start + 25 * stretch
    loss = PowerLoss(
        start_seconds=start,
        end_seconds=end,
        site=SiteId("luhamaa"),
        battery_seconds=8 * stretch,
    )
    return loss, Expected(
        title="power lost at Luhamaa",
        cause=Cause.POWER,
        start_seconds=start,
        end_seconds=end,
        latest_seconds=24 * stretch,
        any_of=(
            Subject(SubjectKind.SITE, "luhamaa"),
            Subject(SubjectKind.DEVICE, "luhamaa-rt1"),
            Subject(SubjectKind.DEVICE, "luhamaa-pw1"),
            *_links("fo-tartu-luhamaa"),
        ),
        around=_sites("luhamaa", "tartu"),
        must_not=(Cause.JAMMING_LIKE, Cause.INTERFERENCE, Cause.RAIN),
    )


_CHAPTERS: Final = {"rain": rain, "jammer": jammer, "fibre": fibre, "power": power}
_STARTS: Final = {"rain": 6.0, "jammer": 28.0, "fibre": 46.0, "power": 61.0}
_DRILL_STARTS_SECONDS: Final = 6.0

NAMES: Final = ("border", "quiet", *_CHAPTERS)


def drill(name: str, *, seconds: float = SECONDS, repeats: bool = False) -> Story:
    """Return a story by name: `border` has all four events, `quiet` none, the others their one."""
    if name not in NAMES:
        raise ValueError(f"there is no story {name!r}; there are {', '.join(NAMES)}")
    if not seconds >= SECONDS:
        raise ValueError(f"a story takes {SECONDS:g} seconds or more, not {seconds:g}")
    stretch = seconds / SECONDS
    starts = _STARTS if name == "border" else {name: _DRILL_STARTS_SECONDS}
    chapters = [
        _CHAPTERS[chapter](start * stretch, stretch=stretch)
        for chapter, start in starts.items()
        if chapter in _CHAPTERS
    ]
    return Story(
        name=name,
        length_seconds=seconds,
        events=tuple(event for event, _ in chapters),
        expected=tuple(expected for _, expected in chapters),
        repeats=repeats,
    )


QUIET: Final = Story(name="quiet")
