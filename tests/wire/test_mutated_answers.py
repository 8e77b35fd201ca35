"""200,000 mutated answers, to polls and walks, by v1, v2c and under the keys of v3.

Of each netmon makes a value, an absence or a refusal, in less than 20 ms and without growing; a
referee that shares no code with it says whether the value may be believed.
"""

import gc
import resource
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from random import Random

import pytest

from collectors.snmp.admission import random_ids
from collectors.snmp.association import Association, Sealed
from collectors.snmp.ber import Oid, Tag, encode_tlv, parse_oid
from collectors.snmp.envelope import CommunityEnvelope, Envelope, ScopedEnvelope, wrap
from collectors.snmp.library import load_profile
from collectors.snmp.message import (
    END_OF_MIB_VIEW,
    Message,
    Pdu,
    PduType,
    Value,
    Varbind,
    decode_message,
    encode_pdu,
)
from collectors.snmp.plan import Plan, compile_plan
from collectors.snmp.poll import PollQuestion, Uptime
from collectors.snmp.question import Question, Step
from collectors.snmp.rejection import RejectedError
from collectors.snmp.rows import RowsQuestion
from collectors.snmp.secure import SecureMessage
from collectors.snmp.settings import SnmpSettings
from collectors.snmp.suite import Header, NativeSuite
from collectors.snmp.usm import EngineClock
from collectors.snmp.walk import GetQuestion, WalkQuestion
from tests.collectors.snmp.test_plan import mutated
from tests.wire import referee
from tests.wire.agent import IF_NAME, device_objects, honest_answer
from tests.wire.referee import COUNTER32, COUNTER64, GAUGE32, INTEGER, TIMETICKS, Element, FoulError
from tests.wire.secure_agent import ENGINE_ID, USER, SecureAgent
from topology.model import DeviceId, InterfaceId

REQUEST_ID = 0x12345678
MESSAGE_ID = 0x23456789
OBJECTS = device_objects({1: b"eth0", 2: b"radio0"})
SETTINGS = SnmpSettings()
LEVEL = frozenset({INTEGER, GAUGE32})
# Quantity → the types it may have, its scale, and what is plausible (R12).
LAWS = {
    "uptime_seconds": (frozenset({TIMETICKS}), 0.01, 0, 2**32 - 1),
    "admin_status": (LEVEL, 1, 1, 3),
    "oper_status": (LEVEL, 1, 1, 7),
    "speed_bps": (LEVEL, 1e6, 1, 10_000_000),
    "in_octets": (frozenset({COUNTER64}), 1, 0, 2**64 - 1),
    "out_octets": (frozenset({COUNTER64}), 1, 0, 2**64 - 1),
    "in_unicast_packets": (frozenset({COUNTER64}), 1, 0, 2**64 - 1),
    **dict.fromkeys(
        ("in_errors", "out_errors", "in_discards", "out_discards"),
        (frozenset({COUNTER32}), 1, 0, 2**32 - 1),
    ),
}

Player = Callable[[Random, "Tally"], None]
ReadPdu = Callable[[bytes], Element]  # of a datagram, or of a scoped PDU


def make_plan(envelope: Envelope) -> Plan:
    return compile_plan(
        device=DeviceId("d"),
        profile=load_profile("if-mib"),
        interfaces=[(n, f"eth{n}", InterfaceId(f"d:eth{n}")) for n in (1, 2)],
        envelope=envelope,
        max_answer_octets=1400,
    )


@dataclass
class Tally:
    """What came of the datagrams."""

    of: Counter[str] = field(default_factory=Counter)
    slowest: float = 0.0
    fouls: list[str] = field(default_factory=list)


def oids(question: PollQuestion) -> list[bytes]:
    return [asked.oid for asked in question.plan.chunks[0].fields]


def judge_poll(poll: PollQuestion, pdu: Element) -> None:
    varbinds = referee.varbinds_of(pdu, REQUEST_ID)
    if [encode_tlv(0x06, oid) for oid, _ in varbinds] != oids(poll):
        raise FoulError("R6: other objects")
    for cell, found, (_, said) in zip(poll.plan.layout.cells, poll.values, varbinds, strict=True):
        if found is None:
            continue
        tags, scale, low, high = LAWS[cell.quantity]
        raw = referee.unsigned(said, tags)
        if not low <= raw <= high:
            raise FoulError(f"R12: {cell.quantity} {raw}")
        if found != pytest.approx(raw * scale, rel=1e-12):
            raise FoulError(f"{cell.quantity} is {found}, and {raw} was said")


def judge_rows(found: list[tuple[Oid, Value]], root: Oid, most: int, pdu: Element) -> None:
    said = [(referee.oid_of(oid), value) for oid, value in referee.varbinds_of(pdu, REQUEST_ID)]
    if not 1 <= len(said) <= most:
        raise FoulError("R7: more rows than asked, or none")
    last = root
    for (oid, value), (said_oid, said_value) in zip(found, said, strict=False):
        if oid != said_oid or oid <= last or oid[: len(root)] != root:
            raise FoulError(f"R7: {oid} after {last}")
        if value.tag != said_value.tag:
            raise FoulError("R8: another type than was said")
        if isinstance(value.content, bytes) and value.content != said_value.content:
            raise FoulError("other octets than were said")
        last = oid


class Field:
    """One way to ask; makes its question anew for each datagram, and judges what it took."""

    def __init__(self, envelope: Envelope, read_pdu: ReadPdu) -> None:
        self.envelope = envelope
        self.read_pdu = read_pdu
        self.plan = make_plan(envelope)

    def question(self, kind: str) -> Question:
        envelope = self.envelope
        if kind == "poll":
            if len(self.plan.chunks) != 1 or self.plan.has_holes:
                self.plan = make_plan(envelope)  # it was split by a tooBig that came true
            return PollQuestion(plan=self.plan, uptime=Uptime(0, 0.0), monotonic=1.0)
        if kind == "walk":
            return WalkQuestion(envelope=envelope, root=IF_NAME, settings=SETTINGS)
        if kind == "rows":
            return RowsQuestion(envelope=envelope, roots=(IF_NAME,), settings=SETTINGS)
        return GetQuestion(envelope=envelope, oids=(*SYSTEM,))

    def judge(self, question: Question, octets: bytes) -> bool:
        """Return whether values were taken; raise FoulError if one must not have been."""
        if isinstance(question, PollQuestion):
            if not question.outcome.has_values or question.is_restarted or not question.values:
                return False
            judge_poll(question, self.read_pdu(octets))
            return True
        if isinstance(question, GetQuestion):
            if question.varbinds:
                said = referee.varbinds_of(self.read_pdu(octets), REQUEST_ID)
                if tuple(referee.oid_of(oid) for oid, _ in said) != question.oids:
                    raise FoulError("R6: other objects")
            return bool(question.varbinds)
        if isinstance(question, WalkQuestion):
            most, rows = SETTINGS.max_repetitions, [(row.oid, row.value) for row in question.rows]
        else:
            assert isinstance(question, RowsQuestion)
            table = question.tables[IF_NAME]
            most, rows = 2 * SETTINGS.max_repetitions, [((*IF_NAME, *k), table[k]) for k in table]
        if rows:
            judge_rows(rows, IF_NAME, most, self.read_pdu(octets))
        return bool(rows)


SYSTEM = tuple(map(parse_oid, ("1.3.6.1.2.1.1.1.0", "1.3.6.1.2.1.1.2.0", "1.3.6.1.2.1.1.3.0")))
KINDS = ("poll", "poll", "poll", "poll", "walk", "walk", "rows", "get")


def answers_to(question: Question, version: int) -> list[Pdu]:
    """Return an honest answer, and some of the hostile ones that a mutation makes worse."""
    asked = question.datagram(REQUEST_ID)
    at = asked.index(bytes((asked_type(question),)))
    request = decode_message(wrap(CommunityEnvelope(version, b""), asked[at:])).pdu
    honest = honest_answer(OBJECTS, Message(version, b"", request), 65_000).pdu
    many = honest._replace(varbinds=honest.varbinds * 8)
    text = Value(Tag.OCTET_STRING, b"<b>" * 20)
    return [
        honest,
        honest,
        honest,
        honest._replace(varbinds=(*honest.varbinds[:-1], Varbind(honest.varbinds[-1].oid, text))),
        honest._replace(varbinds=(*honest.varbinds, Varbind(IF_NAME, END_OF_MIB_VIEW))),
        honest._replace(error_status=2, error_index=2),
        honest._replace(error_status=1),
        many,
    ]


def asked_type(question: Question) -> int:
    if isinstance(question, PollQuestion | GetQuestion):
        return PduType.GET
    return PduType.GETNEXT if question.envelope.version == 0 else PduType.GETBULK  # type: ignore[attr-defined]


def by_community(version: int) -> Iterator[Player]:
    envelope = CommunityEnvelope(version, b"public")
    where = Field(envelope, lambda data: referee.pdu_by_community(data, version, b"public"))
    seeds = {
        kind: [wrap(envelope, encode_pdu(pdu)) for pdu in answers_to(where.question(kind), version)]
        for kind in dict.fromkeys(KINDS)
    }

    def one(rng: Random, tally: Tally) -> None:
        kind = KINDS[rng.randrange(len(KINDS))]
        question = where.question(kind)
        question.datagram(REQUEST_ID)
        data = mutated(rng, rng.choice(seeds[kind]))
        play(tally, where, question, question, data, data, REQUEST_ID)

    while True:
        yield one


def play(
    tally: Tally,
    where: Field,
    question: Question,
    asked: Question,
    data: bytes,
    seen: bytes,
    identity: int,
) -> None:
    """Give one datagram to who asked; `question` is inside, `seen` is what the referee sees."""
    begun = time.thread_time()
    try:
        step: Step | None = asked.read(data, identity)
    except RejectedError as rejected:
        step = None
        tally.of[rejected.kind] += 1
    tally.slowest = max(tally.slowest, time.thread_time() - begun)
    try:
        took = where.judge(question, seen)
    except FoulError as foul:
        tally.fouls.append(f"{foul}: {data.hex()}")
        return
    if step is not None:
        tally.of["values" if took else "nothing"] += 1
    elif took:
        tally.fouls.append(f"values of a rejected datagram: {data.hex()}")


def under_keys() -> Iterator[Player]:
    """Mutate what stands under the keys, as a device can that was taken over; or the message."""
    envelope = ScopedEnvelope(ENGINE_ID, b"")
    where = Field(envelope, lambda scoped: referee.pdu_in_scope(scoped, ENGINE_ID, b""))
    agent = SecureAgent({}, engine_id=ENGINE_ID, user=USER)
    asked = SecureMessage(MESSAGE_ID, 3, ENGINE_ID, 3, 5000, USER.user, 0, 24, b"", True, b"")
    seeds = {
        kind: [wrap(envelope, encode_pdu(pdu)) for pdu in answers_to(where.question(kind), 1)]
        for kind in dict.fromkeys(KINDS)
    }
    sealed = [seal(agent, asked, each) for each in seeds["poll"]]
    association = make_association()

    def one(rng: Random, tally: Tally) -> None:
        kind = KINDS[rng.randrange(len(KINDS))]
        question = where.question(kind)
        question.datagram(REQUEST_ID)
        if rng.random() < 0.3:
            original = rng.choice(sealed)
            data = mutated(rng, original)
            if data == original:
                return
            seen = b""  # nothing of it may be believed, whatever it says
        else:
            seen = mutated(rng, rng.choice(seeds[kind]))
            data = seal(agent, asked, seen)
        inside = Sealed(question, association, lambda: 0.0)
        inside._request_id = REQUEST_ID
        play(tally, where, question, inside, data, seen, MESSAGE_ID)

    while True:
        yield one


def seal(agent: SecureAgent, message: SecureMessage, scoped: bytes) -> bytes:
    """Return any octets as the scoped PDU of an authentic, encrypted message."""
    header = Header(message.message_id, 3, 65_507, ENGINE_ID, 3, 5000, USER.user)
    agent.salts += 1
    return NativeSuite().seal(header, scoped, KEYS, agent.salts)


KEYS = NativeSuite().keys(USER, ENGINE_ID)


def make_association() -> Association:
    return Association(
        user=USER,
        engine_id=ENGINE_ID,
        clock=EngineClock(3, 5000, 0.0, is_proven=True),
        suite=NativeSuite(),
        ids=random_ids(),
        salts=count(1),
        max_size=8192,
        events=[],
    )


def rss_octets() -> int:
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * resource.getpagesize()


# 200,000 in all.
SOURCES: dict[str, tuple[Callable[[], Iterator[Player]], int]] = {
    "v2c": (lambda: by_community(1), 120_000),
    "v1": (lambda: by_community(0), 20_000),
    "v3": (under_keys, 60_000),
}


@pytest.mark.parametrize("source", SOURCES)
def test_mutated_answers_are_values_that_may_be_believed_or_nothing(source: str) -> None:
    make, tries = SOURCES[source]
    rng, tally, player = Random(2026), Tally(), next(make())
    for _ in range(2000):
        player(rng, tally)
    gc.collect()
    gc.freeze()  # a collection over all that pytest holds would be timed as ours
    before = rss_octets()
    try:
        for _ in range(tries - 2000):
            player(rng, tally)
    finally:
        gc.unfreeze()
    assert tally.fouls[:3] == []
    assert tally.slowest <= 0.020
    assert rss_octets() - before <= 20_000_000
    assert tally.of["values"] > tries * 0.02, tally.of
    assert tally.of.total() > tries * 0.9
    assert len(tally.of) > 5, tally.of
