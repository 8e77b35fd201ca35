"""Suite: who makes keys, and writes and opens the octets of SNMPv3 messages.

Played by `NativeSuite`, and by pysnmp's in `pysnmp_usm`. A suite decides nothing: which engine is
meant, which time is right and which level will do is up to `association`.
"""

from typing import Final, NamedTuple, Protocol

from collectors.errors import DecodeError
from collectors.snmp.ber import Tag, encode_tlv, expect
from collectors.snmp.secure import (
    AUTH_FLAG,
    PRIVACY_FLAG,
    SecureMessage,
    decode_secure,
    encode_secure,
)
from collectors.snmp.usm import KeyRing, Keys
from collectors.target import UsmUser


class Header(NamedTuple):
    """What a message of ours says in front of its scoped PDU."""

    message_id: int
    flags: int
    max_size: int
    engine_id: bytes
    boots: int
    time: int
    user: bytes


class Suite(Protocol):
    """The role."""

    def keys(self, user: UsmUser, engine_id: bytes) -> Keys:
        """Return a user's keys at an engine."""
        ...

    def seal(self, header: Header, scoped: bytes, keys: Keys, salt_number: int) -> bytes:
        """Return the datagram, protected as far as the header's flags say."""
        ...

    def decode(self, data: bytes) -> SecureMessage:
        """Return what a datagram says; raise DecodeError, or RejectedError if it is not v3."""
        ...

    def is_signed(self, data: bytes, message: SecureMessage, keys: Keys) -> bool:
        """Tell whether the digest is right."""
        ...

    def scoped(self, message: SecureMessage, keys: Keys) -> bytes:
        """Return the scoped PDU, decrypted if it is encrypted; raise DecodeError if it is none."""
        ...


class NativeSuite:
    """Ours."""

    def __init__(self) -> None:
        self._ring: Final = KeyRing()

    def keys(self, user: UsmUser, engine_id: bytes) -> Keys:
        """Return a user's keys at an engine."""
        return self._ring.keys(user, engine_id)

    def seal(self, header: Header, scoped: bytes, keys: Keys, salt_number: int) -> bytes:
        """Return the datagram, protected as far as the header's flags say."""
        salt = b""
        if header.flags & PRIVACY_FLAG and keys.protocol is not None:
            # Its library is 7 MB, which a network without encryption does not need.
            from collectors.snmp.privacy import encrypt, make_salt  # noqa: PLC0415

            salt = make_salt(keys.protocol, header.boots, salt_number)
            octets = encrypt(
                keys.protocol,
                keys.privacy,
                scoped,
                boots=header.boots,
                time=header.time,
                salt=salt,
            )
            scoped = encode_tlv(Tag.OCTET_STRING, octets)
        is_signed = header.flags & AUTH_FLAG and keys.digest is not None
        whole, at = encode_secure(
            message_id=header.message_id,
            flags=header.flags,
            max_size=header.max_size,
            engine_id=header.engine_id,
            boots=header.boots,
            time=header.time,
            user=header.user,
            digest_octets=keys.digest.octets if is_signed and keys.digest else 0,
            salt=salt,
            body=scoped,
        )
        if not is_signed:
            return whole
        digest = keys.sign(whole)
        return b"".join((whole[:at], digest, whole[at + len(digest) :]))

    def decode(self, data: bytes) -> SecureMessage:
        """Return what a datagram says; raise DecodeError, or RejectedError if it is not v3."""
        return decode_secure(data)

    def is_signed(self, data: bytes, message: SecureMessage, keys: Keys) -> bool:
        """Tell whether the digest is right."""
        return keys.is_signed(data, message.digest_at, message.digest_octets)

    def scoped(self, message: SecureMessage, keys: Keys) -> bytes:
        """Return the scoped PDU, decrypted if it is encrypted; raise DecodeError if it is none."""
        if not message.is_encrypted:
            return message.body
        if keys.protocol is None:
            raise DecodeError("encrypted, but there is no key")
        from collectors.snmp.privacy import decrypt  # noqa: PLC0415

        plain = decrypt(
            keys.protocol,
            keys.privacy,
            message.body,
            boots=message.boots,
            time=message.time,
            salt=message.salt,
        )
        _, end = expect(plain, 0, len(plain), Tag.SEQUENCE)
        return plain[:end]  # behind it is what pads DES
