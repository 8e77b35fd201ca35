"""USM: keys, digests and the time window of SNMPv3's User-based Security Model.

Pure: no socket, no clock, no chance. Encryption is in `privacy`.

References: RFC 3414 (keys §2.6 and A.2, digests §6 and §7, time window §3.2), RFC 7860 (SHA-2),
draft-blumenthal-aes-usm-04 and draft-reeder-snmpv3-usm-3desede (longer keys).
"""

import hashlib
import hmac
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from collectors.target import AuthProtocol, PrivacyProtocol, UsmUser

EXPANDED_OCTETS: Final = 1_048_576  # a pass phrase is repeated up to here (A.2)
WINDOW_SECONDS: Final = 150  # §2.2.3
LATCHED_BOOTS: Final = 2**31 - 1  # an engine that has run out of boots is never authentic again
MAX_TIME: Final = 2**31 - 1


class Digest(NamedTuple):
    """A hash, and how much of its HMAC goes into a message."""

    algorithm: str
    octets: int


DIGESTS: Final = {
    AuthProtocol.MD5: Digest("md5", 12),  # usmHMACMD5AuthProtocol
    AuthProtocol.SHA: Digest("sha1", 12),  # usmHMACSHAAuthProtocol
    AuthProtocol.SHA224: Digest("sha224", 16),  # usmHMAC128SHA224AuthProtocol
    AuthProtocol.SHA256: Digest("sha256", 24),  # usmHMAC192SHA256AuthProtocol
    AuthProtocol.SHA384: Digest("sha384", 32),  # usmHMAC256SHA384AuthProtocol
    AuthProtocol.SHA512: Digest("sha512", 48),  # usmHMAC384SHA512AuthProtocol
}
PRIVACY_KEY_OCTETS: Final = {
    PrivacyProtocol.DES: 16,  # eight for the key, eight for the pre-IV
    PrivacyProtocol.AES128: 16,
    PrivacyProtocol.AES192: 24,
    PrivacyProtocol.AES256: 32,
    PrivacyProtocol.AES192C: 24,
    PrivacyProtocol.AES256C: 32,
}
_REEDER: Final = frozenset({PrivacyProtocol.AES192C, PrivacyProtocol.AES256C})


@dataclass(frozen=True, slots=True)
class Keys:
    """A user's keys at one engine; never in a repr."""

    digest: Digest | None
    auth: bytes = field(repr=False)
    protocol: PrivacyProtocol | None
    privacy: bytes = field(repr=False)

    def sign(self, data: bytes) -> bytes:
        """Return the digest of a message whose digest field is zero."""
        if self.digest is None:
            return b""
        whole = hmac.digest(self.auth, data, self.digest.algorithm)
        return whole[: self.digest.octets]

    def is_signed(self, data: bytes, digest_at: int, octets: int) -> bool:
        """Tell whether a message carries the right digest at this place, in constant time."""
        if self.digest is None or octets != self.digest.octets:
            return False
        end = digest_at + octets
        blank = b"".join((data[:digest_at], bytes(octets), data[end:]))
        return hmac.compare_digest(self.sign(blank), data[digest_at:end])


def password_to_key(protocol: AuthProtocol, passphrase: bytes) -> bytes:
    """Return the key Ku of a pass phrase (RFC 3414 A.2); takes milliseconds, on purpose."""
    if not passphrase:
        raise ValueError("an empty pass phrase has no key")
    repeated = passphrase * (EXPANDED_OCTETS // len(passphrase) + 1)
    return _hash(protocol, repeated[:EXPANDED_OCTETS])


def localise(protocol: AuthProtocol, key: bytes, engine_id: bytes) -> bytes:
    """Return the key Kul of one engine (RFC 3414 §2.6): who steals it has that device only."""
    return _hash(protocol, key + engine_id + key)


def privacy_key(
    auth: AuthProtocol, privacy: PrivacyProtocol, key: bytes, engine_id: bytes
) -> bytes:
    """Return the localised privacy key, cut or stretched to what the cipher needs."""
    localised = localise(auth, key, engine_id)
    wanted = PRIVACY_KEY_OCTETS[privacy]
    last = localised
    while len(localised) < wanted:
        if privacy in _REEDER:
            last = localise(auth, password_to_key(auth, last), engine_id)
        else:
            last = _hash(auth, localised)
        localised += last
    return localised[:wanted]


def _hash(protocol: AuthProtocol, data: bytes) -> bytes:
    return hashlib.new(DIGESTS[protocol].algorithm, data).digest()


class KeyRing:
    """Keys made so far: Ku by pass phrase, and all keys by user and engine."""

    def __init__(self, most: int = 65_536) -> None:
        self._most: Final = most  # a hostile device may change its engineID with every answer
        self._masters: dict[tuple[AuthProtocol, bytes], bytes] = {}
        self._keys: dict[tuple[UsmUser, bytes], Keys] = {}

    def keys(self, user: UsmUser, engine_id: bytes) -> Keys:
        """Return the keys of a user at an engine."""
        found = self._keys.get((user, engine_id))
        if found is None:
            if len(self._keys) >= self._most:
                del self._keys[next(iter(self._keys))]
            found = self._keys[user, engine_id] = self._make(user, engine_id)
        return found

    def _make(self, user: UsmUser, engine_id: bytes) -> Keys:
        digest, auth, privacy = None, b"", b""
        if user.auth is not None and user.level.has_auth:
            digest = DIGESTS[user.auth]
            auth = localise(user.auth, self._master(user.auth, user.auth_secret), engine_id)
            if user.privacy is not None and user.level.has_privacy:
                master = self._master(user.auth, user.privacy_secret)
                privacy = privacy_key(user.auth, user.privacy, master, engine_id)
        return Keys(digest, auth, user.privacy if privacy else None, privacy)

    def _master(self, protocol: AuthProtocol, passphrase: bytes) -> bytes:
        found = self._masters.get((protocol, passphrase))
        if found is None:
            found = self._masters[protocol, passphrase] = password_to_key(protocol, passphrase)
        return found


@dataclass(slots=True)
class EngineClock:
    """Our notion of an engine's boots and time (RFC 3414 §2.3); `now` is monotonic seconds."""

    boots: int
    time: int
    at: float  # when the engine said so
    is_proven: bool = False  # an authenticated message said so; before, it is a guess

    def time_at(self, now: float) -> int:
        """Return what the engine's time is now."""
        return min(self.time + max(int(now - self.at), 0), MAX_TIME)

    def set(self, boots: int, time: int, now: float) -> None:
        """Take what an authenticated message said."""
        self.boots, self.time, self.at, self.is_proven = boots, time, now, True

    def follow(self, boots: int, time: int, now: float) -> bool:
        """Follow an authenticated message (§3.2 7 b); return whether it is within the window."""
        if boots == LATCHED_BOOTS:
            return False
        is_newer = boots > self.boots or (boots == self.boots and time > self.time)
        if is_newer or not self.is_proven:
            self.set(boots, time, now)
        return boots == self.boots and time >= self.time_at(now) - WINDOW_SECONDS
