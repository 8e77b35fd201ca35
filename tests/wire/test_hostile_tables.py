"""HS-23, 26 … 28: tables of devices that are too large, renumbered, or named by an attacker."""

import asyncio
from collections.abc import Iterable
from dataclasses import replace

import pytest

from collectors.observation import Outcome
from collectors.snmp.ber import Tag, parse_oid
from collectors.snmp.message import PduType, Value, Varbind
from collectors.snmp.settings import SnmpSettings
from tests.wire.agent import IF_NAME, device_objects
from tests.wire.catalogue import hs
from tests.wire.dialects import DIALECTS, Dialect, Heard, running_peer
from tests.wire.engines import polled, running_engine, value
from tests.wire.test_walk_abuse import (
    Way,
    endless,
    every_engine,
    every_way,
    in_walks,
    names_of,
    rows,
)

BRIDGE = parse_oid("1.3.6.1.2.1.17")
IN_OCTETS = parse_oid("1.3.6.1.2.1.31.1.1.1.6")
every_dialect = pytest.mark.parametrize("dialect", DIALECTS)

HOSTILE_NAMES = {
    1: b"\xff\xfe\x00port",
    2: b"line\nbreak\r\ttab",
    3: b"<script>alert(1)</script>",
    4: b"\x1b[31mred\x1b[0m",
    5: "abc\u202egpj.exe".encode(),
    6: b"n" * 1000,
    7: b"\xed\xa0\x80",  # a lone surrogate
    8: "c1\u0085\u009b0m".encode(),
    9: b'"quoted\\" {braced="1"} 9',
}


@hs("HS-23")
@every_engine
@every_way
def test_hostile_names_are_made_fit_for_labels(way: Way, engine_name: str) -> None:
    async def story() -> None:
        async with (
            running_engine(engine_name, settings=way.settings()) as engine,
            running_peer(way.dialect, device_objects(HOSTILE_NAMES)) as peer,
        ):
            names = names_of(await polled(engine, peer.target(timeout_seconds=1.0)))
            assert len(names) == len(HOSTILE_NAMES)
            for name in names:
                name.encode("utf-8")
                assert name.isprintable()
                assert len(name) <= 128 + len("router:")
                assert "\u202e" not in name

    asyncio.run(story())


@hs("HS-23")
@every_dialect
def test_60_kb_of_text_is_not_even_read(dialect: Dialect) -> None:
    async def story() -> None:
        async with running_engine("native") as engine, running_peer(dialect) as peer:

            def long(heard: Heard) -> Iterable[bytes]:
                name = Value(Tag.OCTET_STRING, b"n" * 60_000)
                return [heard.saying(varbinds=(Varbind((*IF_NAME, 1), name),))]

            peer.play(in_walks(long))
            observation = await engine.collect(peer.target(timeout_seconds=0.15))
            assert observation.outcome is Outcome.WALK_ABUSED or not observation.values
            assert engine.statistics.oversized >= 1
            assert engine.statistics.answers == len(
                [each for each in peer.requests if each.type == PduType.GET]
            ) + (dialect is Dialect.V3)  # which was greeted first

    asyncio.run(story())


@hs("HS-26")
@every_engine
@every_way
def test_more_rows_than_asked_are_a_mismatch(way: Way, engine_name: str) -> None:
    async def story() -> None:
        async with (
            running_engine(engine_name, settings=way.settings()) as engine,
            running_peer(way.dialect) as peer,
        ):
            peer.play(rows(lambda oid, count: endless(oid, count + 1)))
            observation = await engine.collect(peer.target(timeout_seconds=1.0))
            assert observation.outcome is Outcome.MISMATCH, observation.detail

    asyncio.run(story())


@hs("HS-26")
@pytest.mark.parametrize("dialect", [Dialect.V2C, Dialect.V3])
def test_no_question_allows_a_larger_answer_than_the_settings_do(dialect: Dialect) -> None:
    """What a spoofed request of ours could be amplified to is bounded by what we ask."""

    async def story() -> None:
        names = {index: b"interface %d" % index for index in range(1, 61)}
        answers: list[int] = []

        def weigh(heard: Heard) -> Iterable[bytes]:
            answers.append(len(heard.honest))
            return [heard.honest]

        async with (
            running_engine("native") as engine,
            running_peer(dialect, device_objects(names)) as peer,
        ):
            peer.play(weigh)
            await polled(engine, peer.target(timeout_seconds=1.0))
            assert max(answers) <= SnmpSettings().max_answer_octets
            bulk = [each for each in peer.requests if each.type == PduType.GETBULK]
            assert {each.error_index for each in bulk} == {20}
            assert {each.error_status for each in bulk} == {0}

    asyncio.run(story())


@hs("HS-27")
@every_engine
def test_table_nobody_needs_is_never_walked(engine_name: str) -> None:
    async def story() -> None:
        objects = device_objects()
        for row in range(1000):
            objects[*BRIDGE, 4, 3, 1, 2, row] = Value(Tag.INTEGER, 1)
        async with (
            running_engine(engine_name) as engine,
            running_peer(Dialect.V2C, objects) as peer,
        ):
            await polled(engine, peer.target(timeout_seconds=1.0))
            asked = [each.oid for request in peer.requests for each in request.varbinds]
            assert not [oid for oid in asked if oid[: len(BRIDGE)] == BRIDGE]
            assert len(peer.requests) < 5

    asyncio.run(story())


@hs("HS-27")
def test_table_of_thousands_is_capped_with_the_named_first() -> None:
    async def story() -> None:
        names = {index: b"vlan%d" % index for index in range(1, 1001)}
        async with (
            running_engine("native", settings=SnmpSettings(max_interfaces=20)) as engine,
            running_peer(Dialect.V2C, device_objects(names)) as peer,
        ):
            target = peer.target(interfaces=(("vlan999", "router:uplink"),), timeout_seconds=1.0)
            found = names_of(await polled(engine, target))
            assert len(found) == 20
            assert "router:uplink" in found

    asyncio.run(story())


@hs("HS-27")
def test_interface_table_of_100_000_rows_ends_at_the_caps() -> None:
    def table(heard: Heard) -> Iterable[bytes]:
        start = heard.request.varbinds[0].oid[len(IF_NAME) :]
        first = start[0] + 1 if start else 1
        name = Value(Tag.OCTET_STRING, b"x")
        count = min(heard.request.error_index, 100_001 - first)
        varbinds = tuple(Varbind((*IF_NAME, first + n), name) for n in range(count))
        return [heard.saying(varbinds=varbinds)]

    async def story() -> None:
        settings = SnmpSettings(max_repetitions=50)
        async with (
            running_engine("native", settings=settings) as engine,
            running_peer(Dialect.V2C) as peer,
        ):
            peer.play(in_walks(table))
            observation = await engine.collect(peer.target(timeout_seconds=1.0, budget_seconds=30))
            assert observation.outcome is Outcome.WALK_ABUSED
            assert observation.detail == "no end after 10000 rows"

    asyncio.run(story())


@hs("HS-28")
@every_engine
@every_dialect
def test_after_a_restart_interfaces_are_mapped_by_name_again(
    dialect: Dialect, engine_name: str
) -> None:
    def device(names: dict[int, bytes], ticks: int) -> dict[tuple[int, ...], Value]:
        objects = device_objects(names, ticks=ticks)
        for index, name in names.items():
            errors = 111 if name == b"radio0" else 222
            objects[*parse_oid("1.3.6.1.2.1.2.2.1.14"), index] = Value(Tag.COUNTER32, errors)
        return objects

    async def story() -> None:
        async with (
            running_engine(engine_name) as engine,
            running_peer(dialect, device({1: b"eth0", 2: b"radio0"}, 1_000_000)) as peer,
        ):
            target = peer.target(interfaces=(("radio0", "router:link"),), timeout_seconds=1.0)
            before = await polled(engine, target)
            peer.objects.clear()
            peer.objects.update(device({1: b"radio0", 2: b"eth0"}, 500))
            after = await polled(engine, target)
            assert after.layout is not before.layout
            for observation in (before, after):
                assert value(observation, "in_errors", "router:link") == 111
                assert value(observation, "in_errors", "router:eth0") == 222
            assert value(after, "uptime_seconds") == 5.0
            assert engine.statistics.reboots_seen == 1

    asyncio.run(story())


@hs("HS-28")
@every_engine
@every_way
def test_rows_that_come_and_go_within_a_walk_do_no_harm(way: Way, engine_name: str) -> None:
    names = {index: b"eth%d" % index for index in range(10, 31)}

    async def story() -> None:
        settings = replace(way.settings(), max_repetitions=way.settings().max_repetitions // 4 or 1)
        async with (
            running_engine(engine_name, settings=settings) as engine,
            running_peer(way.dialect, device_objects(names)) as peer,
        ):

            def shift(heard: Heard) -> Iterable[bytes]:
                peer.objects[*IF_NAME, 5] = Value(Tag.OCTET_STRING, b"before what is known")
                peer.objects[*IF_NAME, 40] = Value(Tag.OCTET_STRING, b"eth40")
                peer.objects.pop((*IF_NAME, 29), None)
                return [heard.honest]

            peer.play(in_walks(shift))
            observation = await polled(engine, peer.target(timeout_seconds=1.0))
            found = names_of(observation)
            assert "router:eth10" in found
            assert "router:eth40" in found
            assert "router:eth29" not in found
            assert value(observation, "in_errors", "router:eth30") == 7
            assert value(observation, "in_errors", "router:eth40") is None

    asyncio.run(story())
