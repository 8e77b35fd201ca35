"""Privacy: how SNMPv3 encrypts a scoped PDU; the door of cryptography.

Single DES has left every library, so it is triple DES with the same key three times, which is the
same function. References: RFC 3414 §8 (CBC-DES), RFC 3826 (CFB128-AES).
"""

from struct import Struct
from typing import Final

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.decrepit.ciphers.modes import CFB
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from collectors.errors import DecodeError
from collectors.target import PrivacyProtocol

SALT_OCTETS: Final = 8
_DES_BLOCK: Final = 8
_TWO: Final = Struct(">II")
_LONG: Final = Struct(">Q")
_COUNTER64: Final = 2**64


def make_salt(protocol: PrivacyProtocol, boots: int, number: int) -> bytes:
    """Return the salt of message `number`; a number must never come twice under one key."""
    if protocol is PrivacyProtocol.DES:
        return _TWO.pack(boots & 0xFFFFFFFF, number & 0xFFFFFFFF)
    return _LONG.pack(number % _COUNTER64)


def encrypt(
    protocol: PrivacyProtocol, key: bytes, plain: bytes, *, boots: int, time: int, salt: bytes
) -> bytes:
    """Return the encrypted octets; DES pads them to whole blocks."""
    if protocol is PrivacyProtocol.DES:
        plain += bytes(-len(plain) % _DES_BLOCK)
    return _cipher(protocol, key, boots, time, salt).encryptor().update(plain)


def decrypt(
    protocol: PrivacyProtocol, key: bytes, octets: bytes, *, boots: int, time: int, salt: bytes
) -> bytes:
    """Return the plaintext, with what pads it; raise DecodeError if it cannot be encrypted so."""
    if len(salt) != SALT_OCTETS:
        raise DecodeError(f"salt of {len(salt)} octets ({SALT_OCTETS} are allowed)")
    if protocol is PrivacyProtocol.DES and len(octets) % _DES_BLOCK:
        raise DecodeError(f"{len(octets)} octets are no whole blocks of DES")
    return _cipher(protocol, key, boots, time, salt).decryptor().update(octets)


def _cipher(
    protocol: PrivacyProtocol, key: bytes, boots: int, time: int, salt: bytes
) -> "Cipher[CFB] | Cipher[modes.CBC]":
    if protocol is PrivacyProtocol.DES:
        start = bytes(a ^ b for a, b in zip(key[8:16], salt, strict=True))
        return Cipher(TripleDES(key[:8] * 3), modes.CBC(start))
    return Cipher(algorithms.AES(key), CFB(_TWO.pack(boots, time) + salt))
