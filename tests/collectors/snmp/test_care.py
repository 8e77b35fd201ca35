"""Care for devices: less at once where it is too much, a rest between requests, less in a crowd."""

import asyncio
import time
from itertools import pairwise

import pytest
import uvloop

from collectors.observation import Observation, Outcome
from collectors.snmp.allowance import Allowance
from collectors.snmp.engine import SnmpEngine
from collectors.snmp.message import Message, PduType, encode_message
from collectors.snmp.settings import SnmpSettings, SnmpStatistics
from tests.wire.agent import Trick, device_objects, running_agent
from tests.wire.engines import value
from tests.wire.secure_agent import Asked, running_secure_agent

MANY = {n: b"eth%d" % n for n in range(1, 21)}


def small_only(most: int) -> Trick:
    """Lose every answer above so many octets, as a path with a hole for large packets does."""

    def trick(_: Message, answer: Message) -> list[bytes]:
        data = encode_message(answer)
        return [data] if len(data) <= most else []

    return trick


def test_answers_that_do_not_get_through_are_asked_for_in_halves_and_that_is_remembered() -> None:
    async def story() -> list[Observation]:
        engine = SnmpEngine()
        async with running_agent(device_objects(MANY)) as agent:
            target = agent.target(timeout_seconds=0.05)
            polls = [await engine.collect(target)]
            agent.trick = small_only(900)
            polls += [await engine.collect(target) for _ in range(4)]
            before = len(agent.requests)
            polls.append(await engine.collect(target))
            sizes = [len(encode_message(each)) for each in agent.requests[before:]]
        await engine.close()
        assert engine.statistics.halvings == 1
        assert len(sizes) > 4
        return polls

    polls = asyncio.run(story())
    assert [poll.outcome for poll in polls[:2]] == [Outcome.OK, Outcome.TIMEOUT]
    assert [poll.outcome for poll in polls[-2:]] == [Outcome.OK, Outcome.OK]
    assert value(polls[-1], "in_errors", "router:eth20") == 7


def test_device_that_is_really_down_is_asked_small_questions_only() -> None:
    async def story() -> None:
        engine = SnmpEngine()
        async with running_agent(device_objects(MANY)) as agent:
            target = agent.target(timeout_seconds=0.05)
            assert (await engine.collect(target)).outcome is Outcome.OK
            agent.trick = lambda _, __: []
            for _ in range(3):
                assert (await engine.collect(target)).outcome is Outcome.TIMEOUT
            assert [len(each.pdu.varbinds) for each in agent.requests[-2:]] == [1, 1]
            agent.trick = None
            observation = await engine.collect(target)
        await engine.close()
        assert observation.outcome is Outcome.OK
        assert engine.statistics.halvings == 0

    asyncio.run(story())


def test_repetitions_of_a_walk_are_halved_until_its_answers_come_and_stay_so() -> None:
    async def story() -> None:
        engine = SnmpEngine(settings=SnmpSettings(remap_seconds=0.001))
        most: list[int] = []

        def fragile(request: Message, answer: Message) -> list[bytes]:
            if request.pdu.type == PduType.GETBULK:
                most.append(request.pdu.error_index)
                if request.pdu.error_index > 6:
                    return []
            return [encode_message(answer)]

        async with running_agent(device_objects(MANY)) as agent:
            agent.trick = fragile
            target = agent.target(timeout_seconds=0.05)
            polls = [await engine.collect(target) for _ in range(3)]
            asked = list(most)
            again = await engine.collect(target)
        await engine.close()
        # It answers single objects, so it is never called silent.
        assert [poll.outcome for poll in polls] == [
            Outcome.WALK_ABUSED,
            Outcome.WALK_ABUSED,
            Outcome.OK,
        ]
        assert "no walk of 20 rows at once" in polls[0].detail
        assert asked[:3] == [20, 10, 5]
        assert again.outcome is Outcome.OK
        assert set(most[len(asked) :]) == {5}

    asyncio.run(story())


def test_too_big_for_a_walk_is_remembered() -> None:
    def clumsy(request: Message, answer: Message) -> list[bytes]:
        if request.pdu.type == PduType.GETBULK and request.pdu.error_index > 10:
            answer = answer._replace(pdu=answer.pdu._replace(varbinds=(), error_status=1))
        return [encode_message(answer)]

    async def story() -> None:
        engine = SnmpEngine(settings=SnmpSettings(remap_seconds=0.001))
        async with running_agent(device_objects(MANY)) as agent:
            agent.trick = clumsy
            first = await engine.collect(agent.target())
            before = len(agent.requests)
            second = await engine.collect(agent.target())
            bulks = [r for r in agent.requests[before:] if r.pdu.type == PduType.GETBULK]
        await engine.close()
        assert first.outcome is Outcome.OK, first.detail
        assert second.outcome is Outcome.OK, second.detail
        assert {each.pdu.error_index for each in bulks} == {10}

    asyncio.run(story())


def test_device_has_its_rest_between_requests() -> None:
    async def story() -> None:
        engine = SnmpEngine()
        async with running_agent(device_objects(MANY)) as agent:
            moments: list[float] = []

            def note(_: Message, answer: Message) -> list[bytes]:
                moments.append(time.monotonic())
                # An answer that comes twice must not be taken for the next one, not even now.
                return [encode_message(answer)] * 2

            agent.trick = note
            observation = await engine.collect(agent.target(gap_seconds=0.05))
        await engine.close()
        assert observation.outcome is Outcome.OK, observation.detail
        gaps = [later - sooner for sooner, later in pairwise(moments)]
        assert len(gaps) >= 4
        # An agent may hear one late; the rest of all together is what was asked for.
        assert moments[-1] - moments[0] > 0.05 * len(gaps) - 0.03
        assert min(gaps) > 0.02
        assert engine.statistics.late_answers >= len(gaps)
        assert engine.statistics.retries == 0

    asyncio.run(story())


def test_answer_forged_while_a_device_rests_is_a_stray() -> None:
    async def story() -> None:
        engine = SnmpEngine()
        async with running_agent(device_objects(MANY)) as agent:

            def forge(_: Message, answer: Message) -> list[bytes]:
                ids = (0, -1, answer.pdu.request_id)
                lies = [answer._replace(pdu=answer.pdu._replace(request_id=id_)) for id_ in ids]
                return [encode_message(each) for each in (answer, *lies)]

            agent.trick = forge
            observation = await engine.collect(agent.target(gap_seconds=0.03))
        await engine.close()
        assert observation.outcome is Outcome.OK, observation.detail
        assert engine.statistics.answers == engine.statistics.requests
        assert engine.statistics.strays >= 2 * (engine.statistics.answers - 1)

    asyncio.run(story())


def test_rest_that_eats_the_budget_is_our_doing_and_no_timeout() -> None:
    async def story() -> None:
        engine = SnmpEngine()
        async with running_agent() as agent:
            target = agent.target(gap_seconds=60.0, budget_seconds=0.2)
            await engine.collect(target)
            observation = await engine.collect(target)
        await engine.close()
        assert observation.outcome is Outcome.NOT_POLLED
        assert "gap" in observation.detail

    asyncio.run(story())


@pytest.mark.parametrize("octets", [700, 900])
def test_secure_device_gets_smaller_questions_too(octets: int) -> None:
    async def story() -> None:
        engine = SnmpEngine()
        async with running_secure_agent(device_objects(MANY)) as agent:
            target = agent.target(timeout_seconds=0.05)
            assert (await engine.collect(target)).outcome is Outcome.OK

            def small(asked: Asked) -> list[bytes]:
                return [asked.honest] if len(asked.honest) <= octets else []

            agent.trick = small
            polls = [await engine.collect(target) for _ in range(4)]
        await engine.close()
        assert polls[-1].outcome is Outcome.OK, polls[-1].detail
        assert all(not poll.events for poll in polls)

    uvloop.run(story())


def test_no_answer_of_a_secure_device_exceeds_what_was_planned() -> None:
    async def story() -> None:
        engine = SnmpEngine(settings=SnmpSettings(max_answer_octets=1400))
        lengths: list[int] = []

        def note(asked: Asked) -> list[bytes]:
            if asked.scoped and b"\xa0" in asked.scoped:
                lengths.append(len(asked.honest))
            return [asked.honest]

        async with running_secure_agent(device_objects(MANY)) as agent:
            agent.trick = note
            observation = await engine.collect(agent.target())
        await engine.close()
        assert observation.outcome is Outcome.OK, observation.detail
        assert 900 < max(lengths) <= 1400

    asyncio.run(story())


def test_allowance_shrinks_while_most_tries_time_out_and_grows_again() -> None:
    statistics = SnmpStatistics()
    allowance = Allowance(SnmpSettings(max_in_flight=1000), statistics)
    assert allowance.requests == 1000

    def tries(answers: int, timeouts: int) -> int:
        statistics.answers += answers
        statistics.timeouts += timeouts
        allowance.review()
        return allowance.requests

    assert tries(150, 50) == 1000
    assert tries(99, 101) == 900
    assert tries(0, 200) == 810
    assert tries(0, 100) == 810  # too few to say
    for _ in range(40):
        tries(0, 200)
    assert statistics.in_flight_limit == 125  # an eighth, never less
    assert tries(200, 0) == 175
    for _ in range(40):
        tries(101, 99)
    assert allowance.requests == 1000


def test_device_that_knows_no_getbulk_is_walked_by_getnext_in_the_end() -> None:
    def old(request: Message, answer: Message) -> list[bytes]:
        return [] if request.pdu.type == PduType.GETBULK else [encode_message(answer)]

    async def story() -> None:
        engine = SnmpEngine()
        async with running_agent() as agent:
            agent.trick = old
            target = agent.target(timeout_seconds=0.05)
            polls = [await engine.collect(target) for _ in range(5)]
        await engine.close()
        assert [poll.outcome for poll in polls[:4]] == [Outcome.WALK_ABUSED] * 4
        assert polls[4].outcome is Outcome.OK, polls[4].detail

    asyncio.run(story())
