"""Line: how one device is asked, whatever is asked of it: address, patience, envelope."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Final

from collectors.observation import Outcome, SecurityEvent
from collectors.snmp.association import Association, Sealed
from collectors.snmp.envelope import CommunityEnvelope, Envelope, ScopedEnvelope
from collectors.snmp.message import VERSION_1, VERSION_2C
from collectors.snmp.question import Asker, Ending, Question
from collectors.snmp.rejection import Rejection
from collectors.snmp.settings import LEAST_ANSWER_OCTETS, SnmpSettings
from collectors.target import Community, SnmpTarget, Version

_VERSIONS: Final = {Version.V1: VERSION_1, Version.V2C: VERSION_2C}


class EndedError(Exception):
    """A poll that ended without values, and why."""

    def __init__(self, outcome: Outcome, detail: str, rejection: Rejection | None = None) -> None:
        super().__init__(detail)
        self.outcome = outcome
        self.detail = detail
        self.rejection = rejection


class Line:
    """One device's."""

    def __init__(
        self,
        target: SnmpTarget,
        asker: Asker,
        settings: SnmpSettings,
        now: Callable[[], float],
    ) -> None:
        self.target: Final = target
        self.settings = settings  # with what this device has taught us of its limits
        self.events: Final[list[SecurityEvent]] = []
        self.context: Final = target.context.encode()
        self._asker: Final = asker
        self._now: Final = now
        self._association: Association | None = None
        self.envelope: Envelope = ScopedEnvelope(b"", self.context)
        if isinstance(target.credential, Community):
            version = _VERSIONS[target.credential.version]
            self.envelope = CommunityEnvelope(version, target.credential.secret)

    def halve_answers(self) -> bool:
        """Ask for smaller answers from now on; False if they are as small as can be."""
        octets = max(self.settings.max_answer_octets // 2, LEAST_ANSWER_OCTETS)
        is_less = octets < self.settings.max_answer_octets
        self.settings = replace(self.settings, max_answer_octets=octets)
        return is_less

    def halve_repetitions(self) -> bool:
        """Ask for fewer rows at once from now on; False if it is one already."""
        rows = max(self.settings.max_repetitions // 2, 1)
        is_less = rows < self.settings.max_repetitions
        self.settings = replace(self.settings, max_repetitions=rows)
        return is_less

    @property
    def association(self) -> Association | None:
        """The SNMPv3 engine behind it, once it has proven itself."""
        return self._association

    @association.setter
    def association(self, association: Association) -> None:
        self._association = association
        self.envelope = ScopedEnvelope(association.engine_id, self.context)

    @property
    def is_open(self) -> bool:
        """Whether it can be asked: by a community always, by SNMPv3 once its engine is proven."""
        return self._association is not None or type(self.envelope) is CommunityEnvelope

    @property
    def overhead_octets(self) -> int:
        """How many octets of a message are not the envelope and its PDU."""
        return 0 if self._association is None else self._association.overhead_octets

    def ask(self, question: Question, deadline: float) -> Awaitable[Ending]:
        """Ask under the protection the target asks for; return how it ended, by `deadline`."""
        if self._association is None:
            return self.ask_openly(question, deadline)
        return self.ask_under(self._association, question, deadline)

    def ask_under(
        self, association: Association, question: Question, deadline: float
    ) -> Awaitable[Ending]:
        """Ask under the protection of this association."""
        return self.ask_openly(Sealed(question, association, self._now), deadline)

    def ask_openly(
        self, question: Question, deadline: float, *, retries: int | None = None
    ) -> Awaitable[Ending]:
        """Ask what needs no protection, or has its own."""
        target = self.target
        return self._asker.ask(
            target.address,
            target.port,
            question,
            timeout_seconds=target.timeout_seconds,
            retries=target.retries if retries is None else retries,
            deadline=deadline,
            gap_seconds=target.gap_seconds,
        )
