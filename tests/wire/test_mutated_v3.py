"""What an SNMPv3 association makes of mutated messages: nothing, ever."""

import contextlib
import time
from itertools import count
from random import Random

import pytest

from collectors.snmp.admission import random_ids
from collectors.snmp.association import Association, ResynchronisedError
from collectors.snmp.greeting import ProbeQuestion
from collectors.snmp.message import Pdu, PduType, Varbind, encode_pdu
from collectors.snmp.pysnmp_usm import PysnmpSuite
from collectors.snmp.rejection import RejectedError
from collectors.snmp.secure import SecureMessage
from collectors.snmp.suite import NativeSuite
from collectors.snmp.usm import EngineClock
from tests.collectors.snmp.test_plan import mutated
from tests.wire.agent import IF_NAME
from tests.wire.secure_agent import ENGINE, ENGINE_ID, TIME, USER, SecureAgent


@pytest.mark.parametrize("suite", [NativeSuite(), PysnmpSuite()], ids=["native", "pysnmp"])
def test_mutated_v3_messages_are_never_believed(suite: NativeSuite | PysnmpSuite) -> None:
    """G1: 0 crashes, 0 accepted, 0 clocks moved, ≤ 20 ms each."""
    rng = Random(11)
    tries = 6000 if isinstance(suite, NativeSuite) else 1500
    agent = SecureAgent({}, engine_id=ENGINE_ID, user=USER)
    message = SecureMessage(4711, 3, ENGINE_ID, 3, 5000, USER.user, 0, 24, b"", True, b"")
    pdu = encode_pdu(Pdu(PduType.RESPONSE, 99, (Varbind(IF_NAME),)))
    honest = [
        agent.seal(message, pdu, flags=3, time=5000),
        agent.seal(message, pdu, flags=1, time=5000),
        agent.report(message, TIME, flags=1, boots=9, time=77),
        agent.report(message, TIME, flags=0, boots=9, time=77),
        agent.report(message, ENGINE, flags=0),
    ]
    worst = 0.0
    for _ in range(tries):
        original = rng.choice(honest)
        data = mutated(rng, original)
        association = make_association(suite)
        begun = time.thread_time()
        with pytest.raises(RejectedError) if data != original else contextlib.suppress(Exception):
            association.open(data, 4711, 0.0)
        worst = max(worst, time.thread_time() - begun)
        if data != original:
            assert not association.is_proven
            assert (association.clock.boots, association.clock.time) == (3, 5000)
        probe = ProbeQuestion(suite=suite, ids=random_ids(), max_size=8192)
        with contextlib.suppress(RejectedError):
            probe.read(data, 4711)
    assert worst < 0.02  # of CPU time: other programs on the machine do not count


def make_association(suite: NativeSuite | PysnmpSuite) -> Association:
    return Association(
        user=USER,
        engine_id=ENGINE_ID,
        clock=EngineClock(3, 5000, 0.0, is_proven=True),
        suite=suite,
        ids=random_ids(),
        salts=count(1),
        max_size=8192,
        events=[],
    )


@pytest.mark.parametrize("suite", [NativeSuite(), PysnmpSuite()], ids=["native", "pysnmp"])
def test_unmutated_messages_are_what_they_are(suite: NativeSuite | PysnmpSuite) -> None:
    agent = SecureAgent({}, engine_id=ENGINE_ID, user=USER)
    message = SecureMessage(4711, 3, ENGINE_ID, 3, 5000, USER.user, 0, 24, b"", True, b"")
    pdu = encode_pdu(Pdu(PduType.RESPONSE, 99, (Varbind(IF_NAME),)))
    association = make_association(suite)
    scoped = association.open(agent.seal(message, pdu, flags=3, time=5001), 4711, 0.0)
    assert scoped.endswith(pdu)
    assert association.clock.time == 5001
    with pytest.raises(ResynchronisedError):
        association.open(agent.report(message, TIME, flags=1, boots=9, time=77), 4711, 0.0)
    assert (association.clock.boots, association.clock.time) == (9, 77)
