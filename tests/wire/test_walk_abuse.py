"""HS-01 … 24 in walks: agents that lie in a walk, or never end it.

Every case is played by GETNEXT and by GETBULK, in every version that has it, to both engines.
"""

import asyncio
import itertools
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import pytest

from collectors.observation import Observation, Outcome
from collectors.snmp.ber import Oid, Tag, encode_integer, encode_oid, encode_tlv
from collectors.snmp.message import Pdu, PduType, Value, Varbind, encode_varbind, frame_pdu
from collectors.snmp.settings import SnmpSettings
from tests.wire.agent import IF_NAME
from tests.wire.catalogue import hs
from tests.wire.dialects import DIALECTS, Dialect, Heard, Play, running_peer
from tests.wire.engines import ENGINES, polled, running_engine
from tests.wire.test_hostile_answers import (
    before_good,
    indefinite,
    open_message,
    saying,
    whole,
    wrong_id,
)

OK, TIMEOUT, MISMATCH = Outcome.OK, Outcome.TIMEOUT, Outcome.MISMATCH
UNDECODABLE, ERROR, ABUSED = Outcome.UNDECODABLE, Outcome.ERROR_STATUS, Outcome.WALK_ABUSED


@dataclass(frozen=True)
class Way:
    """How tables are walked."""

    dialect: Dialect
    pdu: PduType

    def __str__(self) -> str:
        return f"{self.dialect} {self.pdu.name}"

    def settings(self, **changes: Any) -> SnmpSettings:
        fields: dict[str, Any] = {"gather_seconds": 0.0}
        if self.pdu is PduType.GETNEXT:
            fields["max_repetitions"] = 1
        return SnmpSettings(**(fields | changes))


WAYS = (
    Way(Dialect.V1, PduType.GETNEXT),
    Way(Dialect.V2C, PduType.GETNEXT),
    Way(Dialect.V2C, PduType.GETBULK),
    Way(Dialect.V3, PduType.GETNEXT),
    Way(Dialect.V3, PduType.GETBULK),
)
every_way = pytest.mark.parametrize("way", WAYS, ids=str)
every_engine = pytest.mark.parametrize("engine_name", ENGINES)


def in_walks(play: Play) -> Play:
    """Play this to what walks, and be honest to all else."""
    return lambda heard: play(heard) if heard.is_walk else [heard.honest]


def rows(make: Callable[[Oid, int], list[Oid]]) -> Play:
    """Answer with rows made from the asked OID and the number of rows asked for."""

    def play(heard: Heard) -> Iterable[bytes]:
        request = heard.request
        count = request.error_index if request.type == PduType.GETBULK else 1
        oids = make(request.varbinds[0].oid, count)
        varbinds = tuple(Varbind(oid, Value(Tag.OCTET_STRING, b"x")) for oid in oids)
        return [heard.saying(varbinds=varbinds, error_status=0)]

    return in_walks(play)


def names_of(observation: Observation) -> set[str]:
    assert observation.layout is not None
    return {cell.interface for cell in observation.layout.cells if cell.interface}


def broken_name(octets: bytes) -> Play:
    """Say that the first row's value is these octets."""

    def play(heard: Heard) -> Iterable[bytes]:
        first, *others = heard.answer.varbinds
        varbinds = encode_tlv(Tag.SEQUENCE, encode_oid(first.oid) + octets)
        varbinds += b"".join(map(encode_varbind, others))
        return [heard.dress(frame_pdu(PduType.RESPONSE, heard.answer.request_id, varbinds))]

    return play


def elsewhere(answer: Pdu) -> dict[str, object]:
    value = Value(Tag.OCTET_STRING, b"liar")
    return {"varbinds": (Varbind((1, 3, 6, 1, 4, 1, 9, 9), value),)}


@dataclass(frozen=True)
class Case:
    id: str
    play: Play
    outcome: Outcome
    pysnmp: Outcome | None = None  # where pyasn1 can read it


CASES = (
    Case("HS-01 junk, then good", before_good(lambda _: [b"\x01junk"]), OK),
    Case("HS-02 empty, then good", before_good(lambda _: [b""]), OK),
    Case("HS-03 wrong id, then good", before_good(saying(wrong_id)), OK),
    Case("HS-04 only wrong ids", saying(wrong_id), ABUSED),
    Case("HS-06 wrong community", open_message(b"private", 1), ABUSED),
    Case("HS-06 wrong version", open_message(b"public", 2), ABUSED),
    Case("HS-07 PDU is GETNEXT", saying(lambda _: {"type": PduType.GETNEXT}), ABUSED),
    Case("HS-08 a row before the table", saying(lambda _: {"varbinds": (Varbind((1, 3)),)}),
         ABUSED),
    Case("HS-08 a row behind the table", saying(elsewhere), OK),
    Case("HS-09 no varbinds", saying(lambda _: {"varbinds": ()}), MISMATCH),
    Case("HS-09 50 extra", saying(lambda a: {"varbinds": a.varbinds + a.varbinds[-1:] * 50}),
         MISMATCH),
    Case("HS-12 genErr, index 99", saying(lambda _: {"error_status": 5, "error_index": 99}), ERROR),
    Case("HS-12 status 77", saying(lambda _: {"error_status": 77}), ERROR),
    Case("HS-13 truncated", whole(lambda data: data[:-3]), UNDECODABLE),
    Case("HS-13 trailing octets", whole(lambda data: data + b"\0"), UNDECODABLE),
    Case("HS-13 indefinite length", whole(indefinite), UNDECODABLE, pysnmp=OK),
    Case("HS-19 REAL for a name", broken_name(b"\x09\x03\x80\xfb\x05"), OK),
    Case("HS-19 tag bf", broken_name(b"\xbf\x01\x00"), UNDECODABLE),
    Case("HS-20 deep nesting", broken_name(b"\x30\x80" * 3000), UNDECODABLE),
    Case("HS-21 3,000 varbinds", saying(lambda a: {"varbinds": a.varbinds[:1] * 3000}),
         UNDECODABLE),
    Case("HS-24 five duplicates", lambda heard: [heard.honest] * 5, OK),
    Case("HS-43 number for a name", broken_name(encode_integer(9)), OK),
)  # fmt: skip


@every_engine
@every_way
@pytest.mark.parametrize(
    "case", [pytest.param(case, marks=hs(case.id[:5]), id=case.id) for case in CASES]
)
def test_hostile_row_ends_as_the_table_says(case: Case, way: Way, engine_name: str) -> None:
    async def story() -> None:
        settings = way.settings()
        async with (
            running_engine(engine_name, settings=settings) as engine,
            running_peer(way.dialect) as peer,
        ):
            peer.play(in_walks(case.play))
            is_waiting = case.outcome in (ABUSED, UNDECODABLE)
            target = peer.target(timeout_seconds=0.15 if is_waiting else 1.0)
            observation = await engine.collect(target)
            assert {request.type for request in peer.requests if request.type != PduType.GET} == {
                way.pdu
            }
            expected = case.outcome
            if engine_name == "pysnmp" and case.pysnmp is not None:
                is_signed = way.dialect is Dialect.V3  # and now over other octets
                expected = Outcome.AUTH_ERROR if is_signed else case.pysnmp
            assert observation.outcome is expected, observation.detail
            if expected is Outcome.AUTH_ERROR:
                return
            if observation.outcome is OK:
                assert names_of(observation) <= {"router:eth0"}
            peer.play(None)
            assert names_of(await polled(engine, peer.target())) == {"router:eth0"}

    asyncio.run(story())


def endless(oid: Oid, count: int) -> list[Oid]:
    start = oid[-1] + 1 if len(oid) > len(IF_NAME) else 1
    return [(*IF_NAME, start + number) for number in range(count)]


ABUSES: dict[str, Callable[[Oid, int], list[Oid]]] = {
    "same OID for ever": lambda oid, count: [(*IF_NAME, 5)] * count,
    "ping-pong": lambda oid, count: [(*IF_NAME, 5 + (oid[-1] + n) % 2) for n in range(count)],
    "backwards": lambda oid, count: [(*IF_NAME, 100 - oid[-1] % 100 - n) for n in range(count)],
    "endless increasing": endless,
    "endless by ones": lambda oid, count: endless(oid, 1),
}


@hs("HS-22")
@every_engine
@every_way
@pytest.mark.parametrize("abuse", ABUSES)
def test_abused_walk_ends_within_its_caps(abuse: str, way: Way, engine_name: str) -> None:
    async def story() -> None:
        settings = way.settings(max_walk_varbinds=400, max_walk_pdus=40)
        async with (
            running_engine(engine_name, settings=settings) as engine,
            running_peer(way.dialect) as peer,
        ):
            peer.play(rows(ABUSES[abuse]))
            observation = await engine.collect(peer.target(timeout_seconds=1.0))
            assert observation.outcome is ABUSED, observation.detail
            assert not observation.values
            if abuse.startswith("endless"):
                assert "no end after" in observation.detail
                assert len(peer.requests) <= 42
            else:
                assert "does not come after" in observation.detail
                assert len(peer.requests) <= 4

    asyncio.run(story())


@hs("HS-22")
@every_engine
@pytest.mark.parametrize("dialect", DIALECTS)
def test_abused_walk_of_a_vendors_tables_ends_too(dialect: Dialect, engine_name: str) -> None:
    """Several columns asked at once, each answered with the row that was asked."""

    def stuck(heard: Heard) -> Iterable[bytes]:
        if heard.request.varbinds[0].oid[: len(IF_NAME)] == IF_NAME:
            return [heard.honest]
        asked = (Varbind(each.oid, Value(Tag.INTEGER, 1)) for each in heard.request.varbinds)
        return [heard.saying(varbinds=tuple(asked), error_status=0)]

    async def story() -> None:
        async with running_engine(engine_name) as engine, running_peer(dialect) as peer:
            peer.play(in_walks(stuck))
            target = peer.target(profile="ceragon", timeout_seconds=1.0)
            observation = await engine.collect(target)
            assert observation.outcome is ABUSED, observation.detail
            assert "does not come after" in observation.detail
            assert len(peer.requests) < 10

    asyncio.run(story())


@hs("HS-22")
@every_way
def test_endless_walk_ends_at_the_caps_as_they_are_shipped(way: Way) -> None:
    async def story() -> None:
        async with (
            running_engine("native", settings=way.settings()) as engine,
            running_peer(way.dialect) as peer,
        ):
            peer.play(rows(endless))
            target = peer.target(timeout_seconds=1.0, budget_seconds=30.0)
            observation = await engine.collect(target)
            assert observation.outcome is ABUSED, observation.detail
            assert observation.duration_seconds <= 20.5
            walked = [each for each in peer.requests if each.type == way.pdu]
            assert len(walked) == 400, observation.detail

    asyncio.run(story())


@hs("HS-22")
def test_walk_of_too_many_octets_is_abused() -> None:
    def fat(heard: Heard) -> Iterable[bytes]:
        start = heard.request.varbinds[0].oid[-1] + 1
        name = Value(Tag.OCTET_STRING, b"n" * 350)
        varbinds = tuple(Varbind((*IF_NAME, start + n), name) for n in range(20))
        return [heard.saying(varbinds=varbinds)]

    async def story() -> None:
        async with running_engine("native") as engine, running_peer(Dialect.V2C) as peer:
            peer.play(in_walks(fat))
            observation = await engine.collect(peer.target(timeout_seconds=1.0, budget_seconds=30))
            assert observation.outcome is ABUSED, observation.detail
            assert "octets" in observation.detail
            assert 2_000_000 / 7_500 <= len(peer.requests) <= 2_000_000 / 7_200 + 2

    asyncio.run(story())


@hs("HS-22")
@pytest.mark.parametrize("dialect", DIALECTS)
def test_slow_endless_walk_is_abused_not_a_timeout(dialect: Dialect) -> None:
    async def story() -> None:
        async with running_engine("native") as engine, running_peer(dialect) as peer:
            step = itertools.count(1)

            def slowly(heard: Heard) -> Iterable[bytes]:
                row = Varbind((*IF_NAME, next(step)), Value(Tag.OCTET_STRING, b"x"))
                changed = heard.saying(varbinds=(row,))
                asyncio.get_running_loop().call_later(0.05, peer.send, changed)
                return []

            peer.play(in_walks(slowly))
            observation = await engine.collect(
                peer.target(budget_seconds=0.4, timeout_seconds=0.3, retries=1)
            )
            assert observation.outcome is ABUSED, observation.detail
            assert observation.duration_seconds < 0.7

    asyncio.run(story())
