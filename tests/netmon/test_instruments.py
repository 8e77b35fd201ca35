"""Whatever netmon counts of itself is in a scrape, or the reason why not is written down."""

import ast
from collections import Counter
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest

import collectors
import netmon
from collectors.observation import Outcome
from collectors.ping.clock import KernelClock
from collectors.ping.flight import FlightStatistics
from collectors.ping.transport import TransportStatistics
from collectors.snmp.settings import SnmpStatistics
from collectors.target import (
    Community,
    Credential,
    SecurityLevel,
    SnmpTarget,
    Target,
    UsmUser,
    Version,
)
from collectors.trap.supervisor import TrapStatistics
from netmon import instruments
from netmon.api.guard import GuardStatistics
from netmon.cadence import LATENESS_BOUNDS_SECONDS, Cadence, CadenceStatistics
from netmon.chores import Chores
from netmon.exposition.exposition import Exposition
from netmon.incidents import Severity
from netmon.notices import NoticeStatistics
from netmon.pipeline import PipelineStatistics
from netmon.tally import Durations, Tally
from netmon.verdict import Cause
from tests.netmon.exposition.scrape_builders import Story, make_exposition, scrape, value
from tests.netmon.state_builders import make_state
from topology.model import DeviceId

# Not of netmon's own running: the simulated network's.
SIMULATED = {"TunStatistics"}


class Counted:
    """Everything that counts, hung into one exposition as the app does."""

    def __init__(self) -> None:
        async def poll(_target: object) -> bool:
            return True

        story = Story(state=make_state())
        self.exposition: Exposition = make_exposition(story)
        self.cadence = Cadence([], poll)
        self.snmp = SnmpStatistics()
        self.transport, self.flight = TransportStatistics(), FlightStatistics()
        self.guard, self.chores = GuardStatistics(), Chores()
        self.trap, self.notices = TrapStatistics(), NoticeStatistics()
        self.pipeline, self.tally = story.statistics, story.state.tally
        instruments.watch_cadence(self.exposition, self.cadence)
        instruments.watch_snmp(self.exposition, lambda: (self.snmp,))
        self.monotonic, self.wall = 1000.0, 1.7e9
        self.clock = KernelClock(lambda: self.monotonic, lambda: self.wall)
        instruments.watch_ping(self.exposition, self.transport, self.flight, self.clock)
        instruments.watch_guard(self.exposition, self.guard)
        instruments.watch_chores(self.exposition, self.chores)
        instruments.watch_traps(self.exposition, self.trap, self.notices)

    @property
    def all(self) -> dict[str, object]:
        return {
            "CadenceStatistics": self.cadence.statistics,
            "SnmpStatistics": self.snmp,
            "TransportStatistics": self.transport,
            "FlightStatistics": self.flight,
            "GuardStatistics": self.guard,
            "TrapStatistics": self.trap,
            "NoticeStatistics": self.notices,
            "PipelineStatistics": self.pipeline,
            "Tally": self.tally,
        }


COUNTING = (
    CadenceStatistics,
    SnmpStatistics,
    TransportStatistics,
    FlightStatistics,
    GuardStatistics,
    TrapStatistics,
    NoticeStatistics,
    PipelineStatistics,
    Tally,
)
FIELDS = [f"{kind.__name__}.{field.name}" for kind in COUNTING for field in fields(kind)]
TOLD = 7919.0  # a prime that nothing else in a scrape is


def put(owner: object, name: str) -> None:
    """Let a field count TOLD, whatever it is made of."""
    known = getattr(owner, name)
    if isinstance(known, Durations):
        known.counts[0] = int(TOLD)
    elif isinstance(known, list):
        known[0] = int(TOLD)
    elif isinstance(known, Counter):
        known[Cause.RAIN, Severity.INFO] = int(TOLD)
    elif isinstance(known, dict):
        known[next(iter(known))] = int(TOLD)
    else:
        setattr(owner, name, int(TOLD))


@pytest.mark.parametrize("field", FIELDS)
def test_every_number_is_in_a_scrape_or_has_a_reason_not_to_be(field: str) -> None:
    counted = Counted()
    kind, _, name = field.partition(".")
    assert TOLD not in scrape(counted.exposition).values()
    put(counted.all[kind], name)
    is_there = TOLD in scrape(counted.exposition).values()
    assert is_there != (field in instruments.NOT_EXPORTED), field


def test_reasons_are_for_fields_that_exist() -> None:
    assert set(instruments.NOT_EXPORTED) <= set(FIELDS)


def statistics_classes() -> Iterator[str]:
    for package in (netmon, collectors):
        for path in Path(str(package.__file__)).parent.rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.ClassDef) and node.name.endswith("Statistics"):
                    yield node.name


def test_whatever_is_called_statistics_is_held_to_this() -> None:
    """A new class: hang it in (`netmon.instruments`), and name it in COUNTING here."""
    assert set(statistics_classes()) - SIMULATED == {
        kind.__name__ for kind in COUNTING if kind is not Tally
    }


def test_lateness_is_a_histogram() -> None:
    counted = Counted()
    for late in (0.003, 0.2, 60.0):
        counted.cadence.statistics.note_start(late)
    found = scrape(counted.exposition)
    name = "netmon_poll_lateness_seconds"
    assert value(found, f"{name}_bucket", le="0.005") == 1
    assert value(found, f"{name}_bucket", le="0.25") == 2
    assert value(found, f"{name}_bucket", le=repr(LATENESS_BOUNDS_SECONDS[-1])) == 2
    assert value(found, f"{name}_bucket", le="+Inf") == 3
    assert value(found, f"{name}_count") == 3
    assert value(found, f"{name}_sum") == pytest.approx(60.203)
    assert value(found, "netmon_poll_lateness_worst_seconds") == 60.0


def test_a_chore_that_failed_is_seen() -> None:
    counted = Counted()
    counted.chores.every(60.0, "retention", lambda: None)
    found = scrape(counted.exposition)
    assert value(found, "netmon_chore_runs_total", chore="retention") == 0
    counted.chores.runs["retention"] += 2
    counted.chores.failures["retention"] += 1
    found = scrape(counted.exposition)
    assert value(found, "netmon_chore_runs_total", chore="retention") == 2
    assert value(found, "netmon_chore_failures_total", chore="retention") == 1


def test_every_outcome_is_counted_from_zero() -> None:
    found = scrape(Counted().exposition)
    for collector in ("snmp", "ping"):
        for outcome in Outcome:
            labels = {"collector": collector, "outcome": outcome.value}
            assert value(found, "netmon_poll_outcomes_total", **labels) == 0


def test_devices_that_are_asked_in_clear_are_counted_beside_the_others() -> None:
    def target(name: str, credential: Credential) -> Target:
        snmp = SnmpTarget(device=DeviceId(name), address="10.0.0.1", credential=credential)
        return Target(device=DeviceId(name), interval_seconds=10, snmp=snmp)

    user = UsmUser(name="u", user=b"u", level=SecurityLevel.AUTH_NO_PRIV)
    targets = {
        DeviceId(each.device): each
        for each in (
            target("a", Community(name="c", secret=b"c")),
            target("b", Community(name="c", secret=b"c", version=Version.V1)),
            target("c", user),
            target("d", user),
            Target(device=DeviceId("e"), interval_seconds=10),
        )
    }
    exposition = make_exposition(Story(state=make_state()))
    instruments.watch_protection(exposition, lambda: targets)
    page = scrape(exposition)
    assert value(page, "netmon_snmp_devices", security="v1") == 1
    assert value(page, "netmon_snmp_devices", security="v2c") == 1
    assert value(page, "netmon_snmp_devices", security="authNoPriv") == 2


def test_a_wall_clock_that_jumps_is_seen_and_one_that_runs_is_not() -> None:
    counted = Counted()
    name = "netmon_wall_clock_steps_total"
    for elapsed, jump, steps in ((10.0, 0.0, 0), (10.0, -3600.0, 1), (10.0, 0.0, 1), (1, 0.5, 2)):
        counted.monotonic += elapsed
        counted.wall += elapsed + jump
        counted.clock.read()
        assert value(scrape(counted.exposition), name) == steps
