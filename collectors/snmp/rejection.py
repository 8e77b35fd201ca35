"""Rejection: why a datagram is not the answer, and what that says if nothing better comes.

A datagram that is not admitted neither ends nor extends a try (R9); the last one that says
something of the device is remembered, and names the outcome once the time is over. One alone ends
a try at once: an answer that nobody but the device can have made and that nobody can read.
"""

from enum import StrEnum
from typing import Final

from collectors.observation import Outcome


class Rejection(StrEnum):
    """Why a datagram from the right address is not the answer."""

    UNDECODABLE = "undecodable"
    VERSION = "version"
    COMMUNITY = "community"
    CONTEXT = "context"
    PDU_TYPE = "pdu_type"
    REQUEST_ID = "request_id"
    # SNMPv3 (RFC 3412 §7.2, RFC 3414 §3.2)
    MESSAGE_ID = "message_id"
    SECURITY_MODEL = "security_model"
    SECURITY_LEVEL = "security_level"
    ENGINE_ID = "engine_id"
    USER_NAME = "user_name"
    DIGEST = "digest"
    DECRYPTION = "decryption"
    TIME_WINDOW = "time_window"
    # What the device itself reports; unauthenticated unless it says otherwise
    REPORT_LEVEL = "report_unsupported_security_level"
    REPORT_TIME = "report_not_in_time_window"
    REPORT_USER = "report_unknown_user"
    REPORT_ENGINE = "report_unknown_engine"
    REPORT_DIGEST = "report_wrong_digest"
    REPORT_DECRYPTION = "report_decryption"
    REPORT_CONTEXT = "report_context"
    REPORT_OTHER = "report_other"


# What a poll ended as, if this was the last word of the device; the others say nothing of it.
OUTCOMES: Final = {
    Rejection.UNDECODABLE: Outcome.UNDECODABLE,
    Rejection.SECURITY_LEVEL: Outcome.AUTH_ERROR,
    Rejection.DIGEST: Outcome.AUTH_ERROR,
    Rejection.DECRYPTION: Outcome.AUTH_ERROR,
    Rejection.TIME_WINDOW: Outcome.AUTH_ERROR,
    Rejection.REPORT_LEVEL: Outcome.AUTH_ERROR,
    Rejection.REPORT_TIME: Outcome.AUTH_ERROR,
    Rejection.REPORT_USER: Outcome.AUTH_ERROR,
    Rejection.REPORT_ENGINE: Outcome.AUTH_ERROR,
    Rejection.REPORT_DIGEST: Outcome.AUTH_ERROR,
    Rejection.REPORT_DECRYPTION: Outcome.AUTH_ERROR,
    Rejection.REPORT_CONTEXT: Outcome.MISMATCH,
    Rejection.REPORT_OTHER: Outcome.MISMATCH,
}
# The device has understood and refused: asking the same again would only hammer it.
FINAL: Final = frozenset(kind for kind in Rejection if kind.startswith("report_"))
IDENTITIES: Final = frozenset({Rejection.REQUEST_ID, Rejection.MESSAGE_ID})


class RejectedError(Exception):
    """A datagram that is not the answer; `is_ours` if only the device can have sent it."""

    def __init__(self, kind: Rejection, reason: str, *, is_ours: bool = False) -> None:
        super().__init__(reason)
        self.kind = kind
        self.is_ours = is_ours
