"""PysnmpSuite: keys, digests and ciphers of SNMPv3 by pysnmp, and its messages by pyasn1.

Which digest is right is still compared here, in constant time and where it stands: pysnmp compares
octet by octet, and takes the first place in the message that looks like a digest for it.
"""

import contextlib
import hmac
from functools import lru_cache
from typing import Any, Final

from pyasn1.codec.ber import decoder, encoder  # type: ignore[import-untyped]
from pyasn1.error import PyAsn1Error  # type: ignore[import-untyped]
from pyasn1.type.univ import OctetString  # type: ignore[import-untyped]
from pysnmp.proto.error import ProtocolError, StatusInformation
from pysnmp.proto.mpmod.rfc3412 import ScopedPDU, SNMPv3Message
from pysnmp.proto.secmod.rfc3414 import service

from collectors.errors import DecodeError
from collectors.snmp.ber import Tag, expect, has_empty_number
from collectors.snmp.message import VERSION_3
from collectors.snmp.rejection import RejectedError, Rejection
from collectors.snmp.secure import AUTH_FLAG, PRIVACY_FLAG, USM, SecureMessage, check_version
from collectors.snmp.suite import Header
from collectors.snmp.usm import DIGESTS, Keys
from collectors.target import AuthProtocol, PrivacyProtocol, UsmUser

# By way of `service`, for pysnmp imports these in a circle that only holds from there.
_HmacSha2: Final[Any] = service.hmacsha2.HmacSha2
# What pyasn1 raises on hostile input besides its own errors, seen in the field and by fuzzing.
DECODE_ERRORS: Final = (
    PyAsn1Error,
    ProtocolError,
    StatusInformation,
    ArithmeticError,
    AttributeError,
    IndexError,
    KeyError,
    RecursionError,
    TypeError,
    ValueError,
)
_AUTHENTICATION: Final[dict[AuthProtocol, Any]] = {
    AuthProtocol.MD5: service.hmacmd5.HmacMd5(),
    AuthProtocol.SHA: service.hmacsha.HmacSha(),
    AuthProtocol.SHA224: _HmacSha2(_HmacSha2.SHA224_SERVICE_ID),
    AuthProtocol.SHA256: _HmacSha2(_HmacSha2.SHA256_SERVICE_ID),
    AuthProtocol.SHA384: _HmacSha2(_HmacSha2.SAH384_SERVICE_ID),
    AuthProtocol.SHA512: _HmacSha2(_HmacSha2.SHA512_SERVICE_ID),
}
_SERVICE_IDS: Final[dict[AuthProtocol, Any]] = {
    AuthProtocol.MD5: service.hmacmd5.HmacMd5.SERVICE_ID,
    AuthProtocol.SHA: service.hmacsha.HmacSha.SERVICE_ID,
    AuthProtocol.SHA224: _HmacSha2.SHA224_SERVICE_ID,
    AuthProtocol.SHA256: _HmacSha2.SHA256_SERVICE_ID,
    AuthProtocol.SHA384: _HmacSha2.SAH384_SERVICE_ID,
    AuthProtocol.SHA512: _HmacSha2.SHA512_SERVICE_ID,
}
_PRIVACY: Final[dict[PrivacyProtocol, Any]] = {
    PrivacyProtocol.DES: service.des.Des(),
    PrivacyProtocol.AES128: service.aes.Aes(),
    PrivacyProtocol.AES192: service.aes192.AesBlumenthal192(),
    PrivacyProtocol.AES256: service.aes256.AesBlumenthal256(),
    PrivacyProtocol.AES192C: service.aes192.Aes192(),
    PrivacyProtocol.AES256C: service.aes256.Aes256(),
}
_BY_DIGEST: Final = {digest: protocol for protocol, digest in DIGESTS.items()}


@lru_cache(maxsize=4096)
def _master(protocol: AuthProtocol, passphrase: bytes) -> Any:
    return _AUTHENTICATION[protocol].hash_passphrase(OctetString(passphrase))


class PysnmpSuite:
    """pysnmp's."""

    def keys(self, user: UsmUser, engine_id: bytes) -> Keys:
        """Return a user's keys at an engine."""
        where = OctetString(engine_id)
        digest, auth, privacy = None, b"", b""
        if user.auth is not None and user.level.has_auth:
            digest = DIGESTS[user.auth]
            master = _master(user.auth, user.auth_secret)
            auth = bytes(_AUTHENTICATION[user.auth].localize_key(master, where))
            if user.privacy is not None and user.level.has_privacy:
                master = _master(user.auth, user.privacy_secret)
                cipher = _PRIVACY[user.privacy]
                privacy = bytes(cipher.localize_key(_SERVICE_IDS[user.auth], master, where))
        return Keys(digest, auth, user.privacy if privacy else None, privacy)

    def seal(self, header: Header, scoped: bytes, keys: Keys, salt_number: int) -> bytes:
        """Return the datagram, protected as far as the header's flags say; salts are pysnmp's."""
        del salt_number
        plain, _ = decoder.decode(scoped, asn1Spec=ScopedPDU())
        whole = SNMPv3Message()
        whole["msgVersion"] = VERSION_3
        data = whole["msgGlobalData"]
        data["msgID"], data["msgMaxSize"] = header.message_id, header.max_size
        data["msgFlags"], data["msgSecurityModel"] = bytes((header.flags,)), USM
        salt = b""
        if header.flags & PRIVACY_FLAG and keys.protocol is not None:
            octets, salt = _PRIVACY[keys.protocol].encrypt_data(
                OctetString(keys.privacy),
                (header.boots, header.time, None),
                encoder.encode(plain),
            )
            whole["msgData"]["encryptedPDU"] = octets
        else:
            whole["msgData"]["plaintext"] = plain
        is_signed = header.flags & AUTH_FLAG and keys.digest is not None
        blank = bytes(keys.digest.octets) if is_signed and keys.digest else b""
        parameters = _parameters(header, blank, bytes(salt))
        whole["msgSecurityParameters"] = parameters
        written = bytes(encoder.encode(whole))
        if not is_signed:
            return written
        # Where the digest belongs: near the end of the parameters, which stand there once.
        at = written.index(parameters) + len(parameters) - len(blank) - len(salt) - 2
        return b"".join((written[:at], _digest(written, keys), written[at + len(blank) :]))

    def decode(self, data: bytes) -> SecureMessage:
        """Return what a datagram says; raise DecodeError, or RejectedError if it is not v3."""
        with contextlib.suppress(DecodeError):  # what only pyasn1 can read
            check_version(data, *expect(data, 0, len(data), Tag.SEQUENCE))
        try:
            return _decode(data)
        except DECODE_ERRORS as error:
            raise DecodeError(f"pysnmp: {type(error).__name__}") from error

    def is_signed(self, data: bytes, message: SecureMessage, keys: Keys) -> bool:
        """Tell whether the digest is right."""
        if keys.digest is None or message.digest_octets != keys.digest.octets:
            return False
        end = message.digest_at + message.digest_octets
        blank = b"".join((data[: message.digest_at], bytes(message.digest_octets), data[end:]))
        return hmac.compare_digest(_digest(blank, keys), data[message.digest_at : end])

    def scoped(self, message: SecureMessage, keys: Keys) -> bytes:
        """Return the scoped PDU, decrypted if it is encrypted; raise DecodeError if it is none."""
        if not message.is_encrypted:
            return message.body
        if keys.protocol is None:
            raise DecodeError("encrypted, but there is no key")
        try:
            salt = OctetString(message.salt)
            if keys.protocol is not PrivacyProtocol.DES:
                salt = list(message.salt)
            plain = _PRIVACY[keys.protocol].decrypt_data(
                OctetString(keys.privacy),
                (message.boots, message.time, salt),
                OctetString(message.body),
            )
        except DECODE_ERRORS as error:
            raise DecodeError(f"pysnmp: {type(error).__name__}") from error
        return _canonical(bytes(plain))


def _canonical(plain: bytes) -> bytes:
    """Return a scoped PDU as pyasn1 reads it; what only the strict reading can blame, as it is."""
    _, end = expect(plain, 0, len(plain), Tag.SEQUENCE)
    as_it_is = plain[:end]  # behind it is what pads DES
    if has_empty_number(as_it_is):
        return as_it_is
    try:
        found, _ = decoder.decode(plain, asn1Spec=ScopedPDU())
        return bytes(encoder.encode(found))
    except DECODE_ERRORS:
        return as_it_is


def _parameters(header: Header, digest: bytes, salt: bytes) -> bytes:
    parameters = service.UsmSecurityParameters()
    for place, value in enumerate(
        (header.engine_id, header.boots, header.time, header.user, digest, salt)
    ):
        parameters.setComponentByPosition(place, value)
    return bytes(encoder.encode(parameters))


def _digest(blank: bytes, keys: Keys) -> bytes:
    """Return the digest of a message whose digest field is zero."""
    assert keys.digest is not None  # noqa: S101 - else nothing is signed
    method, octets = _AUTHENTICATION[_BY_DIGEST[keys.digest]], keys.digest.octets
    at = blank.index(bytes(octets))  # where pysnmp puts it, be that right or wrong
    signed = method.authenticate_outgoing_message(OctetString(keys.auth), blank)
    return bytes(signed[at : at + octets])


def _decode(data: bytes) -> SecureMessage:
    whole, rest = decoder.decode(data, asn1Spec=SNMPv3Message())
    model = int(whole["msgGlobalData"]["msgSecurityModel"])
    if int(whole["msgVersion"]) != VERSION_3:
        raise RejectedError(Rejection.VERSION, "another version where v3 was asked")
    if rest:
        raise DecodeError(f"{len(rest)} octets behind the message")
    if model != USM:
        reason = f"security model {model} where USM ({USM}) was asked"
        raise RejectedError(Rejection.SECURITY_MODEL, reason)
    octets = bytes(whole["msgSecurityParameters"])
    parameters, rest = decoder.decode(octets, asn1Spec=service.UsmSecurityParameters())
    if rest:
        raise DecodeError(f"{len(rest)} octets behind the security parameters")
    digest, salt = bytes(parameters[4]), bytes(parameters[5])
    behind = len(encoder.encode(OctetString(salt)))
    body = whole["msgData"]
    is_encrypted = body.getName() == "encryptedPDU"
    return SecureMessage(
        message_id=int(whole["msgGlobalData"]["msgID"]),
        flags=bytes(whole["msgGlobalData"]["msgFlags"])[0],
        engine_id=bytes(parameters[0]),
        boots=int(parameters[1]),
        time=int(parameters[2]),
        user=bytes(parameters[3]),
        digest_at=data.index(octets) + len(octets) - behind - len(digest),
        digest_octets=len(digest),
        salt=salt,
        is_encrypted=is_encrypted,
        body=bytes(body[1]) if is_encrypted else bytes(encoder.encode(body[0])),
    )
