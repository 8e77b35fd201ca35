"""Keys of pass phrases, by the examples of RFC 3414 §A.3, and pysnmp's own for the rest."""

import pytest
from pysnmp.entity import config
from pysnmp.proto.rfc1902 import OctetString

from collectors.trap.decoder import AUTHENTICATIONS
from collectors.trap.envelope import UsmEnvelope, read
from collectors.trap.keys import DIGESTS, TrapUser, is_authentic, localize
from tests.collectors.trap.datagrams import THEIR_ENGINE, v3

ENGINE = bytes.fromhex("000000000000000000000002")


@pytest.mark.parametrize(
    ("digest", "key"),
    [
        ("md5", "526f5eed9fcce26f8964c2930787d82b"),
        ("sha", "6695febc9288e36282235fc7151f128497b38f3f"),
    ],
)
def test_localized_keys_are_those_of_the_rfc(digest: str, key: str) -> None:
    assert localize(b"maplesyrup", digest, ENGINE).hex() == key


@pytest.mark.parametrize("digest", DIGESTS)
def test_localized_keys_are_those_of_pysnmp(digest: str) -> None:
    service = config.AUTH_SERVICES[AUTHENTICATIONS[digest]]
    engine_id = OctetString(THEIR_ENGINE)
    theirs = bytes(service.localize_key(service.hash_passphrase(b"correct horse"), engine_id))
    assert localize(b"correct horse", digest, THEIR_ENGINE) == theirs


@pytest.mark.parametrize("digest", DIGESTS)
def test_a_message_is_authentic_until_one_bit_of_it_changes(digest: str) -> None:
    user = TrapUser(name=b"watch", authentication=digest, authentication_secret=b"correct horse")
    data = v3(user=user)
    around = read(data, 128)
    assert isinstance(around, UsmEnvelope)
    assert is_authentic(data, around.digest, user, THEIR_ENGINE)
    for place in range(len(data)):
        changed = data[:place] + bytes((data[place] ^ 1,)) + data[place + 1 :]
        assert not is_authentic(changed, around.digest, user, THEIR_ENGINE)


def test_an_empty_pass_phrase_is_refused() -> None:
    with pytest.raises(ValueError, match="must not be empty"):
        localize(b"", "sha256", ENGINE)


def test_secrets_are_in_no_repr() -> None:
    user = TrapUser(name=b"watch", authentication="sha", authentication_secret=b"correct horse")
    assert "horse" not in repr(user)
