"""The SNMPv3 side of the fake agents: authPriv with SHA-256 and AES-128, an engine per device.

Fast where a bench may be: the digests of requests are not looked at, for both sides that are
compared send right ones. Answers are signed and encrypted as they must be.
"""

import time
from collections.abc import Callable

from collectors.errors import DecodeError
from collectors.snmp.ber import Tag, encode_tlv, expect, parse_oid
from collectors.snmp.envelope import CommunityEnvelope, ScopedEnvelope, wrap
from collectors.snmp.message import Pdu, Value, Varbind, encode_pdu
from collectors.snmp.secure import AUTH_FLAG, PRIVACY_FLAG, SecureMessage
from collectors.snmp.suite import Header, NativeSuite
from collectors.snmp.usm import Keys
from collectors.target import AuthProtocol, PrivacyProtocol, SecurityLevel, UsmUser

USER = UsmUser(
    name="bench",
    user=b"bench",
    level=SecurityLevel.AUTH_PRIV,
    auth=AuthProtocol.SHA256,
    auth_secret=b"authentic phrase",
    privacy=PrivacyProtocol.AES128,
    privacy_secret=b"private phrase",
)
V3: dict[str, object] = {  # the same, as the exporter says it
    "version": 3,
    "auth": {
        "username": "bench",
        "security_level": "authPriv",
        "auth_protocol": "SHA256",
        "password": "authentic phrase",
        "priv_protocol": "AES",
        "priv_password": "private phrase",
    },
}
BOOTS = 7
MAX_SIZE = 65_507
WINDOW_SECONDS = 150
UNKNOWN_ENGINE = "1.3.6.1.6.3.15.1.1.4.0"
NOT_IN_TIME = "1.3.6.1.6.3.15.1.1.2.0"
NO_KEYS = Keys(None, b"", None, b"")
PUBLIC = CommunityEnvelope(1, b"public").prefix


class SecureSide:
    """All engines."""

    def __init__(self) -> None:
        self._suite = NativeSuite()
        self._keys: dict[int, tuple[bytes, Keys]] = {}
        self._salts = 0
        self._started = time.monotonic() - 10_000

    def answer(
        self, device: int, request: bytes, answer: Callable[[bytes], bytes | None]
    ) -> bytes | None:
        """Return the answer to a request; `answer` knows it once it is an open one of v2c."""
        message = self._suite.decode(request)
        engine_id, keys = self._engine(device)
        if message.engine_id != engine_id:
            return self._report(message, UNKNOWN_ENGINE, engine_id, NO_KEYS, 0)
        late = abs(message.time - self._time)
        if message.boots != BOOTS or late > WINDOW_SECONDS:
            return self._report(message, NOT_IN_TIME, engine_id, keys, AUTH_FLAG)
        try:
            scoped = self._suite.scoped(message, keys)
        except DecodeError:
            return None
        start, end = expect(scoped, 0, len(scoped), Tag.SEQUENCE)
        _, start = expect(scoped, start, end, Tag.OCTET_STRING)
        _, start = expect(scoped, start, end, Tag.OCTET_STRING)
        found = answer(encode_tlv(Tag.SEQUENCE, PUBLIC + scoped[start:end]))
        if found is None:
            return None
        first, _ = expect(found, 0, len(found), Tag.SEQUENCE)
        pdu = found[first + len(PUBLIC) :]
        return self._seal(message, engine_id, pdu, keys, AUTH_FLAG | PRIVACY_FLAG)

    @property
    def _time(self) -> int:
        return int(time.monotonic() - self._started)

    def _engine(self, device: int) -> tuple[bytes, Keys]:
        known = self._keys.get(device)
        if known is None:
            engine_id = bytes.fromhex("80001f8804") + device.to_bytes(8, "big")
            known = self._keys[device] = engine_id, self._suite.keys(USER, engine_id)
        return known

    def _report(
        self, message: SecureMessage, oid: str, engine_id: bytes, keys: Keys, flags: int
    ) -> bytes:
        varbind = Varbind(parse_oid(oid), Value(Tag.COUNTER32, 1))
        return self._seal(message, engine_id, encode_pdu(Pdu(0xA8, 0, (varbind,))), keys, flags)

    def _seal(
        self, message: SecureMessage, engine_id: bytes, pdu: bytes, keys: Keys, flags: int
    ) -> bytes:
        header = Header(
            message.message_id, flags, MAX_SIZE, engine_id, BOOTS, self._time, message.user
        )
        self._salts += 1
        scoped = wrap(ScopedEnvelope(engine_id, b""), pdu)
        return self._suite.seal(header, scoped, keys, self._salts)
