"""Settings of the trap receiver."""

import ipaddress
from dataclasses import dataclass
from typing import Annotated, Final

from annotated_types import Ge, Gt, Le

MEBIBYTE: Final = 1024 * 1024
SYSTEMD: Final = "systemd"
UNPRIVILEGED: Final = "nobody"


@dataclass(frozen=True, slots=True, kw_only=True)
class TrapSettings:
    """Where notifications are received, and what bounds the work they make."""

    listen: tuple[str, ...] = ()  # such as [0.0.0.0, "::"]; empty: traps are not received
    port: Annotated[int, Ge(1), Le(65_535)] = 162  # below 1024 needs root or systemd's socket
    user: str = UNPRIVILEGED  # whom the receiver runs as where netmon is started by root
    directory: str = "netmon-traps"  # what must survive a restart: v3 replay memory, engine id
    receive_buffer_octets: Annotated[int, Ge(65_536)] = 4 * MEBIBYTE
    max_datagram_octets: Annotated[int, Ge(484), Le(65_507)] = 8192  # a larger one is dropped
    max_varbinds: Annotated[int, Ge(2), Le(1000)] = 128  # one with more is dropped
    per_source_per_second: Annotated[float, Gt(0)] = 20.0  # in the long run, from one address
    per_source_burst: Annotated[int, Ge(1)] = 200
    queue_size: Annotated[int, Ge(1)] = 10_000  # notifications waiting for netmon; oldest go first
    hang_seconds: Annotated[float, Ge(2)] = 15.0  # silent so long it is ended; it speaks every 1 s
    restart_seconds: Annotated[float, Gt(0)] = 0.1  # after a crash; doubled with each in a row
    restart_ceiling_seconds: Annotated[float, Gt(0)] = 30.0

    def __post_init__(self) -> None:
        for each in self.listen:
            if each == SYSTEMD:
                continue
            try:
                ipaddress.ip_address(each)
            except ValueError:
                raise ValueError(
                    f"listen: {each!r} is neither a numeric address, such as 0.0.0.0 or ::,"
                    f" nor {SYSTEMD} (a socket that systemd hands over)"
                ) from None
