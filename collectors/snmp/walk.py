"""Walk: one column by GETBULK or GETNEXT, and single objects by GET; bounded in any case.

The OIDs must rise strictly; a walk that would pass one of its caps is abused, and ends (R7, R10).
"""

from dataclasses import dataclass, field

from collectors.errors import DecodeError
from collectors.observation import Outcome
from collectors.snmp.admission import Frame, admit
from collectors.snmp.ber import Oid, Tag, format_oid
from collectors.snmp.envelope import Envelope, wrap
from collectors.snmp.message import (
    VERSION_1,
    ErrorStatus,
    Pdu,
    PduType,
    Varbind,
    decode_varbinds,
    encode_pdu,
)
from collectors.snmp.question import Step
from collectors.snmp.rejection import RejectedError, Rejection
from collectors.snmp.settings import SnmpSettings


def _varbinds(data: bytes, frame: Frame, most: int) -> tuple[Varbind, ...]:
    try:
        return decode_varbinds(data, frame.start, frame.end, most)
    except DecodeError as error:
        raise RejectedError(Rejection.UNDECODABLE, str(error), is_ours=True) from error


@dataclass(slots=True, eq=False, kw_only=True)
class GetQuestion:
    """A few single objects."""

    envelope: Envelope
    oids: tuple[Oid, ...]
    varbinds: tuple[Varbind, ...] = ()
    outcome: Outcome = Outcome.OK
    detail: str = ""

    def datagram(self, request_id: int) -> bytes:
        """Return the request."""
        pdu = Pdu(PduType.GET, request_id, tuple(Varbind(oid) for oid in self.oids))
        return wrap(self.envelope, encode_pdu(pdu))

    def read(self, data: bytes, request_id: int) -> Step:
        """Take one datagram."""
        frame = admit(data, envelope=self.envelope, request_id=request_id)
        if frame.error_status:
            self.outcome = Outcome.ERROR_STATUS
            self.detail = f"error-status {frame.error_status}, index {frame.error_index}"
            return Step.FINISHED
        varbinds = _varbinds(data, frame, 4 * len(self.oids))
        if tuple(varbind.oid for varbind in varbinds) != self.oids:
            self.outcome = Outcome.MISMATCH
            self.detail = "other objects than the system group that was asked"
            return Step.FINISHED
        self.varbinds = varbinds
        return Step.FINISHED


@dataclass(slots=True, eq=False, kw_only=True)
class WalkQuestion:
    """One column, from its first row to its last."""

    envelope: Envelope
    root: Oid
    settings: SnmpSettings
    rows: list[Varbind] = field(default_factory=list)
    outcome: Outcome = Outcome.OK
    detail: str = ""
    pdus: int = 0
    octets: int = 0
    repetitions: int = 0  # rows of one answer; 0: as the settings say; 1: by GETNEXT
    is_first_enough: bool = False  # the walk is to tell whether there is a row at all

    def datagram(self, request_id: int) -> bytes:
        """Return the request that goes on behind the last row."""
        last = self.rows[-1].oid if self.rows else self.root
        most = self._max_repetitions
        if most > 1:
            pdu = Pdu(PduType.GETBULK, request_id, (Varbind(last),), error_index=most)
        else:
            pdu = Pdu(PduType.GETNEXT, request_id, (Varbind(last),))
        return wrap(self.envelope, encode_pdu(pdu))

    @property
    def is_eased(self) -> bool:
        """Whether the device could not answer as many rows at once as were asked first."""
        return self.repetitions > 0

    @property
    def _max_repetitions(self) -> int:
        if self.envelope.version == VERSION_1:
            return 1
        return self.repetitions or self.settings.max_repetitions

    def read(self, data: bytes, request_id: int) -> Step:
        """Take one datagram."""
        frame = admit(data, envelope=self.envelope, request_id=request_id)
        self.pdus += 1
        self.octets += len(data)
        if frame.error_status:
            return self._read_error(frame.error_status)
        varbinds = _varbinds(data, frame, 4096)
        if not varbinds or len(varbinds) > self._max_repetitions:
            return self._finish(
                Outcome.MISMATCH, f"{len(varbinds)} rows where 1 … {self._max_repetitions} may come"
            )
        return self._keep(varbinds)

    def _keep(self, varbinds: tuple[Varbind, ...]) -> Step:
        for varbind in varbinds:
            last = self.rows[-1].oid if self.rows else self.root
            if varbind.value.tag == Tag.END_OF_MIB_VIEW:
                return Step.FINISHED
            if varbind.oid <= last:
                return self._finish(
                    Outcome.WALK_ABUSED,
                    f"{format_oid(varbind.oid)} does not come after {format_oid(last)}",
                )
            if varbind.oid[: len(self.root)] != self.root:
                return Step.FINISHED
            self.rows.append(varbind)
        return Step.FINISHED if self.is_first_enough else self._capped()

    def _capped(self) -> Step:
        settings = self.settings
        for name, found, most in (
            ("rows", len(self.rows), settings.max_walk_varbinds),
            ("answers", self.pdus, settings.max_walk_pdus),
            ("octets", self.octets, settings.max_walk_octets),
        ):
            if found >= most:
                return self._finish(Outcome.WALK_ABUSED, f"no end after {found} {name}")
        return Step.NEXT

    def _read_error(self, status: int) -> Step:
        if status == ErrorStatus.NO_SUCH_NAME:  # an SNMPv1 habit at the end of the MIB
            return Step.FINISHED
        if status == ErrorStatus.TOO_BIG and self._max_repetitions > 1:
            self.repetitions = self._max_repetitions // 2
            return Step.NEXT if self.pdus < self.settings.max_walk_pdus else self._capped()
        return self._finish(Outcome.ERROR_STATUS, f"error-status {status} to a walk")

    def _finish(self, outcome: Outcome, detail: str) -> Step:
        self.outcome = outcome
        self.detail = detail
        return Step.FINISHED

    def texts(self) -> dict[int, bytes]:
        """Return the rows that are text under one number: ifIndex → octets."""
        length = len(self.root) + 1
        return {
            row.oid[-1]: row.value.content
            for row in self.rows
            if len(row.oid) == length and isinstance(row.value.content, bytes)
        }
