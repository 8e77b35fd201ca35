"""Everything that reads a device's SNMP answers, as one function of octets, for fuzzing."""

from collections.abc import Callable
from itertools import count, pairwise
from typing import Final

from collectors.errors import DecodeError
from collectors.snmp.admission import id_of, random_ids
from collectors.snmp.association import Association, ResynchronisedError, Sealed, report_of
from collectors.snmp.ber import has_empty_number
from collectors.snmp.envelope import CommunityEnvelope, Envelope, ScopedEnvelope, wrap
from collectors.snmp.greeting import ProbeQuestion
from collectors.snmp.library import load_profile
from collectors.snmp.message import (
    Pdu,
    PduType,
    Value,
    Varbind,
    decode_message,
    encode_pdu,
)
from collectors.snmp.plan import compile_plan
from collectors.snmp.poll import PollQuestion, Uptime
from collectors.snmp.rejection import RejectedError
from collectors.snmp.rows import RowsQuestion
from collectors.snmp.settings import SnmpSettings
from collectors.snmp.suite import NativeSuite
from collectors.snmp.usm import EngineClock
from collectors.snmp.walk import GetQuestion, WalkQuestion
from collectors.target import SecurityLevel, UsmUser
from topology.model import DeviceId, InterfaceId

DECLARED: Final = (DecodeError, RejectedError, ResynchronisedError)
REQUEST_ID: Final = 0x12345678
IF_NAME: Final = (1, 3, 6, 1, 2, 1, 31, 1, 1, 1, 1)
_OPEN: Final = CommunityEnvelope(1, b"public")
_OLD: Final = CommunityEnvelope(0, b"public")
_SCOPED: Final = ScopedEnvelope(b"engine", b"")
_USER: Final = UsmUser(name="open", user=b"user", level=SecurityLevel.NO_AUTH_NO_PRIV)
_SETTINGS: Final = SnmpSettings()
_SUITE: Final = NativeSuite()


def _poll(envelope: Envelope) -> PollQuestion:
    plan = compile_plan(
        device=DeviceId("d"),
        profile=load_profile("if-mib"),
        interfaces=[(1, "eth1", InterfaceId("d:eth1"))],
        envelope=envelope,
        max_answer_octets=1400,
    )
    return PollQuestion(plan=plan, uptime=Uptime(0, 0.0), monotonic=1.0)


def _read_poll(data: bytes) -> None:
    poll = _poll(_OPEN)
    poll.read(data, REQUEST_ID)
    if poll.outcome.has_values and poll.values and not poll.is_restarted:
        assert len(poll.values) == len(poll.plan.layout.cells)


def _read_old_poll(data: bytes) -> None:
    _poll(_OLD).read(data, REQUEST_ID)


def _read_scoped_poll(data: bytes) -> None:
    _poll(_SCOPED).read(data, REQUEST_ID)


def _read_walk(data: bytes) -> None:
    walk = WalkQuestion(envelope=_OPEN, root=IF_NAME, settings=_SETTINGS)
    walk.read(data, REQUEST_ID)
    oids = [IF_NAME, *(row.oid for row in walk.rows)]
    assert all(a < b for a, b in pairwise(oids))
    walk.texts()


def _read_rows(data: bytes) -> None:
    rows = RowsQuestion(envelope=_OPEN, roots=(IF_NAME, (*IF_NAME[:-1], 18)), settings=_SETTINGS)
    rows.read(data, REQUEST_ID)


def _read_get(data: bytes) -> None:
    GetQuestion(envelope=_OPEN, oids=((1, 3, 6, 1, 2, 1, 1, 3, 0),)).read(data, REQUEST_ID)


def _read_sealed(data: bytes) -> None:
    association = Association(
        user=_USER,
        engine_id=b"engine",
        clock=EngineClock(3, 5000, 0.0, is_proven=True),
        suite=_SUITE,
        ids=random_ids(),
        salts=count(1),
        max_size=8192,
        events=[],
    )
    Sealed(_poll(_SCOPED), association, lambda: 0.0).read(data, REQUEST_ID)


def _read_probe(data: bytes) -> None:
    ProbeQuestion(suite=_SUITE, ids=random_ids(), max_size=8192).read(data, REQUEST_ID)


def _read_generally(data: bytes) -> None:
    id_of(data)
    has_empty_number(data)
    decode_message(data)


READERS: Final[tuple[Callable[[bytes], object], ...]] = (
    _read_poll,
    _read_old_poll,
    _read_scoped_poll,
    _read_walk,
    _read_rows,
    _read_get,
    _read_sealed,
    _read_probe,
    _read_generally,
    report_of,
)


def examine(data: bytes) -> None:
    """Have one input read; raise only what is a crash."""
    if data:
        try:
            READERS[data[0] % len(READERS)](data[1:])
        except DECLARED:
            return


def seeds() -> list[bytes]:
    """Return an honest answer for every reader."""
    poll = _poll(_OPEN)
    asked = decode_message(poll.datagram(REQUEST_ID)).pdu.varbinds
    values = tuple(Varbind(each.oid, Value(0x43, 4711)) for each in asked)
    row = (Varbind((*IF_NAME, 1), Value(4, b"eth0")), Varbind((*IF_NAME, 2), Value(4, b"eth1")))
    found = []
    for varbinds in (values, row, values[:1]):
        pdu = encode_pdu(Pdu(PduType.RESPONSE, REQUEST_ID, varbinds))
        for number in range(len(READERS)):
            for envelope in (_OPEN, _OLD, _SCOPED):
                found.append(bytes((number,)) + wrap(envelope, pdu))  # noqa: PERF401 - reads well
    return found
