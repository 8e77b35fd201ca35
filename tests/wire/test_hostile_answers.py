"""HS-01 … HS-24, HS-43: hostile answers to a poll, one row each.

Every case is played in v1, v2c and v3 to both engines: they hold to the same admission rules.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

import pytest

from collectors.observation import Outcome
from collectors.snmp.ber import Tag, encode_integer, encode_oid, encode_tlv
from collectors.snmp.message import (
    END_OF_MIB_VIEW,
    NO_SUCH_INSTANCE,
    NO_SUCH_OBJECT,
    Pdu,
    PduType,
    Varbind,
    encode_value,
    encode_varbind,
    frame_message,
    frame_pdu,
)
from collectors.snmp.settings import SnmpSettings
from tests.wire.agent import IN_ERRORS
from tests.wire.catalogue import hs
from tests.wire.dialects import DIALECTS, Dialect, Heard, Play, running_peer
from tests.wire.engines import ENGINES, polled, running_engine, value

HONEST = 7


def raw(octets: bytes) -> Play:
    """Say that in_errors is these octets, tag and length included."""

    def play(heard: Heard) -> Iterable[bytes]:
        varbinds = b"".join(
            encode_tlv(Tag.SEQUENCE, encode_oid(each.oid) + octets)
            if each.oid[:-1] == IN_ERRORS
            else encode_varbind(each)
            for each in heard.answer.varbinds
        )
        return [heard.dress(frame_pdu(PduType.RESPONSE, heard.answer.request_id, varbinds))]

    return play


def saying(change: Callable[[Pdu], Mapping[str, object]]) -> Play:
    return lambda heard: [heard.saying(**change(heard.answer))]


def whole(change: Callable[[bytes], bytes]) -> Play:
    """Change the octets of the datagram."""
    return lambda heard: [change(heard.honest)]


def before_good(junk: Play) -> Play:
    return lambda heard: [*junk(heard), heard.honest]


def honest(heard: Heard) -> Iterable[bytes]:
    return [heard.honest]


def wrong_id(answer: Pdu) -> Mapping[str, object]:
    return {"request_id": answer.request_id ^ 1}


def other_oid(answer: Pdu) -> Mapping[str, object]:
    *others, last = answer.varbinds
    return {"varbinds": (*others, Varbind((*last.oid[:-1], last.oid[-1] + 1), last.value))}


def indefinite(data: bytes) -> bytes:
    header = 2 if data[1] < 0x80 else 2 + (data[1] & 0x7F)
    return b"\x30\x80" + data[header:] + b"\0\0"


def open_message(community: bytes, version: int) -> Play:
    """Answer honestly, but for what stands before the PDU."""

    def play(heard: Heard) -> Iterable[bytes]:
        varbinds = b"".join(map(encode_varbind, heard.answer.varbinds))
        pdu = frame_pdu(PduType.RESPONSE, heard.answer.request_id, varbinds)
        return [frame_message(community, pdu, version=version)]

    return play


OK, PARTIAL, TIMEOUT = Outcome.OK, Outcome.PARTIAL, Outcome.TIMEOUT
UNDECODABLE, MISMATCH, ERROR = Outcome.UNDECODABLE, Outcome.MISMATCH, Outcome.ERROR_STATUS
PROMPT = SnmpSettings(gather_seconds=0.0)
WAITING = frozenset({TIMEOUT, UNDECODABLE})


@dataclass(frozen=True, kw_only=True)
class Case:
    id: str
    play: Play
    outcome: Outcome
    in_errors: float | None = None
    otherwise: Mapping[str, Outcome] = field(default_factory=dict)  # "v3 pysnmp" → outcome

    def expected(self, dialect: Dialect, engine_name: str) -> Outcome:
        return self.otherwise.get(f"{dialect} {engine_name}", self.outcome)


def lost(id_: str, octets: bytes) -> Case:
    """A value nobody can use: only it is lost."""
    return Case(id=id_, play=raw(octets), outcome=PARTIAL)


def ignored(id_: str, play: Play) -> Case:
    return Case(id=id_, play=play, outcome=TIMEOUT)


def accepted(id_: str, play: Play, in_errors: float = HONEST) -> Case:
    return Case(id=id_, play=play, outcome=OK, in_errors=in_errors)


def mismatch(id_: str, change: Callable[[Pdu], Mapping[str, object]]) -> Case:
    return Case(id=id_, play=saying(change), outcome=MISMATCH)


def undecodable(id_: str, play: Play) -> Case:
    return Case(id=id_, play=play, outcome=UNDECODABLE)


CASES = (
    accepted("HS-01 junk, then good", before_good(lambda _: [b"\x01junk"])),
    accepted("HS-02 empty, then good", before_good(lambda _: [b""])),
    accepted("HS-03 wrong id, then good", before_good(saying(wrong_id))),
    ignored("HS-04 only wrong ids", saying(wrong_id)),
    ignored("HS-06 wrong community", open_message(b"private", 1)),
    ignored("HS-06 wrong version", open_message(b"public", 2)),
    ignored("HS-07 PDU is GET", saying(lambda _: {"type": PduType.GET})),
    ignored("HS-07 PDU is TRAP2", saying(lambda _: {"type": PduType.TRAP})),
    mismatch("HS-08 another OID", other_oid),
    mismatch("HS-08 order changed", lambda a: {"varbinds": a.varbinds[::-1]}),
    mismatch("HS-09 no varbinds", lambda _: {"varbinds": ()}),
    mismatch("HS-09 one missing", lambda a: {"varbinds": a.varbinds[:-1]}),
    mismatch("HS-09 50 extra", lambda a: {"varbinds": a.varbinds + a.varbinds[-1:] * 50}),
    *(
        Case(
            id=f"HS-10 {words}",
            play=raw(encode_value(missing)),
            outcome=OK,
        )
        for words, missing in (
            ("noSuchObject", NO_SUCH_OBJECT),
            ("noSuchInstance", NO_SUCH_INSTANCE),
            ("endOfMibView", END_OF_MIB_VIEW),
        )
    ),
    Case(
        id="HS-12 genErr, index 99",
        play=saying(lambda _: {"error_status": 5, "error_index": 99}),
        outcome=ERROR,
    ),
    Case(id="HS-12 status 77", play=saying(lambda _: {"error_status": 77}), outcome=ERROR),
    undecodable("HS-13 truncated", whole(lambda data: data[:-3])),
    undecodable("HS-13 trailing octets", whole(lambda data: data + b"\0")),
    Case(
        id="HS-13 indefinite length",
        play=whole(indefinite),
        outcome=UNDECODABLE,
        # pyasn1 can read it; in v3 the digest is over other octets
        otherwise={"v1 pysnmp": OK, "v2c pysnmp": OK, "v3 pysnmp": Outcome.AUTH_ERROR},
    ),
    Case(
        id="HS-14 Counter32 without zero octet",
        play=raw(b"\x41\x04\xff\xff\xff\xff"),
        outcome=OK,
        in_errors=4294967295,
    ),
    Case(
        id="HS-15 Counter32 of one octet ff",
        play=raw(b"\x41\x01\xff"),
        outcome=OK,
        in_errors=255,
    ),
    lost("HS-16 Counter32 of 6 octets", b"\x41\x06\x01\x02\x03\x04\x05\x06"),
    lost("HS-16 TimeTicks of 5 octets", b"\x43\x05\x01\x02\x03\x04\x05"),
    lost("HS-16 Counter64 of 9 octets", b"\x46\x09\x01" + b"\0" * 8),
    lost("HS-16 INTEGER of 9 octets", b"\x02\x09\x01" + b"\0" * 8),
    undecodable("HS-17 60-kB INTEGER", raw(encode_tlv(2, b"\x7f" * 60_000))),
    lost("HS-17 8-kB INTEGER", encode_tlv(2, b"\x7f" * 7_000)),
    lost("HS-18 zero-length Counter32", b"\x41\x00"),
    lost("HS-18 zero-length INTEGER", b"\x02\x00"),
    lost("HS-19 IpAddress", b"\x40\x04\x7f\0\0\1"),
    lost("HS-19 IpAddress of 3 octets", b"\x40\x03\x7f\0\0"),
    lost("HS-19 REAL", b"\x09\x03\x80\xfb\x05"),
    lost("HS-19 Opaque float NaN", b"\x44\x07\x9f\x78\x04\x7f\xc0\0\0"),
    Case(
        id="HS-19 tag 9f",
        play=raw(b"\x9f\x01\x00"),
        outcome=UNDECODABLE,
        # a long form of noSuchInstance, which pyasn1 can read
        otherwise={"v2c pysnmp": OK, "v3 pysnmp": OK},
    ),
    undecodable("HS-20 deep nesting", raw(b"\x30\x80" * 3000)),
    lost("HS-20 OID of 7,000 numbers", encode_tlv(6, b"\x2b" + b"\x01" * 7_000)),
    lost("HS-20 number of 7 kB in an OID", encode_tlv(6, b"\x2b" + b"\x81" * 7_000)),
    undecodable(
        "HS-21 3,000 varbinds",
        saying(lambda a: {"varbinds": a.varbinds * (3000 // len(a.varbinds))}),
    ),
    accepted("HS-24 five duplicates", lambda heard: [heard.honest] * 5),
    lost("HS-43 INTEGER for a counter", encode_integer(9)),
    lost("HS-43 text for a counter", encode_tlv(4, b"9")),
    lost("HS-43 Gauge32 for a counter", encode_integer(9, Tag.GAUGE32)),
)


@pytest.mark.parametrize("engine_name", ENGINES)
@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize(
    "case", [pytest.param(case, marks=hs(case.id[:5]), id=case.id) for case in CASES]
)
def test_hostile_answer_ends_as_the_table_says(
    case: Case, dialect: Dialect, engine_name: str
) -> None:
    async def story() -> None:
        expected = case.expected(dialect, engine_name)
        async with (
            running_engine(engine_name, settings=PROMPT) as engine,
            running_peer(dialect) as peer,
        ):
            target = peer.target(timeout_seconds=0.15 if expected in WAITING else 0.5)
            assert value(await polled(engine, target), "in_errors") == HONEST
            peer.play(case.play)
            observation = await engine.collect(target)
            assert observation.outcome is expected, observation.detail
            if observation.outcome.has_values:
                if expected is case.outcome:
                    assert value(observation, "in_errors") == case.in_errors
                assert value(observation, "out_errors") == 300
            peer.play(None)
            assert value(await polled(engine, target), "in_errors") == HONEST

    asyncio.run(story())
