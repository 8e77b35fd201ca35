"""Rows: which rows the tables of a vendor have, several columns asked at once.

A profile of eighty columns must not cost eighty walks over a satellite. The OIDs of each column
must rise strictly; a question that would pass one of its caps is abused, and ends (R7, R10).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

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
    Value,
    Varbind,
    decode_varbinds,
    encode_pdu,
)
from collectors.snmp.naming import Suffix
from collectors.snmp.question import Step
from collectors.snmp.rejection import RejectedError, Rejection
from collectors.snmp.settings import SnmpSettings

Table = Mapping[Suffix, Value]
MOST_COLUMNS: Final = 12  # of one request
_ROWS_PER_REQUEST: Final = 2  # for each max-repetitions of a walk


@dataclass(slots=True, eq=False)
class _Cursor:
    """How far one column is known."""

    root: Oid
    last: Oid
    rows: dict[Suffix, Value] = field(default_factory=dict)


@dataclass(slots=True, eq=False, kw_only=True)
class RowsQuestion:
    """Some columns, each from its first row to its last."""

    envelope: Envelope
    roots: Iterable[Oid]
    settings: SnmpSettings
    outcome: Outcome = Outcome.OK
    detail: str = ""
    pdus: int = 0
    octets: int = 0
    varbinds: int = 0
    width: int = MOST_COLUMNS
    depth: int = 0  # rows of one request, halved where answers are too big; 0: as many as fit
    open: list[_Cursor] = field(init=False)
    done: list[_Cursor] = field(default_factory=list, init=False)

    def __post_init__(self) -> None:
        self.open = [_Cursor(root, root) for root in sorted(set(self.roots))]

    @property
    def tables(self) -> dict[Oid, Table]:
        """Return what was found: column → index → value."""
        return {cursor.root: cursor.rows for cursor in (*self.done, *self.open)}

    def datagram(self, request_id: int) -> bytes:
        """Return the request that goes on behind the last rows."""
        asked = tuple(Varbind(cursor.last) for cursor in self._asked)
        most = self._repetitions
        if most > 1:
            pdu = Pdu(PduType.GETBULK, request_id, asked, error_index=most)
        else:
            pdu = Pdu(PduType.GETNEXT, request_id, asked)
        return wrap(self.envelope, encode_pdu(pdu))

    @property
    def is_eased(self) -> bool:
        """Whether the device could not answer as many rows at once as were asked first."""
        return self.depth > 0

    @property
    def _asked(self) -> list[_Cursor]:
        return self.open[: self.width]

    @property
    def _repetitions(self) -> int:
        if self.envelope.version == VERSION_1:
            return 1
        fits = _ROWS_PER_REQUEST * self.settings.max_repetitions // len(self._asked)
        return max(min(self.depth or fits, fits), 1)

    def read(self, data: bytes, request_id: int) -> Step:
        """Take one datagram."""
        frame = admit(data, envelope=self.envelope, request_id=request_id)
        self.pdus += 1
        self.octets += len(data)
        if frame.error_status:
            return self._read_error(frame)
        try:
            varbinds = decode_varbinds(data, frame.start, frame.end, 4096)
        except DecodeError as error:
            raise RejectedError(Rejection.UNDECODABLE, str(error), is_ours=True) from error
        asked, most = self._asked, len(self._asked) * self._repetitions
        if not 0 < len(varbinds) <= most:
            return self._finish(Outcome.MISMATCH, f"{len(varbinds)} rows where 1 … {most} may come")
        self.varbinds += len(varbinds)
        return self._keep(asked, varbinds)

    def _keep(self, asked: list[_Cursor], varbinds: tuple[Varbind, ...]) -> Step:
        """Take the rows, column by column, and close the columns that have ended."""
        ended: list[_Cursor] = []
        for place, varbind in enumerate(varbinds):
            cursor = asked[place % len(asked)]
            if cursor in ended:
                continue
            oid, root = varbind.oid, cursor.root
            if varbind.value.tag == Tag.END_OF_MIB_VIEW:
                ended.append(cursor)
            elif oid <= cursor.last:
                said = f"{format_oid(oid)} does not come after {format_oid(cursor.last)}"
                return self._finish(Outcome.WALK_ABUSED, said)
            elif oid[: len(root)] != root:
                ended.append(cursor)
            else:
                cursor.rows[oid[len(root) :]] = varbind.value
                cursor.last = oid
        self.done += ended
        self.open = [cursor for cursor in self.open if cursor not in ended]
        return self._capped() if self.open else Step.FINISHED

    def _capped(self) -> Step:
        settings = self.settings
        for name, found, most in (
            ("rows", self.varbinds, settings.max_walk_varbinds),
            ("answers", self.pdus, settings.max_walk_pdus),
            ("octets", self.octets, settings.max_walk_octets),
        ):
            if found >= most:
                return self._finish(Outcome.WALK_ABUSED, f"no end after {found} {name}")
        return Step.NEXT

    def _read_error(self, frame: Frame) -> Step:
        """Close the column an SNMPv1 agent says has ended; else ask for less at once."""
        status, asked = frame.error_status, self._asked
        place = frame.error_index if len(asked) > 1 else 1
        if status == ErrorStatus.NO_SUCH_NAME and 1 <= place <= len(asked):
            ended = asked[place - 1]
            self.done.append(ended)
            self.open.remove(ended)
        elif status == ErrorStatus.TOO_BIG and self._repetitions > 1:
            self.depth = self._repetitions // 2
        elif self.width > 1:
            self.width //= 2
        else:
            return self._finish(Outcome.ERROR_STATUS, f"error-status {status} to a walk")
        return self._capped() if self.open else Step.FINISHED

    def _finish(self, outcome: Outcome, detail: str) -> Step:
        self.outcome = outcome
        self.detail = detail
        return Step.FINISHED
