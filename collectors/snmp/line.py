"""Line: how one device is asked, whatever is asked of it: address, patience, envelope."""

from typing import Final

from collectors.observation import Outcome
from collectors.snmp.envelope import CommunityEnvelope, Envelope
from collectors.snmp.message import VERSION_1, VERSION_2C
from collectors.snmp.question import Asker, Ending, Question
from collectors.target import SnmpTarget, Version

_VERSIONS: Final = {Version.V1: VERSION_1, Version.V2C: VERSION_2C}


class EndedError(Exception):
    """A poll that ended without values, and why."""

    def __init__(self, outcome: Outcome, detail: str) -> None:
        super().__init__(detail)
        self.outcome = outcome
        self.detail = detail


class Line:
    """One device's."""

    def __init__(self, target: SnmpTarget, asker: Asker) -> None:
        self.target: Final = target
        self._asker: Final = asker
        credential = target.credential
        self.envelope: Envelope = CommunityEnvelope(
            _VERSIONS[credential.version], credential.secret
        )

    async def ask(self, question: Question, deadline: float) -> Ending:
        """Ask, and return how it ended, by `deadline` at the latest."""
        target = self.target
        return await self._asker.ask(
            target.address,
            target.port,
            question,
            timeout_seconds=target.timeout_seconds,
            retries=target.retries,
            deadline=deadline,
        )
