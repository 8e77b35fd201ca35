"""HS: hostile answers to a poll, one row each; both engines hold to the same admission rules."""

import asyncio
import itertools
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import pytest

from collectors.observation import Outcome
from collectors.snmp.ber import Tag, encode_integer, encode_oid, encode_tlv
from collectors.snmp.message import (
    NO_SUCH_OBJECT,
    Message,
    PduType,
    Value,
    Varbind,
    encode_message,
    encode_value,
    encode_varbind,
    frame_message,
    frame_pdu,
)
from tests.wire.agent import IN_ERRORS, Trick, running_agent
from tests.wire.engines import ENGINES, AnyEngine, value

HONEST = 7


def good(answer: Message) -> bytes:
    return encode_message(answer)


def with_pdu(answer: Message, **changes: object) -> bytes:
    return encode_message(answer._replace(pdu=answer.pdu._replace(**changes)))  # type: ignore[arg-type]


def with_raw(answer: Message, raw: bytes) -> bytes:
    """Replace the value of in_errors by these octets, tag and length included."""
    varbinds = b"".join(
        encode_tlv(Tag.SEQUENCE, encode_oid(each.oid) + raw)
        if each.oid[:-1] == IN_ERRORS
        else encode_varbind(each)
        for each in answer.pdu.varbinds
    )
    return frame_message(
        answer.community, frame_pdu(PduType.RESPONSE, answer.pdu.request_id, varbinds)
    )


def with_value(answer: Message, changed: Value) -> bytes:
    return with_raw(answer, encode_value(changed))


def other_oid(answer: Message) -> bytes:
    varbinds = list(answer.pdu.varbinds)
    last = varbinds[-1]
    varbinds[-1] = Varbind((*last.oid[:-1], last.oid[-1] + 1), last.value)
    return with_pdu(answer, varbinds=tuple(varbinds))


def indefinite(answer: Message) -> bytes:
    whole = good(answer)
    header = 2 if whole[1] < 0x80 else 2 + (whole[1] & 0x7F)
    return b"\x30\x80" + whole[header:] + b"\0\0"


def always(make: Callable[[Message], bytes]) -> Trick:
    return lambda _, answer: [make(answer)]


def before_good(*junk: Callable[[Message], bytes]) -> Trick:
    return lambda _, answer: [*(make(answer) for make in junk), good(answer)]


@dataclass(frozen=True, kw_only=True)
class Case:
    id: str
    trick: Trick
    outcome: Outcome
    in_errors: float | None = None
    pysnmp: Outcome | None = None  # where its decoder sees it otherwise


OK, PARTIAL, TIMEOUT = Outcome.OK, Outcome.PARTIAL, Outcome.TIMEOUT
UNDECODABLE, MISMATCH, ERROR = Outcome.UNDECODABLE, Outcome.MISMATCH, Outcome.ERROR_STATUS


def bad_value(id_: str, raw: bytes) -> Case:
    """A value no engine can read: only it is lost; pyasn1 loses the whole answer with it."""
    return Case(
        id=id_, trick=always(lambda a: with_raw(a, raw)), outcome=PARTIAL, pysnmp=UNDECODABLE
    )


def mistyped(id_: str, raw: bytes) -> Case:
    return Case(id=id_, trick=always(lambda a: with_raw(a, raw)), outcome=PARTIAL)


CASES = (
    Case(id="HS-00 honest", trick=always(good), outcome=OK, in_errors=HONEST),
    Case(
        id="HS-01 junk, then good",
        trick=before_good(lambda _: b"\x01junk"),
        outcome=OK,
        in_errors=HONEST,
    ),
    Case(
        id="HS-02 empty, then good", trick=before_good(lambda _: b""), outcome=OK, in_errors=HONEST
    ),
    Case(
        id="HS-03 wrong id, then good",
        trick=before_good(lambda a: with_pdu(a, request_id=a.pdu.request_id ^ 1)),
        outcome=OK,
        in_errors=HONEST,
    ),
    Case(
        id="HS-04 only wrong ids",
        trick=always(lambda a: with_pdu(a, request_id=a.pdu.request_id ^ 1)),
        outcome=TIMEOUT,
    ),
    Case(
        id="HS-06 wrong community",
        trick=always(lambda a: good(a._replace(community=b"private"))),
        outcome=TIMEOUT,
    ),
    Case(
        id="HS-06 wrong version",
        trick=always(lambda a: good(a._replace(version=0))),
        outcome=TIMEOUT,
    ),
    Case(
        id="HS-07 PDU is GET",
        trick=always(lambda a: with_pdu(a, type=PduType.GET)),
        outcome=TIMEOUT,
    ),
    Case(
        id="HS-07 PDU is TRAP2",
        trick=always(lambda a: with_pdu(a, type=PduType.TRAP)),
        outcome=TIMEOUT,
    ),
    Case(id="HS-08 another OID", trick=always(other_oid), outcome=MISMATCH),
    Case(
        id="HS-08 order changed",
        trick=always(lambda a: with_pdu(a, varbinds=a.pdu.varbinds[::-1])),
        outcome=MISMATCH,
    ),
    Case(
        id="HS-09 no varbinds", trick=always(lambda a: with_pdu(a, varbinds=())), outcome=MISMATCH
    ),
    Case(
        id="HS-09 one missing",
        trick=always(lambda a: with_pdu(a, varbinds=a.pdu.varbinds[:-1])),
        outcome=MISMATCH,
    ),
    Case(
        id="HS-09 50 extra",
        trick=always(lambda a: with_pdu(a, varbinds=a.pdu.varbinds + a.pdu.varbinds[-1:] * 50)),
        outcome=MISMATCH,
    ),
    Case(
        id="HS-10 noSuchObject", trick=always(lambda a: with_value(a, NO_SUCH_OBJECT)), outcome=OK
    ),
    Case(
        id="HS-12 genErr, index 99",
        trick=always(lambda a: with_pdu(a, error_status=5, error_index=99)),
        outcome=ERROR,
    ),
    Case(
        id="HS-12 status 77",
        trick=always(lambda a: with_pdu(a, error_status=77)),
        outcome=ERROR,
    ),
    Case(id="HS-13 truncated", trick=always(lambda a: good(a)[:-3]), outcome=UNDECODABLE),
    Case(id="HS-13 trailing octets", trick=always(lambda a: good(a) + b"\0"), outcome=UNDECODABLE),
    Case(id="HS-13 indefinite length", trick=always(indefinite), outcome=UNDECODABLE, pysnmp=OK),
    Case(
        id="HS-14 Counter32 without zero octet",
        trick=always(lambda a: with_raw(a, b"\x41\x04\xff\xff\xff\xff")),
        outcome=OK,
        in_errors=4294967295,
        pysnmp=UNDECODABLE,
    ),
    Case(
        id="HS-15 Counter32 of one octet ff",
        trick=always(lambda a: with_raw(a, b"\x41\x01\xff")),
        outcome=OK,
        in_errors=255,
        pysnmp=UNDECODABLE,
    ),
    bad_value("HS-16 Counter32 of 6 octets", b"\x41\x06\x01\x02\x03\x04\x05\x06"),
    bad_value("HS-16 TimeTicks of 5 octets", b"\x43\x05\x01\x02\x03\x04\x05"),
    bad_value("HS-16 Counter64 of 9 octets", b"\x46\x09\x01" + b"\0" * 8),
    bad_value("HS-16 INTEGER of 9 octets", b"\x02\x09\x01" + b"\0" * 8),
    Case(
        id="HS-17 60-kB INTEGER",
        trick=always(lambda a: with_raw(a, encode_tlv(2, b"\x7f" * 60_000))),
        outcome=UNDECODABLE,
    ),
    Case(
        id="HS-18 zero-length Counter32",
        trick=always(lambda a: with_raw(a, b"\x41\x00")),
        outcome=PARTIAL,
        pysnmp=OK,
    ),
    mistyped("HS-19 IpAddress", b"\x40\x04\x7f\0\0\1"),
    bad_value("HS-19 IpAddress of 3 octets", b"\x40\x03\x7f\0\0"),
    bad_value("HS-19 REAL", b"\x09\x03\x80\xfb\x05"),
    mistyped("HS-19 Opaque float NaN", b"\x44\x07\x9f\x78\x04\x7f\xc0\0\0"),
    Case(
        id="HS-19 tag 9f",
        trick=always(lambda a: with_raw(a, b"\x9f\x01\x00")),
        outcome=UNDECODABLE,
        pysnmp=OK,
    ),
    Case(
        id="HS-20 deep nesting",
        trick=always(lambda a: with_raw(a, b"\x30\x80" * 3000)),
        outcome=UNDECODABLE,
    ),
    Case(
        id="HS-21 3,000 varbinds",
        trick=always(lambda a: with_pdu(a, varbinds=a.pdu.varbinds * 250)),
        outcome=UNDECODABLE,
    ),
    Case(
        id="HS-24 five duplicates", trick=lambda _, a: [good(a)] * 5, outcome=OK, in_errors=HONEST
    ),
    mistyped("HS-43 INTEGER for a counter", encode_integer(9)),
    mistyped("HS-43 text for a counter", encode_tlv(4, b"9")),
    mistyped("HS-43 Gauge32 for a counter", encode_integer(9, Tag.GAUGE32)),
)


@pytest.mark.parametrize("engine_name", ENGINES)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_hostile_answer_ends_as_the_table_says(case: Case, engine_name: str) -> None:
    async def story() -> None:
        engine = ENGINES[engine_name]()
        async with running_agent() as agent:
            first = await engine.collect(agent.target())
            assert first.outcome is OK
            agent.trick = case.trick
            begun = time.perf_counter()
            observation = await engine.collect(agent.target())
            assert time.perf_counter() - begun < 1.0
            is_pysnmp = engine_name == "pysnmp" and case.pysnmp is not None
            expected = case.pysnmp if is_pysnmp else case.outcome
            assert observation.outcome is expected, observation.detail
            if observation.outcome.has_values and not is_pysnmp:
                assert value(observation, "in_errors") == case.in_errors
                assert value(observation, "out_errors") == 300
            agent.trick = None
            assert (await engine.collect(agent.target())).outcome is OK
        await engine.close()

    asyncio.run(story())


@pytest.mark.parametrize("engine_name", ENGINES)
def test_hs04_trickle_of_wrong_ids_does_not_stretch_the_deadline(engine_name: str) -> None:
    async def story() -> None:
        engine = ENGINES[engine_name]()
        async with running_agent() as agent:
            await engine.collect(agent.target())

            async def trickle(answer: Message) -> None:
                for number in itertools.count(1):
                    agent.send(with_pdu(answer, request_id=number))
                    await asyncio.sleep(0.02)

            tasks: list[asyncio.Task[None]] = []

            def trick(_: Message, answer: Message) -> Iterable[bytes]:
                tasks.append(asyncio.create_task(trickle(answer)))
                return []

            agent.trick = trick
            observation = await engine.collect(agent.target(timeout_seconds=0.3))
            tasks[0].cancel()
            assert observation.outcome is TIMEOUT
            assert observation.duration_seconds < 0.45
        await engine.close()

    asyncio.run(story())


@pytest.mark.parametrize("engine_name", ENGINES)
@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.9"], ids=["other port", "other address"])
def test_hs05_answer_from_elsewhere_is_ignored(engine_name: str, host: str) -> None:
    async def story() -> None:
        engine = ENGINES[engine_name]()
        async with running_agent() as agent, running_agent(host=host) as liar:
            await engine.collect(agent.target())

            def trick(_: Message, answer: Message) -> Iterable[bytes]:
                liar.asker = agent.asker
                liar.send(good(answer))
                return []

            agent.trick = trick
            observation = await engine.collect(agent.target())
            assert observation.outcome is TIMEOUT
            assert engine.statistics.strays == 1
        await engine.close()

    asyncio.run(story())


@pytest.mark.parametrize("engine_name", ENGINES)
def test_hs11_too_big_is_split_and_remembered(engine_name: str) -> None:
    async def story() -> None:
        engine = ENGINES[engine_name]()
        async with running_agent() as agent:
            await engine.collect(agent.target())
            agent.most_octets = 150
            first = await engine.collect(agent.target())
            asked_first = len(agent.requests)
            second = await engine.collect(agent.target())
            assert first.outcome is second.outcome is OK
            assert list(first.values) == list(second.values)
            assert value(second, "in_errors") == HONEST
            answered = [r for r in agent.requests[asked_first:] if len(r.pdu.varbinds) < 9]
            assert len(answered) == len(agent.requests) - asked_first
        await engine.close()

    asyncio.run(story())


@pytest.mark.parametrize("engine_name", ENGINES)
def test_hs24_answer_of_one_poll_is_not_taken_in_the_next(engine_name: str) -> None:
    async def story() -> None:
        engine: AnyEngine = ENGINES[engine_name]()
        async with running_agent() as agent:
            await engine.collect(agent.target())
            kept: list[bytes] = []

            def keep(_: Message, answer: Message) -> Iterable[bytes]:
                kept.append(with_value(answer, Value(Tag.COUNTER32, 99)))
                return []

            agent.trick = keep
            assert (await engine.collect(agent.target())).outcome is TIMEOUT
            agent.trick = lambda _, answer: [*kept, good(answer)]
            observation = await engine.collect(agent.target())
            assert value(observation, "in_errors") == HONEST
            assert engine.statistics.late_answers == 2  # to the small question first, and again
        await engine.close()

    asyncio.run(story())
