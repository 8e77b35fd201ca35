"""Our codec against pyasn1's, either way; and no mutation draws anything but what is declared."""

from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from pyasn1.codec.ber import decoder, encoder  # type: ignore[import-untyped]
from pysnmp.proto.api import v1, v2c
from pysnmp.proto.mpmod.rfc3412 import SNMPv3Message
from pysnmp.proto.secmod.rfc3414.service import UsmSecurityParameters

from collectors.snmp.ber import format_oid, parse_oid
from collectors.snmp.envelope import ScopedEnvelope, wrap
from collectors.snmp.message import (
    Message,
    Pdu,
    PduType,
    Varbind,
    decode_message,
    encode_message,
    encode_pdu,
)
from collectors.snmp.pysnmp_engine import canonical, encode
from collectors.snmp.pysnmp_usm import PysnmpSuite
from collectors.snmp.rejection import RejectedError
from collectors.snmp.secure import REPORTABLE_FLAG, SecureMessage, decode_secure
from collectors.snmp.suite import Header, NativeSuite
from collectors.snmp.usm import Keys
from tests.collectors.snmp.test_ber import VALUES
from tests.collectors.snmp.test_plan import mutated
from tests.fuzz.readers import READERS, examine, seeds

# pyasn1 writes -2^31 with a fifth octet, which RFC 3416 does not allow.
SOUND = VALUES.filter(lambda value: value.content != -(2**31))
OIDS = st.lists(st.integers(0, 2**32 - 1), max_size=20).map(lambda tail: (1, 3, *tail))
IDS = st.integers(0, 2**31 - 1)
COMMUNITIES = st.binary(max_size=40)
NO_KEYS = Keys(None, b"", None, b"")
MODULES: dict[int, Any] = {0: v1, 1: v2c}


def by_pyasn1(data: bytes, version: int) -> Any:
    whole, rest = decoder.decode(data, asn1Spec=MODULES[version].Message())
    assert not rest
    return whole


@given(st.lists(OIDS, max_size=8), IDS, COMMUNITIES, st.sampled_from([0, 1]),
       st.sampled_from([PduType.GET, PduType.GETNEXT]))  # fmt: skip
def test_pyasn1_reads_the_request_we_wrote_and_writes_the_same(
    oids: list[tuple[int, ...]], number: int, community: bytes, version: int, kind: PduType
) -> None:
    message = Message(version, community, Pdu(kind, number, tuple(Varbind(oid) for oid in oids)))
    ours = encode_message(message)
    assert encode(message) == ours
    api = MODULES[version].apiPDU
    pdu = MODULES[version].apiMessage.get_pdu(by_pyasn1(ours, version))
    assert int(api.get_request_id(pdu)) == number
    assert [str(oid) for oid, _ in api.get_varbinds(pdu)] == [format_oid(oid) for oid in oids]


@given(OIDS, IDS, COMMUNITIES, st.integers(0, 100), st.integers(0, 100))
def test_pyasn1_writes_the_same_getbulk(
    oid: tuple[int, ...], number: int, community: bytes, non_repeaters: int, repetitions: int
) -> None:
    pdu = Pdu(PduType.GETBULK, number, (Varbind(oid),), non_repeaters, repetitions)
    message = Message(1, community, pdu)
    assert encode(message) == encode_message(message)


@given(st.lists(st.builds(Varbind, OIDS, SOUND), max_size=8), IDS, COMMUNITIES,
       st.integers(0, 18), st.integers(0, 8))  # fmt: skip
def test_pyasn1_reads_the_response_we_wrote_and_writes_it_back(
    varbinds: list[Varbind], number: int, community: bytes, status: int, index: int
) -> None:
    pdu = Pdu(PduType.RESPONSE, number, tuple(varbinds), status, index)
    message = Message(1, community, pdu)
    data = encode_message(message)
    assert decode_message(bytes(encoder.encode(by_pyasn1(data, 1)))) == message
    assert decode_message(canonical(data, 1)) == message
    api = v2c.apiPDU
    found = v2c.apiMessage.get_pdu(by_pyasn1(data, 1))
    assert int(api.get_request_id(found)) == number
    assert int(api.get_error_status(found)) == status
    for (oid, value), said in zip(api.get_varbinds(found), varbinds, strict=True):
        assert parse_oid(str(oid)) == said.oid
        if isinstance(said.value.content, int):
            assert int(value) == said.value.content
        elif isinstance(said.value.content, bytes):
            assert bytes(value) == said.value.content


@given(IDS, st.binary(max_size=32), IDS, IDS, st.binary(max_size=32),
       st.lists(st.builds(Varbind, OIDS, SOUND), max_size=4))  # fmt: skip
def test_pyasn1_reads_the_v3_message_we_wrote(
    number: int, engine_id: bytes, boots: int, time: int, user: bytes, varbinds: list[Varbind]
) -> None:
    pdu = encode_pdu(Pdu(PduType.RESPONSE, number, tuple(varbinds)))
    scoped = wrap(ScopedEnvelope(engine_id, b"context"), pdu)
    header = Header(number, REPORTABLE_FLAG, 8192, engine_id, boots, time, user)
    data = NativeSuite().seal(header, scoped, NO_KEYS, 0)
    expected = SecureMessage(
        number, REPORTABLE_FLAG, engine_id, boots, time, user, 0, 0, b"", False, scoped
    )
    for suite in (NativeSuite(), PysnmpSuite()):
        assert suite.decode(data)._replace(digest_at=0) == expected
    whole, rest = decoder.decode(data, asn1Spec=SNMPv3Message())
    assert not rest
    assert int(whole["msgGlobalData"]["msgID"]) == number
    octets = bytes(whole["msgSecurityParameters"])
    said, _ = decoder.decode(octets, asn1Spec=UsmSecurityParameters())
    assert [bytes(said[0]), int(said[1]), int(said[2]), bytes(said[3])] == [
        engine_id, boots, time, user,
    ]  # fmt: skip
    assert decode_secure(bytes(encoder.encode(whole))).body == scoped


@given(st.sampled_from(seeds()), st.integers(0, 2**32), st.integers(0, len(READERS) - 1))
@settings(max_examples=1000)
def test_no_mutation_draws_anything_but_what_is_declared(
    seed: bytes, chance: int, reader: int
) -> None:
    data = mutated(Random(chance), seed[1:])
    examine(bytes((reader,)) + data)
    try:
        canonical(data, 1)
    except RejectedError:
        return


@given(st.binary(max_size=400), st.integers(0, len(READERS) - 1))
def test_no_octets_draw_anything_but_what_is_declared(data: bytes, reader: int) -> None:
    examine(bytes((reader,)) + data)
