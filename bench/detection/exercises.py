"""Exercises: every drill, lived through by the whole product, and whether it was understood."""

import tempfile
from dataclasses import dataclass
from pathlib import Path

from bench.detection.lived import live_by
from bench.detection.stories import BEGAN
from netmon import demo
from netmon.simulation import drills
from netmon.simulation.assessment import assess, passed
from netmon.simulation.world import REFRESH_SECONDS, World
from netmon.verdict import Cause


@dataclass(frozen=True, slots=True, kw_only=True)
class Exercised:
    """How one drill went."""

    name: str
    cause: Cause
    is_understood: bool
    after_seconds: float | None
    words: tuple[str, ...]  # of everything that was found or missed


def exercise(name: str, seed: int = 1) -> Exercised:
    """Let netmon live through a drill on the demo's border."""
    drill = drills.load(name)
    with tempfile.TemporaryDirectory(prefix="netmon-drill-") as folder:
        configuration = demo.configure(Path(folder), tun=False)
        if configuration.collector_site is None:
            raise ValueError("the demo's inventory must name its collector_site")
        world = World(
            configuration.network,
            collector_site=configuration.collector_site,
            story=drill.story,
            seed=seed,
        )
        life = live_by(
            configuration,
            world,
            drill.story.length_seconds,
            renewed_seconds=REFRESH_SECONDS,
            is_drill=True,
        )
    findings = assess(drill.story, life.told, configuration.network, started_at=BEGAN)
    (expected,) = drill.story.expected
    return Exercised(
        name=name,
        cause=expected.cause,
        is_understood=passed(findings),
        after_seconds=next((one.after_seconds for one in findings if one.after_seconds), None),
        words=tuple(f"{one.title}: {one.words}" for one in findings),
    )
