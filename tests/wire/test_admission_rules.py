"""R1 … R12: a lie that breaks no rule is believed, and one that breaks a single rule is not.

By GET in every version, and by GETNEXT and GETBULK in every version that has it.
"""

import asyncio
import socket
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import pytest

from collectors.observation import Observation
from collectors.snmp.ber import Tag, encode_oid, encode_tlv
from collectors.snmp.message import (
    PduType,
    Value,
    Varbind,
    encode_pdu,
    encode_varbind,
    frame_message,
    frame_pdu,
)
from collectors.snmp.settings import SnmpSettings
from tests.wire.agent import IF_NAME, IN_ERRORS
from tests.wire.dialects import DIALECTS, Dialect, Heard, Peer, SecurePeer, running_peer
from tests.wire.engines import ENGINES, polled, running_engine, value
from tests.wire.secure_agent import USER, lying_under
from tests.wire.test_walk_abuse import WAYS, Way, in_walks

LIE = 99
OPER_STATUS = (1, 3, 6, 1, 2, 1, 2, 2, 1, 8)
Break = Callable[[Peer, Heard], Iterable[bytes]]  # the lie, but for one rule
STRANGER = replace(USER, auth_secret=b"not the secret")  # who has found out the other one


def lies(heard: Heard) -> tuple[Varbind, ...]:
    """Return the varbinds of the lie: 99 errors, or an interface of the name liar."""
    if heard.is_walk:
        return (Varbind((*IF_NAME, 1), Value(Tag.OCTET_STRING, b"liar")),)
    return tuple(
        Varbind(each.oid, Value(Tag.COUNTER32, LIE)) if each.oid[:-1] == IN_ERRORS else each
        for each in heard.answer.varbinds
    )


def lie(heard: Heard, **changes: Any) -> bytes:
    return heard.saying(**({"varbinds": lies(heard), "error_status": 0} | changes))


def lie_of(heard: Heard, octets: bytes) -> bytes:
    """Return the lie with these octets as its value."""
    varbinds = b"".join(
        encode_tlv(Tag.SEQUENCE, encode_oid(each.oid) + octets)
        if each.value.content in (LIE, b"liar")
        else encode_varbind(each)
        for each in lies(heard)
    )
    return heard.dress(frame_pdu(PduType.RESPONSE, heard.answer.request_id, varbinds))


def from_elsewhere(host: str) -> Break:
    def play(peer: Peer, heard: Heard) -> Iterable[bytes]:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
            other.bind((host, 0))
            other.sendto(lie(heard), peer.asker)
        return []

    return play


def pdu_of(heard: Heard) -> bytes:
    return encode_pdu(heard.answer._replace(varbinds=lies(heard), error_status=0))


def in_message(community: bytes, version: int) -> Break:
    return lambda _, heard: [frame_message(community, pdu_of(heard), version=version)]


def under(**changes: Any) -> Break:
    """Seal the lie otherwise than was asked (v3)."""

    def play(peer: Peer, heard: Heard) -> Iterable[bytes]:
        assert isinstance(peer, SecurePeer)
        assert heard.message is not None
        return [lying_under(peer.agent, heard.message, pdu_of(heard), **changes)]

    return play


def late(peer: Peer, heard: Heard) -> Iterable[bytes]:
    asyncio.get_running_loop().call_later(0.25, peer.send, lie(heard))
    return []


def of_before(peer: Peer, heard: Heard) -> Iterable[bytes]:
    """Answer with the lie that would have fitted the request before."""
    earlier = peer.requests[-2].request_id if len(peer.requests) > 1 else 1
    return [lie(heard, request_id=earlier)]


ANY: dict[str, Break] = {
    "R1 another port": from_elsewhere("127.0.0.1"),
    "R1 another address": from_elsewhere("127.0.0.9"),
    "R3 a trap": lambda _, heard: [lie(heard, type=PduType.TRAP)],
    "R3 a request": lambda _, heard: [lie(heard, type=PduType.GET)],
    "R3 a report": lambda _, heard: [lie(heard, type=PduType.REPORT)],
    "R4 another id": lambda _, heard: [lie(heard, request_id=heard.request.request_id ^ 1)],
    "R4 the id of the request before": of_before,
    "R5 genErr with values": lambda _, heard: [lie(heard, error_status=5, error_index=1)],
    "R5 tooBig with values": lambda _, heard: [lie(heard, error_status=1)],
    "R8 octets behind it": lambda _, heard: [lie(heard) + b"\0"],
    "R8 cut off": lambda _, heard: [lie(heard)[:-1]],
    "R8 a type that is none": lambda _, heard: [lie_of(heard, b"\x5f\x01\x63")],
    "R9 late": late,
    "R11 twice, and late": lambda peer, heard: [*late(peer, heard), *late(peer, heard)],
}
OPEN: dict[str, Break] = {
    "R2 another community": in_message(b"Public", 1),
    "R2 another version": in_message(b"public", 3),
}
SECURE: dict[str, Break] = {
    "R2 by v2c": in_message(b"public", 1),
    "R2 another engine": under(engine_id=b"elsewhere"),
    "R2 another user": under(user=b"somebody"),
    "R2 another context": under(context=b"vrf"),
    "R2 another engine's context": under(scoped_engine_id=b"elsewhere"),
    "R2 no digest": under(flags=0),
    "R2 no privacy": under(flags=1),
    "R2 under other keys": under(user_keys=STRANGER),
    "R2 out of time": under(time=10),
    "R4 another msgID": under(message_id=1),
}
GETS: dict[str, Break] = {
    "R6 one fewer": lambda _, heard: [lie(heard, varbinds=lies(heard)[:-1])],
    "R6 one more": lambda _, heard: [lie(heard, varbinds=lies(heard) + lies(heard)[-1:])],
    "R6 in another order": lambda _, heard: [
        lie(heard, varbinds=(lies(heard)[0], *lies(heard)[:0:-1]))
    ],
    "R6 another object": lambda _, heard: [
        lie(heard, varbinds=(*lies(heard)[:-1], Varbind((1, 3, 6, 1), lies(heard)[-1].value)))
    ],
    "R8 INTEGER for a counter": lambda _, heard: [lie_of(heard, b"\x02\x01\x63")],
    "R8 text for a counter": lambda _, heard: [lie_of(heard, b"\x04\x0299")],
    # of which a careless reader keeps the last four
    "R8 five octets": lambda _, heard: [lie_of(heard, b"\x41\x05\x01\0\0\0\x63")],
    "R8 six octets": lambda _, heard: [lie_of(heard, b"\x41\x06\x01\0\0\0\0\x63")],
}
WALKS: dict[str, Break] = {
    "R7 the row that was asked behind": lambda _, heard: [
        lie(heard, varbinds=(Varbind(heard.request.varbinds[0].oid, lies(heard)[0].value),))
    ],
    "R7 a row before it": lambda _, heard: [
        lie(heard, varbinds=(Varbind((*IF_NAME[:-1], 0, 1), lies(heard)[0].value),))
    ],
    "R7 a row of another table": lambda _, heard: [
        lie(heard, varbinds=(Varbind((*IF_NAME[:-1], 2, 1), lies(heard)[0].value),))
    ],
    "R7 more rows than asked": lambda _, heard: [
        lie(heard, varbinds=tuple(
            Varbind((*IF_NAME, n), lies(heard)[0].value)
            for n in range(1, max(heard.request.error_index, 1) + 2)
        ))
    ],
    "R8 INTEGER for a name": lambda _, heard: [lie_of(heard, b"\x02\x01\x63")],
}  # fmt: skip


def breaks(dialect: Dialect, others: dict[str, Break]) -> Iterable[tuple[str, Break]]:
    return (ANY | (SECURE if dialect is Dialect.V3 else OPEN) | others).items()


BY_GET = [
    pytest.param(dialect, play, id=f"{dialect} GET {name}")
    for dialect in DIALECTS
    for name, play in breaks(dialect, GETS)
]
BY_WALK = [
    pytest.param(way, play, id=f"{way} {name}")
    for way in WAYS
    for name, play in breaks(way.dialect, WALKS)
]
every_engine = pytest.mark.parametrize("engine_name", ENGINES)
PROMPT = SnmpSettings(gather_seconds=0.0)


async def poll(dialect: Dialect, engine_name: str, play: Break, *, again: float) -> Observation:
    """Map the device, then have its answer replaced; poll once more if something may come late."""
    async with (
        running_engine(engine_name, settings=PROMPT) as engine,
        running_peer(dialect) as peer,
    ):
        target = peer.target(timeout_seconds=again)
        await polled(engine, target)
        peer.play(lambda heard: play(peer, heard))
        first = await engine.collect(target)
        if play is late or first.outcome.has_values:
            return first
        peer.play(None)
        second = await polled(engine, target)
        return second if second.outcome.has_values else first


def has_lied(observation: Observation) -> bool:
    return observation.outcome.has_values and value(observation, "in_errors") == LIE


@every_engine
@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_value_that_breaks_no_rule_is_believed(dialect: Dialect, engine_name: str) -> None:
    def honestly(_: Peer, heard: Heard) -> Iterable[bytes]:
        return [lie(heard)]

    assert has_lied(asyncio.run(poll(dialect, engine_name, honestly, again=1.0)))


@every_engine
@pytest.mark.parametrize(("dialect", "play"), BY_GET)
def test_a_value_that_breaks_one_rule_is_not_believed(
    dialect: Dialect, play: Break, engine_name: str
) -> None:
    observation = asyncio.run(poll(dialect, engine_name, play, again=0.12))
    assert not has_lied(observation)


@every_engine
@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize(("status", "is_plausible"), [(2, True), (99, False), (-1, False)])
def test_r12_only_what_is_plausible_is_believed(
    status: int, is_plausible: bool, dialect: Dialect, engine_name: str
) -> None:
    def play(_: Peer, heard: Heard) -> Iterable[bytes]:
        varbinds = tuple(
            Varbind(each.oid, Value(Tag.INTEGER, status)) if each.oid[:-1] == OPER_STATUS else each
            for each in heard.answer.varbinds
        )
        return [heard.saying(varbinds=varbinds)]

    observation = asyncio.run(poll(dialect, engine_name, play, again=1.0))
    assert value(observation, "oper_status") == (status if is_plausible else None)


async def map_under(way: Way, play: Break, *, again: float, **caps: int) -> set[str]:
    """Have the first row of the walk replaced; return the interfaces of which is then told."""
    async with (
        running_engine("native", settings=way.settings(**caps)) as engine,
        running_peer(way.dialect) as peer,
    ):

        def first(heard: Heard) -> Iterable[bytes]:
            is_first = heard.request.varbinds[0].oid == IF_NAME
            return play(peer, heard) if is_first else [heard.honest]

        peer.play(in_walks(first))
        observation = await engine.collect(peer.target(timeout_seconds=again))
        if observation.layout is None:
            return set()
        return {cell.interface for cell in observation.layout.cells if cell.interface}


@pytest.mark.parametrize("way", WAYS, ids=str)
def test_a_row_that_breaks_no_rule_is_believed(way: Way) -> None:
    def honestly(_: Peer, heard: Heard) -> Iterable[bytes]:
        return [lie(heard)]

    assert asyncio.run(map_under(way, honestly, again=1.0)) == {"router:liar"}


@pytest.mark.parametrize(("way", "play"), BY_WALK)
def test_a_row_that_breaks_one_rule_is_not_believed(way: Way, play: Break) -> None:
    assert "router:liar" not in asyncio.run(map_under(way, play, again=0.12))


@pytest.mark.parametrize("way", WAYS, ids=str)
@pytest.mark.parametrize(
    "caps",
    [{"max_walk_varbinds": 1}, {"max_walk_pdus": 1}, {"max_walk_octets": 40}],
    ids=["R10 rows", "R10 answers", "R10 octets"],
)
def test_a_row_beyond_a_cap_is_not_believed(caps: dict[str, int], way: Way) -> None:
    def honestly(_: Peer, heard: Heard) -> Iterable[bytes]:
        return [lie(heard)]

    assert asyncio.run(map_under(way, honestly, again=1.0, **caps)) == set()


@pytest.mark.parametrize("way", WAYS, ids=str)
@pytest.mark.parametrize(
    ("then", "is_believed"),
    [(7, True), (5, False), (3, False)],
    ids=["rising", "R7 the same row", "R7 a row before"],
)
def test_only_rows_that_rise_are_believed(then: int, is_believed: bool, way: Way) -> None:
    async def story() -> set[str]:
        async with (
            running_engine("native", settings=way.settings()) as engine,
            running_peer(way.dialect) as peer,
        ):
            replies = {
                IF_NAME: Varbind((*IF_NAME, 5), Value(Tag.OCTET_STRING, b"eth5")),
                (*IF_NAME, 5): Varbind((*IF_NAME, then), Value(Tag.OCTET_STRING, b"liar")),
            }
            end = Varbind((*IF_NAME[:-1], 2, 1), Value(Tag.COUNTER32, 0))

            def play(heard: Heard) -> Iterable[bytes]:
                row = replies.pop(heard.request.varbinds[0].oid, end)
                return [heard.saying(varbinds=(row,), error_status=0)]

            peer.play(in_walks(play))
            observation = await engine.collect(peer.target(timeout_seconds=1.0))
            if observation.layout is None:
                return set()
            return {cell.interface for cell in observation.layout.cells if cell.interface}

    assert ("router:liar" in asyncio.run(story())) is is_believed
