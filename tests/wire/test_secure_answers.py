"""SNMPv3 against hostile and odd agents: who is believed, and what moves the clock.

Ids HS-… are those of the catalogue of hostile input.
"""

import asyncio
import itertools
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest
import uvloop

from collectors.observation import Outcome, SecurityKind
from collectors.snmp.ber import Tag
from collectors.snmp.message import Value
from collectors.snmp.secure import AUTH_FLAG, PRIVACY_FLAG
from collectors.target import AuthProtocol, PrivacyProtocol, SecurityLevel
from tests.wire.agent import IN_ERRORS, SYS_UP_TIME, device_objects
from tests.wire.catalogue import hs
from tests.wire.engines import ENGINES, AnyEngine, value
from tests.wire.secure_agent import (
    CONTEXT,
    DECRYPTION,
    DIGEST,
    ENGINE,
    ENGINE_ID,
    LEVEL,
    SUITE,
    TIME,
    USER,
    USER_NAME,
    Asked,
    SecureAgent,
    community_message,
    running_secure_agent,
)

OK, TIMEOUT, AUTH_ERROR = Outcome.OK, Outcome.TIMEOUT, Outcome.AUTH_ERROR
MISMATCH, UNDECODABLE = Outcome.MISMATCH, Outcome.UNDECODABLE
OTHER_USER = replace(USER, auth_secret=b"stolen or guessed", privacy_secret=b"another key")
BOTH = AUTH_FLAG | PRIVACY_FLAG


def lie(agent: SecureAgent, asked: Asked, **changes: Any) -> bytes:
    """Return an answer that says in_errors is 99, sealed as a test wants it."""
    message = SUITE.decode(asked.honest)
    fields: dict[str, Any] = {"flags": message.flags & 3} | changes
    scoped = SUITE.scoped(message, agent.keys())
    pdu = scoped[scoped.index(b"\xa2") :].replace(b"\x41\x01\x07", b"\x41\x01\x63")
    return agent.seal(asked.message, pdu, **fields)


@dataclass(frozen=True)
class Case:
    """What is sent in place of an answer to a poll (or before the honest one), and what follows."""

    id: str
    make: Callable[[SecureAgent, Asked], bytes]
    alone: Outcome  # if nothing else comes
    rejected: str


CASES = [
    Case("HS-40 unknown user", lambda a, q: a.report(q.message, USER_NAME), AUTH_ERROR,
         "report_unknown_user"),
    Case("HS-40 wrong digest", lambda a, q: a.report(q.message, DIGEST), AUTH_ERROR,
         "report_wrong_digest"),
    Case("HS-40 decryption error", lambda a, q: a.report(q.message, DECRYPTION), AUTH_ERROR,
         "report_decryption"),
    Case("HS-40 unsupported level", lambda a, q: a.report(q.message, LEVEL), AUTH_ERROR,
         "report_unsupported_security_level"),
    Case("HS-39 absurd time without a digest",
         lambda a, q: a.report(q.message, TIME, boots=2**31 - 2, time=2**31 - 2), AUTH_ERROR,
         "report_not_in_time_window"),
    Case("HS-39 absurd time under a wrong key",
         lambda a, q: a.report(q.message, TIME, flags=AUTH_FLAG, boots=2**31 - 2, time=1,
                               keys=a.keys(OTHER_USER)), AUTH_ERROR, "digest"),
    Case("HS-40 unknown context", lambda a, q: a.report(q.message, CONTEXT, flags=BOTH), MISMATCH,
         "report_context"),
    Case("HS-41 answered by v2c", lambda _, q: community_message(q), TIMEOUT, "version"),
    Case("HS-06 value under a wrong key", lambda a, q: lie(a, q, keys=a.keys(OTHER_USER)),
         AUTH_ERROR, "digest"),
    Case("HS-41 value without privacy", lambda a, q: lie(a, q, flags=AUTH_FLAG), AUTH_ERROR,
         "security_level"),
    Case("HS-06 value without digest", lambda a, q: lie(a, q, flags=0), AUTH_ERROR,
         "security_level"),
    Case("HS-06 value of another engine",
         lambda a, q: lie(a, q, engine_id=b"elsewhere", keys=a.keys(engine_id=b"elsewhere")),
         TIMEOUT, "engine_id"),
    Case("HS-06 value to another user", lambda a, q: lie(a, q, user=b"somebody"), TIMEOUT,
         "user_name"),
    Case("HS-06 value of another engine's context",
         lambda a, q: lie(a, q, scoped_engine_id=b"elsewhere"), TIMEOUT, "context"),
    Case("HS-06 value of another context", lambda a, q: lie(a, q, context=b"vrf-1"), TIMEOUT,
         "context"),
    Case("HS-03 wrong msgID",
         lambda a, q: lie(a, q, message_id=q.message.message_id ^ 1), TIMEOUT, "message_id"),
    Case("HS-38 value of a life long past", lambda a, q: lie(a, q, boots=a.boots - 1), AUTH_ERROR,
         "time_window"),
    Case("HS-42 value from before the window", lambda a, q: lie(a, q, time=a.time - 200),
         AUTH_ERROR, "time_window"),
    Case("HS-38 latched boots", lambda a, q: lie(a, q, boots=2**31 - 1), AUTH_ERROR,
         "time_window"),
    Case("HS-01 junk", lambda _, __: b"\x30\x05junk!", UNDECODABLE, "undecodable"),
    Case("HS-13 cut off", lambda _, q: q.honest[:-3], UNDECODABLE, "undecodable"),
    Case("HS-13 octets behind", lambda _, q: q.honest + b"\0", UNDECODABLE, "undecodable"),
]  # fmt: skip
every_case = pytest.mark.parametrize(
    "case", [pytest.param(case, marks=hs(case.id[:5]), id=case.id) for case in CASES]
)


async def warm(engine: AnyEngine, agent: SecureAgent) -> None:
    observation = await engine.collect(agent.target())
    assert observation.outcome is OK, observation.detail
    assert value(observation, "in_errors") == 7


@pytest.mark.parametrize("engine_name", ENGINES)
@every_case
def test_what_is_no_answer_is_never_a_value(case: Case, engine_name: str) -> None:
    async def story() -> None:
        engine = ENGINES[engine_name]()
        async with running_secure_agent() as agent:
            await warm(engine, agent)
            agent.trick = lambda asked: [case.make(agent, asked)]
            observation = await engine.collect(agent.target())
        await engine.close()
        assert observation.outcome is case.alone, observation.detail
        assert not observation.values
        assert engine.statistics.rejected[case.rejected] == 1

    uvloop.run(story())


@pytest.mark.parametrize("engine_name", ENGINES)
@every_case
def test_what_is_no_answer_ends_no_poll_whose_answer_comes(case: Case, engine_name: str) -> None:
    async def story() -> None:
        engine = ENGINES[engine_name]()
        async with running_secure_agent() as agent:
            await warm(engine, agent)
            boots, seconds = agent.boots, agent.time
            agent.trick = lambda asked: [case.make(agent, asked), asked.honest]
            observation = await engine.collect(agent.target())
            agent.trick = None
            agent.objects[*IN_ERRORS, 1] = Value(Tag.COUNTER32, 8)
            following = await engine.collect(agent.target())
            assert agent.requests[-1].boots == boots
            assert abs(agent.requests[-1].time - seconds) < 5, "the clock was moved"
        await engine.close()
        assert observation.outcome is OK, observation.detail
        assert value(observation, "in_errors") == 7
        assert value(following, "in_errors") == 8
        assert engine.statistics.retries == 0

    uvloop.run(story())


def test_report_before_an_answer_is_forgotten_with_the_answer() -> None:
    async def story() -> None:
        engine = ENGINES["native"]()
        interfaces = {n: b"eth%d" % n for n in range(1, 20)}
        async with running_secure_agent(device_objects(interfaces)) as agent:
            target = agent.target(retries=1, timeout_seconds=0.1)
            assert (await engine.collect(target)).outcome is OK
            asked: list[Asked] = []

            def forge(question: Asked) -> list[bytes]:
                asked.append(question)
                if len(asked) == 1:
                    return [agent.report(question.message, DIGEST), question.honest]
                return [] if len(asked) == 2 else [question.honest]

            agent.trick = forge
            observation = await engine.collect(target)
        await engine.close()
        assert observation.outcome is OK, observation.detail
        assert len(asked) > 3

    asyncio.run(story())


@hs("HS-40")
@pytest.mark.parametrize("engine_name", ENGINES)
def test_refused_keys_are_not_hammered(engine_name: str) -> None:
    async def story() -> None:
        times = itertools.count()
        now = 1000.0
        engine = ENGINES[engine_name](now=lambda: now + 1e-6 * next(times))
        wrong = replace(USER, auth_secret=b"not maple syrup")
        async with running_secure_agent() as agent:
            target = agent.target(credential=wrong, retries=5, timeout_seconds=0.05)
            asked = []
            for _ in range(40):
                before = len(agent.requests)
                poll = asyncio.create_task(engine.collect(target))
                while not poll.done():
                    await asyncio.sleep(0.01)
                    now += 0.01
                observation = poll.result()
                asked.append(len(agent.requests) - before)
                assert observation.outcome is (AUTH_ERROR if asked[-1] else Outcome.NOT_POLLED)
                assert "digest" in observation.detail
                now += 10.0
        await engine.close()
        assert asked[0] == 2  # the probe, and one try of the keys
        # After 30 s, 60 s, 120 s, 240 s: five attempts in 400 s, of two datagrams each.
        assert [place for place, count in enumerate(asked) if count] == [0, 3, 9, 21]
        assert set(asked) == {0, 2}

    asyncio.run(story())


@pytest.mark.parametrize("engine_name", ENGINES)
@pytest.mark.parametrize("is_silent", [True, False], ids=["silent agent", "reporting agent"])
def test_wrong_privacy_key_is_told_from_an_outage(engine_name: str, is_silent: bool) -> None:
    async def story() -> None:
        engine = ENGINES[engine_name]()
        wrong = replace(USER, privacy_secret=b"not syrup maple")
        async with running_secure_agent() as agent:
            agent.is_silent_on_garbage = is_silent
            observation = await engine.collect(agent.target(credential=wrong))
        await engine.close()
        assert observation.outcome is AUTH_ERROR
        assert "privacy key" in observation.detail
        assert [event.kind for event in observation.events] == [SecurityKind.AUTH_ERROR]

    uvloop.run(story())


@hs("HS-37")
@pytest.mark.parametrize("engine_name", ENGINES)
def test_swapped_device_is_found_again_at_once(engine_name: str) -> None:
    async def story() -> None:
        engine = ENGINES[engine_name]()
        async with running_secure_agent() as agent:
            await warm(engine, agent)
            agent.engine_id = bytes.fromhex("80001f8804737761707065")
            agent.boots, agent.started = 1, agent.started + 4000
            first = await engine.collect(agent.target())
            second = await engine.collect(agent.target())
        await engine.close()
        assert first.outcome is OK, first.detail
        assert second.outcome is OK
        (event,) = first.events
        assert event.kind is SecurityKind.ENGINE_CHANGED
        assert "80001f8804626f72646572 to 80001f8804737761707065" in event.detail
        assert engine.statistics.security_events["engine_changed"] == 1

    uvloop.run(story())


@hs("HS-37")
@pytest.mark.parametrize("engine_name", ENGINES)
def test_swapped_device_that_is_silent_is_found_within_two_polls(engine_name: str) -> None:
    async def story() -> None:
        engine = ENGINES[engine_name]()
        async with running_secure_agent() as agent:
            await warm(engine, agent)
            agent.engine_id = b"other"

            def only_probes(asked: Asked) -> list[bytes]:
                return [asked.honest] if asked.message.engine_id in (b"", b"other") else []

            agent.trick = only_probes
            first = await engine.collect(agent.target())
            second = await engine.collect(agent.target())
        await engine.close()
        assert first.outcome is TIMEOUT
        assert second.outcome is OK, second.detail
        assert [event.kind for event in second.events] == [SecurityKind.ENGINE_CHANGED]

    uvloop.run(story())


@pytest.mark.parametrize("engine_name", ENGINES)
def test_forged_identity_never_replaces_the_proven_one(engine_name: str) -> None:
    async def story() -> None:
        engine = ENGINES[engine_name]()
        async with running_secure_agent() as agent:
            await warm(engine, agent)

            def forge(asked: Asked) -> list[bytes]:
                return [agent.report(asked.message, ENGINE, engine_id=b"forged", boots=9, time=9)]

            agent.trick = forge
            forged = await engine.collect(agent.target())
            agent.trick = None
            honest = await engine.collect(agent.target())
        await engine.close()
        assert forged.outcome is AUTH_ERROR
        assert not any(event.kind is SecurityKind.ENGINE_CHANGED for event in forged.events)
        assert honest.outcome is OK, honest.detail
        assert honest.events == ()

    uvloop.run(story())


@hs("HS-38")
@pytest.mark.parametrize("engine_name", ENGINES)
@pytest.mark.parametrize(
    ("boots", "kind"),
    [(4, SecurityKind.REBOOTED), (1, SecurityKind.BOOTS_FELL)],
    ids=["boots + 1", "boots back to 1"],
)
def test_rebooted_device_goes_on_with_an_event(
    boots: int, kind: SecurityKind, engine_name: str
) -> None:
    async def story() -> None:
        engine = ENGINES[engine_name]()
        async with running_secure_agent() as agent:
            await warm(engine, agent)
            agent.reboot()
            agent.boots = boots
            agent.objects[SYS_UP_TIME] = Value(Tag.TIMETICKS, 10)
            first = await engine.collect(agent.target())
            second = await engine.collect(agent.target())
        await engine.close()
        assert first.outcome is OK, first.detail
        assert [event.kind for event in first.events] == [kind]
        assert f"from 3 to {boots}" in first.events[0].detail
        assert second.outcome is OK
        assert second.events == ()

    uvloop.run(story())


@hs("HS-38")
@pytest.mark.parametrize("engine_name", ENGINES)
def test_engine_at_the_end_of_its_boots_is_refused(engine_name: str) -> None:
    async def story() -> None:
        engine = ENGINES[engine_name]()
        async with running_secure_agent() as agent:
            agent.boots = 2**31 - 1
            observation = await engine.collect(agent.target())
        await engine.close()
        assert observation.outcome is AUTH_ERROR
        kinds = [event.kind for event in observation.events]
        assert kinds == [SecurityKind.BOOTS_LATCHED, SecurityKind.AUTH_ERROR]

    uvloop.run(story())


@hs("HS-36")
@pytest.mark.parametrize("engine_name", ENGINES)
def test_two_devices_with_one_engine_id_are_both_polled(engine_name: str) -> None:
    async def story() -> None:
        engine = ENGINES[engine_name]()
        async with (
            running_secure_agent() as one,
            running_secure_agent(host="127.0.0.2") as other,
        ):
            other.boots, other.started = 40, other.started + 3000
            other.objects[*IN_ERRORS, 1] = Value(Tag.COUNTER32, 70)
            targets = [
                one.target(),
                other.target(device="clone"),
            ]
            kinds = []
            for _ in range(3):
                for target, errors in zip(targets, (7, 70), strict=True):
                    observation = await engine.collect(target)
                    assert observation.outcome is OK, observation.detail
                    assert value(observation, "in_errors") == errors
                    kinds += [(target.device, event.kind) for event in observation.events]
        await engine.close()
        assert kinds == [("clone", SecurityKind.DUPLICATE_ENGINE)]
        assert engine.statistics.rejected["report_not_in_time_window"] == 0

    uvloop.run(story())


@pytest.mark.parametrize("engine_name", ENGINES)
def test_contexts_of_one_device_are_two_devices(engine_name: str) -> None:
    async def story() -> None:
        engine = ENGINES[engine_name]()
        async with running_secure_agent() as agent:
            agent.context = b"radio-2"
            right = await engine.collect(agent.target(device="a", context="radio-2"))
            wrong = await engine.collect(agent.target(device="b"))
        await engine.close()
        assert right.outcome is OK, right.detail
        assert wrong.outcome is MISMATCH
        assert "no such context" in wrong.detail
        assert right.events == ()
        assert wrong.events == ()

    uvloop.run(story())


@pytest.mark.parametrize("engine_name", ENGINES)
@pytest.mark.parametrize("privacy", PrivacyProtocol)
@pytest.mark.parametrize("auth", [AuthProtocol.MD5, AuthProtocol.SHA, AuthProtocol.SHA512])
def test_every_cipher_and_digest_is_spoken(
    auth: AuthProtocol, privacy: PrivacyProtocol, engine_name: str
) -> None:
    async def story() -> None:
        engine = ENGINES[engine_name]()
        user = replace(USER, auth=auth, privacy=privacy)
        async with running_secure_agent(user=user) as agent:
            await warm(engine, agent)
            await warm(engine, agent)
        await engine.close()

    uvloop.run(story())


@pytest.mark.parametrize("engine_name", ENGINES)
@pytest.mark.parametrize("level", [SecurityLevel.NO_AUTH_NO_PRIV, SecurityLevel.AUTH_NO_PRIV])
def test_lower_levels_are_spoken_where_asked_for(level: SecurityLevel, engine_name: str) -> None:
    async def story() -> None:
        engine = ENGINES[engine_name]()
        async with running_secure_agent(user=replace(USER, level=level)) as agent:
            await warm(engine, agent)
            await warm(engine, agent)
            assert {message.flags & 3 for message in agent.requests[1:]} == {
                1 if level is SecurityLevel.AUTH_NO_PRIV else 0
            }
        await engine.close()

    uvloop.run(story())


@pytest.mark.parametrize("engine_name", ENGINES)
def test_salts_and_ids_never_come_twice(engine_name: str) -> None:
    async def story() -> None:
        engine = ENGINES[engine_name]()
        interfaces = {n: b"eth%d" % n for n in range(1, 30)}
        async with running_secure_agent(device_objects(interfaces)) as agent:
            for _ in range(10):
                observation = await engine.collect(agent.target())
                assert observation.outcome is OK
        await engine.close()
        sealed = [message for message in agent.requests if message.flags & PRIVACY_FLAG]
        assert len(sealed) > 30
        assert len({message.salt for message in sealed}) == len(sealed)
        assert len({message.message_id for message in agent.requests}) == len(agent.requests)
        assert {message.flags & 4 for message in agent.requests} == {4}

    uvloop.run(story())


def test_late_answer_is_counted_as_late() -> None:
    async def story() -> None:
        engine = ENGINES["native"]()
        async with running_secure_agent() as agent:
            target = agent.target(retries=1)
            assert (await engine.collect(target)).outcome is OK
            kept: list[bytes] = []

            def keep(asked: Asked) -> list[bytes]:
                kept.append(asked.honest)
                return kept if len(kept) == 2 else []

            agent.trick = keep
            observation = await engine.collect(target)
        await engine.close()
        assert observation.outcome is OK
        assert engine.statistics.late_answers == 1
        assert engine.statistics.rejected["message_id"] == 0

    uvloop.run(story())


def test_engine_id_of_the_rfc_is_what_the_agent_proved() -> None:
    async def story() -> None:
        engine = ENGINES["native"]()
        async with running_secure_agent() as agent:
            await warm(engine, agent)
            assert [message.engine_id for message in agent.requests[:2]] == [b"", ENGINE_ID]
        await engine.close()

    uvloop.run(story())
