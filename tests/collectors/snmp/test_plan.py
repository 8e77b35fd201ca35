"""The compiled plan, and the law of the skeleton: it admits what the strict reading admits."""

from random import Random

import pytest

from collectors.snmp.admission import admit
from collectors.snmp.ber import Tag, encode_oid
from collectors.snmp.envelope import CommunityEnvelope
from collectors.snmp.library import load_profile
from collectors.snmp.message import Undecodable, Value, Varbind, decode_message, encode_message
from collectors.snmp.plan import Plan, compile_plan
from collectors.snmp.poll import PollQuestion, Uptime
from collectors.snmp.question import Step
from collectors.snmp.rejection import RejectedError
from tests.wire.agent import device_objects, honest_answer
from topology.model import DeviceId, InterfaceId

REQUEST_ID = 0x12345678
ENVELOPE = CommunityEnvelope(1, b"public")


def make_plan(interfaces: int = 8, *, most: int = 1400, profile: str = "if-mib") -> Plan:
    return compile_plan(
        device=DeviceId("d"),
        profile=load_profile(profile),
        interfaces=[(n, f"eth{n}", InterfaceId(f"d:eth{n}")) for n in range(1, interfaces + 1)],
        envelope=ENVELOPE,
        max_answer_octets=most,
    )


def answer_to(plan: Plan, position: int, **changes: Value) -> bytes:
    request = decode_message(plan.chunks[position].datagram(REQUEST_ID))
    del changes
    objects = device_objects({n: b"eth%d" % n for n in range(1, 9)})
    return encode_message(honest_answer(objects, request, 65_000))


def question(plan: Plan) -> PollQuestion:
    return PollQuestion(plan=plan, uptime=Uptime(0, 0.0), monotonic=1.0)


def test_81_varbinds_take_two_requests_whose_answers_fit() -> None:
    plan = make_plan()
    assert len(plan.layout.cells) == 81
    assert len(plan.chunks) == 2
    assert all(len(answer_to(plan, position)) <= 1400 for position in range(2))


@pytest.mark.parametrize("most", [484, 600, 1400, 9000])
def test_no_answer_can_exceed_the_allowed_size(most: int) -> None:
    plan = make_plan(most=most)
    for position, chunk in enumerate(plan.chunks):
        request = decode_message(chunk.datagram(REQUEST_ID))
        largest = tuple(
            Varbind(each.oid, Value(Tag.COUNTER64, 2**64 - 1)) for each in request.pdu.varbinds
        )
        whole = encode_message(request._replace(pdu=request.pdu._replace(varbinds=largest)))
        assert len(whole) <= most + 4 * len(largest)  # not all are Counter64
        assert len(answer_to(plan, position)) <= most


def test_every_request_opens_with_sysuptime_and_differs_only_in_its_id() -> None:
    plan = make_plan()
    for chunk in plan.chunks:
        one, two = chunk.datagram(0x01020304), chunk.datagram(0x7FFFFFFF)
        assert len(one) == len(two)
        assert sum(a != b for a, b in zip(one, two, strict=True)) <= 4
        first = decode_message(one).pdu.varbinds[0]
        assert first.oid == (1, 3, 6, 1, 2, 1, 1, 3, 0)


def test_known_shape_gives_the_values_of_the_strict_reading() -> None:
    plan = make_plan()
    strict, known = question(plan), question(plan)
    for position in range(2):
        strict.read(answer_to(plan, position), REQUEST_ID)
    for position in range(2):
        known.read(answer_to(plan, position), REQUEST_ID)
    assert (strict.strictly, known.strictly) == (2, 0)
    assert strict.values == known.values
    assert len(known.values) == 81


def test_long_oid_is_read_octet_by_octet() -> None:
    plan = make_plan(1)
    long_oid = (1, 3, 6, 1, 4, 1, *([4_000_000_000] * 30))
    assert len(encode_oid(long_oid)) > 127
    assert all(field.value_at < 80 for field in plan.chunks[0].fields)


def values_by_the_general_codec(data: bytes) -> list[object]:
    """Return what the other reader of this package, which shares no code path, sees."""
    found: list[object] = []
    for varbind in decode_message(data).pdu.varbinds[1:]:
        content = varbind.value.content
        assert not isinstance(content, Undecodable)
        found.append(content)
    return found


def mutated(rng: Random, data: bytes) -> bytes:
    changed = bytearray(data)
    for _ in range(rng.choice((1, 1, 1, 2, 5))):
        kind = rng.randrange(5)
        at = rng.randrange(len(changed))
        if kind == 0:
            changed[at] ^= 1 << rng.randrange(8)
        elif kind == 1:
            changed[at] = rng.choice((0, 0x7F, 0x80, 0x81, 0x82, 0x84, 0xFF, 0x30, 0x02))
        elif kind == 2:
            del changed[at : at + rng.randrange(1, 9)]
        elif kind == 3:
            changed[at:at] = rng.randbytes(rng.randrange(1, 9))
        else:
            other = rng.randrange(len(changed))
            changed[at : at + 8] = changed[other : other + 8]
        if not changed:
            break
    return bytes(changed)


@pytest.mark.parametrize("is_warm", [False, True], ids=["strictly", "with a skeleton"])
def test_mutated_answers_never_yield_a_value_the_general_codec_does_not_see(is_warm: bool) -> None:
    """G1: 0 crashes, 0 accepted values that break R1 … R12."""
    rng = Random(7)
    plan = make_plan(4)
    honest = answer_to(plan, 0)
    outcomes = {"rejected": 0, "finished": 0, "values": 0}
    for _ in range(4000):
        data = mutated(rng, honest)
        if is_warm:
            question(plan).read(honest, REQUEST_ID)
        else:
            plan.chunks[0].skeletons.clear()
        poll = question(plan)
        try:
            step = poll.read(data, REQUEST_ID)
        except RejectedError:
            outcomes["rejected"] += 1
            continue
        outcomes["finished"] += 1
        if step is Step.FINISHED and poll.outcome.has_values and not poll.is_restarted:
            outcomes["values"] += 1
            assert_sound(poll, data)
    assert outcomes["rejected"] > 1000
    assert outcomes["values"] > 100


def assert_sound(poll: PollQuestion, data: bytes) -> None:
    frame = admit(data, envelope=ENVELOPE, request_id=REQUEST_ID)
    assert frame.error_status == 0
    general = decode_message(data).pdu
    assert [encode_oid(each.oid) for each in general.varbinds] == [
        field.oid for field in poll.plan.chunks[0].fields
    ]
    cells = poll.plan.layout.cells
    for cell, found, varbind in zip(cells, poll.values, general.varbinds, strict=True):
        content = varbind.value.content
        if found is None:
            continue
        assert isinstance(content, int)
        scale = {"uptime_seconds": 0.01, "speed_bps": 1e6}.get(cell.quantity, 1)
        assert found == pytest.approx(content * scale)
