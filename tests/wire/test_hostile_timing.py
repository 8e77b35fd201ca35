"""HS-04, 05, 11, 12, 24, 25: answers at the wrong time, from the wrong place, or none at all."""

import asyncio
import itertools
import socket
from collections.abc import Iterable

import pytest

from collectors.observation import Outcome
from collectors.snmp.ber import Tag
from collectors.snmp.message import Pdu, Value, Varbind
from tests.servers import free_port
from tests.wire.agent import IN_ERRORS, running_agent
from tests.wire.catalogue import hs
from tests.wire.dialects import DIALECTS, Dialect, Heard, running_peer
from tests.wire.engines import ENGINES, LOOPS, polled, running_engine, value

HONEST = 7
LIE = 99
OK, TIMEOUT = Outcome.OK, Outcome.TIMEOUT


def lying(answer: Pdu) -> tuple[Varbind, ...]:
    return tuple(
        Varbind(each.oid, Value(Tag.COUNTER32, LIE)) if each.oid[:-1] == IN_ERRORS else each
        for each in answer.varbinds
    )


@hs("HS-04")
@pytest.mark.parametrize("engine_name", ENGINES)
@pytest.mark.parametrize("dialect", DIALECTS)
def test_trickle_of_wrong_ids_does_not_stretch_the_deadline(
    dialect: Dialect, engine_name: str
) -> None:
    async def story() -> None:
        async with running_engine(engine_name) as engine, running_peer(dialect) as peer:
            target = peer.target(timeout_seconds=0.3)
            await polled(engine, target)

            async def trickle(heard: Heard) -> None:
                for number in itertools.count(1):
                    peer.send(heard.saying(request_id=number))
                    await asyncio.sleep(0.02)

            tasks: list[asyncio.Task[None]] = []

            def play(heard: Heard) -> Iterable[bytes]:
                tasks.append(asyncio.create_task(trickle(heard)))
                return []

            peer.play(play)
            observation = await engine.collect(target)
            for task in tasks:
                task.cancel()
            assert observation.outcome is TIMEOUT
            assert observation.duration_seconds < 0.45
            assert engine.statistics.rejected["request_id"] > 5

    asyncio.run(story())


@hs("HS-05")
@pytest.mark.parametrize("engine_name", ENGINES)
@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.9"], ids=["other port", "other address"])
def test_answer_from_elsewhere_is_ignored(host: str, dialect: Dialect, engine_name: str) -> None:
    async def story() -> None:
        async with (
            running_engine(engine_name) as engine,
            running_peer(dialect) as peer,
            running_agent(host=host) as liar,
        ):
            target = peer.target(timeout_seconds=0.2)
            await polled(engine, target)

            def play(heard: Heard) -> Iterable[bytes]:
                liar.asker = peer.asker
                liar.send(heard.honest)
                return []

            peer.play(play)
            assert (await engine.collect(target)).outcome is TIMEOUT
            assert engine.statistics.strays == 1

    asyncio.run(story())


@hs("HS-11")
@pytest.mark.parametrize("engine_name", ENGINES)
@pytest.mark.parametrize("dialect", DIALECTS)
def test_too_big_is_split_and_remembered(dialect: Dialect, engine_name: str) -> None:
    async def story() -> None:
        async with running_engine(engine_name) as engine, running_peer(dialect) as peer:
            target = peer.target()
            before = await polled(engine, target)
            peer.most_octets = 120
            first = await engine.collect(target)
            asked = len(peer.requests)
            second = await engine.collect(target)
            assert first.outcome is second.outcome is OK
            assert list(first.values) == list(second.values) == list(before.values)
            assert value(second, "in_errors") == HONEST
            again = peer.requests[asked:]
            assert len(again) > 1
            assert all(len(request.varbinds) < len(before.values) for request in again)
            # What an agent of v1 has not got (noSuchName) is not asked again.
            had = sum(found is not None for found in before.values)
            assert sum(len(request.varbinds) - 1 for request in again) == had - 1

    asyncio.run(story())


@hs("HS-24")
@pytest.mark.parametrize("engine_name", ENGINES)
@pytest.mark.parametrize("dialect", DIALECTS)
def test_answer_of_one_poll_is_not_taken_in_the_next(dialect: Dialect, engine_name: str) -> None:
    async def story() -> None:
        async with running_engine(engine_name) as engine, running_peer(dialect) as peer:
            target = peer.target(timeout_seconds=0.2)
            await polled(engine, target)
            kept: list[bytes] = []

            def keep(heard: Heard) -> Iterable[bytes]:
                kept.append(heard.saying(varbinds=lying(heard.answer)))
                return []

            peer.play(keep)
            assert (await engine.collect(target)).outcome is TIMEOUT
            peer.play(lambda heard: [*kept, heard.honest])
            observation = await polled(engine, target)
            assert value(observation, "in_errors") == HONEST
            assert engine.statistics.late_answers >= 2  # to the small question first, and again

    asyncio.run(story())


@hs("HS-24")
@pytest.mark.parametrize("engine_name", ENGINES)
@pytest.mark.parametrize("dialect", DIALECTS)
def test_answer_after_the_deadline_is_counted_and_forgotten(
    dialect: Dialect, engine_name: str
) -> None:
    async def story() -> None:
        async with running_engine(engine_name) as engine, running_peer(dialect) as peer:
            target = peer.target(timeout_seconds=0.15)
            await polled(engine, target)
            sent = asyncio.Event()

            def late(heard: Heard) -> Iterable[bytes]:
                lie = heard.saying(varbinds=lying(heard.answer))

                def send() -> None:
                    peer.send(lie)
                    sent.set()

                asyncio.get_running_loop().call_later(0.2, send)
                return []

            peer.play(late)
            assert (await engine.collect(target)).outcome is TIMEOUT
            peer.play(None)
            await sent.wait()
            await asyncio.sleep(0.03)  # with no question open it is read
            assert engine.statistics.late_answers == 1
            assert engine.statistics.strays == 0
            assert value(await polled(engine, target), "in_errors") == HONEST
            assert engine.statistics.late_answers == 1

    asyncio.run(story())


@hs("HS-25")
@pytest.mark.parametrize("loop", LOOPS)
@pytest.mark.parametrize("engine_name", ENGINES)
@pytest.mark.parametrize("dialect", DIALECTS)
def test_port_unreachable_is_refused_at_once(dialect: Dialect, engine_name: str, loop: str) -> None:
    async def story() -> None:
        async with (
            running_engine(engine_name) as engine,
            running_peer(dialect) as peer,
            running_peer(dialect, host="127.0.0.2") as other,
        ):
            gone = peer.target(port=free_port(socket.SOCK_DGRAM), timeout_seconds=2.0)
            alive = other.target(device="other", timeout_seconds=2.0)
            for _ in range(3):
                refused, answered = await asyncio.gather(
                    engine.collect(gone), engine.collect(alive)
                )
                assert refused.outcome is Outcome.REFUSED
                assert refused.duration_seconds < 0.5
                assert answered.outcome is OK

    LOOPS[loop](story())
