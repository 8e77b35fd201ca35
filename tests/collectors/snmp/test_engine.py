"""The life of a poll: mapping, restarts, refusals, stalls, and devices that do not answer."""

import asyncio
import contextlib
import socket
import threading
import time
from collections.abc import Iterator

import pytest

from collectors.observation import Outcome
from collectors.snmp.ber import Tag, parse_oid
from collectors.snmp.engine import SnmpEngine
from collectors.snmp.message import Value, decode_message, encode_message
from collectors.snmp.settings import SnmpSettings
from tests.wire.agent import (
    IF_NAME,
    SYS_UP_TIME,
    Agent,
    device_objects,
    honest_answer,
    running_agent,
)
from tests.wire.engines import ENGINES, LOOPS, value


@pytest.mark.parametrize("loop", LOOPS)
@pytest.mark.parametrize("engine_name", ENGINES)
def test_values_are_scaled_and_counters_raw(engine_name: str, loop: str) -> None:
    async def story() -> None:
        engine = ENGINES[engine_name](now=time.monotonic, wall=lambda: 1_700_000_000.0)
        async with running_agent() as agent:
            observation = await engine.collect(agent.target())
        await engine.close()
        assert observation.outcome is Outcome.OK
        assert observation.at == 1_700_000_000.0
        assert value(observation, "uptime_seconds") == 10_000.0
        assert value(observation, "speed_bps") == 1e9
        assert value(observation, "in_octets") == 2**64 - 1
        assert value(observation, "out_discards") == 2**32 - 1
        assert value(observation, "oper_status", "router:eth0") == 1

    LOOPS[loop](story())


@pytest.mark.parametrize("engine_name", ENGINES)
def test_second_poll_shares_the_layout_of_the_first(engine_name: str) -> None:
    async def story() -> None:
        engine = ENGINES[engine_name]()
        async with running_agent() as agent:
            first = await engine.collect(agent.target())
            second = await engine.collect(agent.target())
            assert first.layout is second.layout
            assert list(first.values) == list(second.values)
            assert engine.statistics.mappings == 1
        await engine.close()

    asyncio.run(story())


@pytest.mark.parametrize("loop", LOOPS)
def test_an_answer_waits_for_others_as_long_as_told_and_no_longer(loop: str) -> None:
    async def story() -> None:
        engine = SnmpEngine(settings=SnmpSettings(gather_seconds=0.05))
        async with running_agent() as agent:
            await engine.collect(agent.target())
            poll = await engine.collect(agent.target())
        await engine.close()
        assert poll.outcome is Outcome.OK
        assert 0.045 < poll.duration_seconds < 0.5

    LOOPS[loop](story())


def test_restart_between_two_requests_of_a_poll_is_seen() -> None:
    async def story() -> None:
        engine = SnmpEngine(settings=SnmpSettings(max_answer_octets=484))
        names = {index: b"eth%d" % index for index in range(4)}
        async with running_agent(device_objects(names)) as agent:
            before = await engine.collect(agent.target())
            asked = len(agent.requests)

            def restart(request: object, answer: object) -> list[bytes]:
                del answer
                if len(agent.requests) == asked + 2:
                    agent.objects = device_objects(names, ticks=3)
                assert request is agent.requests[-1]
                return [encode_message(honest_answer(agent.objects, agent.requests[-1], 1472))]

            agent.trick = restart
            after = await engine.collect(agent.target())
            assert after.outcome is Outcome.OK
            assert after.layout is not before.layout
            assert value(after, "uptime_seconds") == 0.03
        await engine.close()

    asyncio.run(story())


def test_device_without_ifname_goes_by_ifdescr_and_twins_are_numbered() -> None:
    async def story() -> None:
        engine = SnmpEngine()
        objects = device_objects({5: b"", 7: b"", 9: b""})
        for index in (5, 7, 9):
            del objects[(*IF_NAME, index)]
            row = (*parse_oid("1.3.6.1.2.1.2.2.1.2"), index)
            objects[row] = Value(Tag.OCTET_STRING, b"Radio" if index < 9 else b"Ethernet")
        async with running_agent(objects) as agent:
            observation = await engine.collect(agent.target())
            assert observation.layout is not None
            names = {cell.interface for cell in observation.layout.cells if cell.interface}
            assert names == {"router:Radio", "router:Radio#2", "router:Ethernet"}
        await engine.close()

    asyncio.run(story())


@pytest.mark.parametrize("engine_name", ENGINES)
def test_silence_is_a_timeout_after_all_tries_with_new_ids(engine_name: str) -> None:
    async def story() -> None:
        engine = ENGINES[engine_name]()
        async with running_agent() as agent:
            agent.trick = lambda request, answer: []
            observation = await engine.collect(agent.target(timeout_seconds=0.1, retries=2))
            assert observation.outcome is Outcome.TIMEOUT
            ids = [request.pdu.request_id for request in agent.requests]
            assert len(set(ids)) == 3
            assert 0.25 < observation.duration_seconds < 0.5
        await engine.close()

    asyncio.run(story())


def test_second_try_is_answered_and_the_late_first_answer_counted() -> None:
    async def story() -> None:
        engine = SnmpEngine()
        async with running_agent() as agent:
            target = agent.target(timeout_seconds=0.1, retries=1)
            await engine.collect(target)
            kept: list[bytes] = []

            def late(request: object, answer: object) -> list[bytes]:
                del request
                kept.append(encode_message(answer))  # type: ignore[arg-type]
                return kept if len(kept) == 2 else []

            agent.trick = late
            observation = await engine.collect(target)
            assert observation.outcome is Outcome.OK
            assert engine.statistics.late_answers == 1
        await engine.close()

    asyncio.run(story())


def test_budget_bounds_the_poll_whatever_the_tries() -> None:
    async def story() -> None:
        engine = SnmpEngine()
        async with running_agent() as agent:
            agent.trick = lambda request, answer: []
            target = agent.target(timeout_seconds=0.2, retries=50, budget_seconds=0.5)
            observation = await engine.collect(target)
            assert observation.outcome is Outcome.TIMEOUT
            assert observation.duration_seconds < 0.7
        await engine.close()

    asyncio.run(story())


@pytest.mark.parametrize("loop", LOOPS)
def test_dead_device_delays_no_other(loop: str) -> None:
    async def story() -> None:
        engine = SnmpEngine()
        async with contextlib.AsyncExitStack() as stack:
            agents = [
                await stack.enter_async_context(running_agent(host=f"127.0.3.{number}"))
                for number in range(1, 101)
            ]
            agents[50].trick = lambda request, answer: []
            observations = await asyncio.gather(
                *(
                    engine.collect(agent.target(device=agent.host, timeout_seconds=1.0))
                    for agent in agents
                )
            )
            dead = observations.pop(50)
            assert dead.outcome is Outcome.TIMEOUT
            assert {observation.outcome for observation in observations} == {Outcome.OK}
            assert max(observation.duration_seconds for observation in observations) < 0.9
        await engine.close()

    LOOPS[loop](story())


def test_no_more_requests_are_in_flight_than_allowed() -> None:
    async def story() -> None:
        engine = SnmpEngine(settings=SnmpSettings(max_in_flight=3))
        most = 0
        async with contextlib.AsyncExitStack() as stack:
            agents = [
                await stack.enter_async_context(running_agent(host=f"127.0.4.{number}"))
                for number in range(1, 21)
            ]

            def watch(request: object, answer: object) -> list[bytes]:
                nonlocal most
                del request
                most = max(most, engine.statistics.in_flight)
                return [encode_message(answer)]  # type: ignore[arg-type]

            for agent in agents:
                agent.trick = watch
            observations = await asyncio.gather(
                *(engine.collect(agent.target(device=agent.host)) for agent in agents)
            )
            assert {observation.outcome for observation in observations} == {Outcome.OK}
            assert most == 3
            assert engine.statistics.in_flight == 0
        await engine.close()

    asyncio.run(story())


def test_two_devices_behind_one_address_take_turns() -> None:
    async def story() -> None:
        engine = SnmpEngine()
        async with running_agent() as agent:
            observations = await asyncio.gather(
                *(engine.collect(agent.target(device=f"d{number}")) for number in range(5))
            )
            assert {observation.outcome for observation in observations} == {Outcome.OK}
        await engine.close()

    asyncio.run(story())


def test_overlapping_poll_of_one_device_is_not_polled() -> None:
    async def story() -> None:
        engine = SnmpEngine()
        async with running_agent() as agent:
            first, second = await asyncio.gather(
                engine.collect(agent.target()), engine.collect(agent.target())
            )
            assert first.outcome is Outcome.OK
            assert second.outcome is Outcome.NOT_POLLED
        await engine.close()

    asyncio.run(story())


@contextlib.contextmanager
def agent_in_a_thread(*, answers: bool) -> Iterator[tuple[str, int]]:
    """Run an agent that goes on while our event loop is held."""
    objects = device_objects()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))

        def serve() -> None:
            heard = 0
            while True:
                data, source = sock.recvfrom(4096)
                if data == b"end":
                    return
                heard += 1
                if answers or heard <= 3:  # the mapping, and the first poll, are always answered
                    honest = honest_answer(objects, decode_message(data), 1472)
                    sock.sendto(encode_message(honest), source)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield sock.getsockname()
        finally:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ender:
                ender.sendto(b"end", sock.getsockname())
            thread.join()


@pytest.mark.parametrize("loop", LOOPS)
@pytest.mark.parametrize(
    ("answers", "expected"), [(True, Outcome.OK), (False, Outcome.TOO_LATE)], ids=["answer", "none"]
)
def test_stall_of_our_own_loop_is_never_a_timeout(
    answers: bool, expected: Outcome, loop: str
) -> None:
    async def story() -> None:
        engine = SnmpEngine()
        with agent_in_a_thread(answers=answers) as (host, port):
            target = Agent(device_objects()).target(address=host, port=port, timeout_seconds=0.1)
            assert (await engine.collect(target)).outcome is Outcome.OK
            poll = asyncio.create_task(engine.collect(target))
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            time.sleep(0.5)  # noqa: ASYNC251 - the stall itself
            assert (await poll).outcome is expected
        await engine.close()

    LOOPS[loop](story())


def test_a_silent_device_is_no_stall_of_ours_when_another_is_asked_again() -> None:
    """The second device is due between the first one's tries."""

    async def story() -> None:
        engine = SnmpEngine()
        async with running_agent() as one, running_agent() as other:
            one.trick = other.trick = lambda request, answer: []
            first = asyncio.create_task(
                engine.collect(one.target(timeout_seconds=0.8, retries=1, budget_seconds=5.0))
            )
            await asyncio.sleep(0.4)
            second = await engine.collect(
                other.target(timeout_seconds=0.8, retries=0, budget_seconds=5.0)
            )
            assert second.outcome is Outcome.TIMEOUT
            assert (await first).outcome is Outcome.TIMEOUT
            assert engine.statistics.too_late == 0
        await engine.close()

    asyncio.run(story())


def test_closing_ends_what_is_under_way_as_not_polled() -> None:
    async def story() -> None:
        engine = SnmpEngine()
        async with running_agent() as agent:
            agent.trick = lambda request, answer: []
            poll = asyncio.create_task(engine.collect(agent.target()))
            await asyncio.sleep(0.01)
            await engine.close()
            assert (await poll).outcome is Outcome.NOT_POLLED
            assert (await engine.collect(agent.target())).outcome is Outcome.NOT_POLLED

    asyncio.run(story())


def test_cancelled_poll_frees_its_slot() -> None:
    async def story() -> None:
        engine = SnmpEngine(settings=SnmpSettings(max_in_flight=1))
        async with running_agent() as agent:
            agent.trick = lambda request, answer: []
            poll = asyncio.create_task(engine.collect(agent.target()))
            await asyncio.sleep(0.01)
            poll.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await poll
            agent.trick = None
            assert (await engine.collect(agent.target())).outcome is Outcome.OK
            assert engine.statistics.in_flight == 0
        await engine.close()

    asyncio.run(story())


def test_ipv6_agent_is_polled() -> None:
    async def story() -> None:
        engine = SnmpEngine()
        async with running_agent(host="::1") as agent:
            assert (await engine.collect(agent.target())).outcome is Outcome.OK
        await engine.close()

    asyncio.run(story())


def test_mapping_is_renewed_when_it_is_old_and_keeps_the_layout() -> None:
    async def story() -> None:
        clock = [1000.0]
        engine = SnmpEngine(now=lambda: clock[0])
        async with running_agent() as agent:
            first = await engine.collect(agent.target())
            clock[0] += 4000.0
            agent.objects[SYS_UP_TIME] = Value(Tag.TIMETICKS, 1_400_000)
            second = await engine.collect(agent.target())
            assert engine.statistics.mappings == 2
            assert first.layout is second.layout
        await engine.close()

    asyncio.run(story())


def test_radio_columns_are_asked_only_where_the_radio_has_a_row() -> None:
    async def story() -> None:
        engine = SnmpEngine()
        objects = device_objects({1: b"eth0", 2: b"eth1", 9: b"radio0"})
        objects[*parse_oid("1.3.6.1.4.1.2281.10.5.1.1.2"), 9] = Value(Tag.INTEGER, -45)
        objects[*parse_oid("1.3.6.1.4.1.2281.10.7.1.1.2"), 9] = Value(Tag.INTEGER, -3828)
        async with running_agent(objects) as agent:
            observation = await engine.collect(agent.target(profile="ceragon"))
            assert observation.layout is not None
            levels = [c.interface for c in observation.layout.cells if c.quantity == "rsl_dbm"]
            assert levels == ["router:radio0"]
            assert value(observation, "rsl_dbm", "router:radio0") == -45
            assert value(observation, "snr_db", "router:radio0") == pytest.approx(38.28)
            assert observation.outcome is Outcome.OK
        await engine.close()

    asyncio.run(story())


def test_datagrams_our_own_buffer_dropped_are_counted() -> None:
    async def story() -> None:
        engine = SnmpEngine(settings=SnmpSettings(receive_buffer_octets=65_536))
        async with running_agent() as agent:
            await engine.collect(agent.target())
            for _ in range(500):
                agent.send(b"x" * 1400)
            await asyncio.sleep(0)
            assert (await engine.collect(agent.target())).outcome is Outcome.OK
            await engine.collect(agent.target())
            assert engine.statistics.socket_drops > 0
        await engine.close()

    asyncio.run(story())
