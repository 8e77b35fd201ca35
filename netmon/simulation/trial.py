"""Trial: a whole made-up border for a seed – network, story, truth, world – ready to be watched.

It can be watched directly, `past.past` for the hours before and `past.steps` for the story itself,
or through packets: `agents.Agents` and `echo.EchoTransport` serve the very same world.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from netmon.simulation import attacks
from netmon.simulation.borders import Border, random_border
from netmon.simulation.chance import DAY_SECONDS, random_story
from netmon.simulation.draws import Draw
from netmon.simulation.emitters import JammerKind
from netmon.simulation.meters import REAL, MeterSettings
from netmon.simulation.reckoning import with_overlaps
from netmon.simulation.skies import RainField
from netmon.simulation.story import Story
from netmon.simulation.truth import Truth
from netmon.simulation.world import World
from netmon.verdict import Cause, Subject, SubjectKind


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Trial:
    """One seed's border, what happens there, and the world that both make."""

    border: Border
    story: Story  # its `truths` say what should be found
    world: World


def trial(
    seed: int,
    *,
    seconds: float = DAY_SECONDS,
    posts: int | None = None,
    interval_seconds: float = 60.0,
    meters: MeterSettings | None = REAL,
    rates: Mapping[str, float] | None = None,
    jammers: tuple[JammerKind, ...] = attacks.DEVELOPMENT,
    rain: Callable[[Draw], RainField] | None = None,
    wider: bool = False,
    pace: float = 1.0,
) -> Trial:
    """Return the trial of a seed; the arguments are those of `random_border` and `random_story`.

    The story begins at 0 of the simulation's clock and all before it is calm. For a test that must
    not resemble development: `wider=True, jammers=attacks.ALL` and another `rain`. With all rates
    at 0 only the benign rest is left: bad firmware and agents that are deaf for hours, both in
    `truths`. Ask `past.steps` for some hours at a time: a day of 100 links takes 0.7 GB at once.
    """
    border = random_border(seed, wider=wider, posts=posts, interval_seconds=interval_seconds)
    story = random_story(
        border,
        seed,
        seconds=seconds,
        rates=rates,
        jammers=jammers,
        rain=rain,
        wider=wider,
        pace=pace,
    )
    world = World(
        border.network,
        collector_site=border.collector_site,
        story=story,
        seed=seed,
        meters=meters,
    )
    deaf = _deaf(world, seconds)
    story = replace(story, truths=with_overlaps((*story.truths, *deaf)))
    return Trial(border=border, story=story, world=world)


def _deaf(world: World, seconds: float) -> list[Truth]:
    """Return the truth about agents that answer no poll for hours: worth a word, not a page."""
    return [
        Truth(
            id=f"deaf {number} {device}",
            kind="deaf agent",
            cause=Cause.UNKNOWN,
            is_benign=True,
            onset_seconds=max(since, 0.0),
            end_seconds=min(until, seconds),
            members=(Subject(SubjectKind.DEVICE, str(device)),),
        )
        for number, (device, since, until) in enumerate(world.gaps(0.0, seconds), start=1)
    ]
