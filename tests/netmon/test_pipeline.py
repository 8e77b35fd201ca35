"""The spine: observations in, judgements and incidents out."""

import asyncio
import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import pytest

from collectors.observation import Missing, Outcome
from netmon.detection.readings import Readings
from netmon.incidents import Incident, Phase, Severity
from netmon.pipeline import Pipeline, PipelineSettings
from netmon.verdict import Cause, Condition, Subject, SubjectKind, Verdict
from tests.netmon.state_builders import (
    NARVA,
    NARVA_E0,
    TARTU,
    echoed,
    ended,
    make_layout,
    make_network,
    make_state,
    make_targets,
    polled,
)
from topology.model import DeviceId, LinkId, SiteId
from topology.network import Network

OCTETS = make_layout(NARVA, "in_octets")


@dataclass(kw_only=True)
class Judgement:
    """Every silent device is down."""

    devices: Mapping[DeviceId, Verdict]
    links: Mapping[LinkId, Verdict] = field(default_factory=dict)
    sites: Mapping[SiteId, Verdict] = field(default_factory=dict)
    network: Verdict | None = None


class Judge:
    """Judges by the last poll, and remembers what it was told."""

    def __init__(self) -> None:
        self.networks: list[Network] = []
        self.threads: list[int] = []
        self.pause: Callable[[], None] = lambda: None

    def judge(self, readings: Readings) -> Judgement:
        self.threads.append(threading.get_ident())
        self.pause()
        devices = readings.devices
        return Judgement(
            devices={
                device: Verdict(
                    subject=Subject(SubjectKind.DEVICE, device),
                    condition=Condition.DOWN if timeouts else Condition.HEALTHY,
                    since=readings.now,
                )
                for device, timeouts in zip(
                    devices.ids, devices.snmp_timeouts.tolist(), strict=True
                )
            }
        )

    def replace(self, network: Network) -> None:
        self.networks.append(network)


def correlate(judgement: Judgement, network: Network) -> tuple[Subject, ...]:
    """Suspect every device that is down."""
    return tuple(
        verdict.subject
        for device, verdict in judgement.devices.items()
        if verdict.condition is Condition.DOWN and device in network.devices
    )


class Incidents:
    """Opens one for each suspicion; closes nothing but what is forgotten."""

    def __init__(self) -> None:
        self.all: dict[Subject, Incident] = {}
        self.forgotten: tuple[Subject, ...] = ()

    @property
    def open(self) -> Sequence[Incident]:
        return [i for i in self.all.values() if i.phase is not Phase.CLOSED]

    def apply(self, suspicions: Sequence[Subject], now: float) -> Sequence[Incident]:
        new = [make_incident(subject, now) for subject in suspicions if subject not in self.all]
        self.all |= {incident.subject: incident for incident in new}
        return new

    def forget(self, removed: Sequence[Subject], now: float) -> Sequence[Incident]:
        self.forgotten = tuple(removed)
        closed = [
            replace(self.all[subject], phase=Phase.CLOSED, closed_at=now)
            for subject in removed
            if subject in self.all
        ]
        self.all |= {incident.subject: incident for incident in closed}
        return closed


def make_incident(subject: Subject, now: float) -> Incident:
    return Incident(
        id=f"i-{subject.id}",
        subject=subject,
        condition=Condition.DOWN,
        cause=Cause.POWER,
        runner_up=None,
        odds=5.0,
        severity=Severity.CRITICAL,
        phase=Phase.OPEN,
        title=f"{subject.id} is down",
        evidence=(),
        members=(subject,),
        sites_lost=(),
        dependents_lost=(),
        opened_at=now,
        changed_at=now,
    )


class Clock:
    """A monotonic clock that is moved by hand."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@dataclass(kw_only=True)
class Line:
    """A pipeline and its pieces."""

    pipeline: Pipeline[Judgement, Subject]
    judge: Judge
    incidents: Incidents
    clock: Clock
    told: list[tuple[Judgement, Sequence[Incident]]]


def make_line(queue_size: int = 100, judge_interval_seconds: float = 5.0) -> Line:
    judge, incidents, clock = Judge(), Incidents(), Clock()
    told: list[tuple[Judgement, Sequence[Incident]]] = []
    pipeline = Pipeline(
        state=make_state(),
        judge=judge,
        correlate=correlate,
        incidents=incidents,
        wall=lambda: 1.7e9 + clock.now,
        monotonic=clock,
        observers=[lambda judgement, changed: told.append((judgement, changed))],
        settings=PipelineSettings(
            queue_size=queue_size,
            judge_interval_seconds=judge_interval_seconds,
            drain_interval_seconds=0,
        ),
    )
    return Line(pipeline=pipeline, judge=judge, incidents=incidents, clock=clock, told=told)


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110 - a thread may make it true
            await asyncio.sleep(0)


def test_an_observation_becomes_an_incident_and_observers_are_told() -> None:
    line = make_line()
    line.pipeline.advance(ended(NARVA, 10, Outcome.TIMEOUT))
    changed = line.pipeline.judge(1.7e9, 11)
    assert [incident.title for incident in changed] == ["narva-r1 is down"]
    assert line.told == [(line.pipeline.judgement, changed)]
    assert line.pipeline.statistics.opened == {(Cause.POWER, Severity.CRITICAL): 1}


def test_an_incident_is_counted_once() -> None:
    line = make_line()
    line.pipeline.advance(ended(NARVA, 10, Outcome.TIMEOUT))
    for cycle in range(3):
        line.pipeline.judge(1.7e9, 11 + cycle)
    assert line.pipeline.statistics.opened.total() == 1


def test_an_incident_of_an_earlier_run_is_not_counted_as_opened() -> None:
    line = make_line()
    subject = Subject(SubjectKind.DEVICE, TARTU)
    line.incidents.all[subject] = make_incident(subject, 1.6e9)
    line.pipeline.advance(ended(NARVA, 10, Outcome.TIMEOUT))
    line.pipeline.judge(1.7e9, 11)
    assert line.pipeline.statistics.opened.total() == 1


def test_history_has_what_was_judged() -> None:
    line = make_line()
    for at, value in ((10, 0), (40, 3000)):  # a step of the grid apart
        line.pipeline.advance(polled(OCTETS, at, value))
        line.pipeline.advance(echoed(NARVA, at, 0.01))
        line.pipeline.judge(at, at)
    interface = OCTETS.cells[1].interface
    assert interface is not None
    history = line.pipeline.history
    assert history.interfaces.series(interface, "in_octets")[1][-1] == 100
    assert history.devices.series(NARVA, "rtt_seconds")[1][-1] == pytest.approx(0.01)


def test_a_full_queue_drops_and_counts() -> None:
    line = make_line(queue_size=2)
    for at in range(5):
        line.pipeline.put(ended(NARVA, at, Outcome.TIMEOUT))
    assert line.pipeline.queue_depth == 2
    assert line.pipeline.statistics.dropped == 3


def test_the_running_pipeline_takes_what_was_put_and_judges_when_it_is_due() -> None:
    async def story() -> None:
        line = make_line()
        running = asyncio.create_task(line.pipeline.run())
        for at in range(200):
            line.pipeline.put(ended(NARVA, 1 + at / 100, Outcome.TIMEOUT))
            await asyncio.sleep(0)
        await until(lambda: line.pipeline.queue_depth == 0)
        assert line.told == []
        line.clock.now = 5.0
        line.pipeline.put(ended(TARTU, 5, Outcome.TIMEOUT))
        await until(lambda: len(line.told) == 1)
        assert line.judge.threads[0] != threading.get_ident()
        assert len(line.told[0][1]) == 2
        running.cancel()

    asyncio.run(story())


def test_cycles_that_were_missed_are_not_made_up_for() -> None:
    async def story() -> None:
        line = make_line()
        running = asyncio.create_task(line.pipeline.run())
        await asyncio.sleep(0)
        line.clock.now = 60.0  # the process was stopped for a minute
        await until(lambda: len(line.told) == 1)
        line.clock.now = 64.9
        for _ in range(100):
            await asyncio.sleep(0)
        line.clock.now = 65.0
        await until(lambda: len(line.told) == 2)
        assert line.pipeline.statistics.judged_monotonic == 65.0
        running.cancel()

    asyncio.run(story())


def test_a_reload_in_the_middle_of_a_judgement_waits_for_its_end() -> None:
    async def story() -> None:
        line = make_line(judge_interval_seconds=0.001)
        line.clock.now = 1.0
        entered, leave = threading.Event(), threading.Event()

        def pause() -> None:
            entered.set()
            leave.wait(10)

        line.judge.pause = pause
        running = asyncio.create_task(line.pipeline.run())
        await asyncio.sleep(0)
        line.clock.now = 2.0
        await until(entered.is_set)
        network = make_network(TARTU)
        line.pipeline.replace(network, make_targets(network))
        assert line.pipeline.network is not network
        leave.set()
        await until(lambda: line.pipeline.network is network)
        assert line.judge.networks == [network]
        running.cancel()

    asyncio.run(story())


def test_who_looks_at_the_judge_waits_for_the_judgement_under_way_and_not_on_the_loop() -> None:
    async def story() -> None:
        line = make_line(judge_interval_seconds=0.001)
        entered, leave = threading.Event(), threading.Event()

        def pause() -> None:
            entered.set()
            leave.wait(10)

        line.judge.pause = pause
        running = asyncio.create_task(line.pipeline.run())
        await asyncio.sleep(0)
        line.clock.now = 2.0
        await until(entered.is_set)
        looking = asyncio.create_task(line.pipeline.between_cycles(threading.get_ident))
        for _ in range(100):
            await asyncio.sleep(0)
        assert not looking.done()
        leave.set()
        assert await looking != threading.get_ident()
        running.cancel()

    asyncio.run(story())


def test_nothing_is_judged_while_somebody_looks() -> None:
    async def story() -> None:
        line = make_line(judge_interval_seconds=0.001)
        looking_on, leave = threading.Event(), threading.Event()

        def look() -> str:
            looking_on.set()
            leave.wait(10)
            return "seen"

        running = asyncio.create_task(line.pipeline.run())
        await asyncio.sleep(0)
        looking = asyncio.create_task(line.pipeline.between_cycles(look))
        await until(looking_on.is_set)
        network = make_network(TARTU)
        line.pipeline.replace(network, make_targets(network))
        line.clock.now = 2.0
        for _ in range(100):
            await asyncio.sleep(0)
        assert line.judge.threads == []
        assert line.pipeline.network is not network
        leave.set()
        assert await looking == "seen"
        assert line.pipeline.network is network
        await until(lambda: len(line.told) >= 1)
        running.cancel()

    asyncio.run(story())


def test_a_pipeline_that_is_stopped_ends_the_judgement_under_way_first() -> None:
    async def story() -> None:
        line = make_line(judge_interval_seconds=0.001)
        entered, leave, left = threading.Event(), threading.Event(), threading.Event()

        def pause() -> None:
            entered.set()
            leave.wait(10)
            left.set()

        line.judge.pause = pause
        running = asyncio.create_task(line.pipeline.run())
        await asyncio.sleep(0)
        line.clock.now = 2.0
        await until(entered.is_set)
        running.cancel()
        for _ in range(100):
            await asyncio.sleep(0)
        assert not running.done()
        leave.set()
        await asyncio.wait([running])
        assert left.is_set()
        assert running.cancelled()

    asyncio.run(story())


def test_a_removed_device_closes_its_incident() -> None:
    line = make_line()
    line.pipeline.advance(ended(NARVA, 10, Outcome.TIMEOUT))
    line.pipeline.judge(1.7e9, 11)
    network = make_network(TARTU)
    line.pipeline.replace(network, make_targets(network))
    assert [incident.phase for incident in line.told[-1][1]] == [Phase.CLOSED]
    assert Subject(SubjectKind.DEVICE, NARVA) in line.incidents.forgotten
    assert Subject(SubjectKind.LINK, f"{NARVA}--{TARTU}") in line.incidents.forgotten
    assert Subject(SubjectKind.DEVICE, TARTU) not in line.incidents.forgotten


def test_an_observation_that_cannot_be_remembered_stops_nobody_else(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def story() -> None:
        line = make_line()
        running = asyncio.create_task(line.pipeline.run())
        line.pipeline.put(polled(OCTETS, 1, 1, 2, 3))
        line.pipeline.put(ended(TARTU, 1, Outcome.TIMEOUT))
        await until(lambda: line.pipeline.state.tally.snmp[Outcome.TIMEOUT] == 1)
        assert line.pipeline.statistics.failed == 1
        running.cancel()

    with caplog.at_level(logging.ERROR):
        asyncio.run(story())
    assert "narva-r1: its observation could not be remembered" in caplog.text


def test_a_device_that_is_not_what_its_profile_is_for_is_told_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    line = make_line()
    words = "profile ceragon is for sysObjectID 1.3.6.1.4.1.2281, the device says 1.3.6.1.4.1.9"
    for at in (1, 2, 3):
        line.pipeline.advance(replace(polled(OCTETS, at, at * 1e3), misfit=words))
    assert [record.getMessage() for record in caplog.records] == [f"{NARVA}: {words}"]
    assert line.pipeline.state.is_misfit(NARVA)
    line.pipeline.advance(polled(OCTETS, 4, 4e3))
    assert not line.pipeline.state.is_misfit(NARVA)


def test_an_interface_that_its_device_has_not_is_told_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    line = make_line()
    missing = (Missing(NARVA_E0, "e0", ("eth0", "eth1")),)

    def poll(at: float, *missing: Missing) -> None:
        layout = replace(make_layout(NARVA, "in_octets", interfaces=()), missing=missing)
        line.pipeline.advance(polled(layout, at))

    poll(1, *missing)
    poll(2, *missing)  # after a restart: another layout, the same thing
    words = f"{NARVA}: no interface e0, which the inventory names; it has eth0, eth1"
    assert [record.getMessage() for record in caplog.records] == [words]
    assert line.pipeline.state.is_missing(NARVA_E0)
    poll(3)
    assert not line.pipeline.state.is_missing(NARVA_E0)
