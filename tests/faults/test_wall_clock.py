"""The wall clock is stepped under a running netmon: an hour back, thirty days on.

GNSS can be spoofed, an operator can set a clock. Only stamps may follow; what is measured, counted,
judged and timed must not notice.
"""

import email.utils
import functools
import math
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from netmon.config.load import Configuration
from netmon.correlation.rules import correlate
from netmon.detection.judge import Judge, Judgement
from netmon.incidents import Suspicion
from netmon.lives import Incidents
from netmon.pipeline import Pipeline
from netmon.simulation.past import observations
from netmon.state import State
from tests.scenarios import border
from tests.scenarios.running import Labels, Netmon, Samples, eventually, running
from tests.servers import require

HOUR, DAY = 3600.0, 86_400.0
STEPS = {"an hour back": -HOUR, "thirty days on": 30 * DAY}
LOOK_SECONDS = 5.0
SLOTS_PER_SECOND = 40 / 2.0  # every device every two seconds

# Logarithms have a sign of their own; everything else is a time, a count, a ratio or a rate.
SIGNED = ("_dbm", "_decibels", "_celsius")
SIGNED_FIELDS = ("_dbm", "_db", "_deg", ".odds")


# libfaketime 0.9.10 takes the absolute monotonic deadline of Python's time.sleep for a wall time
# and refuses it; a sleep by select is left alone.
LAUNCHER = (
    "-c",
    "import select, sys, time; time.sleep = lambda s: select.select((), (), (), s) and None;"
    " from netmon.cli import main; sys.exit(main(sys.argv[1:]))",
)


# It steps our clock but not the kernel's, whose stamps are then refused: RTTs include our own
# lateness, which on a busy machine is no more than that.
PATIENCE = "detection: {latency: {rtt_rise_seconds: 1s, ipdv_rise_seconds: 1s}}"


def preload() -> Path:
    require("faketime")
    (library,) = Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1")
    return library


@pytest.fixture
def clock(tmp_path: Path) -> Path:
    """The file that says how far the faked wall clock is off; the monotonic one stays true."""
    file = tmp_path / "clock"
    file.write_text("+0\n")
    return file


def environ(clock: Path) -> dict[str, str]:
    return {
        **border.ENVIRON,
        "LD_PRELOAD": str(preload()),
        "FAKETIME_TIMESTAMP_FILE": str(clock),
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "FAKETIME_CACHE_DURATION": "1",
    }


def wall_clock_of(netmon: Netmon) -> float:
    """Return the time netmon's own server stamps on an answer."""
    with urllib.request.urlopen(f"{netmon.url}/-/healthy", timeout=5) as answer:
        return email.utils.parsedate_to_datetime(answer.headers["Date"]).timestamp()


def is_stepped(netmon: Netmon, step: float) -> bool:
    return abs(wall_clock_of(netmon) - time.time() - step) < 3


def slots_of(netmon: Netmon) -> float:
    """Return how many slots of all devices have passed: used, or skipped by a busy machine."""
    samples = netmon.samples()
    return sum(sum(samples[f"netmon_{name}_total"].values()) for name in ("polls", "poll_skips"))


def negative_samples(samples: Samples) -> dict[str, float]:
    return {
        f"{name}{sorted(labels)}": value
        for name, found in samples.items()
        if not name.endswith(SIGNED)
        for labels, value in found.items()
        if value < 0
    }


def negative_fields(document: Any, path: str = "") -> Iterator[str]:
    """Yield every number of an answer that is below zero though it has no right to be."""
    if isinstance(document, dict):
        for key, value in document.items():
            yield from negative_fields(value, f"{path}.{key}")
    elif isinstance(document, list):
        for value in document:
            yield from negative_fields(value, path)
    elif isinstance(document, float | int) and document < 0 and not path.endswith(SIGNED_FIELDS):
        yield f"{path} = {document}"


def since_of_well_links(samples: Samples) -> dict[Labels, float]:
    """Return since when each link is what it is, but that of the mute device, which may change."""
    found = samples["netmon_link_condition_since_timestamp_seconds"]
    return {labels: at for labels, at in found.items() if ("link", border.MUTE_LINK) not in labels}


@dataclass
class Look:
    """What must hold at every look, and what was seen at the last one."""

    netmon: Netmon
    samples: Samples
    incidents: list[dict[str, Any]]

    def again(self) -> None:
        samples = self.netmon.samples()
        assert not negative_samples(samples)
        for name in (name for name in samples if name.endswith(("_total", "_count", "_bucket"))):
            for labels, value in self.samples.get(name, {}).items():
                now = samples[name].get(labels, value)  # absent while unknown, never less
                assert now >= value, f"{name} {sorted(labels)} fell"
        for rtt in samples["netmon_ping_rtt_seconds"].values():
            assert 0 <= rtt < 1
        for age in samples["netmon_device_last_answer_age_seconds"].values():
            assert 0 <= age < 60
        for what in ("links", "sites", "incidents"):
            assert not list(negative_fields(self.netmon.ask(what)))
        incidents = self.netmon.incidents()
        assert [(i["id"], i["opened_at"]) for i in incidents] == [
            (i["id"], i["opened_at"]) for i in self.incidents
        ], [(i["title"], i["evidence"]) for i in incidents]
        self.samples = samples


def test_a_stepped_wall_clock_is_not_noticed_by_anything_but_stamps(
    tmp_path: Path, clock: Path
) -> None:
    path, port = border.write(tmp_path, mute=True, settings=[PATIENCE])
    configuration = border.read(path)
    with (
        border.answering(configuration, mute=True),
        running(path, port, environ(clock), LAUNCHER) as netmon,
    ):
        found = eventually(netmon.incidents)  # of the mute device, and of nothing else
        assert len(found) == 1
        eventually(lambda: len(netmon.samples()["netmon_ping_rtt_seconds"]) == 39)
        look = Look(netmon, netmon.samples(), found)
        opened = look.samples["netmon_incident_opened_timestamp_seconds"]
        since = since_of_well_links(look.samples)
        assert abs(next(iter(opened.values())) - time.time()) < 60
        slots, began = slots_of(netmon), time.monotonic()
        for step in STEPS.values():
            clock.write_text(f"{step:+.0f}\n")
            eventually(functools.partial(is_stepped, netmon, step))
            before, polls = time.monotonic(), netmon.value("netmon_polls_total")
            while time.monotonic() - before < LOOK_SECONDS:
                look.again()
                time.sleep(0.5)
            # Neither a rest until the clock has come round again nor a month made up for.
            grown = netmon.value("netmon_polls_total") - polls
            assert 0.5 < grown / (time.monotonic() - before) / SLOTS_PER_SECOND < 1.5
            assert look.samples["netmon_incident_opened_timestamp_seconds"] == opened
            assert since_of_well_links(look.samples) == since
        grown = slots_of(netmon) - slots
        assert grown / (time.monotonic() - began) == pytest.approx(SLOTS_PER_SECOND, rel=0.15)


UNTIL, MONOTONIC = 1_800_000_000.0, 1_000_000.0
POLL_SECONDS = 10.0


def lived(configuration: Configuration, steps: dict[float, float]) -> list[dict[str, str]]:
    """Live an hour of a quiet network; after each time in `steps` the wall clock is so far off.

    Return all links' conditions after every judgement.
    """
    world = border.quiet_world(configuration)
    incidents = Incidents()
    pipeline: Pipeline[Judgement, Suspicion] = Pipeline(
        state=State(configuration.network, configuration.targets),
        judge=Judge(configuration.network, collector_site=border.site(configuration)),
        correlate=correlate,
        incidents=incidents,
        wall=lambda: math.nan,  # nothing may ask
        monotonic=lambda: math.nan,
    )
    conditions: list[dict[str, str]] = []
    times = np.arange(0.0, HOUR, POLL_SECONDS)
    targets = configuration.targets.values()
    now = monotonic = math.nan
    for given in observations(world, targets, times, until=UNTIL, monotonic=MONOTONIC):
        if given.monotonic != monotonic and not math.isnan(monotonic):
            pipeline.judge(now, monotonic)
            conditions.append(noted(pipeline))
            assert not incidents.open
        passed = given.monotonic - MONOTONIC
        off = sum(step for after, step in steps.items() if passed >= after)
        now, monotonic = UNTIL + passed + off, given.monotonic
        pipeline.advance(stamped(given, now))
    return conditions


def stamped(given: Any, now: float) -> Any:
    return replace(given, at=now)


def noted(pipeline: Pipeline[Judgement, Suspicion]) -> dict[str, str]:
    readings, judgement = pipeline.readings, pipeline.judgement
    assert readings is not None
    assert judgement is not None
    for name, rates in readings.interfaces.rates.items():
        assert not (rates < 0).any(), name
    for column in (readings.devices.rtt_seconds, readings.devices.ipdv_seconds):
        assert not (column < 0).any()
    return {link: verdict.condition.value for link, verdict in judgement.links.items()}


def test_hours_with_a_stepping_clock_are_judged_as_hours_with_a_smooth_one(tmp_path: Path) -> None:
    path, _ = border.write(tmp_path)
    configuration = border.read(path)
    smooth = lived(configuration, {})
    assert len(smooth) == HOUR / POLL_SECONDS - 1
    assert set(smooth[-1].values()) == {"healthy"}
    assert lived(configuration, {900: -HOUR, 1800: 30 * DAY, 2700: -30 * DAY}) == smooth
