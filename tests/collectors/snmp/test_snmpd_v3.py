"""SNMPv3 with Debian's real snmpd: every digest and cipher it has, reboots, swaps, wrong keys."""

import asyncio
import shutil
from collections.abc import Iterator
from dataclasses import replace

import pytest

from collectors.observation import Observation, Outcome, SecurityKind
from collectors.target import (
    AuthProtocol,
    PrivacyProtocol,
    SecurityLevel,
    SnmpTarget,
    UsmUser,
)
from tests.collectors.snmp.snmpd import Snmpd, snmpd
from tests.wire.engines import ENGINES, AnyEngine, value
from topology.model import DeviceId

AUTH = {
    AuthProtocol.MD5: "MD5",
    AuthProtocol.SHA: "SHA",
    AuthProtocol.SHA224: "SHA-224",
    AuthProtocol.SHA256: "SHA-256",
    AuthProtocol.SHA384: "SHA-384",
    AuthProtocol.SHA512: "SHA-512",
}
PRIVACY = {
    PrivacyProtocol.DES: "DES",
    PrivacyProtocol.AES128: "AES",
    PrivacyProtocol.AES192: "AES-192",
    PrivacyProtocol.AES256: "AES-256",
    PrivacyProtocol.AES192C: "AES-192-C",
    PrivacyProtocol.AES256C: "AES-256-C",
}
USER = UsmUser(
    name="secure",
    user=b"sha256aes128",
    level=SecurityLevel.AUTH_PRIV,
    auth=AuthProtocol.SHA256,
    auth_secret=b"authentic phrase",
    privacy=PrivacyProtocol.AES128,
    privacy_secret=b"private phrase",
)

ONE_USER = [
    'createUser sha256aes128 SHA-256 "authentic phrase" AES "private phrase"',
    "rouser sha256aes128 priv",
]


def users(level: str = "priv") -> list[str]:
    """Return the lines that create one user for every pair."""
    lines = []
    for auth, ours in AUTH.items():
        for privacy, theirs in PRIVACY.items():
            name = f"{auth.value}{privacy.value}"
            lines += [
                f'createUser {name} {ours} "authentic phrase" {theirs} "private phrase"',
                f"rouser {name} {level}",
            ]
    return lines


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    lines = [*users("auth"), "createUser open", "rouser open noauth"]
    with snmpd(lines) as agent:
        yield agent.port


def target(port: int, user: UsmUser = USER, **changes: object) -> SnmpTarget:
    fields: dict[str, object] = {
        "device": DeviceId("host"),
        "address": "127.0.0.1",
        "port": port,
        "credential": user,
        "timeout_seconds": 0.5,
        "retries": 2,
    }
    return SnmpTarget(**(fields | changes))  # type: ignore[arg-type]


async def collect(engine: AnyEngine, asked: SnmpTarget) -> Observation:
    """Poll, once the agent has started."""
    for _ in range(100):
        observation = await engine.collect(asked)
        if observation.outcome is not Outcome.REFUSED:
            break
        await asyncio.sleep(0.1)
    return observation


@pytest.mark.parametrize("engine_name", ENGINES)
@pytest.mark.parametrize("privacy", PRIVACY)
@pytest.mark.parametrize("auth", AUTH)
def test_every_pair_of_digest_and_cipher_is_polled(
    port: int, auth: AuthProtocol, privacy: PrivacyProtocol, engine_name: str
) -> None:
    async def story() -> None:
        engine = ENGINES[engine_name]()
        name = f"{auth.value}{privacy.value}".encode()
        asked = target(port, replace(USER, user=name, auth=auth, privacy=privacy))
        first = await collect(engine, asked)
        second = await engine.collect(asked)
        await engine.close()
        assert first.outcome is Outcome.OK, first.detail
        assert second.outcome is Outcome.OK, second.detail
        assert first.layout is second.layout
        assert value(second, "oper_status", "host:lo") == 1
        assert value(second, "in_octets", "host:lo") is not None
        assert first.events == ()

    asyncio.run(story())


@pytest.mark.parametrize("engine_name", ENGINES)
@pytest.mark.parametrize("level", [SecurityLevel.NO_AUTH_NO_PRIV, SecurityLevel.AUTH_NO_PRIV])
def test_lower_levels_are_polled(port: int, level: SecurityLevel, engine_name: str) -> None:
    async def story() -> None:
        engine = ENGINES[engine_name]()
        user = replace(USER, level=level)
        if level is SecurityLevel.NO_AUTH_NO_PRIV:
            user = replace(user, user=b"open")
        observation = await collect(engine, target(port, user))
        await engine.close()
        assert observation.outcome is Outcome.OK, observation.detail
        assert value(observation, "oper_status", "host:lo") == 1

    asyncio.run(story())


@pytest.mark.parametrize("engine_name", ENGINES)
@pytest.mark.parametrize(
    ("user", "words"),
    [
        (replace(USER, auth_secret=b"another phrase"), "wrong digest: authentication key"),
        (replace(USER, auth=AuthProtocol.SHA512), "wrong digest: authentication key"),
        (replace(USER, privacy_secret=b"another phrase"), "privacy key or protocol"),
        (replace(USER, privacy=PrivacyProtocol.DES), "privacy key or protocol"),
        (replace(USER, user=b"nobody"), "no such user"),
    ],
    ids=["auth key", "auth protocol", "privacy key", "privacy protocol", "user"],
)
def test_wrong_keys_are_told_apart(port: int, user: UsmUser, words: str, engine_name: str) -> None:
    async def story() -> None:
        engine = ENGINES[engine_name]()
        await collect(engine, target(port))
        observation = await engine.collect(target(port, user, device="wrong", timeout_seconds=0.2))
        await engine.close()
        assert observation.outcome is Outcome.AUTH_ERROR
        assert words in observation.detail
        assert [event.kind for event in observation.events] == [SecurityKind.AUTH_ERROR]

    asyncio.run(story())


def test_silent_host_is_a_timeout_and_no_auth_error() -> None:
    async def story() -> None:
        engine = ENGINES["native"]()
        loop = asyncio.get_running_loop()
        mute, _ = await loop.create_datagram_endpoint(
            asyncio.DatagramProtocol, local_addr=("127.0.0.1", 0)
        )
        silent_port = mute.get_extra_info("sockname")[1]
        observation = await engine.collect(target(silent_port, timeout_seconds=0.1, retries=0))
        mute.close()
        await engine.close()
        assert observation.outcome is Outcome.TIMEOUT
        assert observation.events == ()

    asyncio.run(story())


def restarted(agent: Snmpd, lines: list[str]) -> None:
    agent.stop()
    agent.lines = lines
    agent.start()


@pytest.mark.parametrize("engine_name", ENGINES)
def test_hs38_reboot_is_followed_with_an_event(engine_name: str) -> None:
    async def story(agent: Snmpd) -> None:
        engine = ENGINES[engine_name]()
        first = await collect(engine, target(agent.port))
        assert first.outcome is Outcome.OK, first.detail
        await asyncio.to_thread(restarted, agent, agent.lines)
        second = await collect(engine, target(agent.port))
        third = await engine.collect(target(agent.port))
        await engine.close()
        assert second.outcome is Outcome.OK, second.detail
        assert [event.kind for event in second.events] == [SecurityKind.REBOOTED]
        assert third.outcome is Outcome.OK
        assert third.events == ()

    with snmpd(ONE_USER) as agent:
        asyncio.run(story(agent))


@pytest.mark.parametrize("engine_name", ENGINES)
def test_hs37_swapped_device_is_polled_within_two_polls_with_an_event(engine_name: str) -> None:
    async def story(agent: Snmpd) -> None:
        engine = ENGINES[engine_name]()
        first = await collect(engine, target(agent.port))
        assert first.outcome is Outcome.OK, first.detail
        agent.stop()
        shutil.rmtree(agent.folder / "kept")  # the spare part knows nothing of the one before
        agent.lines = ["exactEngineID 0x80001f8804737061726531", *ONE_USER]
        agent.start()
        polls = [await collect(engine, target(agent.port)) for _ in range(2)]
        await engine.close()
        assert polls[1].outcome is Outcome.OK, polls[1].detail
        events = [event for poll in polls for event in poll.events]
        assert [event.kind for event in events] == [SecurityKind.ENGINE_CHANGED]
        assert events[0].detail.endswith("to 80001f8804737061726531: swapped or reset")

    with snmpd(["exactEngineID 0x80001f88046f72696731", *ONE_USER]) as agent:
        asyncio.run(story(agent))
