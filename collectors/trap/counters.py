"""Counters: what became of every datagram, in memory that outlives the process which counts.

The page is shared with the receiver: netmon reads it when it likes, and after a crash nothing is
lost of what was counted. For every datagram exactly one fate is counted beside `received`, so that

    received = told + repeated + answered + the sum of all drops
"""

import mmap
import os
from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class Drop(StrEnum):
    """Why a datagram went no further."""

    OVERSIZED = "oversized"
    UNKNOWN_SOURCE = "unknown_source"
    LIMITED = "limited"  # its source sends more than one may
    MALFORMED = "malformed"  # the pre-check did not take it for a notification
    NO_CREDENTIAL = "no_credential"  # its device has none for this version of SNMP
    WRONG_COMMUNITY = "wrong_community"
    UNKNOWN_USER = "unknown_user"
    SECURITY_LEVEL = "security_level"  # less than the user must have
    WRONG_DIGEST = "wrong_digest"
    NOT_IN_TIME = "not_in_time"  # older than the window of RFC 3414 §3.2.7
    REPLAYED = "replayed"
    BOOTS_BACK = "boots_back"  # its engineBoots went back: a replay, or a device that was reset
    MEMORY = "memory"  # what guards against replays could not be written
    UNDECODABLE = "undecodable"  # pysnmp could not read it, or it broke a rule
    CRASHED = "crashed"  # the receiver died over it


class Count(StrEnum):
    """What else is counted."""

    RECEIVED = "received"
    TOLD = "told"  # went into the queue to netmon
    REPEATED = "repeated"  # an inform sent again: acknowledged, told once
    ANSWERED = "answered"  # asked for our engine id or time, as an inform's sender must
    LOST = "lost"  # told, but pushed out of the queue by later ones
    QUEUED = "queued"  # how many wait now


# What an administrator wants to know of even if it happens once.
SECURITY: Final = (
    Drop.WRONG_COMMUNITY,
    Drop.UNKNOWN_USER,
    Drop.SECURITY_LEVEL,
    Drop.WRONG_DIGEST,
    Drop.NOT_IN_TIME,
    Drop.REPLAYED,
    Drop.BOOTS_BACK,
    Drop.MEMORY,
)
FATES: Final = (Count.TOLD, Count.REPEATED, Count.ANSWERED)
_PLACES: Final[Mapping[str, int]] = {str(name): place for place, name in enumerate((*Count, *Drop))}
_OCTETS: Final = 8


class Counters:
    """The shared page; `file` is inherited by the receiver."""

    def __init__(self, file: int | None = None) -> None:
        """Open the page of a file descriptor, or make one."""
        size = len(_PLACES) * _OCTETS
        if file is None:
            file = os.memfd_create("netmon-trap-counters", os.MFD_CLOEXEC)
            os.ftruncate(file, size)
        self.file: Final = file
        self._page = mmap.mmap(file, size)
        self._numbers = memoryview(self._page).cast("Q")

    def add(self, name: Count | Drop, number: int = 1) -> None:
        """Count some more."""
        self._numbers[_PLACES[name]] += number

    def put(self, name: Count, number: int) -> None:
        """Say how many there are now."""
        self._numbers[_PLACES[name]] = number

    def __getitem__(self, name: Count | Drop) -> int:
        return self._numbers[_PLACES[name]]

    @property
    def drops(self) -> dict[Drop, int]:
        """Every reason, from zero."""
        return {reason: self[reason] for reason in Drop}

    def settle(self) -> int:
        """Count a datagram the receiver died over; return how many had no fate."""
        fates = sum(self[name] for name in FATES) + sum(self.drops.values())
        missing = max(0, self[Count.RECEIVED] - fates)
        self.add(Drop.CRASHED, missing)
        return missing

    def close(self) -> None:
        """Release the page."""
        self._numbers.release()
        self._page.close()
        os.close(self.file)
