"""USM's keys, digests, ciphers and time window, against the vectors of its RFCs and drafts."""

import pytest

from collectors.errors import DecodeError
from collectors.snmp.privacy import decrypt, encrypt, make_salt
from collectors.snmp.usm import (
    DIGESTS,
    EngineClock,
    KeyRing,
    Keys,
    localise,
    password_to_key,
    privacy_key,
)
from collectors.target import AuthProtocol, PrivacyProtocol, SecurityLevel, UsmUser

ENGINE_ID = bytes.fromhex("000000000000000000000002")  # of RFC 3414 A.3

KEYS = {  # RFC 3414 A.3.1, A.3.2; the others by the same algorithm (RFC 7860 §9.3)
    AuthProtocol.MD5: ("9faf3283884e92834ebc9847d8edd963", "526f5eed9fcce26f8964c2930787d82b"),
    AuthProtocol.SHA: (
        "9fb5cc0381497b3793528939ff788d5d79145211",
        "6695febc9288e36282235fc7151f128497b38f3f",
    ),
    AuthProtocol.SHA224: (
        "282a5867ee9aac639ad59df9572c7d3ac0fbc13a905b6df07dbbf00b",
        "0bd8827c6e29f8065e08e09237f177e410f69b90e1782be682075674",
    ),
    AuthProtocol.SHA256: (
        "ab51014d1e077f6017df2b12bee5f5aa72993177e9bb569c4dff5a4ca0b4afac",
        "8982e0e549e866db361a6b625d84cccc11162d453ee8ce3a6445c2d6776f0f8b",
    ),
    AuthProtocol.SHA384: (
        "e06eccdf2c68a06ed034723c9c26e0db3b669e1e2efed49150b55377a2e98f38"
        "3c86fb836857444654b287c93f51ff64",
        "3b298f16164a11184279d5432bf169e2d2a48307de02b3d3f7e2b4f36eb6f045"
        "5a53689a3937eea07319a633d2ccba78",
    ),
    AuthProtocol.SHA512: (
        "7e4396de5aadc77be853819b98c9406265b3a9c37cc3176569847a4e4f6fba63"
        "dd3a73d04924d31a63f95a601f9385af6be4ed1b37f87d040f7c6ed6f8d38a91",
        "22a5a36cedfcc085807a128d7bc6c2382167ad6c0dbc5fdff856740f3d84c099"
        "ad1ea87a8db096714d9788bd544047c9021e4229ce27e4c0a69250adfcffbb0b",
    ),
}


@pytest.mark.parametrize("protocol", AuthProtocol)
def test_pass_phrase_gives_the_keys_of_the_rfc(protocol: AuthProtocol) -> None:
    master, localised = KEYS[protocol]
    assert password_to_key(protocol, b"maplesyrup").hex() == master
    assert localise(protocol, bytes.fromhex(master), ENGINE_ID).hex() == localised


@pytest.mark.parametrize(
    ("auth", "privacy", "expected"),
    [
        # draft-reeder-snmpv3-usm-3desede-00 B.1 and B.2, cut to what AES needs
        (
            AuthProtocol.MD5,
            PrivacyProtocol.AES256C,
            "526f5eed9fcce26f8964c2930787d82b79eff44a90650ee0a3a40abfac5acc12",
        ),
        (
            AuthProtocol.SHA,
            PrivacyProtocol.AES192C,
            "6695febc9288e36282235fc7151f128497b38f3f9b8b6d78",
        ),
        (
            AuthProtocol.SHA,
            PrivacyProtocol.AES256C,
            "6695febc9288e36282235fc7151f128497b38f3f9b8b6d78936ba6e7d19dfd9c",
        ),
        # draft-blumenthal-aes-usm-04 §3.1.2.1
        (
            AuthProtocol.MD5,
            PrivacyProtocol.AES256,
            "526f5eed9fcce26f8964c2930787d82bfa24a92467426c2f4b09192be10dfaec",
        ),
        (
            AuthProtocol.SHA,
            PrivacyProtocol.AES256,
            "6695febc9288e36282235fc7151f128497b38f3f505e07eb9af25568fa1f5dbe",
        ),
        # long enough as it is: nothing is stretched, in either way
        (AuthProtocol.SHA256, PrivacyProtocol.AES256, KEYS[AuthProtocol.SHA256][1]),
        (AuthProtocol.SHA256, PrivacyProtocol.AES256C, KEYS[AuthProtocol.SHA256][1]),
        (AuthProtocol.SHA256, PrivacyProtocol.AES128, "8982e0e549e866db361a6b625d84cccc"),
        (AuthProtocol.SHA, PrivacyProtocol.DES, "6695febc9288e36282235fc7151f1284"),
    ],
)
def test_privacy_keys_are_stretched_as_the_drafts_say(
    auth: AuthProtocol, privacy: PrivacyProtocol, expected: str
) -> None:
    master = bytes.fromhex(KEYS[auth][0])
    assert privacy_key(auth, privacy, master, ENGINE_ID).hex() == expected


# RFC 2202 (MD5, SHA-1) and RFC 4231 (SHA-2), test case 2: key "Jefe", cut to SNMP's lengths.
HMACS = {
    AuthProtocol.MD5: "750c783e6ab0b503eaa86e31",
    AuthProtocol.SHA: "effcdf6ae5eb2fa2d27416d5",
    AuthProtocol.SHA224: "a30e01098bc6dbbf45690f3a7e9e6d0f",
    AuthProtocol.SHA256: "5bdcc146bf60754e6a042426089575c75a003f089d273983",
    AuthProtocol.SHA384: "af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e",
    AuthProtocol.SHA512: (
        "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554"
        "9758bf75c05a994a6d034f65f8f0e6fd"
    ),
}


@pytest.mark.parametrize("protocol", AuthProtocol)
def test_digest_is_the_hmac_cut_to_its_length(protocol: AuthProtocol) -> None:
    keys = Keys(DIGESTS[protocol], b"Jefe", None, b"")
    assert keys.sign(b"what do ya want for nothing?").hex() == HMACS[protocol]


@pytest.mark.parametrize("protocol", AuthProtocol)
def test_every_octet_of_a_signed_message_counts(protocol: AuthProtocol) -> None:
    digest = DIGESTS[protocol]
    keys = Keys(digest, b"k" * 20, None, b"")
    blank = b"before" + bytes(digest.octets) + b"behind"
    signed = b"before" + keys.sign(blank) + b"behind"
    assert keys.is_signed(signed, 6, digest.octets)
    for place in range(len(signed)):
        changed = bytearray(signed)
        changed[place] ^= 1
        assert not keys.is_signed(bytes(changed), 6, digest.octets)


def test_shorter_digest_is_never_enough() -> None:
    keys = Keys(DIGESTS[AuthProtocol.SHA256], b"k" * 32, None, b"")
    for octets in (0, 1, 12, 23, 25):
        blank = b"before" + bytes(octets) + b"behind"
        signed = b"before" + keys.sign(blank)[:octets].ljust(octets, b"\0") + b"behind"
        assert not keys.is_signed(signed, 6, octets)


def test_aes_is_cfb128_with_boots_time_and_salt_in_front() -> None:
    # NIST SP 800-38A F.3.13, whose IV 00 01 … 0f is boots 0x00010203, time 0x04050607 and a salt.
    key = bytes.fromhex("2b7e151628aed2a6abf7158809cf4f3c")
    plain = bytes.fromhex("6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51")
    salt = bytes.fromhex("08090a0b0c0d0e0f")
    found = encrypt(
        PrivacyProtocol.AES128, key, plain, boots=0x00010203, time=0x04050607, salt=salt
    )
    assert found.hex() == "3b3fd92eb72dad20333449f8e83cfb4ac8a64537a0b3a93fcde3cdad9f1ce58b"


def test_des_is_cbc_from_the_pre_iv_and_pads() -> None:
    # FIPS 81, table C1: key 0123456789abcdef, IV 1234567890abcdef, "Now is the time for all ".
    salt = bytes.fromhex("0000000100000002")
    pre_iv = bytes(a ^ b for a, b in zip(bytes.fromhex("1234567890abcdef"), salt, strict=True))
    key = bytes.fromhex("0123456789abcdef") + pre_iv
    plain = b"Now is the time for all "
    found = encrypt(PrivacyProtocol.DES, key, plain, boots=1, time=0, salt=salt)
    assert found.hex() == "e5c7cdde872bf27c43e934008c389c0f683788499a7c05f6"
    padded = encrypt(PrivacyProtocol.DES, key, plain[:21], boots=1, time=0, salt=salt)
    assert len(padded) == 24
    assert decrypt(PrivacyProtocol.DES, key, padded, boots=1, time=0, salt=salt)[:21] == plain[:21]


@pytest.mark.parametrize("salt", [b"", bytes(7), bytes(9)])
@pytest.mark.parametrize("protocol", [PrivacyProtocol.DES, PrivacyProtocol.AES128])
def test_salt_of_another_length_cannot_be_decrypted(protocol: PrivacyProtocol, salt: bytes) -> None:
    with pytest.raises(DecodeError, match="salt of"):
        decrypt(protocol, bytes(16), bytes(16), boots=1, time=1, salt=salt)


def test_half_a_block_of_des_cannot_be_decrypted() -> None:
    with pytest.raises(DecodeError, match="no whole blocks"):
        decrypt(PrivacyProtocol.DES, bytes(16), bytes(15), boots=1, time=1, salt=bytes(8))


def test_salts_of_consecutive_messages_differ_even_over_the_end() -> None:
    numbers = (2**64 - 2, 2**64 - 1, 2**64)
    assert [make_salt(PrivacyProtocol.AES128, 7, each).hex() for each in numbers] == [
        "fffffffffffffffe",
        "ffffffffffffffff",
        "0000000000000000",
    ]
    assert make_salt(PrivacyProtocol.DES, 7, 2**32 + 5).hex() == "0000000700000005"


def test_key_ring_knows_users_and_engines_apart() -> None:
    def user(secret: bytes) -> UsmUser:
        return UsmUser(
            name="n",
            user=b"u",
            level=SecurityLevel.AUTH_PRIV,
            auth=AuthProtocol.SHA256,
            auth_secret=secret,
            privacy=PrivacyProtocol.AES128,
            privacy_secret=b"privacy of it",
        )

    ring = KeyRing(most=2)
    one = ring.keys(user(b"maplesyrup"), ENGINE_ID)
    assert one.auth.hex() == KEYS[AuthProtocol.SHA256][1]
    assert ring.keys(user(b"maplesyrup"), ENGINE_ID) is one
    assert ring.keys(user(b"maplesyrup"), b"other").auth != one.auth
    assert ring.keys(user(b"another one"), ENGINE_ID).auth != one.auth
    assert ring.keys(user(b"maplesyrup"), ENGINE_ID) == one  # made again: the ring is bounded
    assert "maplesyrup" not in repr(user(b"maplesyrup"))
    assert one.auth.hex() not in repr(one)
    assert repr(one.auth) not in repr(one)


@pytest.mark.parametrize(
    ("boots", "time", "now", "is_within", "known"),
    [
        (5, 1000, 0.0, True, (5, 1000)),
        (5, 1060, 60.0, True, (5, 1060)),
        (5, 910, 60.0, True, (5, 1000)),  # 150 s behind: the last moment of the window
        (5, 909, 60.0, False, (5, 1000)),
        (5, 5000, 60.0, True, (5, 5000)),  # it is ahead: its clock is the one that counts
        (6, 0, 60.0, True, (6, 0)),
        (4, 9999, 60.0, False, (5, 1000)),
        (2**31 - 1, 1000, 0.0, False, (5, 1000)),
    ],
    ids=[
        "same moment",
        "a minute later",
        "late by 150 s",
        "late by 151 s",
        "ahead",
        "rebooted",
        "an older life",
        "latched",
    ],
)
def test_time_window(
    boots: int, time: int, now: float, is_within: bool, known: tuple[int, int]
) -> None:
    clock = EngineClock(5, 1000, 0.0, is_proven=True)
    assert clock.follow(boots, time, now) is is_within
    assert (clock.boots, clock.time) == known
