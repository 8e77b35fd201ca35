"""An SNMPv3 agent on loopback that does as RFC 3414 says, or as a test wants it."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass
from typing import Any, cast

from collectors.errors import DecodeError
from collectors.snmp.ber import Oid, Tag, encode_integer, encode_tlv, expect, parse_oid
from collectors.snmp.envelope import CommunityEnvelope, ScopedEnvelope, wrap
from collectors.snmp.message import (
    Message,
    Pdu,
    PduType,
    Value,
    Varbind,
    decode_message,
    encode_pdu,
)
from collectors.snmp.secure import AUTH_FLAG, SecureMessage
from collectors.snmp.suite import Header, NativeSuite
from collectors.snmp.usm import Keys
from collectors.target import (
    AuthProtocol,
    PrivacyProtocol,
    SecurityLevel,
    SnmpTarget,
    UsmUser,
)
from tests.wire.agent import device_objects, honest_answer
from topology.model import DeviceId

USER = UsmUser(
    name="secure",
    user=b"netmon",
    level=SecurityLevel.AUTH_PRIV,
    auth=AuthProtocol.SHA256,
    auth_secret=b"maplesyrup",
    privacy=PrivacyProtocol.AES128,
    privacy_secret=b"syrupmaple",
)
ENGINE_ID = bytes.fromhex("80001f8804626f72646572")
LEVEL = "1.3.6.1.6.3.15.1.1.1.0"
TIME = "1.3.6.1.6.3.15.1.1.2.0"
USER_NAME = "1.3.6.1.6.3.15.1.1.3.0"
ENGINE = "1.3.6.1.6.3.15.1.1.4.0"
DIGEST = "1.3.6.1.6.3.15.1.1.5.0"
DECRYPTION = "1.3.6.1.6.3.15.1.1.6.0"
CONTEXT = "1.3.6.1.6.3.12.1.5.0"
SUITE = NativeSuite()
NO_KEYS = Keys(None, b"", None, b"")


@dataclass(frozen=True, slots=True)
class Asked:
    """A request, as the agent has understood it."""

    message: SecureMessage
    scoped: bytes  # empty if it was not looked at
    honest: bytes  # the datagram that RFC 3414 demands
    request: Message | None = None  # the same as one of v2c would say it, if it is an open question
    answer: Message | None = None


Trick = Callable[[Asked], Iterable[bytes]]


class SecureAgent(asyncio.DatagramProtocol):
    """One agent; `trick` replaces its answers, or leaves them honest (None)."""

    def __init__(self, objects: dict[Oid, Value], *, engine_id: bytes, user: UsmUser) -> None:
        self.objects = objects
        self.engine_id = engine_id
        self.user = user
        self.boots = 3
        self.started = time.monotonic() - 5000.0
        self.context = b""
        self.trick: Trick | None = None
        self.is_silent_on_garbage = True  # as net-snmp is about what it cannot decrypt
        self.requests: list[SecureMessage] = []
        self.asked: list[Pdu] = []  # what was in them, as far as it was understood
        self.most_octets = 1472
        self.salts = 0
        self.host, self.port = "", 0
        self.transport: asyncio.DatagramTransport | None = None
        self.asker: tuple[str, int] = ("", 0)

    @property
    def time(self) -> int:
        return int(time.monotonic() - self.started)

    def reboot(self) -> None:
        """Start anew: one boot more, engine time from zero, sysUpTime too."""
        self.boots += 1
        self.started = time.monotonic()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.DatagramTransport", transport)
        self.host, self.port = transport.get_extra_info("sockname")[:2]

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        message = SUITE.decode(data)
        self.requests.append(message)
        self.asker = addr
        asked = self._honest(data, message)
        for each in [asked.honest] if self.trick is None else self.trick(asked):
            if each:
                self.send(each)

    def send(self, data: bytes) -> None:
        """Send to whoever asked last."""
        assert self.transport is not None
        self.transport.sendto(data, self.asker)

    def _honest(self, data: bytes, message: SecureMessage) -> Asked:
        """Return a request with the answer to it (RFC 3414 §3.2)."""
        if message.engine_id != self.engine_id:
            return Asked(message, b"", self.report(message, ENGINE))
        if message.user != self.user.user:
            return Asked(message, b"", self.report(message, USER_NAME))
        keys = self.keys()
        level = message.flags & 3
        if level & AUTH_FLAG:
            if not SUITE.is_signed(data, message, keys):
                return Asked(message, b"", self.report(message, DIGEST))
            if message.boots != self.boots or abs(message.time - self.time) > 150:
                return Asked(message, b"", self.report(message, TIME, flags=AUTH_FLAG))
        try:
            scoped = SUITE.scoped(message, keys)
            start, end = expect(scoped, 0, len(scoped), Tag.SEQUENCE)
            _, start = expect(scoped, start, end, Tag.OCTET_STRING)
            first, start = expect(scoped, start, end, Tag.OCTET_STRING)
        except DecodeError:
            silence = b"" if self.is_silent_on_garbage else self.report(message, DECRYPTION)
            return Asked(message, b"", silence)
        if scoped[first:start] != self.context:
            return Asked(message, scoped, self.report(message, CONTEXT, flags=level))
        request = decode_message(wrap(CommunityEnvelope(1, b"public"), scoped[start:end]))
        self.asked.append(request.pdu)
        answer = honest_answer(self.objects, request, self.most_octets)
        return Asked(message, scoped, self.answer(message, answer), request, answer)

    def keys(self, user: UsmUser | None = None, engine_id: bytes | None = None) -> Keys:
        """Return the keys of a user here."""
        return SUITE.keys(user or self.user, engine_id or self.engine_id)

    def answer(self, message: SecureMessage, answer: Message, **changes: Any) -> bytes:
        """Return an answer as asked for, but for what a test changes."""
        changes.setdefault("flags", message.flags & 3)
        return self.seal(message, encode_pdu(answer.pdu), **changes)

    def report(self, message: SecureMessage, oid: str, *, flags: int = 0, **more: Any) -> bytes:
        """Return a Report."""
        varbind = Varbind(parse_oid(oid), Value(Tag.COUNTER32, 1))
        return self.seal(message, encode_pdu(Pdu(0xA8, 0, (varbind,))), flags=flags, **more)

    def seal(
        self,
        message: SecureMessage,
        pdu: bytes,
        *,
        flags: int,
        keys: Keys | None = None,
        context: bytes | None = None,
        scoped_engine_id: bytes | None = None,
        **header: Any,
    ) -> bytes:
        """Return a datagram in answer to a message."""
        fields: dict[str, Any] = {
            "message_id": message.message_id,
            "flags": flags,
            "max_size": 65_507,
            "engine_id": self.engine_id,
            "boots": self.boots,
            "time": self.time,
            "user": message.user,
        }
        envelope = ScopedEnvelope(
            self.engine_id if scoped_engine_id is None else scoped_engine_id,
            self.context if context is None else context,
        )
        self.salts += 1
        made = Header(**(fields | header))
        signing = (keys or self.keys()) if flags & AUTH_FLAG else NO_KEYS
        return SUITE.seal(made, wrap(envelope, pdu), signing, self.salts)

    def target(self, **changes: Any) -> SnmpTarget:
        """Return the target that asks this agent, quickly."""
        fields: dict[str, Any] = {
            "device": DeviceId("router"),
            "address": self.host,
            "port": self.port,
            "credential": self.user,
            "timeout_seconds": 0.3,
            "retries": 0,
            "budget_seconds": 5.0,
        }
        return SnmpTarget(**(fields | changes))


@contextlib.asynccontextmanager
async def running_secure_agent(
    objects: dict[Oid, Value] | None = None,
    *,
    host: str = "127.0.0.1",
    engine_id: bytes = ENGINE_ID,
    user: UsmUser = USER,
) -> AsyncIterator[SecureAgent]:
    """Run an agent on a free port."""
    loop = asyncio.get_running_loop()
    agent = SecureAgent(
        device_objects() if objects is None else objects, engine_id=engine_id, user=user
    )
    transport, _ = await loop.create_datagram_endpoint(lambda: agent, local_addr=(host, 0))
    try:
        yield agent
    finally:
        transport.close()
        await asyncio.sleep(0)


def community_message(asked: Asked) -> bytes:
    """Return the honest answer's place taken by an SNMPv2c message with the same ids (HS-41)."""
    return wrap(
        CommunityEnvelope(1, b"public"),
        encode_tlv(
            PduType.RESPONSE,
            encode_integer(asked.message.message_id)
            + b"\x02\x01\x00\x02\x01\x00"
            + encode_tlv(Tag.SEQUENCE, b""),
        ),
    )


def lying_under(
    agent: SecureAgent,
    message: SecureMessage,
    pdu: bytes,
    *,
    flags: int | None = None,
    user_keys: UsmUser | None = None,
    **changes: Any,
) -> bytes:
    """Return a PDU sealed in answer to a message, otherwise than was asked."""
    keys = agent.keys(user_keys)
    level = message.flags & 3 if flags is None else flags
    return agent.seal(message, pdu, flags=level, keys=keys, **changes)
