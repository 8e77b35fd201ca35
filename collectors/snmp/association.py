"""Association: how we speak with the SNMP engine of one device (RFC 3414), and what is believed.

It is one device's and one engine's: two devices that claim the same engineID never share a clock.
Only an authenticated message moves the clock. One that carries the msgID of the moment cannot be a
replay, since nobody could know that number before: so a device that has lost its boots is believed
when it says so under its key, and whoever has not the key is not, whatever he says.
"""

from collections.abc import Callable, Iterator
from typing import Final

from collectors.errors import DecodeError
from collectors.observation import Outcome, SecurityEvent, SecurityKind
from collectors.snmp.ber import Tag, decode_header, expect, parse_oid
from collectors.snmp.message import PduType, decode_varbinds
from collectors.snmp.question import Question, Step
from collectors.snmp.rejection import RejectedError, Rejection
from collectors.snmp.secure import AUTH_FLAG, PRIVACY_FLAG, REPORTABLE_FLAG, SecureMessage
from collectors.snmp.suite import Header, Suite
from collectors.snmp.usm import LATCHED_BOOTS, EngineClock, Keys
from collectors.target import SecurityLevel, UsmUser

LEVEL_FLAGS: Final = {
    SecurityLevel.NO_AUTH_NO_PRIV: 0,
    SecurityLevel.AUTH_NO_PRIV: AUTH_FLAG,
    SecurityLevel.AUTH_PRIV: AUTH_FLAG | PRIVACY_FLAG,
}
# usmStats (RFC 3414 §5), snmpMPDStats (RFC 3412 §5), the contexts of RFC 3413 §4.1.2.
REPORTS: Final = {
    "1.3.6.1.6.3.15.1.1.1.0": (Rejection.REPORT_LEVEL, "it does not allow this security level"),
    "1.3.6.1.6.3.15.1.1.2.0": (Rejection.REPORT_TIME, "our notion of its time is wrong"),
    "1.3.6.1.6.3.15.1.1.3.0": (Rejection.REPORT_USER, "it knows no such user"),
    "1.3.6.1.6.3.15.1.1.4.0": (Rejection.REPORT_ENGINE, "it is another engine than before"),
    "1.3.6.1.6.3.15.1.1.5.0": (
        Rejection.REPORT_DIGEST,
        "wrong digest: authentication key or protocol",
    ),
    "1.3.6.1.6.3.15.1.1.6.0": (
        Rejection.REPORT_DECRYPTION,
        "it could not decrypt: privacy key or protocol",
    ),
    "1.3.6.1.6.3.12.1.4.0": (Rejection.REPORT_CONTEXT, "the context is not available"),
    "1.3.6.1.6.3.12.1.5.0": (Rejection.REPORT_CONTEXT, "it knows no such context"),
}
_KINDS: Final = {parse_oid(oid): kind for oid, kind in REPORTS.items()}
_MAX_REPORT_VARBINDS: Final = 4


_LEVEL_MASK: Final = AUTH_FLAG | PRIVACY_FLAG
_MAX_RESYNCHRONISATIONS: Final = 2  # of one question


class ResynchronisedError(Exception):
    """Not an answer: the device said, under its key, what time it is; ask again."""


def report_of(scoped: bytes) -> RejectedError | None:
    """Return what a scoped PDU reports, or None if it is no report; raise DecodeError."""
    pdu_type, start, end = _pdu_of(scoped)
    if pdu_type != PduType.REPORT:
        return None
    for _ in range(3):  # request-id, error-status, error-index: a Report has them unused
        _, start = expect(scoped, start, end, Tag.INTEGER)
    start, end = expect(scoped, start, end, Tag.SEQUENCE)
    for varbind in decode_varbinds(scoped, start, end, _MAX_REPORT_VARBINDS):
        if varbind.oid in _KINDS:
            kind, words = _KINDS[varbind.oid]
            return RejectedError(kind, f"the device reports: {words}")
    return RejectedError(Rejection.REPORT_OTHER, "the device reports what we do not know")


def _pdu_of(scoped: bytes) -> tuple[int, int, int]:
    """Return type, start and end of the PDU in a scoped PDU."""
    start, end = expect(scoped, 0, len(scoped), Tag.SEQUENCE)
    if end != len(scoped):
        raise DecodeError(f"{len(scoped) - end} octets behind the scoped PDU")
    _, start = expect(scoped, start, end, Tag.OCTET_STRING)
    _, start = expect(scoped, start, end, Tag.OCTET_STRING)
    return decode_header(scoped, start, end)


class Association:
    """What we know of one device's engine, and how messages to and from it are protected."""

    def __init__(
        self,
        *,
        user: UsmUser,
        engine_id: bytes,
        clock: EngineClock,
        suite: Suite,
        ids: Iterator[int],
        salts: Iterator[int],
        max_size: int,
        events: list[SecurityEvent],
    ) -> None:
        self.user: Final = user
        self.engine_id: Final = engine_id
        self.clock: Final = clock
        self.is_proven = False  # it has answered under our key, as far as the level has one
        self._events: Final = events
        self.ids: Final = ids
        self._keys: Final[Keys] = suite.keys(user, engine_id)
        self._suite: Final = suite
        self._salts: Final = salts
        self._max_size: Final = max_size
        self._flags: Final = LEVEL_FLAGS[user.level]
        self._is_latched = False

    @property
    def overhead_octets(self) -> int:
        """How many octets of a message are neither scoped PDU nor its envelope, at most."""
        digest = self._keys.digest.octets if self._keys.digest else 0
        return 72 + len(self.engine_id) + len(self.user.user) + digest

    def seal(self, scoped: bytes, message_id: int, now: float) -> bytes:
        """Return the datagram of a question."""
        clock = self.clock
        header = Header(
            message_id,
            self._flags | REPORTABLE_FLAG,
            self._max_size,
            self.engine_id,
            clock.boots,
            clock.time_at(now),
            self.user.user,
        )
        return self._suite.seal(header, scoped, self._keys, next(self._salts))

    def seal_untimely(self, scoped: bytes, message_id: int) -> bytes:
        """Return a datagram without privacy whose time is wrong, so that the device tells its own.

        RFC 3414 §4: the device looks at the digest before the time, and answers under its key.
        """
        header = Header(
            message_id,
            self._flags & ~PRIVACY_FLAG | REPORTABLE_FLAG,
            self._max_size,
            self.engine_id,
            0,
            0,
            self.user.user,
        )
        return self._suite.seal(header, scoped, self._keys, 0)

    def open(self, data: bytes, message_id: int, now: float) -> bytes:
        """Return the scoped PDU of an answer.

        Raise RejectedError if it is none, ResynchronisedError if it is the device's time instead.
        """
        try:
            message = self._suite.decode(data)
        except DecodeError as error:
            raise RejectedError(Rejection.UNDECODABLE, str(error)) from error
        if message.message_id != message_id:
            raise RejectedError(Rejection.MESSAGE_ID, "another msgID than asked with")
        level = message.flags & _LEVEL_MASK
        if not level & AUTH_FLAG and self._flags & AUTH_FLAG:
            raise _unauthenticated(message)
        self._authenticate(data, message, level)
        scoped, report = self._scoped(message, level)
        if report is not None:
            if report.kind is Rejection.REPORT_TIME and level & AUTH_FLAG:
                self._resynchronise(message, now)
            raise report
        if level != self._flags:
            raise RejectedError(Rejection.SECURITY_LEVEL, "answered without the privacy asked for")
        if level & AUTH_FLAG:
            self._follow(message, now)
        self.is_proven = True
        return scoped

    def _authenticate(self, data: bytes, message: SecureMessage, level: int) -> None:
        if message.engine_id != self.engine_id:
            raise RejectedError(Rejection.ENGINE_ID, "another engineID than asked")
        if message.user != self.user.user:
            raise RejectedError(Rejection.USER_NAME, "another user than asked as")
        if level & AUTH_FLAG and not self._suite.is_signed(data, message, self._keys):
            reason = "wrong digest: authentication key or protocol"
            raise RejectedError(Rejection.DIGEST, reason)

    def _scoped(self, message: SecureMessage, level: int) -> tuple[bytes, RejectedError | None]:
        """Return the scoped PDU, and what it reports if it is a Report."""
        is_encrypted = message.is_encrypted
        # Who has been decrypted before has the right key, and sent nonsense in its name.
        is_doubtful = is_encrypted and not self.is_proven
        kind = Rejection.DECRYPTION if is_doubtful else Rejection.UNDECODABLE
        # Under our key and our msgID nobody else can have sent it: waiting will not help.
        is_ours = bool(level & AUTH_FLAG)
        try:
            if is_encrypted != bool(level & PRIVACY_FLAG):
                raise DecodeError("msgFlags and scoped PDU disagree on privacy")
            scoped = self._suite.scoped(message, self._keys)
            return scoped, report_of(scoped)
        except DecodeError as error:
            words = f"cannot be decrypted: {error}" if is_doubtful else str(error)
            raise RejectedError(kind, words, is_ours=is_ours) from error

    def _resynchronise(self, message: SecureMessage, now: float) -> None:
        """Take the time that the device told under its key, in a message of this moment."""
        self._refuse_latched(message)
        self._note_boots(message.boots)
        self.clock.set(message.boots, message.time, now)
        raise ResynchronisedError

    def _follow(self, message: SecureMessage, now: float) -> None:
        self._refuse_latched(message)
        self._note_boots(max(message.boots, self.clock.boots))
        if not self.clock.follow(message.boots, message.time, now):
            raise RejectedError(Rejection.TIME_WINDOW, "its answer is out of the time window")

    def _refuse_latched(self, message: SecureMessage) -> None:
        if message.boots != LATCHED_BOOTS:
            return
        reason = "its engineBoots is at its end (RFC 3414 §2.2.3): it needs new keys"
        if not self._is_latched:
            self._is_latched = True
            self._events.append(SecurityEvent(SecurityKind.BOOTS_LATCHED, reason))
        raise RejectedError(Rejection.TIME_WINDOW, reason)

    def _note_boots(self, boots: int) -> None:
        known = self.clock.boots
        if not self.clock.is_proven or boots == known:
            return
        kind = SecurityKind.REBOOTED if boots > known else SecurityKind.BOOTS_FELL
        self._events.append(SecurityEvent(kind, f"engineBoots went from {known} to {boots}"))


def _unauthenticated(message: SecureMessage) -> RejectedError:
    """Say what an answer without a digest means where one is due: a Report, or a downgrade."""
    try:
        report = report_of(message.body)
    except DecodeError:
        report = None
    if report is not None:
        return report
    return RejectedError(Rejection.SECURITY_LEVEL, "answered without the digest asked for")


class Sealed:
    """A question under the protection of an association: the plan's bytes in another frame."""

    def __init__(
        self, question: Question, association: Association, now: Callable[[], float]
    ) -> None:
        self._question: Final = question
        self._association: Final = association
        self._now: Final = now
        self._request_id = 0
        self._resynchronisations = 0

    @property
    def outcome(self) -> Outcome:
        """How it ended, once finished."""
        return self._question.outcome

    def datagram(self, message_id: int) -> bytes:
        """Return the request that is due now, under another secret id inside."""
        self._request_id = next(self._association.ids)
        scoped = self._question.datagram(self._request_id)
        return self._association.seal(scoped, message_id, self._now())

    def read(self, data: bytes, message_id: int) -> Step:
        """Take a datagram that came from the agent; raise RejectedError if it is not the answer."""
        try:
            scoped = self._association.open(data, message_id, self._now())
        except ResynchronisedError:
            self._resynchronisations += 1
            if self._resynchronisations > _MAX_RESYNCHRONISATIONS:
                reason = "the device refuses the time that it told itself"
                raise RejectedError(Rejection.TIME_WINDOW, reason) from None
            return Step.NEXT
        return self._question.read(scoped, self._request_id)
