"""Keys: whether a v3 message was written by a holder of its user's key; before anything reads it.

Keys are made of pass phrases (RFC 3414 §A.2), localized to the engine that is authoritative for a
message, and checked against its digest (RFC 3414 §6, RFC 7860 §4). pysnmp checks it again; but it
is shown nothing that failed here, since it keeps what unauthenticated messages tell it.
"""

import functools
import hashlib
import hmac
from dataclasses import dataclass, field
from typing import Final

_EXPANDED: Final = 1024 * 1024  # octets of repeated pass phrase, RFC 3414 §A.2
# Name in hashlib and octets of the digest that are sent.
DIGESTS: Final[dict[str, tuple[str, int]]] = {
    "md5": ("md5", 12),  # RFC 3414
    "sha": ("sha1", 12),
    "sha224": ("sha224", 16),  # RFC 7860
    "sha256": ("sha256", 24),
    "sha384": ("sha384", 32),
    "sha512": ("sha512", 48),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TrapUser:
    """An SNMPv3 user whose notifications are taken; the secrets are never in a repr."""

    name: bytes
    authentication: str = ""  # a key of DIGESTS; empty: none
    privacy: str = ""  # a key of decoder.CIPHERS; empty: none
    authentication_secret: bytes = field(default=b"", repr=False)
    privacy_secret: bytes = field(default=b"", repr=False)


def expand(secret: bytes, digest: str) -> bytes:
    """Return the key Ku of a pass phrase."""
    if not secret:
        raise ValueError("a pass phrase must not be empty")
    hashed = hashlib.new(DIGESTS[digest][0])
    repeats, rest = divmod(_EXPANDED, len(secret))
    hashed.update(secret * repeats + secret[:rest])
    return hashed.digest()


@functools.lru_cache(maxsize=256)
def _expanded(secret: bytes, digest: str) -> bytes:
    return expand(secret, digest)


@functools.lru_cache(maxsize=8192)
def localize(secret: bytes, digest: str, engine_id: bytes) -> bytes:
    """Return the key Kul of a pass phrase at one engine."""
    key = _expanded(secret, digest)
    return hashlib.new(DIGESTS[digest][0], key + engine_id + key).digest()


def digest_of(blank: bytes, key: bytes, name: str, octets: int) -> bytes:
    """Return msgAuthenticationParameters of a message in which they are zeros."""
    return hmac.digest(key, blank, name)[:octets]


def is_authentic(data: bytes, place: tuple[int, int], user: TrapUser, engine_id: bytes) -> bool:
    """Return whether the digest at this place of the message is the user's."""
    name, octets = DIGESTS[user.authentication]
    first, last = place
    if last - first != octets:
        return False
    key = localize(user.authentication_secret, user.authentication, engine_id)
    blank = data[:first] + bytes(octets) + data[last:]
    return hmac.compare_digest(digest_of(blank, key, name, octets), data[first:last])
