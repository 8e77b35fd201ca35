"""HS-29 … 35: values that are well formed and not true, from the wire to what is believed."""

import asyncio
import contextlib
import math
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest

from collectors.observation import Observation, Outcome
from collectors.snmp.ber import Oid, Tag, parse_oid
from collectors.snmp.message import Value
from collectors.snmp.settings import SnmpSettings
from netmon.detection.judge import Judge
from netmon.state import State
from netmon.verdict import Condition
from tests.netmon.state_builders import NARVA, NARVA_E0, make_state
from tests.wire.agent import IN_ERRORS, SYS_UP_TIME, device_objects
from tests.wire.catalogue import hs
from tests.wire.dialects import DIALECTS, Dialect, Peer, running_peer
from tests.wire.engines import ENGINES, AnyEngine, running_engine, value

IN_OCTETS = parse_oid("1.3.6.1.2.1.31.1.1.1.6")
SPEED = parse_oid("1.3.6.1.2.1.31.1.1.1.15")
RSL = parse_oid("1.3.6.1.4.1.2281.10.5.1.1.2")
INTERVAL_SECONDS = 10.0
WRAP = 2**32
every_dialect = pytest.mark.parametrize("dialect", DIALECTS)
every_engine = pytest.mark.parametrize("engine_name", ENGINES)


@dataclass
class Watch:
    """One device, polled over the wire every ten seconds of a clock of our own."""

    engine: AnyEngine
    peer: Peer
    clock: list[float]
    state: State = field(default_factory=make_state)
    profile: str = "if-mib"

    def set(self, oid: Oid, tag: Tag, content: int) -> None:
        self.peer.objects[(*oid, 1)] = Value(tag, content)

    def set_uptime(self, ticks: int) -> None:
        self.peer.objects[SYS_UP_TIME] = Value(Tag.TIMETICKS, ticks % WRAP)

    async def poll(self, *, ticks: int | None = None) -> Observation:
        """Poll ten seconds later; the device's sysUpTime has gone on, or is what is said."""
        self.clock[0] += INTERVAL_SECONDS
        known = self.peer.objects[SYS_UP_TIME].content
        assert isinstance(known, int)
        self.set_uptime(known + 1000 if ticks is None else ticks)
        target = self.peer.target(device=NARVA, profile=self.profile, timeout_seconds=5.0)
        observation = await self.engine.collect(target)
        self.state.remember(observation)
        self.state.settle(self.clock[0])
        return observation

    def rate(self, quantity: str) -> float:
        """Return a rate of e0, per second; NaN if there is none."""
        readings = self.state.readings(self.clock[0], self.clock[0])
        return float(readings.interfaces.rates[quantity][readings.interfaces.ids.index(NARVA_E0)])


@contextlib.asynccontextmanager
async def watching(
    engine_name: str, dialect: Dialect, *, ticks: int = 1_000_000
) -> AsyncIterator[Watch]:
    clock = [5000.0]
    settings = SnmpSettings(gather_seconds=0.0)
    async with (
        running_engine(engine_name, now=lambda: clock[0], settings=settings) as engine,
        running_peer(dialect, device_objects({1: b"e0"}, ticks=ticks)) as peer,
    ):
        yield Watch(engine, peer, clock)


@hs("HS-29")
@every_engine
@every_dialect
def test_a_32_bit_counter_that_passed_its_end_is_joined(dialect: Dialect, engine_name: str) -> None:
    async def story() -> None:
        async with watching(engine_name, dialect) as watch:
            watch.set(IN_ERRORS, Tag.COUNTER32, WRAP - 100)
            await watch.poll()
            watch.set(IN_ERRORS, Tag.COUNTER32, 400)
            await watch.poll()
            assert watch.rate("in_errors") == 50.0

    asyncio.run(story())


@hs("HS-29")
@every_engine
@pytest.mark.parametrize("dialect", [Dialect.V2C, Dialect.V3])
def test_octets_are_of_64_bits_where_32_would_wrap_twice_unseen(
    dialect: Dialect, engine_name: str
) -> None:
    """A full 1 Gbit/s passes 2^32 octets every 34 s: 32 bits would wrap unseen."""

    async def story() -> None:
        async with watching(engine_name, dialect) as watch:
            watch.set(IN_OCTETS, Tag.COUNTER64, 2**33)
            await watch.poll()
            watch.clock[0] += 90.0
            watch.set(IN_OCTETS, Tag.COUNTER64, 2**33 + 3 * WRAP - 1000)
            await watch.poll(ticks=1_000_000 + 11_000)
            assert watch.rate("in_octets") == (3 * WRAP - 1000) / 100.0
            asked = {each.oid for request in watch.peer.requests for each in request.varbinds}
            assert (*parse_oid("1.3.6.1.2.1.2.2.1.10"), 1) not in asked

    asyncio.run(story())


@hs("HS-29")
@every_engine
@pytest.mark.parametrize("dialect", [Dialect.V2C, Dialect.V3])
@pytest.mark.parametrize(("share", "is_told"), [(1.05, True), (1.2, False), (1000.0, False)])
def test_more_than_a_tenth_above_the_speed_is_no_rate(
    share: float, is_told: bool, dialect: Dialect, engine_name: str
) -> None:
    async def story() -> None:
        async with watching(engine_name, dialect) as watch:
            watch.set(IN_OCTETS, Tag.COUNTER64, 0)
            await watch.poll()
            octets = int(share * 1e9 / 8 * INTERVAL_SECONDS)
            watch.set(IN_OCTETS, Tag.COUNTER64, octets)
            await watch.poll()
            rate = watch.rate("in_octets")
            assert rate == pytest.approx(octets / 10) if is_told else math.isnan(rate)

    asyncio.run(story())


@hs("HS-30")
@every_engine
@every_dialect
def test_no_rate_is_told_across_a_restart(dialect: Dialect, engine_name: str) -> None:
    async def story() -> None:
        async with watching(engine_name, dialect) as watch:
            watch.set(IN_ERRORS, Tag.COUNTER32, 4_000_000_000)
            await watch.poll()
            watch.set(IN_ERRORS, Tag.COUNTER32, 30)
            await watch.poll(ticks=300)
            assert math.isnan(watch.rate("in_errors"))
            assert watch.engine.statistics.reboots_seen == 1
            watch.set(IN_ERRORS, Tag.COUNTER32, 60)
            await watch.poll()
            assert watch.rate("in_errors") == 3.0

    asyncio.run(story())


@hs("HS-31")
@every_engine
@every_dialect
def test_a_counter_that_falls_while_the_device_runs_gives_no_rate(
    dialect: Dialect, engine_name: str
) -> None:
    """A line card was reset."""

    async def story() -> None:
        async with watching(engine_name, dialect) as watch:
            watch.set(IN_ERRORS, Tag.COUNTER32, 900_000)
            watch.set(IN_OCTETS, Tag.COUNTER64, 900_000)
            await watch.poll()
            for quantity in (IN_ERRORS, IN_OCTETS):
                watch.set(quantity, Tag.COUNTER64 if quantity == IN_OCTETS else Tag.COUNTER32, 10)
            await watch.poll()
            assert math.isnan(watch.rate("in_errors"))
            assert math.isnan(watch.rate("in_octets"))
            assert watch.engine.statistics.reboots_seen == 0
            watch.set(IN_ERRORS, Tag.COUNTER32, 20)
            await watch.poll()
            assert watch.rate("in_errors") == 1.0

    asyncio.run(story())


@hs("HS-32")
@every_engine
@every_dialect
def test_sysuptime_that_passed_its_end_is_no_restart(dialect: Dialect, engine_name: str) -> None:
    async def story() -> None:
        async with watching(engine_name, dialect, ticks=WRAP - 1500) as watch:
            watch.set(IN_ERRORS, Tag.COUNTER32, 100)
            await watch.poll()
            for errors in (150, 200, 250):
                watch.set(IN_ERRORS, Tag.COUNTER32, errors)
                observation = await watch.poll()
                assert watch.rate("in_errors") == 5.0
            assert value(observation, "uptime_seconds") == 25.0
            assert watch.engine.statistics.reboots_seen == 0
            assert watch.engine.statistics.mappings == 1
            assert watch.state.tally.reboots == 0

    asyncio.run(story())


@hs("HS-33")
@every_engine
@every_dialect
def test_an_agent_whose_time_stands_still_is_stale(dialect: Dialect, engine_name: str) -> None:
    async def story() -> None:
        async with watching(engine_name, dialect) as watch:
            for errors in range(5):
                watch.set(IN_ERRORS, Tag.COUNTER32, 100 * errors)
                observation = await watch.poll(ticks=1_000_000)
                assert observation.outcome is Outcome.OK
            assert watch.state.stale_agents()[0]
            assert math.isnan(watch.rate("in_errors"))
            await watch.poll(ticks=1_005_000)
            assert not watch.state.stale_agents()[0]

    asyncio.run(story())


def radio(raw: Value) -> dict[Oid, Value]:
    return device_objects({1: b"e0"}) | {(*RSL, 1): raw}


# Of all vendors, for a level in whole dBm; peers.md of the monitors has them, and RFC 3433.
MEANT_AS_NONE = [-32_768, 32_767, 65_535, 2**31 - 1, -(2**31), -1_000_000_000, -255, 255, -99, -100]


@hs("HS-34")
@every_engine
@every_dialect
@pytest.mark.parametrize("raw", MEANT_AS_NONE)
def test_a_level_that_means_none_is_absent(raw: int, dialect: Dialect, engine_name: str) -> None:
    async def story() -> None:
        async with watching(engine_name, dialect) as watch:
            watch.profile = "ceragon"
            watch.set(RSL, Tag.INTEGER, -45)
            assert value(await watch.poll(), "rsl_dbm") == -45
            watch.set(RSL, Tag.INTEGER, raw)
            observation = await watch.poll()
            assert observation.outcome.has_values
            assert value(observation, "rsl_dbm") is None

    asyncio.run(story())


SENSOR = parse_oid("1.3.6.1.2.1.99.1.1.1")
PHYSICAL_NAME = parse_oid("1.3.6.1.2.1.47.1.1.1.1.7")


@hs("HS-34")
@every_engine
@every_dialect
@pytest.mark.parametrize(
    ("reading", "status", "expected"),
    [(23, 1, 23), (-273, 1, None), (-1_000_000_000, 1, None), (1_000_000_000, 1, None),
     (23, 2, None), (23, 3, None)],
    ids=["well", "0 K", "underflow", "overflow", "unavailable", "nonoperational"],
)  # fmt: skip
def test_a_sensor_that_does_not_work_says_nothing(
    reading: int, status: int, expected: float | None, dialect: Dialect, engine_name: str
) -> None:
    async def story() -> None:
        async with watching(engine_name, dialect) as watch:
            watch.profile = "entity-sensor"
            watch.peer.objects[(*PHYSICAL_NAME, 1)] = Value(Tag.OCTET_STRING, b"inlet")
            for column, content in ((1, 8), (2, 9), (3, 0), (4, 23), (5, 1)):
                watch.set((*SENSOR, column), Tag.INTEGER, content)
            assert value(await watch.poll(), "component_celsius") == 23
            watch.set((*SENSOR, 4), Tag.INTEGER, reading)
            watch.set((*SENSOR, 5), Tag.INTEGER, status)
            assert value(await watch.poll(), "component_celsius") == expected

    asyncio.run(story())


@hs("HS-35")
@every_engine
@every_dialect
def test_levels_that_flip_to_the_absurd_start_no_incident(
    dialect: Dialect, engine_name: str
) -> None:
    async def story() -> None:
        async with watching(engine_name, dialect) as watch:
            watch.profile = "ceragon"
            judge = Judge(watch.state.network)
            told = set()
            for poll in range(30):
                absurd = (0, 2**31 - 1)[poll // 2 % 2]
                watch.set(RSL, Tag.INTEGER, -45 if poll % 2 else absurd)
                watch.set(SPEED, Tag.GAUGE32, 1000 if poll % 2 else WRAP - 1)
                told.add(value(await watch.poll(), "rsl_dbm"))
                now = watch.clock[0]
                judgement = judge.judge(watch.state.readings(now, now))
                links = {verdict.condition for verdict in judgement.links.values()}
                assert links <= {Condition.HEALTHY, Condition.UNKNOWN}
            assert told <= {-45.0, None, 0.0}

    asyncio.run(story())


@hs("HS-35")
@every_engine
@every_dialect
def test_a_negative_level_written_unsigned_is_a_level_or_absent(
    dialect: Dialect, engine_name: str
) -> None:
    async def story() -> None:
        async with watching(engine_name, dialect) as watch:
            watch.profile = "ceragon"
            watch.set(RSL, Tag.GAUGE32, WRAP - 45)
            observation = await watch.poll()
            assert observation.outcome is Outcome.OK
            assert value(observation, "rsl_dbm") in (-45.0, None)

    asyncio.run(story())
