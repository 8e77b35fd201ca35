"""Poll: the question that a plan asks, chunk by chunk, and the values it brings home."""

from dataclasses import dataclass, field
from typing import Any, Final

from collectors.errors import DecodeError
from collectors.observation import Outcome
from collectors.snmp.admission import Frame, admit
from collectors.snmp.chunk import Chunk, MismatchError
from collectors.snmp.message import VERSION_1, ErrorStatus
from collectors.snmp.plan import Plan
from collectors.snmp.question import Step
from collectors.snmp.rejection import RejectedError, Rejection

TICKS_PER_SECOND: Final = 100
_WRAP: Final = 2**32  # TimeTicks: 497.1 days (RFC 2578 §7.1.8)
_MAX_PROBLEMS: Final = 5


@dataclass(slots=True)
class Uptime:
    """When the device was last known to be up, and for how long it was then."""

    ticks: int
    monotonic: float

    def floor(self, monotonic: float) -> float:
        """Return the ticks from which on no closer look is needed."""
        elapsed = (monotonic - self.monotonic) * TICKS_PER_SECOND
        return max(self.ticks, elapsed + TICKS_PER_SECOND + 1)

    def is_continued_by(self, ticks: int, monotonic: float) -> bool:
        """Tell whether `ticks` now is the same life of the device, or another one.

        A fall is a restart unless it is the wrap after 497 days, which is what the time that went
        by must then explain. A rise is a restart too, if all of `ticks` fits into that time and yet
        falls short of it: the device started anew while we did not look.
        """
        elapsed = max(monotonic - self.monotonic, 0.0) * TICKS_PER_SECOND
        slack = 5 * TICKS_PER_SECOND + elapsed * 0.02  # delays, and clocks 2 % apart
        expected = self.ticks + elapsed
        if ticks < self.ticks:
            return expected + slack >= _WRAP and abs(expected - _WRAP - ticks) <= slack
        is_young = ticks <= elapsed + TICKS_PER_SECOND
        return ticks == self.ticks or not (is_young and ticks < expected - slack)


@dataclass(slots=True, eq=False, kw_only=True)
class PollQuestion:
    """One poll of one device under one plan."""

    plan: Plan
    uptime: Uptime
    monotonic: float  # of the poll's start
    floor: float = 0.0
    outcome: Outcome = Outcome.OK
    detail: str = ""
    values: list[float | None] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    position: int = 0
    ticks: int = 0
    is_restarted: bool = False
    splits: int = 0  # requests halved, since their answers were too big
    strictly: int = 0  # answers that had no shape we knew

    def __post_init__(self) -> None:
        self.floor = self.uptime.floor(self.monotonic)

    def datagram(self, request_id: int) -> bytes:
        """Return the request of the chunk that is due."""
        return self.plan.chunks[self.position].datagram(request_id)

    def read(self, data: bytes, request_id: int) -> Step:
        """Take one datagram: an answer of a known shape in one stroke, any other strictly."""
        chunk = self.plan.chunks[self.position]
        skeleton = chunk.skeletons.get(len(data))
        values = None if skeleton is None else skeleton.read(data, request_id)
        if values is None:
            return self._read_strictly(chunk, data, request_id)
        return self._keep(chunk, values)

    def _read_strictly(self, chunk: Chunk, data: bytes, request_id: int) -> Step:
        frame = admit(data, envelope=chunk.envelope, request_id=request_id)
        self.strictly += 1
        if frame.error_status:
            return self._read_error(chunk, frame)
        try:
            values = chunk.read(data, frame, self.problems)
        except MismatchError as error:
            return self._finish(Outcome.MISMATCH, str(error))
        except DecodeError as error:
            raise RejectedError(Rejection.UNDECODABLE, str(error), is_ours=True) from error
        if values[0] is None:
            return self._without_uptime()
        return self._keep(chunk, values)

    def _without_uptime(self) -> Step:
        """End: without sysUpTime nobody knows which interfaces these values belong to."""
        if self.problems and "octets" in self.problems[0]:
            return self._finish(Outcome.UNDECODABLE, self.problems[0])
        return self._finish(Outcome.MISMATCH, "sysUpTime is missing or mistyped")

    def _keep(self, chunk: Chunk, values: list[Any]) -> Step:
        ticks: int = values[0]
        if ticks < self.floor and not self.uptime.is_continued_by(ticks, self.monotonic):
            self.is_restarted = True
            return Step.FINISHED
        self.ticks = ticks
        if chunk.holes:
            chunk.fill(values)
        if self.position == 0:
            self.values = values
        else:
            del values[0]
            self.values += values
        self.position += 1
        if self.position < len(self.plan.chunks):
            return Step.NEXT
        self.close()
        return Step.FINISHED

    def _read_error(self, chunk: Chunk, frame: Frame) -> Step:
        status, index = frame.error_status, frame.error_index
        if status == ErrorStatus.NO_SUCH_NAME and chunk.envelope.version == VERSION_1:
            return self._read_missing(index)
        if status != ErrorStatus.TOO_BIG:
            return self._finish(Outcome.ERROR_STATUS, f"error-status {status}, index {index}")
        if self.plan.split(self.position):
            self.splits += 1
            return Step.NEXT
        if len(chunk.fields) == 1:
            return self._finish(Outcome.ERROR_STATUS, "tooBig for sysUpTime alone")
        self.problems.append(f"{chunk.fields[1].name}: tooBig alone")
        if self.position == 0:
            self.values = [self.ticks]
        self.values += [None] * (len(chunk.fields) + len(chunk.holes) - 1)
        self.position += 1
        if self.position < len(self.plan.chunks):
            return Step.NEXT
        self.close()
        return Step.FINISHED

    def _read_missing(self, index: int) -> Step:
        """Ask again without what the device has not: in v1 one missing object spoils the answer.

        If the index makes no sense, halving finds the object.
        """
        plan, position = self.plan, self.position
        if index != 1 and (
            plan.drop(position, index) or plan.split(position) or plan.drop(position, 2)
        ):
            return Step.NEXT
        return self._finish(Outcome.ERROR_STATUS, "noSuchName for sysUpTime itself")

    def close(self) -> None:
        """Complete the values: scale the uptime; what was not brought home is absent."""
        missing = len(self.plan.layout.cells) - len(self.values)
        if missing:
            self.values += [None] * missing
        self.values[0] = self.ticks / TICKS_PER_SECOND
        for place, guard in self.plan.guards:
            if self.values[guard] == 1:
                self.values[place] = None
        if self.problems:
            self.outcome = Outcome.PARTIAL
            self.detail = "; ".join(self.problems[:_MAX_PROBLEMS])

    def _finish(self, outcome: Outcome, detail: str) -> Step:
        self.outcome = outcome
        self.detail = detail
        return Step.FINISHED
