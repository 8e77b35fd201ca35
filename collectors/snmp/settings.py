"""Settings and statistics of the SNMP engines."""

from dataclasses import dataclass, field
from typing import Annotated, Final

from annotated_types import Ge, Gt, Le

from collectors.observation import SecurityKind
from collectors.snmp.rejection import Rejection

MEBIBYTE: Final = 1024 * 1024
LEAST_ANSWER_OCTETS: Final = 484  # what every agent must be able to send (RFC 3417 §3.2.1)


@dataclass(frozen=True, slots=True, kw_only=True)
class SnmpSettings:
    """What bounds the asking, however the network behaves."""

    max_in_flight: Annotated[int, Ge(1), Le(60_000)] = 2048  # requests, over all devices
    max_answer_octets: Annotated[int, Ge(LEAST_ANSWER_OCTETS), Le(65_507)] = (
        1400  # expected: fits one frame
    )
    max_datagram_octets: Annotated[int, Ge(1400), Le(65_507)] = 8192  # a larger one is not read
    gather_seconds: Annotated[float, Ge(0), Le(0.1)] = 0.005  # answers so close are read together
    receive_buffer_octets: Annotated[int, Ge(65_536)] = 4 * MEBIBYTE
    stall_seconds: Annotated[float, Gt(0)] = 0.25  # our own lateness from which silence is ours
    max_interfaces: Annotated[int, Ge(1), Le(10_000)] = 200  # of one device
    remap_seconds: Annotated[float, Gt(0)] = 3600.0  # new interfaces are found at least so often
    max_repetitions: Annotated[int, Ge(1), Le(100)] = 20  # of one GETBULK
    max_walk_varbinds: Annotated[int, Ge(1)] = 10_000
    max_walk_pdus: Annotated[int, Ge(1)] = 400
    max_walk_octets: Annotated[int, Ge(1)] = 2_000_000
    max_walk_seconds: Annotated[float, Gt(0)] = 20.0
    auth_backoff_seconds: Annotated[float, Gt(0)] = 30.0  # after keys were refused; then doubled
    auth_backoff_max_seconds: Annotated[float, Gt(0)] = 900.0


@dataclass(slots=True, kw_only=True)
class SnmpStatistics:
    """Counts since the start; plain numbers for the exposition."""

    requests: int = 0
    retries: int = 0
    answers: int = 0
    answers_read_strictly: int = 0  # the rest had the shape of an earlier one
    timeouts: int = 0  # of one try
    refused: int = 0
    too_late: int = 0
    late_answers: int = 0  # to a try that was given up, or again
    strays: int = 0  # from an address that was not asked
    oversized: int = 0
    send_failures: int = 0
    socket_drops: int = 0  # SO_RXQ_OVFL: our receive buffer was full
    in_flight: int = 0
    in_flight_limit: int = 0  # fewer than the settings allow while most tries go unanswered
    mappings: int = 0
    reboots_seen: int = 0
    halvings: int = 0  # a device was asked for less at once, since it could not answer more
    security_events: dict[str, int] = field(default_factory=lambda: dict.fromkeys(SecurityKind, 0))
    rejected: dict[str, int] = field(default_factory=lambda: dict.fromkeys(Rejection, 0))
