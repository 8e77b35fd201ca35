"""HS-22, HS-23, HS-27: agents that never end a walk, and names that are traps."""

import asyncio
import itertools
from collections.abc import Callable, Iterable

import pytest

from collectors.observation import Outcome
from collectors.snmp.ber import Oid, Tag
from collectors.snmp.message import Message, PduType, Value, Varbind, encode_message
from collectors.snmp.settings import SnmpSettings
from tests.wire.agent import IF_NAME, Trick, device_objects, running_agent
from tests.wire.engines import ENGINES


def answering(rows: Callable[[Oid, int], list[Oid]]) -> Trick:
    """Answer every GETBULK with rows made from the asked OID and the count."""

    def trick(request: Message, answer: Message) -> Iterable[bytes]:
        if request.pdu.type != PduType.GETBULK:
            return [encode_message(answer)]
        oids = rows(request.pdu.varbinds[0].oid, request.pdu.error_index)
        varbinds = tuple(Varbind(oid, Value(Tag.OCTET_STRING, b"x")) for oid in oids)
        return [encode_message(answer._replace(pdu=answer.pdu._replace(varbinds=varbinds)))]

    return trick


def endless(oid: Oid, count: int) -> list[Oid]:
    start = oid[-1] + 1 if len(oid) > len(IF_NAME) else 1
    return [(*IF_NAME, start + number) for number in range(count)]


ABUSES = {
    "same OID for ever": lambda oid, count: [(*IF_NAME, 5)] * count,
    "ping-pong": lambda oid, count: [(*IF_NAME, 5 + number % 2) for number in range(count)],
    "backwards": lambda oid, count: [(*IF_NAME, 100 - number) for number in range(count)],
    "endless increasing": endless,
    "endless by ones": lambda oid, count: endless(oid, 1),
}


@pytest.mark.parametrize("engine_name", ENGINES)
@pytest.mark.parametrize("abuse", ABUSES)
def test_hs22_abused_walk_ends_within_its_caps(abuse: str, engine_name: str) -> None:
    async def story() -> None:
        settings = SnmpSettings(max_walk_varbinds=400, max_walk_pdus=40)
        engine = ENGINES[engine_name](settings=settings)
        async with running_agent() as agent:
            agent.trick = answering(ABUSES[abuse])
            observation = await engine.collect(agent.target())
            assert observation.outcome is Outcome.WALK_ABUSED, observation.detail
            assert len(agent.requests) <= 42
        await engine.close()

    asyncio.run(story())


@pytest.mark.parametrize("engine_name", ENGINES)
def test_hs26_more_rows_than_asked_are_a_mismatch(engine_name: str) -> None:
    async def story() -> None:
        engine = ENGINES[engine_name]()
        async with running_agent() as agent:
            agent.trick = answering(lambda oid, count: endless(oid, count + 1))
            observation = await engine.collect(agent.target())
            assert observation.outcome is Outcome.MISMATCH
        await engine.close()

    asyncio.run(story())


def test_slow_endless_walk_is_abused_not_a_timeout() -> None:
    async def story() -> None:
        engine = ENGINES["native"]()
        async with running_agent() as agent:
            step = itertools.count(1)

            def slowly(request: Message, answer: Message) -> Iterable[bytes]:
                if request.pdu.type != PduType.GETBULK:
                    return [encode_message(answer)]
                row = Varbind((*IF_NAME, next(step)), Value(Tag.OCTET_STRING, b"x"))
                changed = encode_message(answer._replace(pdu=answer.pdu._replace(varbinds=(row,))))
                asyncio.get_running_loop().call_later(0.05, agent.send, changed)
                return []

            agent.trick = slowly
            observation = await engine.collect(agent.target(budget_seconds=0.4, retries=1))
            assert observation.outcome is Outcome.WALK_ABUSED
            assert observation.duration_seconds < 0.7
        await engine.close()

    asyncio.run(story())


HOSTILE_NAMES = {
    1: b"\xff\xfe\x00port",
    2: b"line\nbreak\r\ttab",
    3: b"<script>alert(1)</script>",
    4: b"\x1b[31mred\x1b[0m",
    5: "abc\u202egpj.exe".encode(),
    6: b"n" * 1000,
    7: b"\xed\xa0\x80",  # a lone surrogate
    8: "c1\u0085\u009b0m".encode(),
}


@pytest.mark.parametrize("engine_name", ENGINES)
def test_hs23_hostile_names_are_made_fit_for_labels(engine_name: str) -> None:
    async def story() -> None:
        engine = ENGINES[engine_name]()
        async with running_agent(device_objects(HOSTILE_NAMES)) as agent:
            observation = await engine.collect(agent.target())
            assert observation.outcome is Outcome.OK
            assert observation.layout is not None
            names = {cell.interface for cell in observation.layout.cells if cell.interface}
            assert len(names) == len(HOSTILE_NAMES)
            for name in names:
                name.encode("utf-8")
                assert name.isprintable()
                assert len(name) <= 128 + len("router:")
                assert "\u202e" not in name
        await engine.close()

    asyncio.run(story())


def test_hs27_table_of_thousands_is_capped_with_the_named_first() -> None:
    async def story() -> None:
        engine = ENGINES["native"](settings=SnmpSettings(max_interfaces=20))
        names = {index: b"vlan%d" % index for index in range(1, 1001)}
        async with running_agent(device_objects(names)) as agent:
            target = agent.target(interfaces=(("vlan999", "router:uplink"),))
            observation = await engine.collect(target)
            assert observation.layout is not None
            found = {cell.interface for cell in observation.layout.cells if cell.interface}
            assert len(found) == 20
            assert "router:uplink" in found
        await engine.close()

    asyncio.run(story())
