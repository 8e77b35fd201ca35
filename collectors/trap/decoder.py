"""Decoder: notifications read, and informs acknowledged, by pysnmp; the door to it in this room.

Whatever pysnmp and pyasn1 raise becomes a DecodeError here. What they accept is held to the rules
of RFC 3416 once more, for what a v3 message hides is seen by nobody before.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from pyasn1.codec.ber import decoder, encoder  # type: ignore[import-untyped]
from pyasn1.type import univ  # type: ignore[import-untyped]
from pysnmp.carrier.base import AbstractTransportDispatcher
from pysnmp.entity import config
from pysnmp.entity.engine import SnmpEngine
from pysnmp.proto import rfc1155, rfc1902, rfc1905
from pysnmp.proto.api import v1, v2c
from pysnmp.proto.secmod.rfc3414 import SnmpUSMSecurityModel

from collectors.errors import DecodeError
from collectors.snmp.ber import MAX_SUBIDENTIFIERS, Oid, format_oid
from collectors.target import AuthProtocol, PrivacyProtocol, UsmUser
from collectors.text import clean
from collectors.trap.envelope import V1

SHOWN_CHARACTERS: Final = 128
AUTHENTICATIONS: Final = {
    None: config.USM_AUTH_NONE,
    AuthProtocol.MD5: config.USM_AUTH_HMAC96_MD5,
    AuthProtocol.SHA: config.USM_AUTH_HMAC96_SHA,
    AuthProtocol.SHA224: config.USM_AUTH_HMAC128_SHA224,
    AuthProtocol.SHA256: config.USM_AUTH_HMAC192_SHA256,
    AuthProtocol.SHA384: config.USM_AUTH_HMAC256_SHA384,
    AuthProtocol.SHA512: config.USM_AUTH_HMAC384_SHA512,
}
CIPHERS: Final = {
    None: config.USM_PRIV_NONE,
    PrivacyProtocol.DES: config.USM_PRIV_CBC56_DES,
    PrivacyProtocol.AES128: config.USM_PRIV_CFB128_AES,
    PrivacyProtocol.AES192: config.USM_PRIV_CFB192_AES_BLUMENTHAL,
    PrivacyProtocol.AES256: config.USM_PRIV_CFB256_AES_BLUMENTHAL,
    PrivacyProtocol.AES192C: config.USM_PRIV_CFB192_AES,  # Reeder's, as Cisco has it
    PrivacyProtocol.AES256C: config.USM_PRIV_CFB256_AES,
}
_DOMAIN: Final = (1, 3, 6, 1, 6, 1, 1)  # UDP; which it is matters to nobody here
_SPACES: Final = b"\t\r\n"
_MOST_ENGINES: Final = 4096  # whose keys pysnmp holds for one user; then it starts afresh


@dataclass(frozen=True, slots=True)
class V1Trap:
    """The head of a v1 trap."""

    enterprise: Oid
    agent_address: str
    generic: int
    specific: int


@dataclass(frozen=True, slots=True)
class Decoded:
    """A notification as pysnmp read it; values are texts fit to be shown."""

    varbinds: tuple[tuple[Oid, str], ...]
    is_inform: bool = False
    request_id: int = 0
    v1_trap: V1Trap | None = None
    trap_oid: Oid = ()  # the value of snmpTrapOID.0; empty in v1
    reply: bytes = b""  # the acknowledgement of an inform


def decode_community(data: bytes, version: int, trap_oid_name: Oid) -> Decoded:
    """Read a v1 or v2c notification; raise DecodeError if that cannot be done."""
    try:
        return _community(data, version, trap_oid_name)
    except DecodeError:
        raise
    except Exception as error:  # a fence: pyasn1 raises anything on hostile bytes
        raise DecodeError(f"pysnmp: {type(error).__name__}") from error


def _community(data: bytes, version: int, trap_oid_name: Oid) -> Decoded:
    api: Any = v1 if version == V1 else v2c
    whole, rest = decoder.decode(data, asn1Spec=api.Message())
    if rest:
        raise DecodeError(f"{len(rest)} octets behind the message")
    pdu = api.apiMessage.get_pdu(whole)
    if version == V1:
        trap = api.apiTrapPDU
        head = V1Trap(
            _oid(trap.get_enterprise(pdu)),
            _text(trap.get_agent_address(pdu)),
            int(trap.get_generic_trap(pdu)),
            int(trap.get_specific_trap(pdu)),
        )
        return Decoded(_texts(trap.get_varbinds(pdu)), v1_trap=head)
    reply = b""
    is_inform = bool(pdu.tagSet == rfc1905.InformRequestPDU.tagSet)
    varbinds = api.apiPDU.get_varbinds(pdu)
    if is_inform:
        answer = api.apiMessage.get_response(whole)
        api.apiPDU.set_varbinds(api.apiMessage.get_pdu(answer), varbinds)
        reply = bytes(encoder.encode(answer))
    return Decoded(
        _texts(varbinds),
        is_inform,
        int(api.apiPDU.get_request_id(pdu)),
        trap_oid=_trap_oid(varbinds, trap_oid_name),
        reply=reply,
    )


def _trap_oid(varbinds: Sequence[tuple[Any, Any]], name: Oid) -> Oid:
    for oid, value in varbinds:
        if tuple(oid) == name:
            return _oid(value)
    raise DecodeError("no snmpTrapOID.0 (RFC 3416 §4.2.6)")


def _texts(varbinds: Sequence[tuple[Any, Any]]) -> tuple[tuple[Oid, str], ...]:
    return tuple((_oid(oid), _text(value)) for oid, value in varbinds)


def _oid(value: Any) -> Oid:
    oid = tuple(value)
    if not 2 <= len(oid) <= MAX_SUBIDENTIFIERS or not all(
        isinstance(each, int) and 0 <= each < 2**32 for each in oid
    ):
        raise DecodeError("an OID of sizes no OID has")
    return oid


def _text(value: Any) -> str:
    if isinstance(value, rfc1902.IpAddress | rfc1155.IpAddress):
        return ".".join(str(octet) for octet in bytes(value))
    if isinstance(value, univ.OctetString):
        return _words(bytes(value))
    if isinstance(value, univ.ObjectIdentifier):
        return format_oid(_oid(value))[:SHOWN_CHARACTERS]
    if isinstance(value, univ.Integer):
        number = int(value)
        if not -(2**31) <= number < 2**64:
            raise DecodeError("a number no type of SNMP holds")
        return str(number)
    return ""  # noSuchObject and its like


def _words(raw: bytes) -> str:
    """Return octets as text where they are text, else in hexadecimal."""
    text = clean(raw)
    if "\ufffd" in text or any(octet < 0x20 and octet not in _SPACES for octet in raw):
        return raw[: SHOWN_CHARACTERS // 2].hex()
    return text


class _Collecting(AbstractTransportDispatcher):  # type: ignore[misc]
    """What pysnmp sends is kept; sockets are none of its business."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[bytes] = []

    def send_message(self, message: Any, domain: Any, address: Any) -> None:
        """Keep a message."""
        self.sent.append(bytes(message))


class UsmDecoder:
    """pysnmp's engine for one user: it decrypts, reads, acknowledges and reports.

    It must be shown authentic messages only, and what asks for our engine id: it believes the time
    in whatever it reads.
    """

    def __init__(
        self,
        user: UsmUser,
        *,
        engine_id: bytes,
        boots: int,
        trap_oid_name: Oid,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._user, self._name, self._now = user, trap_oid_name, now
        self._engine_id, self._boots = engine_id, boots
        self._started = now()
        self._found: Decoded | None = None  # by the message that is being read
        self._engine, self._dispatcher = self._made()

    def decode(self, data: bytes, engine_id: bytes) -> tuple[Decoded | None, tuple[bytes, ...]]:
        """Read a message; return it, or None and what pysnmp answers instead (a Report).

        Raises DecodeError where pysnmp makes nothing of it.
        """
        self._know(engine_id)
        self._forget()
        self._dispatcher.sent.clear()
        try:
            self._engine.message_dispatcher.receive_message(self._engine, _DOMAIN, ("", 0), data)
            self._dispatcher.handle_timer_tick(self._now())
        except DecodeError:
            raise
        except Exception as error:  # a fence, as above
            raise DecodeError(f"pysnmp: {type(error).__name__}") from error
        found, sent = self._found, tuple(self._dispatcher.sent)
        if found is None and not sent:
            raise DecodeError("pysnmp made nothing of it")
        return found, sent

    def _forget(self) -> None:
        self._found = None

    def _made(self) -> tuple[Any, _Collecting]:
        engine, dispatcher = SnmpEngine(), _Collecting()
        engine.register_transport_dispatcher(dispatcher)
        identity, boots, clock = engine.get_mib_builder().import_symbols(
            "__SNMP-FRAMEWORK-MIB", "snmpEngineID", "snmpEngineBoots", "snmpEngineTime"
        )
        # Not by SnmpEngine(snmpEngineID=…): that keeps boots in a directory anybody may write to.
        identity.syntax = identity.syntax.clone(self._engine_id)
        engine.snmpEngineID = identity.syntax
        boots.syntax = boots.syntax.clone(self._boots)
        clock.syntax = _steady(clock.syntax, lambda: self._now() - self._started)
        engine.message_dispatcher.register_context_engine_id(
            b"", (v2c.SNMPv2TrapPDU.tagSet, v2c.InformRequestPDU.tagSet), self._take
        )
        self._known: set[bytes] = set()
        self._masters = _masters(self._user)
        self._add(engine, self._engine_id)
        if not self._user.level.has_auth:  # without a key one entry does for all engines
            self._add(engine, bytes(SnmpUSMSecurityModel.wildcard_security_engine_id))
        return engine, dispatcher

    def _know(self, engine_id: bytes) -> None:
        """Give pysnmp the user at an engine it has not met; the keys are localized there."""
        if not engine_id or engine_id in self._known or not self._user.level.has_auth:
            return
        if len(self._known) >= _MOST_ENGINES:
            self._engine, self._dispatcher = self._made()
        self._add(self._engine, engine_id)

    def _add(self, engine: Any, engine_id: bytes) -> None:
        user = self._user
        config.add_v3_user(
            engine,
            user.user.decode("latin-1"),
            AUTHENTICATIONS[_auth(user)],
            self._masters[0],
            CIPHERS[_privacy(user)],
            self._masters[1],
            securityEngineId=rfc1902.OctetString(engine_id),
            # By default pysnmp maps the name to one user; each engine has its own.
            securityName=user.user.decode("latin-1"),
            authKeyType=config.USM_KEY_TYPE_MASTER,
            privKeyType=config.USM_KEY_TYPE_MASTER,
        )
        self._known.add(engine_id)

    def _take(
        self,
        engine: Any,
        processing_model: Any,
        security_model: Any,
        security_name: Any,
        security_level: Any,
        context_engine_id: Any,
        context_name: Any,
        pdu_version: Any,
        pdu: Any,
        most_octets: Any,
        reference: Any,
    ) -> None:
        """Be called by pysnmp with a PDU (RFC 3413 §3.4); acknowledge it if it is an inform."""
        varbinds = v2c.apiPDU.get_varbinds(pdu)
        is_inform = bool(pdu.tagSet == rfc1905.InformRequestPDU.tagSet)
        found = Decoded(
            _texts(varbinds),
            is_inform,
            int(v2c.apiPDU.get_request_id(pdu)),
            trap_oid=_trap_oid(varbinds, self._name),
        )
        if is_inform:
            answer = v2c.apiPDU.get_response(pdu)
            v2c.apiPDU.set_varbinds(answer, varbinds)
            engine.message_dispatcher.return_response_pdu(
                engine,
                processing_model,
                security_model,
                security_name,
                security_level,
                context_engine_id,
                context_name,
                pdu_version,
                answer,
                most_octets,
                reference,
                {},
            )
        self._found = found


def _auth(user: UsmUser) -> AuthProtocol | None:
    return user.auth if user.level.has_auth else None


def _privacy(user: UsmUser) -> PrivacyProtocol | None:
    return user.privacy if user.level.has_privacy else None


def _masters(user: UsmUser) -> tuple[Any, Any]:
    """Return the keys Ku of both pass phrases, as pysnmp makes them: once, for it takes a while."""
    authentication, cipher = AUTHENTICATIONS[_auth(user)], CIPHERS[_privacy(user)]
    return (
        config.AUTH_SERVICES[authentication].hash_passphrase(user.auth_secret),
        config.PRIV_SERVICES[cipher].hash_passphrase(authentication, user.privacy_secret),
    )


def _steady(syntax: Any, elapsed: Callable[[], float]) -> Any:
    """Return an snmpEngineTime that does not follow steps of the wall clock, as pysnmp's does."""
    kind: Any = type(syntax)

    class SteadyEngineTime(kind):  # type: ignore[misc]
        """Seconds since the receiver started, for whoever asks for a copy."""

        def clone(self, *arguments: Any, **options: Any) -> Any:
            if arguments or options:
                return kind.clone(self, *arguments, **options)
            return rfc1902.Integer32(int(elapsed()))

    return SteadyEngineTime(0)
