"""Greeting: find the SNMP engine of a device, and have it prove itself (RFC 3414 §4).

Anybody can answer a probe, so what it says is a guess: an engineID to try, a time to begin with.
Only when a small question under the user's keys is answered does the guess become knowledge, and
only then is the engine known before given up. So a forged answer costs one try, never the device.
"""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from typing import Final

from collectors.errors import DecodeError
from collectors.observation import Outcome
from collectors.snmp.admission import random_ids
from collectors.snmp.association import Association, ResynchronisedError, report_of
from collectors.snmp.envelope import ScopedEnvelope, wrap
from collectors.snmp.line import EndedError, Line
from collectors.snmp.message import Pdu, PduType, Varbind, encode_pdu
from collectors.snmp.profile import SYS_UP_TIME
from collectors.snmp.question import Step
from collectors.snmp.rejection import RejectedError, Rejection
from collectors.snmp.secure import REPORTABLE_FLAG
from collectors.snmp.settings import SnmpSettings
from collectors.snmp.suite import Header, Suite
from collectors.snmp.usm import EngineClock, Keys
from collectors.snmp.walk import GetQuestion
from collectors.target import UsmUser

_NO_KEYS: Final = Keys(None, b"", None, b"")
_NOWHERE: Final = ScopedEnvelope(b"", b"")


@dataclass(slots=True, eq=False, kw_only=True)
class ProbeQuestion:
    """Who are you? Asked of an engine that does not exist, so that the real one reports itself."""

    suite: Suite
    ids: Iterator[int]
    max_size: int
    engine_id: bytes = b""
    boots: int = 0
    time: int = 0
    outcome: Outcome = Outcome.OK

    def datagram(self, message_id: int) -> bytes:
        """Return the request."""
        scoped = wrap(_NOWHERE, encode_pdu(Pdu(PduType.GET, next(self.ids), ())))
        header = Header(message_id, REPORTABLE_FLAG, self.max_size, b"", 0, 0, b"")
        return self.suite.seal(header, scoped, _NO_KEYS, 0)

    def read(self, data: bytes, message_id: int) -> Step:
        """Take one datagram."""
        try:
            message = self.suite.decode(data)
            if message.message_id != message_id:
                raise RejectedError(Rejection.MESSAGE_ID, "another msgID than asked with")
            report = report_of(self.suite.scoped(message, _NO_KEYS))
        except DecodeError as error:
            raise RejectedError(Rejection.UNDECODABLE, str(error)) from error
        if report is None or not message.engine_id:
            raise RejectedError(Rejection.PDU_TYPE, "no report of an engine")
        self.engine_id, self.boots, self.time = message.engine_id, message.boots, message.time
        return Step.FINISHED


@dataclass(slots=True, eq=False, kw_only=True)
class TimeQuestion:
    """What is the time? Answered under the authentication key, without privacy."""

    association: Association
    envelope: ScopedEnvelope
    now: Callable[[], float]
    outcome: Outcome = Outcome.OK

    def datagram(self, message_id: int) -> bytes:
        """Return the request."""
        pdu = Pdu(PduType.GET, next(self.association.ids), (Varbind(SYS_UP_TIME),))
        return self.association.seal_untimely(wrap(self.envelope, encode_pdu(pdu)), message_id)

    def read(self, data: bytes, message_id: int) -> Step:
        """Take one datagram."""
        try:
            self.association.open(data, message_id, self.now())
        except ResynchronisedError:
            return Step.FINISHED
        raise RejectedError(Rejection.PDU_TYPE, "no report of the time")


class Greeter:
    """Greets devices; what all associations share is here: salts never come twice."""

    def __init__(self, suite: Suite, settings: SnmpSettings, now: Callable[[], float]) -> None:
        self._suite: Final = suite
        self._settings: Final = settings
        self._now: Final = now
        self._ids: Final = random_ids()
        self._salts: Final = count(int.from_bytes(os.urandom(8), "big"))

    async def greet(self, line: Line, user: UsmUser, deadline: float) -> Association:
        """Return the association that the device has proven; raise EndedError."""
        probe = ProbeQuestion(
            suite=self._suite, ids=self._ids, max_size=self._settings.max_datagram_octets
        )
        ending = await line.ask_openly(probe, deadline)
        if ending.outcome is not Outcome.OK:
            raise EndedError(ending.outcome, ending.detail, ending.rejection)
        association = line.association
        if association is None or association.engine_id != probe.engine_id:
            association = Association(
                user=user,
                engine_id=probe.engine_id,
                clock=EngineClock(probe.boots, probe.time, self._now()),
                suite=self._suite,
                ids=self._ids,
                salts=self._salts,
                max_size=self._settings.max_datagram_octets,
                events=line.events,
            )
        await self._prove(line, association, deadline)
        return association

    async def check(self, line: Line, deadline: float) -> None:
        """Have a small question answered by a device that needs no proof; raise EndedError."""
        check = GetQuestion(envelope=line.envelope, oids=(SYS_UP_TIME,))
        ending = await line.ask(check, deadline)
        if ending.outcome is not Outcome.OK:
            raise EndedError(ending.outcome, ending.detail)

    async def _prove(self, line: Line, association: Association, deadline: float) -> None:
        """Have a small question answered at the full level."""
        envelope = ScopedEnvelope(association.engine_id, line.context)
        check = GetQuestion(envelope=envelope, oids=(SYS_UP_TIME,))
        ending = await line.ask_under(association, check, deadline)
        if ending.outcome is Outcome.TIMEOUT and association.user.level.has_privacy:
            await self._blame_privacy(line, association, envelope, deadline)
        if ending.outcome is not Outcome.OK:
            raise EndedError(ending.outcome, ending.detail, ending.rejection)
        if check.outcome is not Outcome.OK:
            raise EndedError(check.outcome, check.detail)

    async def _blame_privacy(
        self, line: Line, association: Association, envelope: ScopedEnvelope, deadline: float
    ) -> None:
        """Raise EndedError if the device knows our authentication key: then it is the other one.

        Many agents drop in silence what they cannot decrypt, which must not look like an outage.
        """
        question = TimeQuestion(association=association, envelope=envelope, now=self._now)
        ending = await line.ask_openly(question, deadline, retries=0)
        if ending.outcome is Outcome.OK:
            reason = "it knows the authentication key, yet answers nothing encrypted: privacy key"
            raise EndedError(Outcome.AUTH_ERROR, f"{reason} or protocol")
